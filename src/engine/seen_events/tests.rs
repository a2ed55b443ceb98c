//! The memory of what happened: what is kept is told again as it was, equal events stay apart, several processes keep one
//! memory, and nobody's health is guessed.

use super::*;
use crate::diagnosis::tests::environment;
use crate::kinds::testing_samples::{Shelves, ago, definition, now, scope, service, stopped, tokyo};
use crate::overview::assemble;
use crate::timeline::{TimelineInput, timeline};
use crate::world::Resource;

fn store() -> (tempfile::TempDir, Store) {
    let home = tempfile::tempdir().expect("a home");
    let store = Store::open(home.path()).expect("a store");
    (home, store)
}

#[test]
fn what_was_seen_is_told_again_as_it_was() {
    let (_home, store) = store();
    let status = EnvironmentStatus::new("city-prod", vec![scope()]);
    let mut stop =
        Event::new(ago(90), EventKind::TaskStopped, "ecs:DescribeTasks", "a task stopped: app exited with code 1")
            .about(service().id(&scope()), "Backend");
    stop.item = Some("0123".to_owned());
    stop.detail = vec!["app ended with exit code 1".to_owned(), "app wrote last: no".to_owned()];
    let mut change = Event::new(ago(80), EventKind::Change, "cloudtrail:LookupEvents", "UpdateService Backend")
        .by(Some("arn:aws:sts::1:assumed-role/ci/deploy".to_owned()));
    change.requests = vec!["r-1".to_owned()];
    let own = Event::new(ago(70), EventKind::OwnChange, "journal", "ours");
    remember(&store, &status, now(), &[stop.clone(), change.clone(), own]).expect("kept");
    remember(&store, &status, now(), std::slice::from_ref(&stop)).expect("kept again");
    (stop.learned, change.learned) = (Some(now()), Some(now()));
    let told = recall(&store, &status, (ago(120), now())).expect("told");
    assert_eq!(told, [stop, change]);
    // What is told from memory is not learned anew.
    remember(&store, &status, ago(-60), &told).expect("kept");
    assert_eq!(recall(&store, &status, (ago(120), now())).expect("told"), told);
    let other = EnvironmentStatus::new("city-poc", vec![scope()]);
    assert_eq!(recall(&store, &other, (ago(120), now())).expect("told"), []);
    let seen = SeenEvents::load(&store, now()).expect("loaded");
    assert_eq!(seen.of(&status), told);
    let stops = seen.stops.of(&service().id(&scope()));
    assert_eq!((stops.len(), stops[0].task.as_deref(), stops[0].learned), (1, Some("0123"), now()));
    assert_eq!(seen.stops.since, Some(ago(90)));
}

/// What is recorded of this world.
fn recorded(shelves: &Shelves) -> Vec<Event> {
    let environment = environment(shelves, true);
    shelves.seen(true, |cx| {
        crate::timeline::each(&TimelineInput {
            environment: &environment,
            offhours: None,
            kind: cx,
            known: &[],
            window: (ago(600), now()),
        })
    })
}

/// What a timeline tells of this world now, beside what is remembered.
fn told(shelves: &Shelves, known: &[Event]) -> Vec<Event> {
    let environment = environment(shelves, true);
    shelves.seen(true, |cx| {
        timeline(&TimelineInput {
            environment: &environment,
            offhours: None,
            kind: cx,
            known,
            window: (ago(600), now()),
        })
    })
}

fn killed(id: &str) -> crate::kinds::ecs_task::Task {
    stopped(id, 5, "EssentialContainerExited", "OutOfMemoryError: Container killed due to memory usage")
}

#[test]
fn what_is_remembered_and_still_told_by_aws_stands_once() {
    let (_home, store) = store();
    let status = EnvironmentStatus::new("city-prod", vec![scope()]);
    let shelves = Shelves::default().with([service()]).with([killed("a"), killed("b")]).with([definition()]);
    let now_told = told(&shelves, &[]);
    let stops = |events: &[Event]| -> usize {
        events.iter().filter(|event| event.kind == EventKind::TaskStopped).map(|event| event.times).sum()
    };
    assert_eq!(stops(&now_told), 2, "two tasks that stop at one moment are two: {now_told:#?}");
    remember(&store, &status, now(), &recorded(&shelves)).expect("kept");
    let known = recall(&store, &status, (ago(600), now())).expect("told");
    let again = told(&shelves, &known);
    let lines = |events: &[Event]| events.iter().map(|event| (event.at, event.what.clone())).collect::<Vec<_>>();
    assert_eq!(lines(&again), lines(&now_told), "nothing is told twice");
    let forgotten = told(&Shelves::default().with([service()]), &known);
    assert_eq!(stops(&forgotten), 2, "AWS forgot them, the memory did not: {forgotten:#?}");
    let tasks = SeenEvents::load(&store, now()).expect("loaded").stops;
    assert_eq!(tasks.of(&service().id(&scope())).len(), 2);
}

#[test]
fn health_is_kept_only_where_it_is_known() {
    let zone = tokyo();
    let shelves = Shelves::default().with([service()]).with([killed("a")]).with([definition()]);
    let picture = assemble(&shelves.0, &crate::environment::ConfiguredEnvironments::default(), now(), &zone);
    let mut status = picture.environments.first().expect("an environment").clone();
    status.verdict.blind = false;
    status.verdict.health = Health::Bad;
    let known = health(&status, now()).expect("it is told");
    assert_eq!(known.item.as_deref(), Some("bad"));
    assert!(known.what.contains(" is bad"), "{}", known.what);
    status.verdict.blind = true;
    assert_eq!(health(&status, now()), None);
}
