//! ecs:UpdateService with ECS Exec on and a new deployment. Calls AWS, and only with the gate's pass.
//! It is sent once: where the answer is lost, the service's deployments tell whether it was done.

use aws_types::request_id::RequestId;
use futures_util::future::BoxFuture;

use super::{lost, primary};
use crate::aws::Clients;
use crate::change::gate::{Change, Pass};
use crate::change::plan::{ChangeRequest, Plan};
use crate::change::receipt::Receipt;
use crate::world::Fault;

const UPDATE: &str = "ecs:UpdateService";

/// Its name as an action and in the journal.
pub(crate) const VERB: &str = "enable-exec";

/// Turns it on.
#[derive(Debug)]
pub(crate) struct EnableExec {
    /// What it does.
    pub(crate) plan: Plan,
    /// The cluster's ARN.
    pub(crate) cluster: String,
    /// The service's ARN.
    pub(crate) service: String,
}

impl Change for EnableExec {
    fn plan(&self) -> Plan {
        self.plan.clone()
    }

    fn change_request(&self) -> ChangeRequest {
        ChangeRequest { verb: VERB, on: self.plan.on.clone(), arguments: Vec::new() }
    }

    fn perform<'a>(&'a self, aws: &'a Clients, _pass: Pass) -> BoxFuture<'a, Result<Receipt, Fault>> {
        Box::pin(async move {
            let request = aws.ecs.update_service().cluster(&self.cluster).service(&self.service);
            let request = request.enable_execute_command(true).force_new_deployment(true);
            let before = lost::described(aws, &self.cluster, &self.service).await?;
            let answer = match aws.call(UPDATE, Some(&self.service), request.send()).await {
                Ok(answer) => answer,
                Err(fault) => return lost::forced(aws, (&self.cluster, &self.service), &before, fault).await,
            };
            let deployment = answer.service().and_then(primary);
            Ok(Receipt {
                request_ids: answer.request_id().map(str::to_owned).into_iter().collect(),
                message: Some("exec is on; a new deployment replaces the tasks".to_owned()),
                facts: deployment.map(|id| ("deployment", id)).into_iter().collect(),
            })
        })
    }
}
