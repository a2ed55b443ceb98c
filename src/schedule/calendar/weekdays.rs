//! A set of weekdays and its grammar: `mon-fri`, `mon,wed`, `fri-mon`, `sat`.
//! Pure; knows no dates.

use std::fmt;
use std::str::FromStr;

use jiff::civil::Weekday;

use super::error::GrammarError;

/// The days of a week, Monday first, with the words used for them.
pub(crate) const WEEK: [(Weekday, &str); 7] = [
    (Weekday::Monday, "mon"),
    (Weekday::Tuesday, "tue"),
    (Weekday::Wednesday, "wed"),
    (Weekday::Thursday, "thu"),
    (Weekday::Friday, "fri"),
    (Weekday::Saturday, "sat"),
    (Weekday::Sunday, "sun"),
];

/// A set of weekdays.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Default)]
pub struct Days(u8);

impl Days {
    /// No day.
    pub const NONE: Self = Self(0);
    /// Every day.
    pub const ALL: Self = Self(0b111_1111);

    fn bit(day: Weekday) -> u8 {
        1 << day.to_monday_zero_offset()
    }

    /// Whether `day` is one of them.
    #[must_use]
    pub fn contains(self, day: Weekday) -> bool {
        self.0 & Self::bit(day) != 0
    }

    /// The same set with `day` in it.
    #[must_use]
    pub fn with(self, day: Weekday) -> Self {
        Self(self.0 | Self::bit(day))
    }

    /// The same set without `day`.
    #[must_use]
    pub fn without(self, day: Weekday) -> Self {
        Self(self.0 & !Self::bit(day))
    }

    /// Both sets together.
    #[must_use]
    pub const fn union(self, other: Self) -> Self {
        Self(self.0 | other.0)
    }

    /// Whether there is none.
    #[must_use]
    pub const fn is_empty(self) -> bool {
        self.0 == 0
    }

    /// Every day moved by `by` days, for a time that crosses midnight.
    #[must_use]
    pub fn moved(self, by: i64) -> Self {
        self.iter().fold(Self::NONE, |set, day| set.with(day.wrapping_add(by)))
    }

    /// Its days, Monday first.
    pub fn iter(self) -> impl Iterator<Item = Weekday> {
        WEEK.into_iter().map(|(day, _)| day).filter(move |day| self.contains(*day))
    }
}

/// The three-letter word for a day.
#[must_use]
pub fn day_word(day: Weekday) -> &'static str {
    WEEK.iter().find(|(known, _)| *known == day).map_or("", |(_, word)| *word)
}

/// A single day by its word, in any case.
pub(crate) fn day(text: &str) -> Result<Weekday, GrammarError> {
    let word = text.trim();
    WEEK.iter()
        .find(|(_, known)| known.eq_ignore_ascii_case(word))
        .map(|(day, _)| *day)
        .ok_or_else(|| GrammarError::Day(word.to_owned()))
}

impl FromStr for Days {
    type Err = GrammarError;

    fn from_str(text: &str) -> Result<Self, GrammarError> {
        if text.trim().is_empty() {
            return Err(GrammarError::Empty { what: "the list of days", allowed: "days such as mon-fri or mon,wed" });
        }
        let mut days = Self::NONE;
        for item in text.split(',') {
            let (first, last) = item.split_once('-').unwrap_or((item, item));
            let (first, last) = (day(first)?, day(last)?);
            let mut at = first;
            days = days.with(at);
            while at != last {
                at = at.next();
                days = days.with(at);
            }
        }
        Ok(days)
    }
}

impl fmt::Display for Days {
    /// Runs of three and more as a range, the rest as a list; reads back as the same set.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut runs: Vec<(Weekday, Weekday, usize)> = Vec::new();
        for day in self.iter() {
            match runs.last_mut() {
                Some((_, last, length)) if last.next() == day => {
                    *last = day;
                    *length += 1;
                }
                _ => runs.push((day, day, 1)),
            }
        }
        let words: Vec<String> = runs
            .into_iter()
            .map(|(first, last, length)| match length {
                1 => day_word(first).to_owned(),
                2 => format!("{},{}", day_word(first), day_word(last)),
                _ => format!("{}-{}", day_word(first), day_word(last)),
            })
            .collect();
        f.write_str(&words.join(","))
    }
}

impl fmt::Debug for Days {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Days({self})")
    }
}
