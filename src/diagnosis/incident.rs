//! Incidents: opinions that belong together become one finding, led by the deepest cause; the rest
//! stands below it as evidence. Pure; at most quadratic in what is not well, which is little.

use super::Finding;
use super::context::{Database, DiagnosisContext};
use super::intended_sleep::Rest;
use crate::environment::Member;
use crate::kinds::alarm::{Alarm, WatchedResource, all_watched};
use crate::kinds::db_instance::Class;
use crate::kinds::ec2_instance::Instance;
use crate::kinds::ecs_service::{self, Service};
use crate::kinds::ecs_task::Task;
use crate::kinds::load_balancer::LoadBalancer;
use crate::kinds::target_group::{self, TargetGroup};
use crate::kinds::task_definition::revision_number;
use crate::text::{counted, moment};
use crate::world::{Health, ResourceId};

/// What one member that is not well is, with all that is needed to relate it.
enum IncidentPart<'a> {
    Service(&'a Service),
    Database(Database<'a>),
    Group(&'a TargetGroup),
    Balancer(&'a LoadBalancer),
    Instance(&'a Instance),
    Task(&'a Task),
    Alarm(&'a Alarm),
    Other,
}

struct Sign<'a> {
    member: &'a Member,
    what: IncidentPart<'a>,
    health: Health,
    depth: u8,
    message: String,
    /// Further lines about this sign alone.
    below: Vec<String>,
}

/// The findings of an environment's members, related ones merged; each with the members that it is about.
pub(super) fn findings<'a>(cx: &DiagnosisContext<'a>, rest: &Rest<'a>) -> Vec<(Finding, Vec<ResourceId>)> {
    let mut signs: Vec<Sign<'a>> = cx
        .environment
        .members
        .iter()
        .filter(|member| !rest.hushed.contains(&member.id))
        .filter_map(|member| sign(cx, member))
        .collect();
    lonely_tasks(cx, &mut signs);
    if rest.idle {
        // The environment's own finding tells of what sleeps.
        signs.retain(|sign| sign.health != Health::Asleep);
    }
    let groups = related(cx, &signs);
    let mut parts: Vec<Vec<Sign<'a>>> = Vec::new();
    parts.resize_with(signs.len(), Vec::new);
    for (sign, group) in signs.into_iter().zip(groups) {
        if let Some(part) = parts.get_mut(group) {
            part.push(sign);
        }
    }
    let with_members = |part: Vec<Sign<'a>>| {
        let members = part.iter().map(|sign| sign.member.id.clone()).collect();
        Some((merge(cx, part)?, members))
    };
    parts.into_iter().filter_map(with_members).collect()
}

fn sign<'a>(cx: &DiagnosisContext<'a>, member: &'a Member) -> Option<Sign<'a>> {
    let assessment = member.assessment.as_ref().filter(|assessment| assessment.health != Health::Well)?;
    let (world, id) = (cx.world, &member.id);
    let mut message =
        assessment.why.clone().unwrap_or_else(|| format!("{} is {}", member.name, assessment.health.word()));
    let mut below = Vec::new();
    let mut depth = 5;
    let what = if let Some(service) = world.get::<Service>(id) {
        let judged = ecs_service::judge(service, &cx.context(member));
        depth = judged.depth;
        // That its load balancer's checks fail is told better by the group: what they got, and what they want.
        if judged.stops.as_ref().is_some_and(|stops| stops.cause.id == "elb-health") {
            depth = 5;
        }
        below.extend(judged.stops.iter().map(|stops| stops.line()));
        below.extend(judged.stops.iter().filter_map(|stops| stops.words.clone()));
        below.extend((!judged.check.is_empty()).then(|| judged.check.to_owned()));
        IncidentPart::Service(service)
    } else if let Some(database) = cx.databases.iter().find(|database| database.member.id == *id) {
        depth = 2;
        IncidentPart::Database(*database)
    } else if let Some(group) = world.get::<TargetGroup>(id) {
        depth = 4;
        if cx.groups.iter().filter(|(_, group)| !group.load_balancers.is_empty()).count() > 1 {
            message = format!("{}: {message}", group.name);
        }
        let hint = target_group::hint(group, &cx.context(member));
        below.extend((!hint.is_empty() && !assessment.health.is_fine()).then(|| hint.to_owned()));
        IncidentPart::Group(group)
    } else if let Some(balancer) = world.get::<LoadBalancer>(id) {
        depth = 1;
        IncidentPart::Balancer(balancer)
    } else if let Some(instance) = world.get::<Instance>(id) {
        depth = 2;
        IncidentPart::Instance(instance)
    } else if let Some(task) = world.get::<Task>(id) {
        depth = 3;
        IncidentPart::Task(task)
    } else if let Some(alarm) = world.get::<Alarm>(id) {
        depth = 6;
        if let Some(since) = alarm.since {
            message = format!("{message}, since {}", moment(since, cx.now, cx.zone));
        }
        IncidentPart::Alarm(alarm)
    } else {
        IncidentPart::Other
    };
    Some(Sign { member, what, health: assessment.health, depth, message, below })
}

/// A service that runs while every database of its environment is stopped: the tasks fail or bill for nothing.
fn lonely_tasks<'a>(cx: &DiagnosisContext<'a>, signs: &mut [Sign<'a>]) {
    if cx.databases.is_empty() || !cx.databases.iter().all(|database| database.class() == Class::Down) {
        return;
    }
    let Some((_, service)) = cx.services.iter().find(|(_, service)| service.desired > 0 && service.running > 0) else {
        return;
    };
    for sign in signs.iter_mut() {
        if let IncidentPart::Database(database) = &sign.what {
            sign.health = sign.health.max(Health::Worrying);
            sign.message = format!(
                "database {} is stopped but the service {} still runs {}",
                database.id,
                service.name,
                counted(service.running as usize, "task")
            );
        }
    }
}

/// For each sign the number of the incident it belongs to.
fn related(cx: &DiagnosisContext<'_>, signs: &[Sign<'_>]) -> Vec<usize> {
    let mut group: Vec<usize> = (0..signs.len()).collect();
    for (a, one) in signs.iter().enumerate() {
        for (b, other) in signs.iter().enumerate().skip(a + 1) {
            let (Some(&x), Some(&y)) = (group.get(a), group.get(b)) else { continue };
            if x != y && (touches(cx, one, other) || touches(cx, other, one)) {
                for at in &mut group {
                    if *at == y {
                        *at = x;
                    }
                }
            }
        }
    }
    group
}

/// Whether `one` may be a cause or a consequence of `other`; asked both ways round.
fn touches(cx: &DiagnosisContext<'_>, one: &Sign<'_>, other: &Sign<'_>) -> bool {
    if one.member.id.scope != other.member.id.scope {
        return false;
    }
    match (&one.what, &other.what) {
        (IncidentPart::Service(service), IncidentPart::Group(group)) => service.target_groups().contains(&&group.arn),
        (IncidentPart::Service(service), IncidentPart::Task(task)) => {
            task.cluster == service.cluster && task.service() == Some(&service.name)
        }
        (IncidentPart::Group(group), IncidentPart::Balancer(balancer)) => group.load_balancers.contains(&balancer.arn),
        (IncidentPart::Instance(instance), IncidentPart::Group(group)) => {
            let health = cx.resource_index.health_of(&one.member.id.scope, group.arn.as_str());
            health.is_some_and(|health| {
                health.targets.iter().any(|target| {
                    let at = Some(target.id.as_str()) == instance.private_ip.as_deref() && !target.is_abroad();
                    let is_here = instance.vpc.as_ref().zip(group.vpc.as_ref()).is_none_or(|(a, b)| a == b);
                    target.id == instance.id || (at && is_here)
                })
            })
        }
        // A database that cannot be used may be behind what fails for no cause of its own.
        (IncidentPart::Database(database), IncidentPart::Service(service)) => {
            database.is_away() && !other.health.is_fine() && !has_own_cause(cx, other.member, service)
        }
        (IncidentPart::Database(database), IncidentPart::Group(group)) => {
            let own = cx.services.iter().any(|(member, service)| {
                let behind = service.attachments.iter().any(|it| it.target_group.as_ref() == Some(&group.arn));
                behind && has_own_cause(cx, member, service)
            });
            database.is_away() && !other.health.is_fine() && !own
        }
        (IncidentPart::Database(database), IncidentPart::Task(_)) => database.is_away() && !other.health.is_fine(),
        (IncidentPart::Alarm(alarm), what) => all_watched(alarm).any(|watched| is_about(watched, what)),
        _ => false,
    }
}

/// Whether tasks of a service fail for a reason that ECS itself names: no image, no secret, no memory, no place.
fn has_own_cause(cx: &DiagnosisContext<'_>, member: &Member, service: &Service) -> bool {
    let judged = ecs_service::judge(service, &cx.context(member));
    judged.depth <= 1 && !judged.assessment.health.is_fine()
}

fn is_about(watched: WatchedResource<'_>, what: &IncidentPart<'_>) -> bool {
    match (watched, what) {
        (WatchedResource::Service(cluster, name), IncidentPart::Service(service)) => {
            service.name == name && cluster.is_none_or(|cluster| service.cluster.last() == cluster)
        }
        (WatchedResource::Cluster(name), IncidentPart::Service(service)) => service.cluster.last() == name,
        (WatchedResource::Database(id) | WatchedResource::DbCluster(id), IncidentPart::Database(database)) => {
            database.id == id
        }
        (WatchedResource::TargetGroup(short), IncidentPart::Group(group)) => group.arn.resource() == short,
        (WatchedResource::LoadBalancer(short), IncidentPart::Group(group)) => {
            group.load_balancers.iter().any(|arn| arn.resource().strip_prefix("loadbalancer/") == Some(short))
        }
        (WatchedResource::LoadBalancer(short), IncidentPart::Balancer(balancer)) => {
            balancer.arn.resource().strip_prefix("loadbalancer/") == Some(short)
        }
        (WatchedResource::Instance(id), IncidentPart::Instance(instance)) => instance.id == id,
        _ => false,
    }
}

/// One finding of what belongs together: the deepest cause speaks, among what needs a person if anything does.
fn merge(cx: &DiagnosisContext<'_>, mut part: Vec<Sign<'_>>) -> Option<Finding> {
    let health = part.iter().map(|sign| sign.health).max()?;
    let serious = health > Health::Unknown;
    part.sort_by(|a, b| {
        let rank =
            |sign: &Sign<'_>| (serious && sign.health < Health::Worrying, sign.depth, std::cmp::Reverse(sign.health));
        rank(a).cmp(&rank(b)).then_with(|| a.member.id.cmp(&b.member.id))
    });
    let mut evidence: Vec<String> = Vec::new();
    let mut say = |line: String| {
        if !evidence.contains(&line) {
            evidence.push(line);
        }
    };
    let mut signs = part.iter();
    let lead = signs.next()?;
    lead.below.iter().cloned().for_each(&mut say);
    for sign in signs {
        say(sign.message.clone());
        sign.below.iter().cloned().for_each(&mut say);
    }
    if serious {
        surroundings(cx, &part).into_iter().for_each(&mut say);
    }
    evidence.retain(|line| *line != lead.message);
    Some(Finding {
        health,
        depth: lead.depth,
        message: lead.message.clone(),
        about: Some(lead.member.id.clone()),
        evidence,
    })
}

/// What a reader asks next about failing services: what was deployed when, and whether the database is there.
fn surroundings(cx: &DiagnosisContext<'_>, part: &[Sign<'_>]) -> Vec<String> {
    let mut lines = Vec::new();
    let mut seen: Vec<&ResourceId> = Vec::new();
    let behind = part.iter().flat_map(|sign| match &sign.what {
        IncidentPart::Service(service) => vec![(sign.member, *service)],
        IncidentPart::Group(group) => {
            cx.services.iter().filter(|(_, service)| service.target_groups().contains(&&group.arn)).copied().collect()
        }
        _ => Vec::new(),
    });
    for (member, service) in behind {
        if seen.contains(&&member.id) {
            continue;
        }
        seen.push(&member.id);
        let primary = ecs_service::primary(service);
        if let Some((number, at)) = primary.and_then(|it| Some((revision_number(&it.task_definition)?, it.created_at?)))
        {
            lines.push(format!("{} revision {number} deployed {}", service.name, moment(at, cx.now, cx.zone)));
        }
    }
    if !seen.is_empty() {
        for database in &cx.databases {
            if part.iter().all(|sign| sign.member.id != database.member.id) {
                lines.push(format!("database {} {}", database.id, database.status));
            }
        }
    }
    lines
}
