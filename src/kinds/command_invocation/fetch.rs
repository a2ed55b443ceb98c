//! Reads this kind from AWS: ssm:GetCommandInvocation, one node a call, and ssm:ListCommands for a command whose id nobody
//! heard, by the mark in its comment.
//! The only file of the kind that may touch the network or an SDK type; reading operations only.

use aws_sdk_ssm::operation::get_command_invocation::GetCommandInvocationOutput;

use super::model::Invocation;
use crate::aws::{Clients, concurrently, text};
use crate::kinds::FetchContext;
use crate::world::{Coverage, Fault, FaultKind, Reading};

const GET: &str = "ssm:GetCommandInvocation";
const LIST: &str = "ssm:ListCommands";
/// So many pages hold whatever was sent a moment ago, also where much is sent.
const PAGES: usize = 10;

/// Reads the runs that `ask` names; there is no list of all of them.
///
/// # Errors
/// None of its own: a part's fault stands in the reading.
pub(super) async fn read(ask: FetchContext<'_>) -> Result<Reading<Invocation>, Fault> {
    let Coverage::Parts(parts) = ask.coverage else { return Ok(Reading::of(Vec::new())) };
    // A run is COMMAND/NODE; the doctor, which tries everything, names parts of every kind.
    let is_run = |part: &str| !part.starts_with("arn:") && part.contains('/');
    let parts = parts.iter().filter(|part| is_run(part)).cloned().collect();
    let read = concurrently(parts, |part: crate::world::Part| async move {
        let (command, node) = part.split_once('/').unwrap_or((&part, ""));
        let found = match command.starts_with('[') {
            true => sent_with(ask.aws, node, command).await,
            false => Ok(Some(command.to_owned())),
        };
        let command = match found {
            Ok(Some(command)) => command,
            Ok(None) => return (part, Ok(Vec::new())),
            Err(fault) => return (part, Err(fault)),
        };
        let request = ask.aws.ssm.get_command_invocation().command_id(command).instance_id(node);
        let got = match ask.aws.call(GET, Some(&part), request.send()).await {
            Ok(answer) => Ok(vec![invocation(&part, &answer)]),
            // Just after it was sent, Systems Manager does not know it everywhere yet.
            Err(fault) if fault.code.as_deref().is_some_and(|code| code.contains("InvocationDoesNotExist")) => {
                Ok(Vec::new())
            }
            Err(fault) => Err(fault),
        };
        (part, got)
    });
    Ok(Reading::of(read.await))
}

/// The id of the command to `node` whose comment ends with `mark`, if Systems Manager has one among the newest there.
///
/// # Errors
/// The fault of the reading, or that the command is there without its id.
pub(crate) async fn sent_with(aws: &Clients, node: &str, mark: &str) -> Result<Option<String>, Fault> {
    let mut token = None;
    // The newest come first: a few pages hold what was sent just now, and any of them may be empty.
    for _ in 0..PAGES {
        let request = aws.ssm.list_commands().instance_id(node).max_results(50).set_next_token(token);
        let answer = aws.call(LIST, Some(node), request.send()).await?;
        let ours = answer.commands().iter().find(|command| command.comment().is_some_and(|text| text.ends_with(mark)));
        // One that is there without its id is not "none": whoever asks would send it again.
        let unnamed =
            || Fault::new(FaultKind::Garbled, LIST, format!("the command {mark} is there without an id")).on(node);
        if let Some(ours) = ours {
            return text(ours.command_id()).map(Some).ok_or_else(unnamed);
        }
        token = answer.next_token.filter(|token| !token.is_empty());
        if token.is_none() {
            break;
        }
    }
    Ok(None)
}

fn invocation(part: &str, from: &GetCommandInvocationOutput) -> Invocation {
    // Systems Manager writes times as text, and an empty one where there is none yet.
    let when = |at: Option<&str>| at.and_then(|at| at.parse().ok());
    Invocation {
        key: part.to_owned(),
        status: from.status().map_or("Unknown", |status| status.as_str()).to_owned(),
        details: text(from.status_details()),
        // -1 stands for "not ended".
        code: Some(from.response_code()).filter(|code| *code >= 0),
        output: from.standard_output_content().unwrap_or_default().to_owned(),
        errors: from.standard_error_content().unwrap_or_default().to_owned(),
        started: when(from.execution_start_date_time()),
        ended: when(from.execution_end_date_time()),
    }
}
