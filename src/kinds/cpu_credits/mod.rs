//! The CPU credits a burstable EC2 instance has left. Read only before a deployment that builds on it; `model` our
//! type and what is said of it, `fetch` the reading; nothing here draws.

mod fetch;
mod model;

use futures_util::future::BoxFuture;
pub use model::{Credits, burstable, low, wants};

use super::{FetchContext, Kind, PollClass};
use crate::world::{Fault, Reading};

/// The kind.
pub struct Balances;

impl Kind for Balances {
    type Item = Credits;

    const PACE: PollClass = PollClass::OnDemand;
    const PERMISSIONS: &'static [&'static str] =
        &["cloudwatch:GetMetricData", "ec2:DescribeInstanceCreditSpecifications"];

    fn read(ask: FetchContext<'_>) -> BoxFuture<'_, Result<Reading<Credits>, Fault>> {
        Box::pin(fetch::read(ask))
    }
}
