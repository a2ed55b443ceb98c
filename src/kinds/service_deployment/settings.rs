//! How deployments of a service are asked to go: strategy, bake times, steps, alarms, hooks.
//! Plain data; no SDK type, no judgement, no drawing.

use serde::{Deserialize, Serialize};

/// deploymentConfiguration, as far as a reader needs it.
#[derive(Clone, PartialEq, Debug, Default, Serialize, Deserialize)]
pub struct DeploymentSettings {
    /// `ROLLING`, `BLUE_GREEN`, `CANARY`, `LINEAR`: an open string; `None` where nothing is said (rolling).
    pub strategy: Option<String>,
    /// Minutes both revisions run once all traffic is on the new one.
    pub bake_minutes: Option<u32>,
    /// The first share of a canary deployment.
    pub canary: Option<TrafficStep>,
    /// The steps of a linear deployment.
    pub linear: Option<TrafficStep>,
    /// Its lifecycle hooks.
    pub hooks: Vec<HookSetting>,
    /// The alarms it watches; `None` where that is off.
    pub alarms: Option<AlarmSetting>,
    /// At what share of healthy tasks in percent it counts as successful already; `None` where that is off.
    pub early_success: Option<u32>,
}

/// A step of traffic.
#[derive(Clone, Copy, PartialEq, Debug, Serialize, Deserialize)]
pub struct TrafficStep {
    /// How much, in percent.
    pub percent: f64,
    /// For how many minutes it is watched before the next.
    pub bake_minutes: Option<u32>,
}

/// A lifecycle hook as it is set.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub struct HookSetting {
    /// `AWS_LAMBDA`, `PAUSE`: an open string.
    pub kind: Option<String>,
    /// The function's ARN.
    pub target: Option<String>,
    /// The stages it runs at.
    pub stages: Vec<String>,
}

/// The alarms of a service's deployments.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub struct AlarmSetting {
    /// Their names.
    pub names: Vec<String>,
    /// Whether ECS rolls back when one goes off; else it only fails the deployment.
    pub rollback: bool,
}
