//! What metrics tell of one timer or function. Our own type for it.
//! Plain data; no SDK type, no judgement, no drawing.

use std::hash::DefaultHasher;

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use crate::world::{KindName, Resource};

/// The hours in which a rule fired, or a function was called, lately.
#[derive(Clone, PartialEq, Debug, Serialize, Deserialize)]
pub struct JobActivity {
    /// `rule:NAME` or `function:NAME`.
    pub key: String,
    /// From when on it was looked.
    pub since: Timestamp,
    /// Up to when.
    pub until: Timestamp,
    /// The hours in which it fired or was called, by their beginning.
    pub fired: Vec<Timestamp>,
    /// The hours in which that failed, with how often.
    pub failed: Vec<(Timestamp, f64)>,
}

impl JobActivity {
    /// The key of a rule's.
    #[must_use]
    pub fn of_rule(name: &str) -> String {
        ["rule:", name].concat()
    }

    /// The key of a function's.
    #[must_use]
    pub fn of_function(name: &str) -> String {
        ["function:", name].concat()
    }
}

impl Resource for JobActivity {
    const KIND: KindName = KindName("job-activity");

    fn key(&self) -> &str {
        &self.key
    }

    fn fingerprint(&self, _into: &mut DefaultHasher) {}
}
