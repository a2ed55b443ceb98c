//! Tests of target states in words, and of how groups are judged and listed.

use rstest::rstest;

use super::{TargetGroup, TargetGroups, words};
use crate::display::Section;
use crate::kinds::Counts;
use crate::kinds::Kind;
use crate::kinds::ecs_service::Service;
use crate::kinds::target_health::{Anomaly, Override, Target};
use crate::kinds::testing_samples::*;
use crate::world::Health;

#[rstest]
#[case("healthy", "", "", "", Health::Well)]
#[case(
    "initial",
    "Elb.RegistrationInProgress",
    "Target registration is in progress",
    "is being registered",
    Health::Changing
)]
#[case(
    "initial",
    "Elb.InitialHealthChecking",
    "Initial health checks in progress",
    "is being checked for the first time",
    Health::Changing
)]
#[case(
    "unhealthy",
    "Target.ResponseCodeMismatch",
    "Health checks failed with these codes: [502]",
    "answers 502 (expected 200)",
    Health::Bad
)]
#[case(
    "unhealthy",
    "Target.ResponseCodeMismatch",
    "Health checks failed",
    "answers an unexpected code (expected 200)",
    Health::Bad
)]
#[case("unhealthy", "Target.Timeout", "Request timed out", "does not answer in time", Health::Bad)]
#[case(
    "unhealthy",
    "Target.FailedHealthChecks",
    "Health checks failed",
    "refuses connections (port, TLS or app not listening)",
    Health::Bad
)]
#[case(
    "unused",
    "Target.NotRegistered",
    "Target is not registered to the target group",
    "is not registered",
    Health::Worrying
)]
#[case(
    "unused",
    "Target.NotInUse",
    "Target group is not configured to receive traffic from the load balancer",
    "gets no traffic: no listener rule leads to its group",
    Health::Worrying
)]
#[case(
    "unused",
    "Target.NotInUse",
    "Target is in an Availability Zone that is not enabled for the load balancer",
    "is in a zone the load balancer does not use",
    Health::Worrying
)]
#[case("unused", "Target.InvalidState", "Target is in the stopped state", "is a stopped instance", Health::Worrying)]
#[case(
    "unused",
    "Target.InvalidState",
    "Target is in the terminated state",
    "is a terminated instance",
    Health::Worrying
)]
#[case(
    "unused",
    "Target.IpUnusable",
    "Target IP address is reserved",
    "has an address that a load balancer uses",
    Health::Bad
)]
#[case(
    "draining",
    "Target.DeregistrationInProgress",
    "Target deregistration is in progress",
    "is draining",
    Health::Changing
)]
#[case("unhealthy.draining", "", "", "is draining", Health::Changing)]
#[case(
    "unavailable",
    "Target.HealthCheckDisabled",
    "Health checks are disabled for this target",
    "not checked",
    Health::Well
)]
#[case(
    "unhealthy",
    "Elb.InternalError",
    "Health checks failed due to an internal error",
    "cannot be checked: the load balancer has an internal error",
    Health::Bad
)]
#[case("unhealthy", "Target.New", "Something new", "is unhealthy (Target.New)", Health::Bad)]
#[case("unhealthy", "", "", "is unhealthy", Health::Bad)]
#[case("shiny", "", "", "is shiny", Health::Unknown)]
#[case("shiny", "Target.New", "", "is shiny (Target.New)", Health::Unknown)]
fn every_state_has_words(
    #[case] state: &str,
    #[case] reason: &str,
    #[case] message: &str,
    #[case] full: &str,
    #[case] health: Health,
) {
    let words = words(&target(5, state, reason, message), Some("200"));
    assert_eq!((words.full().as_str(), words.health), (full, health));
}

fn starting() -> Target {
    target(9, "initial", "Elb.InitialHealthChecking", "")
}

fn draining() -> Target {
    target(8, "draining", "Target.DeregistrationInProgress", "")
}

fn slow(n: u32) -> Target {
    target(n, "unhealthy", "Target.Timeout", "Request timed out")
}

fn off(n: u32) -> Target {
    target(n, "unused", "Target.InvalidState", "Target is in the stopped state")
}

#[rstest]
#[case::all_healthy(vec![healthy(5), healthy(6)], Health::Well, "")]
#[case::some_fail(vec![healthy(5), slow(6)], Health::Worrying, "1 of 2 targets does not answer in time")]
#[case::none_healthy(vec![slow(5), slow(6)], Health::Bad, "2 of 2 targets do not answer in time")]
#[case::most_speak(vec![healthy(5), answers(6, 502), answers(7, 502), slow(4)], Health::Worrying, "2 of 4 targets answer 502, 1 for other reasons")]
#[case::fail_open(vec![answers(5, 301), answers(6, 301)], Health::Worrying, "2 of 2 targets answer 301: the load balancer sends to all (fail-open)")]
#[case::bad_request(vec![answers(5, 400)], Health::Worrying, "1 of 1 target answers 400: the load balancer sends to all (fail-open)")]
#[case::no_fail_open(vec![answers(5, 301), answers(6, 500)], Health::Bad, "1 of 2 targets answers 301, 1 for other reasons")]
#[case::starting(vec![healthy(5), starting()], Health::Changing, "1 of 2 targets is being checked for the first time")]
#[case::only_starting(vec![starting()], Health::Changing, "1 of 1 target is being checked for the first time")]
#[case::draining(vec![healthy(5), draining()], Health::Changing, "1 of 2 targets is draining")]
#[case::instances_stopped(vec![off(5), off(6)], Health::Bad, "2 of 2 targets are stopped instances")]
#[case::odd(vec![healthy(5), target(6, "shiny", "", "")], Health::Unknown, "1 of 2 targets is shiny")]
fn groups_are_judged_by_their_targets(#[case] found: Vec<Target>, #[case] health: Health, #[case] why: &str) {
    let shelves = Shelves::default().with([targets(found)]);
    let assessment = shelves.seen(true, |cx| TargetGroups::assess(&group(), cx)).unwrap();
    assert_eq!((assessment.health, assessment.why.unwrap_or_default()), (health, why.to_owned()));
}

#[rstest]
#[case::one_zone(vec![healthy(5), shifted(6)], Health::Worrying, "1 of 2 targets gets no traffic: zone ap-northeast-1a is shifted away")]
#[case::all_zones(vec![shifted(5), shifted(6)], Health::Bad, "2 of 2 targets get no traffic: zone ap-northeast-1a is shifted away")]
#[case::gray(vec![healthy(5), anomalous(6)], Health::Worrying, "1 of 2 targets passes its checks but fails requests more than the others (anomalous)")]
#[case::failing_speaks_first(vec![shifted(5), slow(6)], Health::Bad, "1 of 2 targets does not answer in time")]
fn what_a_shift_or_an_anomaly_does_to_healthy_targets_is_told(
    #[case] found: Vec<Target>,
    #[case] health: Health,
    #[case] why: &str,
) {
    let shelves = Shelves::default().with([targets(found)]);
    let assessment = shelves.seen(true, |cx| TargetGroups::assess(&group(), cx)).unwrap();
    assert_eq!((assessment.health, assessment.why.unwrap_or_default()), (health, why.to_owned()));
}

fn shifted(n: u32) -> Target {
    let state = "zonal_shift_active".to_owned();
    Target { overridden: Some(Override { state, reason: None, description: None }), ..healthy(n) }
}

fn anomalous(n: u32) -> Target {
    Target { anomaly: Some(Anomaly { result: "anomalous".to_owned(), mitigated: true }), ..healthy(n) }
}

#[test]
fn stopped_instances_sleep_where_that_is_allowed() {
    let shelves = Shelves::default().with([targets([off(5)])]);
    assert_eq!(shelves.seen(false, |cx| TargetGroups::assess(&group(), cx)).unwrap().health, Health::Asleep);
}

#[rstest]
#[case::no_service(None, Health::Worrying)]
#[case::asleep(Some(Service { desired: 0, running: 0, ..service() }), Health::Asleep)]
#[case::starting(Some(Service { desired: 1, running: 0, pending: 1, ..service() }), Health::Changing)]
#[case::running(Some(service()), Health::Worrying)]
fn no_targets(#[case] service: Option<Service>, #[case] health: Health) {
    let shelves = Shelves::default().with([targets([])]).with(service);
    assert_eq!(shelves.seen(true, |cx| TargetGroups::assess(&group(), cx)).unwrap().health, health);
}

#[test]
fn a_group_without_load_balancer_or_without_news_has_no_say() {
    let unused = TargetGroup { load_balancers: Vec::new(), ..group() };
    let mut counts = Counts::default();
    Shelves::default().with([targets([slow(5)])]).seen(true, |cx| {
        assert_eq!(TargetGroups::assess(&unused, cx), None);
        TargetGroups::count(&unused, cx, &mut counts);
        let listed = TargetGroups::to_json(&unused, cx).unwrap();
        assert_eq!((&listed["load_balancer"], &listed["health"]), (&serde_json::Value::Null, &"well".into()));
    });
    assert_eq!(counts, Counts::default());
    Shelves::default().seen(true, |cx| {
        assert_eq!(TargetGroups::assess(&group(), cx), None);
        assert_eq!(TargetGroups::to_json(&group(), cx).unwrap()["targets"], serde_json::Value::Null);
    });
}

#[test]
fn events_tell_since_when() {
    let mut service = service();
    let message = format!(
        "(service Backend) (port 5000) is unhealthy in (target-group {}) due to (reason Health checks failed with these codes: [502]).",
        group().arn
    );
    service.events.insert(0, event(4, &message));
    service.events.insert(0, event(2, &message));
    let shelves = Shelves::default().with([targets([healthy(5), answers(6, 502)])]).with([service]);
    let assessment = shelves.seen(true, |cx| TargetGroups::assess(&group(), cx)).unwrap();
    assert_eq!(assessment.why.as_deref(), Some("1 of 2 targets answers 502 since 13:58"));
}

#[test]
fn its_object() {
    let shelves = Shelves::default().with([targets([healthy(5), slow(6)])]);
    let listed = shelves.seen(true, |cx| TargetGroups::to_json(&group(), cx)).unwrap();
    insta::assert_snapshot!(serde_json::to_string_pretty(&listed).unwrap(), @r#"
    {
      "name": "city-backend",
      "load_balancer": "city-alb",
      "healthy": 1,
      "total": 2,
      "targets": [
        {
          "id": "10.0.1.5",
          "port": 5000,
          "zone": "ap-northeast-1a",
          "state": "healthy",
          "reason": null,
          "description": null,
          "override": null,
          "anomalous": null
        },
        {
          "id": "10.0.1.6",
          "port": 5000,
          "zone": "ap-northeast-1a",
          "state": "unhealthy",
          "reason": "Target.Timeout",
          "description": "Request timed out",
          "override": null,
          "anomalous": null
        }
      ],
      "idle": false,
      "traffic": null,
      "health": "worrying",
      "why": "1 of 2 targets does not answer in time"
    }
    "#);
    let mut counts = Counts::default();
    shelves.seen(true, |cx| TargetGroups::count(&group(), cx, &mut counts));
    assert_eq!((counts.targets_healthy, counts.targets_total), (1, 2));
}

#[rstest]
#[case::its_own(service(), "ap-northeast-1a", "task 01234567, revision 117")]
#[case::of_a_service_behind_another_group(Service { attachments: Vec::new(), ..service() }, "ap-northeast-1a", "–")]
#[case::beyond_the_vpc(service(), "all", "–")]
fn an_address_is_a_task_only_where_its_service_registers_it(
    #[case] service: Service,
    #[case] zone: &str,
    #[case] behind: &str,
) {
    let target = Target { zone: Some(zone.to_owned()), ..healthy(5) };
    let shelves = Shelves::default().with([targets([target])]).with([task("0123456789abcdef")]).with([service]);
    shelves.seen(true, |cx| assert_eq!(TargetGroups::rows(&group(), cx)[1].cells[4].text, behind));
}

#[test]
fn its_lines_name_who_is_behind_a_target() {
    let shelves =
        Shelves::default().with([targets([healthy(5), slow(6)])]).with([task("0123456789abcdef")]).with([group()]);
    shelves.seen(true, |cx| {
        let rows = TargetGroups::rows(&group(), cx);
        let texts = |at: usize| rows[at].cells.iter().map(|cell| cell.text.as_str()).collect::<Vec<_>>();
        assert_eq!(
            texts(0),
            ["city-backend", "5000", "", "1/2 healthy", "city-alb", "1 of 2 targets does not answer in time"]
        );
        assert_eq!(texts(1), ["  10.0.1.5", "5000", "ap-northeast-1a", "healthy", "task 01234567, revision 117", ""]);
        assert_eq!(rows[1].open.as_ref().unwrap().kind.0, "ecs-task");
        assert_eq!(rows[2].open.as_ref().unwrap().kind.0, "target-group");
        for section in TargetGroups::detail(&group(), cx) {
            if let Section::Table { rows, columns, title, .. } = section {
                assert!(rows.iter().all(|row| row.cells.len() == columns.len()), "{title}");
            }
        }
    });
}
