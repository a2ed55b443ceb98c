//! Backup and maintenance windows as RDS writes them, always UTC: `17:00-17:30`, `sun:18:00-sun:18:30`.
//! Pure: reads the text, keeps what a schedule must know of it.

use std::fmt;
use std::str::FromStr;

use jiff::Timestamp;
use jiff::civil::{Date, Weekday};
use jiff::tz::TimeZone;

use super::error::GrammarError;
use super::intervals::{local_date, moved};
use super::time_of_day::{ClockTime, settle};
use super::weekdays::{day, day_word};

/// PreferredBackupWindow: every day, UTC.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct BackupWindow {
    /// Begins.
    pub from: ClockTime,
    /// Ends, the next day if not after `from`.
    pub to: ClockTime,
}

/// PreferredMaintenanceWindow: every week, UTC.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct MaintenanceWindow {
    /// Begins on this day.
    pub day: Weekday,
    /// Begins.
    pub from: ClockTime,
    /// Ends on this day.
    pub last_day: Weekday,
    /// Ends.
    pub to: ClockTime,
}

impl BackupWindow {
    /// In `zone` around `now`, with RDS's own text beside it: `02:10–02:40 (17:10-17:40 UTC)`.
    #[must_use]
    pub fn told(&self, now: Timestamp, zone: &TimeZone) -> String {
        let today = local_date(&TimeZone::UTC, now);
        told((today, self.from), (today, self.to), ("%H:%M", &self.to_string()), zone)
    }
}

impl MaintenanceWindow {
    /// In `zone`, the next one after `now`, with RDS's own text beside it: `Sun 02:00–Sun 02:30 (sat:17:00-sat:17:30 UTC)`.
    #[must_use]
    pub fn told(&self, now: Timestamp, zone: &TimeZone) -> String {
        let today = local_date(&TimeZone::UTC, now);
        let on = |day: Weekday| moved(today, i64::from(today.weekday().until(day)));
        told((on(self.day), self.from), (on(self.last_day), self.to), ("%a %H:%M", &self.to_string()), zone)
    }
}

/// Both ends by the clock of `zone`. Where that shows what UTC shows, saying it twice would tell nothing.
fn told(from: (Date, ClockTime), to: (Date, ClockTime), (shape, utc): (&str, &str), zone: &TimeZone) -> String {
    let at = |(date, time): (Date, ClockTime)| settle(&TimeZone::UTC, date, time).at;
    if zone.to_offset(at(from)).is_zero() {
        return format!("{utc} UTC");
    }
    let local = |end| at(end).to_zoned(zone.clone()).strftime(shape).to_string();
    format!("{}–{} ({utc} UTC)", local(from), local(to))
}

impl FromStr for BackupWindow {
    type Err = GrammarError;

    fn from_str(text: &str) -> Result<Self, GrammarError> {
        let wrong = || GrammarError::Window(text.to_owned());
        let (from, to) = text.split_once('-').ok_or_else(wrong)?;
        Ok(Self { from: from.parse().map_err(|_| wrong())?, to: to.parse().map_err(|_| wrong())? })
    }
}

impl FromStr for MaintenanceWindow {
    type Err = GrammarError;

    fn from_str(text: &str) -> Result<Self, GrammarError> {
        let wrong = || GrammarError::Window(text.to_owned());
        let end = |text: &str| -> Result<(Weekday, ClockTime), GrammarError> {
            let (word, time) = text.split_once(':').ok_or_else(wrong)?;
            Ok((day(word).map_err(|_| wrong())?, time.parse().map_err(|_| wrong())?))
        };
        let (first, last) = text.split_once('-').ok_or_else(wrong)?;
        let ((day, from), (last_day, to)) = (end(first)?, end(last)?);
        Ok(Self { day, from, last_day, to })
    }
}

impl fmt::Display for BackupWindow {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}-{}", self.from, self.to)
    }
}

impl fmt::Display for MaintenanceWindow {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}:{}-{}:{}", day_word(self.day), self.from, day_word(self.last_day), self.to)
    }
}
