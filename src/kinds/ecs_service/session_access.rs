//! How a service is entered: its newest running task that can be.
//! Pure; the checklist of a task is the task's own.

use super::model::Service;
use crate::kinds::KindContext;
use crate::kinds::ecs_task::{self, Task};
use crate::ssm::preflight::{Line, Rights, SessionAccess};

/// How `item` is entered.
pub(super) fn session_access(item: &Service, cx: &KindContext<'_>) -> SessionAccess {
    let runs = |task: &&&Task| task.last_status == "RUNNING" && task.desired_status == "RUNNING";
    let ready = |task: &Task| {
        let has_agent = task.containers.iter().any(|container| container.exec_agent.as_deref() == Some("RUNNING"));
        task.exec_enabled && has_agent
    };
    let running = cx.resource_index.tasks_of(cx.scope, item).iter().filter(runs);
    // One that can be entered before a newer one that cannot; among equals the newest, which runs the newest code.
    match running.max_by_key(|task| (ready(task), task.started_at)) {
        Some(task) => ecs_task::session_access(task, cx),
        None => {
            let none = Line::fails(
                "task running",
                format!("no task of {} is running (desired: {})", item.name, item.desired),
                "wake or scale the service up first; `toban explain` tells why its tasks stop",
            );
            let lines = vec![none, ecs_task::of_service(item)];
            SessionAccess { message: format!("service {}", item.name), way: None, lines, rights: Rights::default() }
        }
    }
}
