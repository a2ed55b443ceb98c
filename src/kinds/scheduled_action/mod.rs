//! Scheduled actions of Application Auto Scaling on ECS services: how a service that is scaled sleeps and wakes with
//! nobody logged in. `model` our type, `fetch` the reading, `change` what may be done to those of ours. Read only when
//! somebody asks for schedules. Nothing here draws.

pub mod change;
mod fetch;
mod model;

use futures_util::future::BoxFuture;
pub use model::ScheduledAction;

use super::{Ask, Kind, Pace};
use crate::world::{Fault, Harvest};

/// The kind.
pub struct ScheduledActions;

impl Kind for ScheduledActions {
    type Item = ScheduledAction;

    const PACE: Pace = Pace::Asked;
    const PERMISSIONS: &'static [&'static str] = &["application-autoscaling:DescribeScheduledActions"];
    // AWS acts by its own service-linked role: there is none to pass.
    const CHANGES: &'static [&'static str] =
        &["application-autoscaling:PutScheduledAction", "application-autoscaling:DeleteScheduledAction"];

    fn read(ask: Ask<'_>) -> BoxFuture<'_, Result<Harvest<ScheduledAction>, Fault>> {
        Box::pin(fetch::read(ask))
    }
}

#[cfg(test)]
mod tests;
