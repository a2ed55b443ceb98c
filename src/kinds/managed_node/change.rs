//! What can be done on managed nodes: a shell script, by Systems Manager. Calls AWS, and only with the gate's pass.
//! ssm:SendCommand runs what it is sent each time it arrives: it is sent once, with a mark of its own in the comment, and
//! where the answer is lost, the command is looked for by that mark.

use aws_types::request_id::RequestId;
use futures_util::future::BoxFuture;

use crate::aws::{Clients, look_for};
use crate::change::gate::{Change, Pass};
use crate::change::plan::{ChangeRequest, Plan};
use crate::change::receipt::Receipt;
use crate::world::{Fault, FaultKind};

/// The IAM actions of these changes.
pub(crate) const ACTIONS: &[&str] = &[
    SEND,
    LIST,
    // What sessions take, which whoever may change things on a node may open.
    "ssm:StartSession",
    "ssm:ResumeSession",
    "ssm:TerminateSession",
    // Finds one whose answer was lost, so that it is ended.
    "ssm:DescribeSessions",
    "ssmmessages:OpenDataChannel",
    "kms:GenerateDataKey",
];

const SEND: &str = "ssm:SendCommand";
const LIST: &str = "ssm:ListCommands";
/// How long a comment may be, characters.
const COMMENT: usize = 100;

/// Runs a script as root on some nodes; it brings the script's own user with it. The receipt's fact `command` is
/// the command's id.
#[derive(Clone, Debug)]
pub struct RunScript {
    /// What it would do.
    pub plan: Plan,
    /// The nodes, at most 50.
    pub nodes: Vec<String>,
    /// The script.
    pub script: String,
    /// What the script is, as data: a word first, then what it is given.
    pub what: Vec<(&'static str, String)>,
    /// How long it may lie undelivered (30 s at least) and how long it may run, seconds.
    pub patience: (i32, u32),
}

impl Change for RunScript {
    fn plan(&self) -> Plan {
        self.plan.clone()
    }

    fn change_request(&self) -> ChangeRequest {
        let nodes = ("nodes", self.nodes.join(","));
        ChangeRequest {
            verb: "run",
            on: self.plan.on.clone(),
            arguments: std::iter::once(nodes).chain(self.what.iter().cloned()).collect(),
        }
    }

    fn perform<'a>(&'a self, aws: &'a Clients, _pass: Pass) -> BoxFuture<'a, Result<Receipt, Fault>> {
        Box::pin(async move {
            let on = self.nodes.join(" ");
            let mark = format!(" [{:016x}]", fastrand::u64(..));
            let message = format!("toban: {}", self.plan.message);
            let comment: String = message.chars().take(COMMENT - mark.len()).chain(mark.chars()).collect();
            let request = aws
                .ssm
                .send_command()
                .document_name("AWS-RunShellScript")
                .set_instance_ids(Some(self.nodes.clone()))
                .comment(&comment)
                .timeout_seconds(self.patience.0.max(30))
                .parameters("commands", vec![self.script.clone()])
                .parameters("executionTimeout", vec![self.patience.1.to_string()]);
            let (id, request_ids, message) = match aws.call(SEND, Some(&on), request.send()).await {
                Ok(answer) => {
                    let id = answer.command().and_then(|command| command.command_id()).map(str::to_owned);
                    let request_ids = answer.request_id().map(str::to_owned).into_iter().collect();
                    let unnamed = || Fault::new(FaultKind::Garbled, SEND, "the answer names no command").on(&on);
                    (id.ok_or_else(unnamed)?, request_ids, None)
                }
                Err(fault) => {
                    let request_ids = fault.request_id.clone().into_iter().collect();
                    let what = format!("a command with the comment \"{}\"", mark.trim());
                    let id = look_for(fault, &what, || sent(aws, &comment)).await?;
                    let message = format!("the answer was lost; found: it was sent, as command {id}");
                    (id, request_ids, Some(message))
                }
            };
            Ok(Receipt { request_ids, message, facts: vec![("command", id)] })
        })
    }
}

/// The id of the command with that comment, if Systems Manager has one among the newest.
async fn sent(aws: &Clients, comment: &str) -> Result<Option<String>, Fault> {
    let request = aws.ssm.list_commands().max_results(50);
    let answer = aws.call(LIST, None, request.send()).await?;
    let ours = answer.commands().iter().find(|command| command.comment() == Some(comment));
    Ok(ours.and_then(|command| command.command_id()).map(str::to_owned))
}

#[cfg(test)]
mod tests;
