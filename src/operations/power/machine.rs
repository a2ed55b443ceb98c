//! Starting and stopping one machine (a database, an instance): what is offered, why it is barred, and the plan.
//! Shared by the kinds that can; each says how it stands and by which calls. Pure.

use jiff::SignedDuration;

use super::Switch;
use crate::change::procedure::Proposal;
use crate::kinds::db_event::PowerEvents;
use crate::offhours::record_forbids;
use crate::operations::schedule::would_be_reverted;
use crate::operations::{Action, ActionContext, Prompt};
use crate::schedule::observed::power_state::Actual;
use crate::schedule::observed::rds_power_events;
use crate::schedule::transition::sleep_wake_order::{How, MemberState};
use crate::schedule::transition::{Decision, decide, verb_for};
use crate::schedule::{PowerAction, TargetState};
use crate::world::read_request::ReadRequest;
use crate::world::{Resource, ResourceId, World};

/// One machine with what its kind knows of it.
pub(crate) struct Power {
    /// Which.
    pub id: ResourceId,
    /// What it is called: `DB instance prooflink-dev-db`.
    pub called: String,
    /// How it stands.
    pub seen: MemberState,
    /// The API calls that stop and start it.
    pub calls: [&'static str; 2],
    /// What a reader should know before it is stopped.
    pub notices: Vec<String>,
    /// What has to be read to see how it stands.
    pub reads: Vec<ReadRequest>,
}

impl Power {
    fn actual(&self) -> &Actual {
        match &self.seen.how {
            How::Machine(actual) => actual,
            How::Service(_) | How::Gone => &Actual::Gone,
        }
    }

    fn decision(&self, want: TargetState) -> Decision {
        decide(self.actual(), want, self.seen.ineligible.as_ref(), None)
    }

    /// What tells since when a database is up: read before one is stopped, unless it could not be read before.
    fn events(&self, world: &World) -> Vec<ReadRequest> {
        let database = self.seen.member.kind.is_database() && *self.actual() == Actual::Up;
        let failed =
            world.store(&self.id.scope, PowerEvents::KIND).is_some_and(|store| store.faults().next().is_some());
        let want = || ReadRequest::part(&self.id.scope, PowerEvents::KIND, &self.id.key);
        (database && !failed).then(want).into_iter().collect()
    }

    /// How long it has been up, where that was told.
    fn up_for(&self, context: &ActionContext<'_>) -> Option<SignedDuration> {
        let events = context.cx.world.by_key::<PowerEvents>(&self.id.scope, &self.id.key)?;
        Some(context.cx.now.duration_since(rds_power_events::since(&events.told, self.actual())?))
    }

    /// Why it cannot be brought to `want` at all; that it is there already is no reason.
    fn hindrance(&self, want: TargetState, context: &ActionContext<'_>) -> Option<String> {
        match self.decision(want) {
            Decision::Refuse(why) => return Some(why),
            Decision::Gone => return Some("it does not exist any more".to_owned()),
            Decision::Done => return None,
            Decision::Issue { .. } | Decision::Attach | Decision::Queue { .. } => {}
        }
        if want == TargetState::Running {
            return None;
        }
        context
            .environment
            .stop_barred()
            .or_else(|| record_forbids(context.environment, &self.id.scope, context.cx.world))
    }

    /// Start and stop, each with the reason where it is barred.
    pub(crate) fn actions(&self, context: &ActionContext<'_>) -> Vec<Action> {
        [TargetState::Stopped, TargetState::Running]
            .map(|want| {
                let verb = verb_for(want).word();
                let there = (self.decision(want) == Decision::Done).then(|| {
                    let word = if *self.actual() == Actual::Down { "stopped" } else { "up" };
                    format!("it is {word} already")
                });
                let message = match self.decision(want) {
                    Decision::Attach => format!("watch it {}", going(want)),
                    _ => format!("{verb} {}", self.called),
                };
                let reads = if want == TargetState::Stopped { self.events(context.cx.world) } else { Vec::new() };
                let prompt = if reads.is_empty() { Prompt::Nothing } else { Prompt::Look { reads } };
                Action::new(verb, message).asking(prompt).disabled_reason(self.hindrance(want, context).or(there))
            })
            .to_vec()
    }

    /// The plan behind `verb`.
    ///
    /// # Errors
    /// Why it cannot be done.
    pub(crate) fn propose(self, verb: &str, context: &ActionContext<'_>) -> Result<Proposal, String> {
        let want = match verb {
            "stop" => TargetState::Stopped,
            "start" => TargetState::Running,
            _ => return Err(format!("{} knows no {verb:?}", self.called)),
        };
        if let Some(why) = self.hindrance(want, context) {
            return Err(format!("{} cannot be {}: {why}", self.called, done(want)));
        }
        let [stop, start] = self.calls;
        let call = if verb_for(want) == PowerAction::Stop { stop } else { start };
        let mut calls = vec![format!("{call} {}", self.seen.member.id)];
        let mut notices = if want == TargetState::Stopped { self.notices.clone() } else { Vec::new() };
        match decide(self.actual(), want, self.seen.ineligible.as_ref(), self.up_for(context)) {
            Decision::Done => {
                calls.clear();
                notices = vec![format!("it is {} already: nothing will be called", done(want))];
            }
            Decision::Attach => {
                calls.clear();
                notices = vec![format!("it is {} already: it will only be watched", going(want))];
            }
            Decision::Issue { note: Some(note), .. } => notices.insert(0, note),
            Decision::Queue { reason, .. } => notices.insert(0, format!("it has to wait first: {reason}")),
            Decision::Issue { note: None, .. } | Decision::Refuse(_) | Decision::Gone => {}
        }
        // Of the whole environment there could be an override; one machine of it is no reason to wake the rest.
        if !calls.is_empty()
            && let Some(would_be_reverted) = would_be_reverted(context, want)
        {
            let name = &context.environment.name;
            notices.insert(0, format!("{}; `override` for all of {name} keeps it", would_be_reverted.message));
        }
        let mut plan = context.plan(format!("{verb} {}", self.called), self.id.clone(), calls);
        plan.notices.splice(0..0, notices);
        let switch = Switch::new(plan, self.called, want, self.reads, context.cx.zone.clone());
        Ok(Proposal::Procedure(Box::new(switch)))
    }
}

const fn going(want: TargetState) -> &'static str {
    match want {
        TargetState::Stopped => "stopping",
        TargetState::Running => "starting",
    }
}

const fn done(want: TargetState) -> &'static str {
    match want {
        TargetState::Stopped => "stopped",
        TargetState::Running => "started",
    }
}
