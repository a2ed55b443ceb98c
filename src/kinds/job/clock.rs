//! When a job fires: its expression, and the same in the reader's time.
//! Pure.

use jiff::tz::TimeZone;
use jiff::{SignedDuration, Timestamp};

use crate::schedule::calendar::intervals::local_date;
use crate::schedule::calendar::time_of_day::settle;
use crate::schedule::expression::parse::Expression;
use crate::text::span;

/// A job's clock as it stands at a moment, for a reader.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct JobClock {
    /// As it is stored: `cron(0 2 * * ? *)`.
    pub expression: String,
    /// The zone it is stored in; rules know UTC only.
    pub stored: String,
    /// Its times of day for the reader, or how often it comes.
    pub local: Option<String>,
    /// When it fires next.
    pub next_at: Option<Timestamp>,
    /// When it was due last, within the last forty days.
    pub due_at: Option<Timestamp>,
}

/// How far back a due time is looked for, in days: most fire every day, and some every minute.
const BACK: [i64; 3] = [1, 8, 40];

impl JobClock {
    /// The clock of `expression`, stored in `stored`, that may fire `between`; as of `now`, for a reader in `zone`.
    #[must_use]
    pub fn of(
        (expression, stored): (&str, Option<&str>),
        between: (Option<Timestamp>, Option<Timestamp>),
        now: Timestamp,
        zone: &TimeZone,
    ) -> Self {
        let stored = stored.unwrap_or("UTC");
        let theirs = if stored == "UTC" { Some(TimeZone::UTC) } else { TimeZone::get(stored).ok() };
        let parsed = Expression::parse(expression);
        let mut clock = Self {
            expression: expression.to_owned(),
            stored: stored.to_owned(),
            local: None,
            next_at: None,
            due_at: None,
        };
        let (Some(theirs), Some(parsed)) = (theirs, parsed) else { return clock };
        if let Expression::Rate(every) = &parsed {
            clock.local = Some(format!("every {}", span(every.as_secs())));
            return clock;
        }
        let told = parsed.times().into_iter().map(|time| {
            let at = settle(&theirs, local_date(&theirs, now), time).at;
            at.to_zoned(zone.clone()).strftime("%H:%M").to_string()
        });
        clock.local = Some(told.collect::<Vec<_>>().join(", ")).filter(|local| !local.is_empty());
        let (start, end) = between;
        let from = start.map_or(now, |start| start.max(now));
        clock.next_at = parsed.next(&theirs, from).filter(|at| end.is_none_or(|end| *at <= end));
        let held = |at: &Timestamp| start.is_none_or(|start| start <= *at) && end.is_none_or(|end| *at <= end);
        clock.due_at = BACK.into_iter().find_map(|days| {
            let from = now.checked_sub(SignedDuration::from_hours(24 * days)).ok()?;
            parsed.firings(&theirs, from, now, usize::MAX).into_iter().rev().find(held)
        });
        clock
    }

    /// `02:00 (cron(0 17 * * ? *) UTC)`.
    #[must_use]
    pub fn sentence(&self) -> String {
        let stored = if self.expression.starts_with("rate(") {
            self.expression.clone()
        } else {
            format!("{} {}", self.expression, self.stored)
        };
        self.local.as_ref().map_or_else(|| stored.clone(), |local| format!("{local} ({stored})"))
    }
}
