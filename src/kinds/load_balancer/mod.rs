//! A load balancer. Everything the program knows of this kind; the list of what lives where:
//! `model` our type, `fetch` the reading, `subject` what inference may know,
//! `rules` how it is judged, `rows` how it is shown. Nothing here draws.

mod fetch;
mod metrics;
mod model;
mod rows;
mod rules;
mod subject;

use futures_util::future::BoxFuture;
pub use model::LoadBalancer;

#[cfg(test)]
mod tests;

use super::Counts;
use super::Subject;
use super::{Evidence, FetchContext, Kind, KindContext, PollClass};
use crate::display::{Row, Section};
use crate::world::{Assessment, Fault, Reading, Scope};

/// The kind.
pub struct LoadBalancers;

impl Kind for LoadBalancers {
    type Item = LoadBalancer;

    const PACE: PollClass = PollClass::Topology;
    const EVIDENCE: Evidence = Evidence::Needed;
    const PERMISSIONS: &'static [&'static str] = &["elasticloadbalancing:DescribeLoadBalancers"];

    fn read(ask: FetchContext<'_>) -> BoxFuture<'_, Result<Reading<LoadBalancer>, Fault>> {
        Box::pin(fetch::read(ask))
    }

    fn metrics(item: &LoadBalancer) -> Vec<super::metric_series::Metric> {
        metrics::metrics(item)
    }

    fn name(item: &LoadBalancer) -> &str {
        &item.name
    }

    fn subject(item: &LoadBalancer, scope: &Scope) -> Option<Subject> {
        subject::subject(item, scope)
    }

    fn assess(item: &LoadBalancer, cx: &KindContext<'_>) -> Option<Assessment> {
        rules::assess(item, cx)
    }

    fn count(item: &LoadBalancer, cx: &KindContext<'_>, counts: &mut Counts) {
        rules::count(item, cx, counts);
    }

    fn rows(item: &LoadBalancer, cx: &KindContext<'_>) -> Vec<Row> {
        rows::rows(item, cx)
    }

    fn to_json(item: &LoadBalancer, cx: &KindContext<'_>) -> Option<serde_json::Value> {
        rows::to_json(item, cx)
    }

    fn detail(item: &LoadBalancer, cx: &KindContext<'_>) -> Vec<Section> {
        rows::detail(item, cx)
    }

    fn web(item: &LoadBalancer, scope: &Scope) -> Option<String> {
        rows::web(item, scope)
    }
}
