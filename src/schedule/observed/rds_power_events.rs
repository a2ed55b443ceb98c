//! What RDS says of a database's stops and starts, read from the messages of its events: since when it is as it is,
//! whether AWS started it by itself, and when it was really off. Pure. What is not told stays unknown.

use jiff::{SignedDuration, Timestamp};
use serde::Serialize;

use super::power_state::Actual;
use super::uptime_history::{Mark, UptimeState};
use crate::schedule::override_rules::AWS_STOPPED_MAX;

/// How far back RDS keeps events.
pub const KEPT: SignedDuration = SignedDuration::from_hours(14 * 24);

/// One thing that happened.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug, Serialize, serde::Deserialize)]
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
        let message = message.trim().trim_end_matches('.').to_lowercase();
        if message.contains("exceeding the maximum allowed time being stopped") {
            return Some(Self::AutoRestarted);
        }
        match message.as_str() {
            "db instance stopped" | "db cluster stopped" => Some(Self::Stopped),
            "db instance started" | "db cluster started" => Some(Self::Started),
            _ => None,
        }
    }
}

/// When something happened, and what.
pub type PowerEvent = (Timestamp, Power);

/// Since when a database is as it is `actual`ly, by its events in the order of time.
#[must_use]
pub fn since(told: &[PowerEvent], actual: &Actual) -> Option<Timestamp> {
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
pub fn is_auto_restarted(told: &[PowerEvent]) -> bool {
    let last = told.iter().rev().find(|(_, power)| *power != Power::Started);
    last.is_some_and(|(_, power)| *power == Power::AutoRestarted)
}

/// What was seen of a database since `from`, by its events of that time in the order of time and how it `actual`ly is
/// `now`.
#[must_use]
pub fn marks(told: &[PowerEvent], actual: &Actual, (from, now): (Timestamp, Timestamp)) -> Vec<Mark> {
    let turns: Vec<Mark> = told
        .iter()
        .filter(|(at, power)| (from..=now).contains(at) && *power != Power::AutoRestarted)
        .map(|(at, power)| {
            Mark::turned(*at, if *power == Power::Started { UptimeState::Up } else { UptimeState::Down })
        })
        .collect();
    // Before the first turn it was what that turn changed; without any it is as it was.
    let (until, was) = turns.first().map_or((now, UptimeState::of(actual)), |mark| (mark.at, mark.before));
    // No stop lasts that long: its start is not in the list.
    let lost = was == Some(UptimeState::Down) && until.duration_since(from) > AWS_STOPPED_MAX;
    let mut marks = vec![Mark::stood(from, was.filter(|_| !lost))];
    marks.extend(turns);
    marks.push(Mark::stood(now, UptimeState::of(actual)));
    marks
}
