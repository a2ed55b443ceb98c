//! Answers a pause of a deployment at AWS: ecs:ContinueServiceDeployment. It looks first whether the pause still waits, and
//! the call is sent once; where its answer is lost, `lost` looks in the record whether AWS heard it.

use aws_sdk_ecs::types::{DeploymentLifecycleHookAction, DeploymentLifecycleHookDetail};

use super::{Answer, CONTINUE, Subject, lost, request_id};
use crate::aws::{Clients, when};
use crate::change::receipt::Receipt;
use crate::world::{Fault, FaultKind};

const DESCRIBE: &str = "ecs:DescribeServiceDeployments";

/// Gives the answer.
pub(super) async fn give(aws: &Clients, subject: &Subject, answer: &Answer) -> Result<Receipt, Fault> {
    let hook = waiting(aws, subject, answer).await?;
    let heard = |message: String, request_ids: Vec<String>| Receipt {
        request_ids,
        message: Some(message),
        facts: vec![("record", answer.deployment.as_str().to_owned()), ("hook", answer.hook.clone())],
    };
    let status = hook.as_ref().and_then(|hook| hook.status()).map_or("gone", |status| status.as_str());
    match (status, answer.go_on) {
        ("AWAITING_ACTION", _) => {}
        ("SUCCEEDED", true) => return Ok(heard("it was answered so already".to_owned(), Vec::new())),
        ("FAILED", false) => return Ok(heard("it was rejected already".to_owned(), Vec::new())),
        ("TIMED_OUT", _) => {
            let at = hook.as_ref().and_then(|hook| when(hook.expires_at()));
            let at = at.map(|at| format!(" at {at}")).unwrap_or_default();
            let message = format!("the pause {} ran out{at}; look at what became of the deployment", answer.hook);
            return Err(Fault::new(FaultKind::Refused, "toban:plan", message).on(subject.name()));
        }
        (status, _) => {
            let message = format!(
                "the pause {} does not wait for an answer any more ({status}); look at the deployment again",
                answer.hook
            );
            return Err(Fault::new(FaultKind::Refused, "toban:plan", message).on(subject.name()));
        }
    }
    let action =
        if answer.go_on { DeploymentLifecycleHookAction::Continue } else { DeploymentLifecycleHookAction::Rollback };
    let request = aws
        .ecs
        .continue_service_deployment()
        .service_deployment_arn(answer.deployment.as_str())
        .hook_id(&answer.hook)
        .action(action);
    let got = match aws.call(CONTINUE, Some(subject.name()), request.send()).await {
        Ok(got) => got,
        Err(fault) => return lost::answered(aws, subject, answer, fault).await,
    };
    let message = if answer.go_on { "ECS was told to go on" } else { "ECS was told to go back" };
    Ok(heard(message.to_owned(), request_id(&got)))
}

/// The pause as it is now.
pub(super) async fn waiting(
    aws: &Clients,
    subject: &Subject,
    answer: &Answer,
) -> Result<Option<DeploymentLifecycleHookDetail>, Fault> {
    let request = aws.ecs.describe_service_deployments().service_deployment_arns(answer.deployment.as_str());
    let got = aws.call(DESCRIBE, Some(subject.name()), request.send()).await?;
    let all = got.service_deployments().iter().flat_map(|one| one.lifecycle_hook_details());
    Ok(all.into_iter().find(|hook| hook.hook_id() == Some(&answer.hook)).cloned())
}
