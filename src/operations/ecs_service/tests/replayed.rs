//! Whole courses of one deployment from AWS's own answers: `fixtures/` holds them look by look as JSON and XML, the
//! SDK parses them, the kinds' readings keep what they keep, and the watch judges. What it makes of each look is named.

use jiff::Timestamp;
use rstest::rstest;
use serde::Deserialize;
use serde_json::Value;
use std::collections::BTreeMap;

use crate::aws::{Clients, Replay};
use crate::change::procedure::{Observation, Step};
use crate::change::{Ending, How};
use crate::kinds::catalog::kind;
use crate::kinds::ecs_service::Service;
use crate::kinds::target_group::TargetGroup;
use crate::kinds::testing::{ask, scope};
use crate::operations::ecs_service::watch::{RolloutTarget, Watch};
use crate::operations::ecs_service::{Ours, Verdict};
use crate::world::read_request::ReadRequest;
use crate::world::{Arn, Coverage, Fault, Resource, ResourceId, World};

/// A course as it is kept.
#[derive(Deserialize)]
struct Course {
    /// What it is, and that it is composed.
    about: String,
    service: String,
    cluster: String,
    deployment: String,
    to: String,
    from: String,
    looks: Vec<Look>,
}

/// What AWS answered at one look; what it did not answer anew it answered as at the look before.
#[derive(Deserialize)]
struct Look {
    at: Timestamp,
    answers: BTreeMap<String, Value>,
}

/// What the watch made of it.
struct Judged {
    verdicts: Vec<String>,
    ending: Option<Ending>,
}

fn named(verdict: &Verdict) -> String {
    match verdict {
        Verdict::Moving => "moving".to_owned(),
        Verdict::Settling(waiting) => format!("settling, {waiting} not healthy"),
        Verdict::Misrouted(share) => format!("misrouted, {share} %"),
        Verdict::Succeeded => "succeeded".to_owned(),
        Verdict::Failed(_) => "failed".to_owned(),
        Verdict::RolledBack { settled: false, .. } => "rolling back".to_owned(),
        Verdict::RolledBack { settled: true, .. } => "rolled back".to_owned(),
        Verdict::Superseded { .. } => "superseded".to_owned(),
        Verdict::Unseen => "unseen".to_owned(),
        Verdict::Deleted(_) => "deleted".to_owned(),
    }
}

/// What AWS answers the same at every look of every course.
#[derive(Deserialize)]
struct Always {
    answers: BTreeMap<String, Value>,
}

fn set(replay: &Replay, answers: &BTreeMap<String, Value>) {
    for (operation, answer) in answers {
        match answer {
            Value::String(xml) => replay.set(operation, xml),
            json => replay.set(operation, &json.to_string()),
        }
    }
}

/// Reads what is wanted into `world`; what lastingly failed.
async fn read(aws: &Clients, world: &mut World, wants: Vec<ReadRequest>, now: Timestamp) -> Vec<(ReadRequest, Fault)> {
    let mut faults = Vec::new();
    for want in wants {
        let of = kind(want.kind).expect("a kind");
        let got = of.read(ask(aws, &want.scope, world, &want.coverage)).await;
        let told: Vec<Fault> = match &got {
            Ok(found) => found.faults().cloned().collect(),
            Err(fault) => vec![fault.clone()],
        };
        faults.extend(told.into_iter().map(|fault| (want.clone(), fault)));
        world.put(&want.scope, want.kind, &want.coverage, got, now);
    }
    faults
}

/// Watches the course from the look before the change on.
async fn watched(text: &str) -> Judged {
    let course: Course = serde_json::from_str(text).expect("a course");
    assert!(course.about.contains("not taken from an account"), "what was composed says so");
    let (replay, scope, mut world) = (Replay::default(), scope(), World::default());
    let aws = replay.clients();
    let (before, after) = course.looks.split_first().expect("looks");
    let always: Always = serde_json::from_str(include_str!("fixtures/always.json")).expect("answers");
    set(&replay, &always.answers);
    set(&replay, &before.answers);
    if before.answers.contains_key("DescribeTargetGroups") {
        let groups = ReadRequest { scope: scope.clone(), kind: TargetGroup::KIND, coverage: Coverage::All };
        assert_eq!(read(&aws, &mut world, vec![groups], before.at).await, []);
    }
    let service = ReadRequest::part(&scope, Service::KIND, &course.cluster);
    assert_eq!(read(&aws, &mut world, vec![service], before.at).await, []);
    let id = ResourceId { kind: Service::KIND, scope: scope.clone(), key: course.service.as_str().into() };
    let ours =
        Ours { id: course.deployment, to: Arn::from(course.to), from: Some(Arn::from(course.from)), record: None };
    let known = world.get::<Service>(&id).expect("the service before");
    let mut watch = Watch::new(id.clone(), known, ours, RolloutTarget::Deployed, before.at);
    let mut judged = Judged { verdicts: Vec::new(), ending: None };
    for look in after {
        assert_eq!(judged.ending, None, "it ended before the course does");
        set(&replay, &look.answers);
        let faults = read(&aws, &mut world, watch.wants(), look.at).await;
        let step = watch.look(&Observation { world: &world, faults: &faults, now: look.at });
        let stalled = watch.stalled(look.at).map_or("", |_| ", stalled");
        judged.verdicts.push(format!("{}{stalled}", named(&watch.verdict)));
        match step {
            Step::End(ending) => judged.ending = Some(ending),
            Step::Wait(_) => {}
            Step::Act(_) => panic!("watching changes nothing"),
        }
    }
    judged
}

#[rstest]
#[case::steady(
    include_str!("fixtures/steady.json"),
    &["unseen", "moving", "moving", "settling, 1 not healthy", "succeeded"],
    Some((How::Done, "web runs web-prod:42, all its new tasks are there after 3 min"))
)]
#[case::the_circuit_breaker_rolls_back(
    include_str!("fixtures/breaker_rollback.json"),
    &["moving", "moving", "failed", "rolling back", "rolled back"],
    Some((
        How::Incomplete,
        "web-prod:42 was rolled back (ECS deployment circuit breaker: tasks failed to start); a task failed: web exited \
         with code 1"
    ))
)]
#[case::given_up_and_not_rolled_back(
    include_str!("fixtures/breaker_alone.json"),
    &["moving", "failed"],
    Some((How::Incomplete, "the rollout of web-prod:42 failed (ECS deployment circuit breaker: tasks failed to start)"))
)]
#[case::rolled_back_by_hand(
    include_str!("fixtures/stopped_by_hand.json"),
    &["moving", "rolling back", "rolling back", "rolled back"],
    Some((How::Incomplete, "web-prod:42 was rolled back (Service deployment rolled back by the user"))
)]
#[case::superseded(
    include_str!("fixtures/superseded.json"),
    &["moving", "superseded"],
    Some((How::Incomplete, "another deployment replaced web-prod:42: ecs-svc/7719201837465500123, to web-prod:43"))
)]
#[case::stalled(
    include_str!("fixtures/stalled.json"),
    &["moving", "moving", "moving, stalled", "moving, stalled", "moving", "succeeded"],
    Some((How::Done, "web runs web-prod:42"))
)]
#[case::deleted(
    include_str!("fixtures/deleted.json"),
    &["moving", "deleted"],
    Some((How::Incomplete, "web is no longer deployed: the service is being deleted (DRAINING)"))
)]
#[case::gone_between_two_looks(
    include_str!("fixtures/gone.json"),
    &["moving", "deleted"],
    Some((How::Incomplete, "web is no longer deployed: the service is not there any more"))
)]
#[case::without_the_newer_description(
    include_str!("fixtures/no_records.json"),
    &["moving", "failed", "rolling back", "rolled back"],
    Some((How::Incomplete, "web-prod:42 was rolled back"))
)]
#[tokio::test]
async fn a_course_is_judged_look_by_look(
    #[case] course: &str,
    #[case] verdicts: &[&str],
    #[case] ending: Option<(How, &str)>,
) {
    let judged = watched(course).await;
    assert_eq!(judged.verdicts, verdicts, "{:?}", judged.ending);
    let told = judged.ending.map(|ending| (ending.how, ending.message));
    assert_eq!(told.as_ref().map(|(how, _)| *how), ending.map(|(how, _)| how), "{told:?}");
    let (message, wanted) =
        (told.map(|(_, message)| message).unwrap_or_default(), ending.map_or("", |(_, message)| message));
    assert!(message.starts_with(wanted), "{message}");
}
