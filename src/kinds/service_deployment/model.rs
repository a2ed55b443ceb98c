//! A deployment of an ECS service. Our own type for it: what is kept of AWS's answer, in our words.
//! Plain data; no SDK type, no judgement, no drawing.

use std::hash::{DefaultHasher, Hash};

use jiff::Timestamp;
use serde::Serialize;

use crate::world::{Arn, KindName, Resource};

/// A deployment with what it targets.
#[derive(Clone, PartialEq, Debug, Serialize)]
pub struct ServiceDeployment {
    /// Its ARN.
    pub arn: Arn,
    /// Its service.
    pub service: Arn,
    /// `PENDING`, `IN_PROGRESS`, `SUCCESSFUL`, `STOP_REQUESTED`, `STOPPED`, `ROLLBACK_…`: an open string.
    pub status: String,
    /// Why it is so, in AWS's words.
    pub reason: Option<String>,
    /// Where in its course it is: `SCALE_UP`, `BAKE_TIME`, …
    pub stage: Option<String>,
    /// When it was asked for.
    pub created_at: Option<Timestamp>,
    /// When it was over.
    pub finished_at: Option<Timestamp>,
    /// The service revision it targets.
    pub revision: Option<Arn>,
    /// The task definition revision of that.
    pub task_definition: Option<Arn>,
    /// The images of that, as they were resolved.
    pub images: Vec<RunningImage>,
    /// Why it was rolled back, if it was.
    pub rollback: Option<String>,
    /// Failed tasks the circuit breaker has counted.
    pub failures: Option<u32>,
    /// At how many it breaks.
    pub threshold: Option<u32>,
}

/// An image of a container, as it was resolved when the deployment began.
#[derive(Clone, PartialEq, Eq, Debug, Serialize)]
pub struct RunningImage {
    /// The container.
    pub container: String,
    /// As the task definition names it.
    pub image: String,
    /// What that was then: `sha256:…`.
    pub digest: Option<String>,
}

impl Resource for ServiceDeployment {
    const KIND: KindName = KindName("service-deployment");

    fn key(&self) -> &str {
        self.arn.as_str()
    }

    fn fingerprint(&self, into: &mut DefaultHasher) {
        (&self.status, &self.stage, &self.failures).hash(into);
    }
}
