//! A Batch job queue, where its jobs run, and its latest jobs. Our own types for them: what is kept of AWS's answers.
//! Plain data; no SDK type, no judgement, no drawing.

use std::collections::BTreeMap;
use std::hash::{DefaultHasher, Hash};

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use crate::world::{Arn, KindName, Resource};

/// A job queue.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub struct BatchQueue {
    /// Its ARN.
    pub arn: Arn,
    /// Its name.
    pub name: String,
    /// `ENABLED` or `DISABLED`: whether it takes jobs.
    pub state: Option<String>,
    /// `VALID`, `INVALID`, `CREATING`, …
    pub status: Option<String>,
    /// AWS's sentence for it.
    pub reason: Option<String>,
    /// Where its jobs run, in its order.
    pub environments: Vec<ComputeEnvironment>,
    /// Its jobs of the last week, newest first.
    pub jobs: Vec<BatchJob>,
    /// Whether there are more than those.
    pub more: bool,
    /// Its tags.
    pub tags: BTreeMap<String, String>,
}

/// A compute environment.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub struct ComputeEnvironment {
    /// Its ARN.
    pub arn: Arn,
    /// `FARGATE`, `FARGATE_SPOT`, `EC2`, `SPOT`; none where it could not be read.
    pub kind: Option<String>,
    /// `ENABLED` or `DISABLED`.
    pub state: Option<String>,
    /// `VALID`, `INVALID`, …
    pub status: Option<String>,
    /// AWS's sentence for it.
    pub reason: Option<String>,
    /// The most vCPUs it may have.
    pub most_vcpus: Option<u64>,
}

/// A job.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub struct BatchJob {
    /// Its id.
    pub id: String,
    /// Its name.
    pub name: String,
    /// Its definition, with its revision.
    pub definition: Option<String>,
    /// `SUBMITTED`, `PENDING`, `RUNNABLE`, `STARTING`, `RUNNING`, `SUCCEEDED`, `FAILED`.
    pub status: String,
    /// AWS's sentence for it.
    pub reason: Option<String>,
    /// When it was submitted.
    pub created_at: Option<Timestamp>,
    /// When it began to run.
    pub started_at: Option<Timestamp>,
    /// When it ended.
    pub stopped_at: Option<Timestamp>,
    /// How its container ended.
    pub exit_code: Option<i64>,
    /// Why its container ended.
    pub container_reason: Option<String>,
}

impl Resource for BatchQueue {
    const KIND: KindName = KindName("batch-queue");

    fn key(&self) -> &str {
        self.arn.as_str()
    }

    fn fingerprint(&self, into: &mut DefaultHasher) {
        (&self.state, &self.status).hash(into);
        for job in &self.jobs {
            (&job.id, &job.status).hash(into);
        }
    }
}
