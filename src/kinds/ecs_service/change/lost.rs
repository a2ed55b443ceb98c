//! What became of a change to a service whose answer is lost: a newer deployment, a newer revision of the same content, a
//! rollout that is being taken back, a pause that is answered. Reading calls only; nothing is sent again.

use aws_sdk_ecs::types::{Service, ServiceDeploymentStatus, Tag, TaskDefinition};

use super::answer::waiting;
use super::{Answer, DEFINITION, DESCRIBE, ServiceUpdate, Subject, Tell, copy, primary};
use crate::aws::{Clients, RawAnswer, look_for};
use crate::change::receipt::Receipt;
use crate::kinds::task_definition::revision_name;
use crate::world::{Arn, Fault, FaultKind};

/// The receipt of what was found.
fn found(fault_id: Option<String>, message: &str, fact: (&'static str, String)) -> Receipt {
    Receipt {
        request_ids: fault_id.into_iter().collect(),
        message: Some(format!("the answer was lost; found: {message}")),
        facts: vec![fact],
    }
}

/// The service as it is now.
pub(super) async fn described(aws: &Clients, cluster: &str, service: &str) -> Result<Service, Fault> {
    let request = aws.ecs.describe_services().cluster(cluster).services(service);
    let answer = aws.call(DESCRIBE, Some(service), request.send()).await?;
    let gone = || Fault::new(FaultKind::Gone, DESCRIBE, "there is no such service").on(service);
    answer.services.unwrap_or_default().into_iter().next().ok_or_else(gone)
}

/// The id of a deployment that `before` does not know.
///
/// # Errors
/// The service's deployments are there without an id.
fn newer(now: &Service, before: &Service) -> Result<Option<String>, Fault> {
    let Some(id) = primary(now) else {
        let unnamed = Fault::new(FaultKind::Garbled, DESCRIBE, "its newest deployment is there without an id");
        return if now.deployments().is_empty() { Ok(None) } else { Err(unnamed) };
    };
    let is_known = before.deployments().iter().any(|one| one.id() == Some(id.as_str()));
    Ok((!is_known).then_some(id))
}

/// A new deployment of the revision that the service was on `before`.
pub(super) async fn forced(
    aws: &Clients,
    (cluster, name): (&str, &str),
    before: &Service,
    fault: Fault,
) -> Result<Receipt, Fault> {
    let request_id = fault.request_id.clone();
    let id = look_for(aws, fault, "a new deployment", || async {
        let now = described(aws, cluster, name).await?;
        Ok(newer(&now, before)?.filter(|_| now.task_definition() == before.task_definition()))
    });
    let id = id.await?;
    Ok(found(request_id, &format!("a new deployment {id} began since"), ("deployment", id)))
}

/// What became of the answer to a pause: the record tells how it was answered. One that ran out meanwhile was not.
pub(super) async fn answered(
    aws: &Clients,
    subject: &Subject,
    answer: &Answer,
    fault: Fault,
) -> Result<Receipt, Fault> {
    let request_id = fault.request_id.clone();
    let wanted = if answer.go_on { "SUCCEEDED" } else { "FAILED" };
    let what = format!("the pause {} answered with {}", answer.hook, answer.word());
    let look = look_for(aws, fault, &what, || async {
        let hook = waiting(aws, subject, answer).await?;
        let status = hook.as_ref().and_then(|hook| hook.status()).map(|status| status.as_str().to_owned());
        Ok(status.filter(|status| status == wanted))
    });
    let status = look.await?;
    let message = format!("the pause {} is {status}", answer.hook);
    let mut receipt = found(request_id, &message, ("record", answer.deployment.as_str().to_owned()));
    receipt.facts.push(("hook", answer.hook.clone()));
    Ok(receipt)
}

/// What became of telling a service something that is not [`ServiceUpdate::TakeBack`].
pub(super) async fn update(aws: &Clients, tell: &Tell, before: &Service, fault: Fault) -> Result<Receipt, Fault> {
    let (cluster, key) = (tell.subject.cluster.as_str(), &*tell.subject.id.key);
    let request_id = fault.request_id.clone();
    match &tell.what {
        ServiceUpdate::Force => forced(aws, (cluster, key), before, fault).await,
        ServiceUpdate::Revision(to) => {
            let what = format!("a new deployment of {}", revision_name(to));
            let id = look_for(aws, fault, &what, || async {
                let now = described(aws, cluster, key).await?;
                let is_there =
                    now.task_definition().is_some_and(|on| revision_name(&Arn::from(on)) == revision_name(to));
                Ok(newer(&now, before)?.filter(|_| is_there))
            });
            let id = id.await?;
            Ok(found(request_id, &format!("the deployment {id} of {}", revision_name(to)), ("deployment", id)))
        }
        ServiceUpdate::Scale(count) => {
            let wanted = i64::from(*count);
            let what = format!("a service that wants {count} tasks");
            let id = look_for(aws, fault, &what, || async {
                let now = described(aws, cluster, key).await?;
                Ok((i64::from(now.desired_count()) == wanted).then(|| primary(&now).unwrap_or_default()))
            });
            let id = id.await?;
            Ok(found(request_id, &format!("{} wants {count} tasks", tell.subject.name()), ("deployment", id)))
        }
        ServiceUpdate::TakeBack(_) | ServiceUpdate::Answer(_) => Err(fault),
    }
}

/// What became of taking back the service deployment `arn`, the deployment `id` of the service.
pub(super) async fn stop(aws: &Clients, arn: &Arn, id: Option<String>, fault: Fault) -> Result<Receipt, Fault> {
    const READ: &str = "ecs:DescribeServiceDeployments";
    let request_id = fault.request_id.clone();
    let status = look_for(aws, fault, "a rollout that is being taken back", || async {
        let request = aws.ecs.describe_service_deployments().service_deployment_arns(arn.as_str());
        let answer = aws.call(READ, Some(arn.last()), request.send()).await?;
        let status = answer.service_deployments().first().and_then(|one| one.status()).cloned();
        Ok(status.filter(|status| {
            use ServiceDeploymentStatus::{RollbackInProgress, RollbackRequested, RollbackSuccessful};
            matches!(status, RollbackInProgress | RollbackRequested | RollbackSuccessful)
        }))
    });
    let status = status.await?;
    let id = id.unwrap_or_default();
    Ok(found(request_id, &format!("{id} is {}", status.as_str()), ("deployment", id)))
}

/// What became of registering `old` with these images anew.
pub(super) async fn register(
    aws: &Clients,
    (old, tags): (&TaskDefinition, &[Tag]),
    images: &[(String, String)],
    fault: Fault,
) -> Result<Receipt, Fault> {
    let request_id = fault.request_id.clone();
    let family = Arn::from(old.family().unwrap_or_default());
    let what = format!("a newer revision of {} with just this content", family.as_str());
    let revision = look_for(aws, fault, &what, || async {
        // The family's name stands for its newest revision.
        let (new, new_tags) = super::described(aws, &family, &RawAnswer::default()).await?;
        let is_ours =
            new.revision() > old.revision() && copy::differences((old, tags), (&new, &new_tags), images).is_empty();
        let unnamed = || Fault::new(FaultKind::Garbled, DEFINITION, "the revision is there without its ARN");
        is_ours.then(|| new.task_definition_arn().map(Arn::from).ok_or_else(unnamed)).transpose()
    });
    let revision = revision.await?;
    let message = format!("{} is registered", revision_name(&revision));
    Ok(found(request_id, &message, ("revision", revision.as_str().to_owned())))
}

#[cfg(test)]
mod tests;
