//! Starting or stopping one machine as a procedure: looks, calls, and watches until it is seen to be so.
//! What to do follows from `schedule::transition::start_stop`; which calls and words, from the machine's kind. Pure.

use jiff::tz::TimeZone;
use jiff::{SignedDuration, Timestamp};

use crate::change::gate::Change;
use crate::change::plan::{ChangeRequest, Plan};
use crate::change::procedure::{Observation, Procedure, Step};
use crate::change::receipt::Receipt;
use crate::change::{Bar, Ending, Report};
use crate::kinds::catalog::kind;
use crate::schedule::observed::power_state::Actual;
use crate::schedule::transition::sleep_wake_order;
use crate::schedule::transition::sleep_wake_order::{How, MemberState};
use crate::schedule::transition::start_stop::{Effect, Event, State, Toggle};
use crate::schedule::transition::{Rejection, verb_for};
use crate::schedule::{PowerAction, TargetState};
use crate::text::{moment, span};
use crate::world::read_request::ReadRequest;
use crate::world::{Fault, FaultKind, Health, World};

/// How long to try against a busy machine.
pub const RETRY_WINDOW: SignedDuration = SignedDuration::from_mins(60);
/// After a call whose answer got lost: this long before it is looked at again, longer each time, up to the last.
const LOST: SignedDuration = SignedDuration::from_secs(5);
const LOST_MOST: SignedDuration = SignedDuration::from_secs(60);

/// How a call ended, as far as it was heard.
#[derive(Clone, PartialEq, Eq, Debug)]
enum Answer {
    Taken,
    Rejected(Rejection),
    /// Whether AWS took it is not known; looking tells. Why.
    Lost(String),
}

/// Answers that were lost one after another.
#[derive(Debug)]
struct Unheard {
    since: Timestamp,
    tries: u32,
    why: String,
}

/// The procedure.
#[derive(Debug)]
pub struct Switch {
    plan: Plan,
    called: String,
    want: TargetState,
    reads: Vec<ReadRequest>,
    zone: TimeZone,
    toggle: Toggle,
    answer: Option<Answer>,
    /// Since when no answer is heard; over when one is.
    unheard: Option<Unheard>,
    /// A call that has to wait a little.
    later: Option<PowerAction>,
    taken: bool,
}

/// What is said while AWS has not answered, or its answer was lost.
const UNANSWERED: &str = "whether AWS took it is not known; the same command again looks first and is safe";

impl Switch {
    /// Brings what `plan` is about to `want`. `called` names it in sentences, whose times are in `zone`; `reads` shows
    /// how it stands.
    #[must_use]
    pub fn new(plan: Plan, called: String, want: TargetState, reads: Vec<ReadRequest>, zone: TimeZone) -> Self {
        let toggle = Toggle::new(RETRY_WINDOW);
        Self { plan, called, want, reads, zone, toggle, answer: None, unheard: None, later: None, taken: false }
    }

    fn seen(&self, world: &World) -> Option<MemberState> {
        kind(self.plan.on.kind).and_then(|kind| kind.member_state(world, &self.plan.on))
    }

    fn actual(&self, world: &World) -> Actual {
        match self.seen(world).map(|seen| seen.how) {
            Some(How::Machine(actual)) => actual,
            Some(How::Service(_) | How::Gone) | None => Actual::Gone,
        }
    }

    /// Hands what is seen to the machine that decides.
    fn decide(&mut self, observation: &Observation<'_>) -> Vec<Effect> {
        let actual = self.actual(observation.world);
        match (&self.toggle.state, self.answer.take()) {
            (State::Idle, _) => {
                let ineligible = self.seen(observation.world).and_then(|seen| seen.ineligible);
                self.toggle.handle(Event::Request(self.want), observation.now);
                let asked = self.toggle.handle(Event::Checked { actual, ineligible, up_for: None }, observation.now);
                // The gate has asked already.
                match asked.as_slice() {
                    [Effect::Ask(_)] => self.toggle.handle(Event::Confirmed, observation.now),
                    _ => asked,
                }
            }
            (State::Issue { .. }, Some(Answer::Taken)) => {
                (self.taken, self.unheard) = (true, None);
                let effects = self.toggle.handle(Event::Accepted, observation.now);
                let there = matches!(
                    (&actual, self.want),
                    (Actual::Down, TargetState::Stopped) | (Actual::Up, TargetState::Running)
                );
                if there { self.toggle.handle(Event::Observed(actual), observation.now) } else { effects }
            }
            (State::Issue { .. }, Some(Answer::Rejected(rejection))) => {
                self.unheard = None;
                self.toggle.handle(Event::Rejected { rejection, actual: Some(actual) }, observation.now)
            }
            (State::Issue { .. }, Some(Answer::Lost(why))) => match (&actual, self.want) {
                (Actual::Up, TargetState::Stopped) | (Actual::Down, TargetState::Running) => {
                    self.again(why, observation.now)
                }
                _ => self.toggle.handle(Event::Accepted, observation.now),
            },
            _ => self.toggle.handle(Event::Observed(actual), observation.now),
        }
    }

    /// The call again after a while, as long as there is patience; nothing once it is used up.
    fn again(&mut self, why: String, now: Timestamp) -> Vec<Effect> {
        let before = self.unheard.take();
        let (since, tries) = before.map_or((now, 0), |before| (before.since, before.tries + 1));
        self.unheard = Some(Unheard { since, tries, why });
        if now.duration_since(since) >= RETRY_WINDOW {
            return Vec::new();
        }
        let pause = SignedDuration::from_secs(LOST.as_secs() << tries.min(4)).min(LOST_MOST);
        vec![Effect::CallAfter(verb_for(self.want), pause)]
    }

    /// That it is not known whether AWS took it, with the reason.
    fn not_known(&self) -> Option<String> {
        let unheard = self.unheard.as_ref()?;
        Some(format!("{UNANSWERED} ({})", unheard.why))
    }

    fn change(&self, world: &World, verb: PowerAction) -> Option<Box<dyn Change>> {
        let act = match verb {
            PowerAction::Stop => sleep_wake_order::StageAction::Stop,
            PowerAction::Start => sleep_wake_order::StageAction::Start,
        };
        kind(self.plan.on.kind)?.act(world, &self.plan.on, act, &self.plan.environment)
    }

    fn call(&self, world: &World, verb: PowerAction) -> Step {
        match self.change(world, verb) {
            Some(change) => Step::Act(vec![change]),
            None => Step::End(self.ended(format!("{} is not there any more", self.called))),
        }
    }

    /// Not as wished: a failure as long as nothing was changed.
    fn ended(&self, message: impl Into<String>) -> Ending {
        if self.taken { Ending::incomplete(message) } else { Ending::failed(message) }
    }

    fn ending(&self, observation: &Observation<'_>) -> Ending {
        let called = &self.called;
        match &self.toggle.state {
            State::Done => {
                let restart = self.seen(observation.world).and_then(|seen| seen.restart_at);
                let clock = match (self.want, restart) {
                    (TargetState::Stopped, Some(at)) => {
                        format!("; AWS starts it again {} at the latest", moment(at, observation.now, &self.zone))
                    }
                    _ => String::new(),
                };
                Ending::done(format!("{called} is {}{clock}", self.goal()))
            }
            State::Diverted { status } => Ending::incomplete(format!(
                "{called} was to be {} and went to {status:?} instead; its page and its events show why",
                self.goal()
            )),
            State::Missed { reason } => self.ended(format!(
                "{called} was not {}: {reason}, for {} on end; ask again when that is over",
                self.goal(),
                span(RETRY_WINDOW.as_secs())
            )),
            State::Failed { why } => self.ended(format!("{called} was not {}: {why}", self.goal())),
            State::Refused { why } => self.ended(format!("{called} cannot be {}: {why}", self.goal())),
            State::Issue { .. } => {
                let why = self.not_known().unwrap_or_else(|| UNANSWERED.to_owned());
                Ending::incomplete(format!("{called} was not seen to be {}: {why}", self.goal()))
            }
            other => self.ended(format!("{called} was left in {other:?}")),
        }
    }

    const fn goal(&self) -> &'static str {
        match self.want {
            TargetState::Stopped => "stopped",
            TargetState::Running => "up",
        }
    }

    const fn going(&self) -> &'static str {
        match self.want {
            TargetState::Stopped => "stopping",
            TargetState::Running => "starting",
        }
    }
}

impl Procedure for Switch {
    fn plan(&self) -> Plan {
        self.plan.clone()
    }

    fn wants(&self, _now: Timestamp) -> Vec<ReadRequest> {
        self.reads.clone()
    }

    fn step(&mut self, observation: &Observation<'_>) -> Step {
        if let Some((_, fault)) = observation.faults.iter().find(|(want, _)| want.kind == self.plan.on.kind) {
            let message = format!("{} cannot be seen any more: {}", self.called, fault.sentence());
            return Step::End(self.ended(message));
        }
        if let Some(verb) = self.later.take() {
            return self.call(observation.world, verb);
        }
        match self.decide(observation).as_slice() {
            [Effect::Call(verb)] => self.call(observation.world, *verb),
            [Effect::CallAfter(verb, pause)] => {
                self.later = Some(*verb);
                Step::Wait(*pause)
            }
            [Effect::Read(pause)] => Step::Wait(*pause),
            _ => Step::End(self.ending(observation)),
        }
    }

    fn told(&mut self, _deed: &ChangeRequest, got: &Result<Receipt, Fault>, _now: Timestamp) {
        use FaultKind::{Credentials, Expired, Garbled, Offline, Throttled, Timeout};
        self.answer = Some(match got {
            Ok(_) => Answer::Taken,
            Err(fault) => match fault.kind {
                _ if fault.answer_lost => Answer::Lost(fault.sentence()),
                Offline | Timeout | Garbled | Expired | Credentials => Answer::Lost(fault.sentence()),
                Throttled => Answer::Rejected(Rejection::Transient(fault.sentence())),
                _ => {
                    let code = fault.code.as_deref().unwrap_or_default();
                    Answer::Rejected(match Rejection::of(code, &fault.message) {
                        Rejection::Transient(_) => Rejection::Transient(fault.sentence()),
                        Rejection::Final(_) => Rejection::Final(fault.sentence()),
                        invalid @ Rejection::InvalidState => invalid,
                    })
                }
            },
        });
    }

    fn goes_on(&self) -> bool {
        matches!(self.toggle.state, State::InProgress { .. } | State::Slow { .. })
    }

    fn report(&self, observation: &Observation<'_>) -> Report {
        let (called, going) = (&self.called, self.going());
        let for_ = |since: Timestamp| span(observation.now.duration_since(since).as_secs());
        let (message, health, stands) = match &self.toggle.state {
            State::InProgress { since } => {
                let message = format!("{called} is {going}, for {}", for_(*since));
                (message, Health::Changing, Some(format!("{called} is {going}; AWS goes on by itself")))
            }
            State::Slow { since } => {
                let message = format!(
                    "{called} is still {going}, for {}: slower than usual, but it may take hours",
                    for_(*since)
                );
                (message, Health::Worrying, Some(format!("{called} is {going}; AWS goes on by itself")))
            }
            State::Queued { reason, since, .. } => {
                let message = format!("{called} has to wait for {}: {reason}", for_(*since));
                let stands = format!("{called} is queued here: leaving now cancels the change");
                (message, Health::Changing, Some(stands))
            }
            State::Issue { .. } => {
                let word = verb_for(self.want).word();
                let stands = match &self.answer {
                    Some(Answer::Taken) => format!("{called} is {going}; AWS goes on by itself"),
                    Some(Answer::Lost(why)) => format!("{UNANSWERED} ({why})"),
                    Some(Answer::Rejected(_)) => "nothing was changed".to_owned(),
                    None => self.not_known().unwrap_or_else(|| "nothing was changed".to_owned()),
                };
                let health = if self.unheard.is_some() { Health::Worrying } else { Health::Changing };
                (format!("{word} {called}"), health, Some(stands))
            }
            State::Done => (self.ending(observation).message, Health::Well, None),
            State::Diverted { .. } | State::Missed { .. } | State::Failed { .. } => {
                (self.ending(observation).message, Health::Bad, None)
            }
            _ => (self.ending(observation).message, Health::Unknown, None),
        };
        let status = match self.actual(observation.world) {
            Actual::Busy { status, .. } | Actual::Blocked { status, .. } | Actual::Unknown { status } => status,
            Actual::Up => "available".to_owned(),
            Actual::Down => "stopped".to_owned(),
            Actual::GoingUp => "starting".to_owned(),
            Actual::GoingDown => "stopping".to_owned(),
            Actual::Gone => "gone".to_owned(),
        };
        let done = u32::from(self.toggle.state == State::Done);
        let bar = Bar { label: called.clone(), done, all: 1, note: status, health };
        let unanswered = Some(UNANSWERED.to_owned());
        Report { message, health, stands, unanswered, bars: vec![bar], ..Report::default() }
    }
}

#[cfg(test)]
mod tests;
