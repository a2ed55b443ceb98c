//! Granting a person's wish above the schedule: how long an override may be, where it is moved to,
//! and when it comes too late. Pure; storing it (tags, server) is done elsewhere.

use jiff::{SignedDuration, Timestamp};

use super::calendar::intervals::dates_around;
use super::calendar::time_of_day::settle;
use super::desired_state::{Desired, Intent, Transition, after, minus, plus};
use super::model::{Exceptions, Hold, Mode, Override, PowerAction, TargetState};

/// An edge this near may be queued at AWS already.
pub const TOO_LATE: SignedDuration = SignedDuration::from_mins(2);
/// AWS starts a stopped database after this long.
pub const AWS_STOPPED_MAX: SignedDuration = SignedDuration::from_hours(7 * 24);

/// What limits the length of an exception.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Limit {
    /// `max_override`.
    MaxOverride,
    /// `override_hard_end`.
    HardEnd,
    /// AWS starts a stopped database after seven days.
    SevenDays,
}

impl Limit {
    /// The key of the configuration that sets it, or what does.
    pub(super) const fn words(self) -> &'static str {
        match self {
            Self::MaxOverride => "max_override",
            Self::HardEnd => "override_hard_end",
            Self::SevenDays => "seven days: AWS starts a stopped database then",
        }
    }
}

/// Why a wish was not granted; [`super::words::refusal`] says it.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum Refusal {
    /// Protected: no sleep actions at all.
    Protected,
    /// Its end is not in the future.
    Past {
        /// The end asked for.
        until: Timestamp,
    },
    /// Longer than allowed.
    TooLong {
        /// The latest end that would be granted.
        latest: Timestamp,
        /// What says so.
        limit: Limit,
    },
    /// The edge it should postpone is less than two minutes away.
    TooLate {
        /// The edge.
        transition: Box<Transition>,
        /// What can be done once it has happened.
        instead: PowerAction,
    },
}

/// What was different from what was asked, or worth saying.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum Note {
    /// It is on from there anyway, so the override ends there.
    EndsAtStart {
        /// The end asked for.
        asked: Timestamp,
        /// The start it ends at.
        start: Timestamp,
    },
    /// Nothing would have happened before its end.
    NothingToPostpone,
    /// Another one stood until then.
    Replaces {
        /// Whose.
        by: String,
        /// Its end.
        until: Timestamp,
    },
}

/// An override to be stored, and what to say about it.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Granted {
    /// The override.
    pub over: Override,
    /// What to say.
    pub notes: Vec<Note>,
}

impl Intent<'_> {
    /// Grants `wish` at `now`, trimmed to what makes sense. A live override is replaced.
    ///
    /// # Errors
    /// Why not, with the latest end that would do.
    pub fn grant(self, environment_config: Override, now: Timestamp) -> Result<Granted, Refusal> {
        self.possible(environment_config.state, environment_config.until, now)?;
        let asked = environment_config.until;
        let mut over = environment_config;
        let mut notes = Vec::new();
        let none = Exceptions::default();
        let plain = Intent::new(self.schedule, &none);

        if over.state == TargetState::Running
            && let Some(start) =
                self.schedule.on_spans(now, plus(asked, self.schedule.start_lead)).into_iter().find_map(|span| {
                    let there = minus(span.start, self.schedule.start_lead) <= asked && asked <= span.end;
                    (now < span.start && there).then_some(span.start)
                })
        {
            // What ends while the schedule has it up has nothing left to postpone from the start on; what ends just
            // before a start would undo it. What reaches past the stop that follows is kept as it was asked for.
            over.until = start;
            if asked != start {
                notes.push(Note::EndsAtStart { asked, start });
            }
        }
        let (latest, limit) = self.latest_end(over.state, now);
        if over.until.min(asked) > latest {
            return Err(Refusal::TooLong { latest, limit });
        }
        let (wanted, opposite) = match over.state {
            TargetState::Running => (Desired::On, PowerAction::Stop),
            TargetState::Stopped => (Desired::Off, PowerAction::Start),
        };
        let is_so_anyway = plain.base(now) == wanted
            && !plain
                .transitions(now, after(over.until))
                .iter()
                .any(|transition| transition.verb == opposite && transition.at < over.until);
        if is_so_anyway {
            notes.push(Note::NothingToPostpone);
        }
        if let Some(old) = self.exceptions.over.as_ref().filter(|old| now < old.until) {
            notes.push(Note::Replaces { by: old.by.clone(), until: old.until });
        }
        Ok(Granted { over, notes })
    }

    /// Grants a hold at `now`: as long as it takes, but never without an end.
    ///
    /// # Errors
    /// Why not. A hold that keeps something stopped can't outlast the seven days AWS allows.
    pub fn grant_hold(self, hold: Hold, now: Timestamp) -> Result<Hold, Refusal> {
        self.possible(hold.state, hold.until, now)?;
        let latest = plus(now, AWS_STOPPED_MAX);
        if hold.state == TargetState::Stopped && hold.until > latest {
            return Err(Refusal::TooLong { latest, limit: Limit::SevenDays });
        }
        Ok(hold)
    }

    fn possible(self, state: TargetState, until: Timestamp, now: Timestamp) -> Result<(), Refusal> {
        if self.exceptions.protect {
            return Err(Refusal::Protected);
        }
        if until <= now {
            return Err(Refusal::Past { until });
        }
        let (opposite, instead) = match state {
            TargetState::Running => (PowerAction::Stop, PowerAction::Start),
            TargetState::Stopped => (PowerAction::Start, PowerAction::Stop),
        };
        self.transitions(now, after(plus(now, TOO_LATE)))
            .into_iter()
            .find(|transition| transition.verb == opposite && transition.issue_at < until)
            .map_or(Ok(()), |transition| Err(Refusal::TooLate { transition: Box::new(transition), instead }))
    }

    /// The latest end an override to `state` may have, and what says so. Only what goes against the schedule counts: what
    /// is up until 22:00 anyway may be kept up for `max_override` from then on.
    #[must_use]
    pub fn latest_end(self, state: TargetState, now: Timestamp) -> (Timestamp, Limit) {
        let (longest, limit) = self.longest(state, now);
        let from = match state {
            TargetState::Running => {
                let spans = self.schedule.on_spans(now, now);
                spans.iter().find(|span| span.contains(now)).map_or(now, |span| span.end)
            }
            TargetState::Stopped => {
                let spans = self.schedule.on_spans(now, plus(now, AWS_STOPPED_MAX));
                spans.iter().find(|span| now < span.end).map_or(now, |span| span.start.max(now))
            }
        };
        let hard_end = self.schedule.override_hard_end.and_then(|time| {
            dates_around(&self.schedule.zone, from, from)
                .map(|date| settle(&self.schedule.zone, date, time).at)
                .find(|at| *at > from)
        });
        match hard_end {
            Some(hard_end) if hard_end < longest => (hard_end, Limit::HardEnd),
            _ => (longest, limit),
        }
    }

    /// When it would have been against the schedule for as long as an override may be.
    fn longest(self, state: TargetState, now: Timestamp) -> (Timestamp, Limit) {
        let mut left = self.schedule.max_override;
        let bare = self.schedule.mode == Mode::StopOnly || self.schedule.on.is_empty();
        if bare {
            return (plus(now, left), Limit::MaxOverride);
        }
        // AWS starts what was stopped after a week; nobody plans further ahead than that for the other state either.
        let last = plus(now, AWS_STOPPED_MAX);
        let mut at = now;
        for span in self.schedule.on_spans(now, last) {
            let (from, to) = match state {
                TargetState::Running => (at, span.start),
                TargetState::Stopped => (at.max(span.start), span.end),
            };
            let against = to.duration_since(from);
            if against >= left {
                break;
            }
            left = left.saturating_sub(against.max(SignedDuration::ZERO));
            at = at.max(span.end);
        }
        let end = match state {
            TargetState::Running => plus(at, left),
            // From where the schedule has it up next.
            TargetState::Stopped => {
                let next = self.schedule.on_spans(at, last).into_iter().find(|span| at < span.end);
                next.map_or(last, |span| plus(at.max(span.start), left))
            }
        };
        if end < last { (end, Limit::MaxOverride) } else { (last, Limit::SevenDays) }
    }

    /// How long an override has to last that bridges the time until the schedule has it at `state` anyway.
    #[must_use]
    pub fn bridge(self, state: TargetState, now: Timestamp) -> Timestamp {
        let plain = Intent::new(self.schedule, &Exceptions { over: None, hold: None, protect: false });
        let verb = match state {
            TargetState::Running => PowerAction::Start,
            TargetState::Stopped => PowerAction::Stop,
        };
        let latest = self.latest_end(state, now).0;
        let transitions = plain.transitions(after(now), after(latest));
        transitions
            .into_iter()
            .find(|transition| transition.verb == verb && now < transition.at)
            .map_or(latest, |transition| transition.at.min(latest))
    }
}
