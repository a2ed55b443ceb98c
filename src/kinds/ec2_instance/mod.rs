//! An EC2 instance. Everything the program knows of this kind; the list of what lives where:
//! `model` our type, `fetch` the reading, `subject` what inference may know,
//! `rules` how it is judged, `rows` how it is shown. Nothing here draws.

pub(crate) mod change;
mod fetch;
mod metrics;
pub mod model;
mod rows;
pub mod rules;
mod session_access;
mod subject;

use futures_util::future::BoxFuture;
pub use model::Instance;
pub(crate) use rows::COLUMNS as INSTANCE_COLUMNS;

pub mod power_state;
#[cfg(test)]
mod tests;

use super::Counts;
use super::Subject;
use super::{Evidence, FetchContext, Kind, KindContext, ListLayout, PollClass};
use crate::change::gate::Change;
use crate::display::{Row, Section};
use crate::schedule::transition::sleep_wake_order;
use crate::ssm::preflight::SessionAccess;
use crate::world::read_request::ReadRequest;
use crate::world::{Assessment, EnvironmentName, Fault, Reading, Scope, World};

/// The kind.
pub struct Instances;

impl Kind for Instances {
    type Item = Instance;

    const PACE: PollClass = PollClass::Live;
    const SHELL: bool = true;
    const EVIDENCE: Evidence = Evidence::Needed;
    const PERMISSIONS: &'static [&'static str] = &["ec2:DescribeInstances"];
    const CHANGES: &'static [&'static str] = change::ACTIONS;
    const SHOWN: Option<ListLayout> =
        Some(ListLayout { list: "instances", singular: "instance", columns: rows::COLUMNS });

    fn read(ask: FetchContext<'_>) -> BoxFuture<'_, Result<Reading<Instance>, Fault>> {
        Box::pin(fetch::read(ask))
    }

    fn metrics(item: &Instance) -> Vec<super::metric_series::Metric> {
        metrics::metrics(item)
    }

    fn name(item: &Instance) -> &str {
        item.name.as_deref().unwrap_or(&item.id)
    }

    fn subject(item: &Instance, scope: &Scope) -> Option<Subject> {
        subject::subject(item, scope)
    }

    fn assess(item: &Instance, cx: &KindContext<'_>) -> Option<Assessment> {
        rules::assess(item, cx)
    }

    fn count(item: &Instance, cx: &KindContext<'_>, counts: &mut Counts) {
        rules::count(item, cx, counts);
    }

    fn rows(item: &Instance, cx: &KindContext<'_>) -> Vec<Row> {
        rows::rows(item, cx)
    }

    fn to_json(item: &Instance, cx: &KindContext<'_>) -> Option<serde_json::Value> {
        rows::to_json(item, cx)
    }

    fn detail(item: &Instance, cx: &KindContext<'_>) -> Vec<Section> {
        rows::detail(item, cx)
    }

    fn session_access(item: &Instance, cx: &KindContext<'_>) -> Option<SessionAccess> {
        Some(session_access::session_access(item, cx))
    }

    fn member_state(item: &Instance, world: &World, scope: &Scope) -> Option<sleep_wake_order::MemberState> {
        Some(power_state::member_state(item, world, scope))
    }

    fn watch(_item: &Instance, scope: &Scope) -> Vec<ReadRequest> {
        power_state::watch(scope)
    }

    fn act(
        item: &Instance,
        act: sleep_wake_order::StageAction,
        environment: &EnvironmentName,
        scope: &Scope,
    ) -> Option<Box<dyn Change>> {
        change::of(item, act, environment, scope)
    }

    fn web(item: &Instance, scope: &Scope) -> Option<String> {
        rows::web(item, scope)
    }
}
