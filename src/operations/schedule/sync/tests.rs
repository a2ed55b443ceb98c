//! Syncing as a machine: the order of changes, whose group it is, and what is done when it was done already.

use super::*;
use crate::change::How;
use crate::kinds::schedule_group::Group;
use crate::kinds::testing::{know, scope};
use crate::schedule::{Bounds, PowerAction};

fn planned(name: &str, verb: PowerAction, once: bool) -> Planned {
    Planned {
        name: name.to_owned(),
        verb,
        expression: "cron(0 22 * * ? *)".to_owned(),
        timezone: "Asia/Tokyo".to_owned(),
        start_date: None,
        once,
        target: "arn:aws:scheduler:::aws-sdk:rds:stopDBInstance".to_owned(),
        input: "{}".to_owned(),
        bounds: None,
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
    let place = SchedulePlace { environment: "dev".into(), scope: scope(), group: "toban-dev".to_owned() };
    let plan = Plan::new("sync", "dev".into(), place.id(), Vec::new());
    Sync::new(plan, place, goal, ("role".to_owned(), None), (world, Timestamp::UNIX_EPOCH))
}

/// What is done until it looks again, every change going well.
fn step(sync: &mut Sync, world: &World) -> Result<Vec<String>, Ending> {
    let mut message = Vec::new();
    loop {
        match sync.step(&Observation { world, faults: &[], now: Timestamp::UNIX_EPOCH }) {
            Step::Act(changes) => {
                for change in changes {
                    message.push(change.plan().message);
                    sync.told(&change.change_request(), &Ok(Receipt::default()), Timestamp::UNIX_EPOCH);
                }
            }
            Step::Wait(_) => return Ok(message),
            Step::End(ending) => return Err(ending),
        }
    }
}

fn hold(planned: Vec<Planned>) -> Goal {
    Goal::Hold(DesiredAtAws::only(planned))
}

#[test]
fn the_group_comes_first_and_deletions_last() {
    let (single, stop) = (planned("single", PowerAction::Stop, true), planned("stop", PowerAction::Stop, false));
    let mut world = World::default();
    know::<Group>(&mut world, Vec::new());
    let goal = || hold(vec![single.clone(), stop.clone()]);
    let made = step(&mut sync(goal(), &world), &world).unwrap();
    assert_eq!(made, ["create the schedule group toban-dev", "create the schedule single", "create the schedule stop"]);

    let edited = Held { expression: "cron(0 7 * * ? *)".to_owned(), ..held(&stop) };
    let stray = Held { name: "stray".to_owned(), ..held(&stop) };
    know(&mut world, vec![group(Some("dev"), vec![stray, edited])]);
    let mut again = sync(goal(), &world);
    assert_eq!(again.plan().differences.len(), 3, "{:?}", again.plan().differences);
    let made = step(&mut again, &world).unwrap();
    assert_eq!(made, ["create the schedule single", "change the schedule stop", "delete the schedule stray"]);

    know(&mut world, vec![group(Some("dev"), vec![held(&single), held(&stop)])]);
    assert_eq!(step(&mut again, &world).unwrap_err().how, How::Done, "seen as planned");
    let ending = step(&mut sync(goal(), &world), &world).unwrap_err();
    assert_eq!(ending.message, "nothing to change: the schedules at AWS are up to date");
}

#[test]
fn a_reset_retry_policy_or_another_role_is_put_right() {
    let stop = planned("stop", PowerAction::Stop, false);
    for spoilt in [
        Held { attempts: None, ..held(&stop) },
        Held { max_age: Some(86_400), ..held(&stop) },
        Held { role: "other".to_owned(), ..held(&stop) },
        Held { enabled: false, ..held(&stop) },
    ] {
        let mut world = World::default();
        know(&mut world, vec![group(Some("dev"), vec![spoilt])]);
        let made = step(&mut sync(hold(vec![stop.clone()]), &world), &world).unwrap();
        assert_eq!(made, ["change the schedule stop"]);
    }
}

#[test]
fn another_owners_group_is_not_touched() {
    for owner in [None, Some("prod")] {
        let mut world = World::default();
        know(&mut world, vec![group(owner, vec![held(&planned("theirs", PowerAction::Stop, false))])]);
        for goal in [Goal::Nothing, hold(Vec::new())] {
            let ending = step(&mut sync(goal, &world), &world).unwrap_err();
            assert_eq!(ending.how, How::Failed);
            assert!(ending.message.contains("nothing in it was changed"), "{}", ending.message);
        }
    }
}

#[test]
fn a_failure_is_named_with_what_stands() {
    let mut world = World::default();
    know::<Group>(&mut world, Vec::new());
    let mut failing = sync(hold(vec![planned("stop", PowerAction::Stop, false)]), &world);
    let denied = Fault::new(crate::world::FaultKind::Denied, "scheduler:CreateSchedule", "iam:PassRole");
    let now = Timestamp::UNIX_EPOCH;
    let observation = Observation { world: &world, faults: &[], now };
    assert!(matches!(failing.step(&observation), Step::Act(_)), "the group");
    let place = failing.place.clone();
    failing.told(&MakeGroup(place.clone()).change_request(), &Ok(Receipt::default()), now);
    assert!(failing.wants(now).is_empty(), "between two lots nothing is read");
    assert!(matches!(failing.step(&observation), Step::Act(_)), "the schedule");
    failing.told(&DropSchedule { place, name: "stop".to_owned() }.change_request(), &Err(denied), now);
    let ending = step(&mut failing, &world).unwrap_err();
    assert_eq!(ending.how, How::Incomplete);
    assert!(
        ending.message.contains("iam:PassRole") && ending.message.contains("toban schedule sync dev"),
        "{}",
        ending.message
    );
}

#[test]
fn a_late_stop_that_cannot_be_written_leaves_the_usual_one_as_it_was() {
    // Tonight's single stop at 23:30, and the recurring one held back: without the first, the second would leave the
    // database up all night.
    let (late, usual) = (planned("late", PowerAction::Stop, true), planned("usual", PowerAction::Stop, false));
    let held_back =
        Planned { start_date: Some(Timestamp::UNIX_EPOCH + SignedDuration::from_hours(1)), ..usual.clone() };
    let mut world = World::default();
    know(&mut world, vec![group(Some("dev"), vec![held(&usual)])]);
    let mut one = sync(hold(vec![late, held_back]), &world);
    let now = Timestamp::UNIX_EPOCH;
    let observation = Observation { world: &world, faults: &[], now };
    let Step::Act(first) = one.step(&observation) else { panic!("it acts") };
    let message: Vec<String> = first.iter().map(|change| change.plan().message).collect();
    assert_eq!(message, ["create the schedule late"]);
    let quota =
        Fault::new(crate::world::FaultKind::Refused, "scheduler:CreateSchedule", "ServiceQuotaExceededException");
    one.told(&first[0].change_request(), &Err(quota), now);
    let Step::End(ending) = one.step(&observation) else { panic!("nothing more is written") };
    assert_eq!(ending.how, How::Failed);
}

fn action(name: &str, resource: &str, bounds: Bounds) -> ScheduledAction {
    ScheduledAction {
        arn: format!("{resource} {name}"),
        name: name.to_owned(),
        resource: resource.to_owned(),
        expression: "cron(0 22 * * ? *)".to_owned(),
        timezone: Some("Asia/Tokyo".to_owned()),
        start: None,
        end: None,
        min: Some(bounds.min),
        max: Some(bounds.max),
    }
}

fn planned_action(verb: PowerAction, bounds: Bounds) -> Planned {
    let name = scheduled_actions::name("toban-dev", "service/c/web", verb, "2200");
    let (target, input) = ("service/c/web".to_owned(), scheduled_actions::words(bounds));
    Planned { target, input, bounds: Some(bounds), ..planned(&name, verb, false) }
}

#[test]
fn what_remembers_bounds_is_written_before_what_closes_them_and_deleted_after_it() {
    let open = Bounds { min: 2, max: 10 };
    let (start, stop) = (planned_action(PowerAction::Start, open), planned_action(PowerAction::Stop, Bounds::ZERO));
    let mut world = World::default();
    know::<Group>(&mut world, Vec::new());
    let wanted = || hold(vec![start.clone(), stop.clone()]);
    let made = step(&mut sync(wanted(), &world), &world).unwrap();
    let names = ["toban-dev.c.web.start.2200", "toban-dev.c.web.stop.2200"];
    assert_eq!(made, names.map(|name| format!("create the scheduled action {name}")), "and no group for them");

    // Edited by hand, one that had its time, another owner's, and another environment's.
    let spent = ScheduledAction {
        expression: "at(1969-01-01T00:00:00)".to_owned(),
        ..action("toban-dev.c.web.stop.19690101T000000", "service/c/web", Bounds::ZERO)
    };
    let theirs = action("nightly", "service/c/web", Bounds::ZERO);
    let others = action("toban-prod.c.web.stop.2200", "service/c/web", Bounds::ZERO);
    let (ours, edited) =
        (action(names[1], "service/c/web", Bounds::ZERO), action(names[0], "service/c/web", Bounds { min: 1, max: 1 }));
    know(&mut world, vec![ours.clone(), edited, spent, theirs.clone(), others.clone()]);
    let mut again = sync(wanted(), &world);
    let differences: Vec<String> =
        again.plan().differences.iter().map(|one| format!("{}: {:?}", one.what, one.to)).collect();
    assert_eq!(differences, [r#"input of toban-dev.c.web.start.2200: Some("min=2 max=10")"#], "the spent one is none");
    let done = step(&mut again, &world).unwrap();
    assert_eq!(
        done,
        [
            "change the scheduled action toban-dev.c.web.start.2200",
            "delete the scheduled action toban-dev.c.web.stop.19690101T000000"
        ]
    );

    know(&mut world, vec![ours, action(names[0], "service/c/web", open), theirs, others]);
    assert_eq!(
        step(&mut sync(wanted(), &world), &world).unwrap_err().message,
        "nothing to change: the schedules at AWS are up to date"
    );
    let gone = step(&mut sync(Goal::Nothing, &world), &world).unwrap();
    assert_eq!(gone, [names[1], names[0]].map(|name| format!("delete the scheduled action {name}")));
}

/// What AWS holds, changed by changes as AWS would.
#[derive(Clone, Default)]
struct Aws {
    group: Option<Vec<Held>>,
    actions: Vec<ScheduledAction>,
}

impl Aws {
    fn world(&self) -> World {
        let mut world = World::default();
        know(&mut world, self.group.iter().map(|held| group(Some("dev"), held.clone())).collect());
        know(&mut world, self.actions.clone());
        world
    }

    fn take(&mut self, change_request: &ChangeRequest) {
        let get = |key: &str| {
            change_request
                .arguments
                .iter()
                .find(|(known, _)| *known == key)
                .map(|(_, text)| text.clone())
                .unwrap_or_default()
        };
        let (name, start) = (get("name"), get("start").parse().ok());
        match change_request.verb {
            "make-group" => self.group = Some(Vec::new()),
            "drop-group" => self.group = None,
            "put-schedule" | "drop-schedule" => {
                let group = self.group.as_mut().expect("a group comes before its schedules");
                group.retain(|held| held.name != name);
                if change_request.verb == "put-schedule" {
                    let environment_config = planned(&name, PowerAction::Stop, false);
                    let fresh = Held { start_date: start, input: get("input"), ..held(&environment_config) };
                    group.push(Held { expression: get("expression"), target: get("target"), ..fresh });
                }
            }
            "put-action" | "drop-action" => {
                self.actions.retain(|action| action.name != name);
                if change_request.verb == "put-action" {
                    let bounds = Bounds { min: get("min").parse().unwrap(), max: get("max").parse().unwrap() };
                    let fresh = action(&name, &change_request.on.key, bounds);
                    self.actions.push(ScheduledAction { expression: get("expression"), start, ..fresh });
                }
            }
            other => panic!("{other}"),
        }
    }

    /// What must never be seen, wherever it was interrupted.
    fn is_sound(&self, at: usize) {
        let held = self.group.iter().flatten();
        let waits = held.clone().any(|held| held.name == "usual" && held.start_date.is_some());
        let late = held.clone().any(|held| held.name == "late");
        assert!(!waits || late, "after {at} calls tonight's stop is held back and nothing stops it later");
        let of = |max: bool| self.actions.iter().filter(|action| (action.max > Some(0)) == max).count();
        assert!(of(false) == 0 || of(true) > 0, "after {at} calls its bounds close and nothing remembers them");
    }
}

/// Brings `aws` to `goal`; killed after `calls`, if that many are made.
fn until_killed(aws: &mut Aws, goal: Goal, calls: usize) -> Option<Ending> {
    let mut one = sync(goal, &aws.world());
    let mut made = 0;
    loop {
        let world = aws.world();
        match one.step(&Observation { world: &world, faults: &[], now: Timestamp::UNIX_EPOCH }) {
            Step::Act(changes) => {
                for change in changes {
                    if made == calls {
                        return None;
                    }
                    made += 1;
                    aws.take(&change.change_request());
                    aws.is_sound(made);
                    one.told(&change.change_request(), &Ok(Receipt::default()), Timestamp::UNIX_EPOCH);
                }
            }
            Step::Wait(_) => {}
            Step::End(ending) => return Some(ending),
        }
    }
}

#[test]
fn killed_between_any_two_calls_it_is_sound_and_the_next_one_goes_on() {
    let (usual, late) = (planned("usual", PowerAction::Stop, false), planned("late", PowerAction::Stop, true));
    let soon = Timestamp::UNIX_EPOCH + SignedDuration::from_hours(1);
    let held_back = Planned { start_date: Some(soon), ..usual.clone() };
    let (start, stop) = (
        planned_action(PowerAction::Start, Bounds { min: 2, max: 10 }),
        planned_action(PowerAction::Stop, Bounds::ZERO),
    );
    let mut tonight = vec![late, held_back, start.clone(), stop.clone()];
    let mut ordinary = vec![usual, start, stop];
    tonight.sort_by_key(Planned::order);
    ordinary.sort_by_key(Planned::order);
    // From nothing to a week, to a late evening, back, and to nothing.
    let mut aws = Aws::default();
    let goals: [&dyn Fn() -> Goal; 4] =
        [&|| hold(ordinary.clone()), &|| hold(tonight.clone()), &|| hold(ordinary.clone()), &|| Goal::Nothing];
    for (stretch, goal) in goals.iter().enumerate() {
        for calls in 0.. {
            let mut killed = aws.clone();
            let ended = until_killed(&mut killed, goal(), calls);
            let whole = ended.is_some();
            let ending = ended.or_else(|| until_killed(&mut killed, goal(), usize::MAX)).unwrap();
            assert_eq!(ending.how, How::Done, "{stretch}: killed after {calls} calls: {}", ending.message);
            let same = until_killed(&mut killed, goal(), usize::MAX).unwrap();
            assert_eq!(
                same.message, "nothing to change: the schedules at AWS are up to date",
                "{stretch}: after {calls} calls"
            );
            if whole {
                aws = killed;
                break;
            }
        }
    }
    assert!(aws.group.is_none() && aws.actions.is_empty());
}

/// What goes on the group that is the record.
fn noted(known: bool) -> Vec<Mark> {
    let place = SchedulePlace { environment: "dev".into(), scope: scope(), group: "toban-dev".to_owned() };
    let one = |key: &str, value: &str| {
        let tags = [(key.to_owned(), Some(value.to_owned()))].into();
        Mark::Note(Note { place: place.clone(), arn: "arn".to_owned(), tags, known, about: None })
    };
    vec![one("toban:override", "x"), one("toban:wakes-to/c/web", "desired=2")]
}

#[test]
fn words_on_the_group_are_written_at_once_and_make_it_where_it_is_not_there() {
    let stop = planned("stop", PowerAction::Stop, false);
    let mut world = World::default();
    know::<Group>(&mut world, Vec::new());
    let mut fresh = sync(hold(vec![stop.clone()]), &world).on_record().marking(noted(false));
    assert_eq!(
        fresh.plan().calls,
        [
            "scheduler:CreateScheduleGroup toban-dev",
            "scheduler:TagResource toban-dev toban:override=x, toban:wakes-to/c/web=desired=2",
            "scheduler:CreateSchedule stop cron(0 22 * * ? *) Asia/Tokyo",
        ],
        "it is made once"
    );
    assert!(fresh.wants(Timestamp::UNIX_EPOCH).iter().any(|want| want.kind == Notes::KIND));
    let made = step(&mut fresh, &world).unwrap();
    assert_eq!(made.len(), 2, "{made:?}");
    assert!(made[0].starts_with("write toban:override=x, ") && made[1] == "create the schedule stop", "{made:?}");
    // Where nothing is stored at AWS the word alone is written, whoever is asked first.
    let mut alone = sync(Goal::AsItIs, &World::default()).on_record().marking(noted(true));
    assert_eq!(alone.plan().calls.len(), 1, "{:?}", alone.plan().calls);
    assert_eq!(step(&mut alone, &World::default()).unwrap_err().how, How::Done);
}

#[test]
fn a_group_that_another_took_meanwhile_is_not_written_on() {
    let mut world = World::default();
    let notes = Notes { group: "toban-dev".to_owned(), tags: [(tags::ENV.to_owned(), "other".to_owned())].into() };
    know(&mut world, vec![notes]);
    let mut late = sync(Goal::AsItIs, &world).on_record().marking(noted(true));
    let ending = step(&mut late, &world).unwrap_err();
    assert_eq!(ending.how, How::Failed);
    assert!(ending.message.contains("belongs to other; nothing in it was changed"), "{}", ending.message);
}

#[test]
fn an_override_that_came_meanwhile_keeps_the_group_from_being_deleted() {
    let mut world = World::default();
    let mut held = group(Some("dev"), Vec::new());
    know(&mut world, vec![held.clone()]);
    let mut remove = sync(Goal::Nothing, &world);
    assert_eq!(remove.plan().calls.len(), 1);
    held.tags.insert(tags::OVERRIDE.to_owned(), "running/2026-11-24T23:30+09:00/tanaka".to_owned());
    know(&mut world, vec![held.clone()]);
    let ending = step(&mut remove, &world).unwrap_err();
    assert_eq!(ending.how, How::Failed);
    assert!(ending.message.contains("is a record and holds an override until"), "{}", ending.message);
    held.tags.insert(tags::OVERRIDE.to_owned(), "running/1969-12-24T23:30+09:00/tanaka".to_owned());
    know(&mut world, vec![held]);
    assert_eq!(step(&mut sync(Goal::Nothing, &world), &world).unwrap(), ["delete the schedule group toban-dev"]);
}
