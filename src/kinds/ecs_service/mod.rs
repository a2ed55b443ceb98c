//! An ECS service. Everything the program knows of this kind; the list of what lives where:
//! `model` our type, `fetch` the reading, `subject` what inference may know,
//! `rules` how it is judged, `rows` and `page` how it is shown; `delivery` how deployments stand, `comparison` how two differ,
//! `change` the calls that change it. Nothing here draws.

pub mod change;
mod change_outcome;
pub mod comparison;
pub mod delivery;
pub mod delivery_page;
pub mod deployed_by;
pub mod event_meanings;
mod fetch;
pub mod history_page;
mod metrics;
pub mod model;
mod page;
mod rows;
pub mod rules;
mod session_access;
mod sleep;
mod stopped_before;
mod subject;

use futures_util::future::BoxFuture;
pub use model::{Alternate, Attachment, Breaker, DeliveryFacts, Deployment, Event, Service, TaskSet};
pub use sleep::{memory, memory_in, scaled_as, wakes_to};

pub use rules::{Judged, history_ends, is_settled, judge, moving, primary, rolled_back_to, steady_only, trouble};

pub mod revision_steps;
#[cfg(test)]
mod tests;

pub use revision_steps::RevisionSteps;

use jiff::Timestamp;

use super::Counts;
use super::Subject;
use super::{Evidence, FetchContext, Kind, KindContext, ListLayout, ObservedOutcome, PollClass, UnresolvedChange};
use crate::change::gate::Change;
use crate::display::{Extra, Row, Section};
use crate::schedule::transition::sleep_wake_order;
use crate::ssm::preflight::SessionAccess;
use crate::world::read_request::ReadRequest;
use crate::world::{Assessment, EnvironmentName, Fault, Reading, Scope, World};

/// The kind.
pub struct Services;

impl Kind for Services {
    type Item = Service;

    const PACE: PollClass = PollClass::Live;
    const SHELL: bool = true;
    const EVIDENCE: Evidence = Evidence::Needed;
    const PERMISSIONS: &'static [&'static str] = &[
        "ecs:ListClusters",
        "ecs:ListServices",
        "ecs:DescribeServices",
        "ecs:DescribeServiceDeployments",
        "ecs:DescribeServiceRevisions",
        "ecs:ListServiceDeployments",
        "elasticloadbalancing:DescribeListeners",
        "elasticloadbalancing:DescribeRules",
        "cloudwatch:GetMetricData",
        "application-autoscaling:DescribeScalableTargets",
        "application-autoscaling:DescribeScalingPolicies",
        "application-autoscaling:DescribeScalingActivities",
    ];
    const CHANGES: &'static [&'static str] = change::ACTIONS;
    const SHOWN: Option<ListLayout> =
        Some(ListLayout { list: "services", singular: "service", columns: rows::COLUMNS });

    fn read(ask: FetchContext<'_>) -> BoxFuture<'_, Result<Reading<Service>, Fault>> {
        Box::pin(fetch::read(ask))
    }

    fn look<'a>(ask: FetchContext<'a>, item: &'a Service, now: Timestamp) -> BoxFuture<'a, Result<Extra, Fault>> {
        Box::pin(fetch::look(ask, item, now))
    }

    fn metrics(item: &Service) -> Vec<super::metric_series::Metric> {
        metrics::metrics(item)
    }

    fn name(item: &Service) -> &str {
        &item.name
    }

    fn subject(item: &Service, scope: &Scope) -> Option<Subject> {
        subject::subject(item, scope)
    }

    fn assess(item: &Service, cx: &KindContext<'_>) -> Option<Assessment> {
        rules::assess(item, cx)
    }

    fn count(item: &Service, cx: &KindContext<'_>, counts: &mut Counts) {
        rules::count(item, cx, counts);
    }

    fn rows(item: &Service, cx: &KindContext<'_>) -> Vec<Row> {
        rows::rows(item, cx)
    }

    fn to_json(item: &Service, cx: &KindContext<'_>) -> Option<serde_json::Value> {
        rows::to_json(item, cx)
    }

    fn detail(item: &Service, cx: &KindContext<'_>) -> Vec<Section> {
        page::detail(item, cx)
    }

    fn page_reads(item: &Service, world: &World, scope: &Scope) -> Vec<ReadRequest> {
        history_page::reads(item, world, scope)
    }

    fn settled(item: &Service, unresolved: &UnresolvedChange<'_>) -> Option<ObservedOutcome> {
        change_outcome::settled(item, unresolved)
    }

    fn session_access(item: &Service, cx: &KindContext<'_>) -> Option<SessionAccess> {
        Some(session_access::session_access(item, cx))
    }

    fn member_state(item: &Service, world: &World, scope: &Scope) -> Option<sleep_wake_order::MemberState> {
        Some(sleep::member_state(item, world, scope))
    }

    fn watch(item: &Service, scope: &Scope) -> Vec<ReadRequest> {
        sleep::watch(item, scope)
    }

    fn act(
        item: &Service,
        act: sleep_wake_order::StageAction,
        environment: &EnvironmentName,
        scope: &Scope,
    ) -> Option<Box<dyn Change>> {
        sleep::act(item, act, environment, scope)
    }

    fn web(item: &Service, scope: &Scope) -> Option<String> {
        rows::web(item, scope)
    }
}
