//! Tests of the tables (each example fits its own row first) and of verdicts over small worlds.

mod hidden_evidence;

use std::collections::BTreeSet;

use proptest::prelude::*;
use rstest::rstest;

use super::Verdict;
use super::context::DiagnosisInput;
use super::read;
use crate::environment::{Environment, Member};
use crate::kinds::Counts;
use crate::kinds::alarm::Alarm;
use crate::kinds::catalog::{KINDS, kind};
use crate::kinds::certificate::Certificate;
use crate::kinds::db_cluster::DbCluster;
use crate::kinds::db_instance::DbInstance;
use crate::kinds::ec2_instance::Instance;
use crate::kinds::ecs_service::Service;
use crate::kinds::ecs_service::event_meanings::EVENTS;
use crate::kinds::ecs_task::Task;
use crate::kinds::ecs_task::stop_cause::{cause, failures};
use crate::kinds::ecs_task::stop_reasons::STOP_REASONS;
use crate::kinds::lambda_function::Function;
use crate::kinds::load_balancer::LoadBalancer;
use crate::kinds::shared::phrase_table::{Known, find, normal};
use crate::kinds::target_group::TargetGroup;
use crate::kinds::target_health::TargetHealth;
use crate::kinds::testing_samples::*;
use crate::world::{
    Assessment, Coverage, EnvironmentName, Fault, FaultKind, Health, Reading, Resource, ResourceId, Scope,
};

fn every_example_fits_its_row(table: &'static [Known]) {
    for row in table {
        let found = find(table, &normal(row.example)).map(|row| row.id);
        assert_eq!(found, Some(row.id), "{}", row.example);
        for fragment in row.all.iter().chain(row.any) {
            assert_eq!(normal(fragment), **fragment, "{} can never match", row.id);
        }
        assert!(!row.message.is_empty() && !row.message.ends_with('.'), "{}", row.id);
    }
    let mut ids: Vec<&str> = table.iter().map(|row| row.id).collect();
    ids.sort_unstable();
    ids.dedup();
    assert_eq!(ids.len(), table.len(), "an id stands twice");
}

#[test]
fn every_stop_reason_fits_its_example() {
    every_example_fits_its_row(STOP_REASONS);
}

#[test]
fn every_event_fits_its_example() {
    every_example_fits_its_row(EVENTS);
}

#[rstest]
#[case("(service Backend) HAS REACHED A STEADY STATE.", Some("steady"))]
#[case(
    "(service Backend) was unable to place a task. Reason: You've reached the limit on the number of tasks",
    Some("fargate-quota")
)]
#[case("(service Backend) said something new", None)]
fn events_are_found_in_any_case_and_quotes(#[case] message: &str, #[case] id: Option<&str>) {
    assert_eq!(crate::kinds::ecs_service::event_meanings::meaning(message).map(|row| row.id), id);
}

#[rstest]
#[case(0, Health::Well, "app finished (code 0)")]
#[case(1, Health::Worrying, "app exited with code 1")]
#[case(126, Health::Worrying, "app could not run its command (code 126)")]
#[case(127, Health::Worrying, "app did not find its command (code 127)")]
#[case(134, Health::Worrying, "app aborted (code 134)")]
#[case(137, Health::Worrying, "app was killed (code 137: memory, or it did not stop in time)")]
#[case(139, Health::Worrying, "app crashed (code 139: segmentation fault)")]
#[case(143, Health::Well, "app was told to stop (code 143)")]
fn exit_codes_have_words(#[case] code: i32, #[case] health: Health, #[case] message: &str) {
    let mut task = stopped("a", 5, "EssentialContainerExited", "Essential container in task exited");
    task.containers[0].exit_code = Some(code);
    let cause = cause(&task).unwrap();
    assert_eq!((cause.health, &*cause.message), (health, message));
}

#[test]
fn a_running_task_has_no_cause() {
    assert_eq!(cause(&task("a")), None);
}

#[test]
fn routine_stops_are_no_failures() {
    let routine = [
        stopped("a", 5, "ServiceSchedulerInitiated", "Scaling activity initiated by (deployment ecs-svc/1)"),
        stopped("b", 5, "UserInitiated", "Task stopped by user"),
        stopped("c", 5, "SpotInterruption", "Your Spot Task was interrupted."),
    ];
    assert_eq!(failures(&routine.iter().collect::<Vec<_>>(), None), None);
}

#[test]
fn the_deepest_failure_speaks_and_old_ones_do_not() {
    let oom = |id: &str, minutes| {
        let mut task = stopped(id, minutes, "EssentialContainerExited", "Essential container in task exited");
        task.containers[0].reason = Some("OutOfMemoryError: Container killed due to memory usage".to_owned());
        task.containers[0].exit_code = Some(137);
        task
    };
    let elb = stopped("x", 2, "ServiceSchedulerInitiated", "Task failed ELB health checks in (target-group arn)");
    let tasks = [elb, oom("a", 3), oom("b", 5), oom("c", 50)];
    let stops = failures(&tasks.iter().collect::<Vec<_>>(), Some(ago(30))).unwrap();
    assert_eq!(stops.line(), "2 tasks stopped, ran out of memory (OutOfMemory), revision 117");
    assert_eq!(stops.latest, Some(ago(3)));
}

pub(crate) fn environment(shelves: &Shelves, protected: bool) -> Environment {
    let world = &shelves.0;
    let mut ids: Vec<ResourceId> = Vec::new();
    ids.extend(world.all::<TargetGroup>(&scope()).map(|item| item.id(&scope())));
    ids.extend(world.all::<Service>(&scope()).map(|item| item.id(&scope())));
    ids.extend(world.all::<Task>(&scope()).map(|item| item.id(&scope())));
    ids.extend(world.all::<DbCluster>(&scope()).map(|item| item.id(&scope())));
    ids.extend(world.all::<DbInstance>(&scope()).map(|item| item.id(&scope())));
    ids.extend(world.all::<Alarm>(&scope()).map(|item| item.id(&scope())));
    ids.extend(world.all::<Instance>(&scope()).map(|item| item.id(&scope())));
    ids.extend(world.all::<LoadBalancer>(&scope()).map(|item| item.id(&scope())));
    ids.extend(world.all::<Function>(&scope()).map(|item| item.id(&scope())));
    ids.extend(world.all::<Certificate>(&scope()).map(|item| item.id(&scope())));
    let members = shelves.seen(protected, |cx| {
        let member = |id: ResourceId| Member {
            name: kind(id.kind).unwrap().title(world, &id).unwrap(),
            assessment: kind(id.kind).unwrap().assess(&id, cx),
            because: Vec::new(),
            id,
        };
        ids.into_iter().map(member).collect()
    });
    let faults =
        world.shelves().flat_map(|(at, _, store)| store.faults().map(|fault| (at.clone(), fault.clone()))).collect();
    Environment {
        name: EnvironmentName::from("city-prod"),
        project: None,
        stage: None,
        protected,
        allow_stop: false,
        named: Vec::new(),
        account: None,
        region: None,
        record: crate::schedule::Record::default(),
        scopes: vec![scope()],
        members,
        shared: Vec::new(),
        doubts: Vec::new(),
        counts: Counts::default(),
        faults,
        read_at: None,
        recalled: None,
        deploy: None,
    }
}

fn verdict(shelves: &Shelves, protected: bool) -> Verdict {
    let environment = environment(shelves, protected);
    let others = crate::offhours::ExternalSchedulers::default();
    let input = DiagnosisInput {
        environment: &environment,
        offhours: None,
        others: &others,
        strays: &BTreeSet::new(),
        notes_days: crate::kinds::db_instance::NOTES_DAYS,
    };
    shelves.seen(protected, |cx| read(&input, &shelves.0, cx.resource_index, cx.now, cx.zone))
}

fn well() -> Shelves {
    Shelves::default()
        .with([service()])
        .with([task("a")])
        .with([definition()])
        .with([group()])
        .with([targets([healthy(5), healthy(6)])])
        .with([database()])
        .with([alarm()])
}

fn asleep() -> Shelves {
    let service = Service { desired: 0, running: 0, deployments: vec![deployment(117, 0, 0)], ..service() };
    let database =
        DbInstance { status: "stopped".to_owned(), auto_restart_at: Some(at("2026-11-23T23:45:00Z")), ..database() };
    well().with([service]).with([targets([])]).with([database]).with(Vec::<Task>::new())
}

#[test]
fn all_well_says_well() {
    let verdict = verdict(&well(), true);
    assert_eq!((verdict.health, verdict.headline()), (Health::Well, "well"));
}

#[test]
fn one_incident_has_one_headline_with_its_consequences_below() {
    let oom = |id: &str| {
        let mut task = stopped(id, 4, "EssentialContainerExited", "Essential container in task exited");
        task.task_definition = revision(118);
        task.containers[0].reason = Some("OutOfMemoryError: Container killed due to memory usage".to_owned());
        task
    };
    let mut sick = service();
    sick.desired = 4;
    sick.deployments = vec![deployment(118, 2, 4)];
    sick.deployments[0].created_at = Some(ago(7));
    let shelves = well()
        .with([sick])
        .with([oom("a"), oom("b"), oom("c"), oom("d")])
        .with([targets([healthy(5), answers(6, 502), answers(7, 502), answers(8, 502)])])
        .with([firing()]);
    let verdict = verdict(&shelves, true);
    let lines: Vec<String> = verdict
        .findings
        .iter()
        .flat_map(|it| {
            std::iter::once(format!("{} {}: {}", it.depth, it.health.word(), it.message)).chain(it.evidence.clone())
        })
        .collect();
    insta::assert_snapshot!(lines.join("\n"), @r"
    0 bad: Backend: ran out of memory (OutOfMemory) (2 of 4 tasks running)
    4 tasks stopped, ran out of memory (OutOfMemory), revision 118
    OutOfMemoryError: Container killed due to memory usage
    raise the memory of the task or find what grew; see the MemoryUtilization metric
    3 of 4 targets answer 502
    look at the app's log, and whether its database is up
    alarm backend-cpu: CPUUtilization 91 % > 80 for 5 min (13:54), since 13:59
    Backend revision 118 deployed 13:55
    database city-db available
    ");
    assert_eq!(verdict.health, Health::Bad);
}

#[test]
fn unrelated_troubles_are_findings_of_their_own() {
    let mut other = firing();
    other.metrics[0].dimensions.clear();
    other.name = "logs-errors".to_owned();
    let shelves = well().with([targets([healthy(5), answers(6, 502)])]).with([other]);
    let verdict = verdict(&shelves, true);
    let message: Vec<&str> = verdict.findings.iter().map(|it| it.message.as_str()).collect();
    assert_eq!(verdict.health, Health::Bad);
    assert_eq!(message.len(), 2, "{message:?}");
    assert!(message[0].starts_with("alarm logs-errors"), "{message:?}");
    assert_eq!(message[1], "1 of 2 targets answers 502");
}

#[test]
fn a_stopped_database_under_a_running_service_is_worrying_where_sleep_is_allowed() {
    let database = DbInstance { status: "stopped".to_owned(), ..database() };
    let verdict = verdict(&well().with([database]), false);
    assert_eq!(verdict.health, Health::Worrying);
    assert_eq!(verdict.headline(), "database city-db is stopped but the service Backend still runs 2 tasks");
}

#[test]
fn the_stopped_database_explains_the_failing_targets() {
    let database = DbInstance { status: "stopped".to_owned(), ..database() };
    let verdict = verdict(&well().with([database]).with([targets([answers(5, 500)])]), true);
    assert_eq!(verdict.findings.len(), 1, "{verdict:#?}");
    assert!(verdict.headline().starts_with("database city-db is stopped"), "{verdict:#?}");
    assert!(verdict.findings[0].evidence.iter().any(|line| line.contains("answers 500")), "{verdict:#?}");
}

#[test]
fn an_environment_at_rest_is_asleep_and_its_consequences_are_silent() {
    let silent = Alarm {
        state: "ALARM".to_owned(),
        comparison: Some("LessThanThreshold".to_owned()),
        reason: Some("Threshold Crossed: no datapoints were received for 1 period and 1 missing datapoint was treated as [Breaching].".to_owned()),
        ..alarm()
    };
    let unknown = Alarm { arn: revision(1), state: "INSUFFICIENT_DATA".to_owned(), ..alarm() };
    let verdict = verdict(&asleep().with([silent, unknown]), false);
    assert_eq!((verdict.health, verdict.headline()), (Health::Asleep, "asleep"));
    let evidence = &verdict.findings[0].evidence;
    assert!(
        evidence.contains(&"database city-db is stopped; AWS starts it again Tue 08:45".to_owned()),
        "{evidence:?}"
    );
    assert_eq!(verdict.findings.len(), 1, "{verdict:#?}");
}

#[test]
fn a_measured_alarm_counts_even_in_sleep() {
    assert_eq!(verdict(&asleep().with([firing()]), false).health, Health::Bad);
}

#[test]
fn what_sleeps_in_another_region_under_the_same_name_hushes_no_alarm_here() {
    let abroad = Scope::new("prooflink", "us-east-1");
    let silent = Alarm { comparison: Some("LessThanThreshold".to_owned()), ..firing() };
    let mut shelves = well().with([silent]);
    let night = Service { desired: 0, running: 0, ..service() };
    let id = night.id(&abroad);
    shelves.0.put(&abroad, Service::KIND, &Coverage::All, Ok(Reading::whole(vec![night]).into()), now());
    let mut environment = environment(&shelves, true);
    let assessment = Some(Assessment::new(Health::Asleep, "asleep"));
    environment.members.push(Member { name: "Backend".to_owned(), assessment, because: Vec::new(), id });
    environment.scopes.push(abroad);
    let others = crate::offhours::ExternalSchedulers::default();
    let input = DiagnosisInput {
        environment: &environment,
        offhours: None,
        others: &others,
        strays: &BTreeSet::new(),
        notes_days: crate::kinds::db_instance::NOTES_DAYS,
    };
    let verdict = shelves.seen(true, |cx| read(&input, &shelves.0, cx.resource_index, cx.now, cx.zone));
    assert_eq!(verdict.health, Health::Bad, "{verdict:#?}");
}

#[test]
fn a_protected_environment_does_not_sleep_by_a_stopped_database() {
    let verdict = verdict(&asleep(), true);
    assert_eq!(verdict.health, Health::Bad);
    assert!(verdict.headline().starts_with("database city-db is stopped"), "{verdict:#?}");
}

#[test]
fn no_tasks_with_a_database_up_is_asleep_but_for_it() {
    let verdict = verdict(&asleep().with([database()]), false);
    assert_eq!((verdict.health, verdict.headline()), (Health::Asleep, "asleep, but for database city-db"));
}

#[test]
fn a_part_that_sleeps_makes_nothing_asleep() {
    let night = Service {
        arn: revision(9),
        name: "Batch".to_owned(),
        desired: 0,
        running: 0,
        attachments: Vec::new(),
        ..service()
    };
    let verdict = verdict(&well().with([service(), night]), false);
    assert_eq!((verdict.health, verdict.headline()), (Health::Well, "well"));
    assert_eq!(verdict.findings.last().unwrap().message, "Batch is asleep: 0 desired tasks");
}

#[rstest]
#[case::far(Some(1000), None)]
#[case::soon(Some(20), Some("database city-db: its certificate ends"))]
#[case::over(Some(-3), Some("database city-db: its certificate ended"))]
#[case::untold(None, None)]
fn a_certificate_that_ends_soon_is_a_note(#[case] days: Option<i64>, #[case] message: Option<&str>) {
    let certificate_until = days.map(|days| now() + jiff::SignedDuration::from_hours(days * 24));
    let verdict = verdict(&well().with([DbInstance { certificate_until, ..database() }]), true);
    assert_eq!(verdict.health, Health::Well, "a note changes no verdict");
    let told = verdict.findings.iter().find(|finding| finding.message.contains("certificate"));
    assert_eq!(told.is_some(), message.is_some(), "{verdict:#?}");
    assert!(message.is_none_or(|message| told.is_some_and(|told| told.message.starts_with(message))), "{told:?}");
}

fn denied(operation: &str) -> Fault {
    Fault::new(FaultKind::Denied, operation, "User: x is not authorized to perform this")
}

#[test]
fn what_cannot_be_read_is_unknown_with_the_remedy() {
    let shelves =
        Shelves::default().with([service()]).with([alarm()]).failing::<DbInstance>(denied("rds:DescribeDBInstances"));
    let verdict = verdict(&shelves, true);
    assert_eq!(
        (verdict.health, verdict.headline()),
        (Health::Unknown, "could not be read: rds:DescribeDBInstances denied")
    );
    assert!(verdict.findings[0].evidence[1].contains("toban policy"), "{verdict:#?}");
}

#[test]
fn old_data_beside_a_fresh_fault_still_counts() {
    let shelves = well().failing::<DbInstance>(denied("rds:DescribeDBInstances"));
    assert_eq!(verdict(&shelves, true).health, Health::Well);
}

#[test]
fn data_that_went_stale_behind_a_fault_is_unknown() {
    let mut shelves = well();
    let found = Reading::whole(vec![database()]).into();
    shelves.0.put(&scope(), DbInstance::KIND, &Coverage::All, Ok(found), ago(25));
    let verdict = verdict(&shelves.failing::<DbInstance>(denied("rds:DescribeDBInstances")), true);
    assert_eq!(
        (verdict.health, verdict.headline()),
        (Health::Unknown, "could not be read for 25 min: rds:DescribeDBInstances denied")
    );
}

#[test]
fn a_part_that_fails_matters_only_to_its_own_environment() {
    let part_of = |key: &str| {
        let mut shelves = well();
        let parts = vec![
            (crate::world::Part::from("mine"), Ok(vec![targets([healthy(5)])])),
            (crate::world::Part::from(key), Err(denied("elasticloadbalancing:DescribeTargetHealth"))),
        ];
        let found = Reading::of(parts).into();
        shelves.0.put(&scope(), TargetHealth::KIND, &Coverage::All, Ok(found), now());
        verdict(&shelves, true).health
    };
    assert_eq!(part_of("somebody else's group"), Health::Well);
    assert_eq!(part_of(group().arn.as_str()), Health::Unknown);
}

#[test]
fn a_bad_part_is_worse_than_an_unread_one() {
    let shelves = well().with([targets([answers(5, 502)])]).failing::<DbCluster>(denied("rds:DescribeDBClusters"));
    assert_eq!(verdict(&shelves, true).health, Health::Bad);
}

#[test]
fn without_its_stopped_tasks_a_service_that_cannot_pull_its_image_is_unknown() {
    let waiting = Service {
        desired: 1,
        running: 0,
        pending: 1,
        events: Vec::new(),
        deployments: vec![deployment(117, 0, 1)],
        ..service()
    };
    let shelves = || Shelves::default().with([waiting.clone()]).with([alarm()]).with([database()]);
    let stop = stopped("a", 4, "TaskFailedToStart", "CannotPullContainerError: failed to resolve ref: not found");
    assert_eq!(verdict(&shelves().with([stop]), true).health, Health::Bad);
    let verdict = verdict(&shelves().failing::<Task>(denied("ecs:DescribeTasks")), true);
    assert_eq!((verdict.health, verdict.headline()), (Health::Unknown, "could not be read: ecs:DescribeTasks denied"));
}

#[test]
fn what_is_worrying_may_be_bad_where_evidence_is_missing() {
    let shelves = well().with([targets([healthy(5), answers(6, 502)])]);
    let known = verdict(&shelves, true);
    assert_eq!(known.health, Health::Worrying);
    let fault = denied("elasticloadbalancing:DescribeLoadBalancers");
    let verdict = verdict(&shelves.failing::<LoadBalancer>(fault), true);
    assert_eq!((verdict.health, verdict.headline()), (Health::Unknown, known.headline()), "sickness speaks first");
    let unread = &verdict.findings[1];
    let message = "could not be read: elasticloadbalancing:DescribeLoadBalancers denied";
    assert_eq!((unread.health, unread.message.as_str()), (Health::Unknown, message));
}

#[test]
fn nothing_judged_is_unknown() {
    let verdict = verdict(&Shelves::default().with([group()]), true);
    assert_eq!((verdict.health, verdict.headline()), (Health::Unknown, "nothing that tells its health has been read"));
}

#[test]
fn notes_tell_and_change_nothing() {
    let old = DbInstance { version: Some("13.7".to_owned()), ..database() };
    let blind = Alarm { state: "INSUFFICIENT_DATA".to_owned(), since: Some(ago(3 * 1440)), ..alarm() };
    let stuck = Service { desired: 1, running: 1, max_percent: Some(100), ..service() };
    let verdict = verdict(&well().with([old]).with([blind]).with([stuck]), true);
    assert_eq!((verdict.health, verdict.headline()), (Health::Well, "well"));
    let message: Vec<&str> = verdict.findings.iter().map(|it| it.message.as_str()).collect();
    assert_eq!(
        message,
        [
            "Backend: one task with 100/100 percent leaves no room for a rollout",
            "alarm backend-cpu has had no data for 3 d: does its metric exist?",
            "database city-db: postgres 13 is past standard support (2026-02-28): AWS charges for extended support",
        ]
    );
}

#[test]
fn several_groups_are_named() {
    let second = TargetGroup { arn: revision(77), name: "city-frontend".to_owned(), ..group() };
    let verdict = verdict(&well().with([group(), second]).with([targets([answers(5, 502), healthy(6)])]), true);
    assert_eq!(verdict.headline(), "city-backend: 1 of 2 targets answers 502");
}

#[test]
fn every_kind_has_a_name_of_its_own() {
    let mut names: Vec<_> = KINDS.iter().map(|kind| kind.name()).collect();
    names.sort();
    names.dedup();
    assert_eq!(names.len(), KINDS.len());
}

fn some_world() -> impl Strategy<Value = Shelves> {
    let status = prop::sample::select(
        crate::kinds::db_instance::STATUSES.iter().map(|(status, ..)| *status).collect::<Vec<_>>(),
    );
    let rollout = prop::option::of(prop::sample::select(vec!["COMPLETED", "IN_PROGRESS", "FAILED", "NEW"]));
    let state = prop::sample::select(vec!["OK", "ALARM", "INSUFFICIENT_DATA", "NEW"]);
    let target = prop::sample::select(vec![
        healthy(5),
        answers(6, 502),
        answers(7, 301),
        target(8, "initial", "Elb.InitialHealthChecking", ""),
        target(9, "draining", "", ""),
    ]);
    (0u32..3, 0u32..3, 0u32..2, rollout, status, state, prop::collection::vec(target, 0..4)).prop_map(
        |(desired, running, pending, rollout, status, state, found)| {
            let mut deployment = deployment(117, running, desired);
            deployment.rollout = rollout.map(str::to_owned);
            Shelves::default()
                .with([Service { desired, running, pending, deployments: vec![deployment], ..service() }])
                .with([group()])
                .with([targets(found)])
                .with([DbInstance { status: status.to_owned(), ..database() }])
                .with([Alarm { state: state.to_owned(), ..firing() }])
        },
    )
}

proptest! {
    #[test]
    fn a_verdict_is_never_better_than_its_worst_part(shelves in some_world(), protected: bool) {
        let environment = environment(&shelves, protected);
        let verdict = verdict(&shelves, protected);
        // Parts that sleep make no environment asleep; a group without a serving target is hushed at rest.
        let parts = environment.members.iter().filter(|member| verdict.health != Health::Asleep || member.id.kind != TargetGroup::KIND);
        let worst = parts
            .filter_map(|member| member.assessment.as_ref())
            .map(|assessment| if assessment.health == Health::Asleep { Health::Well } else { assessment.health })
            .max()
            .unwrap_or_default();
        prop_assert!(verdict.health >= worst, "{:?} of {worst:?}: {:#?}", verdict.health, verdict.findings);
        if !verdict.health.is_fine() {
            prop_assert_ne!(verdict.headline(), verdict.health.word());
            prop_assert_eq!(verdict.findings[0].health, verdict.health);
        }
    }
}
