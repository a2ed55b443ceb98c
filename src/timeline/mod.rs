//! The timeline: what happened to an environment, on one clock, one line each, nothing twice. Pure: what was read goes
//! in, events come out. Sources (`of_services`, `of_databases`, `of_alarms`, `of_trail`, `of_schedules`) give events;
//! `merge` makes the order, the window and the folding of equal ones; `reads` names what to read for it.

pub mod event;
mod merge;
mod of_alarms;
mod of_databases;
mod of_schedules;
mod of_services;
mod of_trail;
mod reads;
mod revision_difference;
#[cfg(test)]
mod tests;

pub use event::{Event, EventKind, Subject};
pub use merge::merge;
pub use reads::{Want, missing, trail, unmet, wants};
pub use revision_difference::difference;

use jiff::{SignedDuration, Timestamp};

use crate::environment::Environment;
use crate::kinds::KindContext;
use crate::offhours::OffHours;

/// What a timeline is made of.
#[derive(Clone, Copy)]
pub struct TimelineInput<'a> {
    /// The environment.
    pub environment: &'a Environment,
    /// Its schedule, if it has one.
    pub offhours: Option<&'a OffHours>,
    /// What is believed, and who stands behind whom.
    pub kind: &'a KindContext<'a>,
    /// What is known from elsewhere: our journal, the store of what was seen.
    pub known: &'a [Event],
    /// The window: from, to.
    pub window: (Timestamp, Timestamp),
}

/// Everything that happened within the window, oldest first.
#[must_use]
pub fn timeline(input: &TimelineInput<'_>) -> Vec<Event> {
    let (from, to) = input.window;
    // What AWS tells of the last moments is ahead of a clock that is behind: it happened all the same.
    let to = if to >= input.kind.now { to.checked_add(BEHIND).unwrap_or(to) } else { to };
    let known = input.known.iter().cloned();
    merge(known.chain(told(input)).collect(), (from, to))
}

/// So far a machine's clock may be behind AWS's: with more, AWS takes no request of it.
const BEHIND: SignedDuration = SignedDuration::from_mins(15);

/// What the sources tell of the window, each event by itself: for whoever keeps them, since what is folded for a reader
/// cannot be told apart again.
#[must_use]
pub fn each(input: &TimelineInput<'_>) -> Vec<Event> {
    let (from, to) = input.window;
    told(input).into_iter().filter(|event| (from..=to).contains(&event.at)).collect()
}

fn told(input: &TimelineInput<'_>) -> Vec<Event> {
    let mut events = of_services::events(input);
    events.extend(of_databases::events(input));
    events.extend(of_alarms::events(input));
    events.extend(of_schedules::events(input));
    events.extend(of_trail::events(input));
    events
}
