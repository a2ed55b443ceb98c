//! The schedule by itself: what is asked when, what waits for what, and what slows it down. No clock, no reading.

use super::*;
use crate::kinds::db_instance::DbInstance;
use crate::kinds::ecs_service::Service;
use crate::kinds::listener::ListenerSet;
use crate::kinds::load_balancer::LoadBalancer;
use crate::kinds::target_group::TargetGroup;
use crate::kinds::target_health::TargetHealth;
use crate::world::Resource;

fn at(second: i64) -> Timestamp {
    Timestamp::from_second(second).expect("a second in range")
}

fn scope() -> Scope {
    Scope::new("p", "ap-northeast-1")
}

fn pacer() -> Poller {
    let mut pacer = Poller::new(7, PollIntervals::default(), Speed::REAL);
    pacer.watch(&[scope()], at(0));
    pacer
}

/// Answers everything in flight until nothing new is due.
fn drain(pacer: &mut Poller, now: Timestamp) -> Vec<PollRequest> {
    let mut all = Vec::new();
    loop {
        let due = pacer.due(now);
        if due.is_empty() {
            return all;
        }
        for reading in &due {
            assert!(pacer.arrived(reading, Outcome::Read { changed: false }, now));
        }
        all.extend(due);
    }
}

#[test]
fn what_needs_nothing_starts_at_once_and_the_rest_follows_its_needs() {
    let mut pacer = pacer();
    let first = pacer.due(at(0));
    let starts = |due: &[PollRequest], kind| due.iter().any(|reading| reading.kind == kind);
    assert!(!starts(&first, TargetHealth::KIND), "health of targets needs target groups");
    assert!(pacer.due(at(0)).is_empty(), "nothing is asked twice while in flight");
    let groups = first.iter().find(|reading| reading.kind == TargetGroup::KIND).expect("target groups");
    pacer.arrived(groups, Outcome::Failed, at(1));
    let next = pacer.due(at(1));
    assert!(starts(&next, TargetHealth::KIND), "a failed need is no reason to wait");
    let balancers = first.iter().find(|reading| reading.kind == LoadBalancer::KIND).expect("load balancers");
    pacer.arrived(balancers, Outcome::Read { changed: false }, at(2));
    assert!(!starts(&pacer.due(at(2)), ListenerSet::KIND), "health goes before structure");
    let health = next.iter().find(|reading| reading.kind == TargetHealth::KIND).expect("health");
    pacer.arrived(health, Outcome::Failed, at(3));
    assert!(starts(&pacer.due(at(3)), ListenerSet::KIND));
}

#[test]
fn everything_is_asked_once_for_a_full_picture() {
    let mut pacer = pacer();
    let scheduled = KINDS.iter().filter(|kind| kind.pace() != PollClass::OnDemand).count();
    assert_eq!(drain(&mut pacer, at(0)).len(), scheduled);
    assert!(pacer.complete());
}

#[test]
fn a_late_answer_is_dropped() {
    let mut pacer = pacer();
    let first = pacer.due(at(0)).remove(0);
    assert!(pacer.arrived(&first, Outcome::Failed, at(1)));
    assert!(!pacer.arrived(&first, Outcome::Failed, at(2)));
    pacer.watch(&[], at(3));
    assert!(!pacer.arrived(&first, Outcome::Failed, at(4)));
}

#[test]
fn state_is_read_every_minute_and_structure_every_ten() {
    let mut pacer = pacer();
    drain(&mut pacer, at(0));
    let wake = pacer.wake_at().expect("a next reading");
    assert!((54..=66).contains(&wake.as_second()), "{wake}");
    let after_a_minute: Vec<_> = drain(&mut pacer, at(67));
    assert!(after_a_minute.iter().all(|reading| kind(reading.kind).is_some_and(|kind| kind.pace() == PollClass::Live)));
    assert!(after_a_minute.iter().any(|reading| reading.kind == DbInstance::KIND));
}

#[test]
fn an_environment_in_focus_is_read_every_fifteen_seconds() {
    let mut pacer = pacer();
    drain(&mut pacer, at(0));
    let wants = [((scope(), Service::KIND), Coverage::Parts([Part::from("c1")].into()))].into();
    pacer.focus(Focus { wants });
    let due = pacer.due(at(17));
    assert_eq!(due.len(), 1);
    assert_eq!(due[0].coverage, Coverage::Parts([Part::from("c1")].into()));
    pacer.arrived(&due[0], Outcome::Read { changed: false }, at(17));
    assert!(pacer.due(at(29)).is_empty());
    assert_eq!(pacer.due(at(34)).len(), 1);
}

#[test]
fn throttling_slows_a_scope_and_it_recovers() {
    let mut pacer = pacer();
    let slow = |pacer: &mut Poller, now| {
        for reading in pacer.due(now) {
            pacer.arrived(&reading, Outcome::Throttled, now);
        }
    };
    for _ in 0..3 {
        slow(&mut pacer, at(0)); // what needs others follows in the next rounds
    }
    assert!(pacer.due(at(67)).is_empty(), "a throttled scope is not asked again after a minute");
    drain(&mut pacer, at(4000));
    drain(&mut pacer, at(8000));
    assert!(!drain(&mut pacer, at(8067)).is_empty(), "an hour later it is back to its pace");
}

#[test]
fn an_unwatched_terminal_is_served_slower() {
    let mut pacer = pacer();
    pacer.watched(false);
    drain(&mut pacer, at(0));
    assert!(pacer.due(at(200)).is_empty());
}

#[test]
fn a_change_stirs_the_structure_that_depends_on_it() {
    let mut pacer = pacer();
    drain(&mut pacer, at(0));
    let readings = pacer.due(at(67));
    let services = readings.iter().find(|reading| reading.kind == Service::KIND).expect("services");
    pacer.arrived(services, Outcome::Read { changed: true }, at(67));
    let next = pacer.due(at(68));
    assert_eq!(next.iter().map(|reading| reading.kind.0).collect::<Vec<_>>(), ["task-definition"]);
}

#[test]
fn an_answer_that_never_comes_does_not_stop_the_reading() {
    let mut pacer = pacer();
    let lost = pacer.due(at(0)).len();
    assert_eq!(pacer.due(at(301)).len(), lost);
}

#[test]
fn what_a_change_touched_is_read_again_even_while_it_was_being_read() {
    let mut pacer = pacer();
    drain(&mut pacer, at(0));
    let before = pacer.due(at(3600));
    let services = before.iter().find(|reading| reading.kind == Service::KIND).expect("services are due");
    pacer.touch(&scope(), at(3601));
    assert!(pacer.touched(&scope(), None) && pacer.touched(&scope(), Some(Service::KIND)));
    let again = pacer.due(at(3601));
    assert!(again.iter().any(|reading| reading.kind == Service::KIND && reading.coverage == Coverage::All));
    assert!(!pacer.arrived(services, Outcome::Read { changed: true }, at(3602)), "it was asked before the change");
    for reading in &again {
        assert!(pacer.arrived(reading, Outcome::Read { changed: false }, at(3602)));
    }
    assert!(!pacer.touched(&scope(), Some(Service::KIND)));
}

/// A log in memory.
#[derive(Clone, Default)]
struct Written(std::sync::Arc<std::sync::Mutex<Vec<u8>>>);

impl std::io::Write for Written {
    fn write(&mut self, line: &[u8]) -> std::io::Result<usize> {
        self.0.lock().expect("the log").extend_from_slice(line);
        Ok(line.len())
    }

    fn flush(&mut self) -> std::io::Result<()> {
        Ok(())
    }
}

#[test]
fn every_decision_is_in_the_log() {
    let to = Written::default();
    let writer = to.clone();
    let log = tracing_subscriber::fmt().with_max_level(tracing::Level::DEBUG).with_ansi(false);
    tracing::subscriber::with_default(log.with_writer(move || writer.clone()).finish(), || {
        let mut pacer = pacer();
        let first = pacer.due(at(0)).remove(0);
        pacer.arrived(&first, Outcome::Throttled, at(1));
        pacer.arrived(&first, Outcome::Failed, at(2));
        pacer.touch(&scope(), at(3));
    });
    let text = String::from_utf8(to.0.lock().expect("the log").clone()).expect("a text");
    for line in ["poll: due", "poll: arrived", "Throttled", "poll: slowed down", "poll: late", "anew after a change"] {
        assert!(text.contains(line), "{line} is not in {text}");
    }
    assert!(text.contains("scope=p/ap-northeast-1"), "{text}");
}
