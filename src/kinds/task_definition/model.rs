//! A task definition revision that a service uses. Our own type for it: what is kept of AWS's answer, in our words.
//! Plain data; no SDK type, no judgement, no drawing.

use std::collections::BTreeMap;
use std::hash::{DefaultHasher, Hash};

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use crate::world::{Arn, KindName, Resource};

/// A task definition revision in use. Environment values are dropped where it is read: only their names are kept.
#[derive(Clone, PartialEq, Debug, Serialize, Deserialize)]
pub struct TaskDefinition {
    /// Its ARN.
    pub arn: Arn,
    /// Its family.
    pub family: String,
    /// Its number.
    pub revision: i32,
    /// `ACTIVE`, `INACTIVE`.
    pub status: Option<String>,
    /// Its containers.
    pub containers: Vec<ContainerDefinition>,
    /// CPU units.
    pub cpu: Option<String>,
    /// MiB.
    pub memory: Option<String>,
    /// Role of the application.
    pub task_role: Option<Arn>,
    /// Role that pulls images and secrets.
    pub execution_role: Option<Arn>,
    /// `awsvpc`, …
    pub network_mode: Option<String>,
    /// `X86_64`, `ARM64`; absent means x86.
    pub architecture: Option<String>,
    /// When.
    pub registered_at: Option<Timestamp>,
    /// By whom.
    #[serde(default)]
    pub registered_by: Option<Arn>,
    /// Its tags.
    pub tags: BTreeMap<String, String>,
}

/// A container as the revision defines it.
#[derive(Clone, PartialEq, Debug, Serialize, Deserialize)]
pub struct ContainerDefinition {
    /// Its name.
    pub name: String,
    /// Its image.
    pub image: Option<String>,
    /// Whether the task ends with it.
    pub essential: bool,
    /// Container ports.
    pub ports: Vec<u32>,
    /// Names of environment variables; values are never kept.
    pub environment: Vec<String>,
    /// Names of variables filled from Secrets Manager or Parameter Store.
    pub secrets: Vec<String>,
    /// awslogs group.
    pub log_group: Option<String>,
    /// awslogs stream prefix.
    pub log_prefix: Option<String>,
    /// `awslogs`, `awsfirelens`, …
    pub log_driver: Option<String>,
    /// What else is said of where lines go, by the driver's own names: region, output, bucket; never a token.
    pub log_options: BTreeMap<String, String>,
    /// `fluentbit` or `fluentd`, where it is the router that other containers log to.
    pub firelens: Option<String>,
    /// Its own health check's command.
    pub health_command: Vec<String>,
    /// Hard limit, MiB.
    pub memory: Option<u32>,
}

impl Resource for TaskDefinition {
    const KIND: KindName = KindName("task-definition");

    fn key(&self) -> &str {
        self.arn.as_str()
    }

    fn fingerprint(&self, into: &mut DefaultHasher) {
        self.status.hash(into);
    }
}
