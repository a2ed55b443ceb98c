//! Alarms that tell a cause themselves: a service at its maximum, a database out of storage or connections by its own
//! metric, data that stopped coming, a deployment minutes before errors. What an alarm measures is a symptom else. Pure.

use super::Site;
use super::task_exit::deployed_before;
use crate::diagnosis::explain::facts::ServiceFacts;
use crate::diagnosis::explain::hypothesis::{Hypothesis, Spread, Strength, evidence};
use crate::environment::Member;
use crate::kinds::alarm::{Alarm, WatchedResource, all_watched, reading, told};
use crate::kinds::ecs_service::scaled_as;
use crate::kinds::load_balancer::LoadBalancer;
use crate::kinds::scalable_target::ScalableTarget;
use crate::text::{clock, counted, span};

const ALARMS: &str = "cloudwatch:DescribeAlarms";
const SCALING: &str = "application-autoscaling:DescribeScalableTargets";
const EVENTS: &str = "ecs:DescribeServices";
/// A deployment this many minutes before an alarm is suspected.
const SUSPECT: i64 = 30;

/// The causes that firing alarms tell.
pub(super) fn propose<'a>(site: &Site<'_, 'a>) -> Vec<Hypothesis<'a>> {
    let mut all = Vec::new();
    for (member, alarm) in site.cx.alarms.iter().filter(|(member, _)| site.symptom(&member.id).is_some()) {
        let metric = alarm.metrics.iter().find_map(|it| it.name.as_deref()).unwrap_or_default();
        all.extend(no_data(member, alarm));
        all.extend(of_database(site, member, alarm, metric));
        for facts in behind(site, member, alarm) {
            all.extend(at_maximum(site, facts, alarm, metric));
            all.extend(after_deployment(site, facts, alarm, metric));
        }
    }
    all
}

/// The services that an alarm is about: its own, or those behind its load balancer or target group.
fn behind<'s, 'a>(site: &'s Site<'_, 'a>, member: &Member, alarm: &Alarm) -> Vec<&'s ServiceFacts<'a>> {
    let balancer = |arn: &crate::world::Arn, short: &str| arn.resource().strip_prefix("loadbalancer/") == Some(short);
    let is_of = |facts: &ServiceFacts<'_>, watched: WatchedResource<'_>| match watched {
        WatchedResource::Service(cluster, name) => {
            facts.service.name == name && cluster.is_none_or(|cluster| facts.service.cluster.last() == cluster)
        }
        WatchedResource::TargetGroup(short) => facts
            .service
            .attachments
            .iter()
            .any(|it| it.target_group.as_ref().is_some_and(|arn| arn.resource() == short)),
        WatchedResource::LoadBalancer(short) => {
            let mut groups =
                site.cx.groups.iter().filter(|(_, group)| group.load_balancers.iter().any(|arn| balancer(arn, short)));
            groups.any(|(_, group)| {
                facts.service.attachments.iter().any(|it| it.target_group.as_ref() == Some(&group.arn))
            })
        }
        _ => false,
    };
    let here = site.services.iter().filter(|facts| facts.member.id.scope == member.id.scope);
    here.filter(|facts| all_watched(alarm).any(|watched| is_of(facts, watched))).collect()
}

fn fires(alarm: &Alarm, site: &Site<'_, '_>, member: &Member) -> String {
    format!("alarm {}: {}", alarm.name, told(alarm, &site.cx.context(member)))
}

/// An alarm that fires because no data comes.
fn no_data<'a>(member: &'a Member, alarm: &Alarm) -> Option<Hypothesis<'a>> {
    let missing = alarm.rule.is_none() && reading(alarm).missing;
    let message = format!("alarm {} gets no data, which counts as a breach", alarm.name);
    let it = Hypothesis::new("metric-without-data", member, (Spread::Alone, Strength::Seen), message);
    let what = "no datapoints were received: nothing was measured beyond the threshold";
    missing.then(|| {
        it.since(alarm.since)
            .confirms(evidence(what, alarm.since, ALARMS).on(member))
            .then("look whether what it measures still exists, and how missing data is to be treated")
    })
}

/// Metrics of a database that are their own cause.
fn of_database<'a>(site: &Site<'_, 'a>, member: &Member, alarm: &Alarm, metric: &str) -> Option<Hypothesis<'a>> {
    let id = all_watched(alarm).find_map(|watched| match watched {
        WatchedResource::Database(id) | WatchedResource::DbCluster(id) => Some(id),
        _ => None,
    })?;
    let cluster = site.cx.resource_index.database(&member.id.scope, id).and_then(|it| it.cluster.as_deref());
    let database = site.cx.databases.iter().find(|it| it.id == id || Some(it.id) == cluster)?;
    let id = database.id;
    let (rule, message, next) = match metric {
        "FreeStorageSpace" | "FreeLocalStorage" => (
            "database-storage-low",
            format!("database {id} is running out of storage"),
            "raise its storage, or let it grow by itself (MaxAllocatedStorage)",
        ),
        "DatabaseConnections" => (
            "database-out-of-connections",
            format!("database {id} has unusually many connections"),
            "lower the pool of each task, or raise max_connections (a larger class)",
        ),
        "CPUUtilization" => (
            "database-busy",
            format!("database {id} is short of CPU"),
            "look at its top statements in Performance Insights",
        ),
        "FreeableMemory" => ("database-memory-low", format!("database {id} is short of memory"), "use a larger class"),
        "ReplicaLag" | "AuroraReplicaLag" => {
            ("replica-lags", format!("a replica of database {id} lags behind"), "look at its writer's load")
        }
        "DiskQueueDepth" | "ReadLatency" | "WriteLatency" => (
            "database-slow",
            format!("the storage of database {id} is slow"),
            "look at IOPS against what the volume may do",
        ),
        _ => return None,
    };
    let it = Hypothesis::new(rule, database.member, (Spread::Measured, Strength::Seen), message).since(alarm.since);
    let it =
        Hypothesis { spread: if rule == "database-out-of-connections" { Spread::Database } else { it.spread }, ..it };
    let mut it = it.shows(evidence(fires(alarm, site, member), alarm.since, ALARMS).on(member)).then(next);
    for facts in site.services.iter().filter(|facts| facts.member.id.scope == database.member.id.scope) {
        let wanted: &[&str] =
            if rule == "database-out-of-connections" { &["connections"] } else { &["lock", "statement-timeout"] };
        if let Some(clue) = facts.clue(wanted) {
            let line = crate::text::first_line(&clue.line.message, 200);
            it = it.confirms(evidence(line, clue.line.at, "logs:GetLogEvents").on(facts.member));
        }
    }
    Some(it)
}

/// A service that has as many tasks as it may have and is still busy.
fn at_maximum<'a>(
    site: &Site<'_, 'a>,
    facts: &ServiceFacts<'a>,
    alarm: &Alarm,
    metric: &str,
) -> Option<Hypothesis<'a>> {
    if !matches!(metric, "CPUUtilization" | "MemoryUtilization" | "RequestCountPerTarget" | "TargetResponseTime") {
        return None;
    }
    let service = facts.service;
    let target = site.cx.world.by_key::<ScalableTarget>(&facts.member.id.scope, &scaled_as(service))?;
    if service.desired < target.max || target.max == 0 {
        return None;
    }
    let message = format!("{} has reached its maximum of {}", service.name, counted(target.max as usize, "task"));
    let bounds = format!("it may have {} to {} tasks and wants {}", target.min, target.max, service.desired);
    Some(
        Hypothesis::new("scaled-to-maximum", facts.member, (Spread::Measured, Strength::Seen), message)
            .since(alarm.since)
            .shows(evidence(format!("alarm {} fires over {metric}", alarm.name), alarm.since, ALARMS))
            .confirms(evidence(bounds, None, SCALING).on(facts.member))
            .then("raise the maximum, or look at what makes the load"),
    )
}

/// Errors or slowness that began minutes after a deployment.
fn after_deployment<'a>(
    site: &Site<'_, 'a>,
    facts: &ServiceFacts<'a>,
    alarm: &Alarm,
    metric: &str,
) -> Option<Hypothesis<'a>> {
    let onset = alarm.since?;
    let (began, number) = deployed_before(facts, onset, SUSPECT)?;
    let name = &facts.service.name;
    let what = match metric {
        metric if metric.contains("5XX") => "errors (5xx)",
        metric if metric.contains("4XX") => "errors (4xx)",
        "TargetResponseTime" => "slow answers",
        "CPUUtilization" => "high CPU",
        "MemoryUtilization" => "high memory",
        _ => "the alarm",
    };
    let after = span(onset.duration_since(began).as_secs());
    let message = format!("{name} revision {number}, deployed {after} before {what}");
    let it = Hypothesis::new("deployment-before-errors", facts.member, (Spread::Errors, Strength::Inferred), message);
    let it = it
        .since(Some(onset))
        .confirms(
            evidence(format!("revision {number} deployed {}", clock(began, site.cx.zone)), Some(began), EVENTS)
                .on(facts.member),
        )
        .shows(evidence(format!("alarm {} fires", alarm.name), Some(onset), ALARMS))
        .unsettled(true);
    let it = it.then(format!("toban deploy {}/{name} --rollback", site.cx.environment.name));
    Some(it.then("look at the app's log"))
}

/// Load balancers that AWS itself says are impaired.
pub(super) fn balancers<'a>(site: &Site<'_, 'a>) -> Vec<Hypothesis<'a>> {
    let sick = site.symptoms.iter().filter(|symptom| site.cx.world.get::<LoadBalancer>(&symptom.member.id).is_some());
    sick.map(|symptom| {
        let told = evidence(symptom.what.clone(), None, "elasticloadbalancing:DescribeLoadBalancers");
        Hypothesis::new(
            "load-balancer-impaired",
            symptom.member,
            (Spread::Connection, Strength::Said),
            symptom.what.clone(),
        )
        .shows(told.on(symptom.member))
    })
    .collect()
}
