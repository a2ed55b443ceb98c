//! A Lambda function. Everything the program knows of this kind; the list of what lives where:
//! `model` our type, `fetch` the reading, `subject` what inference may know, `rules` how it is judged, `rows` how it
//! is shown, `commands` what can be done with it and `change` the doing. Nothing here draws.

pub mod change;
mod fetch;
mod metrics;
pub mod model;
mod rows;
pub mod rules;
mod subject;

pub use change::{Code, PublishVersion, ShiftAlias, UpdateCode};
use futures_util::future::BoxFuture;
pub use model::Function;
pub use rules::reason;

#[cfg(test)]
mod tests;

use jiff::Timestamp;

use super::Subject;
use super::{Evidence, FetchContext, Kind, KindContext, ListLayout, PollClass};
use crate::display::{Extra, Row, Section};
use crate::world::{Assessment, Fault, Reading, Scope};

/// The kind.
pub struct Functions;

impl Kind for Functions {
    type Item = Function;

    const PACE: PollClass = PollClass::Topology;
    const EVIDENCE: Evidence = Evidence::Optional;
    const PERMISSIONS: &'static [&'static str] =
        &["lambda:ListFunctions", "lambda:GetFunctionConfiguration", "cloudwatch:GetMetricData"];
    const CHANGES: &'static [&'static str] = change::ACTIONS;
    const SHOWN: Option<ListLayout> =
        Some(ListLayout { list: "functions", singular: "function", columns: rows::COLUMNS });

    fn read(ask: FetchContext<'_>) -> BoxFuture<'_, Result<Reading<Function>, Fault>> {
        Box::pin(fetch::read(ask))
    }

    fn look<'a>(ask: FetchContext<'a>, item: &'a Function, now: Timestamp) -> BoxFuture<'a, Result<Extra, Fault>> {
        Box::pin(fetch::look(ask, item, now))
    }

    fn metrics(item: &Function) -> Vec<super::metric_series::Metric> {
        metrics::metrics(item)
    }

    fn name(item: &Function) -> &str {
        &item.name
    }

    fn subject(item: &Function, scope: &Scope) -> Option<Subject> {
        subject::subject(item, scope)
    }

    fn assess(item: &Function, cx: &KindContext<'_>) -> Option<Assessment> {
        rules::assess(item, cx)
    }

    fn rows(item: &Function, cx: &KindContext<'_>) -> Vec<Row> {
        rows::rows(item, cx)
    }

    fn to_json(item: &Function, cx: &KindContext<'_>) -> Option<serde_json::Value> {
        rows::to_json(item, cx)
    }

    fn detail(item: &Function, cx: &KindContext<'_>) -> Vec<Section> {
        rows::detail(item, cx)
    }

    fn web(item: &Function, scope: &Scope) -> Option<String> {
        rows::web(item, scope)
    }
}
