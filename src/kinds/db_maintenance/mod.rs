//! The maintenance that RDS says waits for databases. Read of a region as a whole, with one listing for all its
//! databases, and only when a schedule keeps one of them asleep in its maintenance window. `model` our type, `fetch`
//! the reading; nothing here draws.

mod fetch;
mod model;

use futures_util::future::BoxFuture;
pub use model::Waiting;

use super::{Ask, Kind, Pace};
use crate::world::{Fault, Harvest};

/// The kind.
pub struct Maintenance;

impl Kind for Maintenance {
    type Item = Waiting;

    const PACE: Pace = Pace::Asked;
    const PERMISSIONS: &'static [&'static str] = &["rds:DescribePendingMaintenanceActions"];

    fn read(ask: Ask<'_>) -> BoxFuture<'_, Result<Harvest<Waiting>, Fault>> {
        Box::pin(fetch::read(ask))
    }
}
