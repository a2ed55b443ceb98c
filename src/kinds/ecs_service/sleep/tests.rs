//! How a service is seen on its way: bounds, memory, readiness, and who may not.

use super::*;
use crate::kinds::ecs_service::Attachment;
use crate::kinds::testing_samples::{Shelves, group, healthy, scope, service, target, targets};
use crate::schedule::TargetState;
use crate::schedule::transition::sleep_wake_order::{NextStage, turn};

fn seen(item: &Service, shelves: &Shelves) -> MemberState {
    member_state(item, &shelves.0, &scope())
}

fn attached() -> Service {
    let group = Attachment { target_group: Some(group().arn), container: None, port: None, alternate: None };
    Service { attachments: vec![group], ..service() }
}

#[test]
fn its_bounds_and_memory_are_found() {
    let target = ScalableTarget { id: "service/city-prod/Backend".into(), min: 2, max: 10 };
    let tags = [("toban:remembered".to_owned(), "desired=3 min=2 max=10".to_owned())].into();
    let item = Service { tags, ..service() };
    let How::Service(seen) = seen(&item, &Shelves::default().with([target])).how else { panic!("a service") };
    assert_eq!(seen.bounds, Some(Bounds { min: 2, max: 10 }));
    assert_eq!(seen.memory.and_then(|memory| memory.desired), Some(3));
    let garbled = Service { tags: [("toban:remembered".to_owned(), "three".to_owned())].into(), ..service() };
    assert_eq!(memory(&garbled, &World::default(), &scope()), None, "never guessed");
}

#[test]
fn it_is_ready_once_enough_targets_are_healthy() {
    let ready = |shelves: &Shelves| {
        let How::Service(seen) = seen(&attached(), shelves).how else { panic!("a service") };
        seen.tasks.ready
    };
    assert!(ready(&Shelves::default().with([targets([healthy(1), healthy(2)])])));
    let one = targets([healthy(1), target(2, "initial", "Elb.InitialHealthChecking", "")]);
    assert!(!ready(&Shelves::default().with([one])));
    assert!(ready(&Shelves::default()), "what cannot be seen says nothing");
}

#[test]
fn a_daemon_a_foreign_controller_and_a_tag_keep_it_up() {
    let stuck = |item: Service| match turn(TargetState::Stopped, &seen(&item, &Shelves::default())) {
        NextStage::Stuck(why) => why,
        other => panic!("{other:?}"),
    };
    assert!(stuck(Service { scheduling: "DAEMON".into(), ..service() }).contains("DAEMON"));
    assert!(stuck(Service { controller: "EXTERNAL".into(), ..service() }).contains("controller"));
    let tags = [("toban:protect".to_owned(), "true".to_owned())].into();
    assert!(stuck(Service { tags, ..service() }).contains("toban:protect=true"));
    let gone = Service { status: "DRAINING".into(), ..service() };
    assert_eq!(seen(&gone, &Shelves::default()).how, How::Gone);
}

#[test]
fn its_cluster_its_bounds_and_its_targets_are_watched() {
    let wants = watch(&attached(), &scope());
    let kinds: Vec<&str> = wants.iter().map(|want| want.kind.0).collect();
    assert_eq!(kinds, ["ecs-service", "scalable-target", "target-health"]);
}
