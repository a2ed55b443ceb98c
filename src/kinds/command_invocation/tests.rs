//! Tests of how a command's run is read and what its states mean.

use aws_sdk_ssm::operation::get_command_invocation::{GetCommandInvocationError, GetCommandInvocationOutput};
use aws_sdk_ssm::types::CommandInvocationStatus;
use aws_sdk_ssm::types::error::InvocationDoesNotExist;
use aws_smithy_mocks::mock;
use rstest::rstest;

use super::{Invocation, Invocations};
use crate::aws::{Clients, mocked};
use crate::kinds::Kind;
use crate::kinds::testing::{ask, parts, scope};
use crate::world::{Coverage, Resource, World};

fn run(status: &str, details: Option<&str>, code: Option<i32>) -> Invocation {
    Invocation {
        key: "c-1/i-1".to_owned(),
        status: status.to_owned(),
        details: details.map(str::to_owned),
        code,
        output: "building\n\n".to_owned(),
        errors: String::new(),
        started: None,
        ended: None,
    }
}

#[rstest]
#[case(run("InProgress", None, None), false, "is InProgress")]
#[case(run("Success", None, Some(0)), true, "succeeded")]
#[case(run("Failed", Some("Failed"), Some(17)), true, "failed with exit code 17")]
#[case(run("TimedOut", Some("DeliveryTimedOut"), None), true, "could not be delivered: the agent did not take it")]
#[case(run("TimedOut", Some("ExecutionTimedOut"), None), true, "ran out of time")]
#[case(run("Shiny", None, None), true, "is Shiny")]
fn states(#[case] run: Invocation, #[case] over: bool, #[case] words: &str) {
    assert_eq!((run.is_over(), run.words().as_str(), run.last_line()), (over, words, Some("building")));
}

#[tokio::test]
async fn a_run_is_read_and_one_that_is_not_known_yet_is_no_fault() {
    let known = mock!(aws_sdk_ssm::Client::get_command_invocation)
        .match_requests(|request| request.command_id() == Some("c-1") && request.instance_id() == Some("i-1"))
        .then_output(|| {
            GetCommandInvocationOutput::builder()
                .status(CommandInvocationStatus::Failed)
                .response_code(2)
                .standard_output_content("out")
                .standard_error_content("err")
                .execution_start_date_time("2026-11-21T05:02:11.123Z")
                .execution_end_date_time("")
                .build()
        });
    let unknown = mock!(aws_sdk_ssm::Client::get_command_invocation)
        .match_requests(|request| request.command_id() == Some("c-2"))
        .then_error(|| {
            let meta = aws_smithy_types::error::ErrorMetadata::builder().code("InvocationDoesNotExist").build();
            GetCommandInvocationError::InvocationDoesNotExist(InvocationDoesNotExist::builder().meta(meta).build())
        });
    let aws = Clients { ssm: mocked!(aws_sdk_ssm, [&known, &unknown]), ..Clients::silent() };
    let (world, scope) = (World::default(), scope());
    let coverage = parts(&["c-1/i-1", "c-2/i-1"]);
    let reading = Invocations::read(ask(&aws, &scope, &world, &coverage)).await.expect("a harvest");
    let all: Vec<Invocation> = reading.parts.into_iter().flat_map(|(_, got)| got.expect("no fault")).collect();
    let [one] = &all[..] else { panic!("{all:?}") };
    assert_eq!((one.key(), one.status.as_str(), one.code), ("c-1/i-1", "Failed", Some(2)));
    assert!(one.started.is_some() && one.ended.is_none());
    assert_eq!(one.last_line(), Some("err"));
    let none = Invocations::read(ask(&aws, &scope, &world, &Coverage::All)).await.expect("nothing");
    assert!(none.parts.is_empty());
}

#[tokio::test]
async fn a_run_whose_command_nobody_heard_of_is_found_by_its_mark() {
    use aws_sdk_ssm::operation::list_commands::ListCommandsOutput;
    use aws_sdk_ssm::types::Command;
    let list = mock!(aws_sdk_ssm::Client::list_commands).then_compute_output(|request| {
        let command = |id: &str, comment: &str| Command::builder().command_id(id).comment(comment).build();
        let others = ListCommandsOutput::builder().commands(command("c-0", "toban: bring web to x [0000]"));
        match request.instance_id() {
            Some("i-1") => others.commands(command("c-1", "toban: bring web to x [00ff]")).build(),
            _ => others.build(),
        }
    });
    let got = mock!(aws_sdk_ssm::Client::get_command_invocation)
        .match_requests(|request| request.command_id() == Some("c-1") && request.instance_id() == Some("i-1"))
        .then_output(|| GetCommandInvocationOutput::builder().status(CommandInvocationStatus::InProgress).build());
    let aws = Clients { ssm: mocked!(aws_sdk_ssm, [&list, &got]), ..Clients::silent() };
    let (world, scope) = (World::default(), scope());
    let coverage = parts(&["[00ff]/i-1", "[00ff]/i-2"]);
    let reading = Invocations::read(ask(&aws, &scope, &world, &coverage)).await.expect("a harvest");
    let all: Vec<Invocation> = reading.parts.into_iter().flat_map(|(_, got)| got.expect("no fault")).collect();
    let [one] = &all[..] else { panic!("{all:?}") };
    assert_eq!((one.key(), one.status.as_str()), ("[00ff]/i-1", "InProgress"));
}

#[tokio::test]
async fn a_command_that_is_there_without_an_id_is_told_and_not_taken_for_none() {
    use aws_sdk_ssm::operation::list_commands::ListCommandsOutput;
    use aws_sdk_ssm::types::Command;
    let list = mock!(aws_sdk_ssm::Client::list_commands).then_output(|| {
        ListCommandsOutput::builder()
            .commands(Command::builder().comment("toban: bring web to x [00ff]").build())
            .build()
    });
    let aws = Clients { ssm: mocked!(aws_sdk_ssm, [&list]), ..Clients::silent() };
    let fault = super::sent_with(&aws, "i-1", "[00ff]").await.expect_err("it has no id");
    assert_eq!((fault.kind, fault.operation.as_str()), (crate::world::FaultKind::Garbled, "ssm:ListCommands"));
    assert!(fault.message.contains("the command [00ff] is there without an id"), "{fault}");
    let (world, scope) = (World::default(), scope());
    let reading = Invocations::read(ask(&aws, &scope, &world, &parts(&["[00ff]/i-1"]))).await.expect("a harvest");
    assert!(reading.parts.iter().all(|(_, got)| got.is_err()), "{:?}", reading.parts);
}

#[tokio::test]
async fn a_command_behind_an_empty_page_is_found() {
    use aws_sdk_ssm::operation::list_commands::ListCommandsOutput;
    use aws_sdk_ssm::types::Command;
    let empty = mock!(aws_sdk_ssm::Client::list_commands)
        .match_requests(|input| input.next_token().is_none())
        .then_output(|| ListCommandsOutput::builder().next_token("2").build());
    let second = mock!(aws_sdk_ssm::Client::list_commands)
        .match_requests(|input| input.next_token() == Some("2"))
        .then_output(|| {
            let ours = Command::builder().command_id("c-1").comment("run a script [00ff]").build();
            ListCommandsOutput::builder().commands(ours).next_token("3").build()
        });
    let aws = Clients { ssm: mocked!(aws_sdk_ssm, [&empty, &second]), ..Clients::silent() };
    assert_eq!(super::sent_with(&aws, "i-1", "[00ff]").await, Ok(Some("c-1".to_owned())));
}
