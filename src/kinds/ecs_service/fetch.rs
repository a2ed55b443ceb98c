//! Reads this kind from AWS: ecs:ListServices, ecs:DescribeServices, and what tells of deployments on their way; for an
//! open page its metrics.
//! The only file of the kind that may touch the network or an SDK type; reading operations only.

mod scaling;

use aws_sdk_ecs::types::{self, ServiceField};
use jiff::Timestamp;

mod delivery;

use super::model::{Alternate, Attachment, Breaker, DeliveryFacts, Deployment, Event, Service, TaskSet};
use crate::aws::{Paged, batches, concurrently, count, maybe, named, pages, text, when};
use crate::display::Extra;
use crate::kinds::FetchContext;
use crate::kinds::ecs_cluster;
use crate::kinds::service_deployment;
use crate::kinds::shared::{Measure, courses, extra};
use crate::world::{Arn, Fault, FaultKind, Reading};

const LIST: &str = "ecs:ListServices";
const DESCRIBE: &str = "ecs:DescribeServices";

/// Reads what `ask` covers, cluster by cluster.
///
/// # Errors
/// The fault that kept everything from being read; a part's own fault stands in the reading.
pub(super) async fn read(ask: FetchContext<'_>) -> Result<Reading<Service>, Fault> {
    let Paged { items: clusters, cut } = ecs_cluster::to_read(ask).await?;
    let read = concurrently(clusters, |cluster| async move {
        let got = of_cluster(ask, &cluster).await;
        (cluster, got)
    });
    let mut reading = Reading::of(Vec::new());
    reading.notes.extend(cut);
    for (cluster, got) in read.await {
        reading.parts.push((
            cluster,
            got.map(|paged| {
                reading.notes.extend(paged.cut);
                paged.items
            }),
        ));
    }
    Ok(reading)
}

/// Its load over the last hours, what scales it, and what that did.
///
/// # Errors
/// The fault of the reading.
pub(super) async fn look(ask: FetchContext<'_>, item: &Service, now: Timestamp) -> Result<Extra, Fault> {
    let who = [("ClusterName", item.cluster.last()), ("ServiceName", item.name.as_str())];
    let measure = |title, metric| Measure::average(title, "%", "AWS/ECS", metric, &who);
    let measures = [measure("CPU", "CPUUtilization"), measure("memory", "MemoryUtilization")];
    let (load, scaling) = tokio::join!(courses(ask.aws, &measures, now), scaling::scaling(ask.aws, item));
    let found = extra(load, Ok(scaling.moments), now)?;
    Ok(Extra { scaling: scaling.facts, ..found })
}

/// All services of one cluster; none if the cluster went meanwhile.
async fn of_cluster(ask: FetchContext<'_>, cluster: &str) -> Result<Paged<Service>, Fault> {
    let nothing = || Paged { items: Vec::new(), cut: None };
    let listed = pages(LIST, Some(cluster), |token| async move {
        let request = ask.aws.ecs.list_services().cluster(cluster).max_results(100).set_next_token(token);
        let answer = ask.aws.call(LIST, Some(cluster), request.send()).await?;
        Ok((answer.service_arns().to_vec(), text(answer.next_token())))
    })
    .await;
    let listed = match listed {
        Err(fault) if fault.kind == FaultKind::Gone => return Ok(nothing()),
        other => other?,
    };
    let described = concurrently(batches(listed.items, 10), |some| describe(ask, cluster, some)).await;
    match described.into_iter().collect::<Result<Vec<Vec<Option<Service>>>, Fault>>() {
        Err(fault) if fault.kind == FaultKind::Gone => Ok(nothing()),
        described => {
            let (mut items, nameless) = named(DESCRIBE, Some(cluster), described?.into_iter().flatten());
            delivery::read(ask, &mut items).await;
            Ok(Paged { items, cut: listed.cut.or(nameless) })
        }
    }
}

/// Describes at most ten services; those that went meanwhile (`MISSING`) are left out.
async fn describe(ask: FetchContext<'_>, cluster: &str, arns: Vec<String>) -> Result<Vec<Option<Service>>, Fault> {
    let request = ask.aws.ecs.describe_services().cluster(cluster).set_services(Some(arns));
    let answer = ask.aws.call(DESCRIBE, Some(cluster), request.include(ServiceField::Tags).send()).await?;
    Ok(answer.services().iter().map(|from| service(from, cluster)).collect())
}

fn service(from: &types::Service, cluster: &str) -> Option<Service> {
    let arn = Arn::from(text(from.service_arn())?);
    let network = from.network_configuration().and_then(|network| network.awsvpc_configuration());
    let rollout = from.deployment_configuration();
    let providers: Vec<&str> =
        from.capacity_provider_strategy().iter().map(types::CapacityProviderStrategyItem::capacity_provider).collect();
    Some(Service {
        name: text(from.service_name()).unwrap_or_else(|| arn.last().to_owned()),
        arn,
        cluster: Arn::from(from.cluster_arn().unwrap_or(cluster)),
        status: from.status().unwrap_or("UNKNOWN").to_owned(),
        desired: count(from.desired_count()),
        running: count(from.running_count()),
        pending: count(from.pending_count()),
        task_definition: Arn::from(from.task_definition().or_else(|| of_sets(from)).unwrap_or_default()),
        launch: if providers.is_empty() {
            from.launch_type().map(|launch| launch.as_str().to_owned())
        } else {
            Some(providers.join("+"))
        },
        scheduling: from.scheduling_strategy().map_or("REPLICA", |strategy| strategy.as_str()).to_owned(),
        controller: from.deployment_controller().map_or("ECS", |controller| controller.r#type().as_str()).to_owned(),
        deployments: if from.deployments().is_empty() { task_sets(from) } else { deployments(from.deployments()) },
        events: from.events().iter().map(event).collect(),
        attachments: from.load_balancers().iter().map(attachment).collect(),
        subnets: network.map(|network| network.subnets().to_vec()).unwrap_or_default(),
        security_groups: network.map(|network| network.security_groups().to_vec()).unwrap_or_default(),
        public_ip: network.and_then(|network| network.assign_public_ip()).map(|assign| assign.as_str() == "ENABLED"),
        exec_enabled: from.enable_execute_command,
        breaker: rollout
            .and_then(|rollout| rollout.deployment_circuit_breaker())
            .map(|breaker| Breaker { enabled: breaker.enable(), rollback: breaker.rollback() }),
        min_percent: maybe(rollout.and_then(types::DeploymentConfiguration::minimum_healthy_percent)),
        max_percent: maybe(rollout.and_then(types::DeploymentConfiguration::maximum_percent)),
        grace_seconds: maybe(from.health_check_grace_period_seconds()),
        created_at: when(from.created_at()),
        tags: from.tags().iter().filter_map(|tag| Some((text(tag.key())?, tag.value()?.to_owned()))).collect(),
        delivery: DeliveryFacts {
            settings: rollout.map(service_deployment::settings).unwrap_or_default(),
            current: from.current_service_deployment().map(Arn::from),
            task_sets: from.task_sets().iter().map(task_set).collect(),
            ..DeliveryFacts::default()
        },
    })
}

/// The deployments, PRIMARY first.
fn deployments(from: &[types::Deployment]) -> Vec<Deployment> {
    let mut all: Vec<Deployment> = from
        .iter()
        .map(|from| Deployment {
            id: from.id().unwrap_or_default().to_owned(),
            status: from.status().unwrap_or("UNKNOWN").to_owned(),
            task_definition: Arn::from(from.task_definition().unwrap_or_default()),
            desired: count(from.desired_count()),
            running: count(from.running_count()),
            pending: count(from.pending_count()),
            failed: count(from.failed_tasks()),
            rollout: from.rollout_state().map(|state| state.as_str().to_owned()),
            reason: text(from.rollout_state_reason()),
            created_at: when(from.created_at()),
            updated_at: when(from.updated_at()),
        })
        .collect();
    all.sort_by_key(|deployment| deployment.status != "PRIMARY");
    all
}

fn event(from: &types::ServiceEvent) -> Event {
    Event {
        id: from.id().unwrap_or_default().to_owned(),
        at: when(from.created_at()),
        message: from.message().unwrap_or_default().to_owned(),
    }
}

fn attachment(from: &types::LoadBalancer) -> Attachment {
    Attachment {
        target_group: from.target_group_arn().map(Arn::from),
        container: text(from.container_name()),
        port: maybe(from.container_port()),
        alternate: from.advanced_configuration().and_then(alternate),
    }
}

fn alternate(from: &types::AdvancedConfiguration) -> Option<Alternate> {
    Some(Alternate {
        target_group: Arn::from(text(from.alternate_target_group_arn())?),
        production_rule: from.production_listener_rule().map(Arn::from),
        test_rule: from.test_listener_rule().map(Arn::from),
    })
}

fn task_set(from: &types::TaskSet) -> TaskSet {
    TaskSet {
        id: from.id().unwrap_or_default().to_owned(),
        status: from.status().unwrap_or("UNKNOWN").to_owned(),
        stability: from.stability_status().map(|status| status.as_str().to_owned()),
        groups: from.load_balancers().iter().filter_map(|one| one.target_group_arn()).map(Arn::from).collect(),
    }
}

/// The revision of the task set in charge, for services that tell none themselves.
fn of_sets(from: &types::Service) -> Option<&str> {
    from.task_sets().iter().find(|set| set.status() == Some("PRIMARY")).and_then(types::TaskSet::task_definition)
}

/// The task sets of another controller as deployments: one is a revision with its tasks, like those of ECS.
fn task_sets(from: &types::Service) -> Vec<Deployment> {
    let one = |from: &types::TaskSet| Deployment {
        id: from.id().unwrap_or_default().to_owned(),
        status: from.status().unwrap_or("UNKNOWN").to_owned(),
        task_definition: Arn::from(from.task_definition().unwrap_or_default()),
        desired: count(from.computed_desired_count()),
        running: count(from.running_count()),
        pending: count(from.pending_count()),
        failed: 0,
        rollout: None,
        reason: None,
        created_at: when(from.created_at()),
        updated_at: when(from.updated_at()),
    };
    let mut all: Vec<Deployment> = from.task_sets().iter().map(one).collect();
    all.sort_by_key(|one| one.status != "PRIMARY");
    all
}

#[cfg(test)]
mod tests;
