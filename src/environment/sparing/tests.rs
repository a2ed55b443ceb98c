//! Overriding rules: whatever is killed, a rule that is off comes back and the database is stopped; what the plan says;
//! what is taken back; and a rule that is forgotten.

use std::collections::BTreeSet;

use super::super::testing::{Aws, DATABASE, carried, document, environment, now, rule, stop, tokyo};
use super::*;
use crate::environment::whole;
use crate::kinds::testing::{know, scope};
use crate::procedure::{Ending, How};
use crate::world::{Coverage, Fault, FaultKind, Harvest, Part};

/// It is a Saturday, 14:00 in Tokyo, and this stops the database at 17:00.
fn evening() -> Rule {
    rule("evening", "cron(0 8 * * ? *)", vec![document("AWS-StopRdsInstance", DATABASE)])
}

/// The environment, without a schedule of its own if so wished, as the account stands.
fn seen(scheduled: bool, aws: &Aws) -> (Environment, World) {
    let mut seen = environment();
    let world = aws.world();
    let sleepers = seen.offhours.as_ref().unwrap().sleepers.clone();
    if !scheduled {
        seen.offhours = None;
        seen.account = Some("123456789012".into());
        seen.named = sleepers.iter().map(|it| it.member.clone()).collect();
    }
    *seen.others = Others::of(&seen, &sleepers, &world, &timers(&world), (&tokyo(), now()));
    (seen, world)
}

fn proposed_at(
    scheduled: bool,
    aws: &Aws,
    verb: &str,
    value: &str,
    at: Timestamp,
) -> Result<Box<dyn Procedure>, String> {
    let (seen, world) = seen(scheduled, aws);
    let mut off = match seen.offhours.as_deref() {
        Some(off) => off.clone(),
        None => OffHours { sleepers: environment().offhours.unwrap().sleepers, ..assumed(&seen, &world, &tokyo()) },
    };
    let (zone, place) = (tokyo(), scope());
    Site::within(&seen, &place, &world, (at, &zone), |site| match verb {
        "override" => {
            let (state, end) = until::wish(value, at, &zone)?;
            let wish = Override { state, until: end, by: "you".to_owned(), reason: None };
            let over = off.intent().grant(wish, at).map_err(|why| format!("{why:?}"))?.over;
            off.exceptions.over = None;
            let sync = scheduled.then(|| sync(site, &off, Some(over.clone())));
            around(site, &off, &over, sync)
        }
        _ => clearing(site, &off, scheduled.then(|| sync(site, &off, None))),
    })
}

/// The environment's own schedules under an override.
fn sync(site: &Site<'_>, off: &OffHours, over: Option<Override>) -> Sync {
    let exceptions = Exceptions { over, ..Exceptions::default() };
    let others = &site.environment.others;
    super::super::keeping::proceed_beside(site, off, "override".to_owned(), (exceptions, others)).unwrap()
}

fn proposed(scheduled: bool, aws: &Aws, verb: &str, value: &str) -> Result<Box<dyn Procedure>, String> {
    proposed_at(scheduled, aws, verb, value, now())
}

fn names(aws: &Aws) -> BTreeSet<String> {
    aws.group.iter().flatten().map(|held| format!("{} {}", held.name, held.expression)).collect()
}

/// Wherever it is killed: a rule that is off is enabled again, and until then something stops the database.
fn sound(aws: &Aws, made: usize) {
    let held = |call: &str| aws.group.iter().flatten().any(|held| held.target.ends_with(call));
    let off = aws.rules.iter().any(|rule| !rule.enabled);
    assert!(!off || held(":enableRule"), "after {made} calls nothing enables the rule again: {:?}", names(aws));
    assert!(!off || held(":stopDBInstance"), "after {made} calls nothing stops the database: {:?}", names(aws));
    assert!(!off || !aws.marks.is_empty(), "after {made} calls nobody knows why the rule is off");
}

#[test]
fn killed_between_any_two_calls_it_can_only_stop_early_and_the_next_one_goes_on() {
    for scheduled in [true, false] {
        let mut aws = Aws { rules: vec![evening()], ..Aws::default() };
        for (verb, value) in [("override", "19:00"), ("override", "19:30"), ("override", "18:30"), ("clear", "")] {
            for calls in 0.. {
                let mut killed = aws.clone();
                let ended = carried(proposed(scheduled, &killed, verb, value).unwrap(), &mut killed, calls, &sound);
                let whole = ended.is_some();
                let again = || proposed(scheduled, &killed.clone(), verb, value);
                let ending = match ended {
                    Some(ending) => ending,
                    None => match again() {
                        Ok(procedure) => carried(procedure, &mut killed, usize::MAX, &sound).unwrap(),
                        // A clear that was killed at its very end has nothing left to do.
                        Err(why) => Ending::done(why),
                    },
                };
                assert_eq!(ending.how, How::Done, "{verb} {value}, killed after {calls}: {}", ending.says);
                let all = names(&killed);
                if verb == "override" {
                    let at = format!("at(2026-11-21T{value}:00)");
                    assert!(all.contains(&format!("rule.evening.enable {at}")), "{scheduled}: {all:?}");
                    let stops: Vec<&String> = all.iter().filter(|one| one.contains(".stop.2026")).collect();
                    assert!(stops.len() == 1 && stops[0].ends_with(&at), "{scheduled}, {calls}: {all:?}");
                    assert!(!killed.rules[0].enabled && killed.marks.len() == 1);
                } else {
                    assert!(killed.rules[0].enabled && killed.marks.is_empty(), "{:?}", killed.marks);
                    let left = all.iter().filter(|one| one.contains("at(")).count();
                    assert_eq!(left, 0, "{scheduled}: {all:?}");
                }
                if whole {
                    aws = killed;
                    break;
                }
            }
        }
    }
}

#[test]
fn the_plan_says_that_it_is_second_best_what_comes_back_when_and_what_is_not_made_up_for() {
    for scheduled in [true, false] {
        let aws = Aws { rules: vec![evening(), stop()], ..Aws::default() };
        let plan = proposed(scheduled, &aws, "override", "19:00").unwrap().plan();
        let (calls, notices) = (plan.calls.join("\n"), plan.notices.join("\n"));
        let enable = "scheduler:CreateSchedule rule.evening.enable at(2026-11-21T19:00:00) Asia/Tokyo";
        let first = plan.calls.iter().position(|call| call == enable);
        let last = plan.calls.iter().position(|call| call.contains("events:DisableRule evening"));
        assert!(first.is_some() && last == Some(plan.calls.len() - 1) && first < last, "{calls}");
        assert!(calls.contains("stop.20261121T190000 at(2026-11-21T19:00:00)"), "{calls}");
        assert!(
            notices.contains("second best: rule evening, which stops shop-dev-db at 17:00, is disabled"),
            "{notices}"
        );
        assert!(notices.contains("enables it again at 19:00"), "{notices}");
        let stopped = "not made up for when the rule is enabled again: a schedule of ours stops shop-dev-db at 19:00";
        assert!(notices.contains(stopped), "{notices}");
        assert!(!calls.contains("DisableRule night"), "it fires tomorrow morning: {calls}");
        assert!(!notices.contains(
            "rule evening stops shop-dev-db at cron(0 8 * * ? *) UTC, which is 17:00 in Asia/Tokyo: it goes on"
        ));
    }
    let later = Aws { rules: vec![stop()], ..Aws::default() };
    let plain = proposed(true, &later, "override", "19:00").unwrap().plan();
    assert!(!plain.calls.join(" ").contains("DisableRule"), "no rule stops it before that");
    assert!(proposed(false, &later, "override", "19:00").unwrap_err().contains("no rule that could be held back"));
}

#[test]
fn a_stop_that_may_be_on_its_way_is_not_held_back_and_one_that_is_not_its_own_is_told() {
    let aws = Aws { rules: vec![evening()], ..Aws::default() };
    let late = "2026-11-21T16:58:30+09:00".parse().unwrap();
    let says = proposed_at(true, &aws, "override", "19:00", late).unwrap_err();
    assert!(says.contains("rule evening stops shop-dev-db at 17:00: that may already be on its way"), "{says}");
    assert!(says.contains("start it again after it instead"), "{says}");

    let managed = Rule { managed_by: Some("ssm.amazonaws.com".to_owned()), ..evening() };
    let aws = Aws { rules: vec![managed], ..Aws::default() };
    let plan = proposed(true, &aws, "override", "19:00").unwrap().plan();
    let told = plan.notices.iter().any(|one| one.starts_with("rule evening stops shop-dev-db at 17:00 all the same: "));
    assert!(told && !plan.calls.join(" ").contains("DisableRule"), "{plan:?}");
    let says = proposed(false, &aws, "override", "19:00").unwrap_err();
    assert!(says.contains("ssm.amazonaws.com made it"), "{says}");
}

#[test]
fn where_the_role_may_not_enable_it_again_nothing_is_begun() {
    let aws = Aws { rules: vec![evening()], ..Aws::default() };
    let (seen, mut world) = seen(true, &aws);
    let reads = sparing_reads(&seen, &world, &tokyo());
    let simulated = reads.iter().find(|want| want.kind == crate::kinds::simulation::Simulation::KIND).unwrap();
    let Coverage::Parts(parts) = &simulated.coverage else { panic!("by part") };
    let part: &Part = parts.iter().next().unwrap();
    let verdict = crate::kinds::simulation::Verdict {
        action: "events:EnableRule".to_owned(),
        on: evening().arn.to_string(),
        decision: "implicitDeny".to_owned(),
        missing: Vec::new(),
    };
    let answer = crate::kinds::simulation::Simulation { question: part.to_string(), answer: Ok(vec![verdict]) };
    let found = Harvest::of(vec![(part.clone(), Ok(vec![answer]))]);
    world.put(&scope(), simulated.kind, &simulated.coverage, Ok(found.into()), now());
    let zone = tokyo();
    let says = Site::within(&seen, &scope(), &world, (now(), &zone), |site| {
        let off = seen.offhours.as_deref().unwrap();
        let over = Override {
            state: Keep::Running,
            until: "2026-11-21T10:00:00Z".parse().unwrap(),
            by: String::new(),
            reason: None,
        };
        around(site, off, &over, Some(sync(site, off, Some(over.clone())))).unwrap_err()
    });
    assert!(says.contains("may not events:EnableRule on rule evening"), "{says}");
    assert!(says.contains("toban policy --scheduler"), "{says}");
}

#[test]
fn cleared_after_the_firing_was_missed_the_single_stop_stays() {
    let mut aws = Aws { rules: vec![evening()], ..Aws::default() };
    carried(proposed(false, &aws, "override", "19:00").unwrap(), &mut aws, usize::MAX, &sound).unwrap();
    let after = "2026-11-21T18:00:00+09:00".parse().unwrap();
    let clear = proposed_at(false, &aws, "clear", "", after).unwrap();
    let notices = clear.plan().notices.join("\n");
    assert!(
        notices.contains("the stop that was left out is not made up for") && notices.contains("at 19:00"),
        "{notices}"
    );
    carried(clear, &mut aws, usize::MAX, &|_, _| {}).unwrap();
    assert!(aws.rules[0].enabled);
    assert_eq!(names(&aws).len(), 1, "{:?}", names(&aws));
}

#[test]
fn what_enables_a_rule_is_no_drift_is_kept_by_a_sync_and_is_not_removed() {
    let mut aws = Aws { rules: vec![evening()], ..Aws::default() };
    carried(proposed(true, &aws, "override", "19:00").unwrap(), &mut aws, usize::MAX, &sound).unwrap();
    let (mut seen, world) = seen(true, &aws);
    let off = seen.offhours.as_mut().unwrap();
    let until = "2026-11-21T10:00:00Z".parse().unwrap();
    off.exceptions.over = Some(Override { state: Keep::Running, until, by: String::new(), reason: None });
    let off = seen.offhours.clone().unwrap();
    assert_eq!(off.schedule_drift(&seen, &world, now()), Some(Vec::new()));
    let zone = tokyo();
    let removed =
        Site::within(&seen, &scope(), &world, (now(), &zone), |site| whole::propose("sync", Some("remove"), site));
    let says = removed.map(|_| ()).unwrap_err();
    assert!(
        says.contains("rule evening is disabled by an override") && says.contains("toban schedule clear"),
        "{says}"
    );
}

#[test]
fn a_rule_that_is_held_back_does_not_come_back_once_schedules_took_its_place() {
    let mut held = Aws { rules: vec![evening()], ..Aws::default() };
    carried(proposed(true, &held, "override", "19:00").unwrap(), &mut held, usize::MAX, &sound).unwrap();
    let migrated = |aws: &Aws| {
        let (mut seen, world) = seen(true, aws);
        let until = "2026-11-21T10:00:00Z".parse().unwrap();
        let over = Override { state: Keep::Running, until, by: String::new(), reason: None };
        seen.offhours.as_mut().unwrap().exceptions.over = Some(over);
        let zone = tokyo();
        let made = Site::within(&seen, &scope(), &world, (now(), &zone), super::super::migrating::migrate);
        let Ok(Proposal::Procedure(procedure)) = made else { panic!("it migrates: {made:?}") };
        procedure
    };
    let stops = |aws: &Aws, made: usize| {
        let stops = aws.group.iter().flatten().any(|held| held.target.ends_with(":stopDBInstance"));
        assert!(stops, "after {made} calls nothing stops the database");
    };
    for calls in 0.. {
        let mut aws = held.clone();
        let whole = carried(migrated(&aws), &mut aws, calls, &stops).is_some();
        if !whole {
            carried(migrated(&aws), &mut aws, usize::MAX, &stops).unwrap();
        }
        assert!(!aws.rules[0].enabled && aws.marks.is_empty(), "killed after {calls}: {:?}", aws.marks);
        assert!(names(&aws).iter().all(|name| !name.starts_with("rule.")), "killed after {calls}: {:?}", names(&aws));
        if whole {
            break;
        }
    }
}

#[test]
fn a_return_that_may_be_on_its_way_is_not_moved() {
    let mut aws = Aws { rules: vec![evening()], ..Aws::default() };
    carried(proposed(false, &aws, "override", "19:00").unwrap(), &mut aws, usize::MAX, &sound).unwrap();
    let late = "2026-11-21T18:58:30+09:00".parse().unwrap();
    let says = proposed_at(false, &aws, "override", "20:00", late).unwrap_err();
    assert!(says.contains("rule evening is enabled again at 19:00: that may already be on its way"), "{says}");
    let (seen, _) = seen(false, &aws);
    let group = Want::all(&scope(), crate::kinds::schedule_group::Group::KIND);
    assert_eq!(seen.others.returns(), [group], "whether it comes back is looked at without being asked");
}

#[test]
fn a_rule_that_nothing_enables_again_is_told_as_loudly_as_there_is() {
    let mut aws = Aws { rules: vec![evening()], ..Aws::default() };
    carried(proposed(true, &aws, "override", "19:00").unwrap(), &mut aws, usize::MAX, &sound).unwrap();
    let told = |seen: &Environment, at: Timestamp| {
        let owner = seen.others.held_back().next().expect("it is held back");
        (owner.is_forgotten(), owner.held_back(at, &tokyo()).unwrap())
    };
    let (forgotten, says) = told(&seen(true, &aws).0, now());
    assert!(!forgotten, "{says}");
    assert_eq!(says, "rule evening is disabled by an override of you; a schedule of ours enables it again at 19:00");

    let mut lost = aws.clone();
    lost.group.as_mut().unwrap().retain(|held| !held.target.ends_with(":enableRule"));
    let (forgotten, says) = told(&seen(true, &lost).0, now());
    assert!(forgotten && says.contains("nothing enables it again: shop-dev-db would stay up for ever"), "{says}");
    assert!(says.contains("until 19:00") && says.contains("`toban schedule clear shop-dev` enables it now"), "{says}");

    // Where the group was not read, its time tells.
    let world = |read: &str| {
        let mut world = aws.world();
        let fault = Fault::new(FaultKind::Denied, "scheduler:ListSchedules", "no");
        let mut fresh = World::default();
        know(&mut fresh, aws.rules.clone());
        fresh.put(&scope(), crate::kinds::schedule_group::Group::KIND, &Coverage::All, Err(fault), now());
        let rules = Harvest::whole(aws.rules.clone());
        fresh.put(&scope(), Rule::KIND, &Coverage::All, Ok(rules.into()), read.parse().unwrap());
        let marks: Vec<crate::kinds::tagged::Tagged> = world.all(&scope()).cloned().collect();
        know(&mut fresh, marks);
        world = fresh;
        world
    };
    for (read, forgotten) in [("2026-11-21T18:59:00+09:00", false), ("2026-11-21T19:06:00+09:00", true)] {
        let world = world(read);
        let mut seen = environment();
        let sleepers = seen.offhours.as_ref().unwrap().sleepers.clone();
        let at: Timestamp = read.parse().unwrap();
        *seen.others = Others::of(&seen, &sleepers, &world, &timers(&world), (&tokyo(), at));
        assert_eq!(told(&seen, at).0, forgotten, "{read}");
    }
}
