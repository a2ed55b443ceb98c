//! What CloudWatch measures of a function.
//! Names, units and which of them tell most; read and drawn elsewhere. Pure.

use super::model::Function;
use crate::kinds::metric_series::{Golden, Metric};

/// What is measured of it.
pub(super) fn metrics(item: &Function) -> Vec<Metric> {
    let of = [("FunctionName", item.name.as_str())];
    let metric = |title, unit, name| Metric::average(title, unit, ("AWS/Lambda", name), &of);
    let duration = |title, statistic| metric(title, " ms", "Duration").by(statistic);
    let longest = duration("duration p99", "p99").golden(Golden::Latency);
    vec![
        metric("invocations", "", "Invocations").by("Sum").golden(Golden::Traffic),
        metric("errors", "", "Errors").by("Sum").golden(Golden::Errors),
        match item.timeout {
            Some(seconds) => longest.of_most(f64::from(seconds) * 1_000.0),
            None => longest,
        },
        duration("duration", "Average"),
        metric("throttles", "", "Throttles").by("Sum"),
        metric("running at once", "", "ConcurrentExecutions").by("Maximum"),
    ]
}
