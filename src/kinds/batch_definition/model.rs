//! A Batch job definition. Our own type for it: what is kept of AWS's answer; values of its environment never are.
//! Plain data; no SDK type, no judgement, no drawing.

use std::collections::BTreeMap;
use std::hash::{DefaultHasher, Hash};

use serde::{Deserialize, Serialize};

use crate::world::{Arn, KindName, Resource};

/// The newest active revision of a job definition.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub struct BatchDefinition {
    /// Its ARN, with the revision.
    pub arn: Arn,
    /// Its name.
    pub name: String,
    /// Its revision.
    pub revision: u64,
    /// Seconds an attempt may take.
    pub timeout: Option<u32>,
    /// The names of its parameters.
    pub parameters: Vec<String>,
    /// The names of its environment variables.
    pub variables: Vec<String>,
    /// Its image.
    pub image: Option<String>,
    /// Where it logs; Batch's own group where nothing else is said.
    pub log_group: Option<String>,
    /// Its tags.
    pub tags: BTreeMap<String, String>,
}

impl Resource for BatchDefinition {
    const KIND: KindName = KindName("batch-definition");

    fn key(&self) -> &str {
        &self.name
    }

    fn fingerprint(&self, into: &mut DefaultHasher) {
        self.revision.hash(into);
    }
}
