//! What can be done about a cause at once, as lines that do it: reading what the program wrote, going back to what ran
//! before, running the container's own health check, starting what is stopped. Pure; the gate asks before anything changes.

use super::super::detail::Around;
use super::super::sheet::{Item, NextStep, RowTarget};
use crate::diagnosis::explain::Cause;
use crate::display::Cell;
use crate::kinds::db_cluster::DbCluster;
use crate::kinds::db_instance::DbInstance;
use crate::kinds::ec2_instance::Instance;
use crate::kinds::ecs_service::Service;
use crate::kinds::lambda_function::Function;
use crate::kinds::task_definition::TaskDefinition;
use crate::text::moment;

/// The lines of a cause.
pub(super) fn of(cause: &Cause, around: Around<'_>) -> Vec<Item> {
    let mut steps = Vec::new();
    let (world, id, name) = (around.world, &cause.resource.id, &cause.resource.name);
    let service = world.get::<Service>(id);
    let function = world.get::<Function>(id);
    let is_database = world.get::<DbInstance>(id).is_some() || world.get::<DbCluster>(id).is_some();
    if service.is_some() || function.is_some() || is_database {
        let when = cause.since.map(|at| format!(" around {}", moment(at, around.now, around.zone))).unwrap_or_default();
        steps.push((NextStep::Logs(cause.since), format!("read what {name} wrote{when}")));
    }
    let definition = service
        .and_then(|service| world.by_key::<TaskDefinition>(&id.scope, service.task_definition.as_str()))
        .is_some_and(|definition| definition.containers.iter().any(|one| !one.health_command.is_empty()));
    if cause.rule == "container-health-check" && definition {
        steps.push((NextStep::HealthCheck, format!("run the health check in a task of {name} and show its answer")));
    }
    // A deployment shortly before is what somebody can take back.
    let deployed = cause.changes_before.iter().any(|event| {
        event.subject.as_ref().is_some_and(|subject| subject.id == *id)
            && (event.kind == crate::timeline::EventKind::Deployment || event.what.starts_with("Update"))
    });
    if (service.is_some() || function.is_some()) && deployed {
        steps.push((NextStep::Act("rollback"), format!("roll {name} back to what ran before")));
    }
    let is_stopped = cause.rule.starts_with("database-stopped") || cause.rule.starts_with("instance-stopped");
    if is_stopped && (is_database || world.get::<Instance>(id).is_some()) {
        steps.push((NextStep::Act("start"), format!("start {name}")));
    }
    let line = |(step, text): (NextStep, String)| {
        let item = Item::prose(format!("step {text}"), vec![Cell::strong(format!("▶ {text}"))]);
        item.to(Some(RowTarget::Step(step, id.clone())))
    };
    steps.into_iter().map(line).collect()
}
