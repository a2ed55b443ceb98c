//! Running a job by hand, from what is typed to how it ended; and that a lost answer never begins it twice.

use jiff::SignedDuration;

use super::{JobRunProcedure, LOOK, UNSEEN};
use crate::change::plan::{ChangeRequest, Plan};
use crate::change::procedure::{Observation, Procedure, Step};
use crate::change::receipt::Receipt;
use crate::change::{Ending, How};
use crate::kinds::job::launch::Launch;
use crate::kinds::state_machine::{Execution, StateMachine};
use crate::kinds::testing::{know, scope};
use crate::kinds::testing_samples::now;
use crate::world::{Arn, Fault, FaultKind, KindName, ResourceId, World};

const MACHINE: &str = "arn:aws:states:ap-northeast-1:1:stateMachine:m";

fn procedure() -> JobRunProcedure {
    let on = ResourceId { kind: KindName("state-machine"), scope: scope(), key: MACHINE.into() };
    let plan = Plan::new("run job m", "city-prod".into(), on, vec!["states:StartExecution m".to_owned()]);
    JobRunProcedure::new(plan, "m", Launch::Execution { machine: Arn::from(MACHINE), input: "{}".to_owned() }, now())
}

fn world(status: Option<&str>) -> World {
    let mut world = World::default();
    let name = format!("m-{}", now().as_millisecond());
    let execution = |status: &str| Execution {
        arn: Arn::from(format!("arn:aws:states:ap-northeast-1:1:execution:m:{name}")),
        name: name.clone(),
        status: status.to_owned(),
        started_at: Some(now()),
        stopped_at: (status != "RUNNING").then(|| now() + SignedDuration::from_secs(75)),
        why: (status == "FAILED").then(|| "States.TaskFailed".to_owned()),
    };
    let machine = StateMachine {
        arn: Arn::from(MACHINE),
        name: "m".to_owned(),
        kind: Some("STANDARD".to_owned()),
        created_at: None,
        executions: status.map(execution).into_iter().collect(),
    };
    know(&mut world, vec![machine]);
    world
}

fn step(procedure: &mut JobRunProcedure, world: &World, after: SignedDuration) -> Step {
    procedure.step(&Observation { world, faults: &[], now: now() + after })
}

fn begun(procedure: &mut JobRunProcedure) -> ChangeRequest {
    let Step::Act(changes) = step(procedure, &world(None), SignedDuration::ZERO) else { panic!("it begins") };
    let [change] = &changes[..] else { panic!("with one change") };
    change.change_request()
}

fn ended(step: Step) -> Ending {
    match step {
        Step::End(ending) => ending,
        other => panic!("it has not ended: {other:?}"),
    }
}

#[test]
fn a_run_is_begun_once_and_watched_to_its_end() {
    let mut run = procedure();
    assert!(run.wants(now()).is_empty());
    let change_request = begun(&mut run);
    let receipt = Receipt { facts: vec![("run", format!("m-{}", now().as_millisecond()))], ..Receipt::default() };
    run.told(&change_request, &Ok(receipt), now());
    assert!(run.goes_on());
    assert_eq!(run.wants(now()).len(), 1);
    assert!(matches!(step(&mut run, &world(None), LOOK), Step::Wait(_)), "it is not seen yet");
    assert!(matches!(step(&mut run, &world(Some("RUNNING")), LOOK), Step::Wait(_)));
    let ending = ended(step(&mut run, &world(Some("SUCCEEDED")), LOOK));
    assert_eq!(ending.how, How::Done);
    assert!(ending.message.contains("after 1 min"), "{ending:?}");
}

#[test]
fn a_run_that_fails_is_an_end_that_is_not_well() {
    let mut run = procedure();
    let change_request = begun(&mut run);
    run.told(&change_request, &Ok(Receipt::default()), now());
    let ending = ended(step(&mut run, &world(Some("FAILED")), LOOK));
    assert_eq!(ending.how, How::Incomplete);
    assert!(ending.message.contains("States.TaskFailed"), "{ending:?}");
}

#[test]
fn where_the_answer_was_lost_the_run_is_looked_for_and_not_begun_again() {
    let lost = Fault::new(FaultKind::Timeout, "states:StartExecution", "timed out");
    let mut run = procedure();
    let change_request = begun(&mut run);
    run.told(&change_request, &Err(lost.clone()), now());
    assert!(matches!(step(&mut run, &world(None), LOOK), Step::Wait(_)));
    assert!(matches!(step(&mut run, &world(Some("RUNNING")), LOOK), Step::Wait(_)));
    assert!(run.goes_on(), "it is found");
    let mut never = procedure();
    let change_request = begun(&mut never);
    never.told(&change_request, &Err(lost), now());
    let ending = ended(step(&mut never, &world(None), UNSEEN + LOOK));
    assert_eq!(ending.how, How::Incomplete);
    assert!(ending.message.contains("not known"), "{ending:?}");
}

#[test]
fn a_refusal_changes_nothing() {
    let mut run = procedure();
    let change_request = begun(&mut run);
    run.told(&change_request, &Err(Fault::new(FaultKind::Denied, "states:StartExecution", "no")), now());
    assert_eq!(ended(step(&mut run, &world(None), LOOK)).how, How::Failed);
}
