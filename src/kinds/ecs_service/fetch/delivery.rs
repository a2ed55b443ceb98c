//! Reads what DescribeServices does not tell of deployments on their way: ECS's records of them, and the weights of the
//! listener rules that they shift. Reading operations only; what cannot be read is told beside the services.

use crate::aws::{batches, concurrently};
use crate::kinds::FetchContext;
use crate::kinds::ecs_service::delivery::{Strategy, is_on_its_way};
use crate::kinds::ecs_service::model::Service;
use crate::kinds::ecs_service::rules::moving;
use crate::kinds::listener::{ListenerSet, weights_of};
use crate::kinds::service_deployment::{self, ServiceDeployment};
use crate::world::{Arn, Fault};

/// How many records one call describes.
const AT_ONCE: usize = 20;

/// Adds to `services` the records of deployments on their way and the weights of their listener rules. What cannot be
/// read is said by the service itself: the service is known without it, and whoever waits for it must not wait for this.
pub(super) async fn read(ask: FetchContext<'_>, services: &mut [Service]) {
    records(ask, services).await;
    weights(ask, services).await;
}

/// Whether the record of its deployment tells something that the service does not.
fn needs_record(service: &Service) -> bool {
    let by_ecs = service.controller == "ECS" && service.status == "ACTIVE";
    by_ecs && (moving(service) || (Strategy::of(service).shifts_traffic() && service.delivery.current.is_some()))
}

async fn records(ask: FetchContext<'_>, services: &mut [Service]) {
    let needed: Vec<&Service> = services.iter().filter(|service| needs_record(service)).collect();
    let named: Vec<String> =
        needed.iter().filter_map(|service| Some(service.delivery.current.as_ref()?.as_str().to_owned())).collect();
    // A rolling update is told well enough without: no call is spent where ECS names no record.
    let nameless: Vec<String> = needed
        .iter()
        .filter(|service| service.delivery.current.is_none() && Strategy::of(service).shifts_traffic())
        .map(|service| service.arn.as_str().to_owned())
        .collect();
    let described = concurrently(batches(named, AT_ONCE), |some| service_deployment::described(ask, some)).await;
    let listed = concurrently(nameless, |service| async move { service_deployment::newest(ask, &service).await }).await;
    let (mut found, mut faults): (Vec<ServiceDeployment>, Vec<Fault>) = (Vec::new(), Vec::new());
    for got in described {
        match got {
            Ok(all) => found.extend(all),
            Err(fault) => faults.push(fault),
        }
    }
    for got in listed {
        match got {
            Ok(one) => found.extend(one),
            Err(fault) => faults.push(fault),
        }
    }
    for service in services.iter_mut().filter(|service| needs_record(service)) {
        let current = service.delivery.current.clone();
        let of_it = |record: &&ServiceDeployment| match &current {
            Some(current) => record.arn == *current,
            None => record.service == service.arn && is_on_its_way(record),
        };
        service.delivery.record = found.iter().find(of_it).cloned();
        // Of a rolling update the record only tells more.
        if service.delivery.record.is_none() && Strategy::of(service).shifts_traffic() {
            service.delivery.unread.extend(faults.first().map(Fault::sentence));
        }
    }
}

/// The rules that `service` shifts: those it names, else those known to lead to its target groups.
fn rules_of(ask: FetchContext<'_>, service: &Service) -> Vec<Arn> {
    let named: Vec<Arn> =
        service.attachments.iter().filter_map(|one| one.alternate.as_ref()?.production_rule.clone()).collect();
    let shifts = service.delivery.task_sets.len() > 1 || service.attachments.iter().any(|one| one.alternate.is_some());
    if !named.is_empty() || !shifts {
        return named;
    }
    let groups = service.target_groups();
    let sets = ask.known.all::<ListenerSet>(ask.scope);
    let rules = sets.flat_map(|set| &set.listeners).flat_map(|listener| &listener.rules);
    let leads = rules.filter(|rule| rule.target_groups.iter().any(|group| groups.contains(&group)));
    leads.map(|rule| rule.arn.clone()).filter(|arn| !arn.as_str().is_empty()).collect()
}

async fn weights(ask: FetchContext<'_>, services: &mut [Service]) {
    let of_each: Vec<Vec<Arn>> = services.iter().map(|service| rules_of(ask, service)).collect();
    let mut all: Vec<Arn> = of_each.iter().flatten().cloned().collect();
    all.sort();
    all.dedup();
    if all.is_empty() {
        return;
    }
    let (found, faults) = weights_of(ask, all).await;
    for (service, rules) in services.iter_mut().zip(of_each) {
        service.delivery.rules = found.iter().filter(|one| rules.contains(&one.rule)).cloned().collect();
        if !rules.is_empty() {
            service.delivery.unread.extend(faults.first().map(Fault::sentence));
        }
    }
}
