//! What CloudWatch measures of a target group.
//! Names, units and which of them tell most; read and drawn elsewhere. Pure.

use super::model::TargetGroup;
use crate::kinds::metric_series::Metric;

/// What is measured of it behind its load balancer; nothing where none forwards to it.
pub(super) fn metrics(item: &TargetGroup) -> Vec<Metric> {
    let Some(balancer) = item.load_balancers.first() else { return Vec::new() };
    let balancer = balancer.resource().strip_prefix("loadbalancer/").unwrap_or(balancer.resource());
    let network = balancer.starts_with("net/");
    let namespace = if network { "AWS/NetworkELB" } else { "AWS/ApplicationELB" };
    let of = [("TargetGroup", item.arn.resource()), ("LoadBalancer", balancer)];
    let metric = |title, unit, name| Metric::average(title, unit, (namespace, name), &of);
    let hosts = [
        metric("healthy hosts", "", "HealthyHostCount").by("Minimum"),
        metric("unhealthy hosts", "", "UnHealthyHostCount").by("Maximum"),
    ];
    if network {
        return hosts.into();
    }
    let answers = [
        metric("requests a target", "", "RequestCountPerTarget").by("Sum"),
        metric("5xx", "", "HTTPCode_Target_5XX_Count").by("Sum"),
        metric("4xx", "", "HTTPCode_Target_4XX_Count").by("Sum"),
        metric("latency p99", " ms", "TargetResponseTime").by("p99").over(0.001),
        metric("latency p50", " ms", "TargetResponseTime").by("p50").over(0.001),
    ];
    hosts.into_iter().chain(answers).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::kinds::testing_samples::group;

    #[test]
    fn a_group_is_known_with_its_load_balancer() {
        let all = metrics(&group());
        assert!(all.iter().all(|metric| metric.name.dimensions.len() == 2), "{all:?}");
        assert!(all[0].name.dimensions[0].1.starts_with("targetgroup/"), "{all:?}");
        assert_eq!(metrics(&TargetGroup { load_balancers: Vec::new(), ..group() }), []);
    }
}
