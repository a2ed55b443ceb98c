//! Starting or stopping one resource, as a state machine that only decides: events in, effects out.
//! Pure. What is seen may be old, so the API is the judge; only an observed state makes it done.

use jiff::{SignedDuration, Timestamp};

use crate::schedule::desired_state::plus;
use crate::schedule::model::{PowerAction, TargetState};
use crate::schedule::observed::power_state::Actual;
use crate::schedule::stoppable::Ineligible;

use super::api_error::Rejection;
use super::decide::Decision;
use super::decide::decide;
use super::decide::verb_for;

/// After this long it counts as slow; starting may take hours, so nothing gives up on it.
pub const SOFT: SignedDuration = SignedDuration::from_mins(30);
/// How long after an accepted call the old state may still be seen.
pub const STALE: SignedDuration = SignedDuration::from_secs(60);
/// Between tries against a busy resource.
pub const RETRY: SignedDuration = SignedDuration::from_secs(60);
/// Tries when AWS throttles or fails.
pub const MAX_TRIES: u32 = 5;

/// Where a toggle stands.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum State {
    /// Nothing asked.
    Idle,
    /// Looking before asking.
    Preflight,
    /// Waiting for a yes.
    Confirm {
        /// What a yes leads to.
        decision: Decision,
    },
    /// The call is out.
    Issue {
        /// Which try it is, from 1.
        attempt: u32,
    },
    /// Accepted; waiting to see it.
    InProgress {
        /// Since when.
        since: Timestamp,
    },
    /// The same, for longer than usual.
    Slow {
        /// Since when.
        since: Timestamp,
    },
    /// Waiting for something else to be over.
    Queued {
        /// What.
        reason: String,
        /// Since when.
        since: Timestamp,
        /// Whether that is a start or stop, which is waited for without end.
        moving: bool,
    },
    /// Went somewhere else than asked.
    Diverted {
        /// Where.
        status: String,
    },
    /// Seen to be as asked.
    Done,
    /// Busy for the whole retry window.
    Missed {
        /// With what.
        reason: String,
    },
    /// AWS said no.
    Failed {
        /// What it said.
        why: String,
    },
    /// Not possible.
    Refused {
        /// Why.
        why: String,
    },
    /// Not confirmed.
    Cancelled,
}

impl State {
    /// Whether nothing more will happen by itself.
    #[must_use]
    pub const fn is_over(&self) -> bool {
        matches!(
            self,
            Self::Idle
                | Self::Diverted { .. }
                | Self::Done
                | Self::Missed { .. }
                | Self::Failed { .. }
                | Self::Refused { .. }
                | Self::Cancelled
        )
    }
}

/// What happens to a toggle.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum Event {
    /// Somebody, or the schedule, wants it so.
    Request(TargetState),
    /// The preflight's answer.
    Checked {
        /// As seen.
        actual: Actual,
        /// Why it may not be stopped.
        ineligible: Option<Ineligible>,
        /// How long it has been up.
        up_for: Option<SignedDuration>,
    },
    /// Yes.
    Confirmed,
    /// No.
    Declined,
    /// The call was answered with success.
    Accepted,
    /// The call was refused.
    Rejected {
        /// How.
        rejection: Rejection,
        /// The state seen since, if any.
        actual: Option<Actual>,
    },
    /// It was read again.
    Observed(Actual),
}

/// What a toggle asks the outside to do.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum Effect {
    /// Read it and say whether it may be stopped.
    Check,
    /// Ask for a yes.
    Ask(Decision),
    /// Call the API.
    Call(PowerAction),
    /// Call the API after a pause (add jitter).
    CallAfter(PowerAction, SignedDuration),
    /// Read it after a pause.
    Read(SignedDuration),
}

/// One resource on its way. At most one operation is in flight for it.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Toggle {
    /// Where it stands.
    pub state: State,
    /// What is wanted.
    pub want: Option<TargetState>,
    /// How long to try against a busy resource.
    pub retry_window: SignedDuration,
    /// The beginning of the wait that `retry_window` limits; survives a try in between.
    queued_since: Option<Timestamp>,
}

impl Toggle {
    /// At rest.
    #[must_use]
    pub const fn new(retry_window: SignedDuration) -> Self {
        Self { state: State::Idle, want: None, retry_window, queued_since: None }
    }

    /// Picks up what was going on when the program ended: `want` was issued at `since` as the journal says.
    #[must_use]
    pub const fn resumed(want: TargetState, since: Timestamp, retry_window: SignedDuration) -> Self {
        Self { state: State::InProgress { since }, want: Some(want), retry_window, queued_since: None }
    }

    /// Takes in `event` at `now`. An event that does not belong to the state changes nothing.
    pub fn handle(&mut self, event: Event, now: Timestamp) -> Vec<Effect> {
        if let Event::Request(want) = event {
            return self.request(want, now);
        }
        let Some(want) = self.want else { return Vec::new() };
        match (self.state.clone(), event) {
            (State::Preflight, Event::Checked { actual, ineligible, up_for }) => {
                self.checked(decide(&actual, want, ineligible.as_ref(), up_for), now)
            }
            (State::Confirm { .. }, Event::Declined) => self.rest(State::Cancelled),
            (State::Confirm { decision }, Event::Confirmed) => self.act(decision, now),
            (State::Issue { .. }, Event::Accepted) => self.progress(now, now),
            (State::Issue { attempt }, Event::Rejected { rejection, actual }) => {
                self.rejected(want, attempt, rejection, actual, now)
            }
            (State::InProgress { since } | State::Slow { since }, Event::Observed(actual)) => {
                self.observed(want, &actual, since, now)
            }
            (State::Queued { since, moving, .. }, Event::Observed(actual)) => {
                let decision = decide(&actual, want, None, None);
                let waits = matches!(decision, Decision::Queue { .. });
                if moving && decision == Decision::Done && now.duration_since(since) < STALE {
                    // Seen before the call that is out took hold: it would look done, and then move away.
                    return vec![Effect::Read(pause(now, since))];
                }
                if waits && !moving && now.duration_since(since) >= self.retry_window {
                    let State::Queued { reason, .. } = self.state.clone() else { return Vec::new() };
                    return self.rest(State::Missed { reason });
                }
                self.act(decision, now)
            }
            _ => Vec::new(),
        }
    }

    fn request(&mut self, want: TargetState, now: Timestamp) -> Vec<Effect> {
        let opposite = self.want != Some(want);
        self.want = Some(want);
        match &self.state {
            State::InProgress { .. } | State::Slow { .. } | State::Issue { .. } if opposite => {
                let reason = match want {
                    TargetState::Running => "it is stopping; it will be started after that",
                    TargetState::Stopped => "it is starting; it will be stopped after that",
                };
                self.queued_since = None;
                self.queue(reason.to_owned(), true, now)
            }
            State::InProgress { .. } | State::Slow { .. } | State::Issue { .. } => Vec::new(),
            State::Queued { .. } if !opposite => Vec::new(),
            _ => {
                self.queued_since = None;
                self.state = State::Preflight;
                vec![Effect::Check]
            }
        }
    }

    fn checked(&mut self, decision: Decision, now: Timestamp) -> Vec<Effect> {
        match decision {
            Decision::Issue { .. } | Decision::Queue { .. } => {
                self.state = State::Confirm { decision: decision.clone() };
                vec![Effect::Ask(decision)]
            }
            Decision::Done | Decision::Attach | Decision::Refuse(_) | Decision::Gone => self.act(decision, now),
        }
    }

    fn act(&mut self, decision: Decision, now: Timestamp) -> Vec<Effect> {
        match decision {
            Decision::Done => self.rest(State::Done),
            Decision::Issue { verb, .. } => {
                self.state = State::Issue { attempt: 1 };
                vec![Effect::Call(verb)]
            }
            Decision::Attach => self.progress(now, now),
            Decision::Queue { reason, moving } => self.queue(reason, moving, now),
            Decision::Refuse(why) => self.rest(State::Refused { why }),
            Decision::Gone => self.rest(State::Refused {
                why: "it does not exist any more; remove it from the configuration".to_owned(),
            }),
        }
    }

    fn rest(&mut self, state: State) -> Vec<Effect> {
        self.state = state;
        self.queued_since = None;
        Vec::new()
    }

    fn queue(&mut self, reason: String, moving: bool, now: Timestamp) -> Vec<Effect> {
        if matches!(self.state, State::Queued { moving: before, .. } if before != moving) {
            self.queued_since = None;
        }
        let since = *self.queued_since.get_or_insert(now);
        self.state = State::Queued { reason, since, moving };
        vec![Effect::Read(if moving { pause(now, since) } else { RETRY })]
    }

    fn progress(&mut self, since: Timestamp, now: Timestamp) -> Vec<Effect> {
        let slow = now >= plus(since, SOFT);
        self.state = if slow { State::Slow { since } } else { State::InProgress { since } };
        vec![Effect::Read(pause(now, since))]
    }

    fn observed(&mut self, want: TargetState, actual: &Actual, since: Timestamp, now: Timestamp) -> Vec<Effect> {
        match decide(actual, want, None, None) {
            Decision::Done => self.rest(State::Done),
            Decision::Attach => self.progress(since, now),
            // The old state is still seen for a while after an accepted call.
            _ if now.duration_since(since) < STALE => self.progress(since, now),
            _ => {
                let status = match actual {
                    Actual::Busy { status, .. } | Actual::Blocked { status, .. } | Actual::Unknown { status } => {
                        status.clone()
                    }
                    Actual::Up => "up".to_owned(),
                    Actual::Down => "down".to_owned(),
                    Actual::GoingUp => "starting".to_owned(),
                    Actual::GoingDown => "stopping".to_owned(),
                    Actual::Gone => "gone".to_owned(),
                };
                self.rest(State::Diverted { status })
            }
        }
    }

    fn rejected(
        &mut self,
        want: TargetState,
        attempt: u32,
        rejection: Rejection,
        actual: Option<Actual>,
        now: Timestamp,
    ) -> Vec<Effect> {
        match rejection {
            Rejection::InvalidState => match actual.map(|actual| decide(&actual, want, None, None)) {
                Some(decision @ (Decision::Done | Decision::Attach | Decision::Refuse(_) | Decision::Gone)) => {
                    self.act(decision, now)
                }
                Some(Decision::Queue { reason, moving }) => self.retry(reason, moving, now),
                Some(Decision::Issue { .. }) | None => self.retry("AWS says it is not ready".to_owned(), false, now),
            },
            Rejection::Transient(_) if attempt < MAX_TRIES => {
                self.state = State::Issue { attempt: attempt + 1 };
                let pause = SignedDuration::from_secs(1 << attempt.min(5));
                vec![Effect::CallAfter(verb_for(want), pause)]
            }
            Rejection::Transient(why) | Rejection::Final(why) => self.rest(State::Failed { why }),
        }
    }

    /// Back into the queue after a refused call; over when the window is.
    fn retry(&mut self, reason: String, moving: bool, now: Timestamp) -> Vec<Effect> {
        let since = *self.queued_since.get_or_insert(now);
        if !moving && now.duration_since(since) >= self.retry_window {
            return self.rest(State::Missed { reason });
        }
        self.queue(reason, moving, now)
    }
}

/// Every 15 seconds for five minutes, then every 30.
fn pause(now: Timestamp, since: Timestamp) -> SignedDuration {
    SignedDuration::from_secs(if now.duration_since(since) < SignedDuration::from_mins(5) { 15 } else { 30 })
}
