//! What can be wrong with the small grammars and with a schedule as a whole, in words that say
//! what was found and what is allowed. No line numbers: the reader of the file adds those.

use thiserror::Error;

/// Why a piece of a schedule's text was refused.
#[derive(Clone, PartialEq, Eq, Debug, Error)]
pub enum GrammarError {
    /// Nothing there.
    #[error("{what} is empty; write {allowed}")]
    Empty {
        /// What was being read.
        what: &'static str,
        /// What may stand there.
        allowed: &'static str,
    },
    /// Not a day of the week.
    #[error("`{0}` is not a day; days are mon, tue, wed, thu, fri, sat, sun, joined by `-` (a range) or `,` (a list)")]
    Day(String),
    /// Not a time of day.
    #[error("`{0}` is not a time; write hours and minutes with two digits each, 00:00 to 24:00")]
    Time(String),
    /// 24:00 where a day has to begin.
    #[error("24:00 can only end a period; write 00:00 and the next day")]
    EndOnly,
    /// Not two times.
    #[error("`{0}` is not a pair of times; write 09:00-22:00, or 22:00-02:00 to run over midnight")]
    Hours(String),
    /// A period without length.
    #[error("a period from {0} to {0} has no length; write 00:00-24:00 for the whole day")]
    NoLength(String),
    /// Not a date.
    #[error("`{0}` is not a date; write 2026-12-29")]
    Date(String),
    /// A range of dates that runs backwards.
    #[error("`{0}` runs backwards; write the earlier date first")]
    Backwards(String),
    /// A tag value that does not read as what it should hold.
    #[error("`{text}` is not {what}; it looks like `{example}`")]
    Tag {
        /// The value found.
        text: String,
        /// What it should be.
        what: &'static str,
        /// A value that would be right.
        example: &'static str,
    },
    /// A window that is neither `hh:mm-hh:mm` nor `ddd:hh:mm-ddd:hh:mm`.
    #[error("`{0}` is not a window of UTC times as RDS writes them")]
    Window(String),
}

/// A mistake in one line of a file of dates.
#[derive(Clone, PartialEq, Eq, Debug, Error)]
#[error("line {line}: {why}")]
pub struct DateFileError {
    /// Counted from 1.
    pub line: usize,
    /// What is wrong with it.
    pub why: GrammarError,
}

/// Why a schedule whose parts are fine still makes no sense.
#[derive(Clone, PartialEq, Eq, Debug, Error)]
pub enum ScheduleError {
    /// `edge` or `enforce` without periods.
    #[error("schedule {0} has no `on` period: it would sleep for ever; add one, or use mode \"stop-only\" with `stop`")]
    NothingOn(String),
    /// `stop-only` without stop instants.
    #[error("schedule {0} is stop-only but has no `stop` time; add one, such as days mon-sun at 22:00")]
    NothingStops(String),
    /// `stop-only` with periods.
    #[error("schedule {0} is stop-only, where people start by hand: `on` has no meaning there; use `stop`")]
    OnInStopOnly(String),
    /// Stop instants outside `stop-only`.
    #[error("schedule {0} has `stop` times, which only mode \"stop-only\" knows; end an `on` period there instead")]
    StopOutsideStopOnly(String),
    /// A length of time below zero.
    #[error("schedule {schedule}: {key} must not be negative")]
    Negative {
        /// Its name.
        schedule: String,
        /// The key.
        key: &'static str,
    },
    /// A time zone without an IANA name.
    #[error("schedule {0} needs a time zone with an IANA name, such as Asia/Tokyo: AWS knows no other")]
    NamelessZone(String),
}
