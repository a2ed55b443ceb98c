//! The stops and starts that RDS tells of a database, for the last fourteen days. Read of single databases only, when
//! their drift is to be explained or what they saved is to be told. `model` our type, `fetch` the reading; nothing here
//! draws.

mod fetch;
mod model;

use futures_util::future::BoxFuture;
pub use model::PowerEvents;

use super::{Ask, Kind, Pace};
use crate::world::{Fault, Harvest};

/// The kind.
pub struct DbEvents;

impl Kind for DbEvents {
    type Item = PowerEvents;

    const PACE: Pace = Pace::Asked;
    const PERMISSIONS: &'static [&'static str] = &["rds:DescribeEvents"];

    fn read(ask: Ask<'_>) -> BoxFuture<'_, Result<Harvest<PowerEvents>, Fault>> {
        Box::pin(fetch::read(ask))
    }
}
