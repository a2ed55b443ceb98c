//! The maintenance that RDS says waits for databases. Read of a region as a whole, with one listing for all its
//! databases, and only when a schedule keeps one of them asleep in its maintenance window. `model` our type, `fetch`
//! the reading; nothing here draws.

mod fetch;
mod model;

use futures_util::future::BoxFuture;
pub use model::PendingMaintenance;

use super::{FetchContext, Kind, PollClass};
use crate::world::{Fault, Reading};

/// The kind.
pub struct Maintenance;

impl Kind for Maintenance {
    type Item = PendingMaintenance;

    const PACE: PollClass = PollClass::OnDemand;
    const PERMISSIONS: &'static [&'static str] = &["rds:DescribePendingMaintenanceActions"];

    fn read(ask: FetchContext<'_>) -> BoxFuture<'_, Result<Reading<PendingMaintenance>, Fault>> {
        Box::pin(fetch::read(ask))
    }
}
