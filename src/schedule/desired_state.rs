//! What should be at an instant, and the edges where that changes. The one function everything else
//! (preview, drift, savings, what is stored on the server) is derived from. Pure: the time is an argument.

use jiff::{SignedDuration, Timestamp};

use super::calendar::intervals::{OnSpan, dates_around, local_date};
use super::calendar::time_of_day::settle;
use super::model::{Exceptions, Guard, Mode, PowerAction, Schedule, TargetState};

/// What should be.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub enum Desired {
    /// Up.
    On,
    /// Down.
    Off,
    /// The schedule has no wish.
    Any,
}

impl From<TargetState> for Desired {
    fn from(keep: TargetState) -> Self {
        match keep {
            TargetState::Running => Self::On,
            TargetState::Stopped => Self::Off,
        }
    }
}

/// Why an edge is there.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum Cause {
    /// A period begins or ends, or a stop time comes.
    Period,
    /// It would not be there without the calendar.
    Holiday {
        /// The day's name.
        name: String,
    },
    /// An override runs out.
    Override {
        /// Whose.
        by: String,
    },
    /// A hold runs out.
    HoldEnd {
        /// Whose.
        by: String,
    },
    /// The daily repetition of the stop.
    Guard,
    /// AWS started it after seven days; this stops it again.
    AutoRestart,
    /// It was not as it should be, and enforcing puts it right.
    Drift,
}

/// An instant where the desired state changes, and what to do about it.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Transition {
    /// When the desired state changes: the name of the edge.
    pub at: Timestamp,
    /// When to act: `at`, or for a start up to the lead earlier.
    pub issue_at: Timestamp,
    /// What to do.
    pub verb: PowerAction,
    /// Why.
    pub cause: Cause,
}

/// A schedule together with what stands above it now.
#[derive(Clone, Copy, Debug)]
pub struct Intent<'a> {
    /// The schedule.
    pub schedule: &'a Schedule,
    /// Override, hold, protection.
    pub exceptions: &'a Exceptions,
}

/// Which side of an instant is meant.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Side {
    /// The state that ends there.
    Before,
    /// The state that begins there.
    After,
}

/// A stretch of time with its spans worked out once.
struct Stretch<'a> {
    intent: Intent<'a>,
    spans: Vec<OnSpan>,
}

fn is_on(spans: &[OnSpan], at: Timestamp, side: Side) -> bool {
    spans.iter().any(|span| match side {
        Side::Before => span.start < at && at <= span.end,
        Side::After => span.contains(at),
    })
}

impl Stretch<'_> {
    fn base(&self, at: Timestamp, side: Side) -> Desired {
        match self.intent.schedule.mode {
            Mode::StopOnly => Desired::Any,
            Mode::Edge | Mode::Enforce if is_on(&self.spans, at, side) => Desired::On,
            Mode::Edge | Mode::Enforce => Desired::Off,
        }
    }

    /// Protection, then a live override, then a live hold, then the schedule.
    fn level(&self, at: Timestamp, side: Side) -> Desired {
        let exceptions = self.intent.exceptions;
        let live = |until: Timestamp| match side {
            Side::Before => at <= until,
            Side::After => at < until,
        };
        if exceptions.protect {
            return Desired::Any;
        }
        if let Some(over) = exceptions.over.as_ref().filter(|over| live(over.until)) {
            return over.state.into();
        }
        if let Some(hold) = exceptions.hold.as_ref().filter(|hold| live(hold.until)) {
            return hold.state.into();
        }
        self.base(at, side)
    }
}

impl<'a> Intent<'a> {
    /// The intent of `schedule` under `exceptions`.
    #[must_use]
    pub const fn new(schedule: &'a Schedule, exceptions: &'a Exceptions) -> Self {
        Self { schedule, exceptions }
    }

    fn stretch(self, from: Timestamp, to: Timestamp) -> Stretch<'a> {
        Stretch { intent: self, spans: self.schedule.on_spans(from, to) }
    }

    /// What should be at `at`. In stop-only mode the schedule has a wish at its stop times only.
    #[must_use]
    pub fn desired(self, at: Timestamp) -> Desired {
        let level = self.stretch(at, at).level(at, Side::After);
        if level == Desired::Any && !self.exceptions.protect && !self.schedule.stop_instants(at, after(at)).is_empty() {
            return Desired::Off;
        }
        level
    }

    /// What a live override or hold says at `at`, above the schedule.
    #[must_use]
    pub fn exception(self, at: Timestamp) -> Option<TargetState> {
        let over = self.exceptions.over.as_ref().filter(|over| at < over.until).map(|over| over.state);
        over.or_else(|| self.exceptions.hold.as_ref().filter(|hold| at < hold.until).map(|hold| hold.state))
    }

    /// What the schedule alone says at `at`.
    #[must_use]
    pub fn base(self, at: Timestamp) -> Desired {
        Intent::new(self.schedule, &Exceptions::default()).desired(at)
    }

    /// The edges to act on from `from` up to, not including, `to`, in the order of acting.
    #[must_use]
    pub fn transitions(self, from: Timestamp, to: Timestamp) -> Vec<Transition> {
        if self.exceptions.protect || to <= from {
            return Vec::new();
        }
        let mut transitions = match self.schedule.mode {
            Mode::StopOnly => self.stop_only_edges(from, to),
            Mode::Edge | Mode::Enforce => self.period_edges(from, to),
        };
        transitions.retain(|transition| from <= transition.issue_at && transition.issue_at < to);
        transitions.sort_by_key(|transition| (transition.issue_at, transition.verb, transition.at));
        transitions
    }

    fn period_edges(self, from: Timestamp, to: Timestamp) -> Vec<Transition> {
        let lead = self.schedule.start_lead;
        let horizon = plus(to, lead);
        let stretch = self.stretch(from, horizon);
        let bare = self.schedule.on_spans_without_holidays(from, horizon);
        let ends = [
            self.exceptions.over.as_ref().map(|over| over.until),
            self.exceptions.hold.as_ref().map(|hold| hold.until),
        ];
        let mut changes: Vec<Timestamp> = stretch.spans.iter().flat_map(|span| [span.start, span.end]).collect();
        changes.extend(ends.into_iter().flatten());
        changes.retain(|at| from <= *at && *at <= horizon);
        changes.sort_unstable();
        changes.dedup();

        let mut transitions = Vec::new();
        let mut last_off = None;
        for at in changes {
            let after = stretch.level(at, Side::After);
            if stretch.level(at, Side::Before) == after {
                continue;
            }
            let cause = self.cause(at, &stretch, &bare);
            match after {
                Desired::On => {
                    let issue_at = self.lead_from(at, last_off);
                    transitions.push(Transition { at, issue_at, verb: PowerAction::Start, cause });
                }
                Desired::Off => {
                    last_off = Some(at);
                    transitions.push(Transition { at, issue_at: at, verb: PowerAction::Stop, cause });
                }
                Desired::Any => {}
            }
        }
        transitions.extend(self.guards(from, to, &stretch, &transitions));
        transitions
    }

    /// When to issue a start for `at`: the lead earlier, but never before the stop it follows, nor
    /// while somebody keeps it stopped.
    fn lead_from(self, at: Timestamp, last_off: Option<Timestamp>) -> Timestamp {
        let kept_stopped =
            |state: TargetState, until: Timestamp| (state == TargetState::Stopped && until <= at).then_some(until);
        let over = self.exceptions.over.as_ref().and_then(|over| kept_stopped(over.state, over.until));
        let hold = self.exceptions.hold.as_ref().and_then(|hold| kept_stopped(hold.state, hold.until));
        [over, hold, last_off]
            .into_iter()
            .flatten()
            .chain([minus(at, self.schedule.start_lead)])
            .max()
            .unwrap_or(at)
            .min(at)
    }

    fn cause(self, at: Timestamp, stretch: &Stretch<'_>, bare: &[OnSpan]) -> Cause {
        let base = stretch.base(at, Side::After);
        if stretch.base(at, Side::Before) == base {
            let over = self.exceptions.over.as_ref().filter(|over| over.until == at);
            let hold = self.exceptions.hold.as_ref().filter(|hold| hold.until == at);
            return match (over, hold) {
                (Some(over), _) => Cause::Override { by: over.by.clone() },
                (None, Some(hold)) => Cause::HoldEnd { by: hold.by.clone() },
                (None, None) => Cause::Period,
            };
        }
        if is_on(bare, at, Side::Before) != is_on(bare, at, Side::After) {
            return Cause::Period;
        }
        // A stop because the day that begins is off, or a start because the day before was.
        let zone = &self.schedule.zone;
        let day = if base == Desired::Off { at } else { minus(at, SignedDuration::from_secs(1)) };
        let name = self.schedule.closed_on(local_date(zone, day)).unwrap_or_else(|| "holiday".to_owned());
        Cause::Holiday { name }
    }

    /// The daily repetition of the stop, wherever it is off anyway and no start is on its way.
    fn guards(
        self,
        from: Timestamp,
        to: Timestamp,
        stretch: &Stretch<'_>,
        transitions: &[Transition],
    ) -> Vec<Transition> {
        let Some(end) = self.schedule.latest_end().filter(|_| self.schedule.guard == Guard::Daily) else {
            return Vec::new();
        };
        dates_around(&self.schedule.zone, from, to)
            .map(|date| settle(&self.schedule.zone, date, end).at)
            .filter(|at| {
                stretch.level(*at, Side::Before) == Desired::Off && stretch.level(*at, Side::After) == Desired::Off
            })
            .filter(|at| {
                !transitions.iter().any(|transition| {
                    transition.verb == PowerAction::Start && transition.issue_at <= *at && *at < transition.at
                })
            })
            .map(|at| Transition { at, issue_at: at, verb: PowerAction::Stop, cause: Cause::Guard })
            .collect()
    }

    /// Stop times, less those an exception stands above, plus the one an override postponed to its end.
    fn stop_only_edges(self, from: Timestamp, to: Timestamp) -> Vec<Transition> {
        let stretch = Stretch { intent: self, spans: Vec::new() };
        let stop = |at: Timestamp, cause: Cause| Transition { at, issue_at: at, verb: PowerAction::Stop, cause };
        let wanted = |at: Timestamp| stretch.level(at, Side::After) != Desired::On;
        let mut transitions: Vec<Transition> = self
            .schedule
            .stop_instants(from, to)
            .into_iter()
            .filter(|at| wanted(*at))
            .map(|at| stop(at, Cause::Period))
            .collect();
        // No override is longer than the longest one, so a stop it postponed is not older than that.
        if let Some(over) = self.exceptions.over.as_ref().filter(|over| over.state == TargetState::Running) {
            let postponed = self.schedule.stop_instants(minus(over.until, self.schedule.max_override), over.until);
            let taken = transitions.iter().any(|transition| transition.at == over.until);
            if !postponed.is_empty() && !taken && wanted(over.until) {
                transitions.push(stop(over.until, Cause::Override { by: over.by.clone() }));
            }
        }
        transitions
    }

    /// The next thing that will be done after `now`, looking 60 days ahead.
    #[must_use]
    pub fn next(self, now: Timestamp) -> Option<Transition> {
        self.transitions(after(now), plus(now, SignedDuration::from_hours(24 * 60))).into_iter().next()
    }

    /// The next `verb` after `now`, looking 60 days ahead.
    #[must_use]
    pub fn next_of(self, now: Timestamp, verb: PowerAction) -> Option<Transition> {
        let horizon = plus(now, SignedDuration::from_hours(24 * 60));
        self.transitions(after(now), horizon).into_iter().find(|transition| transition.verb == verb)
    }
}

/// `at` moved on, stopping at the end of time.
pub(super) fn plus(at: Timestamp, by: SignedDuration) -> Timestamp {
    at.saturating_add(by).unwrap_or(at)
}

/// `at` moved back, stopping at the beginning of time.
pub(super) fn minus(at: Timestamp, by: SignedDuration) -> Timestamp {
    at.saturating_sub(by).unwrap_or(at)
}

/// The first instant after `at`.
pub(super) fn after(at: Timestamp) -> Timestamp {
    plus(at, SignedDuration::from_nanos(1))
}
