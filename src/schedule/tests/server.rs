//! What EventBridge Scheduler is given, and how far what it holds may differ.

use rstest::rstest;

use super::*;
use crate::schedule::drift::{Difference, Stored, schedule_drift};
use crate::schedule::expression::write::{Weekly, once};
use crate::schedule::stored::planned_schedules::{
    NotPlanned, Planned, Wanted, addresses, materialise, name, stored_count,
};
use crate::schedule::stored::scheduled_actions;
use crate::schedule::stored::scheduled_actions::Scaling;

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
    let wanted = Wanted { member, among, arn: ARN, count: Some(2), scaling: None };
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
    let starts: Vec<&Planned> = plans.iter().filter(|plan| plan.verb == PowerAction::Start).collect();
    // 35 days hold 25 weekdays; 11-23 is a holiday.
    assert_eq!(starts.len(), 24);
    assert!(starts.iter().all(|plan| plan.once && plan.dead_letter));
    assert_eq!(starts[0].expression, "at(2026-11-20T08:45:00)");
    assert_eq!(starts[1].expression, "at(2026-11-24T08:45:00)");
    let stops: Vec<&Planned> = plans.iter().filter(|plan| plan.verb == PowerAction::Stop).collect();
    assert_eq!(stops.len(), 1);
    assert!(!stops[0].once && !stops[0].dead_letter);
    assert_eq!(stops[0].expression, "cron(0 22 * * ? *)");
}

#[test]
fn an_override_is_a_single_stop_and_a_recurring_one_that_waits() {
    let schedule = office();
    let tonight = with_override(over(&schedule, TargetState::Running, "2026-11-19 23:30"));
    let plans = planned(&schedule, &tonight, &database(), &[database()], "2026-11-19 21:50");
    assert!(plans[0].once && plans[0].verb == PowerAction::Stop, "the single stop is written first");
    assert_eq!(plans[0].expression, "at(2026-11-19T23:30:00)");
    assert_eq!(plans[0].name, "rds-instance.prooflink-dev-db.stop.20261119T233000");
    let recurring = plans.iter().find(|plan| !plan.once).unwrap();
    assert_eq!(recurring.start_date, Some(at(&schedule, "2026-11-19 22:01")));
    // Once it is over, nothing of it is left.
    let after = planned(&schedule, &tonight, &database(), &[database()], "2026-11-20 00:00");
    assert!(after.iter().all(|plan| plan.start_date.is_none() && !(plan.once && plan.verb == PowerAction::Stop)));
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
        matches!(shown.warnings.as_slice(), [Warning::SkippedTime { verb: PowerAction::Start, .. }]),
        "{:?}",
        shown.warnings
    );
}

/// An end in the hour that the clocks leave out is the end of that hour. What recurs by the wall knows nothing of it: a
/// later stage would come early, before the stages it waits for.
#[rstest]
#[case::berlin("Europe/Berlin", "sat 03:00-02:45", "2026-03-27 12:00", "2026-03-29 03:00")]
#[case::new_york("America/New_York", "sat 03:00-02:45", "2026-03-06 12:00", "2026-03-08 03:00")]
#[case::half_an_hour_on_lord_howe("Australia/Lord_Howe", "sat 02:30-02:15", "2026-10-02 12:00", "2026-10-04 02:30")]
fn a_staged_stop_waits_for_its_stage_where_the_end_is_a_missing_time(
    #[case] zone: &str,
    #[case] period: &str,
    #[case] now: &str,
    #[case] end: &str,
    #[values(Guard::None, Guard::Daily)] guard: Guard,
) {
    let schedule = Schedule { guard, ..of(zone, &[period]) };
    let members: Vec<Member> =
        (1..=3).map(|stage| Member { stage, ..Member::new(MemberKind::RdsInstance, format!("db{stage}")) }).collect();
    let (end, day) = (at(&schedule, end), SignedDuration::from_hours(20));
    for (member, late) in members.iter().rev().zip([0, 10, 20]) {
        let plans = planned(&schedule, &Exceptions::default(), member, &members, now);
        let stops = plans.iter().filter(|plan| plan.verb == PowerAction::Stop);
        let near: Vec<Timestamp> =
            stops.flat_map(|plan| plan.firings.clone()).filter(|at| end - day < *at && *at < end + day).collect();
        assert_eq!(near, [end + minutes(late)], "{} in {:?}", member.id, told(&plans));
        // From the next week on it recurs again.
        let recurring = plans.iter().filter(|plan| !plan.once && plan.verb == PowerAction::Stop);
        assert!(recurring.clone().any(|plan| plan.firings.iter().any(|at| *at > end + day)), "{:?}", told(&plans));
        assert!(recurring.clone().all(|plan| plan.start_date.is_none_or(|from| from < end + day)), "{plans:?}");
    }
}

#[rstest]
#[case(database(), PowerAction::Stop, "rds:stopDBInstance", r#"{"DbInstanceIdentifier":"prooflink-dev-db"}"#)]
#[case(
    Member::new(MemberKind::RdsCluster, "c"),
    PowerAction::Start,
    "rds:startDBCluster",
    r#"{"DbClusterIdentifier":"c"}"#
)]
#[case(
    Member::new(MemberKind::Ec2Instance, "i-1"),
    PowerAction::Stop,
    "ec2:stopInstances",
    r#"{"InstanceIds":["i-1"]}"#
)]
#[case(
    web(),
    PowerAction::Stop,
    "ecs:updateService",
    r#"{"Cluster":"prooflink-dev-cluster","Service":"prooflink-dev-service","DesiredCount":0}"#
)]
#[case(
    web(),
    PowerAction::Start,
    "ecs:updateService",
    r#"{"Cluster":"prooflink-dev-cluster","Service":"prooflink-dev-service","DesiredCount":2}"#
)]
fn targets_and_inputs(#[case] member: Member, #[case] verb: PowerAction, #[case] action: &str, #[case] input: &str) {
    let plans = planned(&office(), &Exceptions::default(), &member, std::slice::from_ref(&member), "2026-11-19 12:00");
    let plan = plans.iter().find(|plan| plan.verb == verb).unwrap();
    assert_eq!(plan.target, format!("arn:aws:scheduler:::aws-sdk:{action}"));
    assert_eq!(plan.input, input);
    assert_eq!(plan.token.len(), 64);
}

#[test]
fn a_count_or_bounds_nobody_knows_are_not_guessed() {
    let schedule = office();
    let none = Exceptions::default();
    let (member, now) = (web(), at(&schedule, "2026-11-19 12:00"));
    let wanted = Wanted { member: &member, among: &[], arn: ARN, count: None, scaling: None };
    let refused = |wanted| materialise(Intent::new(&schedule, &none), wanted, now).unwrap_err();
    assert!(matches!(refused(wanted), NotPlanned::CountUnknown(_)));
    assert!(matches!(refused(Wanted { count: Some(0), ..wanted }), NotPlanned::CountUnknown(_)));
    let scaled = |bounds| Wanted { count: Some(2), scaling: Some(scaling(bounds)), ..wanted };
    assert!(matches!(refused(scaled(None)), NotPlanned::BoundsUnknown(_)));
    assert!(matches!(refused(scaled(Some(Bounds::ZERO))), NotPlanned::BoundsUnknown(_)));
    let protected = Exceptions { protect: true, ..Exceptions::default() };
    assert_eq!(planned(&schedule, &protected, &member, &[], "2026-11-19 12:00"), []);
}

const fn scaling(bounds: Option<Bounds>) -> Scaling<'static> {
    Scaling { resource: "service/prooflink-dev-cluster/prooflink-dev-service", group: "toban-prooflink-dev", bounds }
}

/// The actions of a scaled service beside its database.
fn actions(schedule: &Schedule, exceptions: &Exceptions, now: &str) -> Vec<Planned> {
    let (member, among) = (web(), [web(), database()]);
    let scaling = Some(scaling(Some(Bounds { min: 2, max: 10 })));
    let wanted = Wanted { member: &member, among: &among, arn: ARN, count: Some(3), scaling };
    materialise(Intent::new(schedule, exceptions), wanted, at(schedule, now)).unwrap()
}

fn acts(planned: &[Planned]) -> Vec<String> {
    planned.iter().map(|plan| format!("{} {} {}", plan.name, plan.expression, plan.input)).collect()
}

#[test]
fn a_scaled_service_has_its_bounds_closed_and_opened_and_what_opens_is_written_first() {
    let mut schedule = office();
    schedule.holidays = None;
    let plans = actions(&schedule, &Exceptions::default(), "2026-11-19 12:00");
    let name = "toban-prooflink-dev.prooflink-dev-cluster.prooflink-dev-service";
    assert_eq!(
        acts(&plans),
        [
            format!("{name}.start.0900 cron(0 9 ? * MON-FRI *) min=2 max=10"),
            format!("{name}.stop.2200 cron(0 22 ? * MON-FRI *) min=0 max=0"),
        ]
    );
    assert!(plans.iter().all(|plan| plan.timezone == "Asia/Tokyo" && !plan.dead_letter));
    assert!(plans.iter().all(|plan| plan.target == "service/prooflink-dev-cluster/prooflink-dev-service"));
    assert_eq!(plans[0].bounds, Some(Bounds { min: 2, max: 10 }));
}

/// The actions of a service that may be scaled to 0 tasks.
fn from_zero(
    schedule: &Schedule,
    exceptions: &Exceptions,
    count: Option<u32>,
    now: &str,
) -> Result<Vec<Planned>, NotPlanned> {
    let (member, among) = (web(), [web(), database()]);
    let scaling = Some(scaling(Some(Bounds { min: 0, max: 4 })));
    let wanted = Wanted { member: &member, among: &among, arn: ARN, count, scaling };
    materialise(Intent::new(schedule, exceptions), wanted, at(schedule, now))
}

#[test]
fn a_service_that_may_be_scaled_to_nothing_is_lifted_to_what_it_had_and_let_go_of_again() {
    let mut schedule = office();
    schedule.holidays = None;
    let name = "toban-prooflink-dev.prooflink-dev-cluster.prooflink-dev-service";
    let none = Exceptions::default();
    let plans = from_zero(&schedule, &none, Some(2), "2026-11-19 12:00").unwrap();
    assert_eq!(
        acts(&plans),
        [
            format!("{name}.start.0900 cron(0 9 ? * MON-FRI *) min=2 max=4"),
            format!("{name}.start.0910 cron(10 9 ? * MON-FRI *) min=0 max=4"),
            format!("{name}.stop.2200 cron(0 22 ? * MON-FRI *) min=0 max=0"),
        ]
    );
    // It never had more than its upper bound.
    let plans = from_zero(&schedule, &none, Some(9), "2026-11-19 12:00").unwrap();
    assert_eq!(plans[0].input, "min=4 max=4");
    // Where nobody knows how many it had, its bounds are opened and its scaling does the rest.
    let plans = from_zero(&schedule, &none, None, "2026-11-19 12:00").unwrap();
    assert_eq!(plans.iter().map(|plan| plan.input.as_str()).collect::<Vec<_>>(), ["min=0 max=4", "min=0 max=0"]);
}

#[test]
fn what_is_lifted_keeps_holidays_and_exceptions_as_every_start_does() {
    let schedule = office();
    let plans = from_zero(&schedule, &Exceptions::default(), Some(2), "2026-11-19 12:00").unwrap();
    let at_time = |time: &str| {
        let of = plans.iter().filter(|plan| plan.verb == PowerAction::Start && plan.expression.contains(time));
        of.map(|plan| (plan.expression.split('T').next().unwrap().to_owned(), plan.input.clone())).collect::<Vec<_>>()
    };
    let (lifts, lets) = (at_time("T09:00"), at_time("T09:10"));
    assert!(lifts.len() > 20 && lifts.iter().all(|(_, input)| input == "min=2 max=4"), "{lifts:?}");
    assert!(lets.iter().all(|(_, input)| input == "min=0 max=4"), "{lets:?}");
    let days = |all: &[(String, String)]| all.iter().map(|(day, _)| day.clone()).collect::<Vec<_>>();
    assert_eq!(days(&lifts), days(&lets), "each lift is let go of");
    assert!(!days(&lets).iter().any(|day| day.contains("2026-11-23")), "a holiday");

    // Somebody keeps it asleep over its start: neither comes.
    let mut schedule = office();
    schedule.holidays = None;
    let kept = with_override(over(&schedule, TargetState::Stopped, "2026-11-20 09:05"));
    let plans = from_zero(&schedule, &kept, Some(2), "2026-11-19 23:00").unwrap();
    let recurring: Vec<_> = plans.iter().filter(|plan| plan.verb == PowerAction::Start && !plan.once).collect();
    assert!(
        recurring.iter().all(|plan| plan.start_date.is_some_and(|date| date > at(&schedule, "2026-11-20 09:00"))),
        "{recurring:?}"
    );
    let single: Vec<_> = plans.iter().filter(|plan| plan.verb == PowerAction::Start && plan.once).collect();
    let told: Vec<_> = single.iter().map(|plan| (plan.expression.as_str(), plan.input.as_str())).collect();
    assert_eq!(told, [("at(2026-11-20T09:05:00)", "min=2 max=4"), ("at(2026-11-20T09:15:00)", "min=0 max=4")]);

    // A stop within the lift would be undone by what lets go: it is left out, with what to do.
    let mut brief = office();
    (brief.holidays, brief.on) = (None, vec!["mon-fri 09:00-09:05".parse().unwrap()]);
    let why = from_zero(&brief, &Exceptions::default(), Some(2), "2026-11-19 12:00").unwrap_err();
    assert!(why.to_string().contains("give it a lower bound of 1 or more, or a longer period"), "{why}");
}

#[test]
fn a_scaled_service_keeps_holidays_by_single_actions_and_an_override_by_a_single_stop() {
    let schedule = office();
    let tonight = with_override(over(&schedule, TargetState::Running, "2026-11-19 23:30"));
    let plans = actions(&schedule, &tonight, "2026-11-19 21:50");
    let starts: Vec<&Planned> = plans.iter().filter(|plan| plan.verb == PowerAction::Start).collect();
    assert!(starts.len() > 20 && starts.iter().all(|plan| plan.once), "{starts:?}");
    assert!(starts.iter().all(|plan| !plan.expression.contains("2026-11-23")), "a holiday");
    let stops: Vec<&Planned> = plans.iter().filter(|plan| plan.verb == PowerAction::Stop).collect();
    assert_eq!((stops.len(), stops[0].expression.as_str()), (2, "at(2026-11-19T23:30:00)"), "before the recurring one");
    assert_eq!((stops[0].once, stops[0].bounds), (true, Some(Bounds::ZERO)));
    assert_eq!(stops[1].start_date, Some(at(&schedule, "2026-11-19 22:01")));
    let kept = with_override(over(&schedule, TargetState::Stopped, "2026-11-20 12:00"));
    let plans = actions(&schedule, &kept, "2026-11-19 23:00");
    assert_eq!(plans[0].expression, "at(2026-11-20T12:00:00)", "no start before its end");
}

#[test]
fn a_stop_only_schedule_closes_bounds_whatever_they_are() {
    let mut schedule = Schedule::new("nights", tokyo());
    schedule.mode = Mode::StopOnly;
    schedule.stop = vec![StopAt { days: Days::ALL, at: "22:00".parse().unwrap() }];
    let member = web();
    let wanted = Wanted { member: &member, among: &[], arn: ARN, count: None, scaling: Some(scaling(None)) };
    let none = Exceptions::default();
    let plans = materialise(Intent::new(&schedule, &none), wanted, at(&schedule, "2026-11-19 12:00")).unwrap();
    assert_eq!((plans.len(), plans[0].bounds), (1, Some(Bounds::ZERO)));
}

#[test]
fn only_a_name_that_would_be_given_anew_is_ours() {
    let resource = "service/c/web";
    let name = scheduled_actions::name("toban-dev", resource, PowerAction::Stop, "2200");
    assert_eq!(
        (name.as_str(), scheduled_actions::ours("toban-dev", resource, &name)),
        ("toban-dev.c.web.stop.2200", Some(PowerAction::Stop))
    );
    for (group, resource, known) in [
        ("toban-de", resource, name.as_str()),
        ("toban-dev", "service/c/web2", &name),
        ("toban-dev", resource, "nightly-stop"),
        ("toban-dev", resource, "toban-dev.c.web.pause.2200"),
        ("toban-dev", resource, ""),
    ] {
        assert_eq!(scheduled_actions::ours(group, resource, known), None, "{group} {resource} {known}");
    }
    let long = format!("service/{}/{}", "c".repeat(200), "s".repeat(200));
    let cut = scheduled_actions::name("toban-dev", &long, PowerAction::Start, "0900");
    assert_eq!((cut.len(), scheduled_actions::ours("toban-dev", &long, &cut)), (256, Some(PowerAction::Start)));
}

#[test]
fn a_single_action_is_spent_once_its_time_is_over() {
    let now = "2026-11-19T13:00:00Z".parse().unwrap();
    let spent = |expression: &str, zone: Option<&str>| scheduled_actions::is_spent(expression, zone, now);
    assert!(spent("at(2026-11-19T21:59:00)", Some("Asia/Tokyo")) && !spent("at(2026-11-19T21:59:00)", None));
    assert!(!spent("at(2026-11-19T22:01:00)", Some("Asia/Tokyo")));
    assert!(
        !spent("cron(0 22 * * ? *)", None)
            && !spent("at(soon)", None)
            && !spent("at(2020-01-01T00:00:00)", Some("Mars"))
    );
}

#[test]
fn a_stored_schedule_is_known_by_what_it_calls_and_remembers_a_count() {
    let service = web();
    let target = "arn:aws:scheduler:::aws-sdk:ecs:updateService";
    let input = |count: u32| {
        format!(r#"{{"Service":"prooflink-dev-service","Cluster":"prooflink-dev-cluster","DesiredCount":{count}}}"#)
    };
    assert_eq!(stored_count(&service, target, &input(3)), Some(3));
    assert_eq!(stored_count(&service, target, &input(0)), None, "a zero is no memory");
    assert!(addresses(&service, target, &input(0)));
    assert!(!addresses(&database(), target, &input(0)) && !addresses(&service, target, "{"));
    assert_eq!(stored_count(&service, target, r#"{"Service":"other","Cluster":"x","DesiredCount":3}"#), None);
    let stop = "arn:aws:scheduler:::aws-sdk:rds:stopDBInstance";
    assert!(addresses(&database(), stop, r#"{"DbInstanceIdentifier":"prooflink-dev-db"}"#));
}

#[test]
fn names_fit_and_stay_apart() {
    let long = |tail: &str| Member::new(MemberKind::RdsInstance, format!("{}{tail}", "x".repeat(70)));
    let (one, two) = (name(&long("a"), PowerAction::Stop, "2200"), name(&long("b"), PowerAction::Stop, "2200"));
    assert_eq!((one.len(), two.len()), (64, 64));
    assert_ne!(one, two);
    assert!(one.ends_with(".stop.2200"));
    let slashed = name(&web(), PowerAction::Stop, "2200");
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
    assert!(matches!(&found[2], Difference::Missing(plan) if plan.verb == PowerAction::Start));
    assert_eq!(found[3], Difference::Extra { name: "other".into() });
}
