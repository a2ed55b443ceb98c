//! How a task is entered: ECS Exec into one of its containers, and whether that can work, from the task, its service
//! and its definition. Pure; what it takes of rights is `rights`.

use super::model::{Container, Task};
use super::permissions::rights;
use crate::kinds::KindContext;
use crate::kinds::ecs_service::Service;
use crate::kinds::task_definition::TaskDefinition;
use crate::ssm::preflight::{Line, SessionAccess};
use crate::ssm::session_target::{Inside, SessionTarget};
use crate::text::word;

/// Since this platform version ECS Exec works on Fargate.
const PLATFORM: (u32, u32) = (1, 4);

/// How `item` is entered.
#[must_use]
pub fn session_access(item: &Task, cx: &KindContext<'_>) -> SessionAccess {
    let service = item.service().and_then(|name| cx.resource_index.service(cx.scope, item.cluster.last(), name));
    let of = item.service().map(|name| format!(" of {name}")).unwrap_or_default();
    let serving = |name: &str| {
        let attached = service.iter().flat_map(|service| &service.attachments);
        attached.into_iter().any(|attachment| attachment.container.as_deref() == Some(name))
    };
    let inside = item.containers.iter().map(|container| Inside {
        name: container.name.clone(),
        runtime: container.runtime_id.clone(),
        serves: serving(&container.name),
        ready: container.exec_agent.as_deref() == Some("RUNNING"),
    });
    let way =
        SessionTarget::Task { cluster: item.cluster.to_string(), task: item.arn.to_string(), inside: inside.collect() };
    let mut lines = vec![running(item)];
    lines.extend(service.map(of_service));
    lines.extend([enabled(item, service), agent(item)]);
    lines.extend(platform(item));
    lines.push(role(item, cx));
    let rights = rights(item, cx);
    SessionAccess { message: format!("task {}{of}", item.arn.last()), way: Some(way), lines, rights }
}

fn running(item: &Task) -> Line {
    const WHAT: &str = "task running";
    match (item.last_status.as_str(), item.desired_status.as_str()) {
        ("RUNNING", "RUNNING") => Line::holds(WHAT, "running"),
        ("RUNNING", _) => Line::fails(WHAT, "it is being stopped", "take a newer task of the service"),
        (status, _) => Line::fails(WHAT, format!("it is {}", word(status)), "take a task that runs"),
    }
}

/// Whether new tasks of the service can be entered.
#[must_use]
pub fn of_service(service: &Service) -> Line {
    const WHAT: &str = "exec on for the service";
    if service.exec_enabled {
        return Line::holds(WHAT, "on for new tasks");
    }
    Line::fails(
        WHAT,
        "off: new tasks cannot be entered either",
        format!("`:enable-exec` on the service {} turns it on and replaces its tasks", service.name),
    )
}

fn enabled(item: &Task, service: Option<&Service>) -> Line {
    const WHAT: &str = "exec on for this task";
    match (item.exec_enabled, service) {
        (true, _) => Line::holds(WHAT, "on"),
        (false, Some(service)) if service.exec_enabled => Line::fails(
            WHAT,
            "off: it started before exec was turned on",
            "deploy the service anew: a task keeps what it started with",
        ),
        (false, Some(_)) => Line::fails(WHAT, "off", "turn it on for the service first"),
        (false, None) => Line::fails(WHAT, "off", "run it with enableExecuteCommand"),
    }
}

fn agent(item: &Task) -> Line {
    const WHAT: &str = "exec agent";
    let state = |container: &Container| {
        format!("{} {}", container.name, container.exec_agent.as_deref().map_or("no agent".to_owned(), word))
    };
    let message = item.containers.iter().map(state).collect::<Vec<_>>().join(", ");
    let statuses = || item.containers.iter().filter_map(|container| container.exec_agent.as_deref());
    if statuses().any(|status| status == "RUNNING") {
        return Line::holds(WHAT, message);
    }
    if statuses().any(|status| status == "PENDING") {
        return Line::fails(WHAT, message, "it is starting: try again in half a minute");
    }
    Line::fails(
        WHAT,
        message,
        "let the task be replaced; if it stays: the task role needs ssmmessages, the root file system must be writable, \
         and ssmmessages reachable on 443",
    )
}

fn platform(item: &Task) -> Option<Line> {
    const WHAT: &str = "platform version";
    if item.launch.as_deref() != Some("FARGATE") {
        return None;
    }
    let Some(version) = item.platform_version.as_deref() else {
        return Some(Line::unknown(WHAT, "not reported"));
    };
    let mut parts = version.split('.').map_while(|part| part.parse::<u32>().ok());
    Some(match (parts.next(), parts.next()) {
        // The first version for Windows, which can; the one for Linux is long gone.
        (Some(1), Some(0)) => Line::unknown(WHAT, format!("{version}: Windows can, Linux needs 1.4.0")),
        (Some(major), minor) if (major, minor.unwrap_or(0)) < PLATFORM => {
            Line::fails(WHAT, format!("{version} knows no exec"), "deploy on platform version 1.4.0 or LATEST")
        }
        _ => Line::holds(WHAT, version),
    })
}

fn role(item: &Task, cx: &KindContext<'_>) -> Line {
    const WHAT: &str = "task role";
    let needs =
        "it must allow ssmmessages:CreateControlChannel, CreateDataChannel, OpenControlChannel and OpenDataChannel";
    match cx.world.by_key::<TaskDefinition>(cx.scope, item.task_definition.as_str()) {
        None => Line::unknown(WHAT, "its task definition was not read"),
        Some(definition) => match &definition.task_role {
            Some(role) => Line::holds(WHAT, format!("{}; {needs}", role.last())),
            None if item.launch.as_deref() == Some("EC2") => {
                Line::unknown(WHAT, format!("none: the container instance's role is used; {needs}"))
            }
            None => Line::fails(WHAT, "none", format!("give the task definition a task role; {needs}")),
        },
    }
}
