//! What can be done on managed nodes: a shell script, by Systems Manager. Calls AWS, and only with the gate's pass.
//! ssm:SendCommand is not safe to repeat by itself; the scripts that are sent are.

use aws_types::request_id::RequestId;
use futures_util::future::BoxFuture;

use crate::aws::Clients;
use crate::change::gate::{Change, Pass};
use crate::change::plan::{ChangeRequest, Plan};
use crate::change::receipt::Receipt;
use crate::world::{Fault, FaultKind};

/// The IAM actions of these changes.
pub(crate) const ACTIONS: &[&str] = &[
    SEND,
    // What sessions take, which whoever may change things on a node may open.
    "ssm:StartSession",
    "ssm:ResumeSession",
    "ssm:TerminateSession",
    "ssmmessages:OpenDataChannel",
    "kms:GenerateDataKey",
];

const SEND: &str = "ssm:SendCommand";

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
            // A comment may have 100 characters.
            let comment: String = format!("toban: {}", self.plan.message).chars().take(100).collect();
            let request = aws
                .ssm
                .send_command()
                .document_name("AWS-RunShellScript")
                .set_instance_ids(Some(self.nodes.clone()))
                .comment(comment)
                .timeout_seconds(self.patience.0.max(30))
                .parameters("commands", vec![self.script.clone()])
                .parameters("executionTimeout", vec![self.patience.1.to_string()]);
            let answer = aws.call(SEND, Some(&on), request.send()).await?;
            let Some(id) = answer.command().and_then(|command| command.command_id()) else {
                return Err(Fault::new(FaultKind::Garbled, SEND, "the answer names no command").on(on));
            };
            Ok(Receipt {
                request_ids: answer.request_id().map(str::to_owned).into_iter().collect(),
                message: None,
                facts: vec![("command", id.to_owned())],
            })
        })
    }
}
