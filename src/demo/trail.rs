//! What CloudTrail and the alarms' history tell in the simulation: who deployed before things went wrong, who stopped
//! databases, and when alarms began to fire. Made from what is there, so that it always fits. Pure.

use jiff::{SignedDuration, Timestamp};

use super::account::SimulatedAccount;
use super::scenario_context::ScenarioContext;
use crate::kinds::alarm::Alarm;
use crate::kinds::alarm_history::AlarmChange;
use crate::kinds::db_event::PowerEvents;
use crate::kinds::ecs_service::Service;
use crate::kinds::trail_event::TrailEvent;
use crate::schedule::observed::rds_power_events::Power;
use crate::world::Arn;

/// How long a deployment was asked for before ECS began it, in seconds.
const ASKED: i64 = 2;

/// Puts in what was recorded.
pub(super) fn record(simulated: &mut SimulatedAccount, scenario: &ScenarioContext<'_>) {
    let mut events: Vec<TrailEvent> = Vec::new();
    for service in simulated.all::<Service>() {
        events.extend(service.deployments.iter().filter_map(|deployment| {
            let at = before(deployment.created_at?);
            let parameters = [
                ("cluster", service.cluster.last()),
                ("service", service.name.as_str()),
                ("taskDefinition", deployment.task_definition.as_str()),
            ];
            Some(event(scenario, at, ("UpdateService", "ecs"), &parameters, ("github-actions/deploy", "github")))
        }));
    }
    for database in simulated.all::<PowerEvents>() {
        let arn = Arn::from(database.arn.as_str());
        let is_cluster = arn.resource().starts_with("cluster:");
        events.extend(database.told.iter().filter_map(|(at, power)| {
            let name = match (power, is_cluster) {
                (Power::Stopped, false) => "StopDBInstance",
                (Power::Started, false) => "StartDBInstance",
                (Power::Stopped, true) => "StopDBCluster",
                (Power::Started, true) => "StartDBCluster",
                (Power::AutoRestarted, _) => return None,
            };
            let key = if is_cluster { "dBClusterIdentifier" } else { "dBInstanceIdentifier" };
            let by = ("toban-scheduler/nightly", "scheduler");
            Some(event(scenario, before(*at), (name, "rds"), &[(key, arn.last())], by))
        }));
    }
    for event in events {
        simulated.put("", event);
    }
    let fires = |alarm: &&Alarm| alarm.state == "ALARM";
    let changes: Vec<AlarmChange> = simulated
        .all::<Alarm>()
        .filter(fires)
        .filter_map(|alarm| {
            let at = alarm.since?;
            Some(AlarmChange {
                key: format!("{}@{at}", alarm.name),
                alarm: alarm.name.clone(),
                at,
                from: Some("OK".to_owned()),
                to: "ALARM".to_owned(),
                reason: alarm.reason.clone(),
            })
        })
        .collect();
    for change in changes {
        simulated.put("", change);
    }
}

fn before(at: Timestamp) -> Timestamp {
    at.checked_sub(SignedDuration::from_secs(ASKED)).unwrap_or(at)
}

fn event(
    scenario: &ScenarioContext<'_>,
    at: Timestamp,
    (name, service): (&str, &str),
    parameters: &[(&str, &str)],
    (who, via): (&str, &str),
) -> TrailEvent {
    let what = parameters.last().map_or("", |(_, value)| value);
    TrailEvent {
        id: scenario.uuid(&format!("trail/{name}/{what}/{at}")),
        at,
        name: name.to_owned(),
        source: format!("{service}.amazonaws.com"),
        who: Some(format!("arn:aws:sts::{}:assumed-role/{who}", scenario.account)),
        via: Some(via.to_owned()),
        from: None,
        request: Some(scenario.uuid(&format!("trail-request/{name}/{what}/{at}"))),
        resources: Vec::new(),
        parameters: parameters.iter().map(|(key, value)| ((*key).to_owned(), (*value).to_owned())).collect(),
        error: None,
    }
}
