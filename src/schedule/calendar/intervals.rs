//! The spans of time a schedule is on: its periods on real dates, holidays taken out, as instants,
//! overlapping and touching ones joined. Half-open, so 09–12 and 12–22 make one span without an edge at noon.

use jiff::civil::Date;
use jiff::tz::TimeZone;
use jiff::{Span, Timestamp};

use super::holidays::DayClass;
use super::time_of_day::{ClockTime, Settled, settle};
use crate::schedule::model::{HolidayPolicy, Schedule};

/// From `start` up to, not including, `end`.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug)]
pub struct OnSpan {
    /// When it begins.
    pub start: Timestamp,
    /// When it is over.
    pub end: Timestamp,
}

impl OnSpan {
    /// Whether `at` is inside.
    #[must_use]
    pub fn contains(&self, at: Timestamp) -> bool {
        self.start <= at && at < self.end
    }
}

/// The local date of `at`.
#[must_use]
pub fn local_date(zone: &TimeZone, at: Timestamp) -> Date {
    zone.to_datetime(at).date()
}

/// `date` moved by `days`, stopping at the ends of the calendar.
#[must_use]
pub fn moved(date: Date, days: i64) -> Date {
    date.saturating_add(Span::new().days(days))
}

/// The local dates that can matter for the time between `from` and `to`, a margin of two days on both sides.
pub(crate) fn dates_around(zone: &TimeZone, from: Timestamp, to: Timestamp) -> impl Iterator<Item = Date> {
    let last = moved(local_date(zone, to), 2);
    std::iter::successors(Some(moved(local_date(zone, from), -2)), |date| date.tomorrow().ok())
        .take_while(move |date| *date <= last)
}

impl Schedule {
    /// What its calendar makes of `date`.
    #[must_use]
    pub fn day_class(&self, date: Date) -> DayClass {
        self.holidays.as_ref().map_or(DayClass::Weekday, |holidays| holidays.calendar.class(date))
    }

    /// The name of the holiday that keeps periods from starting on `date`.
    #[must_use]
    pub fn closed_on(&self, date: Date) -> Option<String> {
        let holidays = self.holidays.as_ref().filter(|holidays| holidays.policy == HolidayPolicy::Off)?;
        holidays.calendar.class(date).holiday().map(ToOwned::to_owned)
    }

    /// The spans it is on, complete between `from` and `to` and somewhat beyond.
    #[must_use]
    pub fn on_spans(&self, from: Timestamp, to: Timestamp) -> Vec<OnSpan> {
        self.spans(from, to, true)
    }

    /// The same as if there were no calendar.
    #[must_use]
    pub fn on_spans_without_holidays(&self, from: Timestamp, to: Timestamp) -> Vec<OnSpan> {
        self.spans(from, to, false)
    }

    fn spans(&self, from: Timestamp, to: Timestamp, holidays: bool) -> Vec<OnSpan> {
        let mut spans: Vec<OnSpan> = Vec::new();
        for date in dates_around(&self.zone, from, to) {
            let starting: Vec<_> = self.on.iter().filter(|period| period.days().contains(date.weekday())).collect();
            if starting.is_empty() || (holidays && self.closed_on(date).is_some()) {
                continue;
            }
            for period in starting {
                let start = settle(&self.zone, date, period.from()).at;
                let end = settle_minutes(&self.zone, date, period.end_minutes()).at;
                if start < end {
                    spans.push(OnSpan { start, end });
                }
            }
        }
        joined(spans)
    }

    /// The stop times of a stop-only schedule between `from` and `to`. Holidays do not matter: a stop does no harm.
    #[must_use]
    pub fn stop_instants(&self, from: Timestamp, to: Timestamp) -> Vec<Timestamp> {
        let mut found: Vec<Timestamp> = dates_around(&self.zone, from, to)
            .flat_map(|date| {
                self.stop
                    .iter()
                    .filter(move |stop| stop.days.contains(date.weekday()))
                    .map(move |stop| settle(&self.zone, date, stop.at).at)
            })
            .filter(|at| from <= *at && *at < to)
            .collect();
        found.sort_unstable();
        found.dedup();
        found
    }

    /// The latest `to` of all periods as a time of day; over midnight counts as later. `None` without periods.
    #[must_use]
    pub fn latest_end(&self) -> Option<ClockTime> {
        let minutes = self.on.iter().map(super::period::Period::end_minutes).max()?;
        Some(ClockTime::wrapped(minutes).0)
    }
}

/// The instant `minutes` after the midnight of `date` by the clock on the wall.
#[must_use]
pub fn settle_minutes(zone: &TimeZone, date: Date, minutes: i64) -> Settled {
    let (time, days) = ClockTime::wrapped(minutes);
    settle(zone, moved(date, days), time)
}

/// Sorted, with overlapping and touching spans made one.
#[must_use]
pub fn joined(mut spans: Vec<OnSpan>) -> Vec<OnSpan> {
    spans.sort_unstable();
    let mut joined: Vec<OnSpan> = Vec::with_capacity(spans.len());
    for span in spans {
        match joined.last_mut() {
            Some(last) if span.start <= last.end => last.end = last.end.max(span.end),
            _ => joined.push(span),
        }
    }
    joined
}
