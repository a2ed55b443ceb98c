//! A DB instance. Everything the program knows of this kind; the list of what lives where:
//! `model` our type, `fetch` the reading, `subject` what inference may know,
//! `rules` how it is judged, `commands` what can be done with it and `change` the calls that do it,
//! `status` what its states mean, `rows` and `page` how it is shown. Nothing here draws.

pub(crate) mod change;
mod change_outcome;
mod fetch;
mod maintenance_window;
mod metrics;
pub mod model;
mod page;
mod rows;
mod rules;
mod status;
mod subject;

pub use change_outcome::settled;
use futures_util::future::BoxFuture;
pub use model::DbInstance;

pub use maintenance_window::window;
pub(crate) use rules::{is_green, with_pair};
pub use status::{Class, EngineRelease, NOTES_DAYS, STATUSES, class, judge, sentence, support_left, support_note};

pub(crate) use page::{address, clock, windows};
pub(crate) use rows::{COLUMNS as DATABASE_COLUMNS, engine, green, line, pair_json};
pub(crate) use rules::with_clock;

pub mod power_state;
#[cfg(test)]
mod tests;

use jiff::Timestamp;

use super::Counts;
use super::Subject;
use super::{Evidence, FetchContext, Kind, KindContext, ListLayout, ObservedOutcome, PollClass, UnresolvedChange};
use crate::change::gate::Change;
use crate::display::{Extra, Row, Section};
use crate::schedule::transition::sleep_wake_order;
use crate::world::{Assessment, EnvironmentName, Fault, Reading, Scope, World};

/// The kind.
pub struct DbInstances;

impl Kind for DbInstances {
    type Item = DbInstance;

    const PACE: PollClass = PollClass::Live;
    const EVIDENCE: Evidence = Evidence::Needed;
    const PERMISSIONS: &'static [&'static str] = &[
        "rds:DescribeDBInstances",
        "rds:DescribeEvents",
        "rds:DescribePendingMaintenanceActions",
        "rds:DescribeDBRecommendations",
        "cloudwatch:GetMetricData",
    ];
    const CHANGES: &'static [&'static str] = &[
        "rds:StopDBInstance",
        "rds:StartDBInstance",
        "rds:RebootDBInstance",
        // A tunnel to it.
        "ssm:StartSession",
        "ssm:ResumeSession",
        "ssm:TerminateSession",
        "ssmmessages:OpenDataChannel",
        "rds-db:connect",
    ];
    const SHOWN: Option<ListLayout> =
        Some(ListLayout { list: "databases", singular: "DB instance", columns: rows::COLUMNS });

    fn read(ask: FetchContext<'_>) -> BoxFuture<'_, Result<Reading<DbInstance>, Fault>> {
        Box::pin(fetch::read(ask))
    }

    fn look<'a>(ask: FetchContext<'a>, item: &'a DbInstance, now: Timestamp) -> BoxFuture<'a, Result<Extra, Fault>> {
        Box::pin(fetch::look(ask, item, now))
    }

    fn metrics(item: &DbInstance) -> Vec<super::metric_series::Metric> {
        metrics::metrics(item)
    }

    fn name(item: &DbInstance) -> &str {
        &item.id
    }

    fn subject(item: &DbInstance, scope: &Scope) -> Option<Subject> {
        subject::subject(item, scope)
    }

    fn assess(item: &DbInstance, cx: &KindContext<'_>) -> Option<Assessment> {
        rules::assess(item, cx)
    }

    fn count(item: &DbInstance, cx: &KindContext<'_>, counts: &mut Counts) {
        rules::count(item, cx, counts);
    }

    fn rows(item: &DbInstance, cx: &KindContext<'_>) -> Vec<Row> {
        rows::rows(item, cx)
    }

    fn to_json(item: &DbInstance, cx: &KindContext<'_>) -> Option<serde_json::Value> {
        rows::to_json(item, cx)
    }

    fn detail(item: &DbInstance, cx: &KindContext<'_>) -> Vec<Section> {
        page::detail(item, cx)
    }

    fn settled(item: &DbInstance, unresolved: &UnresolvedChange<'_>) -> Option<ObservedOutcome> {
        settled(&item.id, &item.status, unresolved)
    }

    fn member_state(item: &DbInstance, world: &World, scope: &Scope) -> Option<sleep_wake_order::MemberState> {
        Some(power_state::member_state(item, world, scope))
    }

    fn act(
        item: &DbInstance,
        act: sleep_wake_order::StageAction,
        environment: &EnvironmentName,
        scope: &Scope,
    ) -> Option<Box<dyn Change>> {
        change::of(item, act, environment, scope)
    }

    fn web(item: &DbInstance, scope: &Scope) -> Option<String> {
        rows::web(item, scope)
    }
}
