//! One run of a job, told alike for tasks, Batch jobs, executions of state machines and calls of functions; and where
//! a job's runs are found in what was read. Pure.

use jiff::Timestamp;
use serde::Serialize;

use super::change::{self, BY_HAND};
use crate::kinds::batch_queue::{BatchJob, BatchQueue};
use crate::kinds::ecs_task::Task;
use crate::kinds::ecs_task::stop_cause::cause;
use crate::kinds::job_activity::JobActivity;
use crate::kinds::state_machine::{Execution, StateMachine};
use crate::world::{Health, Resource, ResourceId, Scope, World};

/// How far a run has come.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum RunState {
    /// It was begun and does not run yet.
    Pending,
    /// It runs.
    Running,
    /// It ended well.
    Succeeded,
    /// It did not.
    Failed,
    /// Somebody stopped it.
    Stopped,
}

impl RunState {
    /// Its word.
    #[must_use]
    pub const fn word(self) -> &'static str {
        match self {
            Self::Pending => "pending",
            Self::Running => "running",
            Self::Succeeded => "succeeded",
            Self::Failed => "failed",
            Self::Stopped => "stopped",
        }
    }

    /// Whether nothing more will come of it.
    #[must_use]
    pub const fn is_over(self) -> bool {
        matches!(self, Self::Succeeded | Self::Failed | Self::Stopped)
    }
}

/// One run.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct JobRun {
    /// What AWS calls it: a task's id, a job's id, an execution's name; empty for calls of a function.
    pub id: String,
    /// How far it has come.
    pub state: RunState,
    /// When it was asked for.
    pub created_at: Option<Timestamp>,
    /// When it began to run.
    pub started_at: Option<Timestamp>,
    /// When it ended.
    pub ended_at: Option<Timestamp>,
    /// Why it ended so, or waits.
    pub why: Option<String>,
    /// Its own page, if it has one.
    pub open: Option<ResourceId>,
}

impl JobRun {
    /// When it began, as far as that is known.
    #[must_use]
    pub fn begun_at(&self) -> Option<Timestamp> {
        self.started_at.or(self.created_at)
    }

    /// Seconds it took, or runs so far.
    #[must_use]
    pub fn seconds(&self, now: Timestamp) -> Option<i64> {
        let from = self.started_at?;
        let to = self.ended_at.or((self.state == RunState::Running).then_some(now))?;
        Some(to.duration_since(from).as_secs().max(0))
    }
}

/// Newest first.
fn sorted(mut runs: Vec<JobRun>) -> Vec<JobRun> {
    runs.sort_by_key(|run| std::cmp::Reverse(run.begun_at()));
    runs
}

/// The family of a task definition or the name of a job definition: `…/city-poc-batch:3`.
pub(crate) fn family(definition: &str) -> &str {
    let name = definition.rsplit('/').next().unwrap_or(definition);
    name.split(':').next().unwrap_or(name)
}

/// What EventBridge and Scheduler write into `startedBy` of tasks they run, in front of the rule's or schedule's name.
const STARTERS: [&str; 2] = ["events-rule/", "chronos-schedule/"];
/// Older ones of them are cut off at so many characters.
const SHORTENED: usize = 36;

/// Whether a task that `started_by` tells of was begun by the timer of that name: long names are cut off there.
/// What nobody wrote such a thing on is a run by hand, and counts for every job of its family.
fn is_begun_by(started_by: Option<&str>, name: &str) -> bool {
    let Some(started_by) = started_by else { return true };
    if started_by.starts_with(BY_HAND) {
        return started_by == change::started_by(name);
    }
    let timer = STARTERS.iter().find_map(|prefix| started_by.strip_prefix(prefix));
    timer.is_none_or(|timer| {
        !timer.is_empty() && (name == timer || (started_by.len() >= SHORTENED && name.starts_with(timer)))
    })
}

/// The runs of a task family in a cluster, as far as ECS still knows them, of the timer of that name.
pub(crate) fn of_tasks(world: &World, scope: &Scope, (cluster, of_family): (&str, &str), name: &str) -> Vec<JobRun> {
    let ours = |task: &&Task| {
        task.service().is_none()
            && task.cluster.last() == cluster
            && family(task.task_definition.as_str()) == of_family
            && is_begun_by(task.started_by.as_deref(), name)
    };
    sorted(world.all::<Task>(scope).filter(ours).map(|task| of_task(task, scope)).collect())
}

fn of_task(task: &Task, scope: &Scope) -> JobRun {
    let ended = cause(task);
    let clean = !task.containers.is_empty() && task.containers.iter().all(|one| one.exit_code == Some(0));
    let (state, why) = match (&ended, task.last_status.as_str()) {
        (None, "RUNNING") => (RunState::Running, None),
        (None, _) => (RunState::Pending, Some(task.last_status.to_lowercase())),
        (Some(_), _) if clean => (RunState::Succeeded, None),
        (Some(cause), _) if cause.health == Health::Well => (RunState::Stopped, Some(cause.message.to_string())),
        (Some(cause), _) => (RunState::Failed, Some(cause.message.to_string())),
    };
    JobRun {
        id: task.arn.last().to_owned(),
        state,
        created_at: task.created_at,
        started_at: task.started_at,
        ended_at: task.stopped_at,
        why,
        open: Some(task.id(scope)),
    }
}

/// The runs of a Batch job definition, in whatever queue.
pub(crate) fn of_queues(world: &World, scope: &Scope, definition: &str) -> Vec<JobRun> {
    let queues = world.all::<BatchQueue>(scope);
    let jobs = queues.flat_map(|queue| {
        let mine = |job: &&BatchJob| job.definition.as_deref().is_some_and(|it| family(it) == definition);
        queue.jobs.iter().filter(mine).map(|job| of_batch(job, queue, scope))
    });
    sorted(jobs.collect())
}

/// One Batch job as a run.
pub(crate) fn of_batch(job: &BatchJob, queue: &BatchQueue, scope: &Scope) -> JobRun {
    let state = match job.status.as_str() {
        "SUCCEEDED" => RunState::Succeeded,
        "FAILED" => RunState::Failed,
        "RUNNING" => RunState::Running,
        _ => RunState::Pending,
    };
    let why = match state {
        RunState::Pending => Some(
            [Some(job.status.to_lowercase()), job.reason.clone()].into_iter().flatten().collect::<Vec<_>>().join(": "),
        ),
        _ => job.failure(),
    };
    JobRun {
        id: job.id.clone(),
        state,
        created_at: job.created_at,
        started_at: job.started_at,
        ended_at: job.stopped_at,
        why,
        open: Some(queue.id(scope)),
    }
}

/// The executions of a state machine.
pub(crate) fn of_executions(world: &World, scope: &Scope, arn: &str) -> Vec<JobRun> {
    let machine = world.by_key::<StateMachine>(scope, arn);
    let runs =
        machine.into_iter().flat_map(|machine| machine.executions.iter().map(|one| of_execution(one, machine, scope)));
    sorted(runs.collect())
}

fn of_execution(one: &Execution, machine: &StateMachine, scope: &Scope) -> JobRun {
    let (state, why) = match one.status.as_str() {
        "SUCCEEDED" => (RunState::Succeeded, None),
        "RUNNING" => (RunState::Running, None),
        "PENDING_REDRIVE" => (RunState::Pending, Some("waits to be redriven".to_owned())),
        "ABORTED" => (RunState::Stopped, Some("aborted".to_owned())),
        "TIMED_OUT" => (RunState::Failed, Some("timed out".to_owned())),
        _ => (RunState::Failed, one.why.clone()),
    };
    JobRun {
        id: one.name.clone(),
        state,
        created_at: one.started_at,
        started_at: one.started_at,
        ended_at: one.stopped_at,
        why,
        open: Some(machine.id(scope)),
    }
}

/// The hours in which a function was called lately, as its metrics tell.
pub(crate) fn of_function(world: &World, scope: &Scope, name: &str) -> Vec<JobRun> {
    let Some(activity) = world.by_key::<JobActivity>(scope, &JobActivity::of_function(name)) else { return Vec::new() };
    let hour = |at: &Timestamp| {
        let errors = activity.failed.iter().find(|(hour, _)| hour == at).map_or(0.0, |(_, count)| *count);
        let failed = errors > 0.0;
        JobRun {
            id: String::new(),
            state: if failed { RunState::Failed } else { RunState::Succeeded },
            created_at: Some(*at),
            started_at: Some(*at),
            ended_at: None,
            why: failed
                .then(|| format!("{errors:.0} of its calls in that hour ended with an error; its log tells more")),
            open: None,
        }
    };
    sorted(activity.fired.iter().map(hour).collect())
}
