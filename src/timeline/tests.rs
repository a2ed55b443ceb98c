//! The timeline: whatever order events come in, the same list comes out, in order, within the window, nothing twice; and
//! what each source tells.

use jiff::Timestamp;
use proptest::prelude::*;

use super::{Event, EventKind, TimelineInput, difference, merge, timeline, wants};
use crate::diagnosis::tests::environment;
use crate::kinds::alarm_history::AlarmChange;
use crate::kinds::db_event::{DbMessage, PowerEvents};
use crate::kinds::scaling_activity::ScalingActivity;
use crate::kinds::task_definition::TaskDefinition;
use crate::kinds::testing_samples::*;
use crate::kinds::trail_event::TrailEvent;
use crate::world::{Arn, Fault, FaultKind, Resource};

fn window() -> (Timestamp, Timestamp) {
    (ago(180), now())
}

fn told(shelves: &Shelves, known: &[Event]) -> Vec<Event> {
    let environment = environment(shelves, true);
    shelves.seen(true, |cx| {
        timeline(&TimelineInput { environment: &environment, offhours: None, kind: cx, known, window: window() })
    })
}

fn lines(events: &[Event]) -> Vec<String> {
    events
        .iter()
        .map(|event| {
            let of = event.subject.as_ref().map(|it| it.name.as_str()).unwrap_or("-");
            format!("{} {of}: {}", event.kind.word(), event.what)
        })
        .collect()
}

fn some_event() -> impl Strategy<Value = Event> {
    let kind = prop::sample::select(EventKind::ALL.to_vec());
    let what = prop::sample::select(vec!["a", "b"]);
    let source = prop::sample::select(vec!["one:Source", "another:Source"]);
    let request = prop::option::of(prop::sample::select(vec!["r1", "r2", "r3"]));
    (0i64..200, kind, what, source, prop::bool::ANY, request).prop_map(
        |(minutes, kind, what, source, about, request)| {
            let mut event = Event::new(ago(minutes), kind, source, what);
            event.requests.extend(request.map(str::to_owned));
            if about { event.about(service().id(&scope()), "Backend") } else { event }
        },
    )
}

proptest! {
    #[test]
    fn whatever_the_order_the_list_is_in_order_within_the_window_and_has_nothing_twice(
        events in prop::collection::vec(some_event(), 0..40),
        seed: u64,
    ) {
        let list = merge(events.clone(), window());
        prop_assert!(list.windows(2).all(|pair| pair[0].at <= pair[1].at));
        prop_assert!(list.iter().all(|event| event.until.unwrap_or(event.at) >= window().0 && event.at <= window().1));
        for (at, event) in list.iter().enumerate() {
            for other in list.iter().skip(at + 1) {
                let same = (event.at, event.kind, &event.subject, &event.what, &event.source)
                    == (other.at, other.kind, &other.subject, &other.what, &other.source);
                // Two changes of one moment are two where their requests are.
                prop_assert!(!same || event.kind == EventKind::OwnChange || event.kind == EventKind::Change, "{event:?}");
            }
        }
        let mut shuffled = events;
        let len = shuffled.len().max(1);
        shuffled.rotate_left(usize::try_from(seed % len as u64).unwrap_or(0));
        shuffled.reverse();
        prop_assert_eq!(merge(shuffled, window()), list);
    }

    #[test]
    fn merging_again_changes_nothing(events in prop::collection::vec(some_event(), 0..40)) {
        let once = merge(events, window());
        prop_assert_eq!(merge(once.clone(), window()), once);
    }
}

#[test]
fn equal_events_are_folded_with_their_count() {
    let say = |minutes| {
        Event::new(ago(minutes), EventKind::ServiceEvent, "ecs:DescribeServices", "is unable to place a task")
            .about(service().id(&scope()), "Backend")
    };
    let list = merge(vec![say(40), say(10), say(30), say(20)], window());
    assert_eq!(list.len(), 1);
    assert_eq!((list[0].times, list[0].at, list[0].until), (4, ago(40), Some(ago(10))));
}

fn trail(minutes: i64, name: &str, parameters: &[(&str, &str)]) -> TrailEvent {
    TrailEvent {
        id: format!("{name}-{minutes}"),
        at: ago(minutes),
        name: name.to_owned(),
        source: match name {
            "StopDBInstance" => "rds.amazonaws.com",
            "AuthorizeSecurityGroupIngress" | "RevokeSecurityGroupIngress" => "ec2.amazonaws.com",
            _ => "ecs.amazonaws.com",
        }
        .to_owned(),
        who: Some("arn:aws:sts::1:assumed-role/ci/deploy".to_owned()),
        via: Some("aws-cli".to_owned()),
        from: None,
        request: Some(format!("request-{minutes}")),
        resources: Vec::new(),
        parameters: parameters.iter().map(|(key, value)| ((*key).to_owned(), (*value).to_owned())).collect(),
        error: None,
    }
}

#[test]
fn our_own_change_stands_once_with_who_it_was() {
    let mut own = Event::new(ago(5), EventKind::OwnChange, "journal", "force a new deployment of Backend");
    own.requests = vec!["request-5".to_owned()];
    let shelves = Shelves::default().with([service()]).with([trail(
        5,
        "UpdateService",
        &[("service", "Backend"), ("cluster", "city-prod")],
    )]);
    let list = told(&shelves, &[own]);
    let changes: Vec<&Event> = list.iter().filter(|event| event.is_change()).collect();
    assert_eq!(changes.len(), 1, "{list:#?}");
    assert_eq!(changes[0].kind, EventKind::OwnChange);
    assert_eq!(changes[0].by.as_deref(), Some("arn:aws:sts::1:assumed-role/ci/deploy"));
    assert_eq!(changes[0].subject.as_ref().map(|it| it.name.as_str()), Some("Backend"));
}

#[test]
fn changes_without_resources_are_matched_by_their_parameters() {
    let shelves = Shelves::default().with([service()]).with([database()]).with([
        trail(9, "UpdateService", &[("service", "Backend"), ("taskDefinition", "city-prod-backend:118")]),
        trail(8, "StopDBInstance", &[("dBInstanceIdentifier", "city-db")]),
        trail(7, "RevokeSecurityGroupIngress", &[("groupId", "sg-db")]),
        trail(6, "UpdateService", &[("service", "Elsewhere")]),
        trail(5, "RegisterTaskDefinition", &[("family", "odd")]),
    ]);
    let list = told(&shelves, &[]);
    let changes: Vec<String> =
        list.iter().filter(|event| event.is_change()).cloned().map(|it| lines(&[it])[0].clone()).collect();
    assert_eq!(
        changes,
        [
            "change Backend: UpdateService Backend (taskDefinition city-prod-backend:118), through aws-cli",
            "change city-db: StopDBInstance city-db, through aws-cli",
            "change city-db: RevokeSecurityGroupIngress city-db (groupId sg-db), through aws-cli",
        ]
    );
}

#[test]
fn a_call_that_names_a_cluster_too_is_about_the_service() {
    // A database that is called like the ECS cluster is nobody's cluster of tasks.
    let alike = crate::kinds::db_instance::DbInstance { id: "city-prod".to_owned(), ..database() };
    let parameters =
        [("cluster", "city-prod"), ("service", "Backend"), ("taskDefinition", "arn:aws:ecs:x:1:task-definition/odd:1")];
    let shelves = Shelves::default().with([service()]).with([alike]).with([trail(9, "UpdateService", &parameters)]);
    let list = told(&shelves, &[]);
    let about: Vec<&str> = list
        .iter()
        .filter(|event| event.is_change())
        .filter_map(|event| event.subject.as_ref().map(|it| it.name.as_str()))
        .collect();
    assert_eq!(about, ["Backend"], "{list:#?}");
}

#[test]
fn two_tasks_that_stop_at_one_moment_are_two() {
    let same = |id: &str| stopped(id, 10, "EssentialContainerExited", "OutOfMemoryError: killed");
    let list = told(&Shelves::default().with([service()]).with([same("a"), same("b")]), &[]);
    let stops: Vec<(usize, usize)> = list
        .iter()
        .filter(|event| event.kind == EventKind::TaskStopped)
        .map(|event| (event.times, event.detail.len()))
        .collect();
    assert_eq!(stops.iter().map(|(times, _)| times).sum::<usize>(), 2, "{list:#?}");
}

#[test]
fn what_is_remembered_of_an_alarm_or_a_deployment_is_not_told_twice() {
    let of = |minutes, kind, source, what: &str, learned: Option<Timestamp>| {
        let mut event = Event::new(ago(minutes), kind, source, what).about(service().id(&scope()), "x");
        event.learned = learned;
        event
    };
    let list = merge(
        vec![
            of(30, EventKind::Alarm, "cloudwatch:DescribeAlarms", "ALARM: 91 > 80 for 5 min", Some(ago(29))),
            of(
                30,
                EventKind::Alarm,
                "cloudwatch:DescribeAlarmHistory",
                "OK → ALARM: Threshold Crossed: 1 datapoint",
                None,
            ),
            of(20, EventKind::Deployment, "ecs:DescribeServices", "deployment of revision 118 began", Some(ago(19))),
            of(
                20,
                EventKind::Deployment,
                "ecs:DescribeServices",
                "deployment of revision 118 began: image a → b",
                None,
            ),
            of(10, EventKind::Alarm, "cloudwatch:DescribeAlarms", "OK", None),
        ],
        window(),
    );
    let told: Vec<(&str, bool)> = list.iter().map(|event| (event.what.as_str(), event.learned.is_some())).collect();
    assert_eq!(
        told,
        [
            ("OK → ALARM: Threshold Crossed: 1 datapoint", false),
            ("deployment of revision 118 began: image a → b", false),
            ("OK", false)
        ]
    );
}

#[test]
fn every_source_tells_its_part() {
    let mut service = service();
    service.deployments[0].created_at = Some(ago(50));
    service.events = vec![
        event(40, "(service Backend) has reached a steady state."),
        event(42, "(service Backend) has started 1 tasks: (task 0123)."),
    ];
    let change = AlarmChange {
        key: "backend-cpu@1".to_owned(),
        alarm: "backend-cpu".to_owned(),
        at: ago(30),
        from: Some("OK".to_owned()),
        to: "ALARM".to_owned(),
        reason: Some("Threshold Crossed".to_owned()),
    };
    let scaled = ScalingActivity {
        id: "s1".to_owned(),
        resource: "service/city-prod/Backend".to_owned(),
        description: "Setting desired count to 4.".to_owned(),
        cause: Some("monitor alarm x in state ALARM triggered policy y".to_owned()),
        status: "Successful".to_owned(),
        message: None,
        at: ago(29),
    };
    let failover = DbMessage { at: ago(20), message: "Multi-AZ instance failover completed".to_owned() };
    let shelves = Shelves::default()
        .with([service])
        .with([alarm()])
        .with([database()])
        .with([change])
        .with([scaled])
        .with([PowerEvents { arn: database().arn.as_str().to_owned(), told: Vec::new(), messages: vec![failover] }])
        .with([stopped("x", 10, "EssentialContainerExited", "OutOfMemoryError: Container killed due to memory usage")]);
    insta::assert_snapshot!(lines(&told(&shelves, &[])).join("\n"));
}

#[test]
fn what_happened_before_the_window_or_after_now_stays_out() {
    let old = Event::new(ago(500), EventKind::Health, "store", "was bad");
    let ahead = Event::new(now() + jiff::SignedDuration::from_mins(5), EventKind::Health, "store", "will be bad");
    assert!(merge(vec![old, ahead], window()).is_empty());
}

#[test]
fn a_revision_tells_what_it_differs_in() {
    let old = definition();
    let mut new =
        TaskDefinition { arn: Arn::from("x:118"), revision: 118, memory: Some("2048".to_owned()), ..definition() };
    new.containers[0].image = Some("123456789012.dkr.ecr.ap-northeast-1.amazonaws.com/city-backend:v8".to_owned());
    new.containers[0].environment = vec!["REDIS_URL".to_owned()];
    assert_eq!(
        difference(&old, &new),
        ["memory 1024 → 2048", "image city-backend:latest → city-backend:v8", "variable REDIS_URL added"]
    );
    assert!(difference(&old, &old).is_empty());
}

#[test]
fn a_denied_source_is_missing_with_what_it_would_tell() {
    let denied = Fault::new(FaultKind::Denied, "cloudtrail:LookupEvents", "no");
    let shelves = Shelves::default().with([service()]).failing::<TrailEvent>(denied);
    let environment = environment(&shelves, true);
    let missing = super::missing(&shelves.0, &wants(&environment, &shelves.0, ago(180)));
    assert!(missing.contains(&("cloudtrail:LookupEvents".to_owned(), "denied", "who changed what")), "{missing:?}");
}

#[test]
fn a_clock_that_is_behind_loses_nothing_of_the_last_minutes() {
    let mut ahead = service();
    ahead.events = vec![event(-4, "(service Backend) has reached a steady state.")];
    let list = told(&Shelves::default().with([ahead]), &[]);
    assert!(list.iter().any(|event| event.at == ago(-4)), "{list:#?}");
    // Who asks for a window that ended gets that window.
    let shelves = Shelves::default().with([service()]);
    let environment = environment(&shelves, true);
    let late = Event::new(ago(50), EventKind::Health, "toban", "later");
    let list = shelves.seen(true, |cx| {
        let known = std::slice::from_ref(&late);
        timeline(&TimelineInput {
            environment: &environment,
            offhours: None,
            kind: cx,
            known,
            window: (ago(180), ago(60)),
        })
    });
    assert!(!list.contains(&late), "{list:#?}");
}

#[test]
fn a_thousand_stopped_tasks_are_a_few_lines() {
    let many: Vec<_> = (0..1_000)
        .map(|n| stopped(&format!("t{n}"), 1 + n % 50, "EssentialContainerExited", "OutOfMemoryError: killed"))
        .collect();
    let list = told(&Shelves::default().with([service()]).with(many), &[]);
    let stops: Vec<&Event> = list.iter().filter(|event| event.kind == EventKind::TaskStopped).collect();
    assert_eq!(stops.iter().map(|event| event.times).sum::<usize>(), 1_000);
    assert!(stops.len() < 5, "{}", stops.len());
    assert!(stops.iter().all(|event| event.detail.len() <= 8), "what stands beside is bounded");
}
