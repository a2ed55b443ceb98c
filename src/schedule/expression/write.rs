//! EventBridge Scheduler expressions: `cron(0 22 ? * MON-FRI *)` and `at(2026-11-21T23:30:00)`, and when they
//! fire. Pure. AWS cron has six fields, minutes to year; Scheduler skips a local time that does not exist
//! and fires once at one that comes twice.

use jiff::Timestamp;
use jiff::civil::Weekday;
use jiff::tz::TimeZone;

use crate::schedule::calendar::intervals::dates_around;
use crate::schedule::calendar::time_of_day::{ClockTime, Quirk, settle};
use crate::schedule::calendar::weekdays::Days;

/// A time of day on some days of the week.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Weekly {
    /// Which days.
    pub days: Days,
    /// When; never 24:00.
    pub time: ClockTime,
}

/// AWS's words for days, Sunday first, as its numbers 1 to 7 are.
const AWS_DAYS: [(Weekday, &str); 7] = [
    (Weekday::Sunday, "SUN"),
    (Weekday::Monday, "MON"),
    (Weekday::Tuesday, "TUE"),
    (Weekday::Wednesday, "WED"),
    (Weekday::Thursday, "THU"),
    (Weekday::Friday, "FRI"),
    (Weekday::Saturday, "SAT"),
];

impl Weekly {
    /// The AWS cron expression: minutes, hours, day of month, month, day of week, year.
    #[must_use]
    pub fn expression(&self) -> String {
        let (hour, minute) = self.time.parts();
        if self.days == Days::ALL {
            return format!("cron({minute} {hour} * * ? *)");
        }
        let weekdays = [Weekday::Monday, Weekday::Tuesday, Weekday::Wednesday, Weekday::Thursday, Weekday::Friday];
        let days = if weekdays.into_iter().fold(Days::NONE, Days::with) == self.days {
            "MON-FRI".to_owned()
        } else {
            let words: Vec<&str> =
                AWS_DAYS.into_iter().filter(|(day, _)| self.days.contains(*day)).map(|(_, word)| word).collect();
            words.join(",")
        };
        format!("cron({minute} {hour} ? * {days} *)")
    }

    /// When Scheduler fires it between `from` and `to`.
    #[must_use]
    pub fn firings(&self, zone: &TimeZone, from: Timestamp, to: Timestamp) -> Vec<Timestamp> {
        dates_around(zone, from, to)
            .filter(|date| self.days.contains(date.weekday()))
            .map(|date| settle(zone, date, self.time))
            .filter(|settled| settled.quirk != Some(Quirk::Gap))
            .map(|settled| settled.at)
            .filter(|at| from <= *at && *at < to)
            .collect()
    }
}

/// A one-time expression for `at` and the zone it is in: the schedule's, or UTC when the local time comes twice.
/// To the second, which is all Scheduler knows.
#[must_use]
pub fn once(zone: &TimeZone, at: Timestamp) -> (String, String) {
    let local = zone.to_datetime(at);
    let ambiguous = zone.to_ambiguous_timestamp(local).is_ambiguous();
    match zone.iana_name().filter(|_| !ambiguous) {
        Some(name) => (format!("at({})", local.strftime("%Y-%m-%dT%H:%M:%S")), name.to_owned()),
        None => (format!("at({})", TimeZone::UTC.to_datetime(at).strftime("%Y-%m-%dT%H:%M:%S")), "UTC".to_owned()),
    }
}
