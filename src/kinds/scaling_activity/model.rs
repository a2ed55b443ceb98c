//! What autoscaling did to a service. Our own type for it: what is kept of AWS's answer, in our words. Plain data.
//! No SDK type, no judgement, no drawing.

use std::hash::{DefaultHasher, Hash};

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use crate::world::{KindName, Resource};

/// One scaling activity.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub struct ScalingActivity {
    /// ActivityId.
    pub id: String,
    /// ResourceId: `service/CLUSTER/SERVICE`.
    pub resource: String,
    /// What it does, in AWS's words: `Setting desired count to 4.`
    pub description: String,
    /// Why, in AWS's words.
    pub cause: Option<String>,
    /// `Successful`, `Failed`, `InProgress`, …: an open string.
    pub status: String,
    /// AWS's words for the status.
    pub message: Option<String>,
    /// When it began.
    pub at: Timestamp,
}

impl Resource for ScalingActivity {
    const KIND: KindName = KindName("scaling-activity");

    fn key(&self) -> &str {
        &self.id
    }

    fn fingerprint(&self, into: &mut DefaultHasher) {
        self.status.hash(into);
    }
}
