//! A run of an Automation document. Our own type for it: what is kept of AWS's answers, in our words.
//! Plain data; no SDK type, no judgement, no drawing.

use std::collections::BTreeMap;
use std::hash::{DefaultHasher, Hash};

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use crate::world::{KindName, Resource};

/// One run.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub struct Run {
    /// Its id.
    pub id: String,
    /// The document's name: `AWS-StopRdsInstance`.
    pub document: String,
    /// AutomationExecutionStatus as AWS writes it: an open string.
    pub status: String,
    /// When it began.
    pub started_at: Option<Timestamp>,
    /// When it ended.
    pub ended_at: Option<Timestamp>,
    /// Why it failed.
    pub failure: Option<String>,
    /// What it was called with; `None` as long as that could not be read.
    pub parameters: Option<BTreeMap<String, Vec<String>>>,
}

impl Run {
    /// Whether it will not move any more.
    #[must_use]
    pub fn is_over(&self) -> bool {
        self.ended_at.is_some() || self.has_failed() || matches!(self.status.as_str(), "Success" | "Cancelled")
    }

    /// Whether it did not do what it was for.
    #[must_use]
    pub fn has_failed(&self) -> bool {
        matches!(self.status.as_str(), "Failed" | "TimedOut" | "CompletedWithFailure" | "Exited" | "Rejected")
    }

    /// Whether it was called with `id` for a parameter.
    #[must_use]
    pub fn names(&self, id: &str) -> bool {
        self.parameters.iter().flat_map(BTreeMap::values).flatten().any(|value| value.eq_ignore_ascii_case(id))
    }
}

impl Resource for Run {
    const KIND: KindName = KindName("automation-run");

    fn key(&self) -> &str {
        &self.id
    }

    fn fingerprint(&self, into: &mut DefaultHasher) {
        self.status.hash(into);
    }
}
