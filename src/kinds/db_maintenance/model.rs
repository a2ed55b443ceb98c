//! How much maintenance waits for one database. Our own type for it: what is kept of AWS's answer, in our words.
//! Plain data; no SDK type, no judgement, no drawing.

use std::hash::{DefaultHasher, Hash};

use serde::{Deserialize, Serialize};

use crate::world::{KindName, Resource};

/// The maintenance of one DB instance or cluster; those for which none waits are not listed.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub struct PendingMaintenance {
    /// ARN of the instance or cluster.
    pub arn: String,
    /// How many actions wait.
    pub actions: u32,
}

impl Resource for PendingMaintenance {
    const KIND: KindName = KindName("db-maintenance");

    fn key(&self) -> &str {
        &self.arn
    }

    fn fingerprint(&self, into: &mut DefaultHasher) {
        self.actions.hash(into);
    }
}
