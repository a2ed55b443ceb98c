//! A CloudFormation stack. Our own type for it: what is kept of AWS's answer, in our words.
//! Plain data; no SDK type, no judgement, no drawing.

use std::collections::BTreeMap;
use std::hash::{DefaultHasher, Hash};

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use crate::world::{Arn, KindName, Resource};

/// A stack.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub struct Stack {
    /// Its ARN.
    pub arn: Arn,
    /// Its name.
    pub name: String,
    /// `CREATE_COMPLETE`, `UPDATE_ROLLBACK_FAILED`, …
    pub status: String,
    /// AWS's sentence for it.
    pub reason: Option<String>,
    /// When it was last changed.
    pub changed_at: Option<Timestamp>,
    /// `DRIFTED`, `IN_SYNC`, `NOT_CHECKED`, as it was found last.
    pub drift: Option<String>,
    /// Its tags.
    pub tags: BTreeMap<String, String>,
}

impl Resource for Stack {
    const KIND: KindName = KindName("stack");

    fn key(&self) -> &str {
        self.arn.as_str()
    }

    fn fingerprint(&self, into: &mut DefaultHasher) {
        self.status.hash(into);
    }
}
