//! Roles that EventBridge Scheduler acts by, each read when `doctor` asks for it. `model` is our type and whether
//! Scheduler may take the role, `fetch` the reading; nothing here draws, changes or looks for roles by itself.

mod fetch;
mod model;

use futures_util::future::BoxFuture;
pub use model::SchedulerRole;

use super::{FetchContext, Kind, PollClass};
use crate::world::{Fault, Reading};

/// The kind.
pub struct SchedulerRoles;

impl Kind for SchedulerRoles {
    type Item = SchedulerRole;

    const PACE: PollClass = PollClass::OnDemand;
    const PERMISSIONS: &'static [&'static str] = &["iam:GetRole"];

    fn read(ask: FetchContext<'_>) -> BoxFuture<'_, Result<Reading<SchedulerRole>, Fault>> {
        Box::pin(fetch::read(ask))
    }
}

#[cfg(test)]
mod tests;
