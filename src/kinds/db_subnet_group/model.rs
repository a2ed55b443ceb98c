//! A DB subnet group. Our own type for it: what is kept of AWS's answer, in our words.
//! Plain data; no SDK type, no judgement, no drawing.

use std::hash::{DefaultHasher, Hash};

use serde::{Deserialize, Serialize};

use crate::world::{KindName, Resource};

/// A DB subnet group.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub struct DbSubnetGroup {
    /// Its name.
    pub name: String,
    /// Its VPC.
    pub vpc: Option<String>,
    /// The zones of its subnets, each once.
    pub zones: Vec<String>,
}

impl Resource for DbSubnetGroup {
    const KIND: KindName = KindName("db-subnet-group");

    fn key(&self) -> &str {
        &self.name
    }

    fn fingerprint(&self, into: &mut DefaultHasher) {
        self.zones.hash(into);
    }
}
