//! What CloudWatch measures of an instance.
//! Names, units and which of them tell most; read and drawn elsewhere. Pure.

use super::model::Instance;
use crate::kinds::metric_series::{Golden, Metric};

/// What is measured of it without an agent.
pub(super) fn metrics(item: &Instance) -> Vec<Metric> {
    let of = [("InstanceId", item.id.as_str())];
    let metric = |title, unit, name| Metric::average(title, unit, ("AWS/EC2", name), &of);
    let mut all = vec![
        metric("CPU", "%", "CPUUtilization").of_most(100.0).golden(Golden::Saturation),
        metric("network in", " MB", "NetworkIn").by("Sum").over(1e6),
        metric("network out", " MB", "NetworkOut").by("Sum").over(1e6),
        metric("failed status checks", "", "StatusCheckFailed").by("Maximum"),
    ];
    // Only burstable classes have credits.
    if item.class.as_deref().is_some_and(|class| class.starts_with('t')) {
        all.push(metric("CPU credits", "", "CPUCreditBalance").by("Minimum"));
    }
    all
}
