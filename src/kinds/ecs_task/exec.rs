//! A command in one container of a task, by ECS Exec, as a change: what it is and the session it is carried out in. Calls
//! nothing: the session is opened by whoever carries it out.

use futures_util::future::BoxFuture;

use crate::aws::Clients;
use crate::change::gate::{Change, CommandInSession, Pass};
use crate::change::plan::{ChangeRequest, Plan};
use crate::change::receipt::Receipt;
use crate::ssm::start_request::StartRequest;
use crate::world::{Fault, FaultKind};

/// A command in a container. The receipt's facts are `exit`, where one was told, and `output`, with secrets masked.
#[derive(Clone, Debug)]
pub struct ExecLine {
    /// What it would do, on which task.
    pub plan: Plan,
    /// The session.
    pub ask: StartRequest,
    /// The mark its exit code is told behind.
    pub nonce: Option<String>,
    /// The command, secrets masked.
    pub shown: String,
}

impl ExecLine {
    /// What it is called as data.
    pub const VERB: &'static str = "exec";
}

impl Change for ExecLine {
    fn plan(&self) -> Plan {
        self.plan.clone()
    }

    fn change_request(&self) -> ChangeRequest {
        let arguments = vec![("command", self.shown.clone())];
        ChangeRequest { verb: Self::VERB, on: self.plan.on.clone(), arguments }
    }

    fn in_session(&self) -> Option<CommandInSession> {
        Some(CommandInSession { ask: self.ask.clone(), nonce: self.nonce.clone() })
    }

    fn perform<'a>(&'a self, _aws: &'a Clients, _pass: Pass) -> BoxFuture<'a, Result<Receipt, Fault>> {
        Box::pin(async {
            Err(Fault::new(FaultKind::Odd, "ecs:ExecuteCommand", "a command in a task runs in a session"))
        })
    }
}
