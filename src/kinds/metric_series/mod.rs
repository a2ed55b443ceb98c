//! The course of one metric over a span: what charts are drawn of. `model` the question and our types, `fetch` the reading,
//! many in one call. Read only for what is looked at, because AWS bills each metric. What a thing's metrics are its kind
//! says; nothing here draws.

mod fetch;
mod model;

use futures_util::future::BoxFuture;
pub use model::{Golden, Metric, MetricName, MetricQuery, MetricSeries, SPANS};

use super::{FetchContext, Kind, PollClass};
use crate::world::{Fault, Reading};

/// The kind. A part is a [`MetricQuery`].
pub struct AllMetricSeries;

impl Kind for AllMetricSeries {
    type Item = MetricSeries;

    const PACE: PollClass = PollClass::OnDemand;
    const PERMISSIONS: &'static [&'static str] = &["cloudwatch:GetMetricData"];

    fn read(ask: FetchContext<'_>) -> BoxFuture<'_, Result<Reading<MetricSeries>, Fault>> {
        Box::pin(fetch::read(ask))
    }
}
