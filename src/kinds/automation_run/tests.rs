//! What is read of Automation runs: those of documents that are called, each asked about once.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use aws_sdk_ssm::operation::{
    describe_automation_executions::{DescribeAutomationExecutionsError, DescribeAutomationExecutionsOutput},
    get_automation_execution::GetAutomationExecutionOutput,
};
use aws_sdk_ssm::types::{AutomationExecution, AutomationExecutionMetadata, AutomationExecutionStatus};
use aws_smithy_mocks::{Rule as Answer, mock};
use aws_smithy_types::DateTime;
use aws_smithy_types::error::ErrorMetadata;

use super::{Run, fetch};
use crate::aws::{Clients, mocked};
use crate::kinds::event_rule::Rule;
use crate::kinds::testing::{ask, know, scope};
use crate::schedule::stored::target_effect::Target;
use crate::world::{Arn, Coverage, FaultKind, Reading, World};

const DOCUMENT: &str = "AWS-StopRdsInstance";

/// A world with one rule that calls `document`.
fn calling(document: &str) -> World {
    let arn = format!("arn:aws:ssm:ap-northeast-1:1:automation-definition/{document}:$DEFAULT");
    let target = Target { arn, input: Some(r#"{"InstanceId":["x"]}"#.to_owned()), ..Target::default() };
    let mut world = World::default();
    know(
        &mut world,
        vec![Rule {
            arn: Arn::from("arn:aws:events:ap-northeast-1:1:rule/stop"),
            name: "stop".to_owned(),
            expression: "cron(0 22 * * ? *)".to_owned(),
            enabled: true,
            about: None,
            managed_by: None,
            waits: false,
            targets: vec![target],
            whole: true,
        }],
    );
    world
}

async fn read(rules: &[&Answer], known: &World) -> Reading<Run> {
    let aws = Clients { ssm: mocked!(aws_sdk_ssm, rules.iter().copied()), ..Clients::silent() };
    let scope = scope();
    fetch::read(ask(&aws, &scope, known, &Coverage::All)).await.expect("a harvest")
}

#[tokio::test]
async fn runs_of_a_called_document_come_with_what_they_were_called_with() {
    let run = |id: &str, document: &str, status| {
        AutomationExecutionMetadata::builder()
            .automation_execution_id(id)
            .document_name(document)
            .automation_execution_status(status)
            .execution_start_time(DateTime::from_secs(5))
            .failure_message("Step fails when it is Execute API call")
            .build()
    };
    let list = mock!(aws_sdk_ssm::Client::describe_automation_executions)
        .match_requests(|input| input.filters().first().is_some_and(|filter| filter.values() == [DOCUMENT.to_owned()]))
        .then_output(move || {
            DescribeAutomationExecutionsOutput::builder()
                .automation_execution_metadata_list(run("r-1", DOCUMENT, AutomationExecutionStatus::Failed))
                .automation_execution_metadata_list(run(
                    "r-2",
                    "AWS-StopRdsInstanceX",
                    AutomationExecutionStatus::Success,
                ))
                .build()
        });
    let looks = Arc::new(AtomicUsize::new(0));
    let counted = Arc::clone(&looks);
    let get = mock!(aws_sdk_ssm::Client::get_automation_execution).match_requests(|_| true).then_output(move || {
        counted.fetch_add(1, Ordering::SeqCst);
        let run = AutomationExecution::builder().parameters("InstanceId", vec!["X".to_owned()]).build();
        GetAutomationExecutionOutput::builder().automation_execution(run).build()
    });
    let mut world = calling(DOCUMENT);
    let reading = read(&[&list, &get], &world).await;
    let [(part, Ok(runs))] = reading.parts.as_slice() else { panic!("{reading:?}") };
    let [one] = runs.as_slice() else { panic!("its own runs only: {runs:?}") };
    assert_eq!((&**part, one.id.as_str(), one.status.as_str()), (DOCUMENT, "r-1", "Failed"));
    assert!(one.has_failed() && one.is_over() && one.names("x") && !one.names("y"), "{one:?}");
    know(&mut world, runs.clone());
    read(&[&list, &get], &world).await;
    assert_eq!(looks.load(Ordering::SeqCst), 1, "asked about once");
}

#[tokio::test]
async fn nothing_is_asked_where_no_document_is_called() {
    assert!(read(&[], &World::default()).await.parts.is_empty());
    assert!(read(&[], &calling("Ours")).await.parts.is_empty(), "a document nobody knows stops nothing we know of");
}

#[tokio::test]
async fn a_denial_stands_beside_the_document() {
    let denied = mock!(aws_sdk_ssm::Client::describe_automation_executions).then_error(|| {
        DescribeAutomationExecutionsError::generic(ErrorMetadata::builder().code("AccessDeniedException").build())
    });
    let reading = read(&[&denied], &calling(DOCUMENT)).await;
    let [(part, Err(fault))] = reading.parts.as_slice() else { panic!("{reading:?}") };
    assert_eq!((&**part, fault.kind), (DOCUMENT, FaultKind::Denied));
}
