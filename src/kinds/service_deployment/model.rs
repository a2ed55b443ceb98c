//! A deployment of an ECS service. Our own type for it: what is kept of AWS's answer, in our words.
//! Plain data; no SDK type, no judgement, no drawing.

use std::hash::{DefaultHasher, Hash};

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use super::settings::DeploymentSettings;
use crate::world::{Arn, KindName, Resource};

/// A deployment with what it targets.
#[derive(Clone, PartialEq, Debug, Serialize, Deserialize)]
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
    /// What it is doing: traffic, hooks, alarms.
    pub progress: DeploymentProgress,
}

/// What ECS's record tells of a deployment while it goes on.
#[derive(Clone, PartialEq, Debug, Default, Serialize, Deserialize)]
pub struct DeploymentProgress {
    /// When the record last changed.
    pub updated_at: Option<Timestamp>,
    /// The revisions it replaces.
    pub sources: Vec<RevisionShare>,
    /// The revision it brings.
    pub target: Option<RevisionShare>,
    /// Its lifecycle hooks, as far as they were reached.
    pub hooks: Vec<LifecycleHook>,
    /// The alarms that would roll it back, or did.
    pub alarms: Option<WatchedAlarms>,
    /// How the circuit breaker stands: `DISABLED`, `MONITORING`, `TRIGGERED`, `MONITORING_COMPLETE`.
    pub breaker: Option<String>,
    /// How it was asked to go.
    pub settings: DeploymentSettings,
    /// The target groups in which the tasks of its target revision register, as ECS resolved them.
    pub groups: Vec<Arn>,
}

/// A revision's part in a deployment.
#[derive(Clone, PartialEq, Debug, Default, Serialize, Deserialize)]
pub struct RevisionShare {
    /// The service revision.
    pub revision: Option<Arn>,
    /// Tasks wanted.
    pub requested: u32,
    /// Tasks running.
    pub running: u32,
    /// Tasks starting.
    pub pending: u32,
    /// The share of production traffic ECS asked for, in percent.
    pub production: Option<f64>,
    /// The share of test traffic.
    pub test: Option<f64>,
}

/// A lifecycle hook of a deployment: a function that is asked, or a pause that waits for a person.
#[derive(Clone, PartialEq, Eq, Debug, Default, Serialize, Deserialize, Hash)]
pub struct LifecycleHook {
    /// What it is answered by.
    pub id: Option<String>,
    /// `AWS_LAMBDA`, `PAUSE`: an open string.
    pub kind: Option<String>,
    /// The function.
    pub target: Option<Arn>,
    /// `AWAITING_ACTION`, `IN_PROGRESS`, `SUCCEEDED`, `FAILED`, `TIMED_OUT`: an open string.
    pub status: Option<String>,
    /// Until when it waits.
    pub expires_at: Option<Timestamp>,
    /// What ECS does then: `CONTINUE`, `ROLLBACK`: an open string.
    pub timeout_action: Option<String>,
}

/// The alarms a deployment watches.
#[derive(Clone, PartialEq, Eq, Debug, Default, Serialize, Deserialize)]
pub struct WatchedAlarms {
    /// `DISABLED`, `MONITORING`, `TRIGGERED`, `MONITORING_COMPLETE`.
    pub status: Option<String>,
    /// They.
    pub names: Vec<String>,
    /// Those that went off.
    pub triggered: Vec<String>,
}

/// An image of a container, as it was resolved when the deployment began.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
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
        (&self.status, &self.stage, &self.failures, &self.progress.hooks, self.progress.updated_at).hash(into);
        let weight = |one: &RevisionShare| one.production.map(f64::to_bits);
        self.progress.target.as_ref().and_then(weight).hash(into);
    }
}
