//! What RDS told of one database's stops and starts. Our own type for it: what is kept of AWS's answer, in our words.
//! Plain data; no SDK type, no judgement, no drawing.

use std::hash::{DefaultHasher, Hash};

use serde::Serialize;

use crate::schedule::observed::rds_power_events::PowerEvent;
use crate::world::{KindName, Resource};

/// The stops and starts of one database.
#[derive(Clone, PartialEq, Debug, Serialize)]
pub struct PowerEvents {
    /// ARN of the instance or cluster.
    pub arn: String,
    /// What happened, in the order of time.
    pub told: Vec<PowerEvent>,
}

impl Resource for PowerEvents {
    const KIND: KindName = KindName("db-event");

    fn key(&self) -> &str {
        &self.arn
    }

    fn fingerprint(&self, into: &mut DefaultHasher) {
        self.told.hash(into);
    }
}
