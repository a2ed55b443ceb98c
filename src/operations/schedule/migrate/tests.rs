//! Migrating from rules: what may go and what stays, what the plan tells, and that at every moment somebody is in
//! force, wherever it is killed.

use rstest::rstest;

use super::*;
use crate::change::How;
use crate::change::procedure::Procedure;
use crate::kinds::testing::{know, scope};
use crate::operations::environment_actions;
use crate::operations::schedule::testing::{
    Aws, DATABASE, ROLE, carried, database, document, environment, now, rule, start, stop, tokyo,
};
use crate::schedule::Actual;
use crate::schedule::stored::target_effect::Target;
use crate::world::{Coverage, Fault, FaultKind, Reading};

/// Whether somebody still does `verb` to the database.
fn in_force(aws: &Aws, verb: PowerAction) -> bool {
    let call = format!("rds:{}DBInstance", verb.word());
    let held = aws.group.iter().flatten().any(|held| held.enabled && held.target.ends_with(&call));
    let document = match verb {
        PowerAction::Stop => "AWS-StopRdsInstance",
        PowerAction::Start => "AWS-StartRdsInstance",
    };
    let calls = |rule: &Rule| rule.targets.iter().any(|target| target.arn.contains(document));
    held || aws.rules.iter().any(|rule| rule.enabled && calls(rule))
}

fn at<T>(environment: &EnvironmentStatus, world: &World, use_it: impl FnOnce(&ActionContext<'_>) -> T) -> T {
    ActionContext::within(environment, &scope(), world, (now(), &tokyo()), use_it)
}

fn proposed(environment: &EnvironmentStatus, aws: &Aws) -> Result<Box<dyn Procedure>, String> {
    match at(environment, &aws.world(), migrate)? {
        Proposal::Procedure(procedure) => Ok(procedure),
        Proposal::Change(_) => panic!("it takes several steps"),
    }
}

#[test]
fn killed_between_any_two_calls_somebody_is_in_force_and_the_next_one_goes_on() {
    let rules =
        vec![start(), stop(), rule("elsewhere", "cron(0 1 * * ? *)", vec![document("AWS-StopRdsInstance", "x")])];
    let begin = Aws { rules, ..Aws::default() };
    let sound = |aws: &Aws, made: usize| {
        for verb in [PowerAction::Stop, PowerAction::Start] {
            assert!(in_force(aws, verb), "after {made} calls nobody would {} it", verb.word());
        }
        assert!(aws.rules[2].enabled, "what is none of its business stays");
    };
    let mut whole = false;
    for calls in 0.. {
        let mut aws = begin.clone();
        let ended = carried(proposed(&environment(), &aws).unwrap(), &mut aws, calls, &sound);
        whole = ended.is_some();
        let ending = ended
            .or_else(|| carried(proposed(&environment(), &aws).unwrap(), &mut aws, usize::MAX, &sound))
            .expect("an end");
        assert_eq!(ending.how, How::Done, "killed after {calls}: {}", ending.message);
        assert!(ending.message.ends_with("disabled"), "{}", ending.message);
        assert_eq!(aws.rules.iter().map(|rule| rule.enabled).collect::<Vec<_>>(), [false, false, true]);
        let again = proposed(&environment(), &aws).unwrap();
        assert!(again.plan().is_harmless());
        let idle = carried(again, &mut aws, usize::MAX, &sound).unwrap();
        assert!(idle.message.starts_with("there is nothing to migrate"), "{}", idle.message);
        if whole {
            assert!(calls >= 4, "a group, two schedules, two rules: {calls}");
            break;
        }
    }
    assert!(whole);
}

#[test]
fn the_plan_shows_each_rule_with_its_hour_here_its_next_firing_and_what_takes_its_place() {
    let plan = proposed(&environment(), &Aws { rules: vec![stop()], ..Aws::default() }).unwrap().plan();
    let [.., one] = plan.differences.as_slice() else { panic!("{plan:?}") };
    assert_eq!(one.what, "rule night");
    assert_eq!(
        one.from.as_deref(),
        Some("stops shop-dev-db at cron(0 22 * * ? *) UTC, which is 07:00 in Asia/Tokyo; next Sun 07:00")
    );
    assert_eq!(
        one.to.as_deref(),
        Some("disabled; instead rds-instance.shop-dev-db.stop.2200 at cron(0 22 * * ? *) Asia/Tokyo; next 22:00")
    );
    let calls = plan.calls.join("\n");
    let last = plan.calls.last().unwrap();
    assert!(last.starts_with("events:DisableRule night, once the schedules above are seen"), "{calls}");
    assert!(!plan.notices.iter().any(|notice| notice.contains("goes on beside this")), "{:?}", plan.notices);
}

fn spoilt(how: &str) -> Rule {
    let rule = stop();
    match how {
        "managed" => Rule { managed_by: Some("ssm.amazonaws.com".to_owned()), ..rule },
        "waits" => Rule { waits: true, ..rule },
        "unread" => Rule { whole: false, ..rule },
        "another" => {
            let both = vec![document("AWS-StopRdsInstance", DATABASE), document("AWS-StopRdsInstance", "stg-db")];
            Rule { targets: both, ..rule }
        }
        _ => {
            let topic = Target { arn: "arn:aws:sns:ap-northeast-1:1:pager".to_owned(), ..Target::default() };
            Rule { targets: vec![document("AWS-StopRdsInstance", DATABASE), topic], ..rule }
        }
    }
}

#[rstest]
#[case("managed", "ssm.amazonaws.com created and manages it (ManagedBy)")]
#[case("waits", "it waits for events besides")]
#[case("unread", "events:ListTargetsByRule")]
#[case("another", "it also stops stg-db, which does not sleep with shop-dev; give shop-dev a rule of its own")]
#[case("topic", "it also calls pager")]
fn a_rule_that_is_not_this_environments_alone_is_never_switched_off(#[case] how: &str, #[case] why: &str) {
    let bad = Rule { name: "bad".to_owned(), arn: Arn::from("arn:aws:events:r:1:rule/bad"), ..spoilt(how) };
    let alone = proposed(&environment(), &Aws { rules: vec![bad.clone()], ..Aws::default() }).unwrap_err();
    assert!(alone.starts_with("no rule can be migrated: rule bad, which stops shop-dev-db: "), "{alone}");
    assert!(alone.contains(why), "{alone}");
    // Beside one that may go it is told, and stays.
    let mut aws = Aws { rules: vec![bad, stop()], ..Aws::default() };
    let procedure = proposed(&environment(), &aws).unwrap();
    let notices = procedure.plan().notices.join("\n");
    assert!(notices.contains("left as it is: rule bad") && notices.contains(why), "{notices}");
    assert!(notices.contains("rule bad stops shop-dev-db") && notices.contains("goes on beside this"), "{notices}");
    carried(procedure, &mut aws, usize::MAX, &|_, _| {}).unwrap();
    assert_eq!(aws.rules.iter().map(|rule| rule.enabled).collect::<Vec<_>>(), [true, false]);
}

#[test]
fn what_stands_in_the_way_is_said_with_what_to_do() {
    let aws = Aws { rules: vec![stop()], ..Aws::default() };
    let refused = |environment: &EnvironmentStatus| proposed(environment, &aws).unwrap_err();
    let without = EnvironmentStatus::new("shop-dev", vec![scope()]);
    assert!(refused(&without).contains("`toban schedule set shop-dev SCHEDULE`"));
    let mut local = environment();
    local.offhours.as_mut().unwrap().routine.backend = Backend::Local;
    assert!(refused(&local).contains("backend = \"eventbridge-scheduler\" in [environment.shop-dev]"));

    let mut denied = aws.world();
    let fault = Fault::new(FaultKind::Denied, "events:ListRules", "no");
    denied.put(&scope(), Rule::KIND, &Coverage::All, Err(fault), now());
    know::<Rule>(&mut denied, Vec::new());
    let fault = Fault::new(FaultKind::Denied, "events:ListRules", "no");
    denied.put(&scope(), Rule::KIND, &Coverage::All, Err(fault), now());
    let message = at(&environment(), &denied, migrate).unwrap_err();
    assert!(
        message.contains("which rules stop or start it cannot be read") && message.contains("events:ListRules"),
        "{message}"
    );

    let mut world = aws.world();
    let gone = Fault::new(FaultKind::Gone, "iam:GetRole", "NoSuchEntity").on("toban-scheduler");
    let parts = Coverage::Parts([crate::world::Part::from(ROLE)].into());
    let reading = Reading::<crate::kinds::scheduler_role::SchedulerRole>::of(vec![(ROLE.into(), Err(gone))]);
    world.put(&scope(), crate::kinds::scheduler_role::SchedulerRole::KIND, &parts, Ok(reading.into()), now());
    let message = at(&environment(), &world, migrate).unwrap_err();
    assert!(
        message.contains("does not exist") && message.contains("toban policy --scheduler --account 123456789012"),
        "{message}"
    );
}

#[test]
fn an_enforced_schedule_that_a_rule_bars_is_what_migrating_is_for() {
    let mut enforced = environment();
    enforced.offhours.as_mut().unwrap().routine.schedule.mode = Mode::Enforce;
    let mut aws = Aws { rules: vec![stop()], ..Aws::default() };
    // By key: each refusal names the way out.
    let mut seen = enforced.clone();
    *seen.others = seen.external_schedulers(&[database()], &aws.world(), &timers(&aws.world()), (&tokyo(), now()));
    for (verb, value) in [("override", "19:00"), ("hold", "19:00"), ("sync", "hold")] {
        let asked =
            at(&seen, &aws.world(), |context| environment_actions::propose(verb, Some(value), context).map(|_| ()));
        let message = asked.unwrap_err();
        assert!(
            message.contains("`toban schedule migrate shop-dev`") && message.contains("mode = \"edge\""),
            "{message}"
        );
    }
    let ending = carried(proposed(&enforced, &aws).unwrap(), &mut aws, usize::MAX, &|_, _| {}).unwrap();
    assert_eq!(ending.how, How::Done, "{}", ending.message);
    let world = aws.world();
    let others = enforced.external_schedulers(&[database()], &world, &timers(&world), (&tokyo(), now()));
    assert_eq!(others.bar_enforcing(), None, "what is switched off owns nothing");
    // Where another rule has to stay, two would fight.
    let both = Aws { rules: vec![spoilt("managed"), start()], ..Aws::default() };
    let message = proposed(&enforced, &both).unwrap_err();
    assert!(message.contains("cannot be enforced: rule night"), "{message}");
}

#[test]
fn a_start_that_nobody_makes_any_more_is_told_and_a_stop_that_nobody_would_make_stays() {
    let mut nights = environment();
    let schedule = &mut nights.offhours.as_mut().unwrap().routine.schedule;
    (schedule.mode, schedule.on) = (Mode::StopOnly, Vec::new());
    schedule.stop = vec![crate::schedule::StopAt::parse("mon-sun", "22:00").unwrap()];
    let plan = proposed(&nights, &Aws { rules: vec![start(), stop()], ..Aws::default() }).unwrap().plan();
    let notices = plan.notices.join("\n");
    assert!(notices.contains("shop-dev-db is started by hand from then on"), "{notices}");

    let mut gone = environment();
    gone.offhours.as_mut().unwrap().scheduled_members[0].actual = Actual::Gone;
    let message = proposed(&gone, &Aws { rules: vec![stop()], ..Aws::default() }).unwrap_err();
    assert!(message.contains("nothing of ours would stop shop-dev-db"), "{message}");
}
