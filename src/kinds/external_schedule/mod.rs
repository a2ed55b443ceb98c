//! Schedules of EventBridge Scheduler that others made and that may stop, start or run something. Everything the
//! program knows of this kind: `model` our type, `fetch` the reading. What one does is read in `schedule::foreign`
//! and `environment::others`; they are only ever shown. Groups of ours are another kind's, `schedule_group`.

mod fetch;
mod model;

use futures_util::future::BoxFuture;
pub use model::ForeignSchedule;

use super::resource_tags::TaggedResource;
use super::{FetchContext, Kind, PollClass};
use crate::world::{Fault, KindName, Reading, Resource};

/// The kind.
pub struct ForeignSchedules;

impl Kind for ForeignSchedules {
    type Item = ForeignSchedule;

    const PACE: PollClass = PollClass::Topology;
    // As with rules: it places nothing, and takes a call for each.
    const NEEDS: &'static [KindName] = &[TaggedResource::KIND];
    const PERMISSIONS: &'static [&'static str] = &["scheduler:ListSchedules", "scheduler:GetSchedule"];

    fn read(ask: FetchContext<'_>) -> BoxFuture<'_, Result<Reading<ForeignSchedule>, Fault>> {
        Box::pin(fetch::read(ask))
    }
}

#[cfg(test)]
mod tests;
