//! Reads this kind from AWS: ecs:ListTasks, ecs:DescribeTasks.
//! The only file of the kind that may touch the network or an SDK type; reading operations only.

use std::collections::BTreeSet;

use aws_sdk_ecs::types::{self, DesiredStatus, TaskField};

use super::model::{Container, Task};
use crate::aws::{Paged, batches, concurrently, named, pages, text, when};
use crate::kinds::{FetchContext, ecs_cluster};
use crate::world::{Arn, Fault, FaultKind, Reading};

const LIST: &str = "ecs:ListTasks";
const DESCRIBE: &str = "ecs:DescribeTasks";

/// Reads what `ask` covers, cluster by cluster.
///
/// # Errors
/// The fault that kept everything from being read; a part's own fault stands in the reading.
pub(super) async fn read(ask: FetchContext<'_>) -> Result<Reading<Task>, Fault> {
    let Paged { items: clusters, cut } = ecs_cluster::to_read(ask).await?;
    let read = concurrently(clusters, |cluster| async move {
        let got = of_cluster(ask, &cluster).await;
        (cluster, got)
    });
    let mut reading = Reading::of(Vec::new());
    reading.notes.extend(cut);
    for (cluster, got) in read.await {
        let got = match got {
            // The cluster went meanwhile, and its tasks with it.
            Err(fault) if fault.kind == FaultKind::Gone => Ok(Vec::new()),
            got => got.map(|paged| {
                reading.notes.extend(paged.cut);
                paged.items
            }),
        };
        reading.parts.push((cluster, got));
    }
    Ok(reading)
}

/// The tasks of one cluster: those that run, and those that stopped within the last hour or so.
async fn of_cluster(ask: FetchContext<'_>, cluster: &str) -> Result<Paged<Task>, Fault> {
    let wanted = vec![DesiredStatus::Running, DesiredStatus::Stopped];
    let listed = concurrently(wanted, |status| list(ask, cluster, status)).await;
    // A task that stops between the two lists is in both.
    let mut arns = BTreeSet::new();
    let mut cut = None;
    for paged in listed {
        let paged = paged?;
        arns.extend(paged.items);
        cut = cut.or(paged.cut);
    }
    let described = concurrently(batches(arns.into_iter().collect(), 100), |some| describe(ask, cluster, some)).await;
    let described = described.into_iter().collect::<Result<Vec<Vec<Option<Task>>>, Fault>>()?;
    let (items, nameless) = named(DESCRIBE, Some(cluster), described.into_iter().flatten());
    Ok(Paged { items, cut: cut.or(nameless) })
}

async fn list(ask: FetchContext<'_>, cluster: &str, status: DesiredStatus) -> Result<Paged<String>, Fault> {
    let status = &status;
    pages(LIST, Some(cluster), |token| async move {
        let request = ask.aws.ecs.list_tasks().cluster(cluster).max_results(100).desired_status(status.clone());
        let answer = ask.aws.call(LIST, Some(cluster), request.set_next_token(token).send()).await?;
        Ok((answer.task_arns().to_vec(), text(answer.next_token())))
    })
    .await
}

/// Describes at most a hundred tasks; those that were forgotten meanwhile (`MISSING`) are left out.
async fn describe(ask: FetchContext<'_>, cluster: &str, arns: Vec<String>) -> Result<Vec<Option<Task>>, Fault> {
    let request = ask.aws.ecs.describe_tasks().cluster(cluster).set_tasks(Some(arns)).include(TaskField::Tags);
    let answer = ask.aws.call(DESCRIBE, Some(cluster), request.send()).await?;
    Ok(answer.tasks().iter().map(|from| task(from, cluster)).collect())
}

fn task(from: &types::Task, cluster: &str) -> Option<Task> {
    Some(Task {
        arn: Arn::from(text(from.task_arn())?),
        cluster: Arn::from(from.cluster_arn().unwrap_or(cluster)),
        group: text(from.group()),
        task_definition: Arn::from(from.task_definition_arn().unwrap_or_default()),
        last_status: from.last_status().unwrap_or("UNKNOWN").to_owned(),
        desired_status: from.desired_status().unwrap_or("UNKNOWN").to_owned(),
        health: from.health_status().map(|health| health.as_str().to_owned()),
        started_by: text(from.started_by()),
        created_at: when(from.created_at()),
        started_at: when(from.started_at()),
        stopping_at: when(from.stopping_at()),
        stopped_at: when(from.stopped_at()),
        stop_code: from.stop_code().map(|code| code.as_str().to_owned()),
        stopped_reason: text(from.stopped_reason()),
        zone: text(from.availability_zone()),
        ips: ips(from),
        containers: from.containers().iter().map(container).collect(),
        launch: from.launch_type().map(|launch| launch.as_str().to_owned()),
        platform_version: text(from.platform_version()),
        container_instance: from.container_instance_arn().map(Arn::from),
        exec_enabled: from.enable_execute_command,
        cpu: text(from.cpu()),
        memory: text(from.memory()),
        tags: from.tags().iter().filter_map(|tag| Some((text(tag.key())?, tag.value()?.to_owned()))).collect(),
    })
}

/// Private addresses, as the containers and the network interface tell them.
fn ips(from: &types::Task) -> Vec<String> {
    let containers = from.containers().iter().flat_map(types::Container::network_interfaces);
    let of_containers = containers.filter_map(types::NetworkInterface::private_ipv4_address);
    let details = from.attachments().iter().flat_map(types::Attachment::details);
    let of_interfaces =
        details.filter(|detail| detail.name() == Some("privateIPv4Address")).filter_map(types::KeyValuePair::value);
    let mut ips: Vec<String> = of_containers.chain(of_interfaces).map(str::to_owned).collect();
    ips.sort();
    ips.dedup();
    ips
}

fn container(from: &types::Container) -> Container {
    let agent = from
        .managed_agents()
        .iter()
        .find(|agent| agent.name().is_some_and(|name| name.as_str() == "ExecuteCommandAgent"));
    Container {
        name: from.name().unwrap_or_default().to_owned(),
        image: text(from.image()),
        digest: text(from.image_digest()),
        status: from.last_status().unwrap_or("UNKNOWN").to_owned(),
        exit_code: from.exit_code(),
        reason: text(from.reason()),
        health: from.health_status().map(|health| health.as_str().to_owned()),
        runtime_id: text(from.runtime_id()),
        exec_agent: agent.and_then(|agent| text(agent.last_status())),
    }
}

#[cfg(test)]
mod tests;
