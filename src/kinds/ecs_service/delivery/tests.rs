//! Tables of stages, weights and groups, and what must hold for every record there can be.

use jiff::SignedDuration;
use proptest::prelude::*;
use proptest::strategy::Strategy;
use rstest::rstest;

use super::*;
use crate::kinds::ecs_service::{Alternate, Attachment, Deployment, judge, moving};
use crate::kinds::listener::{RuleWeights, WeightedGroup};
use crate::kinds::service_deployment::{
    DeploymentProgress, DeploymentSettings, LifecycleHook, RevisionShare, TrafficStep, WatchedAlarms,
};
use crate::kinds::target_group::{self, TargetGroup};
use crate::kinds::target_health::{Target, TargetHealth};
use crate::kinds::testing_samples::{
    Shelves, ago, deployment, group, healthy, now, revision, scope, service, target, tokyo,
};
use crate::kinds::{Counts, Kind};
use crate::world::{Arn, Health, Resource};

const RULE: &str = "arn:aws:elasticloadbalancing:ap-northeast-1:123456789012:listener-rule/app/city-alb/1/2/3";

fn arn(what: &str) -> Arn {
    Arn::from(format!("arn:aws:ecs:ap-northeast-1:123456789012:{what}/city-prod/Backend/118"))
}

/// The second group of the pair.
fn green() -> TargetGroup {
    let arn = group().arn.as_str().replace("city-backend/0123456789abcdef", "city-backend-2/fedcba9876543210");
    TargetGroup { arn: Arn::from(arn), name: "city-backend-2".to_owned(), ..group() }
}

fn settings(strategy: &str) -> DeploymentSettings {
    let step = |percent| Some(TrafficStep { percent, bake_minutes: Some(5) });
    DeploymentSettings {
        strategy: Some(strategy.to_owned()),
        bake_minutes: Some(10),
        canary: step(10.0).filter(|_| strategy == "CANARY"),
        linear: step(25.0).filter(|_| strategy == "LINEAR"),
        ..DeploymentSettings::default()
    }
}

/// A record that last changed `minutes` ago.
fn record(strategy: &str, stage: &str, on_new: f64, minutes: i64) -> ServiceDeployment {
    let share = |production| RevisionShare { production: Some(production), ..RevisionShare::default() };
    ServiceDeployment {
        arn: arn("service-deployment"),
        service: service().arn,
        status: "IN_PROGRESS".to_owned(),
        reason: None,
        stage: Some(stage.to_owned()),
        created_at: Some(ago(40)),
        finished_at: None,
        revision: Some(arn("service-revision")),
        task_definition: Some(revision(118)),
        images: Vec::new(),
        rollback: None,
        failures: None,
        threshold: None,
        progress: DeploymentProgress {
            updated_at: Some(ago(minutes)),
            sources: vec![share(100.0 - on_new)],
            target: Some(RevisionShare { running: 2, requested: 2, ..share(on_new) }),
            settings: settings(strategy),
            groups: vec![green().arn],
            ..DeploymentProgress::default()
        },
    }
}

/// The service in a deployment with that record; the listener sends `on_new` percent to the second group.
fn shifting(record: ServiceDeployment, on_new: u32) -> Service {
    let bare = |one: Deployment| Deployment { rollout: None, ..one };
    let old = Deployment { status: "ACTIVE".to_owned(), ..deployment(117, 2, 2) };
    let mut shifting = Service { deployments: vec![bare(deployment(118, 2, 2)), bare(old)], running: 4, ..service() };
    for one in &mut shifting.deployments {
        (one.created_at, one.updated_at) = (Some(ago(40)), Some(ago(39)));
    }
    shifting.attachments = vec![paired()];
    shifting.delivery.settings = record.progress.settings.clone();
    shifting.delivery.current = Some(record.arn.clone());
    shifting.delivery.record = Some(record);
    shifting.delivery.rules = vec![weights(100 - on_new, on_new)];
    shifting
}

fn paired() -> Attachment {
    let other = Alternate { target_group: green().arn, production_rule: Some(Arn::from(RULE)), test_rule: None };
    Attachment { alternate: Some(other), ..service().attachments.remove(0) }
}

fn weights(first: u32, second: u32) -> RuleWeights {
    let weigh = |group: TargetGroup, weight| WeightedGroup { group: group.arn, weight };
    RuleWeights { rule: Arn::from(RULE), groups: vec![weigh(group(), first), weigh(green(), second)] }
}

fn pause(status: &str, minutes_left: i64, then: &str) -> LifecycleHook {
    LifecycleHook {
        id: Some("hook-1".to_owned()),
        kind: Some("PAUSE".to_owned()),
        target: None,
        status: Some(status.to_owned()),
        expires_at: Some(now() + SignedDuration::from_mins(minutes_left)),
        timeout_action: Some(then.to_owned()),
    }
}

fn hooked(stage: &str, hook: LifecycleHook) -> ServiceDeployment {
    let mut record = record("BLUE_GREEN", stage, 0.0, 12);
    record.progress.hooks = vec![hook];
    record
}

/// How the service is judged, with its two groups as they are in the middle of a deployment.
fn judged(service: &Service) -> (Health, String) {
    let shelves = Shelves::default()
        .with([service.clone()])
        .with([group(), green()])
        .with([TargetHealth { group: green().arn, targets: vec![healthy(7), healthy(8)] }]);
    let assessment = shelves.seen(true, |cx| judge(service, cx)).assessment;
    (assessment.health, assessment.why.unwrap_or_default())
}

#[rstest]
#[case::prepared(
    "BLUE_GREEN",
    "RECONCILE_SERVICE",
    0,
    "Backend is being deployed (blue/green), being prepared: 0 % on new (2 of 2 new)"
)]
#[case::scales(
    "CANARY",
    "SCALE_UP",
    0,
    "Backend is being deployed (canary), new tasks are starting: 0 % on new (2 of 2 new)"
)]
#[case::tests(
    "BLUE_GREEN",
    "TEST_TRAFFIC_SHIFT",
    0,
    "Backend is being deployed (blue/green), test traffic is being shifted: 0 % on new (2 of 2 new)"
)]
#[case::shifts(
    "BLUE_GREEN",
    "PRODUCTION_TRAFFIC_SHIFT",
    100,
    "Backend is being deployed (blue/green), traffic is being shifted: 100 % on new (2 of 2 new)"
)]
#[case::canary(
    "CANARY",
    "PRODUCTION_TRAFFIC_SHIFT",
    10,
    "Backend is being deployed (canary): 10 % on new, the rest about 14:04"
)]
#[case::linear(
    "LINEAR",
    "PRODUCTION_TRAFFIC_SHIFT",
    25,
    "Backend is being deployed (linear): 25 % on new, the next step about 14:04"
)]
#[case::bakes("BLUE_GREEN", "BAKE_TIME", 100, "Backend bakes: 100 % on new, done about 14:09")]
#[case::cleans(
    "LINEAR",
    "CLEAN_UP",
    100,
    "Backend is being deployed (linear), old tasks are being stopped: 100 % on new (2 of 2 new)"
)]
#[case::unknown_stage(
    "CANARY",
    "WARM_UP_CACHES",
    10,
    "Backend is being deployed (canary), at warm up caches, which toban does not know"
)]
#[case::unknown_strategy("SHADOW", "BAKE_TIME", 100, "Backend bakes: 100 % on new, done about 14:09")]
fn stages_are_told_and_none_is_worrying(
    #[case] strategy: &str,
    #[case] stage: &str,
    #[case] on_new: u32,
    #[case] why: &str,
) {
    let service = shifting(record(strategy, stage, f64::from(on_new), 3), on_new);
    assert_eq!(judged(&service), (Health::Changing, why.to_owned()));
    assert!(moving(&service));
}

#[rstest]
#[case::goes_back(pause("AWAITING_ACTION", 18, "ROLLBACK"), "Backend waits for you until 14:20, then rolls back")]
#[case::goes_on(pause("AWAITING_ACTION", 18, "CONTINUE"), "Backend waits for you until 14:20, then continues")]
#[case::odd(
    pause("AWAITING_ACTION", 18, "PAGE_SOMEBODY"),
    "Backend waits for you until 14:20, then does page_somebody"
)]
#[case::over(pause("AWAITING_ACTION", -2, "ROLLBACK"), "Backend waited for you in vain, and rolls back now")]
#[case::open_end(LifecycleHook { expires_at: None, timeout_action: None, ..pause("AWAITING_ACTION", 0, "") }, "Backend waits for you")]
fn a_pause_is_told_with_its_end(#[case] hook: LifecycleHook, #[case] why: &str) {
    let service = shifting(hooked("POST_TEST_TRAFFIC_SHIFT", hook), 0);
    assert_eq!(judged(&service), (Health::Changing, why.to_owned()));
    assert_eq!(Delivery::of(&service).awaiting().map(|awaiting| awaiting.hook), Some("hook-1"));
}

#[test]
fn a_function_that_is_asked_is_named_and_a_pause_without_a_name_cannot_be_answered() {
    let function = Arn::from("arn:aws:lambda:ap-northeast-1:1:function:smoke");
    let hook = LifecycleHook {
        kind: Some("AWS_LAMBDA".to_owned()),
        target: Some(function),
        ..pause("IN_PROGRESS", 5, "ROLLBACK")
    };
    let service = shifting(hooked("POST_SCALE_UP", hook), 0);
    assert_eq!(judged(&service).1, "Backend waits for the hook smoke");
    let nameless = LifecycleHook { id: None, ..pause("AWAITING_ACTION", 5, "ROLLBACK") };
    let service = shifting(hooked("POST_SCALE_UP", nameless), 0);
    assert_eq!(Delivery::of(&service).awaiting(), None);
}

#[rstest]
#[case::pending("PENDING", true)]
#[case::goes_on("IN_PROGRESS", true)]
#[case::stops("STOP_REQUESTED", true)]
#[case::goes_back("ROLLBACK_IN_PROGRESS", true)]
#[case::new("REVIEWING", true)]
#[case::through("SUCCESSFUL", false)]
#[case::stopped("STOPPED", false)]
#[case::back("ROLLBACK_SUCCESSFUL", false)]
#[case::stuck("ROLLBACK_FAILED", false)]
fn a_record_says_whether_it_moves(#[case] status: &str, #[case] moves: bool) {
    let record = ServiceDeployment { status: status.to_owned(), ..record("BLUE_GREEN", "BAKE_TIME", 100.0, 1) };
    assert_eq!(moving(&shifting(record, 100)), moves);
}

#[rstest]
#[case::alarm(|record: &mut ServiceDeployment| record.progress.alarms = Some(WatchedAlarms { triggered: vec!["5xx".to_owned()], ..WatchedAlarms::default() }), "the alarm 5xx went off")]
#[case::expired(|record: &mut ServiceDeployment| record.progress.hooks = vec![pause("TIMED_OUT", -1, "ROLLBACK")], "nobody answered the pause in time")]
#[case::rejected(|record: &mut ServiceDeployment| record.progress.hooks = vec![pause("FAILED", 9, "ROLLBACK")], "the pause was answered with no")]
#[case::breaker(|record: &mut ServiceDeployment| { record.progress.breaker = Some("TRIGGERED".to_owned()); (record.failures, record.threshold) = (Some(3), Some(3)); }, "the circuit breaker broke: 3 of 3 failed tasks")]
#[case::words(|record: &mut ServiceDeployment| record.rollback = Some("Something new.".to_owned()), "Something new")]
fn a_rollback_says_why(#[case] bend: fn(&mut ServiceDeployment), #[case] why: &str) {
    let mut record = record("BLUE_GREEN", "BAKE_TIME", 100.0, 1);
    record.status = "ROLLBACK_IN_PROGRESS".to_owned();
    bend(&mut record);
    let expected = format!("Backend is rolling back: {why}");
    assert_eq!(judged(&shifting(record, 100)), (Health::Worrying, expected));
}

#[rstest]
#[case::agree("BAKE_TIME", 100.0, 100, 20, None)]
#[case::rounding("BAKE_TIME", 33.3, 33, 20, None)]
#[case::late("BAKE_TIME", 100.0, 0, 20, Some("Backend: the listener sends 0 % to new, and ECS tells 100 %"))]
#[case::shifts_lately("PRODUCTION_TRAFFIC_SHIFT", 100.0, 0, 1, None)]
#[case::shifts_for_long(
    "PRODUCTION_TRAFFIC_SHIFT",
    100.0,
    0,
    5,
    Some("Backend: the listener sends 0 % to new, and ECS tells 100 %")
)]
#[case::ahead("POST_SCALE_UP", 0.0, 50, 0, Some("Backend: the listener sends 50 % to new, and ECS tells 0 %"))]
fn where_ecs_and_the_listener_disagree_that_is_the_finding(
    #[case] stage: &str,
    #[case] ecs: f64,
    #[case] listener: u32,
    #[case] minutes: i64,
    #[case] why: Option<&str>,
) {
    let service = shifting(record("BLUE_GREEN", stage, ecs, minutes), listener);
    let (health, said) = judged(&service);
    match why {
        Some(why) => assert_eq!((health, said.as_str()), (Health::Worrying, why)),
        None => assert_eq!(health, Health::Changing, "{said}"),
    }
}

/// What the listener does counts after ECS is through as well: production pointed at an empty group is no success.
#[rstest]
#[case::agrees("SUCCESSFUL", 100, 20, None)]
#[case::just_over("SUCCESSFUL", 0, 1, None)]
#[case::left_on_old(
    "SUCCESSFUL",
    0,
    20,
    Some("Backend: ECS counts its deployment as successful, and the listener sends 0 % of the traffic to it")
)]
#[case::half_way(
    "SUCCESSFUL",
    50,
    20,
    Some("Backend: ECS counts its deployment as successful, and the listener sends 50 % of the traffic to it")
)]
#[case::went_back("ROLLBACK_SUCCESSFUL", 0, 20, None)]
#[case::did_not_go_back(
    "ROLLBACK_SUCCESSFUL",
    100,
    20,
    Some("Backend: ECS rolled its deployment back, and the listener still sends 100 % of the traffic to it")
)]
fn where_the_listener_stays_behind_after_the_end_that_is_the_finding(
    #[case] status: &str,
    #[case] listener: u32,
    #[case] minutes: i64,
    #[case] why: Option<&str>,
) {
    let record = ServiceDeployment {
        status: status.to_owned(),
        finished_at: Some(ago(minutes)),
        ..record("BLUE_GREEN", "CLEAN_UP", 100.0, minutes)
    };
    let mut service = shifting(record, listener);
    service.deployments = vec![Deployment { rollout: None, ..deployment(118, 2, 2) }];
    service.running = 2;
    let (health, said) = judged(&service);
    match why {
        Some(why) => assert_eq!((health, said.as_str()), (Health::Worrying, why)),
        None => assert!(health == Health::Well || !said.contains("listener"), "{health:?} {said}"),
    }
}

#[test]
fn weights_that_do_not_add_up_are_shown_as_they_are_and_said_to_be_odd() {
    let mut odd = record("BLUE_GREEN", "BAKE_TIME", 100.0, 3);
    odd.progress.sources[0].production = Some(70.0);
    let service = shifting(odd, 100);
    let (health, why) = judged(&service);
    assert_eq!((health, why.as_str()), (Health::Changing, "Backend bakes: 100 % on new, done about 14:09"));
    let weights = Delivery::of(&service).weights.expect("weights");
    assert_eq!((weights.old, weights.new, weights.adds_up()), (70.0, 100.0, false));
    let shelves = Shelves::default().with([service.clone()]);
    let page = shelves.seen(true, |cx| crate::kinds::ecs_service::Services::detail(&service, cx));
    assert!(format!("{page:?}").contains("new ██████████ 100 %   (this does not add up to 100 %)"), "{page:?}");
    let mut endless = record("BLUE_GREEN", "BAKE_TIME", f64::NAN, 3);
    endless.progress.sources.clear();
    assert_eq!(Delivery::of(&shifting(endless, 100)).weights, None);
}

#[test]
fn without_weights_or_a_known_group_nothing_is_said_to_disagree() {
    let mut unread = shifting(record("BLUE_GREEN", "BAKE_TIME", 100.0, 20), 0);
    unread.delivery.rules.clear();
    assert_eq!(judged(&unread).0, Health::Changing);
    let mut unplaced = shifting(record("BLUE_GREEN", "BAKE_TIME", 100.0, 20), 0);
    if let Some(record) = &mut unplaced.delivery.record {
        record.progress.groups.clear();
    }
    assert_eq!(judged(&unplaced).0, Health::Changing);
}

#[test]
fn a_record_that_cannot_be_read_is_said_and_after_long_nobody_can_tell() {
    let mut service = shifting(record("BLUE_GREEN", "BAKE_TIME", 100.0, 20), 0);
    (service.delivery.record, service.delivery.unread) = (None, vec!["denied".to_owned()]);
    let why = "Backend is being deployed (blue/green); its stage could not be read";
    assert_eq!(judged(&service), (Health::Unknown, why.to_owned()));
    for one in &mut service.deployments {
        one.updated_at = Some(ago(2));
        one.created_at = Some(ago(2));
    }
    assert_eq!(judged(&service), (Health::Changing, why.to_owned()));
}

#[test]
fn work_that_stands_still_is_stalled_as_in_a_rolling_update() {
    let service = shifting(record("BLUE_GREEN", "SCALE_UP", 0.0, 12), 0);
    assert_eq!(judged(&service), (Health::Worrying, "Backend rollout stalled 12 min (2 of 2 new)".to_owned()));
}

/// How a group is judged.
type Told = Option<(Health, String)>;

/// How the two groups are judged, and what the environment counts of them.
fn groups(service: &Service, blue: Vec<Target>, other: Vec<Target>) -> ([Told; 2], (u32, u32)) {
    let shelves = Shelves::default().with([service.clone()]).with([group(), green()]).with([
        TargetHealth { group: group().arn, targets: blue },
        TargetHealth { group: green().arn, targets: other },
    ]);
    shelves.seen(true, |cx| {
        let mut counts = Counts::default();
        [group(), green()].iter().for_each(|one| target_group::TargetGroups::count(one, cx, &mut counts));
        let told = [group(), green()].map(|one| {
            let assessment = target_group::judge(&one, cx)?;
            Some((assessment.health, assessment.why.unwrap_or_default()))
        });
        (told, (counts.targets_healthy, counts.targets_total))
    })
}

fn sick(n: u32) -> Target {
    target(n, "unhealthy", "Target.Timeout", "Request timed out")
}

#[test]
fn an_idle_group_is_no_trouble_whatever_is_in_it() {
    let steady = |first, second| {
        let mut service = Service { attachments: vec![paired()], ..service() };
        service.delivery.rules = vec![weights(first, second)];
        service
    };
    let idle = |other: &str| Some((Health::Well, format!("idle: {other} has the traffic")));
    let well = || Some((Health::Well, String::new()));
    let (told, counts) = groups(&steady(100, 0), vec![healthy(5)], vec![]);
    assert_eq!((told, counts), ([well(), idle("city-backend")], (1, 1)));
    let (told, counts) = groups(&steady(0, 100), vec![sick(5), sick(6)], vec![healthy(7)]);
    assert_eq!((told, counts), ([idle("city-backend-2"), well()], (1, 1)));
}

#[test]
fn traffic_that_goes_to_an_empty_group_is_bad() {
    let mut service = Service { attachments: vec![paired()], ..service() };
    service.delivery.rules = vec![weights(100, 0)];
    let (told, _) = groups(&service, vec![], vec![healthy(7), healthy(8)]);
    let why = "the listener sends 100 % here, and no targets are registered: the tasks are in city-backend-2";
    assert_eq!(told[0], Some((Health::Bad, why.to_owned())));
    service.delivery.rules = vec![weights(0, 0)];
    let (told, _) = groups(&service, vec![sick(5)], vec![]);
    assert_eq!(told[0].as_ref().map(|(health, _)| *health), Some(Health::Bad), "no weight anywhere makes none idle");
}

#[test]
fn without_weights_only_the_empty_one_of_a_pair_is_idle() {
    let service = Service { attachments: vec![paired()], ..service() };
    let (told, _) = groups(&service, vec![], vec![healthy(7)]);
    assert_eq!(told[0], Some((Health::Well, "idle: city-backend-2 has the traffic".to_owned())));
    let (told, _) = groups(&service, vec![sick(5)], vec![healthy(7)]);
    assert_eq!(told[0].as_ref().map(|(health, _)| *health), Some(Health::Bad), "missing weights excuse nothing");
}

#[test]
fn its_object_tells_stage_weights_and_what_waits() {
    let mut record = hooked("POST_TEST_TRAFFIC_SHIFT", pause("AWAITING_ACTION", 18, "ROLLBACK"));
    (record.failures, record.threshold) = (Some(3), Some(5));
    let service = shifting(record, 0);
    let shelves = Shelves::default().with([service.clone()]);
    let listed =
        shelves.seen(true, |cx| crate::kinds::ecs_service::Services::to_json(&service, cx)).expect("an object");
    insta::assert_snapshot!(serde_json::to_string_pretty(&listed["delivery"]).expect("JSON"), @r#"
    {
      "strategy": "blue_green",
      "status": "in_progress",
      "stage": "post_test_traffic_shift",
      "weight": {
        "old": 100,
        "new": 0
      },
      "listener": {
        "old": 100,
        "new": 0
      },
      "disagreement": null,
      "awaiting": {
        "hook": "hook-1",
        "until": "2026-11-21T14:20:11+09:00",
        "then": "rollback"
      },
      "alarms": null,
      "circuit_breaker": {
        "failures": 3,
        "threshold": 5
      }
    }
    "#);
    let lines = stage_line(&Delivery::of(&service), now()).expect("a line");
    assert_eq!(
        lines,
        "✓ scale up · ✓ test traffic shift · ▸ post test traffic shift (12 min) · production traffic shift · bake time · clean up"
    );
    let times = Times::by_clock(now(), &tokyo()).zone.is_some();
    assert!(times && service.id(&scope()).key.contains("Backend"));
}

#[test]
fn history_tells_how_each_ended_and_what_it_ran() {
    use crate::kinds::ecs_service::history_page::{image, result, took, why};
    use crate::kinds::service_deployment::RunningImage;
    let held = RunningImage {
        container: "app".to_owned(),
        image: "123456789012.dkr.ecr.ap-northeast-1.amazonaws.com/city-backend:v2".to_owned(),
        digest: Some("sha256:0123456789abcdef".to_owned()),
    };
    assert_eq!(image(&held), "city-backend:v2 sha256:0123456789ab");
    let mut back = record("BLUE_GREEN", "CLEAN_UP", 0.0, 1);
    (back.status, back.finished_at) = ("ROLLBACK_SUCCESSFUL".to_owned(), Some(ago(28)));
    back.progress.hooks = vec![pause("TIMED_OUT", -1, "ROLLBACK")];
    assert_eq!(result(&back), (Health::Worrying, "rolled back".to_owned()));
    assert_eq!((took(&back), why(&back).as_deref()), (Some(720), Some("nobody answered the pause in time")));
    let done = ServiceDeployment { status: "SUCCESSFUL".to_owned(), ..record("CANARY", "CLEAN_UP", 100.0, 1) };
    assert_eq!((result(&done).0, took(&done)), (Health::Well, None));
    let odd = ServiceDeployment { status: "HIBERNATED".to_owned(), ..done };
    assert_eq!(result(&odd), (Health::Unknown, "hibernated".to_owned()));
}

fn any_stage() -> impl Strategy<Value = String> {
    prop_oneof![
        Just("RECONCILE_SERVICE".to_owned()),
        Just("SCALE_UP".to_owned()),
        Just("TEST_TRAFFIC_SHIFT".to_owned()),
        Just("PRODUCTION_TRAFFIC_SHIFT".to_owned()),
        Just("BAKE_TIME".to_owned()),
        Just("CLEAN_UP".to_owned()),
        "[A-Z_]{1,20}",
    ]
}

proptest! {
    /// However long it bakes, steps, or waits for an answer: as long as nothing else is amiss it is not worrying.
    #[test]
    fn a_healthy_bake_step_or_pause_is_never_worrying(
        strategy in prop_oneof![Just("BLUE_GREEN"), Just("CANARY"), Just("LINEAR")],
        minutes in 0_i64..3000,
        on_new in 1_u32..=100,
        kind in 0..3,
        left in -30_i64..600,
    ) {
        let mut record = match kind {
            0 => record(strategy, "BAKE_TIME", 100.0, minutes),
            1 => record("LINEAR", "PRODUCTION_TRAFFIC_SHIFT", f64::from(on_new), minutes),
            _ => hooked("POST_TEST_TRAFFIC_SHIFT", pause("AWAITING_ACTION", left, "ROLLBACK")),
        };
        record.progress.updated_at = Some(ago(minutes));
        let listener = record.progress.target.as_ref().and_then(|one| one.production).unwrap_or_default();
        #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "a percent")]
        let service = shifting(record, listener as u32);
        prop_assert_eq!(judged(&service).0, Health::Changing);
    }

    /// A group of a pair with weight 0 beside one with more adds nothing to counts and is judged well.
    #[test]
    fn an_idle_group_never_counts(sick_ones in 0_u32..5, well_ones in 1_u32..5, weight in 1_u32..1000, stage in any_stage()) {
        let mut service = shifting(record("BLUE_GREEN", &stage, 100.0, 1), 100);
        service.delivery.rules = vec![weights(0, weight)];
        let (told, counts) = groups(&service, (0..sick_ones).map(sick).collect(), (0..well_ones).map(healthy).collect());
        prop_assert_eq!(told[0].as_ref().map(|(health, _)| *health), Some(Health::Well));
        prop_assert_eq!(counts, (well_ones, well_ones));
    }
}
