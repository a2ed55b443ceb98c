//! Intended sleep: whether an environment sleeps as a whole, and which opinions are only consequences
//! of it. Pure. A protected environment does not sleep because its database is stopped: that is bad.

use super::scene::Scene;
use crate::environment::{Finding, Member};
use crate::kinds::alarm::{Alarm, Watched, all_watched, reading};
use crate::kinds::db_instance::Class;
use crate::kinds::ecs_service::{Service, memory_in, wakes_to as remembers};
use crate::kinds::target_group::{Role, TargetGroup, words};
use crate::text::counted;
use crate::world::{Health, Opinion, QuickSet, ResourceId};

/// What is known of an environment's rest.
pub(super) struct Rest<'a> {
    /// Nothing serves, by choice: it sleeps, even if a database is still up.
    pub(super) idle: bool,
    /// Members whose opinion is a consequence of sleep and does not count.
    pub(super) hushed: QuickSet<&'a ResourceId>,
}

/// Reads the rest of an environment.
pub(super) fn read<'a>(scene: &Scene<'a>) -> Rest<'a> {
    let no_tasks =
        scene.services.iter().all(|(_, service)| service.desired == 0 && service.running + service.pending == 0);
    let no_database = scene.databases.iter().all(|database| database.class() == Class::Down);
    let no_instance = scene.instances.iter().all(|(_, instance)| instance.state != "running");
    let something = !scene.services.is_empty() || !scene.databases.is_empty() || !scene.instances.is_empty();
    let stopped_by_plan = !scene.environment.protected || (scene.databases.is_empty() && scene.instances.is_empty());
    let asleep = something && no_tasks && no_database && no_instance && stopped_by_plan;
    let idle = asleep || (no_tasks && no_instance && !scene.services.is_empty());
    // While a database still goes up or down, alarms and empty groups are consequences already.
    let resting = idle && !scene.environment.protected;

    let mut hushed = QuickSet::default();
    for (member, alarm) in &scene.alarms {
        let fires = member.opinion.as_ref().is_some_and(|opinion| opinion.health > Health::Well);
        if fires && by_absence(alarm) && (resting || all_watched(alarm).any(|watched| sleeps(scene, watched))) {
            hushed.insert(&member.id);
        }
    }
    if resting {
        for (member, group) in &scene.groups {
            if is_quiet(scene, group, &member.id) {
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

fn sleeps(scene: &Scene<'_>, watched: Watched<'_>) -> bool {
    let asleep = |opinion: &Option<Opinion>| opinion.as_ref().is_some_and(|opinion| opinion.health == Health::Asleep);
    match watched {
        Watched::Service(_, name) => {
            scene.services.iter().any(|(member, service)| service.name == name && asleep(&member.opinion))
        }
        Watched::Database(id) | Watched::DbCluster(id) => {
            scene.databases.iter().any(|database| database.id == id && asleep(&database.member.opinion))
        }
        Watched::TargetGroup(short) => {
            scene.groups.iter().any(|(member, group)| group.arn.resource() == short && asleep(&member.opinion))
        }
        Watched::Instance(id) => {
            scene.instances.iter().any(|(member, instance)| instance.id == id && asleep(&member.opinion))
        }
        Watched::Cluster(_) | Watched::LoadBalancer(_) | Watched::Function(_) | Watched::Other(..) => false,
    }
}

/// Whether no target of a group either serves or fails.
fn is_quiet(scene: &Scene<'_>, group: &TargetGroup, id: &ResourceId) -> bool {
    scene.joins.health_of(&id.scope, group.arn.as_str()).is_some_and(|health| {
        health
            .targets
            .iter()
            .all(|target| matches!(words(target, None).role, Role::Unused | Role::Stopped | Role::Leaving))
    })
}

/// The finding of an environment that sleeps, or of which only a database is still up.
pub(super) fn finding(scene: &Scene<'_>) -> Finding {
    let up: Vec<&str> =
        scene.databases.iter().filter(|database| database.class() != Class::Down).map(|database| database.id).collect();
    let why = |opinion: &Option<Opinion>| opinion.as_ref().and_then(|opinion| opinion.why.clone());
    let services = scene.services.iter().filter_map(|(member, _)| why(&member.opinion));
    let databases = scene.databases.iter().filter_map(|database| why(&database.member.opinion));
    let instances = scene.instances.iter().filter_map(|(member, _)| why(&member.opinion));
    Finding {
        health: Health::Asleep,
        depth: 0,
        says: match (up.as_slice(), wakes_to(scene)) {
            ([], None) => "asleep".to_owned(),
            ([], Some(tasks)) => format!("asleep, wakes to {tasks}"),
            (up, _) => format!("asleep, but for database {}", up.join(" and ")),
        },
        about: None,
        evidence: services.chain(databases).chain(instances).collect(),
    }
}

/// How many tasks its services had, if each one that sleeps remembers.
fn wakes_to(scene: &Scene<'_>) -> Option<String> {
    let asleep = scene.services.iter().filter(|(_, service)| service.desired == 0);
    let counts: Option<Vec<u32>> = asleep
        .map(|(member, service)| remembers(service, scene.world, &member.id.scope).and_then(|memory| memory.desired))
        .collect();
    let tasks: u32 = counts?.iter().sum();
    (tasks > 0).then(|| counted(tasks as usize, "task"))
}

/// The finding of an environment of which a part was put to sleep and a part is up: services that remember what they
/// had while others serve. A sleep or a wake was left half way.
pub(super) fn half(scene: &Scene<'_>, rest: &Rest<'_>) -> Option<Finding> {
    if rest.idle {
        return None;
    }
    let record = &scene.environment.record;
    let remembering =
        |member: &Member, service: &Service| memory_in(service, scene.world, &member.id.scope, record).is_some();
    let asleep: Vec<&str> = scene
        .services
        .iter()
        .filter(|(member, service)| service.desired == 0 && remembering(member, service))
        .map(|(_, service)| service.name.as_str())
        .collect();
    let down: Vec<&str> =
        scene.databases.iter().filter(|database| database.class() == Class::Down).map(|database| database.id).collect();
    let waking = scene.services.iter().any(|(member, service)| service.desired > 0 && remembering(member, service));
    if asleep.is_empty() && (!waking || down.is_empty()) {
        return None;
    }
    let parts = asleep.into_iter().chain(down).collect::<Vec<_>>().join(", ");
    Some(Finding {
        health: Health::Changing,
        depth: 5,
        says: format!("half asleep: {parts}"),
        about: None,
        evidence: vec![match record.group() {
            None => "the tag toban:remembered tells what a service had: sleep or wake goes on from here".to_owned(),
            Some(group) => {
                format!("the schedule group {group} tells what a service had: sleep or wake goes on from here")
            }
        }],
    })
}
