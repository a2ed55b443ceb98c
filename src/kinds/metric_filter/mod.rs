//! A metric filter of a log group. Everything the program knows of this kind; the list of what lives where:
//! `model` our type, `fetch` the reading. Nothing here draws.

mod fetch;
mod model;

pub use model::MetricFilter;

use super::{Ask, Boxed, Kind, Pace};
use crate::world::{Fault, Harvest};

/// The kind.
pub struct MetricFilters;

impl Kind for MetricFilters {
    type Item = MetricFilter;

    const PACE: Pace = Pace::Topology;
    const PERMISSIONS: &'static [&'static str] = &["logs:DescribeMetricFilters"];

    fn read(ask: Ask<'_>) -> Boxed<'_, Result<Harvest<MetricFilter>, Fault>> {
        Box::pin(fetch::read(ask))
    }

    fn name(item: &MetricFilter) -> &str {
        &item.name
    }
}
