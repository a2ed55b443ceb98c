//! A command whose answer is lost: it is sent once, and found or not known.

use aws_sdk_ssm::Client;
use aws_sdk_ssm::operation::list_commands::ListCommandsOutput;
use aws_sdk_ssm::operation::send_command::SendCommandOutput;
use aws_sdk_ssm::types::Command;
use aws_smithy_mocks::{Rule, mock};
use aws_smithy_runtime_api::client::orchestrator::HttpResponse;
use aws_smithy_runtime_api::http::StatusCode;
use aws_smithy_types::body::SdkBody;
use std::sync::{Arc, Mutex};

use super::*;
use crate::aws::mocked;
use crate::change::gate::{Confirmation, Gate, GateContext};
use crate::kinds::testing_samples::{now, scope};
use crate::world::{KindName, ResourceId};

fn script() -> RunScript {
    let on = ResourceId { kind: KindName("managed-node"), scope: scope(), key: "i-1".into() };
    let message = format!("run `{}` as root on web", "x".repeat(200));
    let plan = Plan::new(message, "e".into(), on, vec!["ssm:SendCommand".to_owned()]);
    let (nodes, script) = (vec!["i-1".to_owned()], "true".to_owned());
    RunScript { plan, nodes, script, what: Vec::new(), mark: mark(), patience: (60, 60) }
}

async fn perform(rules: &[&Rule]) -> Result<Receipt, Fault> {
    let aws = Clients { ssm: mocked!(aws_sdk_ssm, rules.iter().copied()), ..Clients::silent() };
    let change = Gate::default().approve(Box::new(script()), &Confirmation::Yes, None, &GateContext::seen_at(now()));
    change.expect("nothing hinders it").perform(&aws).await
}

/// Takes the command, keeps its comment and breaks down over the answer.
fn lost(comment: &Arc<Mutex<String>>) -> Rule {
    let comment = Arc::clone(comment);
    mock!(Client::send_command)
        .match_requests(move |input| {
            *comment.lock().expect("the comment") = input.comment().unwrap_or_default().to_owned();
            true
        })
        .then_http_response(|| {
            HttpResponse::new(
                StatusCode::try_from(500).expect("a status"),
                SdkBody::from("{\"__type\":\"InternalServerError\"}"),
            )
        })
}

#[tokio::test(start_paused = true)]
async fn a_command_whose_answer_is_lost_is_sent_once_and_found_by_its_mark() {
    let comment = Arc::default();
    let (send, told) = (lost(&comment), Arc::clone(&comment));
    let list = mock!(Client::list_commands).then_compute_output(move |_| {
        let ours = told.lock().expect("the comment").clone();
        assert!(ours.chars().count() <= COMMENT && ours.starts_with("toban: run"), "{ours}");
        let other = Command::builder().command_id("c-0").comment("toban: run `xxx").build();
        let ours = Command::builder().command_id("c-1").comment(ours).build();
        ListCommandsOutput::builder().commands(other).commands(ours).build()
    });
    let receipt = perform(&[&send, &list]).await.expect("it is found");
    assert_eq!((receipt.fact("command"), send.num_calls(), list.num_calls()), (Some("c-1"), 1, 1));
    assert_eq!(receipt.message.as_deref(), Some("the answer was lost; found: it was sent, as command c-1"));
}

#[tokio::test(start_paused = true)]
async fn a_command_that_is_not_found_is_not_known_and_not_sent_again() {
    let send = lost(&Arc::default());
    let list = mock!(Client::list_commands).then_output(|| ListCommandsOutput::builder().build());
    let fault = perform(&[&send, &list]).await.expect_err("it is not there");
    assert!(fault.answer_lost && fault.message.contains("not known"), "{fault}");
    assert_eq!((send.num_calls(), list.num_calls()), (1, 3));
}

#[tokio::test]
async fn a_command_that_is_answered_is_not_looked_for() {
    let send = mock!(Client::send_command)
        .then_output(|| SendCommandOutput::builder().command(Command::builder().command_id("c-2").build()).build());
    let receipt = perform(&[&send]).await.expect("it is sent");
    assert_eq!((receipt.fact("command"), receipt.message.as_deref()), (Some("c-2"), None));
}
