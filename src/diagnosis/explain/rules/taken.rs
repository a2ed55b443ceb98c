//! Tasks that were taken away: Spot capacity, a retired host, a person who stopped them. Each is normal alone; it is a
//! cause where tasks are missing for it. Pure.

use super::task_start::task_id;
use crate::diagnosis::explain::facts::ServiceFacts;
use crate::diagnosis::explain::hypothesis::{Hypothesis, Spread, Strength, evidence};
use crate::text::{counted, first_line};

const TASKS: &str = "ecs:DescribeTasks";

/// The cause, if tasks are missing or were lately replaced and nothing else failed.
pub(super) fn propose<'a>(facts: &ServiceFacts<'a>) -> Option<Hypothesis<'a>> {
    let (latest, cause) = facts.taken.first()?;
    let service = facts.service;
    let same: Vec<_> = facts.taken.iter().filter(|(_, other)| other.id == cause.id).collect();
    let name = &service.name;
    let count = counted(same.len(), "task");
    let (rule, message) = match cause.id {
        "spot" => ("spot-interruption", format!("{name}: AWS took Spot capacity back from {count}")),
        "host" => ("host-retired", format!("{name}: the host of {count} was retired or stopped")),
        _ => ("stopped-by-hand", format!("{name}: {count} stopped by hand")),
    };
    let since = same.iter().filter_map(|(task, _)| task.stopped_at).min();
    let mut it = Hypothesis::new(rule, facts.member, (Spread::NoTasks, Strength::Said), message).since(since);
    it = it.shows(
        evidence(format!("{count} stopped: {}", cause.message), latest.stopped_at, TASKS)
            .of(task_id(latest, facts), name.clone()),
    );
    if let Some(reason) = latest.stopped_reason.as_deref() {
        it = it.shows(evidence(first_line(reason, 200), latest.stopped_at, TASKS));
    }
    if service.running < service.desired {
        let what = format!("{} of {} running", service.running, counted(service.desired as usize, "task"));
        it = it.shows(evidence(what, None, "ecs:DescribeServices").on(facts.member));
    }
    // Tasks that fail by themselves are another matter.
    if let Some((task, other)) = facts.failed.first() {
        it = it.contradicts(evidence(format!("another task failed: {}", other.message), task.stopped_at, TASKS));
    }
    Some(match rule {
        "spot-interruption" => it.then("move a part of the service to on-demand capacity (a second capacity provider)"),
        "stopped-by-hand" => it.then("ECS starts others by itself; who did it stands in CloudTrail (StopTask)"),
        _ => it.then("ECS starts others by itself; nothing to do unless it goes on"),
    })
}
