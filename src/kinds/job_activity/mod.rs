//! How often timers fired and functions on a timer failed, hour by hour, as their metrics tell. Everything the program
//! knows of this kind: `model` our type, `fetch` the reading. It is shown as a part of the jobs; nothing here draws.

mod fetch;
mod model;

use futures_util::future::BoxFuture;
pub use model::JobActivity;

use super::event_rule::Rule;
use super::external_schedule::ForeignSchedule;
use super::{Evidence, FetchContext, Kind, PollClass};
use crate::world::{Fault, KindName, Reading, Resource};

/// The kind.
pub struct Activities;

impl Kind for Activities {
    type Item = JobActivity;

    const PACE: PollClass = PollClass::Topology;
    const PLACES: bool = false;
    const EVIDENCE: Evidence = Evidence::Optional;
    const NEEDS: &'static [KindName] = &[Rule::KIND, ForeignSchedule::KIND];
    const PERMISSIONS: &'static [&'static str] = &["cloudwatch:GetMetricData"];

    fn read(ask: FetchContext<'_>) -> BoxFuture<'_, Result<Reading<JobActivity>, Fault>> {
        Box::pin(fetch::read(ask))
    }
}

#[cfg(test)]
mod tests;
