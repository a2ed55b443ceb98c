//! A log group. Our own type for it: what is kept of AWS's answer, in our words.
//! Plain data; no SDK type, no judgement, no drawing.

use std::hash::{DefaultHasher, Hash};

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use crate::world::{KindName, Resource};

/// A log group.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub struct LogGroup {
    /// Its name.
    pub name: String,
    /// For how many days it keeps a line; `None` for ever.
    pub days: Option<u32>,
    /// How much it holds.
    pub bytes: Option<u64>,
    /// When it was made.
    pub created_at: Option<Timestamp>,
    /// `STANDARD`, `INFREQUENT_ACCESS`, `DELIVERY`.
    pub class: Option<String>,
}

impl Resource for LogGroup {
    const KIND: KindName = KindName("log-group");

    fn key(&self) -> &str {
        &self.name
    }

    fn fingerprint(&self, into: &mut DefaultHasher) {
        self.days.hash(into);
    }
}
