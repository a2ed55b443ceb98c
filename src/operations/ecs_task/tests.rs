//! Stopping one task: what is offered and planned, and the watch against a service that refills.

use jiff::SignedDuration;
use rstest::rstest;

use super::*;
use crate::change::procedure::{Observation, Step};
use crate::change::receipt::Receipt;
use crate::change::{Ending, How};
use crate::kinds::testing_samples::{Shelves, now, scope, service, task};
use crate::overview::EnvironmentStatus;
use crate::world::{Coverage, Fault, FaultKind, Reading, World};

fn with_context<T>(shelves: Shelves, look: impl FnOnce(&ActionContext<'_>) -> T) -> T {
    let environment = EnvironmentStatus::new("city-dev", vec![scope()]);
    shelves.seen(false, |cx| look(&ActionContext { cx: *cx, environment: &environment }))
}

fn alone(id: &str) -> Task {
    Task { group: Some("family:import".to_owned()), ..task(id) }
}

#[test]
fn the_form_that_takes_nothing_away_stands_first_and_what_is_stopped_is_not_stopped_again() {
    let offered = |item: &Task, of: Vec<Service>| {
        with_context(Shelves::default().with(of), |context| Tasks::actions(item, context))
    };
    let verbs: Vec<_> = offered(&task("t1"), vec![service()]).iter().map(|action| action.verb).collect();
    assert_eq!(verbs, [FORCE, STOP]);
    let one = offered(&alone("t1"), vec![service()]);
    assert_eq!(one.iter().map(|action| action.verb).collect::<Vec<_>>(), [STOP]);
    assert!(one[0].message.contains("nothing starts it again"), "{one:?}");
    let stopping = Task { desired_status: "STOPPED".to_owned(), ..task("t1") };
    assert_eq!(offered(&stopping, vec![service()])[1].disabled_reason.as_deref(), Some("it is stopping already"));
    let stopped = offered(&Task { last_status: "STOPPED".to_owned(), ..stopping }, vec![service()]);
    assert_eq!(stopped.len(), 1, "{stopped:?}");
    assert_eq!(stopped[0].disabled_reason.as_deref(), Some("it is stopped already"));
}

#[rstest]
#[case::others_serve(2, "1 task of Backend serve until another is up")]
#[case::the_only_one(1, "Backend is down until another is up; `force` starts the new one first")]
fn the_plan_says_what_is_left_meanwhile(#[case] running: u32, #[case] words: &str) {
    let of = Service { running, desired: running, ..service() };
    let plan = with_context(Shelves::default().with([of]), |context| {
        Tasks::propose(&task("t1"), STOP, None, context).expect("it stops").plan()
    });
    assert_eq!(plan.calls, ["ecs:StopTask t1"]);
    assert!(plan.notices[0].contains(words), "{:?}", plan.notices);
}

/// Plays it: at each look the service and the tasks are what `seen` says of the second.
fn played(item: &Task, answer: Result<(), Fault>, seen: impl Fn(i64) -> (Service, Vec<Task>)) -> (Ending, i64) {
    let proposal = with_context(Shelves::default().with([service()]), |context| {
        Tasks::propose(item, STOP, None, context).expect("it stops")
    });
    let Proposal::Procedure(mut procedure) = proposal else { panic!("it is watched") };
    let (mut second, mut asked) = (0, 0);
    loop {
        assert!(second < 3600, "it goes on for ever");
        let at = now() + SignedDuration::from_secs(second);
        let (service, tasks) = seen(second);
        let mut world = World::default();
        world.put(&scope(), Service::KIND, &Coverage::All, Ok(Reading::whole(vec![service]).into()), at);
        world.put(&scope(), Task::KIND, &Coverage::All, Ok(Reading::whole(tasks).into()), at);
        let observation = Observation { world: &world, faults: &[], now: at };
        assert!(!procedure.report(&observation).message.is_empty());
        match procedure.step(&observation) {
            Step::Act(changes) => {
                asked += 1;
                assert_eq!(asked, 1, "it is asked once");
                procedure.told(&changes[0].change_request(), &answer.clone().map(|()| Receipt::default()), at);
            }
            Step::Wait(pause) => second += pause.as_secs(),
            Step::End(ending) => return (ending, second),
        }
    }
}

#[test]
fn it_ends_once_the_service_has_another() {
    let (ending, second) = played(&task("t1"), Ok(()), |second| {
        let mut tasks = vec![task("t2")];
        match second {
            ..30 => {
                tasks.push(Task { last_status: "DEACTIVATING".into(), desired_status: "STOPPED".into(), ..task("t1") })
            }
            _ => tasks.push(Task { last_status: "STOPPED".into(), desired_status: "STOPPED".into(), ..task("t1") }),
        }
        if second >= 60 {
            tasks.push(task("t3"));
        }
        // ECS's own count lags behind: it is not believed alone.
        (service(), tasks)
    });
    assert_eq!((ending.how, second), (How::Done, 60), "{ending:?}");
    assert!(ending.message.contains("Backend runs 2 tasks"), "{ending:?}");
}

#[test]
fn a_task_of_no_service_ends_with_its_stop() {
    let (ending, second) =
        played(&alone("t1"), Ok(()), |second| (service(), if second < 20 { vec![alone("t1")] } else { Vec::new() }));
    assert_eq!((ending.how, second), (How::Done, 20), "{ending:?}");
}

#[rstest]
#[case::denied(Fault::new(FaultKind::Denied, "ecs:StopTask", "no"), How::Failed, "nothing was changed")]
#[case::lost(Fault { answer_lost: true, ..Fault::new(FaultKind::Timeout, "ecs:StopTask", "closed") }, How::Incomplete, "asking again is safe")]
fn what_aws_did_not_take_is_told(#[case] fault: Fault, #[case] how: How, #[case] words: &str) {
    let (ending, _) = played(&task("t1"), Err(fault), |_| (service(), vec![task("t1"), task("t2")]));
    assert_eq!(ending.how, how, "{ending:?}");
    assert!(ending.message.contains(words), "{ending:?}");
}
