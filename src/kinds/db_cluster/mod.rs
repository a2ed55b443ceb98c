//! A DB cluster. Everything the program knows of this kind; the list of what lives where:
//! `model` our type, `fetch` the reading, `subject` what inference may know,
//! `rules` how it is judged, `commands` what can be done with it and `change` the calls that do it,
//! `rows` and `page` how it is shown. Nothing here draws.

pub(crate) mod change;
mod fetch;
mod metrics;
pub mod model;
mod page;
mod rows;
mod rules;
mod subject;

use futures_util::future::BoxFuture;
pub use model::{ClusterMember, DbCluster};

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
use crate::world::read_request::ReadRequest;
use crate::world::{Assessment, EnvironmentName, Fault, Reading, Scope, World};

/// The kind.
pub struct DbClusters;

impl Kind for DbClusters {
    type Item = DbCluster;

    const PACE: PollClass = PollClass::Live;
    const EVIDENCE: Evidence = Evidence::Needed;
    const PERMISSIONS: &'static [&'static str] = &[
        "rds:DescribeDBClusters",
        "rds:DescribeEvents",
        "rds:DescribeDBRecommendations",
        "rds:DescribePendingMaintenanceActions",
        "cloudwatch:GetMetricData",
    ];
    const CHANGES: &'static [&'static str] = &[
        "rds:StopDBCluster",
        "rds:StartDBCluster",
        "rds:FailoverDBCluster",
        // A tunnel to it.
        "ssm:StartSession",
        "ssm:ResumeSession",
        "ssm:TerminateSession",
        "ssmmessages:OpenDataChannel",
        "rds-db:connect",
    ];
    const SHOWN: Option<ListLayout> =
        Some(ListLayout { list: "databases", singular: "DB cluster", columns: rows::COLUMNS });

    fn read(ask: FetchContext<'_>) -> BoxFuture<'_, Result<Reading<DbCluster>, Fault>> {
        Box::pin(fetch::read(ask))
    }

    fn look<'a>(ask: FetchContext<'a>, item: &'a DbCluster, now: Timestamp) -> BoxFuture<'a, Result<Extra, Fault>> {
        Box::pin(fetch::look(ask, item, now))
    }

    fn metrics(item: &DbCluster) -> Vec<super::metric_series::Metric> {
        metrics::metrics(item)
    }

    fn name(item: &DbCluster) -> &str {
        &item.id
    }

    fn subject(item: &DbCluster, scope: &Scope) -> Option<Subject> {
        subject::subject(item, scope)
    }

    fn assess(item: &DbCluster, cx: &KindContext<'_>) -> Option<Assessment> {
        rules::assess(item, cx)
    }

    fn count(item: &DbCluster, cx: &KindContext<'_>, counts: &mut Counts) {
        rules::count(item, cx, counts);
    }

    fn rows(item: &DbCluster, cx: &KindContext<'_>) -> Vec<Row> {
        rows::rows(item, cx)
    }

    fn to_json(item: &DbCluster, cx: &KindContext<'_>) -> Option<serde_json::Value> {
        rows::to_json(item, cx)
    }

    fn detail(item: &DbCluster, cx: &KindContext<'_>) -> Vec<Section> {
        page::detail(item, cx)
    }

    fn settled(item: &DbCluster, unresolved: &UnresolvedChange<'_>) -> Option<ObservedOutcome> {
        super::db_instance::settled(&item.id, &item.status, unresolved)
    }

    fn member_state(item: &DbCluster, world: &World, scope: &Scope) -> Option<sleep_wake_order::MemberState> {
        Some(power_state::member_state(item, world, scope))
    }

    fn watch(_item: &DbCluster, scope: &Scope) -> Vec<ReadRequest> {
        power_state::watch(scope)
    }

    fn act(
        item: &DbCluster,
        act: sleep_wake_order::StageAction,
        environment: &EnvironmentName,
        scope: &Scope,
    ) -> Option<Box<dyn Change>> {
        change::of(item, act, environment, scope)
    }

    fn web(item: &DbCluster, scope: &Scope) -> Option<String> {
        rows::web(item, scope)
    }
}
