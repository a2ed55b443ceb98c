//! What is known of a service that is not well, gathered once for all rules: the tasks that failed and why, the event
//! that says what is wrong, and the lines its program wrote. Pure.

use jiff::Timestamp;

use super::symptoms::Sign;
use crate::diagnosis::context::DiagnosisContext;
use crate::environment::Member;
use crate::kinds::ecs_service::{self, Event, Service, history_ends, moving, primary, rolled_back_to, steady_only};
use crate::kinds::ecs_task::Task;
use crate::kinds::ecs_task::stop_cause::{Cause, EXIT, cause, failed};
use crate::kinds::log_tail::{self, Line, LogTail};
use crate::kinds::shared::phrase_table::Known;
use crate::kinds::task_definition::{ContainerDefinition, TaskDefinition, revision_name};
use crate::text::first_line;
use crate::world::{Arn, Health, Resource, Scope};

/// How many of a service's tasks have their logs looked at.
pub(super) const LOGS_OF: usize = 2;
/// How many containers of a task.
const CONTAINERS: usize = 3;
/// How long a task lost to Spot or a retired host is worth a word.
const LOST_FOR: i64 = 3600;

/// What is known of one service.
pub(crate) struct ServiceFacts<'a> {
    pub(crate) member: &'a Member,
    pub(crate) service: &'a Service,
    /// How it is judged.
    pub(crate) health: Health,
    /// The tasks that failed since it was last well, deepest cause first, then the latest.
    pub(crate) failed: Vec<(&'a Task, Cause)>,
    /// Tasks lately taken away from it, or stopped by hand; the latest first.
    pub(crate) taken: Vec<(&'a Task, Cause)>,
    /// The event that says what is wrong.
    pub(crate) trouble: Option<(&'a Event, &'static Known)>,
    /// What its program wrote that names a cause, latest first.
    pub(crate) clues: Vec<Clue<'a>>,
    /// The last line of the last failed task, whatever it says.
    pub(crate) last_line: Option<(&'a Line, &'a Task)>,
    /// The logs that would tell more and were not read.
    pub(crate) unread: Vec<String>,
    /// Its revision's definition.
    pub(crate) definition: Option<&'a TaskDefinition>,
    /// Whether its latest deployment is a rollback, and the event that says so.
    pub(crate) rollback: Option<&'a Event>,
    /// Of which sort its trouble is.
    pub(crate) sign: Sign,
}

/// A line that names a cause.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Clue<'a> {
    /// What it means.
    pub(crate) known: &'static Known,
    /// The line.
    pub(crate) line: &'a Line,
}

/// The facts of every service of an environment.
pub(crate) fn services<'a>(cx: &DiagnosisContext<'a>) -> Vec<ServiceFacts<'a>> {
    cx.services.iter().map(|(member, service)| facts(cx, member, service)).collect()
}

fn facts<'a>(cx: &DiagnosisContext<'a>, member: &'a Member, service: &'a Service) -> ServiceFacts<'a> {
    let scope = &member.id.scope;
    let tasks: Vec<&'a Task> = cx.resource_index.tasks_of(scope, service).to_vec();
    let rollback = primary(service).and_then(|primary| rolled_back_to(service, primary));
    let since = if rollback.is_some() { steady_only(service) } else { history_ends(service) };
    let failed = failed(&tasks, since);
    let mut taken: Vec<(&Task, Cause)> = tasks
        .iter()
        .filter(|task| task.stopped_at.is_some_and(|at| cx.now.duration_since(at).as_secs() < LOST_FOR))
        .filter_map(|task| Some((*task, cause(task)?)))
        .filter(|(_, cause)| matches!(cause.id, "spot" | "host" | "by-hand"))
        .collect();
    taken.sort_by_key(|(task, _)| std::cmp::Reverse(task.stopped_at));
    let trouble = ecs_service::trouble(service);
    let definition = definition(cx, scope, &service.task_definition);
    let health = member.assessment.as_ref().map_or(Health::Well, |assessment| assessment.health);
    let mut facts = ServiceFacts {
        member,
        service,
        health,
        failed,
        taken,
        trouble,
        clues: Vec::new(),
        last_line: None,
        unread: Vec::new(),
        definition,
        rollback,
        sign: Sign::Short,
    };
    facts.sign = sign(&facts);
    logs(cx, &mut facts, &tasks);
    facts
}

fn sign(facts: &ServiceFacts<'_>) -> Sign {
    let service = facts.service;
    if let Some((_, cause)) = facts.failed.first() {
        return match cause.id {
            "elb-health" | "container-health" => Sign::Checks,
            "oom" | EXIT | "" => Sign::Exit,
            _ => Sign::Start,
        };
    }
    if let Some((_, known)) = facts.trouble {
        return match known.id {
            "crash-loop" => Sign::Exit,
            "breaker" | "breaker-alarm" | "deadlock" | "throttled" => Sign::Rollout,
            "replaced" => Sign::Checks,
            _ => Sign::Start,
        };
    }
    if service.running < service.desired && !facts.taken.is_empty() {
        return Sign::Lost;
    }
    if facts.rollback.is_some() || moving(service) {
        return Sign::Rollout;
    }
    Sign::Short
}

/// Reads the logs of the tasks that failed last, or of those that run while their targets fail.
fn logs<'a>(cx: &DiagnosisContext<'a>, facts: &mut ServiceFacts<'a>, tasks: &[&'a Task]) {
    let scope = &facts.member.id.scope;
    for (task, part) in parts(cx, facts, tasks) {
        let Some(tail) = cx.world.by_key::<LogTail>(scope, &part) else {
            let store = cx.world.store(scope, LogTail::KIND);
            // A stream that was read and is not there has no lines.
            let was_read = store
                .is_some_and(|store| store.bin(&part).is_some_and(|bin| bin.read_at.is_some() && bin.fault.is_none()));
            if !was_read {
                facts.unread.push(part);
            }
            continue;
        };
        let lines = tail.lines.iter().rev();
        facts.clues.extend(
            lines
                .clone()
                .filter_map(|line| Some(Clue { known: super::log_phrases::meaning(&line.message)?, line }))
                .take(1),
        );
        if facts.last_line.is_none() {
            facts.last_line =
                lines.clone().find(|line| !first_line(&line.message, 20).is_empty()).map(|line| (line, task));
        }
    }
}

/// The logs that matter of a service: those of tasks that failed last, else of some that run; as task and part.
pub(super) fn parts<'a>(
    cx: &DiagnosisContext<'a>,
    facts: &ServiceFacts<'a>,
    tasks: &[&'a Task],
) -> Vec<(&'a Task, String)> {
    let scope = &facts.member.id.scope;
    let mut failed: Vec<&Task> = facts.failed.iter().map(|(task, _)| *task).filter(|task| ran(task)).collect();
    failed.sort_by_key(|task| std::cmp::Reverse(task.stopped_at));
    let mut wanted: Vec<&'a Task> = failed.into_iter().take(LOGS_OF).collect();
    if wanted.is_empty() {
        wanted.extend(tasks.iter().filter(|task| task.last_status == "RUNNING").take(LOGS_OF));
    }
    let mut parts = Vec::new();
    for task in wanted {
        let own = definition(cx, scope, &task.task_definition);
        let Some(definition) = own.or(facts.definition) else { continue };
        let ended = |container: &&ContainerDefinition| {
            let code = task.containers.iter().find(|one| one.name == container.name).and_then(|one| one.exit_code);
            code.is_none_or(|code| code != 0) || container.essential
        };
        parts.extend(
            definition
                .containers
                .iter()
                .filter(ended)
                .take(CONTAINERS)
                .filter_map(|one| Some((task, stream(one, task)?))),
        );
    }
    parts
}

/// A revision, or where only others of its family are known, the newest of those: where it logs rarely changes.
fn definition<'a>(cx: &DiagnosisContext<'a>, scope: &Scope, arn: &Arn) -> Option<&'a TaskDefinition> {
    let own = cx.world.by_key::<TaskDefinition>(scope, arn.as_str());
    own.or_else(|| {
        let (family, _) = revision_name(arn).rsplit_once(':')?;
        let family = cx.world.all::<TaskDefinition>(scope).filter(|known| known.family == family);
        family.max_by_key(|known| known.revision)
    })
}

/// Whether its containers ever ran: only then there is a log.
fn ran(task: &Task) -> bool {
    task.started_at.is_some()
        || task.containers.iter().any(|container| container.exit_code.is_some() || container.runtime_id.is_some())
}

/// Where a container of a task logs: `GROUP:PREFIX/CONTAINER/TASK` (awslogs with a prefix).
fn stream(container: &ContainerDefinition, task: &Task) -> Option<String> {
    let prefix = container.log_prefix.as_deref()?;
    Some(log_tail::part(container.log_group.as_deref()?, &format!("{prefix}/{}/{}", container.name, task.arn.last())))
}

impl ServiceFacts<'_> {
    /// Since when its trouble shows: the first of the tasks that failed, or the event that says so.
    pub(crate) fn since(&self) -> Option<Timestamp> {
        let failed = self.failed.iter().filter_map(|(task, _)| task.stopped_at).min();
        let told = self.trouble.and_then(|(event, known)| {
            let same = self.service.events.iter().filter(|other| {
                ecs_service::event_meanings::meaning(&other.message).is_some_and(|other| other.id == known.id)
            });
            let since = history_ends(self.service);
            same.filter_map(|other| other.at).filter(|at| since.is_none_or(|since| *at >= since)).min().or(event.at)
        });
        let lost = (self.sign == Sign::Lost).then(|| self.taken.iter().filter_map(|(task, _)| task.stopped_at).min());
        let rollout = (self.sign == Sign::Rollout).then(|| primary(self.service).and_then(|it| it.created_at));
        [failed, told, lost.flatten()].into_iter().flatten().min().or(rollout.flatten())
    }

    /// The latest clue of one of these ids.
    pub(crate) fn clue(&self, ids: &[&str]) -> Option<Clue<'_>> {
        self.clues.iter().find(|clue| ids.contains(&clue.known.id)).copied()
    }
}
