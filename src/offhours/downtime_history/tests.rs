//! Who saw what of the demo's scheduled members: services by their events, instances by their state, all by a journal.

use std::sync::Arc;

use jiff::tz::TimeZone;

use super::*;
use crate::cloud::Cloud;
use crate::demo::{Demo, configured_environments};
use crate::engine::headless;
use crate::engine::headless::{Snapshot, View};
use crate::kinds::ecs_service::Event;
use crate::overview::assemble;
use crate::schedule::ScheduleBinding;
use crate::world::{Coverage, Part, Reading, Resource, Scope};

fn ago(snapshot: &Snapshot, hours: i64) -> Timestamp {
    snapshot.at.checked_sub(SignedDuration::from_hours(hours)).unwrap()
}

/// The demo on its Saturday; what `change` makes of the world is in the picture.
async fn demo(change: impl FnOnce(&mut Snapshot, &Scope)) -> Snapshot {
    let cloud: Arc<dyn Cloud> = Arc::new(Demo::at(7, 0));
    let zone = TimeZone::get("Asia/Tokyo").unwrap();
    let mut configured_environments = configured_environments();
    let office = ScheduleBinding::new(configured_environments.schedules[0].clone());
    configured_environments
        .environments
        .iter_mut()
        .find(|environment_config| environment_config.name.as_str() == "kajimaru")
        .unwrap()
        .routine = Some(office);
    let view = View { configured_environments, zone: zone.clone() };
    let mut snapshot = headless::picture(&cloud, &view, &mut |_, _| {}).await.unwrap();
    let scope = snapshot.picture.environment(&"prooflink-dev".into()).unwrap().scopes[0].clone();
    change(&mut snapshot, &scope);
    snapshot.picture = assemble(&snapshot.world, &view.configured_environments, snapshot.at, &zone);
    snapshot
}

fn past(snapshot: &Snapshot, environment: &str, uptime_log: &UptimeLog) -> Option<DowntimeHistory> {
    let off = snapshot.picture.environment(&environment.into()).unwrap().offhours.as_deref().unwrap();
    off.past_savings(&snapshot.world, uptime_log, snapshot.at)
}

fn rested(past: &DowntimeHistory, kind: &str) -> Option<Downtime> {
    past.members.iter().find(|(name, _)| name.contains(kind)).and_then(|(_, seen)| seen.clone())
}

fn events(snapshot: &mut Snapshot, scope: &Scope, events: &[(i64, &str)]) {
    let mut all: Vec<Service> = snapshot.world.all::<Service>(scope).cloned().collect();
    let service = all.iter_mut().find(|one| one.name == "prooflink-dev-service").unwrap();
    service.events = events
        .iter()
        .map(|(hours, message)| Event {
            id: format!("{hours}"),
            at: Some(ago(snapshot, *hours)),
            message: format!("(service prooflink-dev-service) has {message}"),
        })
        .collect();
    let cluster: Part = service.cluster.as_str().into();
    let of = all.into_iter().filter(|one| one.cluster.as_str() == &*cluster).collect();
    let coverage = Coverage::Parts(std::iter::once(cluster.clone()).collect());
    snapshot.world.put(scope, Service::KIND, &coverage, Ok(Reading::of(vec![(cluster, Ok(of))]).into()), snapshot.at);
}

const NIGHTS: &[(i64, &str)] = &[
    (5, "reached a steady state."),
    (16, "stopped 1 running tasks: (task c)."),
    (28, "reached a steady state."),
    (29, "started 1 tasks: (task c)."),
    (40, "stopped 1 running tasks: (task b)."),
    (60, "reached a steady state."),
];

#[tokio::test]
async fn a_service_was_off_from_its_last_task_to_the_next_one_as_its_events_tell() {
    let snapshot = demo(|snapshot, scope| events(snapshot, scope, NIGHTS)).await;
    let past = past(&snapshot, "prooflink-dev", &UptimeLog::default()).unwrap();
    let seen = rested(&past, "service").unwrap();
    assert_eq!((seen.off.as_hours(), seen.seen.as_hours()), (11 + 16, 60));
    assert_eq!((seen.seen_from, seen.by), (ago(&snapshot, 60), vec!["events"]));
    // Half a vCPU and a GB on Fargate, and the public address of its task.
    let hourly = 0.5 * 0.05056 + 0.00553 + 0.005;
    assert!((seen.usd.unwrap() - 27.0 * hourly).abs() < 1e-9, "{:?}", seen.usd);
    let message = past.sentence(snapshot.at);
    assert!(message.contains("prooflink-dev-service 27 h of 60 h seen (≈ US$1.0)"), "{message}");
}

#[tokio::test]
async fn what_events_do_not_reach_the_journal_tells_and_never_speaks_over_them() {
    let snapshot = demo(|snapshot, scope| events(snapshot, scope, NIGHTS)).await;
    let off = snapshot.picture.environment(&"prooflink-dev".into()).unwrap().offhours.as_deref().unwrap();
    let id = off.scheduled_members.iter().find(|it| it.desired.is_some()).unwrap().id.clone().unwrap();
    let mut uptime_log = UptimeLog::default();
    let mut note = |mark: Mark| uptime_log.note("ecs-service", &id.key, mark);
    for (found, left) in [(100, 90), (50, 45)] {
        note(Mark::found(ago(&snapshot, found), UptimeState::Down));
        note(Mark::left(ago(&snapshot, left), UptimeState::Down));
    }
    let seen = rested(&past(&snapshot, "prooflink-dev", &uptime_log).unwrap(), "service").unwrap();
    assert_eq!(
        (seen.off.as_hours(), seen.seen.as_hours()),
        (11 + 16 + 10, 60 + 10),
        "50 to 45 it was up: events say so"
    );
    assert_eq!((seen.seen_from, seen.by), (ago(&snapshot, 100), vec!["events", "journal"]));
}

#[tokio::test]
async fn without_events_and_journal_a_service_is_not_observed_whatever_its_schedule_says() {
    let snapshot = demo(|snapshot, scope| events(snapshot, scope, &[])).await;
    let none = past(&snapshot, "prooflink-dev", &UptimeLog::default());
    assert!(none.as_ref().and_then(|past| rested(past, "service")).is_none(), "{none:?}");
}

#[tokio::test]
async fn an_instance_is_seen_from_its_last_start_on() {
    let stopped = |hours: Option<i64>| {
        demo(move |snapshot, scope| {
            let mut all: Vec<Instance> = snapshot.world.all::<Instance>(scope).cloned().collect();
            for one in &mut all {
                one.launched_at = Some(ago(snapshot, 50));
                one.stopped_at = hours.map(|hours| ago(snapshot, hours));
                one.state = if hours.is_some() { "stopped" } else { "running" }.to_owned();
            }
            snapshot.world.put(scope, Instance::KIND, &Coverage::All, Ok(Reading::whole(all).into()), snapshot.at);
        })
    };
    let of =
        |snapshot: &Snapshot| past(snapshot, "kajimaru", &UptimeLog::default()).and_then(|past| rested(&past, "i-0"));
    let seen = of(&stopped(Some(20)).await).unwrap();
    assert_eq!((seen.off.as_hours(), seen.seen.as_hours(), seen.by), (20, 50, vec!["state"]));
    assert_eq!(seen.usd, None, "a t2.micro has no price here");
    let running = of(&stopped(None).await).unwrap();
    assert_eq!((running.off.as_hours(), running.seen.as_hours()), (0, 50));
    assert_eq!(of(&stopped(Some(60)).await), None, "that stop was another one, and of this one nobody tells");
}
