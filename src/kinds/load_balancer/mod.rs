//! A load balancer. Everything the program knows of this kind; the list of what lives where:
//! `model` our type, `fetch` the reading, `subject` what inference may know,
//! `rules` how it is judged, `rows` how it is shown. Nothing here draws.

mod fetch;
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
use super::{Ask, Context, Kind, Pace};
use crate::display::{Row, Section};
use crate::world::{Fault, Harvest, Opinion, Scope};

/// The kind.
pub struct LoadBalancers;

impl Kind for LoadBalancers {
    type Item = LoadBalancer;

    const PACE: Pace = Pace::Topology;
    const PERMISSIONS: &'static [&'static str] = &["elasticloadbalancing:DescribeLoadBalancers"];

    fn read(ask: Ask<'_>) -> BoxFuture<'_, Result<Harvest<LoadBalancer>, Fault>> {
        Box::pin(fetch::read(ask))
    }

    fn name(item: &LoadBalancer) -> &str {
        &item.name
    }

    fn subject(item: &LoadBalancer, scope: &Scope) -> Option<Subject> {
        subject::subject(item, scope)
    }

    fn opinion(item: &LoadBalancer, cx: &Context<'_>) -> Option<Opinion> {
        rules::opinion(item, cx)
    }

    fn count(item: &LoadBalancer, cx: &Context<'_>, counts: &mut Counts) {
        rules::count(item, cx, counts);
    }

    fn rows(item: &LoadBalancer, cx: &Context<'_>) -> Vec<Row> {
        rows::rows(item, cx)
    }

    fn listed(item: &LoadBalancer, cx: &Context<'_>) -> Option<serde_json::Value> {
        rows::listed(item, cx)
    }

    fn detail(item: &LoadBalancer, cx: &Context<'_>) -> Vec<Section> {
        rows::detail(item, cx)
    }

    fn web(item: &LoadBalancer, scope: &Scope) -> Option<String> {
        rows::web(item, scope)
    }
}
