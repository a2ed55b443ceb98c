//! A calendar: built-in national holidays, closures, work days in spite of them, and dates of one's own;
//! and what kind of day it makes of a date. Pure.

use jiff::civil::Date;

use super::date_range::{DateRange, NamedDates};
use super::japan;

/// Holidays that come with the program.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Builtin {
    /// `jp-national-holidays`.
    JpNationalHolidays,
}

impl Builtin {
    /// Every one of them.
    pub const ALL: [Self; 1] = [Self::JpNationalHolidays];

    /// Its name in the configuration.
    #[must_use]
    pub const fn word(self) -> &'static str {
        match self {
            Self::JpNationalHolidays => "jp-national-holidays",
        }
    }

    /// The one called `word`.
    #[must_use]
    pub fn named(word: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|known| known.word() == word)
    }

    /// Where its dates come from, and when they were read.
    #[must_use]
    pub const fn source(self) -> (&'static str, Date) {
        match self {
            Self::JpNationalHolidays => (japan::SOURCE, japan::READ_ON),
        }
    }

    /// The holiday on `date`.
    #[must_use]
    pub fn name_of(self, date: Date) -> Option<&'static str> {
        match self {
            Self::JpNationalHolidays => japan::name_of(date),
        }
    }

    /// Whether `date` is in the published list; beyond it the answer is computed.
    #[must_use]
    pub fn is_published(self, date: Date) -> bool {
        match self {
            Self::JpNationalHolidays => japan::is_published(date),
        }
    }
}

/// Which days are off, beside the week itself.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub struct Calendar {
    /// National holidays.
    pub builtin: Option<Builtin>,
    /// Closures.
    pub closed: Vec<DateRange>,
    /// Work days in spite of everything else here.
    pub open: Vec<DateRange>,
    /// Days off from a file of one's own.
    pub own: Vec<NamedDates>,
}

/// What a calendar makes of a date.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum DayClass {
    /// As its weekday says.
    Weekday,
    /// Would be off, but is named as a work day.
    OpenInspite,
    /// A holiday or closure.
    Off {
        /// What it is called.
        name: String,
    },
}

impl DayClass {
    /// The name of the holiday, if it is off.
    #[must_use]
    pub fn holiday(&self) -> Option<&str> {
        match self {
            Self::Off { name } => Some(name),
            Self::Weekday | Self::OpenInspite => None,
        }
    }
}

/// What a closure is called that has no name.
pub const CLOSURE: &str = "closed";

impl Calendar {
    /// What kind of day `date` is: the open list wins, then closures, own dates and national holidays.
    #[must_use]
    pub fn class(&self, date: Date) -> DayClass {
        let off = self.off_name(date);
        if self.open.iter().any(|range| range.contains(date)) {
            return if off.is_some() { DayClass::OpenInspite } else { DayClass::Weekday };
        }
        off.map_or(DayClass::Weekday, |name| DayClass::Off { name })
    }

    /// A national name says more than "closed", so it is asked first.
    fn off_name(&self, date: Date) -> Option<String> {
        if let Some(name) = self.builtin.and_then(|builtin| builtin.name_of(date)) {
            return Some(name.to_owned());
        }
        let unnamed = || CLOSURE.to_owned();
        if let Some(own) = self.own.iter().find(|own| own.dates.contains(date)) {
            return Some(own.name.clone().unwrap_or_else(unnamed));
        }
        self.closed.iter().any(|range| range.contains(date)).then(unnamed)
    }

    /// Whether holidays on `date` are known from a published list; a calendar without one has nothing to publish.
    #[must_use]
    pub fn is_published(&self, date: Date) -> bool {
        self.builtin.is_none_or(|builtin| builtin.is_published(date))
    }
}
