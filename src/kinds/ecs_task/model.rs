//! An ECS task, running or lately stopped. Our own type for it: what is kept of AWS's answer, in our words.
//! Plain data; no SDK type, no judgement, no drawing.

use std::collections::BTreeMap;
use std::hash::{DefaultHasher, Hash};

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use crate::world::{Arn, KindName, Resource};

/// An ECS task; stopped ones stay visible for about an hour.
#[derive(Clone, PartialEq, Debug, Serialize, Deserialize)]
pub struct Task {
    /// Its ARN.
    pub arn: Arn,
    /// Its cluster.
    pub cluster: Arn,
    /// `service:NAME`, or what RunTask was told.
    pub group: Option<String>,
    /// Its revision.
    pub task_definition: Arn,
    /// `PROVISIONING` … `RUNNING` … `STOPPED`.
    pub last_status: String,
    /// What ECS wants of it.
    pub desired_status: String,
    /// `HEALTHY`, `UNHEALTHY`, `UNKNOWN`: container health checks.
    pub health: Option<String>,
    /// The deployment id, or who ran it.
    pub started_by: Option<String>,
    /// When it was made.
    pub created_at: Option<Timestamp>,
    /// When it ran.
    pub started_at: Option<Timestamp>,
    /// When stopping began.
    pub stopping_at: Option<Timestamp>,
    /// When it stopped.
    pub stopped_at: Option<Timestamp>,
    /// `TaskFailedToStart`, `EssentialContainerExited`, `UserInitiated`, …
    pub stop_code: Option<String>,
    /// AWS's sentence.
    pub stopped_reason: Option<String>,
    /// Availability zone.
    pub zone: Option<String>,
    /// Private addresses.
    pub ips: Vec<String>,
    /// Its containers.
    pub containers: Vec<Container>,
    /// `FARGATE`, `EC2`.
    pub launch: Option<String>,
    /// Fargate platform version.
    pub platform_version: Option<String>,
    /// The ECS instance it runs on.
    pub container_instance: Option<Arn>,
    /// Whether ECS Exec is on.
    pub exec_enabled: bool,
    /// CPU units.
    pub cpu: Option<String>,
    /// MiB.
    pub memory: Option<String>,
    /// Its tags.
    pub tags: BTreeMap<String, String>,
}

/// A container of a task.
#[derive(Clone, PartialEq, Debug, Serialize, Deserialize)]
pub struct Container {
    /// Its name.
    pub name: String,
    /// Image as written in the task definition.
    pub image: Option<String>,
    /// What really runs: `sha256:…`.
    pub digest: Option<String>,
    /// `RUNNING`, `STOPPED`, …
    pub status: String,
    /// How it ended.
    pub exit_code: Option<i32>,
    /// Why it ended, such as `OutOfMemoryError: …`.
    pub reason: Option<String>,
    /// Its own health check.
    pub health: Option<String>,
    /// Docker id, needed for sessions.
    pub runtime_id: Option<String>,
    /// Status of the exec agent: `RUNNING`, …
    pub exec_agent: Option<String>,
}

impl Resource for Task {
    const KIND: KindName = KindName("ecs-task");

    fn key(&self) -> &str {
        self.arn.as_str()
    }

    fn fingerprint(&self, into: &mut DefaultHasher) {
        (&self.last_status, &self.desired_status, &self.health).hash(into);
    }
}

impl Task {
    /// The service it belongs to, by its group.
    #[must_use]
    pub fn service(&self) -> Option<&str> {
        self.group.as_deref().and_then(|group| group.strip_prefix("service:"))
    }
}
