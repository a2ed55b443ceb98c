//! Stages as a machine: what was changed meanwhile is left, what fails ends it with what stands, what lags is waited for.

use super::*;
use crate::kinds::testing::{know, scope};
use crate::schedule::stored::target_effect::Target;
use crate::world::{Arn, FaultKind, ResourceId, World};

fn rule(enabled: bool) -> Rule {
    Rule {
        arn: Arn::from("arn:aws:events:r:1:rule/night"),
        name: "night".to_owned(),
        expression: "cron(0 22 * * ? *)".to_owned(),
        enabled,
        about: None,
        managed_by: None,
        waits: false,
        targets: vec![Target { arn: "t".to_owned(), ..Target::default() }],
        whole: true,
    }
}

fn world(rules: Vec<Rule>) -> World {
    let mut world = World::default();
    know(&mut world, rules);
    world
}

fn handover() -> Handover {
    let on = ResourceId { kind: Rule::KIND, scope: scope(), key: "night".into() };
    let plan = Plan::new("switch", "dev".into(), on, vec!["events:DisableRule night".to_owned()]);
    let rules = Switches::new("dev".into(), vec![(scope(), rule(true), Mark::Keep)], false);
    Handover::new(plan, vec![Stage::Rules(rules)], "toban again".to_owned(), "nothing".to_owned())
}

fn step(one: &mut Handover, world: &World) -> Step {
    one.step(&Observation { world, faults: &[], now: Timestamp::UNIX_EPOCH })
}

fn tell(one: &mut Handover, got: &Result<Receipt, Fault>) {
    let change_request = Switch::of(&rule(true), &scope(), &"dev".into(), false).change_request();
    one.told(&change_request, got, Timestamp::UNIX_EPOCH);
}

#[test]
fn only_what_is_seen_ends_it() {
    let (on, off) = (world(vec![rule(true)]), world(vec![rule(false)]));
    let mut one = handover();
    assert!(matches!(step(&mut one, &on), Step::Act(calls) if calls.len() == 1));
    tell(&mut one, &Ok(Receipt::default()));
    assert!(matches!(step(&mut one, &on), Step::Wait(_)), "AWS may lag behind");
    assert!(matches!(step(&mut one, &off), Step::Act(calls) if calls.is_empty()), "what comes next is read first");
    let Step::End(ending) = step(&mut one, &off) else { panic!("it is over") };
    assert_eq!((ending.how, ending.message.as_str()), (How::Done, "night disabled"));

    let mut never = handover();
    assert!(matches!(step(&mut never, &on), Step::Act(_)));
    tell(&mut never, &Ok(Receipt::default()));
    let end = (0..9).find_map(|_| match step(&mut never, &on) {
        Step::End(ending) => Some(ending),
        Step::Wait(_) | Step::Act(_) => None,
    });
    let ending = end.expect("it does not look for ever");
    assert_eq!(ending.how, How::Incomplete);
    assert!(
        ending.message.contains("it is not seen: disable the rule night; `toban again` goes on"),
        "{}",
        ending.message
    );
}

#[test]
fn a_rule_that_was_changed_meanwhile_stays_and_one_that_went_is_no_matter() {
    for changed in [
        Rule { expression: "cron(0 7 * * ? *)".to_owned(), ..rule(true) },
        Rule { targets: Vec::new(), ..rule(true) },
        Rule { whole: false, ..rule(true) },
    ] {
        let Step::End(ending) = step(&mut handover(), &world(vec![changed])) else { panic!("it is left") };
        assert_eq!(ending.how, How::Failed);
        assert!(ending.message.contains("was changed since the plan was made"), "{}", ending.message);
    }
    let gone = world(Vec::new());
    let mut one = handover();
    assert!(matches!(step(&mut one, &gone), Step::Act(calls) if calls.is_empty()));
    assert!(matches!(step(&mut one, &gone), Step::End(ending) if ending.how == How::Done));
}

#[test]
fn what_is_refused_or_cannot_be_read_is_told() {
    let on = world(vec![rule(true)]);
    let mut one = handover();
    assert!(matches!(step(&mut one, &on), Step::Act(_)));
    tell(&mut one, &Err(Fault::new(FaultKind::Denied, "events:DisableRule", "not authorized")));
    let Step::End(ending) = step(&mut one, &on) else { panic!("it ends") };
    assert_eq!(ending.how, How::Failed, "nothing was changed");
    assert!(ending.message.contains("events:DisableRule"), "{}", ending.message);

    let denied = |operation: &str| {
        let want = ReadRequest::all(&scope(), Rule::KIND);
        let faults = [(want, Fault::new(FaultKind::Denied, operation, "no"))];
        handover().step(&Observation { world: &on, faults: &faults, now: Timestamp::UNIX_EPOCH })
    };
    assert!(matches!(denied("events:ListRules"), Step::End(ending) if ending.message.contains("rules cannot be read")));
    assert!(matches!(denied("events:ListTargetsByRule"), Step::Act(calls) if calls.len() == 1), "of another rule");
}
