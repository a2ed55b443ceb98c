//! Stopped tasks that were seen before: AWS forgets them after an hour, the local store keeps them for days. Plain data;
//! whoever shows one says that it is remembered and where it was learned. No verdict rests on it.

use std::collections::BTreeMap;
use std::sync::Arc;

use jiff::Timestamp;

use super::{ResourceId, World};

/// A task that stopped, as it was seen.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct SeenStop {
    /// When it stopped.
    pub at: Timestamp,
    /// Its id, where that is known.
    pub task: Option<String>,
    /// Why, in one sentence.
    pub message: String,
    /// Exit codes and what it wrote last, a line each.
    pub detail: Vec<String>,
    /// When toban learned it.
    pub learned: Timestamp,
    /// The operation that told it.
    pub source: &'static str,
}

/// What is remembered, by the service that each was of; the latest first.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub struct SeenStops {
    /// The moment from which on anything is remembered; `None` where nothing is.
    pub since: Option<Timestamp>,
    /// The tasks of each.
    pub of: BTreeMap<ResourceId, Vec<SeenStop>>,
}

impl SeenStops {
    /// The stopped tasks that are remembered of a service, the latest first.
    #[must_use]
    pub fn of(&self, service: &ResourceId) -> &[SeenStop] {
        self.of.get(service).map_or(&[], Vec::as_slice)
    }
}

impl World {
    /// Takes what is remembered of tasks that stopped.
    pub fn remember_stops(&mut self, stops: Arc<SeenStops>) {
        self.seen_stops = Some(stops);
    }

    /// What is remembered of tasks that stopped; `None` where there is no memory.
    #[must_use]
    pub fn seen_stops(&self) -> Option<&SeenStops> {
        self.seen_stops.as_deref()
    }
}
