//! An ECS cluster. Our own type for it: what is kept of AWS's answer, in our words.
//! Plain data; no SDK type, no judgement, no drawing.

use std::collections::BTreeMap;
use std::hash::{DefaultHasher, Hash};

use serde::Serialize;

use crate::world::{Arn, KindName, Resource};

/// An ECS cluster.
#[derive(Clone, PartialEq, Debug, Serialize)]
pub struct Cluster {
    /// Its ARN.
    pub arn: Arn,
    /// Its name.
    pub name: String,
    /// `ACTIVE`, `PROVISIONING`, … an open string.
    pub status: String,
    /// The KMS key that encrypts ECS Exec sessions, where one is set.
    pub exec_key: Option<String>,
    /// Its tags.
    pub tags: BTreeMap<String, String>,
}

impl Resource for Cluster {
    const KIND: KindName = KindName("ecs-cluster");

    fn key(&self) -> &str {
        self.arn.as_str()
    }

    fn gist(&self, into: &mut DefaultHasher) {
        self.status.hash(into);
    }
}
