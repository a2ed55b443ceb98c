//! Intended sleep: whether an environment sleeps as a whole, and which opinions are only consequences
//! of it. Pure. A protected environment does not sleep because its database is stopped: that is bad.

use super::Finding;
use super::context::DiagnosisContext;
use crate::environment::Member;
use crate::kinds::alarm::{Alarm, WatchedResource, all_watched, reading};
use crate::kinds::db_instance::Class;
use crate::kinds::ecs_service::{Service, memory_in, wakes_to as remembers};
use crate::kinds::target_group::{Role, TargetGroup, words};
use crate::text::counted;
use crate::world::{Assessment, Health, QuickSet, ResourceId, Scope};

/// What is known of an environment's rest.
pub(super) struct Rest<'a> {
    /// Nothing serves, by choice: it sleeps, even if a database is still up.
    pub(super) idle: bool,
    /// Members whose opinion is a consequence of sleep and does not count.
    pub(super) hushed: QuickSet<&'a ResourceId>,
}

/// Reads the rest of an environment.
pub(super) fn read<'a>(cx: &DiagnosisContext<'a>) -> Rest<'a> {
    let no_tasks =
        cx.services.iter().all(|(_, service)| service.desired == 0 && service.running + service.pending == 0);
    let no_database = cx.databases.iter().all(|database| database.class() == Class::Down);
    let no_instance = cx.instances.iter().all(|(_, instance)| instance.state != "running");
    let something = !cx.services.is_empty() || !cx.databases.is_empty() || !cx.instances.is_empty();
    let stopped_by_plan = !cx.environment.protected || (cx.databases.is_empty() && cx.instances.is_empty());
    let asleep = something && no_tasks && no_database && no_instance && stopped_by_plan;
    let idle = asleep || (no_tasks && no_instance && !cx.services.is_empty());
    // While a database still goes up or down, alarms and empty groups are consequences already.
    let resting = idle && !cx.environment.protected;

    let mut hushed = QuickSet::default();
    for (member, alarm) in &cx.alarms {
        let fires = member.assessment.as_ref().is_some_and(|assessment| assessment.health > Health::Well);
        if fires
            && by_absence(alarm)
            && (resting || all_watched(alarm).any(|watched| sleeps(cx, &member.id.scope, watched)))
        {
            hushed.insert(&member.id);
        }
    }
    if resting {
        for (member, group) in &cx.groups {
            if is_quiet(cx, group, &member.id) {
                hushed.insert(&member.id);
            }
        }
    }
    Rest { idle, hushed }
}

/// Whether an alarm fires because there is too little of something, or no data at all.
fn by_absence(alarm: &Alarm) -> bool {
    reading(alarm).missing || alarm.comparison.as_deref().is_some_and(|comparison| comparison.starts_with("LessThan"))
}

/// Whether what an alarm of `scope` watches sleeps. Another region or account may have its like under the same name.
fn sleeps(cx: &DiagnosisContext<'_>, scope: &Scope, watched: WatchedResource<'_>) -> bool {
    let asleep = |member: &Member| {
        member.id.scope == *scope
            && member.assessment.as_ref().is_some_and(|assessment| assessment.health == Health::Asleep)
    };
    match watched {
        WatchedResource::Service(cluster, name) => cx.services.iter().any(|(member, service)| {
            let here = cluster.is_none_or(|cluster| service.cluster.last() == cluster);
            service.name == name && here && asleep(member)
        }),
        WatchedResource::Database(id) | WatchedResource::DbCluster(id) => {
            cx.databases.iter().any(|database| database.id == id && asleep(database.member))
        }
        WatchedResource::TargetGroup(short) => {
            cx.groups.iter().any(|(member, group)| group.arn.resource() == short && asleep(member))
        }
        WatchedResource::Instance(id) => {
            cx.instances.iter().any(|(member, instance)| instance.id == id && asleep(member))
        }
        WatchedResource::Cluster(_)
        | WatchedResource::LoadBalancer(_)
        | WatchedResource::Function(_)
        | WatchedResource::Other(..) => false,
    }
}

/// Whether no target of a group either serves or fails.
fn is_quiet(cx: &DiagnosisContext<'_>, group: &TargetGroup, id: &ResourceId) -> bool {
    cx.resource_index.health_of(&id.scope, group.arn.as_str()).is_some_and(|health| {
        health
            .targets
            .iter()
            .all(|target| matches!(words(target, None).role, Role::Unused | Role::Stopped | Role::Leaving))
    })
}

/// The finding of an environment that sleeps, or of which only a database is still up.
pub(super) fn finding(cx: &DiagnosisContext<'_>) -> Finding {
    let up: Vec<&str> =
        cx.databases.iter().filter(|database| database.class() != Class::Down).map(|database| database.id).collect();
    let why = |assessment: &Option<Assessment>| assessment.as_ref().and_then(|assessment| assessment.why.clone());
    let services = cx.services.iter().filter_map(|(member, _)| why(&member.assessment));
    let databases = cx.databases.iter().filter_map(|database| why(&database.member.assessment));
    let instances = cx.instances.iter().filter_map(|(member, _)| why(&member.assessment));
    Finding {
        health: Health::Asleep,
        depth: 0,
        message: match (up.as_slice(), wakes_to(cx)) {
            ([], None) => "asleep".to_owned(),
            ([], Some(tasks)) => format!("asleep, wakes to {tasks}"),
            (up, _) => format!("asleep, but for database {}", up.join(" and ")),
        },
        about: None,
        evidence: services.chain(databases).chain(instances).collect(),
    }
}

/// How many tasks its services had, if each one that sleeps remembers.
fn wakes_to(cx: &DiagnosisContext<'_>) -> Option<String> {
    let asleep = cx.services.iter().filter(|(_, service)| service.desired == 0);
    let counts: Option<Vec<u32>> = asleep
        .map(|(member, service)| remembers(service, cx.world, &member.id.scope).and_then(|memory| memory.desired))
        .collect();
    let tasks: u32 = counts?.iter().sum();
    (tasks > 0).then(|| counted(tasks as usize, "task"))
}

/// The finding of an environment of which a part was put to sleep and a part is up: services that remember what they
/// had while others serve. A sleep or a wake was left half way.
pub(super) fn half(cx: &DiagnosisContext<'_>, rest: &Rest<'_>) -> Option<Finding> {
    if rest.idle {
        return None;
    }
    let record = &cx.environment.record;
    let remembering =
        |member: &Member, service: &Service| memory_in(service, cx.world, &member.id.scope, record).is_some();
    let asleep: Vec<&str> = cx
        .services
        .iter()
        .filter(|(member, service)| service.desired == 0 && remembering(member, service))
        .map(|(_, service)| service.name.as_str())
        .collect();
    let down: Vec<&str> =
        cx.databases.iter().filter(|database| database.class() == Class::Down).map(|database| database.id).collect();
    let waking = cx.services.iter().any(|(member, service)| service.desired > 0 && remembering(member, service));
    if asleep.is_empty() && (!waking || down.is_empty()) {
        return None;
    }
    let parts = asleep.into_iter().chain(down).collect::<Vec<_>>().join(", ");
    Some(Finding {
        health: Health::Changing,
        depth: 5,
        message: format!("half asleep: {parts}"),
        about: None,
        evidence: vec![match record.group() {
            None => "the tag toban:remembered tells what a service had: sleep or wake goes on from here".to_owned(),
            Some(group) => {
                format!("the schedule group {group} tells what a service had: sleep or wake goes on from here")
            }
        }],
    })
}
