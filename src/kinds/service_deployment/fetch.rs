//! Reads this kind from AWS: ecs:ListServiceDeployments, ecs:DescribeServiceDeployments, ecs:DescribeServiceRevisions.
//! The only file of the kind that may touch the network or an SDK type; reading operations only.

use std::collections::HashMap;

use aws_sdk_ecs::types;

mod convert;

use super::model::ServiceDeployment;
pub(in crate::kinds) use convert::settings;

use crate::aws::{concurrently, named, text};
use crate::kinds::FetchContext;
use crate::world::{Arn, Coverage, Fault, FaultKind, Part, Reading};

const LIST: &str = "ecs:ListServiceDeployments";
const DESCRIBE: &str = "ecs:DescribeServiceDeployments";
const REVISIONS: &str = "ecs:DescribeServiceRevisions";

/// How many of a service's deployments are read: the newest, as many as one call describes.
const MOST: i32 = 20;

/// Reads what `ask` covers, service by service; nothing where no service is named.
///
/// # Errors
/// None: a service's own fault stands in the reading.
pub(super) async fn read(ask: FetchContext<'_>) -> Result<Reading<ServiceDeployment>, Fault> {
    let Coverage::Parts(parts) = ask.coverage else { return Ok(Reading::of(Vec::new())) };
    let services: Vec<Part> = parts.iter().cloned().collect();
    let read = concurrently(services, |service| async move {
        let got = of_service(ask, &service).await;
        (service, got)
    });
    let mut reading = Reading::of(Vec::new());
    for (service, got) in read.await {
        let got = match got {
            Err(fault) if fault.kind == FaultKind::Gone => Ok(Vec::new()),
            got => got.map(|(all, nameless)| {
                reading.notes.extend(nameless);
                all
            }),
        };
        reading.parts.push((service, got));
    }
    Ok(reading)
}

/// The newest deployments of one service, newest first.
async fn of_service(ask: FetchContext<'_>, service: &str) -> Result<(Vec<ServiceDeployment>, Option<Fault>), Fault> {
    let arn = Arn::from(service);
    // `service/CLUSTER/NAME`; the old form without a cluster needs none to be named.
    let mut names = arn.resource().split('/').skip(1);
    let cluster = names.next().filter(|_| names.next().is_some()).map(str::to_owned);
    let request = ask.aws.ecs.list_service_deployments().service(service).set_cluster(cluster).max_results(MOST);
    let listed = ask.aws.call(LIST, Some(service), request.send()).await?;
    let arns = listed.service_deployments().iter().map(|one| text(one.service_deployment_arn()));
    let (mut arns, unlisted) = named(LIST, Some(service), arns);
    arns.truncate(usize::try_from(MOST).unwrap_or_default());
    if arns.is_empty() {
        return Ok((Vec::new(), unlisted));
    }
    let request = ask.aws.ecs.describe_service_deployments().set_service_deployment_arns(Some(arns));
    let described = ask.aws.call(DESCRIBE, Some(service), request.send()).await?;
    let all = described.service_deployments().iter().map(|from| convert::deployment(from, service));
    let (mut all, nameless) = named(DESCRIBE, Some(service), all);
    resolve(ask, &mut all).await;
    all.sort_by_key(|one| std::cmp::Reverse(one.created_at));
    Ok((all, unlisted.or(nameless)))
}

/// The deployments with these ARNs, twenty at most, each with what it targets.
///
/// # Errors
/// The fault of the reading.
pub(in crate::kinds) async fn described(
    ask: FetchContext<'_>,
    arns: Vec<String>,
) -> Result<Vec<ServiceDeployment>, Fault> {
    let request = ask.aws.ecs.describe_service_deployments().set_service_deployment_arns(Some(arns));
    let answer = ask.aws.call(DESCRIBE, None, request.send()).await?;
    let mut all: Vec<ServiceDeployment> =
        answer.service_deployments().iter().filter_map(|from| convert::deployment(from, from.service_arn()?)).collect();
    resolve(ask, &mut all).await;
    Ok(all)
}

/// The newest deployment of a service.
///
/// # Errors
/// The fault of the reading.
pub(in crate::kinds) async fn newest(ask: FetchContext<'_>, service: &str) -> Result<Option<ServiceDeployment>, Fault> {
    Ok(of_service(ask, service).await?.0.into_iter().next())
}

/// Adds what the targeted revisions are. Where that may not be read, the deployments stand without it.
async fn resolve(ask: FetchContext<'_>, all: &mut [ServiceDeployment]) {
    let mut arns: Vec<String> =
        all.iter().filter_map(|one| one.revision.as_ref()).map(|arn| arn.as_str().to_owned()).collect();
    arns.sort();
    arns.dedup();
    if arns.is_empty() {
        return;
    }
    let request = ask.aws.ecs.describe_service_revisions().set_service_revision_arns(Some(arns));
    let Ok(answer) = ask.aws.call(REVISIONS, None, request.send()).await else { return };
    let known: HashMap<&str, &types::ServiceRevision> =
        answer.service_revisions().iter().filter_map(|one| Some((one.service_revision_arn()?, one))).collect();
    for one in all {
        let Some(revision) = one.revision.as_ref().and_then(|arn| known.get(arn.as_str())) else { continue };
        one.task_definition = revision.task_definition().map(Arn::from);
        one.images = revision.container_images().iter().filter_map(convert::image).collect();
        one.progress.groups = convert::groups(revision);
    }
}

#[cfg(test)]
mod tests;
