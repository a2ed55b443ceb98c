//! Overriding rules: whatever is killed, a rule that is off comes back and the database is stopped; what the plan says;
//! what is taken back; and a rule that is forgotten.

use std::collections::BTreeSet;

use rstest::rstest;

use super::*;
use crate::change::{Ending, How};
use crate::kinds::testing::{know, scope};
use crate::operations::environment_actions;
use crate::operations::schedule::testing::{Aws, DATABASE, carried, document, environment, now, rule, stop, tokyo};
use crate::schedule::{Actual, PowerAction};
use crate::world::{Coverage, Fault, FaultKind, Part, Reading};

/// It is a Saturday, 14:00 in Tokyo, and this stops the database at 17:00.
fn evening() -> Rule {
    rule("evening", "cron(0 8 * * ? *)", vec![document("AWS-StopRdsInstance", DATABASE)])
}

/// And this starts it then.
fn afternoon() -> Rule {
    rule("afternoon", "cron(0 8 * * ? *)", [document("AWS-StartRdsInstance", DATABASE)])
}

/// The environment, without a schedule of its own if so wished, as the account stands.
fn seen(scheduled: bool, aws: &Aws) -> (EnvironmentStatus, World) {
    let mut seen = environment();
    let world = aws.world();
    let off = seen.offhours.as_mut().unwrap();
    if aws.asleep {
        off.scheduled_members[0].actual = Actual::Down;
    }
    let scheduled_members = off.scheduled_members.clone();
    if !scheduled {
        seen.offhours = None;
        seen.account = Some("123456789012".into());
        seen.named = scheduled_members.iter().map(|it| it.member.clone()).collect();
    }
    *seen.others = seen.external_schedulers(&scheduled_members, &world, &timers(&world), (&tokyo(), now()));
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
    let zone = tokyo();
    let mut off = match seen.offhours.as_deref() {
        Some(off) => off.clone(),
        None => {
            let scheduled_members = environment().offhours.unwrap().scheduled_members;
            let off = OffHours { scheduled_members, ..assumed(&seen, &world, &zone) };
            let exceptions = worn_by_rules(&seen, &off, &world, at);
            OffHours { exceptions, ..off }
        }
    };
    if aws.asleep {
        off.scheduled_members[0].actual = Actual::Down;
    }
    let place = scope();
    ActionContext::within(&seen, &place, &world, (at, &zone), |context| {
        let (why, under) = match verb {
            "override" => {
                let (state, end) = deadline::environment_config(value, at, &zone)?;
                let environment_config = Override { state, until: end, by: "you".to_owned(), reason: None };
                let over = plain(&off, scheduled)
                    .intent()
                    .grant(environment_config, at)
                    .map_err(|why| format!("{why:?}"))?
                    .over;
                (Why::Override, Exceptions { over: Some(over), ..off.exceptions.clone() })
            }
            "hold" => {
                let end = deadline::until(value, at, &zone)?;
                let environment_config = Hold { state: standing(&off), until: end, by: "you".to_owned(), reason: None };
                let hold = plain(&off, scheduled)
                    .intent()
                    .grant_hold(environment_config, at)
                    .map_err(|why| format!("{why:?}"))?;
                (Why::Hold, Exceptions { hold: Some(hold), ..off.exceptions.clone() })
            }
            _ => {
                let sync = scheduled.then(|| sync(context, &off, Exceptions::default()));
                return clearing(context, &off, sync);
            }
        };
        let sync = scheduled.then(|| sync(context, &off, under.clone()));
        around(context, &off, (why, under), sync)
    })
}

/// As wishes are granted: what rules wear is no edge of a schedule.
fn plain(off: &OffHours, scheduled: bool) -> OffHours {
    let exceptions = if scheduled { off.exceptions.clone() } else { Exceptions::default() };
    OffHours { exceptions, ..off.clone() }
}

/// The environment's own schedules under `exceptions`.
fn sync(context: &ActionContext<'_>, off: &OffHours, exceptions: Exceptions) -> Sync {
    let others = &context.environment.others;
    crate::operations::schedule::actions::proceed_beside(context, off, "override".to_owned(), (exceptions, others))
        .unwrap()
}

fn proposed(scheduled: bool, aws: &Aws, verb: &str, value: &str) -> Result<Box<dyn Procedure>, String> {
    proposed_at(scheduled, aws, verb, value, now())
}

fn names(aws: &Aws) -> BTreeSet<String> {
    aws.group.iter().flatten().map(|held| format!("{} {}", held.name, held.expression)).collect()
}

/// Wherever it is killed: a rule that is off is enabled again, what it left out is made up for, and everybody sees why.
fn sound(call: &str) -> impl Fn(&Aws, usize) {
    move |aws: &Aws, made: usize| {
        let held = |call: &str| aws.group.iter().flatten().any(|held| held.target.ends_with(call));
        let off = aws.rules.iter().any(|rule| !rule.enabled);
        assert!(!off || held(":enableRule"), "after {made} calls nothing enables the rule again: {:?}", names(aws));
        assert!(!off || held(call), "after {made} calls nothing makes up for it: {:?}", names(aws));
        assert!(!off || !aws.marks.is_empty(), "after {made} calls nobody knows why the rule is off");
    }
}

fn stopped(aws: &Aws, made: usize) {
    sound(":stopDBInstance")(aws, made);
}

/// Asks one after the other, killed after every number of calls there is, and looks at what is there in the end.
fn killed(scheduled: bool, begin: Aws, asked: &[(&str, &str)], sound: &dyn Fn(&Aws, usize), ends: &dyn Fn(&Aws, &str)) {
    let mut aws = begin;
    for (verb, value) in asked {
        for calls in 0.. {
            let mut killed = aws.clone();
            let ended = carried(proposed(scheduled, &killed, verb, value).unwrap(), &mut killed, calls, sound);
            let whole = ended.is_some();
            let again = || proposed(scheduled, &killed.clone(), verb, value);
            let ending = match ended {
                Some(ending) => ending,
                None => match again() {
                    Ok(procedure) => carried(procedure, &mut killed, usize::MAX, sound).unwrap(),
                    // A clear that was killed at its very end has nothing left to do.
                    Err(why) => Ending::done(why),
                },
            };
            assert_eq!(ending.how, How::Done, "{verb} {value}, killed after {calls}: {}", ending.message);
            let all = names(&killed);
            if *verb == "clear" {
                assert!(killed.rules.iter().all(|rule| rule.enabled) && killed.marks.is_empty(), "{:?}", killed.marks);
                assert!(!all.iter().any(|one| one.contains("at(")), "{scheduled}: {all:?}");
            } else {
                assert!(!killed.rules[0].enabled && killed.marks.len() == 1, "{verb} {value}, {calls}");
                ends(&killed, value);
            }
            if whole {
                aws = killed;
                break;
            }
        }
    }
}

#[test]
fn killed_between_any_two_calls_it_can_only_stop_early_and_the_next_one_goes_on() {
    for scheduled in [true, false] {
        let asked = [("override", "19:00"), ("override", "19:30"), ("override", "18:30"), ("clear", "")];
        let begin = Aws { rules: vec![evening()], ..Aws::default() };
        killed(scheduled, begin, &asked, &stopped, &|aws, value| {
            let (all, at) = (names(aws), format!("at(2026-11-21T{value}:00)"));
            assert!(all.contains(&format!("rule.evening.enable {at}")), "{scheduled}: {all:?}");
            let stops: Vec<&String> = all.iter().filter(|one| one.contains(".stop.2026")).collect();
            assert!(stops.len() == 1 && stops[0].ends_with(&at), "{scheduled}: {all:?}");
        });
    }
}

#[test]
fn killed_between_any_two_calls_what_shall_sleep_or_stay_as_it_is_is_let_go_of_at_the_end() {
    let end = |value: &str| {
        format!("at(2026-11-2{}:00)", value.replace("stopped ", "1T").replace("2026-11-2", "").replace(' ', "T"))
    };
    for scheduled in [true, false] {
        let asked =
            [("override", "stopped 19:00"), ("override", "stopped 18:30"), ("hold", "2026-11-23 12:00"), ("clear", "")];
        let begin = Aws { rules: vec![afternoon()], asleep: true, ..Aws::default() };
        killed(scheduled, begin, &asked, &sound(":startDBInstance"), &|aws, value| {
            let (all, at) = (names(aws), end(value));
            assert!(all.contains(&format!("rule.afternoon.enable {at}")), "{scheduled}, {value}: {all:?}");
            let starts: Vec<&String> = all.iter().filter(|one| one.contains(".start.2026")).collect();
            match scheduled {
                // The schedule has it asleep then, and starts it in the morning.
                true if value.contains(' ') && value.starts_with("stopped") => assert!(starts.is_empty(), "{all:?}"),
                true => {}
                false => assert!(starts.len() == 1 && starts[0].ends_with(&at), "{value}: {all:?}"),
            }
        });
        let asked = [("hold", "2026-11-22 20:00"), ("hold", "2026-11-21 20:00"), ("clear", "")];
        let begin = Aws { rules: vec![evening()], ..Aws::default() };
        killed(scheduled, begin, &asked, &stopped, &|aws, value| {
            let (all, at) = (names(aws), end(value));
            assert!(all.contains(&format!("rule.evening.enable {at}")), "{scheduled}, {value}: {all:?}");
            assert!(aws.marks.values().all(|words| words.contains_key(tags::HOLD)), "{:?}", aws.marks);
        });
    }
}

fn turn(name: &str, hour: u8, verb: PowerAction) -> Rule {
    let target = match verb {
        PowerAction::Stop => document("AWS-StopRdsInstance", DATABASE),
        PowerAction::Start => document("AWS-StartRdsInstance", DATABASE),
    };
    rule(name, &format!("cron(0 {} * * ? *)", hour - 9), [target])
}

#[rstest]
#[case::up_and_a_stop(false, &[17], &[], "override 19:00", "stop", "stop 21T190000")]
#[case::a_start_that_goes_on_comes_after_it(false, &[17], &[18], "override 19:00", "stop", "")]
#[case::a_start_that_is_not_before_the_end(true, &[], &[20], "override stopped 19:00", "", "")]
#[case::down_and_a_start(true, &[], &[17], "override stopped 19:00", "start", "start 21T190000")]
#[case::a_stop_that_goes_on_comes_after_it(true, &[18], &[17], "override stopped 19:00", "start", "")]
#[case::a_stop_does_not_act_against_it(true, &[17], &[], "override stopped 19:00", "", "")]
#[case::nor_a_start_against_this(false, &[], &[17], "override 19:00", "", "")]
#[case::held_up(false, &[17], &[], "hold 2026-11-22 20:00", "stop", "stop 22T200000")]
#[case::held_up_against_both(false, &[17], &[18], "hold 2026-11-22 20:00", "start stop", "")]
#[case::held_up_and_stopped_last(false, &[18], &[17], "hold 2026-11-22 20:00", "start stop", "stop 22T200000")]
#[case::held_down_a_stop_goes_on(true, &[17], &[18], "hold 2026-11-22 20:00", "start", "start 22T200000")]
#[case::held_down_and_stopped_last(true, &[17], &[18], "hold 2026-11-22 17:30", "start", "")]
#[case::a_firing_that_comes_with_the_end(false, &[17], &[], "hold 2026-11-22 17:00", "stop", "stop 22T170000")]
fn what_is_held_back_and_what_is_made_up_for(
    #[case] asleep: bool,
    #[case] stops: &[u8],
    #[case] starts: &[u8],
    #[case] asked: &str,
    #[case] held: &str,
    #[case] made_up: &str,
) {
    let stops = stops.iter().map(|hour| turn("stop", *hour, PowerAction::Stop));
    let rules = stops.chain(starts.iter().map(|hour| turn("start", *hour, PowerAction::Start))).collect();
    let mut aws = Aws { rules, asleep, ..Aws::default() };
    let (verb, value) = asked.split_once(' ').unwrap();
    let proposed = proposed(false, &aws, verb, value);
    if held.is_empty() {
        let message = proposed.map(|one| one.plan()).unwrap_err();
        assert!(message.contains("has no schedule, and no rule that could be held back st"), "{message}");
        return;
    }
    carried(proposed.unwrap(), &mut aws, usize::MAX, &|_, _| {}).unwrap();
    let mut off: Vec<&str> = aws.rules.iter().filter(|rule| !rule.enabled).map(|rule| rule.name.as_str()).collect();
    off.sort_unstable();
    assert_eq!(off.join(" "), held);
    let singles = aws.group.iter().flatten().filter_map(|one| one.name.strip_prefix("rds-instance.shop-dev-db."));
    assert_eq!(singles.map(|name| name.replacen(".202611", " ", 1)).collect::<Vec<_>>().join(", "), made_up);
}

#[test]
fn a_hold_outlasts_an_override_that_is_asked_for_in_it_and_the_rules_come_back_with_the_hold() {
    let mut aws = Aws { rules: vec![evening()], ..Aws::default() };
    carried(proposed(false, &aws, "hold", "2026-11-23 12:00").unwrap(), &mut aws, usize::MAX, &stopped).unwrap();
    let over = proposed(false, &aws, "override", "19:00").unwrap();
    carried(over, &mut aws, usize::MAX, &stopped).unwrap();
    let all = names(&aws);
    assert!(all.contains("rule.evening.enable at(2026-11-23T12:00:00)"), "{all:?}");
    let words = aws.marks.values().next().unwrap();
    assert!(words.contains_key(tags::OVERRIDE) && words.contains_key(tags::HOLD), "{words:?}");
    let told = seen(false, &aws).0.others.held_back().next().unwrap().held_back(now(), &tokyo()).unwrap();
    assert!(told.starts_with("rule evening is disabled by a hold of you; "), "{told}");
}

#[test]
fn what_others_start_by_a_schedule_counts_for_what_is_made_up_for() {
    let mut world = Aws { rules: vec![evening()], ..Aws::default() }.world();
    let held = crate::kinds::external_schedule::ForeignSchedule {
        name: "default/theirs".to_owned(),
        expression: "cron(0 18 * * ? *)".to_owned(),
        timezone: Some("Asia/Tokyo".to_owned()),
        enabled: true,
        start_date: None,
        end_date: None,
        target: crate::schedule::stored::target_effect::Target {
            arn: "arn:aws:scheduler:::aws-sdk:rds:startDBInstance".to_owned(),
            input: Some(format!(r#"{{"DbInstanceIdentifier":"{DATABASE}"}}"#)),
            ..Default::default()
        },
        changed_at: None,
    };
    know(&mut world, vec![held]);
    let (seen, _) = seen(false, &Aws { rules: vec![evening()], ..Aws::default() });
    let off = OffHours {
        scheduled_members: environment().offhours.unwrap().scheduled_members,
        ..assumed(&seen, &world, &tokyo())
    };
    let until = "2026-11-21T10:00:00Z".parse().unwrap();
    let over = Override { state: TargetState::Running, until, by: String::new(), reason: None };
    let under = Exceptions { over: Some(over), ..Exceptions::default() };
    let plan = ActionContext::within(&seen, &scope(), &world, (now(), &tokyo()), |context| {
        around(context, &off, (Why::Override, under), None).unwrap().plan()
    });
    assert!(!plan.calls.join(" ").contains(".stop."), "{:?}", plan.calls);
    let message = "shop-dev-db stays up when the override ends: of all that fires by then, somebody else's schedule starts it last, at 18:00";
    assert!(plan.notices.iter().any(|one| one == message), "{:?}", plan.notices);
}

#[test]
fn a_rule_that_nobody_can_tell_the_time_of_is_told() {
    let rate = Rule { expression: "rate(1 day)".to_owned(), ..evening() };
    let aws = Aws { rules: vec![rate], ..Aws::default() };
    let message = proposed(false, &aws, "override", "19:00").unwrap_err();
    assert!(message.contains("AWS does not publish when that is next, so it is not held back"), "{message}");
    let message = proposed(false, &aws, "override", "stopped 19:00").unwrap_err();
    assert!(message.contains("no rule that could be held back starts anything of it"), "{message}");
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
    let message = proposed_at(true, &aws, "override", "19:00", late).unwrap_err();
    assert!(message.contains("rule evening stops shop-dev-db at 17:00: that may already be on its way"), "{message}");
    assert!(message.contains("start it again after it instead"), "{message}");

    let managed = Rule { managed_by: Some("ssm.amazonaws.com".to_owned()), ..evening() };
    let aws = Aws { rules: vec![managed], ..Aws::default() };
    let plan = proposed(true, &aws, "override", "19:00").unwrap().plan();
    let told = plan.notices.iter().any(|one| one.starts_with("rule evening stops shop-dev-db at 17:00 all the same: "));
    assert!(told && !plan.calls.join(" ").contains("DisableRule"), "{plan:?}");
    let message = proposed(false, &aws, "override", "19:00").unwrap_err();
    assert!(message.contains("ssm.amazonaws.com created and manages it"), "{message}");
}

#[test]
fn where_the_role_may_not_enable_it_again_nothing_is_begun() {
    let aws = Aws { rules: vec![evening()], ..Aws::default() };
    let (seen, mut world) = seen(true, &aws);
    let reads = sparing_reads(&seen, &world, &tokyo());
    let simulated = reads.iter().find(|want| want.kind == crate::kinds::iam_simulation::Simulation::KIND).unwrap();
    let Coverage::Parts(parts) = &simulated.coverage else { panic!("by part") };
    let part: &Part = parts.iter().next().unwrap();
    let verdict = crate::kinds::iam_simulation::Verdict {
        action: "events:EnableRule".to_owned(),
        on: evening().arn.to_string(),
        decision: "implicitDeny".to_owned(),
        missing: Vec::new(),
    };
    let answer = crate::kinds::iam_simulation::Simulation { question: part.to_string(), answer: Ok(vec![verdict]) };
    let found = Reading::of(vec![(part.clone(), Ok(vec![answer]))]);
    world.put(&scope(), simulated.kind, &simulated.coverage, Ok(found.into()), now());
    let zone = tokyo();
    let message = ActionContext::within(&seen, &scope(), &world, (now(), &zone), |context| {
        let off = seen.offhours.as_deref().unwrap();
        let until = "2026-11-21T10:00:00Z".parse().unwrap();
        let over = Override { state: TargetState::Running, until, by: String::new(), reason: None };
        let under = Exceptions { over: Some(over), ..Exceptions::default() };
        around(context, off, (Why::Override, under.clone()), Some(sync(context, off, under))).unwrap_err()
    });
    assert!(message.contains("may not events:EnableRule on rule evening"), "{message}");
    assert!(message.contains("toban policy --scheduler"), "{message}");
}

#[test]
fn cleared_after_the_firing_was_missed_the_single_stop_stays() {
    let mut aws = Aws { rules: vec![evening()], ..Aws::default() };
    carried(proposed(false, &aws, "override", "19:00").unwrap(), &mut aws, usize::MAX, &stopped).unwrap();
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
    carried(proposed(true, &aws, "override", "19:00").unwrap(), &mut aws, usize::MAX, &stopped).unwrap();
    let (mut seen, world) = seen(true, &aws);
    let off = seen.offhours.as_mut().unwrap();
    let until = "2026-11-21T10:00:00Z".parse().unwrap();
    off.exceptions.over = Some(Override { state: TargetState::Running, until, by: String::new(), reason: None });
    let off = seen.offhours.clone().unwrap();
    assert_eq!(off.schedule_drift(&seen, &world, now()), Some(Vec::new()));
    let zone = tokyo();
    let removed = ActionContext::within(&seen, &scope(), &world, (now(), &zone), |context| {
        environment_actions::propose("sync", Some("remove"), context)
    });
    let message = removed.map(|_| ()).unwrap_err();
    assert!(message.contains("rule evening is held back") && message.contains("toban schedule clear"), "{message}");
}

#[test]
fn a_rule_that_is_held_back_does_not_come_back_once_schedules_took_its_place() {
    let mut held = Aws { rules: vec![evening()], ..Aws::default() };
    carried(proposed(true, &held, "override", "19:00").unwrap(), &mut held, usize::MAX, &stopped).unwrap();
    let migrated = |aws: &Aws| {
        let (mut seen, world) = seen(true, aws);
        let until = "2026-11-21T10:00:00Z".parse().unwrap();
        let over = Override { state: TargetState::Running, until, by: String::new(), reason: None };
        seen.offhours.as_mut().unwrap().exceptions.over = Some(over);
        let zone = tokyo();
        let made = ActionContext::within(
            &seen,
            &scope(),
            &world,
            (now(), &zone),
            crate::operations::schedule::migrate::migrate,
        );
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
    carried(proposed(false, &aws, "override", "19:00").unwrap(), &mut aws, usize::MAX, &stopped).unwrap();
    let late = "2026-11-21T18:58:30+09:00".parse().unwrap();
    let message = proposed_at(false, &aws, "override", "20:00", late).unwrap_err();
    assert!(message.contains("rule evening is enabled again at 19:00: that may already be on its way"), "{message}");
    let (seen, _) = seen(false, &aws);
    let group = ReadRequest::all(&scope(), crate::kinds::schedule_group::Group::KIND);
    assert_eq!(seen.others.returns(), [group], "whether it comes back is looked at without being asked");
}

#[test]
fn a_rule_that_nothing_enables_again_is_told_as_loudly_as_there_is() {
    let mut aws = Aws { rules: vec![evening()], ..Aws::default() };
    carried(proposed(true, &aws, "override", "19:00").unwrap(), &mut aws, usize::MAX, &stopped).unwrap();
    let told = |seen: &EnvironmentStatus, at: Timestamp| {
        let owner = seen.others.held_back().next().expect("it is held back");
        (owner.is_forgotten(), owner.held_back(at, &tokyo()).unwrap())
    };
    let (forgotten, message) = told(&seen(true, &aws).0, now());
    assert!(!forgotten, "{message}");
    assert_eq!(message, "rule evening is disabled by an override of you; a schedule of ours enables it again at 19:00");

    let mut lost = aws.clone();
    lost.group.as_mut().unwrap().retain(|held| !held.target.ends_with(":enableRule"));
    let (forgotten, message) = told(&seen(true, &lost).0, now());
    assert!(forgotten && message.contains("nothing enables it again: shop-dev-db would stay up for ever"), "{message}");
    assert!(
        message.contains("until 19:00") && message.contains("`toban schedule clear shop-dev` enables it now"),
        "{message}"
    );

    // Where the group was not read, its time tells.
    let world = |read: &str| {
        let mut world = aws.world();
        let fault = Fault::new(FaultKind::Denied, "scheduler:ListSchedules", "no");
        let mut fresh = World::default();
        know(&mut fresh, aws.rules.clone());
        fresh.put(&scope(), crate::kinds::schedule_group::Group::KIND, &Coverage::All, Err(fault), now());
        let rules = Reading::whole(aws.rules.clone());
        fresh.put(&scope(), Rule::KIND, &Coverage::All, Ok(rules.into()), read.parse().unwrap());
        let marks: Vec<crate::kinds::resource_tags::TaggedResource> = world.all(&scope()).cloned().collect();
        know(&mut fresh, marks);
        world = fresh;
        world
    };
    for (read, forgotten) in [("2026-11-21T18:59:00+09:00", false), ("2026-11-21T19:06:00+09:00", true)] {
        let world = world(read);
        let mut seen = environment();
        let scheduled_members = seen.offhours.as_ref().unwrap().scheduled_members.clone();
        let at: Timestamp = read.parse().unwrap();
        *seen.others = seen.external_schedulers(&scheduled_members, &world, &timers(&world), (&tokyo(), at));
        assert_eq!(told(&seen, at).0, forgotten, "{read}");
    }
}
