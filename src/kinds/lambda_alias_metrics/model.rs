//! How a version fares, in our words: calls, errors, duration.
//! Plain data; no SDK type, no judgement, no drawing.

use std::hash::{DefaultHasher, Hash};

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use crate::world::{KindName, Resource};

/// How one version fares behind an alias.
#[derive(Clone, PartialEq, Debug, Serialize, Deserialize)]
pub struct AliasMetrics {
    /// `FUNCTION/ALIAS/VERSION/SINCE`: also the part it is read by.
    pub key: String,
    /// Calls.
    pub calls: f64,
    /// Calls that failed.
    pub errors: f64,
    /// The mean of the minutes' mean durations, ms.
    pub duration: Option<f64>,
}

/// The part that the calls of `version` behind `alias` since a moment are read by.
#[must_use]
pub fn part(function: &str, alias: &str, version: &str, since: Timestamp) -> String {
    format!("{function}/{alias}/{version}/{}", since.as_second())
}

impl Resource for AliasMetrics {
    const KIND: KindName = KindName("function-load");

    fn key(&self) -> &str {
        &self.key
    }

    fn fingerprint(&self, into: &mut DefaultHasher) {
        self.errors.to_bits().hash(into);
    }
}
