//! Drift: a resource that is not as it should be (resource drift), and a server that does not hold what was
//! computed (schedule drift). Pure; neither is reported before it can be meant.

use jiff::{SignedDuration, Timestamp};

use super::desired_state::{Cause, Desired, Intent, Transition, after, minus, plus};
use super::model::{Mode, PowerAction};
use super::observed::power_state::Actual;
use super::stored::planned_schedules::Planned;

/// How long something may be moving before that is worth a word.
pub const MOVING: SignedDuration = SignedDuration::from_mins(30);
/// How long after an edge nothing is said.
pub const AFTER_EDGE: SignedDuration = SignedDuration::from_mins(2);
/// How long something must have been wrongly up before enforcing stops it: ten minutes are billed anyway.
pub const STOP_GRACE: SignedDuration = SignedDuration::from_mins(10);

/// How long after our call AWS may say that something stopped or started.
const OWN_TAKES: SignedDuration = SignedDuration::from_hours(2);

/// What is known of a resource now.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Observed {
    /// Its situation.
    pub actual: Actual,
    /// Since when, if known.
    pub since: Option<Timestamp>,
    /// When it was stopped or started to this state from here, where that is the last that is known of it.
    pub own: Option<Timestamp>,
    /// Known not to have changed since this, whenever it did before.
    pub unchanged_from: Option<Timestamp>,
    /// When whoever enforces first saw it so, where that is known.
    pub first_seen: Option<Timestamp>,
    /// Whether somebody puts right what drifts; else a schedule that is enforced is only as good as its edges.
    pub enforced: bool,
    /// Whether AWS said it started it after seven days (RDS-EVENT-0153, RDS-EVENT-0154).
    pub auto_restarted: bool,
    /// How long after an edge nothing is said of it: whose turn comes a stage later is not late yet.
    pub grace: SignedDuration,
}

impl Observed {
    /// Seen to be so, and nothing else known.
    #[must_use]
    pub const fn of(actual: Actual) -> Self {
        Self {
            actual,
            since: None,
            own: None,
            unchanged_from: None,
            first_seen: None,
            enforced: true,
            auto_restarted: false,
            grace: AFTER_EDGE,
        }
    }
}

/// Why something is not as it should be, as far as one can tell.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Why {
    /// Somebody started or stopped it.
    Manual,
    /// It was started or stopped from here.
    Own,
    /// AWS started it after seven days.
    AutoRestart,
    /// The last edge had no effect: it has been so since before it.
    Missed,
    /// Since when it is so is unknown.
    Unknown,
}

/// How a resource compares with its schedule.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum Drift {
    /// As it should be, or nobody wishes anything.
    None,
    /// Too early to say.
    Settling,
    /// Moving for longer than usual.
    Slow {
        /// Since when.
        since: Timestamp,
    },
    /// Can't be told: an unknown status, or one that needs a person.
    Untold,
    /// Not as it should be.
    Drifted {
        /// What would put it right.
        verb: PowerAction,
        /// Since when, if known.
        since: Option<Timestamp>,
        /// Why.
        why: Why,
        /// When the schedule itself puts it right: now or later in enforce mode, else at the next such edge.
        righted_at: Option<Timestamp>,
    },
}

impl Drift {
    /// When it is put right, if it drifts and that is known.
    #[must_use]
    pub const fn righted_at(&self) -> Option<Timestamp> {
        match self {
            Self::Drifted { righted_at, .. } => *righted_at,
            Self::None | Self::Settling | Self::Slow { .. } | Self::Untold => None,
        }
    }

    /// Says when it is put right, if it drifts.
    pub fn put_right(&mut self, at: Option<Timestamp>) {
        if let Self::Drifted { righted_at, .. } = self {
            *righted_at = at;
        }
    }
}

/// Compares `observed` with what `intent` wants at `now`.
#[must_use]
pub fn drift(intent: Intent<'_>, observed: &Observed, now: Timestamp) -> Drift {
    let desired = intent.desired(now);
    let last_edge =
        intent.transitions(minus(now, SignedDuration::from_hours(24 * 7)), after(now)).into_iter().next_back();
    let verb = match (desired, &observed.actual) {
        (Desired::Any, _) => return Drift::None,
        (_, Actual::GoingUp | Actual::GoingDown | Actual::Busy { .. }) => {
            return match observed.since {
                Some(since) if now.duration_since(since) >= MOVING => Drift::Slow { since },
                _ => Drift::Settling,
            };
        }
        (_, Actual::Blocked { .. } | Actual::Unknown { .. } | Actual::Gone) => return Drift::Untold,
        (Desired::On, Actual::Up) | (Desired::Off, Actual::Down) => return Drift::None,
        (Desired::On, Actual::Down) => PowerAction::Start,
        (Desired::Off, Actual::Up) => {
            // A start issued early is the schedule's own doing.
            if last_edge.as_ref().is_some_and(|transition| transition.verb == PowerAction::Start && now < transition.at)
            {
                return Drift::None;
            }
            PowerAction::Stop
        }
    };
    if last_edge.as_ref().is_some_and(|transition| now.duration_since(transition.issue_at) < observed.grace) {
        return Drift::Settling;
    }
    // What AWS tells of it comes minutes after the call.
    let own = observed.own.filter(|own| {
        observed.since.is_none_or(|since| (SignedDuration::ZERO..=OWN_TAKES).contains(&since.duration_since(*own)))
    });
    let since = observed.since.or(own);
    let why = match (since, &last_edge) {
        _ if observed.auto_restarted && verb == PowerAction::Stop => Why::AutoRestart,
        (None, Some(transition)) if observed.unchanged_from.is_some_and(|from| from <= transition.issue_at) => {
            Why::Missed
        }
        (None, _) => Why::Unknown,
        (Some(since), Some(transition)) if since <= transition.issue_at => Why::Missed,
        (Some(_), _) if own.is_some() => Why::Own,
        (Some(_), _) => Why::Manual,
    };
    let righted_at = match intent.schedule.mode {
        Mode::Enforce if observed.enforced => Some(enforce_at(verb, since.or(observed.first_seen), now)),
        Mode::Enforce | Mode::Edge | Mode::StopOnly => intent.next_of(now, verb).map(|transition| transition.issue_at),
    };
    Drift::Drifted { verb, since, why, righted_at }
}

/// When enforcing acts: a start at once, a stop once it has been up for the grace.
fn enforce_at(verb: PowerAction, since: Option<Timestamp>, now: Timestamp) -> Timestamp {
    match verb {
        PowerAction::Start => now,
        // Without knowing since when, the grace begins with the first look.
        PowerAction::Stop => plus(since.unwrap_or(now), STOP_GRACE).max(now),
    }
}

/// The action enforcing takes at `now` for a drift, if it is time. Where AWS does not tell since when it is so, the
/// grace counts from when it was `first_seen`: whoever looks again and again must remember that.
#[must_use]
pub fn enforce(intent: Intent<'_>, drift: &Drift, first_seen: Option<Timestamp>, now: Timestamp) -> Option<Transition> {
    let Drift::Drifted { verb, why, since, .. } = drift else { return None };
    let at = enforce_at(*verb, since.or(first_seen), now);
    if intent.schedule.mode != Mode::Enforce || at > now {
        return None;
    }
    let cause = if *why == Why::AutoRestart { Cause::AutoRestart } else { Cause::Drift };
    Some(Transition { at, issue_at: at, verb: *verb, cause })
}

/// One way the server differs from what was computed.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum Difference {
    /// Computed, but not on the server.
    Missing(Box<Planned>),
    /// On the server in our group, but not computed.
    Extra {
        /// Its name.
        name: String,
    },
    /// There, but not as computed.
    Changed {
        /// Its name.
        name: String,
        /// What differs.
        field: &'static str,
        /// As computed.
        computed: String,
        /// As stored.
        stored: String,
    },
}

/// A schedule as the server holds it: what GetSchedule tells.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Stored {
    /// Its name.
    pub name: String,
    /// ScheduleExpression.
    pub expression: String,
    /// ScheduleExpressionTimezone; AWS leaves it out for UTC.
    pub timezone: Option<String>,
    /// State is ENABLED.
    pub enabled: bool,
    /// StartDate.
    pub start_date: Option<Timestamp>,
    /// The target's ARN.
    pub target: String,
    /// The target's input.
    pub input: String,
}

/// How what the server holds differs from what was computed. A start date that has passed is as good as none.
#[must_use]
pub fn schedule_drift(computed: &[Planned], stored: &[Stored], now: Timestamp) -> Vec<Difference> {
    let mut found = Vec::new();
    for planned in computed {
        let Some(held) = stored.iter().find(|held| held.name == planned.name) else {
            found.push(Difference::Missing(Box::new(planned.clone())));
            continue;
        };
        let date =
            |at: Option<Timestamp>| at.filter(|at| *at > now).map_or_else(|| "none".to_owned(), |at| at.to_string());
        let fields = [
            ("expression", planned.expression.clone(), held.expression.clone()),
            ("timezone", planned.timezone.clone(), held.timezone.clone().unwrap_or_else(|| "UTC".to_owned())),
            ("state", "enabled".to_owned(), if held.enabled { "enabled" } else { "disabled" }.to_owned()),
            ("start date", date(planned.start_date), date(held.start_date)),
            ("target", planned.target.clone(), held.target.clone()),
            ("input", planned.input.clone(), held.input.clone()),
        ];
        found.extend(fields.into_iter().filter(|(_, computed, stored)| computed != stored).map(
            |(field, computed, stored)| Difference::Changed { name: planned.name.clone(), field, computed, stored },
        ));
    }
    let extra = stored.iter().filter(|held| !computed.iter().any(|planned| planned.name == held.name));
    found.extend(extra.map(|held| Difference::Extra { name: held.name.clone() }));
    found
}
