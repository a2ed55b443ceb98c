//! What happened to services: what ECS said, deployments with what the new revision differs in, tasks that stopped, and
//! what autoscaling did. Pure.

use jiff::Timestamp;

use super::TimelineInput;
use super::event::{Event, EventKind};
use super::revision_difference::difference;
use crate::environment::Member;
use crate::kinds::ecs_service::event_meanings::meaning;
use crate::kinds::ecs_service::{Service, scaled_as};
use crate::kinds::ecs_task::Task;
use crate::kinds::ecs_task::stop_cause::cause;
use crate::kinds::log_tail::{self, LogTail};
use crate::kinds::scaling_activity::ScalingActivity;
use crate::kinds::service_deployment::ServiceDeployment;
use crate::kinds::task_definition::{TaskDefinition, revision_number};
use crate::text::first_line;
use crate::world::{Arn, Resource};

const SERVICES: &str = "ecs:DescribeServices";
const DEPLOYMENTS: &str = "ecs:DescribeServiceDeployments";
const TASKS: &str = "ecs:DescribeTasks";
const SCALING: &str = "application-autoscaling:DescribeScalingActivities";
/// A deployment that both APIs tell of begins at the same moment, to this many seconds.
const SAME: i64 = 60;

pub(super) fn events(input: &TimelineInput<'_>) -> Vec<Event> {
    let mut events = Vec::new();
    for member in &input.environment.members {
        let world = input.kind.world;
        if let Some(service) = world.get::<Service>(&member.id) {
            events.extend(said(member, service));
            events.extend(deployments(input, member, service));
            events.extend(scaling(input, member, service));
        } else if let Some(task) = world.get::<Task>(&member.id) {
            events.extend(stopped(input, member, task));
        }
    }
    events
}

/// What ECS said, but for what other events tell better.
fn said(member: &Member, service: &Service) -> Vec<Event> {
    let of = |event: &crate::kinds::ecs_service::Event| {
        let id = meaning(&event.message).map(|known| known.id);
        if matches!(id, Some("registered" | "started" | "stopped" | "draining")) {
            return None;
        }
        let what = first_line(&plain(&event.message, &service.name), 300);
        Some(Event::new(event.at?, EventKind::ServiceEvent, SERVICES, what).about(member.id.clone(), &member.name))
    };
    service.events.iter().filter_map(of).collect()
}

/// `has reached a steady state.` of `(service Backend) has reached a steady state.`
fn plain(message: &str, name: &str) -> String {
    message.strip_prefix(&format!("(service {name}) ")).unwrap_or(message).to_owned()
}

fn deployments(input: &TimelineInput<'_>, member: &Member, service: &Service) -> Vec<Event> {
    let world = input.kind.world;
    let scope = &member.id.scope;
    let mut told: Vec<&ServiceDeployment> =
        world.all::<ServiceDeployment>(scope).filter(|one| one.service == service.arn).collect();
    told.sort_by_key(|one| one.created_at);
    let mut begun: Vec<(Timestamp, Option<Arn>, &'static str)> =
        told.iter().filter_map(|one| Some((one.created_at?, one.task_definition.clone(), DEPLOYMENTS))).collect();
    for deployment in &service.deployments {
        let Some(at) = deployment.created_at else { continue };
        let known = begun.iter().any(|(other, ..)| other.duration_since(at).as_secs().abs() <= SAME);
        if !known {
            begun.push((at, Some(deployment.task_definition.clone()), SERVICES));
        }
    }
    begun.sort_by_key(|(at, ..)| *at);
    let mut events = Vec::new();
    let mut before: Option<Arn> = None;
    for (at, revision, source) in begun {
        let what = match &revision {
            Some(revision) => {
                let number = revision_number(revision).unwrap_or("?");
                let known = |arn: &Arn| world.by_key::<TaskDefinition>(scope, arn.as_str());
                let differs =
                    before.as_ref().and_then(known).zip(known(revision)).map(|(old, new)| difference(old, new));
                match (before.as_ref() == Some(revision), differs) {
                    (true, _) => format!("deployment of revision {number} began (the same again)"),
                    (_, Some(differs)) if !differs.is_empty() => {
                        format!("deployment of revision {number} began: {}", differs.join(", "))
                    }
                    _ => format!("deployment of revision {number} began"),
                }
            }
            None => "deployment began".to_owned(),
        };
        before = revision.or(before);
        events.push(Event::new(at, EventKind::Deployment, source, what).about(member.id.clone(), &member.name));
    }
    events.extend(told.iter().filter_map(|one| ended(member, one)));
    events
}

fn ended(member: &Member, one: &ServiceDeployment) -> Option<Event> {
    let number = one.task_definition.as_ref().and_then(revision_number).map(|it| format!(" of revision {it}"));
    let of = number.unwrap_or_default();
    let what = match (one.status.as_str(), one.rollback.as_deref().or(one.reason.as_deref())) {
        ("SUCCESSFUL", _) => format!("deployment{of} succeeded"),
        (status, Some(reason)) if status.starts_with("ROLLBACK") || status == "STOPPED" => {
            format!("deployment{of} was rolled back: {}", first_line(reason, 200))
        }
        (status, None) if status.starts_with("ROLLBACK") => format!("deployment{of} was rolled back"),
        ("STOPPED", None) => format!("deployment{of} was stopped"),
        _ => return None,
    };
    Some(Event::new(one.finished_at?, EventKind::Deployment, DEPLOYMENTS, what).about(member.id.clone(), &member.name))
}

fn stopped(input: &TimelineInput<'_>, member: &Member, task: &Task) -> Option<Event> {
    let at = task.stopped_at?;
    let why = cause(task)?;
    let revision = revision_number(&task.task_definition).map(|it| format!(" of revision {it}")).unwrap_or_default();
    let what = format!("a task{revision} stopped: {}", why.message);
    let mut event = Event::new(at, EventKind::TaskStopped, TASKS, what);
    event.item = Some(task.arn.last().to_owned());
    event.detail = ends(input, member, task);
    // Tasks come and go; what a reader looks for is their service.
    let owner =
        task.service().and_then(|name| input.kind.resource_index.service(&member.id.scope, task.cluster.last(), name));
    Some(match owner {
        Some(service) => event.about(service.id(&member.id.scope), &service.name),
        None => event.about(member.id.clone(), &member.name),
    })
}

/// How its containers ended, and what the one that failed wrote last, where that was read.
fn ends(input: &TimelineInput<'_>, member: &Member, task: &Task) -> Vec<String> {
    let codes = task.containers.iter().filter_map(|container| {
        let code = container.exit_code?;
        Some(format!("{} ended with exit code {code}", container.name))
    });
    codes.chain(last_line(input, member, task)).collect()
}

fn last_line(input: &TimelineInput<'_>, member: &Member, task: &Task) -> Option<String> {
    let (world, scope) = (input.kind.world, &member.id.scope);
    let definition = world.by_key::<TaskDefinition>(scope, task.task_definition.as_str())?;
    let failed = |name: &str| {
        let container = task.containers.iter().find(|container| container.name == name);
        container.and_then(|container| container.exit_code).is_some_and(|code| code != 0)
    };
    let mut containers: Vec<_> = definition.containers.iter().collect();
    containers.sort_by_key(|container| !failed(&container.name));
    containers.into_iter().find_map(|container| {
        let stream = format!("{}/{}/{}", container.log_prefix.as_deref()?, container.name, task.arn.last());
        let tail = world.by_key::<LogTail>(scope, &log_tail::part(container.log_group.as_deref()?, &stream))?;
        let line = tail.lines.iter().rev().map(|line| first_line(&line.message, 300)).find(|line| !line.is_empty())?;
        Some(format!("{} wrote last: {line}", container.name))
    })
}

fn scaling(input: &TimelineInput<'_>, member: &Member, service: &Service) -> Vec<Event> {
    let id = scaled_as(service);
    let of = |one: &ScalingActivity| {
        let cause = one.cause.as_deref().map(|cause| format!(" ({})", first_line(cause, 160))).unwrap_or_default();
        let failed = match one.status.as_str() {
            "Failed" => format!("; it failed: {}", one.message.as_deref().unwrap_or("no reason given")),
            _ => String::new(),
        };
        let what = format!("{}{cause}{failed}", one.description.trim_end_matches('.'));
        Event::new(one.at, EventKind::Scaling, SCALING, what).about(member.id.clone(), &member.name)
    };
    let all = input.kind.world.all::<ScalingActivity>(&member.id.scope);
    all.filter(|one| one.resource == id).map(of).collect()
}
