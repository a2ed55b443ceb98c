//! A whole environment put to sleep and woken over a little account that moves by the second: in order, remembered,
//! killed before every step and taken up again, refused, half way.

mod account;
mod recorded;

use account::{Account, procedure, run};

use super::*;
use crate::change::How as Ended;
use crate::kinds::db_instance::DbInstance;
use crate::kinds::scalable_target::ScalableTarget;
use crate::kinds::testing_samples::{now, scope};
use crate::world::{Coverage, FaultKind, Reading, Resource, Scope};

#[test]
fn down_in_order_remembered_and_up_again_as_it_was() {
    let mut account = Account::awake();
    let slept = run(&mut account, TargetState::Stopped, &[]).expect("it ends");
    assert_eq!((slept.how, slept.message.as_str()), (Ended::Done, "city-dev is asleep, 3 members"));
    assert_eq!(
        account.calls,
        [
            "mute alarm",
            "remember ecs-service",
            "bounds ecs-service",
            "scale ecs-service",
            "stop ec2-instance",
            "stop db-instance"
        ]
    );
    assert_eq!((account.tag.as_deref(), account.bounds, account.muted), (Some("desired=3 min=2 max=10"), (0, 0), true));
    account.calls.clear();
    let again = run(&mut account, TargetState::Stopped, &[]).expect("it ends");
    assert_eq!((again.how, account.calls.len()), (Ended::Done, 0), "what sleeps is left alone, and remembers");
    let woke = run(&mut account, TargetState::Running, &[]).expect("it ends");
    assert_eq!((woke.how, woke.message.as_str()), (Ended::Done, "city-dev is awake, 3 members"));
    assert_eq!(
        account.calls,
        [
            "start db-instance",
            "start ec2-instance",
            "bounds ecs-service",
            "scale ecs-service",
            "forget ecs-service",
            "unmute alarm"
        ]
    );
    assert_eq!((account.desired, account.bounds, account.tag, account.muted), (3, (2, 10), None, false));
}

#[test]
fn killed_before_any_step_any_console_takes_it_up() {
    for killed in 0..16 {
        let mut account = Account::awake();
        let slept = run(&mut account, TargetState::Stopped, &[killed]).expect("it ends");
        assert_eq!(slept.how, Ended::Done, "killed before {killed}: {}", slept.message);
        assert_eq!(account.tag.as_deref(), Some("desired=3 min=2 max=10"), "killed before {killed}");
        let woke = run(&mut account, TargetState::Running, &[killed]).expect("it ends");
        assert_eq!(woke.how, Ended::Done, "killed before {killed}: {}", woke.message);
        assert_eq!((account.desired, account.bounds, account.db), (3, (2, 10), "available"), "killed before {killed}");
    }
}

#[test]
fn a_sleep_turned_into_a_wake_half_way_comes_back_as_it_was() {
    for steps in 0..12 {
        let mut account = Account::awake();
        let mut one = procedure(TargetState::Stopped, &account.world());
        for _ in 0..steps {
            let world = account.world();
            match one.step(&Observation { world: &world, faults: &[], now: account.at }) {
                Step::Act(changes) => account.carries(&mut one, changes),
                Step::Wait(span) => account.passes(span),
                Step::End(_) => break,
            }
        }
        let woke = run(&mut account, TargetState::Running, &[]).expect("it ends");
        assert_eq!((woke.how, account.desired, account.bounds), (Ended::Done, 3, (2, 10)), "after {steps} steps");
    }
}

#[test]
fn what_is_refused_keeps_what_comes_after_it_and_is_named() {
    let mut denied = Fault::new(FaultKind::Denied, "ecs:TagResource", "not authorized");
    denied.code = Some("AccessDeniedException".to_owned());
    let mut account = Account { refuse: Some(("remember", denied)), ..Account::awake() };
    let ending = run(&mut account, TargetState::Stopped, &[]).expect("it ends");
    assert_eq!(ending.how, Ended::Incomplete, "its alarms are muted");
    assert!(
        ending.message.contains("city-prod/Backend (ecs:TagResource is not allowed: not authorized)"),
        "{}",
        ending.message
    );
    assert!(ending.message.contains("city-db (not stopped: city-prod/Backend comes before it)"), "{}", ending.message);
    assert!(ending.message.contains("`toban sleep city-dev` goes on from here"), "{}", ending.message);
    assert_eq!((account.desired, account.bounds, account.db), (3, (2, 10), "available"), "nothing was zeroed");
}

#[test]
fn alarms_that_cannot_be_muted_do_not_keep_it_awake() {
    let no = Fault::new(FaultKind::Denied, "cloudwatch:PutAlarmMuteRule", "not authorized");
    let mut account = Account { refuse: Some(("mute", no)), ..Account::awake() };
    let ending = run(&mut account, TargetState::Stopped, &[]).expect("it ends");
    assert_eq!((ending.how, account.db), (Ended::Done, "stopped"));
    assert!(
        ending
            .message
            .ends_with("its alarms are not muted: cloudwatch:PutAlarmMuteRule is not allowed: not authorized")
    );
}

#[test]
fn a_busy_database_is_asked_again_and_a_lost_answer_is_not_taken_for_an_end() {
    let mut busy = Fault::new(FaultKind::Refused, "rds:StopDBInstance", "Instance city-db is not in available state.");
    busy.code = Some("InvalidDBInstanceState".to_owned());
    for fault in [busy, Fault::new(FaultKind::Timeout, "rds:StopDBInstance", "no answer")] {
        let mut account = Account::awake();
        account.running = 0;
        account.desired = 0;
        account.bounds = (0, 0);
        account.tag = Some("desired=3 min=2 max=10".to_owned());
        account.ec2 = "stopped";
        account.refuse = Some(("stop", fault));
        let mut one = procedure(TargetState::Stopped, &account.world());
        let mut refused = 0;
        let mut end = None;
        for _ in 0..200 {
            let world = account.world();
            match one.step(&Observation { world: &world, faults: &[], now: account.at }) {
                Step::Act(changes) => {
                    for change in changes {
                        let change_request = change.change_request();
                        let got = account.asked(&change_request);
                        refused += usize::from(got.is_err());
                        if refused == 3 {
                            account.refuse = None;
                        }
                        one.told(&change_request, &got, account.at);
                    }
                }
                Step::Wait(span) => account.passes(span),
                Step::End(ending) => {
                    end = Some(ending);
                    break;
                }
            }
        }
        assert_eq!((end.map(|end| end.how), refused, account.db), (Some(Ended::Done), 3, "stopped"));
    }
}

#[test]
fn who_cannot_be_seen_is_stuck_and_targets_that_cannot_are_not() {
    let account = Account::awake();
    let world = account.world();
    let denied = |kind| (ReadRequest::all(&scope(), kind), Fault::new(FaultKind::Denied, "x:Describe", "no"));
    let faults = [denied(ScalableTarget::KIND)];
    let mut one = procedure(TargetState::Stopped, &world);
    let Step::End(ending) = one.step(&Observation { world: &world, faults: &faults, now: now() }) else {
        panic!("its bounds cannot be seen: nothing is zeroed")
    };
    assert_eq!(ending.how, Ended::Failed);
    assert!(ending.message.contains("it cannot be seen: x:Describe is not allowed: no"), "{}", ending.message);
    let faults = [denied(crate::world::KindName("target-health"))];
    let mut one = procedure(TargetState::Stopped, &world);
    assert!(matches!(one.step(&Observation { world: &world, faults: &faults, now: now() }), Step::Act(_)));
}

#[test]
fn a_wake_that_stands_still_gives_up_and_names_it() {
    let mut account = Account::awake();
    assert!(run(&mut account, TargetState::Stopped, &[]).is_some());
    let mut one = procedure(TargetState::Running, &account.world());
    let mut end = None;
    for _ in 0..600 {
        let world = account.world();
        match one.step(&Observation { world: &world, faults: &[], now: account.at }) {
            Step::Act(changes) => account.carries(&mut one, changes),
            Step::Wait(span) => {
                account.passes(span);
                account.running = account.running.min(1);
            }
            Step::End(ending) => {
                end = Some(ending);
                break;
            }
        }
    }
    let end = end.expect("it gives up");
    assert_eq!(end.how, Ended::Incomplete);
    assert!(end.message.contains("city-prod/Backend (1 of 3 tasks running, unchanged for 30 min)"), "{}", end.message);
    assert!(end.message.contains("awake: city-db, "), "{}", end.message);
}

#[test]
fn it_may_be_left_only_while_the_last_ones_go_down() {
    let mut account = Account::awake();
    let mut one = procedure(TargetState::Stopped, &account.world());
    let mut left = Vec::new();
    for _ in 0..100 {
        let world = account.world();
        let step = one.step(&Observation { world: &world, faults: &[], now: account.at });
        match step {
            Step::Act(changes) => account.carries(&mut one, changes),
            Step::Wait(span) => {
                left.push((one.goes_on(), account.db));
                account.passes(span);
            }
            Step::End(_) => break,
        }
    }
    assert!(left.iter().all(|(alone, db)| *alone == (*db == "stopping")), "{left:?}");
    assert!(left.iter().any(|(alone, _)| *alone));
}

#[test]
fn a_place_outside_the_plan_is_none_of_its_places() {
    let mut plan = procedure(TargetState::Stopped, &Account::awake().world()).plan();
    plan.besides = vec![Scope::new("second", "us-east-1")];
    assert_eq!(plan.scopes().count(), 2);
    let account =
        |scope: &Scope| Some(if scope.source.as_str() == "second" { "222222222222" } else { "111111111111" }.into());
    let pinned: crate::world::AccountId = "111111111111".into();
    assert_eq!(plan.account(Some(&pinned), account), Some("222222222222".into()), "one other account is enough");
    assert_eq!(plan.account(None, account), Some("111111111111".into()));
}

#[test]
fn two_consoles_at_once_come_to_the_same_end_and_forget_nothing() {
    let records = [None, Some(None), Some(Some("city-dev"))];
    for (goal, group) in [TargetState::Stopped, TargetState::Running]
        .into_iter()
        .flat_map(|goal| records.map(move |group| (goal, group)))
    {
        for ahead in 0..6 {
            let mut account = Account { group, ..Account::awake() };
            if goal == TargetState::Running {
                assert!(run(&mut account, TargetState::Stopped, &[]).is_some());
            }
            // Each looks, then both act on what they saw: the second on what is old by then.
            let world = account.world();
            let mut both = [procedure(goal, &world), procedure(goal, &world)];
            let mut ends: [Option<Ending>; 2] = [None, None];
            for round in 0..600 {
                let (world, now) = (account.world(), account.at);
                let turns: Vec<(usize, Step)> = (0..2)
                    .filter(|at| ends[*at].is_none() && (round >= ahead || *at == 0))
                    .map(|at| (at, both[at].step(&Observation { world: &world, faults: &[], now })))
                    .collect();
                for (at, step) in turns {
                    match step {
                        Step::End(ending) => ends[at] = Some(ending),
                        Step::Wait(_) => {}
                        Step::Act(changes) => {
                            for change in changes {
                                let change_request = change.change_request();
                                let got = account.asked(&change_request);
                                both[at].told(&change_request, &got, account.at);
                                account.is_sound();
                            }
                        }
                    }
                }
                if ends.iter().all(Option::is_some) {
                    break;
                }
                account.passes(SignedDuration::from_secs(15));
            }
            for end in &ends {
                assert_eq!(end.as_ref().map(|end| end.how), Some(Ended::Done), "{goal:?} {ahead}: {ends:?}");
            }
            match goal {
                TargetState::Stopped => assert_eq!(account.tag.as_deref(), Some("desired=3 min=2 max=10"), "{ahead}"),
                TargetState::Running => assert_eq!((account.desired, account.bounds, account.tag), (3, (2, 10), None)),
            }
        }
    }
}

#[test]
fn a_start_that_fails_for_capacity_or_its_key_is_named_and_nothing_runs_without_its_database() {
    for (code, message) in [
        ("InsufficientDBInstanceCapacity", "Specified DB instance class isn't available in the specified zone."),
        ("KMSKeyNotAccessibleFault", "The KMS key is not enabled."),
    ] {
        let mut fault = Fault::new(FaultKind::Refused, "rds:StartDBInstance", message);
        fault.code = Some(code.to_owned());
        let mut account = Account::awake();
        assert!(run(&mut account, TargetState::Stopped, &[]).is_some());
        account.calls.clear();
        account.refuse = Some(("start", fault));
        let ending = run(&mut account, TargetState::Running, &[]).expect("it ends");
        assert_eq!(ending.how, Ended::Failed, "{}", ending.message);
        assert!(ending.message.contains("city-db (") && ending.message.contains(message), "{}", ending.message);
        assert!(ending.message.contains("Backend (not started: city-db comes before it)"), "{}", ending.message);
        assert_eq!((account.calls.len(), account.desired, account.bounds), (0, 0, (0, 0)));
        assert_eq!(account.tag.as_deref(), Some("desired=3 min=2 max=10"), "and it is remembered for the next try");
        account.refuse = None;
        assert_eq!(run(&mut account, TargetState::Running, &[]).expect("it ends").how, Ended::Done);
    }
}

#[test]
fn a_database_that_was_deleted_or_renamed_meanwhile_is_left_out() {
    let account = Account::awake();
    let mut one = procedure(TargetState::Stopped, &account.world());
    let mut later = Account { db: "stopped", desired: 0, running: 0, bounds: (0, 0), ec2: "stopped", ..account };
    later.tag = Some("desired=3 min=2 max=10".to_owned());
    let mut world = later.world();
    let none = Reading::<DbInstance>::whole(Vec::new());
    world.put(&scope(), DbInstance::KIND, &Coverage::All, Ok(none.into()), now());
    let Step::End(ending) = one.step(&Observation { world: &world, faults: &[], now: later.at }) else {
        panic!("it ends")
    };
    assert_eq!((ending.how, ending.message.as_str()), (Ended::Done, "city-dev is asleep, 2 members"));
}

#[test]
fn alarms_that_stay_muted_are_not_called_a_whole_wake() {
    let mut account = Account::awake();
    run(&mut account, TargetState::Stopped, &[]).expect("it ends");
    account.refuse =
        Some(("unmute", Fault::new(FaultKind::Denied, "cloudwatch:DeleteAlarmMuteRule", "not authorized")));
    let ending = run(&mut account, TargetState::Running, &[]).expect("it ends");
    assert_eq!((ending.how, account.db, account.muted), (Ended::Incomplete, "available", true));
    assert!(ending.message.contains("may still be muted: cloudwatch:DeleteAlarmMuteRule"), "{}", ending.message);
    account.refuse = None;
    let again = run(&mut account, TargetState::Running, &[]).expect("it ends");
    assert_eq!((again.how, account.muted), (Ended::Done, false), "{}", again.message);
}

#[test]
fn a_member_whose_call_is_never_answered_is_left_to_a_person() {
    let lost = Fault::new(FaultKind::Odd, "rds:StopDBInstance", "An internal error occurred");
    let lost = Err(Fault { answer_lost: true, ..lost });
    let account = Account::awake();
    let world = account.world();
    let mut one = procedure(TargetState::Stopped, &world);
    let member = one.members.iter_mut().find(|member| member.id.kind == DbInstance::KIND).expect("the database");
    let (mut at, mut tries) = (account.at, 0);
    let stuck = loop {
        member.told(StageAction::Stop, &lost, at);
        tries += 1;
        at += SignedDuration::from_secs(60);
        let seen = member.seen(&"city-dev".into(), &Observation { world: &world, faults: &[], now: at });
        match seen.held {
            Some(NextStage::Stuck(why)) => break why,
            other => assert!(other.is_none() && tries < 100, "{other:?} after {tries}"),
        }
    };
    assert!(tries > 50 && stuck.contains("is not known: rds:StopDBInstance"), "{tries}: {stuck}");
}
