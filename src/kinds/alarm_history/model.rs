//! A change of an alarm's state. Our own type for it: what is kept of AWS's answer, in our words. Plain data.
//! No SDK type, no judgement, no drawing.

use std::hash::{DefaultHasher, Hash};

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use crate::world::{KindName, Resource};

/// One change of state.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub struct AlarmChange {
    /// The alarm's name and the moment: what tells it from its like.
    pub key: String,
    /// The alarm's name.
    pub alarm: String,
    /// When.
    pub at: Timestamp,
    /// The state before, if told.
    pub from: Option<String>,
    /// The state after.
    pub to: String,
    /// Why, in AWS's words.
    pub reason: Option<String>,
}

impl Resource for AlarmChange {
    const KIND: KindName = KindName("alarm-history");

    fn key(&self) -> &str {
        &self.key
    }

    fn fingerprint(&self, into: &mut DefaultHasher) {
        self.key.hash(into);
    }
}
