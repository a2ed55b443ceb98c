//! Schedule expressions as anybody may have written them for EventBridge: `cron(…)`, `rate(…)`, `at(…)`; what times
//! of day they name and when they fire. Pure. A rule's expression is always in UTC; a schedule's has a zone.
//! Source: the user guides' pages on cron and rate expressions (six fields; days of the week 1 to 7 from Sunday).

use jiff::civil::{Date, DateTime, Weekday};
use jiff::tz::TimeZone;
use jiff::{SignedDuration, Timestamp};

use super::lights_off_tags::TagTimes;
use crate::schedule::calendar::intervals::{local_date, moved};
use crate::schedule::calendar::time_of_day::{ClockTime, Quirk, settle, settle_local};

/// How far ahead a next firing is looked for: a job of 29 February comes once in four years, or in eight.
const HORIZON: i64 = 366 * 8;

/// An expression.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum Expression {
    /// `cron(0 22 * * ? *)`.
    Cron(Box<Cron>),
    /// `rate(5 minutes)`: counted from a moment that nobody tells.
    Rate(SignedDuration),
    /// `at(2026-11-21T23:30:00)`, by the clock of its zone.
    Once(DateTime),
    /// The value of a tag that Lights Off reads.
    Tag(Box<TagTimes>),
}

/// The six fields of a cron expression.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Cron {
    minutes: u64,
    hours: u64,
    month_days: MonthDays,
    months: u64,
    weekdays: Weekdays,
    years: Vec<Span>,
    /// The last four fields as they were written.
    tail: [String; 4],
}

/// Which days of a month.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
enum MonthDays {
    /// `?` or `*`.
    Any,
    /// The bits of their numbers.
    These(u64),
    /// `L`: the last one.
    Last,
    /// `LW`: the last from Monday to Friday.
    LastWorkday,
    /// `15W`: the one from Monday to Friday that is nearest, in the same month.
    Nearest(i8),
}

/// Which days of the week.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
enum Weekdays {
    /// `?` or `*`.
    Any,
    /// The bits of AWS's numbers: 1 is Sunday.
    These(u64),
    /// `3#2`: the second Tuesday.
    Nth(u64, i8),
    /// `6L`: the last Friday.
    Last(u64),
}

/// Numbers from one to another, every so many.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
struct Span {
    from: u64,
    to: u64,
    step: u64,
}

const MONTHS: [&str; 12] = ["JAN", "FEB", "MAR", "APR", "MAY", "JUN", "JUL", "AUG", "SEP", "OCT", "NOV", "DEC"];
const DAYS: [&str; 7] = ["SUN", "MON", "TUE", "WED", "THU", "FRI", "SAT"];

impl Expression {
    /// Reads one; `None` for what is none, or uses what AWS does not document.
    #[must_use]
    pub fn parse(text: &str) -> Option<Self> {
        let (name, inside) = text.trim().strip_suffix(')')?.split_once('(')?;
        match name {
            "cron" => Cron::parse(inside).map(|cron| Self::Cron(Box::new(cron))),
            "rate" => rate(inside).map(Self::Rate),
            "at" => inside.trim().parse().ok().map(Self::Once),
            _ => None,
        }
    }

    /// The times of day it names, if they are few enough to be told: a job every five minutes has none.
    #[must_use]
    pub fn times(&self) -> Vec<ClockTime> {
        match self {
            Self::Cron(cron) => {
                let times: Vec<ClockTime> = cron.times().take(5).collect();
                if times.len() > 4 { Vec::new() } else { times }
            }
            Self::Once(at) => clock(*at).into_iter().collect(),
            Self::Tag(tag) => Some(tag.times()).filter(|times| times.len() <= 4).unwrap_or_default(),
            Self::Rate(_) => Vec::new(),
        }
    }

    /// When it fires from `from` up to, not including, `to`, by the clock of `zone`; the first `most` of them. A rate
    /// is counted from a moment nobody tells, so nothing is told of it.
    #[must_use]
    pub fn firings(&self, zone: &TimeZone, from: Timestamp, to: Timestamp, most: usize) -> Vec<Timestamp> {
        let within = |at: &Timestamp| from <= *at && *at < to;
        match self {
            Self::Cron(cron) => {
                let dates = dates(zone, from, to).filter(|date| cron.falls_on(*date));
                dates.flat_map(|date| cron.at(zone, date)).filter(within).take(most).collect()
            }
            Self::Tag(tag) => {
                let fired = dates(zone, from, to)
                    .flat_map(|date| tag.on(date).into_iter().map(move |time| settle(zone, date, time).at));
                fired.filter(within).take(most).collect()
            }
            Self::Once(at) => Some(settle_local(zone, *at).at).filter(within).into_iter().take(most).collect(),
            Self::Rate(_) => Vec::new(),
        }
    }

    /// The next firing at `now` or later.
    #[must_use]
    pub fn next(&self, zone: &TimeZone, now: Timestamp) -> Option<Timestamp> {
        let horizon = now.saturating_add(SignedDuration::from_hours(24 * HORIZON)).ok()?;
        self.firings(zone, now, horizon, 1).first().copied()
    }

    /// The same expression in UTC, where its one time of day was meant by the clock of `zone` as it stands at `now`:
    /// 22:00 in Tokyo is `cron(0 13 * * ? *)`. `None` where the days would have to move too, or there is no one time.
    #[must_use]
    pub fn moved_to(&self, zone: &TimeZone, now: Timestamp) -> Option<String> {
        let cron = match self {
            Self::Cron(cron) => cron,
            Self::Tag(tag) => {
                let time = self.times().first().copied()?;
                let utc = TimeZone::UTC.to_datetime(settle(zone, local_date(zone, now), time).at);
                return tag.moved_to(utc.hour(), utc.minute());
            }
            Self::Rate(_) | Self::Once(_) => return None,
        };
        let mut times = cron.times();
        let time = times.next().filter(|_| times.next().is_none())?;
        let date = local_date(zone, now);
        let utc = TimeZone::UTC.to_datetime(settle(zone, date, time).at);
        let every_day = cron.month_days == MonthDays::Any && cron.weekdays == Weekdays::Any;
        let [day, month, weekday, year] = &cron.tail;
        (every_day || utc.date() == date)
            .then(|| format!("cron({} {} {day} {month} {weekday} {year})", utc.minute(), utc.hour()))
    }
}

/// The dates by the clock of `zone` that firings between the two may fall on.
fn dates(zone: &TimeZone, from: Timestamp, to: Timestamp) -> impl Iterator<Item = Date> {
    let last = moved(local_date(zone, to), 1);
    std::iter::successors(Some(moved(local_date(zone, from), -1)), |date| date.tomorrow().ok())
        .take_while(move |date| *date <= last)
}

impl Cron {
    fn parse(inside: &str) -> Option<Self> {
        let fields: Vec<String> = inside.split_whitespace().map(str::to_uppercase).collect();
        let [minutes, hours, month_days, months, weekdays, years] = fields.as_slice() else { return None };
        Some(Self {
            minutes: bits(minutes, (0, 59), &[])?,
            hours: bits(hours, (0, 23), &[])?,
            month_days: MonthDays::parse(month_days)?,
            months: bits(months, (1, 12), &MONTHS)?,
            weekdays: Weekdays::parse(weekdays)?,
            years: spans(years, (1970, 2199), &[])?,
            tail: [month_days, months, weekdays, years].map(Clone::clone),
        })
    }

    fn times(&self) -> impl Iterator<Item = ClockTime> {
        let on = |bits: u64, at: u16| bits & (1 << at) != 0;
        (0..24_u16)
            .filter(move |hour| on(self.hours, *hour))
            .flat_map(move |hour| (0..60_u16).filter(move |minute| on(self.minutes, *minute)).map(move |at| (hour, at)))
            .filter_map(|(hour, minute)| ClockTime::new(hour, minute))
    }

    fn falls_on(&self, date: Date) -> bool {
        let number = |n: i8| u64::try_from(n).unwrap_or(0);
        let year = u64::try_from(date.year()).unwrap_or(0);
        self.months & (1 << number(date.month())) != 0
            && self.years.iter().any(|span| span.has(year))
            && self.month_days.have(date)
            && self.weekdays.have(date)
    }

    /// Its firings on a date. A local time that does not exist is skipped, and one that comes twice counts once.
    fn at<'a>(&'a self, zone: &'a TimeZone, date: Date) -> impl Iterator<Item = Timestamp> + 'a {
        let settled = self.times().map(move |time| settle(zone, date, time));
        settled.filter(|settled| settled.quirk != Some(Quirk::Gap)).map(|settled| settled.at)
    }
}

impl MonthDays {
    fn parse(text: &str) -> Option<Self> {
        Some(match text {
            "?" | "*" => Self::Any,
            "L" => Self::Last,
            "LW" => Self::LastWorkday,
            text => match text.strip_suffix('W') {
                Some(day) => Self::Nearest(day.parse().ok().filter(|day| (1..=31).contains(day))?),
                None => Self::These(bits(text, (1, 31), &[])?),
            },
        })
    }

    fn have(self, date: Date) -> bool {
        let last = date.last_of_month();
        match self {
            Self::Any => true,
            Self::These(days) => days & (1 << u64::try_from(date.day()).unwrap_or(0)) != 0,
            Self::Last => date == last,
            Self::LastWorkday => date == workday_near(last),
            Self::Nearest(day) => {
                Date::new(date.year(), date.month(), day).is_ok_and(|wanted| date == workday_near(wanted))
            }
        }
    }
}

/// The day from Monday to Friday that is nearest to `date` within its month.
fn workday_near(date: Date) -> Date {
    let by = match date.weekday() {
        Weekday::Saturday if date.day() == 1 => 2,
        Weekday::Saturday => -1,
        Weekday::Sunday if date == date.last_of_month() => -2,
        Weekday::Sunday => 1,
        _ => 0,
    };
    moved(date, by)
}

impl Weekdays {
    fn parse(text: &str) -> Option<Self> {
        let day = |text: &str| number(text, (1, 7), &DAYS);
        if let Some((first, nth)) = text.split_once('#') {
            return Some(Self::Nth(day(first)?, nth.parse().ok().filter(|nth| (1..=5).contains(nth))?));
        }
        Some(match text {
            "?" | "*" => Self::Any,
            // The last day of AWS's week.
            "L" => Self::These(1 << 7),
            text => match text.strip_suffix('L').and_then(day) {
                Some(day) => Self::Last(day),
                None => Self::These(bits(text, (1, 7), &DAYS)?),
            },
        })
    }

    fn have(self, date: Date) -> bool {
        let day = u64::try_from(date.weekday().to_sunday_one_offset()).unwrap_or(0);
        match self {
            Self::Any => true,
            Self::These(days) => days & (1 << day) != 0,
            Self::Nth(wanted, nth) => day == wanted && (date.day() - 1) / 7 + 1 == nth,
            Self::Last(wanted) => day == wanted && date.day() + 7 > date.last_of_month().day(),
        }
    }
}

impl Span {
    fn has(self, number: u64) -> bool {
        let ahead = number.checked_sub(self.from);
        number <= self.to && ahead.is_some_and(|ahead| ahead.is_multiple_of(self.step))
    }
}

fn number(text: &str, (least, most): (u64, u64), names: &[&str]) -> Option<u64> {
    let named = names.iter().position(|name| *name == text).and_then(|at| u64::try_from(at).ok());
    let number = named.map(|at| at + least).or_else(|| text.parse().ok())?;
    (least..=most).contains(&number).then_some(number)
}

/// A list of numbers, ranges and steps. A range that runs backwards goes over the end, as `FRI-MON` does.
fn spans(text: &str, (least, most): (u64, u64), names: &[&str]) -> Option<Vec<Span>> {
    let mut all = Vec::new();
    for item in text.split(',') {
        let (base, step) = match item.split_once('/') {
            Some((base, step)) => (base, Some(step.parse().ok().filter(|step| *step > 0)?)),
            None => (item, None),
        };
        let of = |text: &str| number(text, (least, most), names);
        let (from, to) = match base.split_once('-') {
            _ if matches!(base, "*" | "?") => (least, most),
            Some((from, to)) => (of(from)?, of(to)?),
            // A number with a step goes on to the end.
            None => (of(base)?, if step.is_some() { most } else { of(base)? }),
        };
        let step = step.unwrap_or(1);
        if from <= to {
            all.push(Span { from, to, step });
        } else {
            all.extend([Span { from, to: most, step }, Span { from: least, to, step }]);
        }
    }
    Some(all)
}

fn bits(text: &str, range: (u64, u64), names: &[&str]) -> Option<u64> {
    let all = spans(text, range, names)?;
    Some((range.0..=range.1).filter(|at| all.iter().any(|span| span.has(*at))).fold(0, |bits, at| bits | (1 << at)))
}

fn rate(inside: &str) -> Option<SignedDuration> {
    let (value, unit) = inside.trim().split_once(' ')?;
    let value: i64 = value.parse().ok().filter(|value| (1..1_000_000).contains(value))?;
    match unit.trim() {
        "minute" | "minutes" => Some(SignedDuration::from_mins(value)),
        "hour" | "hours" => Some(SignedDuration::from_hours(value)),
        "day" | "days" => Some(SignedDuration::from_hours(value * 24)),
        _ => None,
    }
}

fn clock(at: DateTime) -> Option<ClockTime> {
    ClockTime::new(u16::try_from(at.hour()).ok()?, u16::try_from(at.minute()).ok()?)
}
