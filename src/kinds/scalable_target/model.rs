//! A scalable target of an ECS service's count. Our own type for it: what is kept of AWS's answer, in our words.
//! Plain data; no SDK type, no judgement, no drawing.

use std::hash::{DefaultHasher, Hash};

use serde::{Deserialize, Serialize};

use crate::world::{KindName, Resource};

/// The range a service's count is kept in.
#[derive(Clone, PartialEq, Debug, Serialize, Deserialize)]
pub struct ScalableTarget {
    /// ResourceId: `service/CLUSTER/SERVICE`.
    pub id: String,
    /// MinCapacity.
    pub min: u32,
    /// MaxCapacity.
    pub max: u32,
}

impl Resource for ScalableTarget {
    const KIND: KindName = KindName("scalable-target");

    fn key(&self) -> &str {
        &self.id
    }

    fn fingerprint(&self, into: &mut DefaultHasher) {
        (self.min, self.max).hash(into);
    }
}
