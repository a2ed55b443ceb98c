//! The stops and starts that RDS tells of a database, for the last fourteen days. Read of single databases only, when
//! their drift is to be explained or what they saved is to be told. `model` our type, `fetch` the reading; nothing here
//! draws.

mod fetch;
mod model;

use futures_util::future::BoxFuture;
pub use model::{DbMessage, PowerEvents};

use super::{FetchContext, Kind, PollClass};
use crate::world::{Fault, Reading};

/// The kind.
pub struct DbEvents;

impl Kind for DbEvents {
    type Item = PowerEvents;

    const PACE: PollClass = PollClass::OnDemand;
    const PERMISSIONS: &'static [&'static str] = &["rds:DescribeEvents"];

    fn read(ask: FetchContext<'_>) -> BoxFuture<'_, Result<Reading<PowerEvents>, Fault>> {
        Box::pin(fetch::read(ask))
    }
}
