//! A subnet: how many addresses are free in it and where its default route leads. `model` our type, `fetch` the reading.
//! Read only when something cannot start for want of an address or a way out, never by the clock. Nothing here draws.

mod fetch;
mod model;

use futures_util::future::BoxFuture;
pub use model::{Subnet, WayOut};

use super::{FetchContext, Kind, PollClass};
use crate::world::{Fault, Reading};

/// The kind.
pub struct Subnets;

impl Kind for Subnets {
    type Item = Subnet;

    const PACE: PollClass = PollClass::OnDemand;
    const PERMISSIONS: &'static [&'static str] = &["ec2:DescribeSubnets", "ec2:DescribeRouteTables"];

    fn read(ask: FetchContext<'_>) -> BoxFuture<'_, Result<Reading<Subnet>, Fault>> {
        Box::pin(fetch::read(ask))
    }
}
