//! What CloudWatch measures of a load balancer.
//! Names, units and which of them tell most; read and drawn elsewhere. Pure.

use super::model::LoadBalancer;
use crate::kinds::metric_series::{Golden, Metric};

/// What is measured of it, by its flavour (metrics of Application and Network Load Balancers, user guides).
pub(super) fn metrics(item: &LoadBalancer) -> Vec<Metric> {
    let resource = item.arn.resource();
    let of = [("LoadBalancer", resource.strip_prefix("loadbalancer/").unwrap_or(resource))];
    if item.flavour.as_deref() == Some("network") {
        let metric = |title, unit, name| Metric::average(title, unit, ("AWS/NetworkELB", name), &of).by("Sum");
        return vec![
            metric("new flows", "", "NewFlowCount").golden(Golden::Traffic),
            metric("bytes", " MB", "ProcessedBytes").over(1e6),
            metric("resets by targets", "", "TCP_Target_Reset_Count").golden(Golden::Errors),
        ];
    }
    let metric = |title, unit, name| Metric::average(title, unit, ("AWS/ApplicationELB", name), &of);
    let latency = |title, statistic| metric(title, " ms", "TargetResponseTime").by(statistic).over(0.001);
    vec![
        metric("requests", "", "RequestCount").by("Sum").golden(Golden::Traffic),
        metric("5xx of targets", "", "HTTPCode_Target_5XX_Count").by("Sum").golden(Golden::Errors),
        metric("5xx of its own", "", "HTTPCode_ELB_5XX_Count").by("Sum").golden(Golden::Errors),
        metric("4xx of targets", "", "HTTPCode_Target_4XX_Count").by("Sum"),
        latency("latency p99", "p99").golden(Golden::Latency),
        latency("latency p50", "p50"),
        metric("rejected connections", "", "RejectedConnectionCount").by("Sum"),
    ]
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::kinds::testing_samples::balancer;

    #[test]
    fn an_application_load_balancer_is_known_by_the_end_of_its_arn() {
        let all = metrics(&balancer());
        let of = &all[0].name.dimensions[0];
        assert!(of.0 == "LoadBalancer" && of.1.starts_with("app/"), "{of:?}");
        assert!(all.iter().any(|metric| metric.golden == Some(Golden::Latency) && metric.name.statistic == "p99"));
        let network = LoadBalancer { flavour: Some("network".to_owned()), ..balancer() };
        assert!(metrics(&network).iter().all(|metric| metric.name.namespace == "AWS/NetworkELB"));
    }
}
