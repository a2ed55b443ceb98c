//! Tasks that do not come to run, where ECS itself says why: the image, a secret, the log group, the command, the size.
//! The sentence names the cause; what else was read (the registry, routes, addresses) supports or contradicts it. Pure.

use super::Site;
use crate::diagnosis::explain::facts::ServiceFacts;
use crate::diagnosis::explain::hypothesis::{Hypothesis, Spread, Strength, evidence};
use crate::diagnosis::explain::model::Evidence;
use crate::kinds::ecr_repository::{Repository, place, tag};
use crate::kinds::ecs_task::Task;
use crate::kinds::ecs_task::stop_cause::{Cause, EXIT};
use crate::kinds::subnet::{Subnet, WayOut};
use crate::kinds::task_definition::revision_number;
use crate::text::{counted, first_line};
use crate::world::{Resource, ResourceId};

const TASKS: &str = "ecs:DescribeTasks";
const REGISTRY: &str = "ecr:DescribeImages";
const SUBNETS: &str = "ec2:DescribeSubnets";

/// Which rule a known sentence belongs to.
fn rule(id: &str) -> Option<&'static str> {
    Some(match id {
        "pull-tag" => "image-tag-missing",
        "pull-platform" | "exec-format" => "image-architecture",
        "pull-network" | "pull-auth" | "pull-copy" => "registry-unreachable",
        "pull-not-allowed" | "pull-role" => "image-not-allowed",
        "pull-missing" => "image-repository-missing",
        "pull-limit" => "registry-limit",
        "pull-other" => "image-not-pulled",
        "disk" => "image-disk-full",
        "secret-missing" | "secret-gone" => "secret-missing",
        "secret-not-allowed" => "secret-not-allowed",
        "secret-network" => "secret-unreachable",
        "secret-other" => "secret-not-read",
        "log-group" => "log-group-missing",
        "log-network" => "logs-unreachable",
        "start-command" => "command-missing",
        "start-other" => "container-not-started",
        "thin-pool" => "host-disk-full",
        "no-address" => "subnet-full",
        "no-room" => "no-room",
        "size" => "size-not-offered",
        _ => return None,
    })
}

/// The causes of a service's tasks that did not start, one a sort.
pub(super) fn propose<'a>(site: &Site<'_, 'a>, facts: &ServiceFacts<'a>) -> Vec<Hypothesis<'a>> {
    let mut all: Vec<Hypothesis<'a>> = Vec::new();
    for (task, cause) in facts.failed.iter().filter(|(_, cause)| cause.id != EXIT) {
        let Some(rule) = rule(cause.id) else { continue };
        if all.iter().all(|known| known.rule != rule) {
            all.push(one(site, facts, task, (rule, cause)));
        }
    }
    all
}

fn one<'a>(
    site: &Site<'_, 'a>,
    facts: &ServiceFacts<'a>,
    task: &Task,
    (rule, cause): (&'static str, &Cause),
) -> Hypothesis<'a> {
    let same = facts.failed.iter().filter(|(_, other)| other.id == cause.id);
    let since = same.clone().filter_map(|(task, _)| task.stopped_at).min();
    let revision = revision_number(&task.task_definition).map(|it| format!(" of revision {it}")).unwrap_or_default();
    let stops = format!("{}{revision} stopped: {}", counted(same.count(), "task"), cause.message);
    let image = image(facts, task);
    let subject = match (rule, &image) {
        (rule, Some(image)) if rule.starts_with("image") || rule == "registry-unreachable" => {
            format!("{}: {} ({})", facts.service.name, cause.message, short(image))
        }
        _ => format!("{}: {}", facts.service.name, cause.message),
    };
    let mut it = Hypothesis::new(rule, facts.member, (Spread::NoTasks, Strength::Said), subject)
        .since(since)
        .shows(evidence(stops, task.stopped_at, TASKS).of(task_id(task, facts), facts.service.name.clone()));
    if let Some(words) = words(task) {
        it = it.shows(evidence(words, task.stopped_at, TASKS));
    }
    it = match rule {
        "image-tag-missing" | "image-architecture" => registry(site, facts, task, it),
        "registry-unreachable" | "secret-unreachable" | "logs-unreachable" | "subnet-full" => subnets(site, facts, it),
        _ => it,
    };
    it = it.then(cause.check);
    if rule.starts_with("image") {
        it = it.then(format!("toban deploy {}/{} --rollback", site.cx.environment.name, facts.service.name));
    }
    it
}

/// What ECS wrote of the task, in one line.
fn words(task: &Task) -> Option<String> {
    let reasons = task.containers.iter().filter_map(|container| container.reason.as_deref());
    let reasons = reasons.chain(task.stopped_reason.as_deref());
    reasons.map(|text| first_line(text, 240)).find(|text| !text.is_empty())
}

/// The image that could not be had: of the container that has a reason, else of the first.
fn image(facts: &ServiceFacts<'_>, task: &Task) -> Option<String> {
    let failed = task.containers.iter().find(|container| container.reason.is_some());
    let container = failed.or_else(|| task.containers.first());
    let defined = || facts.definition.and_then(|it| it.containers.first()).and_then(|it| it.image.clone());
    container.and_then(|container| container.image.clone()).or_else(defined)
}

/// `city-backend:v7` of an image in a registry.
fn short(image: &str) -> &str {
    image.rsplit('/').next().unwrap_or(image)
}

/// What the registry holds of the image, for or against.
fn registry<'a>(site: &Site<'_, 'a>, facts: &ServiceFacts<'a>, task: &Task, it: Hypothesis<'a>) -> Hypothesis<'a> {
    let Some(image) = image(facts, task) else { return it };
    let (Some(place), Some(tag)) = (place(&image), tag(&image)) else { return it };
    let Some(repository) = site.cx.world.by_key::<Repository>(&facts.member.id.scope, place.uri) else {
        // What was not there when the task began may be there now: only the registry tells.
        return it.unsettled(true);
    };
    let newest = repository.images.first().and_then(|image| Some((image.tags.first()?, image.pushed_at)));
    match (it.rule, repository.tagged(tag)) {
        ("image-tag-missing", None) => {
            let newest = newest.map(|(tag, _)| format!("; its newest is {tag}")).unwrap_or_default();
            let at = repository.images.first().and_then(|image| image.pushed_at);
            it.confirms(evidence(format!("the repository {} has no tag {tag}{newest}", repository.name), at, REGISTRY))
        }
        ("image-tag-missing", Some(found)) => {
            let what = format!("the repository {} has the tag {tag} now", repository.name);
            it.contradicts(evidence(what, found.pushed_at, REGISTRY))
        }
        ("image-architecture", Some(found)) if !found.platforms.is_empty() => {
            let wanted = match facts.definition.and_then(|it| it.architecture.as_deref()) {
                Some("ARM64") => "arm64",
                _ => "amd64",
            };
            let made: Vec<&str> = found.platforms.iter().map(|it| it.architecture.as_str()).collect();
            let what = format!("{tag} is made for {}, the task wants {wanted}", made.join(", "));
            let told = evidence(what, found.pushed_at, REGISTRY);
            if made.contains(&wanted) { it.contradicts(told) } else { it.confirms(told) }
        }
        _ => it,
    }
}

/// What the subnets of the service tell: addresses that are left, and the way out of them.
fn subnets<'a>(site: &Site<'_, 'a>, facts: &ServiceFacts<'a>, mut it: Hypothesis<'a>) -> Hypothesis<'a> {
    let scope = &facts.member.id.scope;
    let service = facts.service;
    let known: Vec<&Subnet> =
        service.subnets.iter().filter_map(|id| site.cx.world.by_key::<Subnet>(scope, id)).collect();
    for subnet in &known {
        if it.rule == "subnet-full" {
            if let Some(free) = subnet.free_addresses {
                let told = evidence(format!("{free} free addresses in {}", subnet.id), None, SUBNETS);
                it = if free < 8 { it.confirms(told) } else { it.shows(told) };
            }
        } else if let Some(told) = way_out(subnet, service.public_ip) {
            it = it.confirms(evidence(told, None, "ec2:DescribeRouteTables"));
        }
    }
    it
}

/// Why nothing gets out of a subnet, where its routes tell.
fn way_out(subnet: &Subnet, public_ip: Option<bool>) -> Option<String> {
    match subnet.way_out.as_ref()? {
        WayOut::None => Some(format!("{} has no default route: only VPC endpoints are reached from it", subnet.id)),
        WayOut::Blackhole(gateway) => {
            Some(format!("the default route of {} leads to {gateway}, which is gone", subnet.id))
        }
        WayOut::Internet if public_ip == Some(false) => {
            Some(format!("{} leads to an internet gateway, but tasks get no public address", subnet.id))
        }
        WayOut::Internet | WayOut::Through(_) => None,
    }
}

/// The identity of a task of that service.
pub(super) fn task_id(task: &Task, facts: &ServiceFacts<'_>) -> ResourceId {
    task.id(&facts.member.id.scope)
}

/// What ECS wrote of a task, for other rules.
pub(super) fn told(task: &Task) -> Option<Evidence> {
    Some(evidence(words(task)?, task.stopped_at, TASKS))
}
