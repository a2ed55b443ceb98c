//! The schedules that Lights Off (github.com/sqlxpert/lights-off-aws) reads from the values of its tags: `d=_ H:M=13:00`,
//! `u=5 H=22 M=00`, `uTH:M=1T00:00`. Always in UTC, looked at every ten minutes. Pure; a value with anything in it that
//! its README does not name is not read at all, so that nothing is told of half a schedule.

use jiff::civil::Date;

use crate::schedule::calendar::time_of_day::ClockTime;

/// How often Lights Off looks: what falls into ten minutes happens in them, at its own pace.
const CYCLE: u16 = 10;

/// Which days.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
enum Day {
    /// `d=_`.
    Every,
    /// `d=15`.
    OfMonth(i8),
    /// `u=1`: Monday is 1.
    OfWeek(i8),
}

impl Day {
    fn has(self, date: Date) -> bool {
        match self {
            Self::Every => true,
            Self::OfMonth(day) => date.day() == day,
            Self::OfWeek(day) => date.weekday().to_monday_one_offset() == day,
        }
    }
}

/// One day, hour and minute that a value names. No hour is every hour.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
struct Rule {
    day: Day,
    hour: Option<u16>,
    minute: u16,
}

impl Rule {
    fn times(self) -> impl Iterator<Item = ClockTime> {
        let hours = self.hour.map_or(0..24, |hour| hour..hour + 1);
        hours.filter_map(move |hour| ClockTime::new(hour, self.minute))
    }
}

/// A term of a value.
enum Term {
    Day(Day),
    Hour(Option<u16>),
    Minute(u16),
    Time(u16, u16),
    Whole(Rule),
}

/// What one tag says, and what takes its turns away.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct TagTimes {
    rules: Vec<Rule>,
    /// Operations on the same resource at the same time are all left out.
    cancelled: Vec<Rule>,
}

impl TagTimes {
    /// Reads a value; `None` for what is none, names no time, or uses what is not documented.
    #[must_use]
    pub fn parse(value: &str) -> Option<Self> {
        let terms: Vec<Term> = value.split(' ').filter(|term| !term.is_empty()).map(term).collect::<Option<_>>()?;
        let mut rules = Vec::new();
        // Days come before times and hours before minutes: what stands in another order does not belong together.
        for (at, term) in terms.iter().enumerate() {
            let day = match term {
                Term::Whole(rule) => {
                    rules.push(*rule);
                    continue;
                }
                Term::Day(day) => *day,
                Term::Hour(_) | Term::Minute(_) | Term::Time(..) => continue,
            };
            for (at, term) in terms.iter().enumerate().skip(at) {
                match term {
                    Term::Time(hour, minute) => rules.push(Rule { day, hour: Some(*hour), minute: *minute }),
                    Term::Hour(hour) => rules.extend(terms.iter().skip(at).filter_map(|term| match term {
                        Term::Minute(minute) => Some(Rule { day, hour: *hour, minute: *minute }),
                        _ => None,
                    })),
                    Term::Day(_) | Term::Minute(_) | Term::Whole(_) => {}
                }
            }
        }
        (!rules.is_empty()).then_some(Self { rules, cancelled: Vec::new() })
    }

    /// The same, beside other operations on the same resource.
    #[must_use]
    pub fn beside<'a>(mut self, others: impl IntoIterator<Item = &'a Self>) -> Self {
        self.cancelled.extend(others.into_iter().flat_map(|other| other.rules.iter().copied()));
        self
    }

    /// The times of day it names, in their order, each once.
    pub(crate) fn times(&self) -> Vec<ClockTime> {
        sorted(self.rules.iter().flat_map(|rule| rule.times()))
    }

    /// When it happens on a date.
    pub(crate) fn on(&self, date: Date) -> Vec<ClockTime> {
        let all = |rules: &[Rule]| -> Vec<ClockTime> {
            sorted(rules.iter().filter(|rule| rule.day.has(date)).flat_map(|rule| rule.times()))
        };
        let cancelled = all(&self.cancelled);
        all(&self.rules).into_iter().filter(|time| !cancelled.contains(time)).collect()
    }

    /// The value that would mean this time of every day, if it means one time of every day.
    pub(crate) fn moved_to(&self, hour: i8, minute: i8) -> Option<String> {
        let [Rule { day: Day::Every, hour: Some(_), .. }] = self.rules.as_slice() else { return None };
        Some(format!("d=_ H:M={hour:02}:{:02}", minute - minute % 10))
    }
}

fn sorted(times: impl Iterator<Item = ClockTime>) -> Vec<ClockTime> {
    let mut times: Vec<ClockTime> = times.collect();
    times.sort_unstable();
    times.dedup();
    times
}

fn term(text: &str) -> Option<Term> {
    let (name, value) = text.split_once('=')?;
    Some(match (name, value) {
        ("d", "_") => Term::Day(Day::Every),
        ("d", day) => Term::Day(Day::OfMonth(month_day(day)?)),
        ("u", day) => Term::Day(Day::OfWeek(week_day(day)?)),
        ("H", "_") => Term::Hour(None),
        ("H", hour) => Term::Hour(Some(two(hour, 23)?)),
        ("M", minute) => Term::Minute(cycle(two(minute, 59)?)?),
        ("H:M", time) => {
            let (hour, minute) = clock(time)?;
            Term::Time(hour, minute)
        }
        ("dTH:M" | "uTH:M", whole) => {
            let (day, time) = whole.split_once('T')?;
            let (hour, minute) = clock(time)?;
            let day = if name.starts_with('d') { Day::OfMonth(month_day(day)?) } else { Day::OfWeek(week_day(day)?) };
            Term::Whole(Rule { day, hour: Some(hour), minute })
        }
        _ => return None,
    })
}

fn clock(text: &str) -> Option<(u16, u16)> {
    let (hour, minute) = text.split_once(':')?;
    Some((two(hour, 23)?, cycle(two(minute, 59)?)?))
}

/// Minutes are written in tens; versions differ in what becomes of others.
fn cycle(minute: u16) -> Option<u16> {
    minute.is_multiple_of(CYCLE).then_some(minute)
}

fn month_day(text: &str) -> Option<i8> {
    i8::try_from(two(text, 31)?).ok().filter(|day| *day > 0)
}

fn week_day(text: &str) -> Option<i8> {
    text.parse().ok().filter(|day| text.len() == 1 && (1..=7).contains(day))
}

/// Two digits, up to `most`.
fn two(text: &str, most: u16) -> Option<u16> {
    let digits = text.len() == 2 && text.bytes().all(|byte| byte.is_ascii_digit());
    text.parse().ok().filter(|number| digits && *number <= most)
}
