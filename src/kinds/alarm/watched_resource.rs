//! What an alarm watches, in words and as resources: by its metrics' dimensions.
//! Pure: words and tones, no drawing, no colours, no clock.

use super::measured_value::metric_name;
use super::model::{Alarm, AlarmMetric};
use super::rule;
use crate::kinds::KindContext;
use crate::kinds::db_cluster::DbCluster;
use crate::kinds::lambda_function::Function;
use crate::kinds::load_balancer::LoadBalancer;
use crate::kinds::target_group::TargetGroup;
use crate::text::first_line;
use crate::world::{Resource, ResourceId};

/// What is behind a dimension.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum WatchedResource<'a> {
    /// A service, by the names of its cluster (if told) and its own.
    Service(Option<&'a str>, &'a str),
    /// A cluster of services as a whole.
    Cluster(&'a str),
    /// A DB instance.
    Database(&'a str),
    /// A DB cluster.
    DbCluster(&'a str),
    /// A target group, as `targetgroup/name/id`.
    TargetGroup(&'a str),
    /// A load balancer, as `app/name/id`.
    LoadBalancer(&'a str),
    /// An instance.
    Instance(&'a str),
    /// A function.
    Function(&'a str),
    /// Anything else: the dimension's name and value.
    Other(&'a str, &'a str),
}

/// What one metric is about: the most special of its dimensions.
#[must_use]
pub fn watched(metric: &AlarmMetric) -> Option<WatchedResource<'_>> {
    // The same names may stand for things of ours, and are not them.
    if let Some(account) = &metric.account {
        return Some(WatchedResource::Other("account", account));
    }
    let of = |name: &str| metric.dimensions.iter().find(|(key, _)| key == name).map(|(_, value)| value.as_str());
    if let Some(service) = of("ServiceName") {
        return Some(WatchedResource::Service(of("ClusterName"), service));
    }
    of("TargetGroup")
        .map(WatchedResource::TargetGroup)
        .or_else(|| of("LoadBalancer").map(WatchedResource::LoadBalancer))
        .or_else(|| of("DBInstanceIdentifier").map(WatchedResource::Database))
        .or_else(|| of("DBClusterIdentifier").map(WatchedResource::DbCluster))
        .or_else(|| of("InstanceId").map(WatchedResource::Instance))
        .or_else(|| of("FunctionName").map(WatchedResource::Function))
        .or_else(|| of("ClusterName").map(WatchedResource::Cluster))
        .or_else(|| metric.dimensions.first().map(|(key, value)| WatchedResource::Other(key, value)))
}

/// Everything an alarm is about.
pub fn all_watched(alarm: &Alarm) -> impl Iterator<Item = WatchedResource<'_>> {
    alarm.metrics.iter().filter_map(watched)
}

/// In words: `CPUUtilization of service prooflink`.
#[must_use]
pub fn in_words(alarm: &Alarm) -> String {
    if let Some(rule) = &alarm.rule {
        return first_line(&format!("other alarms: {}", rule::in_one_line(rule)), 200);
    }
    let what = all_watched(alarm).next().map(|watched| match watched {
        WatchedResource::Service(_, name) => format!(" of service {name}"),
        WatchedResource::Cluster(name) => format!(" of cluster {name}"),
        WatchedResource::Database(name) | WatchedResource::DbCluster(name) => format!(" of database {name}"),
        WatchedResource::TargetGroup(name) | WatchedResource::LoadBalancer(name) => {
            let kind = if name.starts_with("targetgroup/") { "target group" } else { "load balancer" };
            // `targetgroup/NAME/id` and `app/NAME/id` alike.
            let short = name.split('/').nth(1);
            format!(" of {kind} {}", short.unwrap_or(name))
        }
        WatchedResource::Instance(name) => format!(" of instance {name}"),
        WatchedResource::Function(name) => format!(" of function {name}"),
        WatchedResource::Other(key, value) => format!(" of {key} {}", first_line(value, 60)),
    });
    format!("{}{}", metric_name(alarm), what.unwrap_or_default())
}

/// The resource an alarm is about, if it is in sight: where a reader goes next.
#[must_use]
pub fn leads_to(alarm: &Alarm, cx: &KindContext<'_>) -> Option<(String, ResourceId)> {
    all_watched(alarm).find_map(|watched| match watched {
        WatchedResource::Service(cluster, name) => {
            let service = cx.resource_index.service(cx.scope, cluster?, name)?;
            Some((format!("service {name}"), service.id(cx.scope)))
        }
        WatchedResource::Database(name) => {
            cx.resource_index.database(cx.scope, name).map(|known| (format!("database {name}"), known.id(cx.scope)))
        }
        WatchedResource::DbCluster(name) => {
            let known = cx.world.all::<DbCluster>(cx.scope).find(|known| known.id == name)?;
            Some((format!("database {name}"), known.id(cx.scope)))
        }
        WatchedResource::Instance(id) => {
            let known = cx.resource_index.instance(cx.scope, id)?;
            Some((format!("instance {id}"), known.id(cx.scope)))
        }
        WatchedResource::TargetGroup(short) => {
            let known = cx.world.all::<TargetGroup>(cx.scope).find(|known| known.arn.resource() == short)?;
            Some((format!("target group {}", known.name), known.id(cx.scope)))
        }
        WatchedResource::LoadBalancer(short) => {
            let fits = |known: &&LoadBalancer| known.arn.resource().strip_prefix("loadbalancer/") == Some(short);
            let known = cx.world.all::<LoadBalancer>(cx.scope).find(fits)?;
            Some((format!("load balancer {}", known.name), known.id(cx.scope)))
        }
        WatchedResource::Function(name) => {
            let known = cx.world.all::<Function>(cx.scope).find(|known| known.name == name)?;
            Some((format!("function {name}"), known.id(cx.scope)))
        }
        WatchedResource::Cluster(_) | WatchedResource::Other(..) => None,
    })
}
