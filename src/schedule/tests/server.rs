//! What EventBridge Scheduler is given, and how far what it holds may differ.

use rstest::rstest;

use super::*;
use crate::schedule::cron::{Weekly, once};
use crate::schedule::drift::{Difference, Stored, schedule_drift};
use crate::schedule::materialise::{NotPlanned, Planned, Wanted, materialise, name};

fn database() -> Member {
    Member::new(MemberKind::RdsInstance, "prooflink-dev-db")
}

fn web() -> Member {
    Member {
        cluster: Some("prooflink-dev-cluster".into()),
        ..Member::new(MemberKind::EcsService, "prooflink-dev-service")
    }
}

const ARN: &str = "arn:aws:rds:ap-northeast-1:123456789012:db:prooflink-dev-db";

fn planned(schedule: &Schedule, exceptions: &Exceptions, member: &Member, among: &[Member], now: &str) -> Vec<Planned> {
    let wanted = Wanted { member, among, arn: ARN, count: Some(2), autoscaled: false };
    materialise(Intent::new(schedule, exceptions), wanted, at(schedule, now)).unwrap()
}

fn told(planned: &[Planned]) -> Vec<String> {
    planned.iter().map(|plan| format!("{} {} {}", plan.verb.word(), plan.expression, plan.timezone)).collect()
}

#[rstest]
#[case("mon-sun", "22:00", "cron(0 22 * * ? *)")]
#[case("mon-fri", "08:45", "cron(45 8 ? * MON-FRI *)")]
#[case("sun,tue,sat", "00:05", "cron(5 0 ? * SUN,TUE,SAT *)")]
fn aws_cron_has_six_fields(#[case] days: &str, #[case] time: &str, #[case] expected: &str) {
    let weekly = Weekly { days: days.parse().unwrap(), time: time.parse().unwrap() };
    assert_eq!(weekly.expression(), expected);
    assert_eq!(expected.trim_start_matches("cron(").split_whitespace().count(), 6);
}

#[test]
fn a_missing_time_does_not_fire_and_a_double_one_fires_once() {
    let weekly = |time: &str| Weekly { days: Days::ALL, time: time.parse().unwrap() };
    let schedule = of("America/New_York", &["mon 09:00-10:00"]);
    let fires = |time, from, to| weekly(time).firings(&schedule.zone, at(&schedule, from), at(&schedule, to)).len();
    assert_eq!(fires("02:30", "2026-03-07 00:00", "2026-03-10 00:00"), 2);
    assert_eq!(fires("01:30", "2026-10-31 00:00", "2026-11-03 00:00"), 3);
    // A single instant in the doubled hour has to be said in UTC.
    let second: Timestamp = "2026-11-01T06:30:00Z".parse().unwrap();
    assert_eq!(once(&schedule.zone, second), ("at(2026-11-01T06:30:00)".into(), "UTC".into()));
    assert_eq!(once(&tokyo(), second), ("at(2026-11-01T15:30:00)".into(), "Asia/Tokyo".into()));
}

#[test]
fn without_a_calendar_stop_and_start_recur() {
    let mut schedule = office();
    schedule.holidays = None;
    let none = Exceptions::default();
    let week = |schedule: &Schedule| told(&planned(schedule, &none, &database(), &[database()], "2026-11-19 12:00"));
    assert_eq!(
        week(&schedule),
        ["stop cron(0 22 ? * MON-FRI *) Asia/Tokyo", "start cron(45 8 ? * MON-FRI *) Asia/Tokyo"]
    );
    schedule.guard = Guard::Daily;
    assert_eq!(week(&schedule), ["stop cron(0 22 * * ? *) Asia/Tokyo", "start cron(45 8 ? * MON-FRI *) Asia/Tokyo"]);
}

#[test]
fn with_a_calendar_starts_are_single_and_stops_still_recur() {
    let mut schedule = office();
    schedule.guard = Guard::Daily;
    let plans = planned(&schedule, &Exceptions::default(), &database(), &[database()], "2026-11-19 12:00");
    let starts: Vec<&Planned> = plans.iter().filter(|plan| plan.verb == Verb::Start).collect();
    // 35 days hold 25 weekdays; 11-23 is a holiday.
    assert_eq!(starts.len(), 24);
    assert!(starts.iter().all(|plan| plan.once && plan.dead_letter));
    assert_eq!(starts[0].expression, "at(2026-11-20T08:45:00)");
    assert_eq!(starts[1].expression, "at(2026-11-24T08:45:00)");
    let stops: Vec<&Planned> = plans.iter().filter(|plan| plan.verb == Verb::Stop).collect();
    assert_eq!(stops.len(), 1);
    assert!(!stops[0].once && !stops[0].dead_letter);
    assert_eq!(stops[0].expression, "cron(0 22 * * ? *)");
}

#[test]
fn an_override_is_a_single_stop_and_a_recurring_one_that_waits() {
    let schedule = office();
    let tonight = with_override(over(&schedule, Keep::Running, "2026-11-19 23:30"));
    let plans = planned(&schedule, &tonight, &database(), &[database()], "2026-11-19 21:50");
    assert!(plans[0].once && plans[0].verb == Verb::Stop, "the single stop is written first");
    assert_eq!(plans[0].expression, "at(2026-11-19T23:30:00)");
    assert_eq!(plans[0].name, "rds-instance.prooflink-dev-db.stop.20261119T233000");
    let recurring = plans.iter().find(|plan| !plan.once).unwrap();
    assert_eq!(recurring.start_date, Some(at(&schedule, "2026-11-19 22:01")));
    // Once it is over, nothing of it is left.
    let after = planned(&schedule, &tonight, &database(), &[database()], "2026-11-20 00:00");
    assert!(after.iter().all(|plan| plan.start_date.is_none() && !(plan.once && plan.verb == Verb::Stop)));
}

#[test]
fn stages_become_offsets() {
    let mut schedule = office();
    schedule.holidays = None;
    let none = Exceptions::default();
    let both = [web(), database()];
    let of = |member: &Member| told(&planned(&schedule, &none, member, &both, "2026-11-19 12:00"));
    assert_eq!(of(&web()), ["stop cron(0 22 ? * MON-FRI *) Asia/Tokyo", "start cron(0 9 ? * MON-FRI *) Asia/Tokyo"]);
    assert_eq!(
        of(&database()),
        ["stop cron(10 22 ? * MON-FRI *) Asia/Tokyo", "start cron(45 8 ? * MON-FRI *) Asia/Tokyo"]
    );
}

#[test]
fn offsets_and_leads_move_the_day_over_midnight() {
    let schedule = of("Asia/Tokyo", &["fri 00:10-23:55"]);
    let none = Exceptions::default();
    let both = [web(), database()];
    let plans = planned(&schedule, &none, &database(), &both, "2026-11-19 12:00");
    assert_eq!(told(&plans), ["stop cron(5 0 ? * SAT *) Asia/Tokyo", "start cron(55 23 ? * THU *) Asia/Tokyo"]);
}

#[test]
fn a_skipped_time_becomes_a_single_one() {
    let mut schedule = of("America/New_York", &["sun 02:30-12:00"]);
    schedule.start_lead = SignedDuration::ZERO;
    let plans = planned(&schedule, &Exceptions::default(), &database(), &[database()], "2026-03-06 12:00");
    let single: Vec<&Planned> = plans.iter().filter(|plan| plan.once).collect();
    assert_eq!(told(&[single[0].clone()]), ["start at(2026-03-08T03:00:00) America/New_York"]);
    assert_eq!(single.len(), 1);
    let shown = preview(Intent::new(&schedule, &Exceptions::default()), at(&schedule, "2026-03-06 12:00"), &[]);
    assert!(
        matches!(shown.warnings.as_slice(), [Warning::SkippedTime { verb: Verb::Start, .. }]),
        "{:?}",
        shown.warnings
    );
}

#[rstest]
#[case(database(), Verb::Stop, "rds:stopDBInstance", r#"{"DbInstanceIdentifier":"prooflink-dev-db"}"#)]
#[case(Member::new(MemberKind::RdsCluster, "c"), Verb::Start, "rds:startDBCluster", r#"{"DbClusterIdentifier":"c"}"#)]
#[case(Member::new(MemberKind::Ec2Instance, "i-1"), Verb::Stop, "ec2:stopInstances", r#"{"InstanceIds":["i-1"]}"#)]
#[case(
    web(),
    Verb::Stop,
    "ecs:updateService",
    r#"{"Cluster":"prooflink-dev-cluster","Service":"prooflink-dev-service","DesiredCount":0}"#
)]
#[case(
    web(),
    Verb::Start,
    "ecs:updateService",
    r#"{"Cluster":"prooflink-dev-cluster","Service":"prooflink-dev-service","DesiredCount":2}"#
)]
fn targets_and_inputs(#[case] member: Member, #[case] verb: Verb, #[case] action: &str, #[case] input: &str) {
    let plans = planned(&office(), &Exceptions::default(), &member, std::slice::from_ref(&member), "2026-11-19 12:00");
    let plan = plans.iter().find(|plan| plan.verb == verb).unwrap();
    assert_eq!(plan.target, format!("arn:aws:scheduler:::aws-sdk:{action}"));
    assert_eq!(plan.input, input);
    assert_eq!(plan.token.len(), 64);
}

#[test]
fn a_count_nobody_knows_and_a_scaled_service_are_not_planned() {
    let schedule = office();
    let none = Exceptions::default();
    let (member, now) = (web(), at(&schedule, "2026-11-19 12:00"));
    let wanted = Wanted { member: &member, among: &[], arn: ARN, count: None, autoscaled: false };
    let refused = |wanted| materialise(Intent::new(&schedule, &none), wanted, now).unwrap_err();
    assert!(matches!(refused(wanted), NotPlanned::CountUnknown(_)));
    assert!(matches!(refused(Wanted { count: Some(0), ..wanted }), NotPlanned::CountUnknown(_)));
    assert!(matches!(refused(Wanted { count: Some(2), autoscaled: true, ..wanted }), NotPlanned::Autoscaled(_)));
    let protected = Exceptions { protect: true, ..Exceptions::default() };
    assert_eq!(planned(&schedule, &protected, &member, &[], "2026-11-19 12:00"), []);
}

#[test]
fn names_fit_and_stay_apart() {
    let long = |tail: &str| Member::new(MemberKind::RdsInstance, format!("{}{tail}", "x".repeat(70)));
    let (one, two) = (name(&long("a"), Verb::Stop, "2200"), name(&long("b"), Verb::Stop, "2200"));
    assert_eq!((one.len(), two.len()), (64, 64));
    assert_ne!(one, two);
    assert!(one.ends_with(".stop.2200"));
    let slashed = name(&web(), Verb::Stop, "2200");
    assert!(
        slashed.chars().all(|c| c.is_ascii_alphanumeric() || "-_.".contains(c)) && slashed.len() <= 64,
        "{slashed}"
    );
}

#[test]
fn schedule_drift_names_what_differs() {
    let mut schedule = office();
    schedule.holidays = None;
    let now = at(&schedule, "2026-11-19 12:00");
    let plans = planned(&schedule, &Exceptions::default(), &database(), &[database()], "2026-11-19 12:00");
    let mut stored: Vec<Stored> = plans
        .iter()
        .map(|plan| Stored {
            name: plan.name.clone(),
            expression: plan.expression.clone(),
            timezone: Some(plan.timezone.clone()),
            enabled: true,
            // Left over from an override of last week.
            start_date: Some(now - minutes(10_000)),
            target: plan.target.clone(),
            input: plan.input.clone(),
        })
        .collect();
    assert_eq!(schedule_drift(&plans, &stored, now), []);
    stored[0].enabled = false;
    stored[0].timezone = None;
    stored[1].name = "other".into();
    let found = schedule_drift(&plans, &stored, now);
    assert_eq!(found.len(), 4);
    assert!(matches!(&found[0], Difference::Changed { field: "timezone", stored, .. } if stored == "UTC"));
    assert!(matches!(&found[1], Difference::Changed { field: "state", stored, .. } if stored == "disabled"));
    assert!(matches!(&found[2], Difference::Missing(plan) if plan.verb == Verb::Start));
    assert_eq!(found[3], Difference::Extra { name: "other".into() });
}
