//! Edges of the environment's schedule: when it was to sleep or wake, and why. Pure.
//! Whether it did so is told by the events of what sleeps.

use super::TimelineInput;
use super::event::{Event, EventKind};
use crate::schedule::wording;

pub(super) fn events(input: &TimelineInput<'_>) -> Vec<Event> {
    let Some(off) = input.offhours else { return Vec::new() };
    let (from, to) = input.window;
    let edges = off.intent().transitions(from, to.min(input.kind.now));
    edges
        .into_iter()
        .map(|edge| {
            let what = format!("{} ({})", wording::whole(edge.verb), wording::cause(&edge.cause));
            Event::new(edge.issue_at, EventKind::Schedule, "schedule", what)
        })
        .collect()
}
