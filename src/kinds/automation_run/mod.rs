//! Runs of the Automation documents that rules and schedules of others call. Everything the program knows of this
//! kind: `model` our type, `fetch` the reading. Which rule a run belongs to is decided in `offhours::external_schedulers`;
//! nothing here starts, stops or answers for one.

mod fetch;
mod model;

use futures_util::future::BoxFuture;
pub use model::Run;

use super::event_rule::Rule;
use super::external_schedule::ForeignSchedule;
use super::{FetchContext, Kind, PollClass};
use crate::world::{Fault, KindName, Reading, Resource};

/// The kind.
pub struct Runs;

impl Kind for Runs {
    type Item = Run;

    const PACE: PollClass = PollClass::Topology;
    const PLACES: bool = false;
    // Which documents are called is known from these: of no others is anything asked.
    const NEEDS: &'static [KindName] = &[Rule::KIND, ForeignSchedule::KIND];
    const PERMISSIONS: &'static [&'static str] = &["ssm:DescribeAutomationExecutions", "ssm:GetAutomationExecution"];

    fn read(ask: FetchContext<'_>) -> BoxFuture<'_, Result<Reading<Run>, Fault>> {
        Box::pin(fetch::read(ask))
    }
}

#[cfg(test)]
mod tests;
