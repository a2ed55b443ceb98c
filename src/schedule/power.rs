//! What RDS says of a database's stops and starts, read from the messages of its events: since when it is as it is,
//! whether AWS started it by itself, and how long it was really off. Pure. What is not told stays unknown.

use jiff::{SignedDuration, Timestamp};
use serde::Serialize;

use super::overrides::AWS_STOPPED_MAX;
use super::savings::observed_off;
use super::spans::OnSpan;
use super::status::Actual;

/// How far back RDS keeps events.
pub const KEPT: SignedDuration = SignedDuration::from_hours(14 * 24);

/// One thing that happened.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Power {
    /// It was stopped (RDS-EVENT-0087, of a cluster 0150).
    Stopped,
    /// It was started (RDS-EVENT-0088, of a cluster 0151).
    Started,
    /// AWS starts it because it was stopped for as long as may be (RDS-EVENT-0154, of a cluster 0153).
    AutoRestarted,
}

impl Power {
    /// What a message tells. DescribeEvents gives no event id, only these words (User Guide, "Amazon RDS event categories
    /// and event messages").
    #[must_use]
    pub fn of(message: &str) -> Option<Self> {
        let says = message.trim().trim_end_matches('.').to_lowercase();
        if says.contains("exceeding the maximum allowed time being stopped") {
            return Some(Self::AutoRestarted);
        }
        match says.as_str() {
            "db instance stopped" | "db cluster stopped" => Some(Self::Stopped),
            "db instance started" | "db cluster started" => Some(Self::Started),
            _ => None,
        }
    }
}

/// When something happened, and what.
pub type Told = (Timestamp, Power);

/// Since when a database is as it is `actual`ly, by its events in the order of time.
#[must_use]
pub fn since(told: &[Told], actual: &Actual) -> Option<Timestamp> {
    let (at, last) = told.iter().rev().find(|(_, power)| *power != Power::AutoRestarted)?;
    let fits = match actual {
        Actual::Up => *last == Power::Started,
        Actual::Down => *last == Power::Stopped,
        _ => false,
    };
    fits.then_some(*at)
}

/// Whether it was AWS that started it, the last time it was started.
#[must_use]
pub fn is_auto_restarted(told: &[Told]) -> bool {
    let last = told.iter().rev().find(|(_, power)| *power != Power::Started);
    last.is_some_and(|(_, power)| *power == Power::AutoRestarted)
}

/// How long it was off between `from` and `now`, by its events in the order of time and how it `actual`ly is; `None`
/// where they contradict each other, so that nobody knows.
#[must_use]
pub fn off(told: &[Told], actual: &Actual, (from, now): (Timestamp, Timestamp)) -> Option<SignedDuration> {
    let turns: Vec<(Timestamp, bool)> = told
        .iter()
        .filter(|(at, power)| (from..=now).contains(at) && *power != Power::AutoRestarted)
        .map(|(at, power)| (*at, *power == Power::Started))
        .collect();
    let is_up = match actual {
        Actual::Up | Actual::Busy { serving: true, .. } => true,
        Actual::Down => false,
        _ => return None,
    };
    if turns.last().is_some_and(|(_, up)| *up != is_up) {
        return None;
    }
    // No stop lasts that long: its start is not in the list.
    if turns.is_empty() && !is_up && now.duration_since(from) > AWS_STOPPED_MAX {
        return None;
    }
    // Before the first turn it was what that turn changed; without any it is as it was.
    let mut was_up = turns.first().map_or(is_up, |(_, up)| !up);
    let mut stopped = Vec::new();
    let mut at = from;
    for (turn, up) in turns.into_iter().chain([(now, true)]) {
        if !was_up {
            stopped.push(OnSpan { start: at, end: turn });
        }
        (at, was_up) = (turn, up);
    }
    Some(observed_off(&stopped, from, now))
}
