//! Entries: what the lines of the journal come to, each change with its end, each step under its procedure.
//! Pure; no file, no clock.

use std::collections::BTreeMap;

use jiff::Timestamp;
use serde::Serialize;

use super::{Did, Line};

/// What is said of a change whose end nobody wrote down.
pub const UNKNOWN: &str = "started, outcome unknown";

/// What the reason of a change begins with that toban's own schedule made.
pub const BY_SCHEDULE: &str = "schedule: ";
/// What it begins with where it was too late to make it.
pub const MISSED: &str = "missed: ";

impl Entry {
    /// Whether a schedule made it, with the credentials of whoever ran toban then: nobody asked for it at that moment.
    #[must_use]
    pub fn is_by_schedule(&self) -> bool {
        self.reason.as_deref().is_some_and(|reason| reason.starts_with(BY_SCHEDULE) || reason.starts_with(MISSED))
    }

    /// Who it is told to be by.
    #[must_use]
    pub fn by(&self) -> Option<&str> {
        if self.is_by_schedule() { Some("schedule") } else { self.who.as_deref() }
    }
}

/// A change as the journal remembers it.
#[derive(Clone, PartialEq, Debug, Serialize)]
pub struct Entry {
    /// Ties its lines together.
    pub id: String,
    /// When it was sent.
    pub at: Timestamp,
    /// Who sent it.
    pub who: Option<String>,
    /// In which account.
    pub account: Option<String>,
    /// In which environment.
    pub environment: String,
    /// What.
    #[serde(rename = "says")]
    pub message: String,
    /// The API calls in words.
    pub calls: Vec<String>,
    /// The id of the procedure it is a step of.
    pub part_of: Option<String>,
    /// What was done, as data; `None` for a procedure.
    #[serde(rename = "deed")]
    pub change_request: Option<Box<Did>>,
    /// Where: source and region.
    pub scope: String,
    /// Why.
    pub reason: Option<String>,
    /// When it ended; `None` if that is not known.
    pub ended_at: Option<Timestamp>,
    /// Whether it did what was planned; `None` if that is not known.
    pub done: Option<bool>,
    /// How it ended.
    pub outcome: String,
    /// Whether its end was told from what was seen later, instead of from AWS's answer.
    pub seen_later: bool,
    /// AWS's request ids.
    pub request_ids: Vec<String>,
    /// What AWS's answer named.
    pub facts: BTreeMap<String, String>,
}

/// Reads a journal, oldest first. Lines that are not ours (a crash may leave half a line) are skipped and counted.
#[must_use]
pub fn read(text: &str) -> (Vec<Entry>, usize) {
    let mut entries: Vec<Entry> = Vec::new();
    let mut skipped = 0;
    for line in text.lines().filter(|line| !line.trim().is_empty()) {
        match serde_json::from_str::<Line>(line) {
            Ok(line @ Line::Started { .. }) => entries.extend(begun(line)),
            Ok(line @ Line::Ended { .. }) => skipped += usize::from(!finish(&mut entries, line)),
            Err(_) => skipped += 1,
        }
    }
    (entries, skipped)
}

fn begun(line: Line) -> Option<Entry> {
    let Line::Started { id, at, who, account, environment, scope, message, calls, part_of, change_request, reason } =
        line
    else {
        return None;
    };
    Some(Entry {
        id,
        at,
        who,
        account,
        environment,
        message,
        calls,
        part_of,
        change_request,
        scope,
        reason,
        ended_at: None,
        done: None,
        outcome: UNKNOWN.to_owned(),
        seen_later: false,
        request_ids: Vec::new(),
        facts: BTreeMap::new(),
    })
}

/// Whether the line ended an entry. What was seen later never speaks over what AWS answered.
fn finish(entries: &mut [Entry], line: Line) -> bool {
    let Line::Ended { id, at, done, outcome, request_ids, facts, seen_later } = line else { return false };
    let Some(entry) = entries.iter_mut().rev().find(|entry| entry.id == id) else { return false };
    if entry.done.is_none() || !seen_later {
        entry.ended_at = Some(at);
        entry.done = done;
        entry.outcome = outcome;
        entry.request_ids = request_ids;
        entry.facts = facts;
        entry.seen_later = seen_later;
    }
    true
}

/// The entries in their order, each with the steps under it. A step whose procedure is not there stands for itself.
#[must_use]
pub fn nested(entries: &[Entry]) -> Vec<(&Entry, Vec<&Entry>)> {
    let mut steps: BTreeMap<&str, Vec<&Entry>> = BTreeMap::new();
    let whole: std::collections::HashSet<&str> =
        entries.iter().filter(|entry| entry.part_of.is_none()).map(|entry| entry.id.as_str()).collect();
    let parent = |entry: &Entry| entry.part_of.clone().filter(|id| whole.contains(id.as_str()));
    for entry in entries {
        if let Some(id) = entry.part_of.as_deref().filter(|id| whole.contains(id)) {
            steps.entry(id).or_default().push(entry);
        }
    }
    entries
        .iter()
        .filter(|entry| parent(entry).is_none())
        .map(|entry| (entry, steps.remove(entry.id.as_str()).unwrap_or_default()))
        .collect()
}
