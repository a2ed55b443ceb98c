//! A target group. Everything the program knows of this kind; the list of what lives where:
//! `model` our type, `fetch` the reading, `subject` what inference may know,
//! `change` the API calls of its changes, `rules` how it is judged, `wording` what target states mean, `metrics` what is
//! charted of it, `rows` and `page` how it is shown. Nothing here draws.

mod change;
mod fetch;
mod metrics;
pub mod model;
mod page;
mod rows;
mod rules;
mod subject;
mod wording;

pub use change::{Labelling, Registering};
use futures_util::future::BoxFuture;
pub use model::{Check, TargetGroup};
pub use rules::{failing_since, hint, idle, judge, share};
pub use wording::{Role, Words, check, words};

#[cfg(test)]
mod tests;

use super::Counts;
use super::Subject;
use super::{Evidence, FetchContext, Kind, KindContext, ListLayout, PollClass};
use crate::display::{Row, Section};
use crate::world::{Assessment, Fault, Reading, Scope};

/// The kind.
pub struct TargetGroups;

impl Kind for TargetGroups {
    type Item = TargetGroup;

    const PACE: PollClass = PollClass::Topology;
    const EVIDENCE: Evidence = Evidence::Needed;
    const PERMISSIONS: &'static [&'static str] = &["elasticloadbalancing:DescribeTargetGroups"];
    const CHANGES: &'static [&'static str] = change::ACTIONS;
    const SHOWN: Option<ListLayout> =
        Some(ListLayout { list: "target_groups", singular: "target group", columns: rows::COLUMNS });

    fn read(ask: FetchContext<'_>) -> BoxFuture<'_, Result<Reading<TargetGroup>, Fault>> {
        Box::pin(fetch::read(ask))
    }

    fn metrics(item: &TargetGroup) -> Vec<super::metric_series::Metric> {
        metrics::metrics(item)
    }

    fn name(item: &TargetGroup) -> &str {
        &item.name
    }

    fn subject(item: &TargetGroup, scope: &Scope) -> Option<Subject> {
        subject::subject(item, scope)
    }

    fn assess(item: &TargetGroup, cx: &KindContext<'_>) -> Option<Assessment> {
        rules::assess(item, cx)
    }

    fn count(item: &TargetGroup, cx: &KindContext<'_>, counts: &mut Counts) {
        rules::count(item, cx, counts);
    }

    fn rows(item: &TargetGroup, cx: &KindContext<'_>) -> Vec<Row> {
        rows::rows(item, cx)
    }

    fn to_json(item: &TargetGroup, cx: &KindContext<'_>) -> Option<serde_json::Value> {
        rows::to_json(item, cx)
    }

    fn detail(item: &TargetGroup, cx: &KindContext<'_>) -> Vec<Section> {
        page::detail(item, cx)
    }

    fn web(item: &TargetGroup, scope: &Scope) -> Option<String> {
        rows::web(item, scope)
    }
}
