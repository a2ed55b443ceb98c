//! The container's own health check, run by hand: ECS tells only that it fails, the inside of the container tells why. Chooses
//! task, container and command, and shows the answer. Pure; the session is the runner's, and it is journaled like any other.

use super::effect::Effect;
use super::model::Model;
use super::page::Page;
use super::screens::viewer::Viewer;
use super::sessions::{checklist, session_access};
use crate::display::{Cell, Tone};
use crate::engine::session::SessionRequest;
use crate::engine::session_command::{Answer, SessionCommand};
use crate::kinds::ecs_service::Service;
use crate::kinds::ecs_task::Task;
use crate::kinds::task_definition::{ContainerDefinition, TaskDefinition};
use crate::text::mask_text;
use crate::world::{Health, Resource, ResourceId};

/// Runs the health check of a task, or of a task of a service: one that fails it, where there is one.
pub(super) fn run(model: &mut Model, id: &ResourceId) -> Vec<Effect> {
    model.dirty = true;
    match request(model, id) {
        Ok(command) => {
            model.notices.info(model.now, format!("{}…", command.session.plan.message));
            vec![Effect::RunInSession(Box::new(command))]
        }
        Err(Barred::Notice(why)) => {
            model.notices.fault(model.now, why);
            Vec::new()
        }
        Err(Barred::Checklist(task)) => {
            if let Some(access) = session_access(model, &task) {
                let title = format!("{} cannot be entered:", access.message);
                checklist(model, title, &access.message, access.checklist());
            }
            Vec::new()
        }
    }
}

/// Why it is not run.
enum Barred {
    Notice(String),
    Checklist(ResourceId),
}

fn request(model: &Model, id: &ResourceId) -> Result<SessionCommand, Barred> {
    let said = |why: &str| Barred::Notice(why.to_owned());
    let task = task(model, id).ok_or_else(|| said("no task runs whose health check could be run"))?;
    let task_id = task.id(&id.scope);
    let (container, line) =
        command(model, &id.scope, task).ok_or_else(|| said("no container of it has a health check of its own"))?;
    let environment = model.picture.home(id).ok_or_else(|| said("it is in no environment"))?.name.clone();
    if let Some(refused) = model.gate.bars(&environment, &model.circumstances(&environment, &id.scope)) {
        return Err(Barred::Notice(refused.to_string()));
    }
    let access = session_access(model, &task_id).ok_or_else(|| said("this task has no shell"))?;
    let way = access.way.as_ref().filter(|_| !access.fails()).ok_or_else(|| Barred::Checklist(task_id.clone()))?;
    let door = way.door(Some(&container)).map_err(|_| Barred::Checklist(task_id.clone()))?;
    let nonce = format!("{:016x}", model.now.as_nanosecond().unsigned_abs());
    let once = door.once(&line, &nonce);
    let place = format!("{}, container {container}", access.message);
    let session = SessionRequest::new("run the health check in", &place, environment, task_id, once.ask);
    Ok(SessionCommand { session, nonce: once.nonce, line: line.join(" ") })
}

/// The task itself, or of a service the one that fails its check, else any that runs.
fn task<'m>(model: &'m Model, id: &ResourceId) -> Option<&'m Task> {
    if let Some(task) = model.world.get::<Task>(id) {
        return (task.last_status == "RUNNING").then_some(task);
    }
    let service = model.world.get::<Service>(id)?;
    let mine = |task: &&Task| {
        task.last_status == "RUNNING"
            && task.service() == Some(service.name.as_str())
            && task.cluster.last() == service.cluster.last()
    };
    let running = model.world.all::<Task>(&id.scope).filter(mine);
    running.max_by_key(|task| (task.health.as_deref() == Some("UNHEALTHY"), task.exec_enabled, task.started_at))
}

/// The container with a check, and the words of its command: those of `CMD-SHELL` are one line for a shell.
fn command(model: &Model, scope: &crate::world::Scope, task: &Task) -> Option<(String, Vec<String>)> {
    let definition = model.world.by_key::<TaskDefinition>(scope, task.task_definition.as_str())?;
    let words = |container: &ContainerDefinition| match container.health_command.split_first() {
        Some((first, rest)) if first == "CMD-SHELL" && !rest.is_empty() => Some(vec![rest.join(" ")]),
        Some((first, rest)) if first == "CMD" && !rest.is_empty() => Some(rest.to_vec()),
        _ => None,
    };
    definition.containers.iter().find_map(|container| Some((container.name.clone(), words(container)?)))
}

/// Shows what came of it.
pub(super) fn answered(model: &mut Model, message: String, line: &str, got: Result<Answer, String>) {
    let mut lines = vec![Cell::strong(message.clone()), Cell::dim(format!("$ {}", mask_text(line))), Cell::plain("")];
    match got {
        Ok(answer) => {
            let (health, verdict) = match answer.exit {
                Some(0) => (Health::Well, "exit code 0: ECS takes this for healthy".to_owned()),
                Some(code) => (Health::Bad, format!("exit code {code}: ECS takes this for unhealthy")),
                None => (Health::Unknown, format!("no exit code came: {}", answer.end.sentence())),
            };
            lines.push(Cell::of(health, verdict));
            lines.push(Cell::plain(""));
            if answer.output.trim().is_empty() {
                lines.push(Cell::dim("it wrote nothing"));
            }
            let written = answer.output.lines();
            lines.extend(written.map(|line| Cell { text: mask_text(line).into_owned(), tone: Tone::Plain }));
            if answer.cut {
                lines.push(Cell::dim("and more, which was left out"));
            }
        }
        Err(why) => lines.extend(why.lines().map(|line| Cell::of(Health::Bad, line))),
    }
    model.dirty = true;
    model.enter(Page::Viewer(Viewer::new("the health check's answer", message, lines)));
}

#[cfg(test)]
mod tests;
