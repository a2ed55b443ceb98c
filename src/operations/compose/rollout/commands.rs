//! The commands of a deployment to instances: how one is sent, and what became of it on an instance. What cannot be seen
//! is never taken for failed: whatever is sent on top of it would be a guess. Pure.

use jiff::{SignedDuration, Timestamp};

use super::{LOOK, Phase, Rollout, UNKNOWN, report};
use crate::change::{Ending, Observation, Step};
use crate::kinds::command_invocation::{Invocation, part};
use crate::kinds::managed_node::{Node, RunScript, mark};
use crate::operations::compose::script::{DELIVERY, LONGEST};
use crate::world::{Resource, ResourceId};

/// Most commands are done within moments, so that a command is looked at this often at first, and for this long.
const EAGER: (SignedDuration, SignedDuration) = (SignedDuration::from_secs(1), SignedDuration::from_secs(10));

/// A command that was sent.
#[derive(Clone, PartialEq, Eq, Debug)]
pub(super) struct Run {
    /// Its id; its mark where the answer that would have named the id was lost.
    pub(super) command: String,
    pub(super) since: Timestamp,
    /// What became of the answer, where it was lost.
    pub(super) lost: Option<String>,
}

/// Why a command is not taken for done.
#[derive(Clone, PartialEq, Eq, Debug)]
pub(super) enum Trouble {
    /// It ended, and not well.
    Failed(String),
    /// Whether it runs, or how it ended, cannot be seen: nothing else may be sent there.
    Unseen(String),
}

impl Run {
    /// When it is looked at again.
    pub(super) fn pace(&self, now: Timestamp) -> SignedDuration {
        if now.duration_since(self.since) < EAGER.1 { EAGER.0 } else { LOOK }
    }
}

impl Rollout {
    pub(super) fn run(&self, at: &[usize], message: String, script: String, what: Vec<(&'static str, String)>) -> Step {
        let nodes: Vec<String> = at.iter().filter_map(|at| self.members.get(*at)).map(|one| one.id.clone()).collect();
        let Some(first) = nodes.first() else { return Step::Wait(LOOK) };
        let on = ResourceId { kind: Node::KIND, scope: self.plan.scope.clone(), key: first.as_str().into() };
        let plan = self.part(message, &on, "ssm:SendCommand AWS-RunShellScript");
        let patience = (DELIVERY, LONGEST);
        Step::Act(vec![Box::new(RunScript { plan, nodes, script, what, mark: mark(), patience })])
    }

    pub(super) fn invocation<'a>(&self, at: usize, run: &Run, observation: &Observation<'a>) -> Option<&'a Invocation> {
        let node = self.members.get(at)?;
        observation.world.by_key::<Invocation>(&self.plan.scope, &part(&run.command, &node.id))
    }

    /// What became of a command on one instance: `None` while it runs.
    pub(super) fn came(&mut self, at: usize, run: &Run, observation: &Observation<'_>) -> Option<Result<(), Trouble>> {
        let Some(seen) = self.invocation(at, run, observation) else {
            let fault = observation.faults.iter().find(|(want, _)| want.kind == Invocation::KIND);
            let late = observation.now.duration_since(run.since) > UNKNOWN;
            let why = match (fault, &run.lost) {
                (Some((_, fault)), None) => fault.sentence(),
                (Some((_, fault)), Some(lost)) => format!("{}; {lost}", fault.sentence()),
                (None, _) if !late => return None,
                (None, None) => format!("Systems Manager does not know the command {}", run.command),
                (None, Some(lost)) => {
                    format!("no command with the mark {} was found in 3 minutes; {lost}", run.command)
                }
            };
            return Some(Err(Trouble::Unseen(why)));
        };
        self.output = report::lines(seen);
        if !seen.is_over() {
            return None;
        }
        let last = seen.last_line().map(|line| format!(": {}", report::tidy(line))).unwrap_or_default();
        Some(if seen.succeeded() {
            Ok(())
        } else {
            Err(Trouble::Failed(format!("the command {}{last}", seen.words())))
        })
    }

    pub(super) fn after(
        &mut self,
        came: Option<Result<(), Trouble>>,
        (at, run): (usize, &Run),
        next: Phase,
        observation: &Observation<'_>,
    ) -> Step {
        match came {
            None => Step::Wait(run.pace(observation.now)),
            Some(Ok(())) => {
                self.phase = next;
                Step::Wait(SignedDuration::ZERO)
            }
            Some(Err(Trouble::Failed(why))) => self.fail(at, why),
            Some(Err(Trouble::Unseen(why))) => self.unseen(at, &why),
        }
    }

    /// A command may still run on an instance, or may have failed: whatever is sent there now would be a guess.
    fn unseen(&mut self, at: usize, why: &str) -> Step {
        let name = self.name(at);
        let message = format!(
            "what became of the command on {name} is not known: {why}. It is not serving; {}. Look at it, then run the \
             deployment again: it begins with {name}",
            self.rest(at)
        );
        self.finish(Ending::incomplete(message))
    }
}
