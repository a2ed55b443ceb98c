//! Syncing as a machine: the order of changes, whose group it is, and what is done when it was done already.

use super::*;
use crate::kinds::testing::{know, scope};
use crate::procedure::How;
use crate::schedule::Verb;

fn planned(name: &str, verb: Verb, once: bool) -> Planned {
    Planned {
        name: name.to_owned(),
        verb,
        expression: "cron(0 22 * * ? *)".to_owned(),
        timezone: "Asia/Tokyo".to_owned(),
        start_date: None,
        once,
        target: "arn:aws:scheduler:::aws-sdk:rds:stopDBInstance".to_owned(),
        input: "{}".to_owned(),
        dead_letter: false,
        token: name.to_owned(),
        firings: Vec::new(),
    }
}

fn held(planned: &Planned) -> Held {
    Held {
        name: planned.name.clone(),
        expression: planned.expression.clone(),
        timezone: Some(planned.timezone.clone()),
        enabled: true,
        start_date: planned.start_date,
        target: planned.target.clone(),
        input: planned.input.clone(),
        role: "role".to_owned(),
        attempts: Some(MAX_ATTEMPTS),
        max_age: Some(MAX_EVENT_AGE),
        dead_letter: None,
    }
}

fn group(owner: Option<&str>, schedules: Vec<Held>) -> Group {
    let tags = owner.map(|owner| (tags::ENV.to_owned(), owner.to_owned())).into_iter().collect();
    Group { name: "toban-dev".to_owned(), arn: None, tags, schedules }
}

fn sync(goal: Goal, world: &World) -> Sync {
    let place = Place { environment: "dev".into(), scope: scope(), group: "toban-dev".to_owned() };
    let plan = Plan::new("sync", "dev".into(), place.id(), Vec::new());
    Sync::new(plan, place, goal, ("role".to_owned(), None), (world, Timestamp::UNIX_EPOCH))
}

fn step(sync: &mut Sync, world: &World) -> Result<Vec<String>, Ending> {
    match sync.step(&Sight { world, faults: &[], now: Timestamp::UNIX_EPOCH }) {
        Step::Act(changes) => Ok(changes.iter().map(|change| change.plan().says).collect()),
        Step::Wait(_) => Ok(Vec::new()),
        Step::End(ending) => Err(ending),
    }
}

#[test]
fn the_group_comes_first_and_deletions_last() {
    let (single, stop) = (planned("single", Verb::Stop, true), planned("stop", Verb::Stop, false));
    let mut world = World::default();
    know::<Group>(&mut world, Vec::new());
    let goal = || Goal::Hold(vec![single.clone(), stop.clone()]);
    let made = step(&mut sync(goal(), &world), &world).unwrap();
    assert_eq!(made, ["make the schedule group toban-dev", "make the schedule single", "make the schedule stop"]);

    let edited = Held { expression: "cron(0 7 * * ? *)".to_owned(), ..held(&stop) };
    let stray = Held { name: "stray".to_owned(), ..held(&stop) };
    know(&mut world, vec![group(Some("dev"), vec![stray, edited])]);
    let mut again = sync(goal(), &world);
    assert_eq!(again.plan().differences.len(), 3, "{:?}", again.plan().differences);
    let made = step(&mut again, &world).unwrap();
    assert_eq!(made, ["make the schedule single", "change the schedule stop", "delete the schedule stray"]);

    know(&mut world, vec![group(Some("dev"), vec![held(&single), held(&stop)])]);
    assert_eq!(step(&mut again, &world).unwrap_err().how, How::Done, "seen as computed");
    let ending = step(&mut sync(goal(), &world), &world).unwrap_err();
    assert_eq!(ending.says, "everything is as computed already");
}

#[test]
fn a_reset_retry_policy_or_another_role_is_put_right() {
    let stop = planned("stop", Verb::Stop, false);
    for spoilt in [
        Held { attempts: None, ..held(&stop) },
        Held { max_age: Some(86_400), ..held(&stop) },
        Held { role: "other".to_owned(), ..held(&stop) },
        Held { enabled: false, ..held(&stop) },
    ] {
        let mut world = World::default();
        know(&mut world, vec![group(Some("dev"), vec![spoilt])]);
        let made = step(&mut sync(Goal::Hold(vec![stop.clone()]), &world), &world).unwrap();
        assert_eq!(made, ["change the schedule stop"]);
    }
}

#[test]
fn another_owners_group_is_not_touched() {
    for owner in [None, Some("prod")] {
        let mut world = World::default();
        know(&mut world, vec![group(owner, vec![held(&planned("theirs", Verb::Stop, false))])]);
        for goal in [Goal::Nothing, Goal::Hold(Vec::new())] {
            let ending = step(&mut sync(goal, &world), &world).unwrap_err();
            assert_eq!(ending.how, How::Failed);
            assert!(ending.says.contains("nothing of it was touched"), "{}", ending.says);
        }
    }
}

#[test]
fn a_failure_is_named_with_what_stands() {
    let mut world = World::default();
    know::<Group>(&mut world, Vec::new());
    let mut failing = sync(Goal::Hold(vec![planned("stop", Verb::Stop, false)]), &world);
    step(&mut failing, &world).unwrap();
    let place = failing.place.clone();
    let denied = Fault::new(crate::world::FaultKind::Denied, "scheduler:CreateSchedule", "iam:PassRole");
    let now = Timestamp::UNIX_EPOCH;
    failing.told(&MakeGroup(place.clone()).deed(), &Ok(Receipt::default()), now);
    failing.told(&DropSchedule { place, name: "stop".to_owned() }.deed(), &Err(denied), now);
    let ending = step(&mut failing, &world).unwrap_err();
    assert_eq!(ending.how, How::Incomplete);
    assert!(ending.says.contains("iam:PassRole") && ending.says.contains("toban schedule sync dev"), "{}", ending.says);
}
