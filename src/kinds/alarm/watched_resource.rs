//! What an alarm watches, in words and as resources: by its metrics' dimensions.
//! Pure: words and tones, no drawing, no colours, no clock.

use super::measured_value::metric_name;
use super::model::{Alarm, AlarmMetric};
use super::rule;
use crate::kinds::Context;
use crate::kinds::db_cluster::DbCluster;
use crate::kinds::lambda_function::Function;
use crate::kinds::load_balancer::LoadBalancer;
use crate::kinds::target_group::TargetGroup;
use crate::text::first_line;
use crate::world::{Resource, ResourceId};

/// What is behind a dimension.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Watched<'a> {
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
pub fn watched(metric: &AlarmMetric) -> Option<Watched<'_>> {
    // The same names may stand for things of ours, and are not them.
    if let Some(account) = &metric.account {
        return Some(Watched::Other("account", account));
    }
    let of = |name: &str| metric.dimensions.iter().find(|(key, _)| key == name).map(|(_, value)| value.as_str());
    if let Some(service) = of("ServiceName") {
        return Some(Watched::Service(of("ClusterName"), service));
    }
    of("TargetGroup")
        .map(Watched::TargetGroup)
        .or_else(|| of("LoadBalancer").map(Watched::LoadBalancer))
        .or_else(|| of("DBInstanceIdentifier").map(Watched::Database))
        .or_else(|| of("DBClusterIdentifier").map(Watched::DbCluster))
        .or_else(|| of("InstanceId").map(Watched::Instance))
        .or_else(|| of("FunctionName").map(Watched::Function))
        .or_else(|| of("ClusterName").map(Watched::Cluster))
        .or_else(|| metric.dimensions.first().map(|(key, value)| Watched::Other(key, value)))
}

/// Everything an alarm is about.
pub fn all_watched(alarm: &Alarm) -> impl Iterator<Item = Watched<'_>> {
    alarm.metrics.iter().filter_map(watched)
}

/// In words: `CPUUtilization of service prooflink`.
#[must_use]
pub fn in_words(alarm: &Alarm) -> String {
    if let Some(rule) = &alarm.rule {
        return first_line(&format!("other alarms: {}", rule::in_one_line(rule)), 200);
    }
    let what = all_watched(alarm).next().map(|watched| match watched {
        Watched::Service(_, name) => format!(" of service {name}"),
        Watched::Cluster(name) => format!(" of cluster {name}"),
        Watched::Database(name) | Watched::DbCluster(name) => format!(" of database {name}"),
        Watched::TargetGroup(name) | Watched::LoadBalancer(name) => {
            let kind = if name.starts_with("targetgroup/") { "target group" } else { "load balancer" };
            // `targetgroup/NAME/id` and `app/NAME/id` alike.
            let short = name.split('/').nth(1);
            format!(" of {kind} {}", short.unwrap_or(name))
        }
        Watched::Instance(name) => format!(" of instance {name}"),
        Watched::Function(name) => format!(" of function {name}"),
        Watched::Other(key, value) => format!(" of {key} {}", first_line(value, 60)),
    });
    format!("{}{}", metric_name(alarm), what.unwrap_or_default())
}

/// The resource an alarm is about, if it is in sight: where a reader goes next.
#[must_use]
pub fn leads_to(alarm: &Alarm, cx: &Context<'_>) -> Option<(String, ResourceId)> {
    all_watched(alarm).find_map(|watched| match watched {
        Watched::Service(cluster, name) => {
            let service = cx.joins.service(cx.scope, cluster?, name)?;
            Some((format!("service {name}"), service.id(cx.scope)))
        }
        Watched::Database(name) => {
            cx.joins.database(cx.scope, name).map(|known| (format!("database {name}"), known.id(cx.scope)))
        }
        Watched::DbCluster(name) => {
            let known = cx.world.all::<DbCluster>(cx.scope).find(|known| known.id == name)?;
            Some((format!("database {name}"), known.id(cx.scope)))
        }
        Watched::Instance(id) => {
            let known = cx.joins.instance(cx.scope, id)?;
            Some((format!("instance {id}"), known.id(cx.scope)))
        }
        Watched::TargetGroup(short) => {
            let known = cx.world.all::<TargetGroup>(cx.scope).find(|known| known.arn.resource() == short)?;
            Some((format!("target group {}", known.name), known.id(cx.scope)))
        }
        Watched::LoadBalancer(short) => {
            let fits = |known: &&LoadBalancer| known.arn.resource().strip_prefix("loadbalancer/") == Some(short);
            let known = cx.world.all::<LoadBalancer>(cx.scope).find(fits)?;
            Some((format!("load balancer {}", known.name), known.id(cx.scope)))
        }
        Watched::Function(name) => {
            let known = cx.world.all::<Function>(cx.scope).find(|known| known.name == name)?;
            Some((format!("function {name}"), known.id(cx.scope)))
        }
        Watched::Cluster(_) | Watched::Other(..) => None,
    })
}
