//! What jobs share, whichever service begins them: their clock told for the reader, their runs, how they are judged,
//! their line, page and JSON object, and running one by hand. Not a kind itself: rules, schedules, job definitions and
//! state machines each make a [`JobView`] and show that. Pure but for `change`.

pub mod change;
mod clock;
pub mod launch;
mod rows;
mod rules;
mod run;
mod subject;
mod timer;

pub use clock::JobClock;
pub(super) use rows::{COLUMNS, detail, row, to_json};
pub(super) use rules::assess;
pub use run::{JobRun, RunState};
pub(crate) use run::{family, of_batch, of_executions, of_function, of_queues, of_tasks};
pub(super) use subject::subject;
pub(crate) use timer::{TimedJob, work_of};

use jiff::SignedDuration;

use crate::schedule::stored::target_effect::WorkKind;

/// A job as it is shown: what it runs, when, and how that went.
#[derive(Clone, PartialEq, Debug)]
pub struct JobView {
    /// Its name.
    pub name: String,
    /// What keeps it: `rule`, `schedule`, `batch`, `state-machine`.
    pub kept_by: &'static str,
    /// What kind of work it is.
    pub work: WorkKind,
    /// What is run: a task family, a function, a job definition, a state machine, a document.
    pub what: String,
    /// Where: a cluster, a queue.
    pub place: Option<String>,
    /// Whether its clock is on; what has no clock is always on.
    pub enabled: bool,
    /// When; `None` for work that is begun by hand or by a program.
    pub clock: Option<JobClock>,
    /// Its runs that AWS still knows, newest first.
    pub runs: Vec<JobRun>,
    /// What is wrong with its being begun at all: it was missed, or its target could not be called.
    pub trouble: Option<String>,
    /// How long it may run.
    pub limit: Option<SignedDuration>,
}

#[cfg(test)]
mod tests;
