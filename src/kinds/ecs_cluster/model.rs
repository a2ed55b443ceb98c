//! An ECS cluster. Our own type for it: what is kept of AWS's answer, in our words.
//! Plain data; no SDK type, no judgement, no drawing.

use std::collections::BTreeMap;
use std::hash::{DefaultHasher, Hash};

use serde::{Deserialize, Serialize};

use crate::world::{Arn, KindName, Resource};

/// An ECS cluster.
#[derive(Clone, PartialEq, Debug, Serialize, Deserialize)]
pub struct Cluster {
    /// Its ARN.
    pub arn: Arn,
    /// Its name.
    pub name: String,
    /// `ACTIVE`, `PROVISIONING`, … an open string.
    pub status: String,
    /// What it wants of ECS Exec sessions.
    pub exec: Exec,
    /// Its tags.
    pub tags: BTreeMap<String, String>,
}

/// A cluster's executeCommandConfiguration.
#[derive(Clone, PartialEq, Eq, Debug, Default, Serialize, Deserialize)]
pub struct Exec {
    /// The KMS key that encrypts sessions, where one is set.
    pub key: Option<String>,
    /// Where sessions are logged.
    pub logging: Logging,
}

/// Where ECS Exec sessions are logged.
#[derive(Clone, PartialEq, Eq, Debug, Default, Serialize, Deserialize)]
pub enum Logging {
    /// Nowhere, or wherever the container logs to.
    #[default]
    Usual,
    /// To places of the cluster's choice.
    Override {
        /// A log group.
        group: Option<String>,
        /// Whether that group has to be encrypted.
        encrypted_group: bool,
        /// A bucket.
        bucket: Option<String>,
        /// Whether that bucket has to be encrypted.
        encrypted_bucket: bool,
    },
}

impl Resource for Cluster {
    const KIND: KindName = KindName("ecs-cluster");

    fn key(&self) -> &str {
        self.arn.as_str()
    }

    fn fingerprint(&self, into: &mut DefaultHasher) {
        self.status.hash(into);
    }
}
