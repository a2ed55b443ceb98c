//! How state machines and their executions are read, and what is told of a failed one.

use super::{Machines, StateMachine};
use crate::aws::{Clients, Json, Script};
use crate::kinds::Kind;
use crate::kinds::testing::{ask, scope};
use crate::kinds::testing_samples::Shelves;
use crate::world::{Coverage, FaultKind, Reading, World};

const LIST: &str = r#"{"stateMachines":[{"stateMachineArn":"arn:aws:states:ap-northeast-1:1:stateMachine:m","name":"m","type":"STANDARD","creationDate":1.7952e9},
  {"stateMachineArn":"arn:aws:states:ap-northeast-1:1:stateMachine:x","name":"x","type":"EXPRESS","creationDate":1.7952e9}]}"#;
const RUNS: &str = r#"{"executions":[{"executionArn":"arn:aws:states:ap-northeast-1:1:execution:m:a","name":"a","status":"FAILED",
  "startDate":1795237000.5,"stopDate":1795237100},{"executionArn":"arn:aws:states:ap-northeast-1:1:execution:m:b","name":"b","status":"RUNNING","startDate":1795237200}]}"#;
const WHY: &str = r#"{"executionArn":"arn:aws:states:ap-northeast-1:1:execution:m:a","status":"FAILED","error":"States.TaskFailed",
  "cause":"password=hunter2 was refused","input":"{\"token\":\"hunter2\"}"}"#;

async fn read(script: &Script) -> Reading<StateMachine> {
    let aws = Clients { states: Json::by(script), ..Clients::silent() };
    let (scope, known) = (scope(), World::default());
    Machines::read(ask(&aws, &scope, &known, &Coverage::All)).await.expect("machines")
}

#[tokio::test]
async fn executions_come_with_the_reason_of_a_failed_last_one_and_no_secret() {
    let script = Script::new([(200, LIST), (200, RUNS), (200, WHY)]);
    let reading = read(&script).await;
    let machines = reading.parts[0].1.as_ref().expect("machines");
    let runs = &machines[0].executions;
    assert_eq!(runs.iter().map(|one| one.name.as_str()).collect::<Vec<_>>(), ["b", "a"]);
    let why = runs[1].why.as_deref().unwrap_or_default();
    assert!(why.starts_with("States.TaskFailed") && !why.contains("hunter2"), "{why}");
    assert!(machines[1].executions.is_empty(), "an express one is told by its log only");
    assert_eq!(script.sent().len(), 3);
    Shelves::default().seen(true, |cx| {
        assert_eq!(Machines::rows(&machines[0], cx).len(), 1);
        assert_eq!(Machines::to_json(&machines[0], cx).expect("an object")["kind"], "state-machine");
    });
    assert!(Machines::web(&machines[0], &scope()).is_some());
}

#[tokio::test]
async fn what_may_not_be_read_costs_the_executions_alone() {
    let denied = r#"{"__type":"AccessDeniedException","message":"not authorized to perform: states:ListExecutions"}"#;
    let reading = read(&Script::new([(200, LIST), (400, denied)])).await;
    assert_eq!(reading.notes.iter().map(|fault| fault.kind).collect::<Vec<_>>(), [FaultKind::Denied]);
    assert_eq!(reading.parts[0].1.as_ref().map(Vec::len), Ok(2));
}

#[tokio::test]
async fn none_is_none() {
    let reading = read(&Script::new([(200, r#"{"stateMachines":[]}"#)])).await;
    assert_eq!(reading.parts[0].1.as_ref().map(Vec::len), Ok(0));
}
