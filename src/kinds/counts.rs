//! Sums of an environment for the line of the fleet. Plain data that kinds add to.
//! Never judges.

use jiff::Timestamp;

use crate::world::Health;

/// Sums for the fleet line.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub struct Counts {
    /// Tasks running in services.
    pub tasks_running: u32,
    /// Tasks wanted by services.
    pub tasks_desired: u32,
    /// When the youngest deployment of any of its services began.
    pub deployed_at: Option<Timestamp>,
    /// Services, so that "no tasks" can be told from "no services".
    pub services: u32,
    /// Healthy targets.
    pub targets_healthy: u32,
    /// Registered targets.
    pub targets_total: u32,
    /// Each database's health and status word (clusters and lone instances).
    pub databases: Vec<(Health, String)>,
    /// Alarms in ALARM that count.
    pub alarms_firing: u32,
    /// Alarms that count (scaling alarms do not).
    pub alarms_total: u32,
    /// Alarms in ALARM whose actions are off.
    pub alarms_muted: u32,
    /// EC2 instances running.
    pub instances_running: u32,
    /// EC2 instances.
    pub instances_total: u32,
}
