//! Reading stopped tasks: why each ended, and what a service's latest stops have in common.
//! Pure; the sentences are in `stop_reasons`.

use std::borrow::Cow;

use jiff::Timestamp;

use super::stop_reasons::STOP_REASONS;
use crate::kinds::ecs_task::Task;
use crate::kinds::shared::phrase_table::{find, normal};
use crate::kinds::task_definition::revision_number;
use crate::text::{counted, first_line};
use crate::world::Health;

/// The id of a cause that is told by an exit code alone.
pub const EXIT: &str = "exit";

/// Why a task ended.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Cause {
    /// What tells it from others: the id of the known sentence, `exit` for an exit code, empty for words nobody knows.
    pub id: &'static str,
    /// In words, as the tail of a sentence.
    pub message: Cow<'static, str>,
    /// How bad it is; `Well` for what was meant.
    pub health: Health,
    /// Causal depth.
    pub depth: u8,
    /// What to look at; empty when there is nothing to check.
    pub check: &'static str,
}

/// Why a task ended; `None` while it has not.
#[must_use]
pub fn cause(task: &Task) -> Option<Cause> {
    if task.stopped_at.is_none() && task.last_status != "STOPPED" {
        return None;
    }
    let mut text = String::new();
    for part in [task.stop_code.as_deref(), task.stopped_reason.as_deref()]
        .into_iter()
        .flatten()
        .chain(task.containers.iter().filter_map(|container| container.reason.as_deref()))
    {
        text.push_str(part);
        text.push('\n');
    }
    if let Some(known) = find(STOP_REASONS, &normal(&text)) {
        return Some(Cause {
            id: known.id,
            message: Cow::Borrowed(known.message),
            health: known.health,
            depth: known.depth,
            check: known.check,
        });
    }
    if let Some(ended) = exited(task) {
        return Some(ended);
    }
    let message = match (task.stop_code.as_deref(), task.stopped_reason.as_deref()) {
        (_, Some(reason)) => Cow::Owned(first_line(reason, 120)),
        (Some(code), None) => Cow::Owned(code.to_owned()),
        (None, None) => Cow::Borrowed("stopped, no reason given"),
    };
    // What the scheduler or a person did on purpose is routine even in words nobody has seen.
    let meant = matches!(task.stop_code.as_deref(), None | Some("ServiceSchedulerInitiated" | "UserInitiated"));
    let (health, depth) = if meant { (Health::Well, 9) } else { (Health::Worrying, 2) };
    Some(Cause { id: "", message, health, depth, check: "" })
}

/// The container that ended the task, by its exit code.
fn exited(task: &Task) -> Option<Cause> {
    let ended = |container: &&crate::kinds::ecs_task::Container| container.exit_code.is_some();
    let failed = task.containers.iter().filter(ended).find(|container| container.exit_code != Some(0));
    let container = failed.or_else(|| task.containers.iter().find(ended))?;
    let code = container.exit_code?;
    let name = first_line(&container.name, 40);
    let (message, check) = match code {
        0 => (format!("{name} finished (code 0)"), "a service's command must not end; check command and entryPoint"),
        126 => (format!("{name} could not run its command (code 126)"), "check that the command is executable"),
        127 => (format!("{name} did not find its command (code 127)"), "check command and entryPoint"),
        134 => (format!("{name} aborted (code 134)"), "look at its last log lines"),
        137 => (
            format!("{name} was killed (code 137: memory, or it did not stop in time)"),
            "look at MemoryUtilization and its last log lines",
        ),
        139 => (format!("{name} crashed (code 139: segmentation fault)"), "look at its last log lines"),
        143 => (format!("{name} was told to stop (code 143)"), ""),
        code => (format!("{name} exited with code {code}"), "look at its last log lines"),
    };
    // A task that runs to its end is a job; whoever judges a service counts any exit as a failure.
    let health = if code == 0 || code == 143 { Health::Well } else { Health::Worrying };
    Some(Cause { id: EXIT, message: Cow::Owned(message), health, depth: 2, check })
}

/// The latest failures of one service, told together.
#[derive(Clone, PartialEq, Debug)]
pub struct Stops {
    /// What they have in common: the deepest cause among them.
    pub cause: Cause,
    /// How many tasks ended that way.
    pub count: usize,
    /// When the latest did.
    pub latest: Option<Timestamp>,
    /// The revision number of the latest.
    pub revision: Option<String>,
    /// AWS's own words about the latest, one line.
    pub words: Option<String>,
}

impl Stops {
    /// One line: `4 tasks stopped, ran out of memory (OutOfMemory), revision 118`.
    #[must_use]
    pub fn line(&self) -> String {
        let revision = self.revision.as_deref().map(|number| format!(", revision {number}")).unwrap_or_default();
        format!("{} stopped, {}{revision}", counted(self.count, "task"), self.cause.message)
    }
}

/// The tasks that failed since `since`, deepest cause first, then the latest.
#[must_use]
pub fn failed<'a>(tasks: &[&'a Task], since: Option<Timestamp>) -> Vec<(&'a Task, Cause)> {
    let mut failed: Vec<(&Task, Cause)> = tasks
        .iter()
        .filter(|task| task.stopped_at.or(task.stopping_at).is_none_or(|at| since.is_none_or(|since| at >= since)))
        .filter_map(|task| Some((*task, cause(task)?)))
        .filter(|(task, cause)| is_failure(task, cause))
        .collect();
    failed
        .sort_by(|(a, x), (b, y)| x.depth.cmp(&y.depth).then(b.stopped_at.cmp(&a.stopped_at)).then(a.arn.cmp(&b.arn)));
    failed
}

/// What failed among `tasks` since `since`; `None` if every stop was routine.
#[must_use]
pub fn failures(tasks: &[&Task], since: Option<Timestamp>) -> Option<Stops> {
    let failed = failed(tasks, since);
    let (latest, cause) = failed.first().map(|(task, cause)| (*task, cause.clone()))?;
    // A container's own reason says more than the sentence that an essential container ended.
    let reasons = latest.containers.iter().filter_map(|container| container.reason.as_deref());
    let words = reasons
        .chain(latest.stopped_reason.as_deref().filter(|reason| !reason.starts_with("Essential container")))
        .map(|words| first_line(words, 200))
        .find(|words| !words.is_empty());
    Some(Stops {
        count: failed.iter().filter(|(_, other)| other.message == cause.message).count(),
        latest: latest.stopped_at,
        revision: revision_number(&latest.task_definition).map(str::to_owned),
        words,
        cause: Cause { health: cause.health.max(Health::Worrying), ..cause },
    })
}

/// A service's task failed if its cause is no routine one, or if it ended by itself, with whatever code.
fn is_failure(task: &Task, cause: &Cause) -> bool {
    cause.health > Health::Well || task.stop_code.as_deref() == Some("EssentialContainerExited")
}
