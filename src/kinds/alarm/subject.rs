//! What inference may know of one: names, tags, VPC, keys others use for it, ties to others.
//! Pure; it decides nothing.

use super::model::{Alarm, AlarmMetric};
use super::rule;
use crate::kinds::{Relation, Subject};
use crate::world::{Arn, Resource, Scope};

/// What Application Auto Scaling calls the alarms that it makes: `TargetTracking-service/CLUSTER/NAME-AlarmHigh-UUID`.
const SCALING: &str = "TargetTracking-";

/// What is known of `item` for placing it: it follows what it watches, and a scaling alarm has no say of its own.
#[expect(clippy::unnecessary_wraps, reason = "the trait lets a kind have no subject")]
pub(super) fn subject(item: &Alarm, scope: &Scope) -> Option<Subject> {
    let mut subject = Subject::new(item.id(scope)).watching().known_as(["alarm:", &item.name].concat());
    match item.name.strip_prefix(SCALING) {
        Some(rest) => {
            subject = subject.also_called(&item.name);
            if let Some(target) = rest.split("-Alarm").next().filter(|target| target.starts_with("service/")) {
                subject = subject.tied(Relation::Dimension, target);
            }
        }
        None => subject = subject.named(&item.name),
    }
    // What is measured in another account is not named by ours.
    for metric in item.metrics.iter().filter(|metric| metric.account.is_none()) {
        for to in watched(metric) {
            subject = subject.tied(Relation::Dimension, to);
        }
        // AWS's own metrics are never made from logs.
        if let (Some(namespace), Some(name)) = (&metric.namespace, &metric.name)
            && !namespace.starts_with("AWS/")
        {
            subject = subject.tied(Relation::LogGroup, format!("metric:{namespace}/{name}"));
        }
    }
    for alarm in item.rule.as_deref().into_iter().flat_map(rule_names) {
        subject = subject.tied(Relation::Rule, alarm);
    }
    let home = |topic: &&Arn| {
        topic.service() == Some("sns") && (topic.region(), topic.account()) == (item.arn.region(), item.arn.account())
    };
    for topic in item.alarm_actions.iter().chain(&item.ok_actions).filter(home) {
        subject = subject.tied(Relation::Topic, ["topic:", topic.last()].concat());
    }
    subject.ties.sort();
    subject.ties.dedup();
    Some(subject)
}

/// The keys of what a metric's dimensions name, the most exact reading of each.
fn watched(metric: &AlarmMetric) -> Vec<String> {
    let value =
        |wanted: &str| metric.dimensions.iter().find(|(name, _)| name == wanted).map(|(_, value)| value.as_str());
    let mut keys = Vec::new();
    match (value("ClusterName"), value("ServiceName")) {
        (Some(cluster), Some(service)) => keys.push(["service/", cluster, "/", service].concat()),
        (Some(cluster), None) => keys.push(format!("cluster/{cluster}")),
        (None, Some(service)) => keys.push(service.to_owned()),
        (None, None) => {}
    }
    for (name, value) in &metric.dimensions {
        keys.push(match name.as_str() {
            "ClusterName" | "ServiceName" | "AvailabilityZone" => continue,
            "DBInstanceIdentifier" => format!("db:{value}"),
            "DBClusterIdentifier" => format!("cluster:{value}"),
            "FunctionName" => format!("function:{value}"),
            "QueueName" => format!("queue:{value}"),
            "TopicName" => format!("topic:{value}"),
            "LogGroupName" => format!("log-group:{value}"),
            // InstanceId, LoadBalancer, TargetGroup, and names of what we do not read.
            _ => value.clone(),
        });
    }
    keys
}

/// The alarms that a composite alarm's rule names, as keys.
fn rule_names(text: &str) -> Vec<String> {
    let key = |name: String| if Arn::from(name.as_str()).service().is_some() { name } else { format!("alarm:{name}") };
    rule::names(text).into_iter().map(key).collect()
}

#[cfg(test)]
mod tests {
    use super::rule_names;

    #[test]
    fn a_rule_names_alarms() {
        let rule =
            "ALARM(\"a (b)\") AND NOT OK('c')\nOR ALARM(arn:aws:cloudwatch:r:1:alarm:d)\nOR AT_LEAST(1, ALARM, (e))";
        let mut names = rule_names(rule);
        names.sort();
        assert_eq!(names, ["alarm:a (b)", "alarm:c", "alarm:e", "arn:aws:cloudwatch:r:1:alarm:d"]);
        assert!(rule_names("ALARM(").is_empty());
    }
}
