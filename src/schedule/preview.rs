//! The next days as a list: edges, days that stay off, and what AWS will do by itself; and what is worth
//! a warning about a schedule. Pure; widgets draw it, `planned_schedules.rs` must agree with it.

use std::fmt;

use jiff::civil::Date;
use jiff::tz::TimeZone;
use jiff::{SignedDuration, Timestamp};

use super::calendar::intervals::{local_date, moved, settle_minutes};
use super::calendar::period::Period;
use super::calendar::rds_window::{BackupWindow, MaintenanceWindow};
use super::calendar::time_of_day::{Quirk, settle};
use super::desired_state::{Cause, Desired, Intent, Transition, after, minus, plus};
use super::model::{Mode, PowerAction};
use super::override_rules::AWS_STOPPED_MAX;

/// How far a preview looks.
pub const DAYS: i64 = 14;

/// AWS starting a database that has been stopped for seven days.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct AutoRestart {
    /// When, give or take the minutes the stop takes.
    pub at: Timestamp,
    /// When the schedule stops it again, if it does before it would start it anyway.
    pub stopped_again: Option<Timestamp>,
}

/// One line of a preview.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum Line {
    /// Something will be done.
    Edge(Transition),
    /// A day that would have had a start, and has a name instead.
    DayOff {
        /// The date.
        date: Date,
        /// The day's name.
        name: String,
        /// Whether it stays off; otherwise the holiday is only shown.
        off: bool,
    },
    /// AWS starts a database by itself.
    AutoRestart(AutoRestart),
}

/// A preview with what it should warn of.
#[derive(Clone, PartialEq, Debug)]
pub struct Preview {
    /// By time.
    pub lines: Vec<(Timestamp, Line)>,
    /// What is worth a word.
    pub warnings: Vec<Warning>,
}

/// How much maintenance waits for a database.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub enum Pending {
    /// Nobody asked.
    #[default]
    Unknown,
    /// It could not be read: the fault, in a sentence.
    Unread(String),
    /// So many actions.
    Actions(u32),
}

impl Pending {
    /// How many actions wait, if that is known.
    #[must_use]
    pub const fn actions(&self) -> Option<u32> {
        match self {
            Self::Actions(count) => Some(*count),
            Self::Unknown | Self::Unread(_) => None,
        }
    }
}

impl fmt::Display for Pending {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Unknown => f.write_str("what is pending is not known"),
            Self::Unread(why) => write!(f, "what is pending was not read: {why}"),
            Self::Actions(0) => f.write_str("nothing is pending"),
            Self::Actions(1) => f.write_str("1 maintenance action is pending"),
            Self::Actions(count) => write!(f, "{count} maintenance actions are pending"),
        }
    }
}

/// What a preview knows of one database beside its schedule.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub struct Database {
    /// Its name.
    pub name: String,
    /// BackupRetentionPeriod; 0 means no backups.
    pub backup_days: Option<u32>,
    /// PreferredBackupWindow.
    pub backup: Option<BackupWindow>,
    /// PreferredMaintenanceWindow.
    pub maintenance: Option<MaintenanceWindow>,
    /// What maintenance waits.
    pub pending: Pending,
    /// AutomaticRestartTime, while it is stopped.
    pub restarts_at: Option<Timestamp>,
}

/// Something about a schedule that people should know before it bites.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum Warning {
    /// Automated backups are missed.
    Backup {
        /// The database.
        database: String,
        /// Its window in the schedule's zone, with RDS's own text.
        window: String,
        /// On how many of the days looked at.
        asleep: usize,
        /// How many were looked at.
        of: usize,
    },
    /// Maintenance is missed.
    Maintenance {
        /// The database.
        database: String,
        /// Its window in the schedule's zone, with RDS's own text.
        window: String,
        /// What waits.
        pending: Pending,
    },
    /// EventBridge Scheduler skips a local time that does not exist.
    SkippedTime {
        /// The date.
        date: Date,
        /// What would have happened.
        verb: PowerAction,
        /// What is done instead.
        at: Timestamp,
    },
    /// The published holidays end before the preview does.
    TableEnds {
        /// The first date computed by rule.
        from: Date,
    },
    /// So short a sleep that it saves nothing.
    ShortSleep {
        /// When it begins.
        from: Timestamp,
        /// When the start is issued.
        until: Timestamp,
    },
    /// AWS starts it and nothing stops it again before the next start.
    StaysUp {
        /// When AWS starts it.
        at: Timestamp,
    },
}

impl fmt::Display for Warning {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Backup { database, window, asleep, of } if asleep == of => {
                write!(f, "{database}: asleep in its backup window, {window}: automated backups never happen")
            }
            Self::Backup { database, window, asleep, of } => {
                write!(f, "{database}: asleep in its backup window, {window}, on {asleep} of {of} days")
            }
            Self::Maintenance { database, window, pending } => {
                write!(f, "{database}: asleep in its maintenance window, {window}; {pending}")
            }
            Self::SkippedTime { date, verb, at } => write!(
                f,
                "on {date} the clocks skip the time of the {}: EventBridge Scheduler would not fire; it is due at {at}",
                verb.word()
            ),
            Self::TableEnds { from } => write!(
                f,
                "holidays from {from} on are computed: the published list ends there; compare once it is renewed"
            ),
            Self::ShortSleep { from, until } => {
                write!(
                    f,
                    "asleep from {from} to {until} only: stopping and starting takes as long, and 10 minutes are billed anyway"
                )
            }
            Self::StaysUp { at } => {
                write!(
                    f,
                    "AWS will start it about {at}, after seven days, and nothing stops it again; guard = \"daily\" would"
                )
            }
        }
    }
}

/// When AWS will start a database by itself in the next `DAYS` days after `now`, and what the schedule then does.
/// `known` is AutomaticRestartTime of a database that is stopped now; without it the planned stops are reckoned with.
#[must_use]
pub fn auto_restarts(intent: Intent<'_>, now: Timestamp, known: Option<Timestamp>) -> Vec<AutoRestart> {
    auto_restarts_before(intent, now, plus(now, SignedDuration::from_hours(24 * DAYS)), known)
}

fn auto_restarts_before(
    intent: Intent<'_>,
    now: Timestamp,
    horizon: Timestamp,
    known: Option<Timestamp>,
) -> Vec<AutoRestart> {
    let from = if known.is_some() { now } else { minus(now, AWS_STOPPED_MAX) };
    let transitions = intent.transitions(from, plus(horizon, AWS_STOPPED_MAX));
    let mut found = Vec::new();
    let mut restart = known;
    for transition in &transitions {
        restart = restarts_before(intent, restart, Some(transition), &mut found);
        restart = match transition.verb {
            PowerAction::Start => None,
            // A stop repeated on something stopped does not begin the seven days anew.
            PowerAction::Stop => restart.or_else(|| Some(plus(transition.issue_at, AWS_STOPPED_MAX))),
        };
    }
    if restart.is_some_and(|at| at < horizon) {
        restarts_before(intent, restart, None, &mut found);
    }
    found.retain(|restart| now <= restart.at && restart.at < horizon);
    found
}

/// Lets AWS start it at `restart` if that is before `next`, and says when AWS would start it again after that.
fn restarts_before(
    intent: Intent<'_>,
    restart: Option<Timestamp>,
    next: Option<&Transition>,
    found: &mut Vec<AutoRestart>,
) -> Option<Timestamp> {
    let mut restart = restart;
    let comes_first = |at: Timestamp| next.is_none_or(|next| at < next.issue_at);
    while let Some(at) = restart.filter(|at| comes_first(*at)) {
        let enforced = enforced_again(intent, at).filter(|again| comes_first(*again));
        let stopped_again =
            enforced.or_else(|| next.filter(|next| next.verb == PowerAction::Stop).map(|next| next.issue_at));
        found.push(AutoRestart { at, stopped_again });
        restart = enforced.map(|again| plus(again, AWS_STOPPED_MAX));
        next?;
    }
    restart
}

/// Enforcing stops what should be down ten minutes after it came up.
fn enforced_again(intent: Intent<'_>, at: Timestamp) -> Option<Timestamp> {
    let again = plus(at, super::drift::STOP_GRACE);
    (intent.schedule.mode == Mode::Enforce && intent.desired(again) == Desired::Off).then_some(again)
}

/// The next `DAYS` days after `now`.
#[must_use]
pub fn preview(intent: Intent<'_>, now: Timestamp, databases: &[Database]) -> Preview {
    preview_days(intent, now, DAYS, databases)
}

/// The next `days` days after `now`.
#[must_use]
pub fn preview_days(intent: Intent<'_>, now: Timestamp, days: i64, databases: &[Database]) -> Preview {
    let horizon = plus(now, SignedDuration::from_hours(days.saturating_mul(24)));
    let transitions = intent.transitions(now, horizon);
    let mut warnings = short_sleeps(intent, &transitions);
    let mut lines: Vec<(Timestamp, Line)> =
        transitions.into_iter().map(|transition| (transition.issue_at, Line::Edge(transition))).collect();
    lines.extend(days_off(intent, now, horizon));

    let mut restarts: Vec<AutoRestart> = if databases.is_empty() {
        Vec::new()
    } else {
        databases.iter().flat_map(|database| auto_restarts_before(intent, now, horizon, database.restarts_at)).collect()
    };
    restarts.sort_unstable_by_key(|restart| restart.at);
    restarts.dedup();
    for restart in restarts {
        lines.push((restart.at, Line::AutoRestart(restart)));
        match restart.stopped_again {
            None => warnings.push(Warning::StaysUp { at: restart.at }),
            // An enforced stop is no edge of the schedule; the list would lack it.
            Some(at) if !lines.iter().any(|(when, line)| *when == at && matches!(line, Line::Edge(_))) => {
                lines.push((
                    at,
                    Line::Edge(Transition { at, issue_at: at, verb: PowerAction::Stop, cause: Cause::AutoRestart }),
                ));
            }
            Some(_) => {}
        }
    }
    lines.sort_by_key(|(at, _)| *at);
    warnings.extend(databases.iter().flat_map(|database| missed_windows(intent, now, database)));
    warnings.extend(skipped_times(intent, now, horizon));
    warnings.extend(table_end(intent, now, horizon));
    Preview { lines, warnings }
}

fn days_off(intent: Intent<'_>, now: Timestamp, horizon: Timestamp) -> Vec<(Timestamp, Line)> {
    let schedule = intent.schedule;
    let (first, last) = (local_date(&schedule.zone, now), local_date(&schedule.zone, horizon));
    std::iter::successors(Some(first), |date| date.tomorrow().ok())
        .take_while(|date| *date <= last)
        .filter_map(|date| {
            let name = schedule.day_class(date).holiday()?.to_owned();
            let starting = schedule.on.iter().filter(|period| period.days().contains(date.weekday()));
            let from = starting.map(Period::from).min()?;
            let at = settle(&schedule.zone, date, from).at;
            let off = schedule.closed_on(date).is_some();
            (now <= at && at < horizon).then_some((at, Line::DayOff { date, name, off }))
        })
        .collect()
}

/// A stop with the next start issued within the lead and ten minutes of it.
fn short_sleeps(intent: Intent<'_>, transitions: &[Transition]) -> Vec<Warning> {
    let short = plus(Timestamp::UNIX_EPOCH, intent.schedule.start_lead).duration_since(Timestamp::UNIX_EPOCH)
        + super::drift::STOP_GRACE;
    transitions
        .windows(2)
        .filter_map(|pair| match pair {
            [stop, start] if stop.verb == PowerAction::Stop && start.verb == PowerAction::Start => {
                (start.at.duration_since(stop.at) <= short)
                    .then_some(Warning::ShortSleep { from: stop.issue_at, until: start.issue_at })
            }
            _ => None,
        })
        .collect()
}

/// Whether a database with this window is asleep in one of the next, so that what maintenance waits for it matters.
#[must_use]
pub fn sleeps_through(intent: Intent<'_>, now: Timestamp, window: &MaintenanceWindow) -> bool {
    let today = local_date(&TimeZone::UTC, now);
    let mut starts = (1..=DAYS)
        .map(|day| moved(today, day))
        .filter(|date| date.weekday() == window.day)
        .map(|date| settle(&TimeZone::UTC, date, window.from).at);
    starts.any(|at| intent.desired(at) == Desired::Off)
}

fn missed_windows(intent: Intent<'_>, now: Timestamp, database: &Database) -> Vec<Warning> {
    let mut found = Vec::new();
    let today = local_date(&TimeZone::UTC, now);
    let asleep = |at: Timestamp| intent.desired(at) == Desired::Off;
    if let Some(window) = database.backup.filter(|_| database.backup_days != Some(0)) {
        let days: Vec<Timestamp> =
            (1..=DAYS).map(|day| settle(&TimeZone::UTC, moved(today, day), window.from).at).collect();
        let missed = days.iter().filter(|at| asleep(**at)).count();
        if missed > 0 {
            let (database, window) = (database.name.clone(), window.told(now, &intent.schedule.zone));
            found.push(Warning::Backup { database, window, asleep: missed, of: days.len() });
        }
    }
    if let Some(window) = database.maintenance.filter(|window| sleeps_through(intent, now, window)) {
        let (database, pending) = (database.name.clone(), database.pending.clone());
        let window = window.told(now, &intent.schedule.zone);
        found.push(Warning::Maintenance { database, window, pending });
    }
    found
}

/// Times of the schedule that fall into a gap of the clock, where EventBridge Scheduler does not fire.
fn skipped_times(intent: Intent<'_>, now: Timestamp, horizon: Timestamp) -> Vec<Warning> {
    let schedule = intent.schedule;
    let zone = &schedule.zone;
    if zone.following(minus(now, SignedDuration::from_secs(1))).next().is_none_or(|change| change.timestamp() > horizon)
    {
        return Vec::new();
    }
    let mut found = Vec::new();
    let last = local_date(zone, horizon);
    let dates = std::iter::successors(Some(local_date(zone, now)), |date| date.tomorrow().ok());
    for date in dates.take_while(|date| *date <= last) {
        let periods = schedule.on.iter().filter(|period| period.days().contains(date.weekday()));
        let times = periods.flat_map(|period| {
            [(PowerAction::Start, i64::from(period.from().minutes())), (PowerAction::Stop, period.end_minutes())]
        });
        let stops = schedule.stop.iter().filter(|stop| stop.days.contains(date.weekday()));
        for (verb, minutes) in times.chain(stops.map(|stop| (PowerAction::Stop, i64::from(stop.at.minutes())))) {
            let settled = settle_minutes(zone, date, minutes);
            if settled.quirk == Some(Quirk::Gap) && now <= settled.at && settled.at < horizon {
                found.push(Warning::SkippedTime { date: local_date(zone, settled.at), verb, at: settled.at });
            }
        }
    }
    found
}

fn table_end(intent: Intent<'_>, now: Timestamp, horizon: Timestamp) -> Option<Warning> {
    let holidays = intent.schedule.holidays.as_ref()?;
    let zone = &intent.schedule.zone;
    let last = local_date(zone, minus(after(horizon), SignedDuration::from_nanos(1)));
    std::iter::successors(Some(local_date(zone, now)), |date| date.tomorrow().ok())
        .take_while(|date| *date <= last)
        .find(|date| !holidays.calendar.is_published(*date))
        .map(|from| Warning::TableEnds { from })
}
