//! Periods of being on (days, from, to, also over midnight) and bare stop times, with their grammar.
//! Pure; which dates they fall on is decided in `intervals.rs`.

use std::fmt;
use std::str::FromStr;

use super::error::GrammarError;
use super::time_of_day::ClockTime;
use super::weekdays::Days;

/// On from `from` to `to` (not included) on each of `days`. A `to` not after `from` means the next day.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Period {
    days: Days,
    from: ClockTime,
    to: ClockTime,
}

impl Period {
    /// A period.
    ///
    /// # Errors
    /// If no day is named, `from` is 24:00, or `from` and `to` are the same.
    pub fn new(days: Days, from: ClockTime, to: ClockTime) -> Result<Self, GrammarError> {
        if days.is_empty() {
            return Err(GrammarError::Empty { what: "the list of days", allowed: "days such as mon-fri or mon,wed" });
        }
        if from == ClockTime::DAY_END {
            return Err(GrammarError::EndOnly);
        }
        if from == to {
            return Err(GrammarError::NoLength(from.to_string()));
        }
        Ok(Self { days, from, to })
    }

    /// A period from its three texts, as they stand in the configuration.
    ///
    /// # Errors
    /// What is wrong with the first text that does not read, or with the three together.
    pub fn parse(days: &str, from: &str, to: &str) -> Result<Self, GrammarError> {
        Self::new(days.parse()?, from.parse()?, to.parse()?)
    }

    /// The days it starts on.
    #[must_use]
    pub const fn days(&self) -> Days {
        self.days
    }

    /// When it starts.
    #[must_use]
    pub const fn from(&self) -> ClockTime {
        self.from
    }

    /// When it ends.
    #[must_use]
    pub const fn to(&self) -> ClockTime {
        self.to
    }

    /// Whether it ends on the day after it started.
    #[must_use]
    pub fn is_over_midnight(&self) -> bool {
        self.to < self.from
    }

    /// When it ends, in minutes since the midnight of the day it started on.
    #[must_use]
    pub fn end_minutes(&self) -> i64 {
        i64::from(self.to.minutes()) + if self.is_over_midnight() { 1440 } else { 0 }
    }
}

impl FromStr for Period {
    type Err = GrammarError;

    /// `mon-fri 09:00-22:00`.
    fn from_str(text: &str) -> Result<Self, GrammarError> {
        let (days, hours) = text.trim().rsplit_once(' ').ok_or_else(|| GrammarError::Hours(text.trim().to_owned()))?;
        let (from, to) = hours.split_once('-').ok_or_else(|| GrammarError::Hours(hours.to_owned()))?;
        Self::parse(days, from, to)
    }
}

impl fmt::Display for Period {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} {}-{}", self.days, self.from, self.to)
    }
}

/// A stop at a time of day, without a start of its own.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct StopAt {
    /// On which days.
    pub days: Days,
    /// When.
    pub at: ClockTime,
}

impl StopAt {
    /// A stop from its two texts.
    ///
    /// # Errors
    /// What is wrong with the first text that does not read; 24:00 belongs to the next day.
    pub fn parse(days: &str, at: &str) -> Result<Self, GrammarError> {
        let (days, at) = (days.parse()?, at.parse()?);
        if at == ClockTime::DAY_END { Err(GrammarError::EndOnly) } else { Ok(Self { days, at }) }
    }
}
