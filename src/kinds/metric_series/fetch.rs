//! Reads this kind from AWS: cloudwatch:GetMetricData, five hundred metrics in a call.
//! The only file of the kind that may touch the network or an SDK type; reading operations only.

use std::collections::BTreeMap;

use jiff::{SignedDuration, Timestamp};

use super::model::{MetricQuery, MetricSeries};
use crate::kinds::FetchContext;
use crate::kinds::shared::fetch::metrics::{Measure, courses_over};
use crate::world::{Coverage, Fault, Part, Reading};

/// A call takes no more metrics than that (GetMetricData, API reference).
const METRICS: usize = 500;

/// Reads what `ask` covers; nothing where nothing is named.
///
/// # Errors
/// None: a call's fault stands with each of its parts.
pub(super) async fn read(ask: FetchContext<'_>) -> Result<Reading<MetricSeries>, Fault> {
    let Coverage::Parts(parts) = ask.coverage else { return Ok(Reading::of(Vec::new())) };
    // Whoever tries every kind names parts of all of them.
    let mut spans: BTreeMap<u32, Vec<(Part, MetricQuery)>> = BTreeMap::new();
    for (part, query) in parts.iter().filter_map(|part| Some((part.clone(), MetricQuery::of(part)?))) {
        spans.entry(query.span).or_default().push((part, query));
    }
    let now = Timestamp::now();
    let mut read = Vec::new();
    for (span, asked) in spans {
        for some in asked.chunks(METRICS) {
            let measures: Vec<Measure> = some.iter().map(|(_, query)| measure(query)).collect();
            let got = courses_over(ask.aws, &measures, SignedDuration::from_secs(i64::from(span)), now).await;
            match got {
                Ok(all) => read.extend(some.iter().zip(all).map(|((part, _), series)| {
                    (part.clone(), Ok(vec![MetricSeries { key: part.to_string(), points: series.points }]))
                })),
                Err(fault) => read.extend(some.iter().map(|(part, _)| (part.clone(), Err(fault.clone())))),
            }
        }
    }
    Ok(Reading::of(read))
}

fn measure(query: &MetricQuery) -> Measure {
    let name = &query.name;
    let plain = Measure::average("", "", &name.namespace, &name.metric, &[]);
    Measure { dimensions: name.dimensions.clone(), statistic: name.statistic.clone(), period: query.period, ..plain }
}

#[cfg(test)]
mod tests;
