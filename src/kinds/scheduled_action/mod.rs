//! Scheduled actions of Application Auto Scaling on ECS services: how a service that is scaled sleeps and wakes with
//! nobody logged in. `model` our type, `fetch` the reading, `change` what may be done to those of ours. Read only when
//! somebody asks for schedules. Nothing here draws.

pub mod change;
mod fetch;
mod model;

use futures_util::future::BoxFuture;
pub use model::ScheduledAction;

use super::{FetchContext, Kind, PollClass};
use crate::world::{Fault, Reading};

/// The kind.
pub struct ScheduledActions;

impl Kind for ScheduledActions {
    type Item = ScheduledAction;

    const PACE: PollClass = PollClass::OnDemand;
    const PERMISSIONS: &'static [&'static str] = &["application-autoscaling:DescribeScheduledActions"];
    // AWS acts by its own service-linked role: there is none to pass.
    const CHANGES: &'static [&'static str] =
        &["application-autoscaling:PutScheduledAction", "application-autoscaling:DeleteScheduledAction"];

    fn read(ask: FetchContext<'_>) -> BoxFuture<'_, Result<Reading<ScheduledAction>, Fault>> {
        Box::pin(fetch::read(ask))
    }
}

#[cfg(test)]
mod tests;
