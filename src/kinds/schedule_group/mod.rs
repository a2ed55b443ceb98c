//! Schedule groups of EventBridge Scheduler that look like ours, with the schedules in them. Everything the program
//! knows of this kind; the list of what lives where: `model` our type, `fetch` the reading, `change` what may be done
//! to groups of ours. What others keep is `external_schedule`. Nothing here draws.

pub mod change;
mod fetch;
mod model;

use futures_util::future::BoxFuture;
pub use model::{Group, Held};

use super::{FetchContext, Kind, PollClass};
use crate::world::{Fault, Reading};

/// Schedule groups of EventBridge Scheduler.
pub struct Groups;

impl Kind for Groups {
    type Item = Group;

    // Read only when somebody asks for schedules: it takes a call for each of them.
    const PACE: PollClass = PollClass::OnDemand;
    const PERMISSIONS: &'static [&'static str] = &[
        "scheduler:ListScheduleGroups",
        "scheduler:ListSchedules",
        "scheduler:GetSchedule",
        "scheduler:ListTagsForResource",
    ];

    const CHANGES: &'static [&'static str] = &[
        "scheduler:CreateScheduleGroup",
        "scheduler:DeleteScheduleGroup",
        "scheduler:CreateSchedule",
        "scheduler:UpdateSchedule",
        "scheduler:DeleteSchedule",
        "scheduler:TagResource",
        "rds:AddTagsToResource",
        "rds:RemoveTagsFromResource",
        "ecs:TagResource",
        "ecs:UntagResource",
    ];

    fn read(ask: FetchContext<'_>) -> BoxFuture<'_, Result<Reading<Group>, Fault>> {
        Box::pin(fetch::read(ask))
    }
}

#[cfg(test)]
mod tests;
