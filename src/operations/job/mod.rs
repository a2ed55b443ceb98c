//! Running a job by hand, watched to its end: one call, then looking until the run is over. Pure; each step follows from
//! what is seen. Where the answer to the call was lost, the run is looked for by its mark and never begun twice.

pub mod actions;
#[cfg(test)]
mod tests;

use jiff::{SignedDuration, Timestamp};

use crate::change::plan::{ChangeRequest, Plan};
use crate::change::procedure::{Observation, Procedure, Step};
use crate::change::receipt::Receipt;
use crate::change::{Ending, Report};
use crate::kinds::batch_queue::BatchQueue;
use crate::kinds::ecs_task::Task;
use crate::kinds::job::change::{RunJob, started_by};
use crate::kinds::job::launch::Launch;
use crate::kinds::job::{JobRun, RunState, family, of_batch, of_executions, of_tasks};
use crate::text::span;
use crate::world::read_request::ReadRequest;
use crate::world::{Arn, Fault, FaultKind, Health, Resource, Scope};

/// How often a run is looked at.
const LOOK: SignedDuration = SignedDuration::from_secs(5);
/// How long what was begun may stay out of observation.
const UNSEEN: SignedDuration = SignedDuration::from_mins(3);

#[derive(Clone, PartialEq, Eq, Debug)]
enum Phase {
    Begin,
    /// The answer was lost: it may run.
    Seek {
        since: Timestamp,
        why: String,
    },
    Watch {
        since: Timestamp,
    },
    Over(Ending),
}

/// A run by hand.
#[derive(Debug)]
pub struct JobRunProcedure {
    plan: Plan,
    job: String,
    launch: Launch,
    mark: String,
    asked_at: Timestamp,
    run: Option<String>,
    phase: Phase,
}

impl JobRunProcedure {
    /// A run of `job` by `launch`, asked for at `now`. `plan.on` is the job.
    #[must_use]
    pub fn new(plan: Plan, job: &str, launch: Launch, now: Timestamp) -> Self {
        // Names of executions and jobs take letters, digits, hyphens and underscores.
        let fits = |c: char| if c.is_ascii_alphanumeric() || c == '_' { c } else { '-' };
        let name: String = job.rsplit('/').next().unwrap_or(job).chars().map(fits).take(40).collect();
        let mark = format!("{name}-{}", now.as_millisecond());
        Self { plan, job: job.to_owned(), launch, mark, asked_at: now, run: None, phase: Phase::Begin }
    }

    fn scope(&self) -> &Scope {
        &self.plan.scope
    }

    /// The run, as far as it is seen.
    fn seen(&self, observation: &Observation<'_>) -> Option<JobRun> {
        let ours = |run: &JobRun| self.run.as_deref() == Some(run.id.as_str());
        match &self.launch {
            Launch::Task { cluster, definition, .. } => {
                let cluster = Arn::from(cluster.as_str());
                let runs = of_tasks(observation.world, self.scope(), (cluster.last(), family(definition)), &self.job);
                // Without its id it is the one that was begun by hand since.
                let by_hand = |run: &JobRun| {
                    let task = run.open.as_ref().and_then(|id| observation.world.get::<Task>(id));
                    let mark = task.and_then(|task| task.started_by.as_deref()) == Some(&*started_by(&self.job));
                    mark && run.created_at.is_some_and(|at| at >= self.asked_at)
                };
                runs.into_iter().find(|run| if self.run.is_some() { ours(run) } else { by_hand(run) })
            }
            Launch::Job { .. } => {
                let queues = observation.world.all::<BatchQueue>(self.scope());
                let jobs = queues.flat_map(|queue| queue.jobs.iter().map(move |job| (job, queue)));
                let found = jobs
                    .into_iter()
                    .find(|(job, _)| self.run.as_deref().map_or_else(|| job.name == self.mark, |id| job.id == id));
                found.map(|(job, queue)| of_batch(job, queue, self.scope()))
            }
            Launch::Execution { machine, .. } => of_executions(observation.world, self.scope(), machine.as_str())
                .into_iter()
                .find(|run| run.id == self.mark),
            Launch::Call { .. } => None,
        }
    }

    fn end(&mut self, ending: Ending) -> Step {
        self.phase = Phase::Over(ending.clone());
        Step::End(ending)
    }

    fn watch(&mut self, since: Timestamp, lost: Option<String>, observation: &Observation<'_>) -> Step {
        if let Some((_, fault)) = observation.faults.first() {
            let message = format!("how it goes cannot be seen: {}; the run goes on", fault.sentence());
            return self.end(Ending::incomplete(message));
        }
        let Some(run) = self.seen(observation) else {
            if observation.now.duration_since(since) <= UNSEEN {
                return Step::Wait(LOOK);
            }
            let message = match lost {
                Some(why) => format!("whether it began is not known: {why}, and no run of it is seen since"),
                None => "it was begun and is not seen; look at its log".to_owned(),
            };
            return self.end(Ending::incomplete(message));
        };
        if lost.is_some() {
            self.run = Some(run.id.clone());
            self.phase = Phase::Watch { since: observation.now };
        }
        let took = run.seconds(observation.now).map(|seconds| format!(" after {}", span(seconds))).unwrap_or_default();
        let why = run.why.as_deref().map(|why| format!(": {why}")).unwrap_or_default();
        match run.state {
            RunState::Succeeded => self.end(Ending::done(format!("{} succeeded{took}", run.id))),
            RunState::Failed => self.end(Ending::incomplete(format!("{} failed{took}{why}", run.id))),
            RunState::Stopped => self.end(Ending::incomplete(format!("{} was stopped{took}{why}", run.id))),
            RunState::Pending | RunState::Running => Step::Wait(LOOK),
        }
    }
}

impl Procedure for JobRunProcedure {
    fn plan(&self) -> Plan {
        self.plan.clone()
    }

    fn wants(&self, _now: Timestamp) -> Vec<ReadRequest> {
        if !matches!(self.phase, Phase::Seek { .. } | Phase::Watch { .. }) {
            return Vec::new();
        }
        let scope = self.scope();
        match &self.launch {
            Launch::Task { cluster, .. } if cluster.starts_with("arn:") => {
                vec![ReadRequest::part(scope, Task::KIND, cluster)]
            }
            Launch::Task { .. } => vec![ReadRequest::all(scope, Task::KIND)],
            Launch::Job { .. } => vec![ReadRequest::all(scope, BatchQueue::KIND)],
            Launch::Execution { .. } => {
                vec![ReadRequest::all(scope, crate::kinds::state_machine::StateMachine::KIND)]
            }
            Launch::Call { .. } => Vec::new(),
        }
    }

    fn step(&mut self, observation: &Observation<'_>) -> Step {
        match self.phase.clone() {
            Phase::Begin => Step::Act(vec![Box::new(self.change())]),
            Phase::Seek { since, why } => self.watch(since, Some(why), observation),
            Phase::Watch { since } => self.watch(since, None, observation),
            Phase::Over(ending) => Step::End(ending),
        }
    }

    fn told(&mut self, _deed: &ChangeRequest, got: &Result<Receipt, Fault>, now: Timestamp) {
        let is_call = matches!(self.launch, Launch::Call { .. });
        self.phase = match got {
            Ok(_) if is_call => Phase::Over(Ending::done("it was called; how that went is in its log and its metrics")),
            Ok(receipt) => {
                self.run = receipt.fact("run").map(str::to_owned);
                Phase::Watch { since: now }
            }
            Err(fault) => {
                use FaultKind::{Garbled, Odd, Offline, Timeout};
                let is_lost = fault.answer_lost || matches!(fault.kind, Offline | Timeout | Garbled | Odd);
                match (is_lost, is_call) {
                    (false, _) => Phase::Over(Ending::failed(fault.sentence())),
                    (true, true) => {
                        let message = format!("whether it was called is not known: {}", fault.sentence());
                        Phase::Over(Ending::incomplete(message))
                    }
                    (true, false) => Phase::Seek { since: now, why: fault.sentence() },
                }
            }
        };
    }

    fn goes_on(&self) -> bool {
        matches!(self.phase, Phase::Watch { .. })
    }

    fn report(&self, observation: &Observation<'_>) -> Report {
        let (message, health) = match &self.phase {
            Phase::Begin => (format!("{} is being begun", self.job), Health::Changing),
            Phase::Seek { why, .. } => (format!("{why}; looking whether {} runs", self.job), Health::Worrying),
            Phase::Watch { .. } => match self.seen(observation) {
                Some(run) => {
                    let so_far =
                        run.seconds(observation.now).map(|it| format!(" for {}", span(it))).unwrap_or_default();
                    (format!("{} is {}{so_far}", run.id, run.state.word()), Health::Changing)
                }
                None => (format!("{} was begun", self.job), Health::Changing),
            },
            Phase::Over(ending) => (ending.message.clone(), Health::Well),
        };
        let stands = matches!(self.phase, Phase::Watch { .. } | Phase::Seek { .. })
            .then(|| "the run goes on without toban; `toban jobs` tells how it ends".to_owned());
        Report { message, health, stands, ..Report::default() }
    }
}

impl JobRunProcedure {
    fn change(&self) -> RunJob {
        let plan = Plan::new(
            format!("begin job {}", self.job),
            self.plan.environment.clone(),
            self.plan.on.clone(),
            vec![self.launch.sentence()],
        );
        RunJob { plan, launch: self.launch.clone(), job: self.job.clone(), mark: self.mark.clone() }
    }
}
