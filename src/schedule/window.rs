//! Backup and maintenance windows as RDS writes them, always UTC: `17:00-17:30`, `sun:18:00-sun:18:30`.
//! Pure: reads the text, keeps what a schedule must know of it.

use std::fmt;
use std::str::FromStr;

use jiff::civil::Weekday;

use super::clock::ClockTime;
use super::days::{day, day_word};
use super::error::GrammarError;

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
