//! Inclusive ranges of dates (`2026-12-29..2027-01-03`) and files of dates that people keep.
//! Pure: the text of a file comes in, dates or the line that is wrong go out.

use std::fmt;
use std::str::FromStr;

use jiff::civil::Date;

use super::error::{DateFileError, GrammarError};

/// Dates from `first` to `last`, both included.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct DateRange {
    first: Date,
    last: Date,
}

impl DateRange {
    /// The range, or `None` if it runs backwards.
    #[must_use]
    pub fn new(first: Date, last: Date) -> Option<Self> {
        (first <= last).then_some(Self { first, last })
    }

    /// Whether `date` is in it.
    #[must_use]
    pub fn contains(&self, date: Date) -> bool {
        self.first <= date && date <= self.last
    }

    /// Its first date.
    #[must_use]
    pub const fn first(&self) -> Date {
        self.first
    }

    /// Its last date.
    #[must_use]
    pub const fn last(&self) -> Date {
        self.last
    }
}

/// One date: `2026-12-29`, or `2026/1/1` as the Cabinet Office writes it.
fn date(text: &str) -> Result<Date, GrammarError> {
    let wrong = || GrammarError::Date(text.trim().to_owned());
    let text = text.trim();
    if !text.contains('/') {
        let shape = text.len() == 10 && text.bytes().all(|b| b.is_ascii_digit() || b == b'-');
        return if shape { text.parse().map_err(|_| wrong()) } else { Err(wrong()) };
    }
    let mut parts = text.split('/').map(|part| part.parse::<i16>().ok());
    let (Some(Some(year)), Some(Some(month)), Some(Some(day)), None) =
        (parts.next(), parts.next(), parts.next(), parts.next())
    else {
        return Err(wrong());
    };
    let small = |n: i16| i8::try_from(n).map_err(|_| wrong());
    Date::new(year, small(month)?, small(day)?).map_err(|_| wrong())
}

impl FromStr for DateRange {
    type Err = GrammarError;

    fn from_str(text: &str) -> Result<Self, GrammarError> {
        if text.trim().is_empty() {
            let allowed = "a date such as 2026-12-29 or a range such as 2026-12-29..2027-01-03";
            return Err(GrammarError::Empty { what: "the date", allowed });
        }
        let (first, last) = text.split_once("..").unwrap_or((text, text));
        Self::new(date(first)?, date(last)?).ok_or_else(|| GrammarError::Backwards(text.trim().to_owned()))
    }
}

impl fmt::Display for DateRange {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.first == self.last { write!(f, "{}", self.first) } else { write!(f, "{}..{}", self.first, self.last) }
    }
}

/// Days off with the name people give them.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct NamedDates {
    /// Which.
    pub dates: DateRange,
    /// `創立記念日`; `None` if the file names none.
    pub name: Option<String>,
}

/// Reads a file of dates: one date or range a line, then a comma or a space and a name if there is one.
/// `#` begins a comment. The Cabinet Office's own list reads too, once it is UTF-8: its heading is passed over.
///
/// # Errors
/// The first line that is none of these.
pub fn read_dates(text: &str) -> Result<Vec<NamedDates>, DateFileError> {
    let mut found = Vec::new();
    for (at, raw) in text.trim_start_matches('\u{feff}').lines().enumerate() {
        let line = raw.split('#').next().unwrap_or_default().trim();
        if line.is_empty() || (at == 0 && !line.starts_with(|c: char| c.is_ascii_digit())) {
            continue;
        }
        let (dates, name) = line.split_once(|c: char| c == ',' || c.is_whitespace()).unwrap_or((line, ""));
        let dates = dates.parse().map_err(|why| DateFileError { line: at + 1, why })?;
        let name = Some(name.trim()).filter(|name| !name.is_empty()).map(ToOwned::to_owned);
        found.push(NamedDates { dates, name });
    }
    Ok(found)
}
