//! What can be done with one task: stop it, or replace all tasks of its service, new ones first. Pure: the offers and
//! their plans; the call is the kind's `change.rs`, what becomes of it `stopping`.

mod stopping;

use crate::change::procedure::Proposal;
use crate::kinds::ecs_service::{Service, moving};
use crate::kinds::ecs_task::{Task, Tasks};
use crate::operations::ecs_service::{actions as of_service, plan_notes};
use crate::operations::{Action, ActionContext, ResourceActions};
use crate::text::counted;
use crate::world::Resource;

use stopping::Stopping;

const STOP: &str = "stop";
const FORCE: &str = "force";

impl ResourceActions for Tasks {
    fn actions(item: &Task, context: &ActionContext<'_>) -> Vec<Action> {
        let service = service(item, context);
        let message = match (service, item.service()) {
            (Some(service), _) => format!("stop this task alone; {} starts another", service.name),
            (None, Some(name)) => format!("stop this task alone; its service {name} may start another"),
            (None, None) => "stop this task; nothing starts it again".to_owned(),
        };
        let stop = Action::new(STOP, message).disabled_reason(disabled_reason(item));
        // The form that takes nothing away stands first.
        let force = service.filter(|_| item.last_status != "STOPPED").and_then(|service| {
            let force = of_service::actions(service, context).into_iter().find(|action| action.verb == FORCE)?;
            let message = format!("replace every task of {}, new ones first, on the same revision", service.name);
            Some(Action { message, ..force })
        });
        force.into_iter().chain([stop]).collect()
    }

    fn propose(item: &Task, verb: &str, value: Option<&str>, context: &ActionContext<'_>) -> Result<Proposal, String> {
        match (verb, service(item, context)) {
            (STOP, service) => stop(item, service, context),
            (FORCE, Some(service)) => of_service::propose(service, FORCE, value, context),
            (FORCE, None) => Err(format!("task {} is of no service that is known here", item.arn.last())),
            _ => Err(format!("a task knows no {verb:?}")),
        }
    }
}

/// The service it belongs to, if that was read.
fn service<'a>(item: &Task, context: &ActionContext<'a>) -> Option<&'a Service> {
    let name = item.service()?;
    let mut all = context.cx.world.all::<Service>(context.cx.scope);
    all.find(|service| service.name == name && service.cluster == item.cluster)
}

fn disabled_reason(item: &Task) -> Option<String> {
    match (item.last_status.as_str(), item.desired_status.as_str()) {
        ("STOPPED", _) => Some("it is stopped already".to_owned()),
        (_, "STOPPED") => Some("it is stopping already".to_owned()),
        _ => None,
    }
}

fn stop(item: &Task, service: Option<&Service>, context: &ActionContext<'_>) -> Result<Proposal, String> {
    let id = item.arn.last();
    if let Some(why) = disabled_reason(item) {
        return Err(format!("task {id}: {why}"));
    }
    let message = match service {
        Some(service) => format!("stop task {id} of {}", service.name),
        None => format!("stop task {id}"),
    };
    let mut plan = context.plan(message, item.id(context.cx.scope), vec![format!("ecs:StopTask {id}")]);
    plan.notices.splice(0..0, notices(item, service, context));
    Ok(Proposal::Procedure(Box::new(Stopping::new(plan, item, service))))
}

/// What a reader should know before it stops.
fn notices(item: &Task, service: Option<&Service>, context: &ActionContext<'_>) -> Vec<String> {
    let Some(service) = service else {
        return match item.service() {
            Some(name) => vec![format!("whether {name} starts another is not known: the service was not read")],
            None => {
                vec!["it is no service's: nothing starts it again, and what it works on stays half done".to_owned()]
            }
        };
    };
    let name = &service.name;
    let left = service.running.saturating_sub(u32::from(item.last_status == "RUNNING"));
    let mut all = vec![match (service.desired, left) {
        (0, _) => format!("{name} wants no task: no other one is started"),
        (_, 0) => {
            format!(
                "it is the only task that runs: {name} is down until another is up; `force` starts the new one first"
            )
        }
        _ => format!("{} of {name} serve until another is up", counted(left as usize, "task")),
    }];
    if service.attachments.iter().any(|one| one.target_group.is_some()) {
        all.push("its target is taken out of the target group first, and what it works on may end".to_owned());
    }
    if moving(service) {
        all.push(
            "a rollout is on its way: whether another is started on the old revision or the new is ECS's choice"
                .to_owned(),
        );
    }
    all.extend(plan_notes::of_service(service, context));
    all
}

#[cfg(test)]
mod tests;
