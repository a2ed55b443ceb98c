//! What RDS told of one database: its stops and starts, and everything else it said. Our own type for it: what is kept of AWS's answer, in our words.
//! Plain data; no SDK type, no judgement, no drawing.

use std::hash::{DefaultHasher, Hash};

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use crate::schedule::observed::rds_power_events::{Power, PowerEvent};
use crate::world::{KindName, Resource};

/// The stops and starts of one database.
#[derive(Clone, PartialEq, Debug, Serialize, Deserialize)]
pub struct PowerEvents {
    /// ARN of the instance or cluster.
    pub arn: String,
    /// What happened, in the order of time.
    pub told: Vec<PowerEvent>,
    /// Everything that RDS said, stops and starts included, in the order of time.
    pub messages: Vec<DbMessage>,
}

/// One event of RDS.
#[derive(Clone, PartialEq, Eq, Hash, Debug, Serialize, Deserialize)]
pub struct DbMessage {
    /// When.
    pub at: Timestamp,
    /// RDS's sentence.
    pub message: String,
}

impl PowerEvents {
    /// Stops and starts alone, with the sentences that RDS has for them.
    #[must_use]
    pub fn of_power(arn: impl Into<String>, told: Vec<PowerEvent>) -> Self {
        let arn = arn.into();
        let what = if arn.contains(":cluster:") { "DB cluster" } else { "DB instance" };
        let message = |(at, power): &PowerEvent| DbMessage {
            at: *at,
            message: match power {
                Power::Stopped => format!("{what} stopped"),
                Power::Started => format!("{what} started"),
                Power::AutoRestarted => {
                    format!("{what} is being started due to it exceeding the maximum allowed time being stopped.")
                }
            },
        };
        let messages = told.iter().map(message).collect();
        Self { arn, told, messages }
    }
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
