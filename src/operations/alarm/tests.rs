//! Muting by hand: what is offered of an alarm and of an environment, until when it goes, and what takes it back.

use rstest::rstest;

use super::*;
use crate::kinds::mute_rule::Window;
use crate::kinds::testing::scope;
use crate::kinds::testing_samples::{alarm, at, now, tokyo};
use crate::overview::{Picture, assemble};
use crate::world::{Arn, EnvironmentName, World};

fn world(rules: Vec<MuteRule>) -> World {
    let mut world = World::default();
    crate::kinds::testing::know(&mut world, vec![alarm()]);
    if !rules.is_empty() {
        crate::kinds::testing::know(&mut world, rules);
    }
    world
}

fn rule(name: &str, alarms: &[&str], until: &str) -> MuteRule {
    MuteRule {
        arn: Arn::from(format!("arn:aws:cloudwatch:ap-northeast-1:1:alarm-mute-rule:{name}")),
        name: name.to_owned(),
        status: "ACTIVE".to_owned(),
        alarms: alarms.iter().map(|name| (*name).to_owned()).collect(),
        window: Some(Window { from: at("2026-11-21T04:00:00Z"), until: at(until) }),
    }
}

/// Hands the alarm's surroundings to `use_it`, in an environment that has it as its only member.
fn within<T>(world: &World, use_it: impl FnOnce(&Alarm, &ActionContext<'_>) -> T) -> T {
    let zone = tokyo();
    let mut configured = crate::environment::ConfiguredEnvironments::default();
    let names = [format!("{}*", alarm().name)];
    let mut wanted = crate::environment::EnvironmentConfig::new("city-prod");
    wanted.matches.names = names.iter().map(|name| crate::text::Glob::new(name)).collect();
    configured.environments.push(wanted);
    let picture: Picture = assemble(world, &configured, now(), &zone);
    let environment = picture.environment(&EnvironmentName::from("city-prod")).expect("the environment");
    let item = world.all::<Alarm>(&scope()).next().expect("the alarm");
    ActionContext::within(environment, &scope(), world, (now(), &zone), |context| use_it(item, context))
}

fn unmute_disabled(rules: Vec<MuteRule>) -> Option<String> {
    let world = world(rules);
    within(&world, |item, context| {
        let actions = Alarms::actions(item, context);
        actions.into_iter().find(|action| action.verb == UNMUTE).and_then(|action| action.disabled_reason)
    })
}

#[rstest]
#[case::not_muted(None, Some("it is not muted by hand"))]
#[case::alone(Some(("toban-mute-city-prod-x-1", vec!["own"])), None)]
#[case::with_others(Some(("toban-mute-city-prod-all-1", vec!["own", "other"])), Some("`unmute` on city-prod"))]
#[case::asleep(Some(("toban-sleep-city-prod", vec!["own"])), Some("waking city-prod takes that back"))]
#[case::somebody_else(Some(("nightly", vec!["own"])), Some("which toban did not make"))]
fn what_is_taken_back_is_what_was_muted_here(#[case] muted: Option<(&str, Vec<&str>)>, #[case] why: Option<&str>) {
    let own = alarm().name;
    let rules = muted.map(|(name, alarms)| {
        let names: Vec<&str> = alarms.iter().map(|name| if *name == "own" { own.as_str() } else { name }).collect();
        rule(name, &names, "2026-11-21T12:00:00Z")
    });
    let got = unmute_disabled(rules.into_iter().collect());
    match (got, why) {
        (None, None) => {}
        (Some(got), Some(why)) => assert!(got.contains(why), "{got}"),
        (got, why) => panic!("{got:?}, {why:?}"),
    }
}

#[rstest]
#[case::an_hour("+1h", Ok("toban-mute-city-prod-"))]
#[case::nothing("", Err("until when?"))]
#[case::words("tomorrow", Err("is no time"))]
#[case::over("2026-11-20 10:00", Err("is over"))]
#[case::too_far("+16d", Err("15 days at most"))]
fn an_end_is_a_time_ahead(#[case] typed: &str, #[case] expected: Result<&str, &str>) {
    let world = world(Vec::new());
    let got = within(&world, |item, context| Alarms::propose(item, MUTE, Some(typed), context).map(|it| it.plan()));
    match (got, expected) {
        (Ok(plan), Ok(call)) => {
            assert!(plan.calls.len() == 1 && plan.calls[0].contains(call), "{plan:?}");
            assert!(plan.notices.iter().any(|notice| notice.contains("counts here as ever")), "{plan:?}");
        }
        (Err(got), Err(why)) => assert!(got.contains(why), "{got}"),
        (got, expected) => panic!("{got:?}, {expected:?}"),
    }
}

#[test]
fn one_that_is_muted_for_longer_already_is_not_muted_again() {
    let own = alarm().name;
    let world = world(vec![rule("nightly", &[&own], "2026-11-21T12:00:00Z")]);
    let shorter = within(&world, |item, context| Alarms::propose(item, MUTE, Some("+1h"), context).map(|it| it.plan()));
    assert!(shorter.expect_err("it is muted").contains("by the rule nightly"));
    let longer = within(&world, |item, context| Alarms::propose(item, MUTE, Some("+1d"), context).map(|it| it.plan()));
    assert!(longer.is_ok());
}

#[test]
fn the_environment_mutes_all_and_takes_back_all_that_was_muted_by_hand() {
    let own = alarm().name;
    let world = world(vec![
        rule("toban-mute-city-prod-a-1", &[&own], "2026-11-21T12:00:00Z"),
        rule("toban-mute-city-prod-all-1", &[&own, "other"], "2026-11-21T12:00:00Z"),
        rule("toban-sleep-city-prod", &[&own], "2026-11-21T12:00:00Z"),
    ]);
    within(&world, |_, context| {
        let mute = MuteAlarms.propose(MUTE, Some("+2h"), context).expect("a plan").plan();
        assert!(mute.message.starts_with("mute 1 alarm of city-prod until "), "{}", mute.message);
        let unmute = MuteAlarms.propose(UNMUTE, None, context).expect("a plan").plan();
        assert_eq!(unmute.calls.len(), 2, "{:?}", unmute.calls);
        assert!(unmute.calls.iter().all(|call| call.contains("DeleteAlarmMuteRule toban-mute-")), "{unmute:?}");
    });
}

/// What becomes of taking back a mute whose answer is lost, where the rule is gone or not.
#[rstest]
#[case::done_all_the_same(Vec::new(), crate::change::How::Done, "unmuted: 1 rule deleted")]
#[case::not_seen(vec![rule("toban-mute-city-prod-a-1", &["own"], "2026-11-21T12:00:00Z")], crate::change::How::Incomplete, "is not known")]
fn a_lost_answer_is_told_by_what_is_seen(
    #[case] left: Vec<MuteRule>,
    #[case] how: crate::change::How,
    #[case] told: &str,
) {
    use crate::change::procedure::{Observation, Step};
    use crate::world::{Coverage, Fault, FaultKind, Reading};
    let own = alarm().name;
    let before = world(vec![rule("toban-mute-city-prod-a-1", &[&own], "2026-11-21T12:00:00Z")]);
    let proposal = within(&before, |_, context| MuteAlarms.propose(UNMUTE, None, context).expect("a plan"));
    let Proposal::Procedure(mut procedure) = proposal else { panic!("no procedure") };
    let mut after = World::default();
    after.put(&scope(), MuteRule::KIND, &Coverage::All, Ok(Reading::whole(left).into()), now());
    let mut at = now();
    let ending = loop {
        match procedure.step(&Observation { world: &after, faults: &[], now: at }) {
            Step::End(ending) => break ending,
            Step::Wait(span) => at += span,
            Step::Act(changes) => {
                for change in changes {
                    let lost = Fault::new(FaultKind::Offline, "cloudwatch:DeleteAlarmMuteRule", "connection closed");
                    let lost = Err(Fault { answer_lost: true, ..lost });
                    procedure.told(&change.change_request(), &lost, at);
                }
            }
        }
    };
    assert_eq!(ending.how, how, "{}", ending.message);
    assert!(ending.message.contains(told), "{}", ending.message);
}
