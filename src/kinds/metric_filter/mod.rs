//! A metric filter of a log group. Everything the program knows of this kind; the list of what lives where:
//! `model` our type, `fetch` the reading,
//! `subject` what inference may know. Nothing here draws.

mod fetch;
mod model;
mod subject;

use futures_util::future::BoxFuture;
pub use model::MetricFilter;

use super::Subject;
use super::{Evidence, FetchContext, Kind, PollClass};
use crate::world::{Fault, Reading, Scope};

/// The kind.
pub struct MetricFilters;

impl Kind for MetricFilters {
    type Item = MetricFilter;

    const PACE: PollClass = PollClass::Topology;
    const EVIDENCE: Evidence = Evidence::Optional;
    const PERMISSIONS: &'static [&'static str] = &["logs:DescribeMetricFilters"];

    fn read(ask: FetchContext<'_>) -> BoxFuture<'_, Result<Reading<MetricFilter>, Fault>> {
        Box::pin(fetch::read(ask))
    }

    fn name(item: &MetricFilter) -> &str {
        &item.name
    }

    fn subject(item: &MetricFilter, scope: &Scope) -> Option<Subject> {
        subject::subject(item, scope)
    }
}
