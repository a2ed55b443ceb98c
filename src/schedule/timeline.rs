//! The band: days as rows of half hours, up or asleep, with what a person asked for drawn on it, and the edges of
//! each day. Pure; drawing it in colours is the screen's business.

use jiff::civil::Date;
use jiff::{SignedDuration, Timestamp};

use super::calendar::intervals::{local_date, moved};
use super::calendar::time_of_day::{ClockTime, settle};
use super::desired_state::{Intent, Transition};
use super::model::{Mode, TargetState};

/// Marks in a day.
pub const MARKS: usize = 48;

/// A half hour that is gone by.
const GONE: char = '╌';

/// What one half hour is.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub enum Mark {
    /// Up by the schedule.
    Up,
    /// Asleep by the schedule.
    Asleep,
    /// Kept up by an override or a hold.
    KeptUp,
    /// Kept asleep by an override or a hold.
    KeptAsleep,
    /// Nobody has a wish.
    Free,
}

impl Mark {
    /// Its character.
    #[must_use]
    pub const fn glyph(self) -> char {
        match self {
            Self::Up => '█',
            Self::Asleep => '▒',
            Self::KeptUp => '▓',
            Self::KeptAsleep => '░',
            Self::Free => '·',
        }
    }
}

/// One day of the band.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Day {
    /// The date, in the schedule's zone.
    pub date: Date,
    /// Its half hours by the clock on the wall.
    pub marks: Vec<Mark>,
    /// The half hour that is now, if it is this day.
    pub now: Option<usize>,
    /// What is done on this day.
    pub transitions: Vec<Transition>,
    /// The holiday, if it is one.
    pub holiday: Option<String>,
}

impl Day {
    /// The day as text, the present half hour marked. What is gone by is not drawn as it was planned: it may have been
    /// otherwise.
    #[must_use]
    pub fn drawn(&self) -> String {
        let mark = |(at, mark): (usize, &Mark)| match self.now {
            Some(now) if at == now => '┃',
            Some(now) if at < now => GONE,
            _ => mark.glyph(),
        };
        self.marks.iter().enumerate().map(mark).collect()
    }
}

/// The hours above a band: one figure every two hours.
#[must_use]
pub fn ruler() -> String {
    (0..24).step_by(2).map(|hour| format!("{hour:<4}")).collect::<String>().trim_end().to_owned()
}

/// `days` days of `intent`, beginning with the local day of `now`.
#[must_use]
pub fn band(intent: Intent<'_>, now: Timestamp, days: usize) -> Vec<Day> {
    let schedule = intent.schedule;
    let zone = &schedule.zone;
    let first = local_date(zone, now);
    let dates: Vec<Date> = (0_i64..).take(days).map(|by| moved(first, by)).collect();
    let midnight = |date: Date| settle(zone, date, ClockTime::MIDNIGHT).at;
    let from = midnight(first);
    let to = midnight(moved(first, i64::try_from(days).unwrap_or(7)));
    let spans = schedule.on_spans(from, to);
    let transitions = intent.transitions(from, to);
    let mark = |at: Timestamp| match intent.exception(at) {
        _ if intent.exceptions.protect => Mark::Free,
        // What was before an exception was asked for is not known here; only what is to come is drawn with it.
        Some(TargetState::Running) if at.saturating_add(SLOT).is_ok_and(|end| end > now) => Mark::KeptUp,
        Some(TargetState::Stopped) if at.saturating_add(SLOT).is_ok_and(|end| end > now) => Mark::KeptAsleep,
        _ if schedule.mode == Mode::StopOnly => Mark::Free,
        _ if spans.iter().any(|span| span.contains(at)) => Mark::Up,
        _ => Mark::Asleep,
    };
    dates
        .into_iter()
        .map(|date| {
            let slots: Vec<Timestamp> = (0_u16..48)
                .filter_map(|slot| ClockTime::new(slot / 2, slot % 2 * 30))
                .map(|time| settle(zone, date, time).at)
                .collect();
            let today = local_date(zone, now) == date;
            let now_at = slots.iter().rposition(|at| *at <= now).filter(|_| today);
            let of_day = |transition: &&Transition| local_date(zone, transition.issue_at) == date;
            Day {
                date,
                marks: slots.into_iter().map(mark).collect(),
                now: now_at,
                transitions: transitions.iter().filter(of_day).cloned().collect(),
                holiday: schedule.day_class(date).holiday().map(ToOwned::to_owned),
            }
        })
        .collect()
}

/// How long a mark is.
const SLOT: SignedDuration = SignedDuration::from_mins(30);
