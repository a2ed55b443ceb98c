//! A time of day to the minute, 00:00 to 24:00, and how it becomes an instant in a time zone.
//! Pure arithmetic: the zone is a value; nobody asks what time it is.

use std::fmt;
use std::str::FromStr;

use jiff::Timestamp;
use jiff::civil::{Date, DateTime};
use jiff::tz::{AmbiguousOffset, TimeZone};

use super::error::GrammarError;

/// Minutes in a day.
const DAY: u16 = 24 * 60;

/// A time of day, in minutes since midnight. `24:00` is a value of its own: the end of the day.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct ClockTime(u16);

impl ClockTime {
    /// The beginning of a day.
    pub const MIDNIGHT: Self = Self(0);
    /// 24:00, the end of a day.
    pub const DAY_END: Self = Self(DAY);

    /// `hour`:`minute`, or `None` if there is no such time.
    #[must_use]
    pub const fn new(hour: u16, minute: u16) -> Option<Self> {
        if (hour < 24 && minute < 60) || (hour == 24 && minute == 0) { Some(Self(hour * 60 + minute)) } else { None }
    }

    /// Minutes since midnight, 0 to 1440.
    #[must_use]
    pub const fn minutes(self) -> u16 {
        self.0
    }

    /// `minutes` after midnight brought into a day, and how many days that moved it.
    #[must_use]
    pub fn wrapped(minutes: i64) -> (Self, i64) {
        let day = i64::from(DAY);
        (Self(u16::try_from(minutes.rem_euclid(day)).unwrap_or(0)), minutes.div_euclid(day))
    }

    /// Hour and minute; 24:00 is (24, 0).
    #[must_use]
    pub const fn parts(self) -> (u16, u16) {
        (self.0 / 60, self.0 % 60)
    }
}

impl FromStr for ClockTime {
    type Err = GrammarError;

    fn from_str(text: &str) -> Result<Self, GrammarError> {
        let wrong = || GrammarError::Time(text.trim().to_owned());
        let (hour, minute) = text.trim().split_once(':').ok_or_else(wrong)?;
        let two = |part: &str| {
            (part.len() == 2 && part.bytes().all(|b| b.is_ascii_digit())).then(|| part.parse::<u16>().ok()).flatten()
        };
        two(hour).zip(two(minute)).and_then(|(hour, minute)| Self::new(hour, minute)).ok_or_else(wrong)
    }
}

impl fmt::Display for ClockTime {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (hour, minute) = self.parts();
        write!(f, "{hour:02}:{minute:02}")
    }
}

impl fmt::Debug for ClockTime {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{self}")
    }
}

/// What daylight saving did to a local time.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Quirk {
    /// It did not exist: the first instant after the gap stands in for it.
    Gap,
    /// It came twice: the first one counts.
    Fold,
}

/// A local time as an instant.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Settled {
    /// The instant.
    pub at: Timestamp,
    /// What was odd about it, if anything.
    pub quirk: Option<Quirk>,
}

/// The instant of `time` on `date` in `zone`: in a gap the first instant after it, in a fold the first of the two.
#[must_use]
pub fn settle(zone: &TimeZone, date: Date, time: ClockTime) -> Settled {
    let (hour, minute) = time.parts();
    let (date, hour) = if hour == 24 { (date.tomorrow().unwrap_or(Date::MAX), 0) } else { (date, hour) };
    let small = |n: u16| i8::try_from(n).unwrap_or(0);
    settle_local(zone, date.at(small(hour), small(minute), 0, 0))
}

/// The same for any local date and time.
#[must_use]
pub fn settle_local(zone: &TimeZone, local: DateTime) -> Settled {
    let ambiguous = zone.to_ambiguous_timestamp(local);
    match ambiguous.offset() {
        AmbiguousOffset::Unambiguous { .. } => {
            Settled { at: ambiguous.compatible().unwrap_or(Timestamp::MAX), quirk: None }
        }
        AmbiguousOffset::Fold { .. } => {
            Settled { at: ambiguous.earlier().unwrap_or(Timestamp::MAX), quirk: Some(Quirk::Fold) }
        }
        AmbiguousOffset::Gap { .. } => {
            // `earlier` reads the missing time with the offset after the gap: an instant just before the clocks change.
            let at = ambiguous
                .earlier()
                .ok()
                .and_then(|before| zone.following(before).next())
                .map(|change| change.timestamp())
                .or_else(|| zone.to_timestamp(local).ok())
                .unwrap_or(Timestamp::MAX);
            Settled { at, quirk: Some(Quirk::Gap) }
        }
    }
}
