//! Migrating from rules: what may go and what stays, what the plan tells, and that at every moment somebody is in
//! force, wherever it is killed.

use std::collections::BTreeMap;

use jiff::tz::TimeZone;
use rstest::rstest;

use super::*;
use crate::app::gate::Deed;
use crate::cloud::Receipt;
use crate::kinds::schedule_group::{Group, Held};
use crate::kinds::tagged::Tagged;
use crate::kinds::testing::{know, scope};
use crate::procedure::{Ending, How, Procedure, Sight, Step};
use crate::schedule::foreign::Target;
use crate::schedule::materialise::{MAX_ATTEMPTS, MAX_EVENT_AGE};
use crate::schedule::{Actual, Desired, Exceptions, Guard, Member, MemberKind, Routine, Schedule, tags};
use crate::world::{Coverage, Fault, FaultKind, Harvest, KindName, ResourceId};

pub(in crate::environment) const DATABASE: &str = "shop-dev-db";
const ROLE: &str = "arn:aws:iam::123456789012:role/toban-scheduler";

/// A Saturday, 14:00 in Tokyo.
pub(in crate::environment) fn now() -> Timestamp {
    "2026-11-21T05:00:00Z".parse().unwrap()
}

pub(in crate::environment) fn tokyo() -> TimeZone {
    TimeZone::get("Asia/Tokyo").unwrap()
}

pub(in crate::environment) fn database() -> Sleeper {
    Sleeper {
        member: Member::new(MemberKind::RdsInstance, DATABASE),
        id: Some(ResourceId { kind: KindName("db-instance"), scope: scope(), key: "arn:db".into() }),
        arn: format!("arn:aws:rds:ap-northeast-1:123456789012:db:{DATABASE}"),
        actual: Actual::Up,
        desired: None,
        tags: BTreeMap::new(),
        restarts_at: None,
    }
}

/// A database in office hours, kept at AWS.
pub(in crate::environment) fn environment() -> Environment {
    let mut environment = Environment::new("shop-dev", vec![scope()]);
    let on = vec!["mon-fri 09:00-22:00".parse().unwrap()];
    let office = Schedule { on, guard: Guard::Daily, ..Schedule::new("office", tokyo()) };
    environment.offhours = Some(Box::new(OffHours {
        record: crate::environment::Standing::Known,
        routine: Routine { role_arn: Some(ROLE.to_owned()), ..Routine::new(office) },
        exceptions: Exceptions::default(),
        sleepers: vec![database()],
        desired: Desired::Off,
        next: None,
        drifts: Vec::new(),
        watcher: crate::world::Watcher::Untold,
    }));
    environment
}

pub(in crate::environment) fn rule(name: &str, expression: &str, targets: Vec<Target>) -> Rule {
    Rule {
        arn: Arn::from(format!("arn:aws:events:ap-northeast-1:123456789012:rule/{name}")),
        name: name.to_owned(),
        expression: expression.to_owned(),
        enabled: true,
        about: None,
        managed_by: None,
        waits: false,
        targets,
        whole: true,
    }
}

pub(in crate::environment) fn document(name: &str, database: &str) -> Target {
    Target {
        arn: format!("arn:aws:ssm:ap-northeast-1:123456789012:automation-definition/{name}:$DEFAULT"),
        input: Some(format!(r#"{{"InstanceId":["{database}"]}}"#)),
        ..Target::default()
    }
}

pub(in crate::environment) fn stop() -> Rule {
    rule("night", "cron(0 22 * * ? *)", vec![document("AWS-StopRdsInstance", DATABASE)])
}

fn start() -> Rule {
    rule("day", "cron(0 0 * * ? *)", vec![document("AWS-StartRdsInstance", DATABASE)])
}

/// What AWS holds, changed by deeds as AWS would.
#[derive(Clone, Default)]
pub(in crate::environment) struct Aws {
    pub(in crate::environment) group: Option<Vec<Held>>,
    pub(in crate::environment) rules: Vec<Rule>,
    /// What an override wrote on rules, by ARN.
    pub(in crate::environment) marks: BTreeMap<String, String>,
}

impl Aws {
    pub(in crate::environment) fn world(&self) -> World {
        let mut world = World::default();
        let tags = BTreeMap::from([(tags::ENV.to_owned(), "shop-dev".to_owned())]);
        let group = |held: &Vec<Held>| Group {
            name: "toban-shop-dev".to_owned(),
            arn: None,
            tags: tags.clone(),
            schedules: held.clone(),
        };
        know(&mut world, self.group.iter().map(group).collect());
        know(&mut world, self.rules.clone());
        know::<crate::kinds::foreign_schedule::ForeignSchedule>(&mut world, Vec::new());
        let tagged = |(arn, mark): (&String, &String)| Tagged {
            arn: Arn::from(arn.as_str()),
            tags: BTreeMap::from([(tags::OVERRIDE.to_owned(), mark.clone())]),
        };
        know(&mut world, self.marks.iter().map(tagged).collect());
        world
    }

    pub(in crate::environment) fn take(&mut self, deed: &Deed) {
        let get = |key: &str| {
            deed.arguments.iter().find(|(known, _)| *known == key).map(|(_, text)| text.clone()).unwrap_or_default()
        };
        match deed.verb {
            "make-group" => self.group = Some(Vec::new()),
            "put-schedule" | "drop-schedule" => {
                let group = self.group.as_mut().expect("a group comes before its schedules");
                group.retain(|held| held.name != get("name"));
                if deed.verb == "put-schedule" {
                    group.push(Held {
                        name: get("name"),
                        expression: get("expression"),
                        timezone: Some(get("timezone")),
                        enabled: true,
                        start_date: get("start").parse().ok(),
                        target: get("target"),
                        input: get("input"),
                        role: get("role"),
                        attempts: Some(MAX_ATTEMPTS),
                        max_age: Some(MAX_EVENT_AGE),
                        dead_letter: None,
                    });
                }
            }
            "disable-rule" | "enable-rule" => {
                let rule = self.rules.iter_mut().find(|rule| rule.key() == &*deed.on.key).expect("a rule");
                rule.enabled = deed.verb == "enable-rule";
                match deed.arguments.iter().find(|(key, _)| *key == "mark").map(|(_, mark)| mark.clone()) {
                    Some(mark) if mark.is_empty() => _ = self.marks.remove(&*deed.on.key),
                    Some(mark) => _ = self.marks.insert(deed.on.key.to_string(), mark),
                    None => {}
                }
            }
            "label" => {}
            other => panic!("{other}"),
        }
    }

    /// Whether somebody still does `verb` to the database.
    fn in_force(&self, verb: Verb) -> bool {
        let call = format!("rds:{}DBInstance", verb.word());
        let held = self.group.iter().flatten().any(|held| held.enabled && held.target.ends_with(&call));
        let document = match verb {
            Verb::Stop => "AWS-StopRdsInstance",
            Verb::Start => "AWS-StartRdsInstance",
        };
        let calls = |rule: &Rule| rule.targets.iter().any(|target| target.arn.contains(document));
        held || self.rules.iter().any(|rule| rule.enabled && calls(rule))
    }
}

fn at<T>(environment: &Environment, world: &World, use_it: impl FnOnce(&Site<'_>) -> T) -> T {
    Site::within(environment, &scope(), world, (now(), &tokyo()), use_it)
}

fn proposed(environment: &Environment, aws: &Aws) -> Result<Box<dyn Procedure>, String> {
    match at(environment, &aws.world(), migrate)? {
        Proposal::Procedure(procedure) => Ok(procedure),
        Proposal::Change(_) => panic!("it takes several steps"),
    }
}

/// Carries `procedure` out; killed after `calls`, if that many are made. Whatever is wished is looked at after each.
pub(in crate::environment) fn carried(
    mut procedure: Box<dyn Procedure>,
    aws: &mut Aws,
    calls: usize,
    sound: &dyn Fn(&Aws, usize),
) -> Option<Ending> {
    let mut made = 0;
    for _ in 0..100 {
        let world = aws.world();
        match procedure.step(&Sight { world: &world, faults: &[], now: now() }) {
            Step::Act(changes) => {
                for change in changes {
                    if made == calls {
                        return None;
                    }
                    made += 1;
                    aws.take(&change.deed());
                    sound(aws, made);
                    procedure.told(&change.deed(), &Ok(Receipt::default()), now());
                }
            }
            Step::Wait(_) => {}
            Step::End(ending) => return Some(ending),
        }
    }
    panic!("it never ends")
}

#[test]
fn killed_between_any_two_calls_somebody_is_in_force_and_the_next_one_goes_on() {
    let rules =
        vec![start(), stop(), rule("elsewhere", "cron(0 1 * * ? *)", vec![document("AWS-StopRdsInstance", "x")])];
    let begin = Aws { rules, ..Aws::default() };
    let sound = |aws: &Aws, made: usize| {
        for verb in [Verb::Stop, Verb::Start] {
            assert!(aws.in_force(verb), "after {made} calls nobody would {} it", verb.word());
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
        assert_eq!(ending.how, How::Done, "killed after {calls}: {}", ending.says);
        assert!(ending.says.ends_with("disabled"), "{}", ending.says);
        assert_eq!(aws.rules.iter().map(|rule| rule.enabled).collect::<Vec<_>>(), [false, false, true]);
        let again = proposed(&environment(), &aws).unwrap();
        assert!(again.plan().is_harmless());
        let idle = carried(again, &mut aws, usize::MAX, &sound).unwrap();
        assert!(idle.says.starts_with("there is nothing to migrate"), "{}", idle.says);
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
#[case("managed", "ssm.amazonaws.com made it and keeps it (ManagedBy)")]
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
    let refused = |environment: &Environment| proposed(environment, &aws).unwrap_err();
    let without = Environment::new("shop-dev", vec![scope()]);
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
    let says = at(&environment(), &denied, migrate).unwrap_err();
    assert!(
        says.contains("which rules stop or start it cannot be read") && says.contains("events:ListRules"),
        "{says}"
    );

    let mut world = aws.world();
    let gone = Fault::new(FaultKind::Gone, "iam:GetRole", "NoSuchEntity").on("toban-scheduler");
    let parts = Coverage::Parts([crate::world::Part::from(ROLE)].into());
    let harvest = Harvest::<crate::kinds::scheduler_role::SchedulerRole>::of(vec![(ROLE.into(), Err(gone))]);
    world.put(&scope(), crate::kinds::scheduler_role::SchedulerRole::KIND, &parts, Ok(harvest.into()), now());
    let says = at(&environment(), &world, migrate).unwrap_err();
    assert!(
        says.contains("does not exist") && says.contains("toban policy --scheduler --account 123456789012"),
        "{says}"
    );
}

#[test]
fn an_enforced_schedule_that_a_rule_bars_is_what_migrating_is_for() {
    let mut enforced = environment();
    enforced.offhours.as_mut().unwrap().routine.schedule.mode = Mode::Enforce;
    let mut aws = Aws { rules: vec![stop()], ..Aws::default() };
    let ending = carried(proposed(&enforced, &aws).unwrap(), &mut aws, usize::MAX, &|_, _| {}).unwrap();
    assert_eq!(ending.how, How::Done, "{}", ending.says);
    let world = aws.world();
    let others = Others::of(&enforced, &[database()], &world, &timers(&world), (&tokyo(), now()));
    assert_eq!(others.bar_enforcing(), None, "what is switched off owns nothing");
    // Where another rule has to stay, two would fight.
    let both = Aws { rules: vec![spoilt("managed"), start()], ..Aws::default() };
    let says = proposed(&enforced, &both).unwrap_err();
    assert!(says.contains("cannot be enforced: rule night"), "{says}");
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
    gone.offhours.as_mut().unwrap().sleepers[0].actual = Actual::Gone;
    let says = proposed(&gone, &Aws { rules: vec![stop()], ..Aws::default() }).unwrap_err();
    assert!(says.contains("nothing of ours would stop shop-dev-db"), "{says}");
}
