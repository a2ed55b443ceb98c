//! What can be done on managed nodes: a shell script, by Systems Manager. Calls AWS, and only with the gate's pass.
//! ssm:SendCommand runs what it is sent each time it arrives: it is sent once, with a mark of its own in the comment, and
//! where the answer is lost, the command is looked for by that mark.

use aws_types::request_id::RequestId;
use futures_util::future::BoxFuture;

use crate::aws::{Clients, look_for};
use crate::change::gate::{Change, Pass};
use crate::change::plan::{ChangeRequest, Plan};
use crate::change::receipt::Receipt;
use crate::kinds::command_invocation::sent_with;
use crate::world::{Fault, FaultKind};

/// The IAM actions of these changes.
pub(crate) const ACTIONS: &[&str] = &[
    SEND,
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
/// How long a comment may be, characters.
const COMMENT: usize = 100;

/// A mark that no other command has: it ends the comment of one, so that the command is found by it.
#[must_use]
pub fn mark() -> String {
    format!("[{:016x}]", fastrand::u64(..))
}

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
    /// Ends its comment at AWS; see [`mark`]. Who loses the answer looks for the command by it.
    pub mark: String,
    /// How long it may lie undelivered (30 s at least) and how long it may run, seconds.
    pub patience: (i32, u32),
}

impl RunScript {
    /// What it is called as data.
    pub const VERB: &'static str = "run";
}

impl Change for RunScript {
    fn plan(&self) -> Plan {
        self.plan.clone()
    }

    fn change_request(&self) -> ChangeRequest {
        let own = [("nodes", self.nodes.join(",")), ("mark", self.mark.clone())];
        ChangeRequest {
            verb: Self::VERB,
            on: self.plan.on.clone(),
            arguments: own.into_iter().chain(self.what.iter().cloned()).collect(),
        }
    }

    fn perform<'a>(&'a self, aws: &'a Clients, _pass: Pass) -> BoxFuture<'a, Result<Receipt, Fault>> {
        Box::pin(async move {
            let on = self.nodes.join(" ");
            let message = format!("toban: {}", self.plan.message);
            let room = COMMENT.saturating_sub(self.mark.len() + 1);
            let words: String = message.chars().take(room).collect();
            let comment = format!("{words} {}", self.mark);
            let request = aws
                .ssm
                .send_command()
                .document_name("AWS-RunShellScript")
                .set_instance_ids(Some(self.nodes.clone()))
                .comment(comment)
                .timeout_seconds(self.patience.0.max(30))
                .parameters("commands", vec![self.script.clone()])
                .parameters("executionTimeout", vec![self.patience.1.to_string()]);
            let answered = aws.call(SEND, Some(&on), request.send()).await.and_then(|answer| {
                let request_id = answer.request_id().map(str::to_owned);
                let unnamed = Fault::new(FaultKind::Garbled, SEND, "the answer names no command").on(&on);
                // It was taken all the same.
                let unnamed = Fault { answer_lost: true, request_id: request_id.clone(), ..unnamed };
                let id = answer.command().and_then(|command| command.command_id()).map(str::to_owned);
                Ok((id.ok_or(unnamed)?, request_id))
            });
            let (id, request_id, message) = match answered {
                Ok((id, request_id)) => (id, request_id, None),
                Err(fault) => {
                    let request_id = fault.request_id.clone();
                    let what = format!("a command with the comment \"{}\"", self.mark);
                    let node = self.nodes.first().map_or("", String::as_str);
                    let id = look_for(aws, fault, &what, || sent_with(aws, node, &self.mark)).await?;
                    let message = format!("the answer was lost; found: it was sent, as command {id}");
                    (id, request_id, Some(message))
                }
            };
            Ok(Receipt { request_ids: request_id.into_iter().collect(), message, facts: vec![("command", id)] })
        })
    }
}

#[cfg(test)]
mod tests;
