//! What CloudWatch measures of a service.
//! Names, units and which of them tell most; read and drawn elsewhere. Pure.

use super::model::Service;
use crate::kinds::metric_series::{Golden, Metric};

/// What is measured of it.
pub(super) fn metrics(item: &Service) -> Vec<Metric> {
    let of = [("ClusterName", item.cluster.last()), ("ServiceName", item.name.as_str())];
    let metric = |title, name| Metric::average(title, "%", ("AWS/ECS", name), &of).of_most(100.0);
    vec![
        metric("CPU", "CPUUtilization").golden(Golden::Saturation),
        metric("memory", "MemoryUtilization").golden(Golden::Saturation),
    ]
}
