//! Named courses of one deployment, look by look, as DescribeServices and DescribeServiceDeployments told them; and
//! what must hold for every look there can be.

use jiff::{SignedDuration, Timestamp};
use proptest::prelude::*;

use crate::change::plan::Plan;
use crate::change::procedure::{Observation, Step};
use crate::change::{Ending, How};
use crate::kinds::ecs_service::{Deployment, Service};
use crate::kinds::ecs_task::Task;
use crate::kinds::service_deployment::{DeploymentProgress, ServiceDeployment};
use crate::kinds::target_health::{Target, TargetHealth};
use crate::kinds::testing_samples::{Shelves, deployment, event, now, revision, rolling, scope, service, task};
use crate::operations::ecs_service::watch::{RolloutTarget, Watch};
use crate::operations::ecs_service::{Ours, ServiceObservation, Verdict, judge};
use crate::world::read_request::ReadRequest;
use crate::world::{Arn, Coverage, Fault, FaultKind, Resource};

pub(super) fn ours() -> Ours {
    Ours { id: "ecs-svc/118".to_owned(), to: revision(118), from: Some(revision(117)), record: None }
}

/// The service with these deployments, in a column of its own so that no target group is asked for.
pub(super) fn with(deployments: Vec<Deployment>) -> Service {
    let running = deployments.iter().map(|one| one.running).sum();
    Service { deployments, running, attachments: Vec::new(), ..service() }
}

pub(super) fn old(running: u32) -> Deployment {
    Deployment { status: "ACTIVE".to_owned(), ..deployment(117, running, 2) }
}

pub(super) fn new(running: u32, rollout: &str) -> Deployment {
    Deployment { rollout: Some(rollout.to_owned()), ..rolling(118, running, 2, 1) }
}

pub(super) fn record(status: &str) -> ServiceDeployment {
    let arn = |what: &str| Arn::from(format!("arn:aws:ecs:ap-northeast-1:123456789012:{what}/city-prod/Backend/118"));
    ServiceDeployment {
        arn: arn("service-deployment"),
        service: service().arn,
        status: status.to_owned(),
        reason: None,
        stage: None,
        created_at: None,
        finished_at: None,
        revision: Some(arn("service-revision")),
        task_definition: Some(revision(118)),
        images: Vec::new(),
        rollback: None,
        failures: None,
        threshold: None,
        progress: DeploymentProgress::default(),
    }
}

/// Looks at one service after another, `apart` from each other; how it ended, and after how many looks.
fn watched(looks: &[Option<Service>], apart: SignedDuration, records: &[ServiceDeployment]) -> (Option<Ending>, usize) {
    let (mut watch, mut at) =
        (Watch::new(service().id(&scope()), &with(vec![]), ours(), RolloutTarget::Deployed, now()), now());
    for (count, look) in looks.iter().enumerate() {
        let world = Shelves::default().with(look.clone()).with(records.to_vec()).0;
        match watch.look(&Observation { world: &world, faults: &[], now: at }) {
            Step::End(ending) => return (Some(ending), count + 1),
            Step::Wait(_) => {}
            Step::Act(_) => panic!("watching changes nothing"),
        }
        at += apart;
    }
    (None, looks.len())
}

const TICK: SignedDuration = SignedDuration::from_secs(10);

#[test]
fn steady_it_ends_only_once_ours_is_primary_and_complete() {
    let looks = [
        Some(with(vec![deployment(117, 2, 2)])),
        Some(with(vec![new(0, "IN_PROGRESS"), old(2)])),
        Some(with(vec![new(1, "IN_PROGRESS"), old(2)])),
        Some(with(vec![new(2, "IN_PROGRESS"), old(1)])),
        Some(with(vec![new(2, "COMPLETED")])),
    ];
    let (ending, count) = watched(&looks, TICK, &[]);
    let ending = ending.expect("an end");
    assert_eq!((ending.how, count), (How::Done, 5), "the answer older than our change is no end: {}", ending.message);
    assert!(ending.message.starts_with("Backend runs city-prod-backend:118"), "{}", ending.message);
}

#[test]
fn the_circuit_breaker_rolls_back_and_a_steady_service_is_no_success() {
    let back = |rollout: &str| {
        let reason = "ECS deployment circuit breaker: rolling back to deploymentId ecs-svc/117.";
        Deployment { rollout: Some(rollout.to_owned()), reason: Some(reason.to_owned()), ..deployment(117, 2, 2) }
    };
    let broken = |status: &str| Deployment {
        status: status.to_owned(),
        failed: 3,
        reason: Some("ECS deployment circuit breaker: tasks failed to start.".to_owned()),
        ..new(0, "FAILED")
    };
    let mut last = with(vec![back("COMPLETED")]);
    last.events.insert(0, event(0, "(service Backend) rolling back to deployment ecs-svc/117."));
    let looks = [
        Some(with(vec![new(0, "IN_PROGRESS"), old(2)])),
        Some(with(vec![broken("PRIMARY"), old(2)])),
        Some(with(vec![back("IN_PROGRESS"), broken("ACTIVE")])),
        Some(last),
    ];
    let (ending, count) = watched(&looks, TICK, &[]);
    let ending = ending.expect("an end");
    assert_eq!((ending.how, count), (How::Incomplete, 4), "{}", ending.message);
    assert!(
        ending.message.contains("was rolled back") && ending.message.contains("city-prod-backend:117 again"),
        "{}",
        ending.message
    );
}

#[test]
fn given_up_without_a_rollback_it_failed() {
    let failed = || {
        Some(with(vec![Deployment { reason: Some("tasks failed to start.".to_owned()), ..new(0, "FAILED") }, old(2)]))
    };
    let looks: Vec<_> = (0..12).map(|_| failed()).collect();
    let (ending, count) = watched(&looks, TICK, &[]);
    let ending = ending.expect("an end");
    assert!(
        ending.how == How::Incomplete && ending.message.contains("failed (tasks failed to start)"),
        "{}",
        ending.message
    );
    assert!(count > 5, "ECS is given time to roll back first: {count}");
}

#[test]
fn somebody_elses_deployment_supersedes_ours() {
    let theirs = rolling(119, 0, 2, 0);
    let mine = Deployment { status: "ACTIVE".to_owned(), ..new(1, "IN_PROGRESS") };
    let looks = [Some(with(vec![new(1, "IN_PROGRESS"), old(2)])), Some(with(vec![theirs, mine, old(2)]))];
    let ending = watched(&looks, TICK, &[]).0.expect("an end");
    assert!(ending.how == How::Incomplete && ending.message.contains("ecs-svc/119"), "{}", ending.message);
}

#[test]
fn a_deleted_service_ends_it() {
    for last in [None, Some(Service { status: "DRAINING".to_owned(), ..with(vec![new(1, "IN_PROGRESS")]) })] {
        let looks = [Some(with(vec![new(1, "IN_PROGRESS"), old(2)])), last];
        let ending = watched(&looks, TICK, &[]).0.expect("an end");
        assert!(ending.how == How::Incomplete && ending.message.contains("no longer deployed"), "{}", ending.message);
    }
}

#[test]
fn standing_still_is_stalled_and_never_an_end() {
    let (mut watch, still) = (
        Watch::new(service().id(&scope()), &with(vec![]), ours(), RolloutTarget::Deployed, now()),
        with(vec![new(1, "IN_PROGRESS"), old(2)]),
    );
    let world = Shelves::default().with([still]).0;
    for minutes in 0..180 {
        let at = now() + SignedDuration::from_mins(minutes);
        let step = watch.look(&Observation { world: &world, faults: &[], now: at });
        assert!(matches!(step, Step::Wait(_)), "after {minutes} min: {step:?}");
        assert_eq!(watch.stalled(at).is_some(), minutes >= 10, "after {minutes} min");
    }
}

#[test]
fn without_a_rollout_state_only_the_last_old_task_gone_is_an_end() {
    let bare = |one: Deployment| Deployment { rollout: None, ..one };
    let looks = [Some(with(vec![bare(new(2, "")), bare(old(1))])), Some(with(vec![bare(new(2, ""))]))];
    let (ending, count) = watched(&looks, TICK, &[]);
    assert_eq!((ending.map(|ending| ending.how), count), (Some(How::Done), 2));
}

#[test]
fn the_newer_description_tells_of_a_rollback_by_hand() {
    let looks = [Some(with(vec![new(1, "IN_PROGRESS"), old(2)]))];
    let (ending, _) = watched(&looks, TICK, &[record("ROLLBACK_IN_PROGRESS")]);
    assert_eq!(ending, None, "it is not over yet");
    let looks = [Some(with(vec![deployment(117, 2, 2)]))];
    let ending = watched(&looks, TICK, &[record("ROLLBACK_SUCCESSFUL")]).0.expect("an end");
    assert!(ending.message.contains("was rolled back"), "{}", ending.message);
}

#[test]
fn complete_with_sick_targets_is_not_the_end_yet() {
    let new_task = Task { started_by: Some(ours().id), task_definition: revision(118), ..task("n") };
    let service = Service { deployments: vec![new(1, "COMPLETED")], ..service() };
    let one = Deployment { desired: 1, ..new(1, "COMPLETED") };
    let service = Service { deployments: vec![one], desired: 1, running: 1, ..service };
    let group = service.attachments[0].target_group.clone().expect("a group");
    let verdict = |state: &str| {
        let target = Target {
            id: new_task.ips[0].clone(),
            port: Some(5000),
            zone: None,
            state: state.to_owned(),
            reason: None,
            description: None,
            check_port: None,
            overridden: None,
            anomaly: None,
        };
        let health = TargetHealth { group: group.clone(), targets: vec![target] };
        judge(
            &ours(),
            &ServiceObservation { service: Some(&service), record: None, tasks: &[&new_task], health: &[&health] },
        )
    };
    assert_eq!(verdict("initial"), Verdict::Settling(1));
    assert_eq!(verdict("unhealthy"), Verdict::Settling(1));
    assert_eq!(verdict("healthy"), Verdict::Succeeded);
}

#[test]
fn what_may_not_be_read_is_done_without_and_a_hidden_service_ends_it_honestly() {
    let id = service().id(&scope());
    let mut watch = Watch::new(id.clone(), &with(vec![]), ours(), RolloutTarget::Deployed, now());
    let world = Shelves::default().with([with(vec![new(1, "IN_PROGRESS"), old(2)])]).0;
    let denied = |want: ReadRequest| (want, Fault::new(FaultKind::Denied, "ecs:Describe…", "no"));
    let faults = [denied(ReadRequest::part(&id.scope, ServiceDeployment::KIND, &id.key))];
    assert!(matches!(watch.look(&Observation { world: &world, faults: &faults, now: now() }), Step::Wait(_)));
    assert!(watch.wants().iter().all(|want| want.kind != ServiceDeployment::KIND), "it is not asked for again");
    let hidden = [denied(ReadRequest { scope: id.scope.clone(), kind: Service::KIND, coverage: Coverage::All })];
    let observation = |world| Observation { world, faults: &hidden, now: now() };
    let ended = (0..5).map(|_| watch.look(&observation(&world))).find(|step| matches!(step, Step::End(_)));
    let Some(Step::End(ending)) = ended else { panic!("it goes on blindly") };
    assert!(
        ending.how == How::Incomplete && ending.message.contains("does not know how it ends"),
        "{}",
        ending.message
    );
}

#[test]
fn of_two_entries_with_our_id_the_primary_one_counts() {
    let stray = Deployment { status: "ACTIVE".to_owned(), ..deployment(118, 2, 2) };
    let stray = Deployment { rollout: Some("COMPLETED".to_owned()), ..stray };
    let service = with(vec![stray, new(0, "FAILED")]);
    let seen = ServiceObservation { service: Some(&service), ..ServiceObservation::default() };
    assert!(matches!(judge(&ours(), &seen), Verdict::Failed(_)));
}

fn any_deployment() -> impl Strategy<Value = Deployment> {
    let rollout = prop_oneof![
        Just(None),
        Just(Some("IN_PROGRESS".to_owned())),
        Just(Some("COMPLETED".to_owned())),
        Just(Some("FAILED".to_owned())),
    ];
    (117_u32..120, 0_u32..4, 0_u32..4, 0_u32..2, rollout, prop::bool::ANY).prop_map(
        |(number, running, desired, pending, rollout, first)| Deployment {
            status: if first { "PRIMARY" } else { "ACTIVE" }.to_owned(),
            pending,
            rollout,
            ..deployment(number, running, desired)
        },
    )
}

proptest! {
    #[test]
    fn success_is_only_ever_ours_being_primary_and_complete(deployments in prop::collection::vec(any_deployment(), 0..4)) {
        let service = with(deployments);
        let seen = ServiceObservation { service: Some(&service), ..ServiceObservation::default() };
        if judge(&ours(), &seen) == Verdict::Succeeded {
            let first = service.deployments.iter().find(|one| one.status == "PRIMARY").or_else(|| service.deployments.first());
            let first = first.expect("a deployment");
            prop_assert_eq!(&first.id, &ours().id);
            prop_assert!(matches!(first.rollout.as_deref(), Some("COMPLETED") | None));
            prop_assert!(first.running >= first.desired && first.pending == 0);
            prop_assert!(first.rollout.is_some() || service.deployments.len() == 1);
        }
    }
}

#[test]
fn watching_is_offered_for_what_is_on_its_way_and_plans_no_call() {
    let service = with(vec![new(1, "IN_PROGRESS"), old(2)]);
    let id = service.id(&scope());
    let plan = Plan::new("watch", "city-prod".into(), id.clone(), Vec::new());
    let rollout =
        crate::operations::ecs_service::Rollout::watching(plan, &id, &service, Timestamp::UNIX_EPOCH).expect("one");
    assert!(crate::change::procedure::Procedure::plan(&rollout).is_harmless());
    assert!(crate::change::procedure::Procedure::goes_on(&rollout));
}
