//! Stops one task: ecs:StopTask. The only file of the kind that changes anything, and it needs the gate's pass. Stopping
//! what is stopped, or gone, counts as done.

use aws_types::request_id::RequestId;
use futures_util::future::BoxFuture;

use crate::aws::Clients;
use crate::change::gate::{Change, Pass};
use crate::change::plan::{ChangeRequest, Plan};
use crate::change::receipt::Receipt;
use crate::world::Fault;

const STOP: &str = "ecs:StopTask";
/// What ECS keeps of it as the task's stopped reason, for everybody who looks later.
const REASON: &str = "stopped by hand with toban";

/// Its name in the journal: not that of starting and stopping what sleeps.
pub(crate) const VERB: &str = "stop-task";

/// Stops one. `plan.on` is the task.
#[derive(Clone, Debug)]
pub(crate) struct StopTask {
    /// What it does.
    pub(crate) plan: Plan,
    /// The cluster's ARN.
    pub(crate) cluster: String,
}

impl Change for StopTask {
    fn plan(&self) -> Plan {
        self.plan.clone()
    }

    fn change_request(&self) -> ChangeRequest {
        ChangeRequest { verb: VERB, on: self.plan.on.clone(), arguments: Vec::new() }
    }

    fn perform<'a>(&'a self, aws: &'a Clients, _pass: Pass) -> BoxFuture<'a, Result<Receipt, Fault>> {
        Box::pin(async move {
            let task = &*self.plan.on.key;
            let request = aws.ecs.stop_task().cluster(&self.cluster).task(task).reason(REASON);
            match aws.call(STOP, Some(task), request.send()).await {
                Ok(answer) => Ok(Receipt {
                    request_ids: answer.request_id().map(str::to_owned).into_iter().collect(),
                    message: Some("the task is stopping".to_owned()),
                    facts: Vec::new(),
                }),
                // ECS forgets a stopped task after a while.
                Err(fault) if fault.message.contains("task was not found") => {
                    Ok(Receipt { message: Some("the task is gone already".to_owned()), ..Receipt::default() })
                }
                Err(fault) => Err(fault),
            }
        })
    }
}

#[cfg(test)]
mod tests {
    use aws_sdk_ecs::Client;
    use aws_sdk_ecs::operation::stop_task::StopTaskOutput;
    use aws_smithy_mocks::mock;

    use super::*;
    use crate::aws::mocked;
    use crate::change::gate::{Confirmation, Gate, GateContext};
    use crate::kinds::testing_samples::{now, scope, task};
    use crate::world::{FaultKind, Resource};

    async fn stop(rule: aws_smithy_mocks::Rule) -> Result<Receipt, Fault> {
        let aws = Clients { ecs: mocked!(aws_sdk_ecs, &[rule]), ..Clients::silent() };
        let (item, scope) = (task("t1"), scope());
        let plan = Plan::new("stop it", "city-dev".into(), item.id(&scope), vec![STOP.to_owned()]);
        let change = Box::new(StopTask { plan, cluster: item.cluster.to_string() });
        let at = GateContext::seen_at(now());
        Gate::default().approve(change, &Confirmation::Yes, None, &at).expect("nothing hinders it").perform(&aws).await
    }

    #[tokio::test]
    async fn the_task_is_named_with_its_cluster_and_a_reason_for_those_who_look_later() {
        let rule = mock!(Client::stop_task)
            .match_requests(|input| {
                input.cluster().is_some_and(|cluster| cluster.ends_with("cluster/city-prod"))
                    && input.task().is_some_and(|task| task.ends_with("task/city-prod/t1"))
                    && input.reason() == Some(REASON)
            })
            .then_output(|| StopTaskOutput::builder().build());
        assert_eq!(stop(rule).await.expect("it is taken").message.as_deref(), Some("the task is stopping"));
    }

    #[tokio::test]
    async fn what_is_gone_is_stopped_and_a_denial_is_one() {
        let body = |kind: &str, message: &str| Some(format!(r#"{{"__type":"{kind}","message":"{message}"}}"#));
        let gone = mock!(Client::stop_task)
            .sequence()
            .http_status(400, body("InvalidParameterException", "The referenced task was not found."))
            .build();
        assert_eq!(stop(gone).await.expect("done").message.as_deref(), Some("the task is gone already"));
        let no = mock!(Client::stop_task).sequence().http_status(400, body("AccessDeniedException", "no")).build();
        assert_eq!(stop(no).await.expect_err("a denial").kind, FaultKind::Denied);
    }
}
