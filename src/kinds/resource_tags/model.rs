//! Tags of anything. Our own type for it: what is kept of AWS's answer, in our words.
//! Plain data; no SDK type, no judgement, no drawing.

use std::collections::BTreeMap;
use std::hash::DefaultHasher;

use serde::{Deserialize, Serialize};

use crate::world::{Arn, KindName, Resource};

/// A resource's tags, as the tagging API tells them for every kind at once.
#[derive(Clone, PartialEq, Debug, Serialize, Deserialize)]
pub struct TaggedResource {
    /// Whose.
    pub arn: Arn,
    /// They.
    pub tags: BTreeMap<String, String>,
}

impl Resource for TaggedResource {
    const KIND: KindName = KindName("tagged");

    fn key(&self) -> &str {
        self.arn.as_str()
    }

    fn fingerprint(&self, _into: &mut DefaultHasher) {}
}
