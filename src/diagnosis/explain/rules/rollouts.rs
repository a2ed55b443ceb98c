//! Rollouts that failed, stand still or were rolled back, where no task says why: the circuit breaker's and the alarms'
//! own words, and what the deployment waits for. Pure.

use super::Site;
use crate::diagnosis::explain::facts::ServiceFacts;
use crate::diagnosis::explain::hypothesis::{Hypothesis, Spread, Strength, evidence};
use crate::diagnosis::explain::symptoms::Sign;
use crate::kinds::ecs_service::{moving, primary};
use crate::kinds::service_deployment::ServiceDeployment;
use crate::kinds::task_definition::revision_number;
use crate::text::{counted, first_line, span};
use crate::world::Resource;

const DEPLOYMENTS: &str = "ecs:DescribeServiceDeployments";
const EVENTS: &str = "ecs:DescribeServices";

/// The causes of a rollout in trouble.
pub(super) fn propose<'a>(site: &Site<'_, 'a>, facts: &ServiceFacts<'a>) -> Vec<Hypothesis<'a>> {
    let mut all = Vec::new();
    all.extend(rolled_back(site, facts));
    if facts.sign == Sign::Rollout && facts.rollback.is_none() {
        all.extend(stalled(site, facts));
    }
    all
}

/// The deployments of the service as the newer API tells them, newest first; none where they were not read.
fn deployments<'s>(site: &'s Site<'_, '_>, facts: &ServiceFacts<'_>) -> Vec<&'s ServiceDeployment> {
    let scope = &facts.member.id.scope;
    let mut all: Vec<&ServiceDeployment> =
        site.cx.world.all::<ServiceDeployment>(scope).filter(|one| one.service == facts.service.arn).collect();
    all.sort_by_key(|one| std::cmp::Reverse(one.created_at));
    all
}

fn was_read(site: &Site<'_, '_>, facts: &ServiceFacts<'_>) -> bool {
    let store = site.cx.world.store(&facts.member.id.scope, ServiceDeployment::KIND);
    store.is_some_and(|store| store.oldest().is_some() && store.fault.is_none())
}

fn rolled_back<'a>(site: &Site<'_, 'a>, facts: &ServiceFacts<'a>) -> Option<Hypothesis<'a>> {
    let all = deployments(site, facts);
    let told = all.iter().find(|one| one.rollback.is_some() || one.status.starts_with("ROLLBACK"));
    let event = facts.rollback.or(facts.trouble.filter(|(_, known)| known.id.starts_with("breaker")).map(|(it, _)| it));
    let reason = told.and_then(|one| one.rollback.as_deref().or(one.reason.as_deref()));
    if event.is_none() && told.is_none() {
        return None;
    }
    let name = &facts.service.name;
    let words = reason.unwrap_or_default().to_lowercase();
    let by_alarm = words.contains("alarm") || facts.trouble.is_some_and(|(_, known)| known.id == "breaker-alarm");
    let number = told.and_then(|one| one.task_definition.as_ref()).and_then(|arn| revision_number(arn));
    let revision = number.map(|number| format!(" revision {number}")).unwrap_or_default();
    let (rule, message) = if by_alarm {
        ("rolled-back-by-alarm", format!("{name}: the deployment of{revision} was rolled back because an alarm fired"))
    } else {
        (
            "rolled-back-by-breaker",
            format!("{name}: the circuit breaker ended the deployment of{revision}: its tasks did not become healthy"),
        )
    };
    let message = message.replace("deployment of:", "deployment:").replace("deployment of was", "deployment was");
    let mut it = Hypothesis::new(rule, facts.member, (Spread::TasksFail, Strength::Seen), message)
        .since(told.and_then(|one| one.created_at).or(event.and_then(|event| event.at)));
    if let Some(event) = event {
        it = it.shows(evidence(first_line(&event.message, 240), event.at, EVENTS).on(facts.member));
    }
    if let Some(reason) = reason {
        let at = told.and_then(|one| one.finished_at.or(one.created_at));
        let told = evidence(first_line(reason, 240), at, DEPLOYMENTS);
        // The alarm that it names is the cause; that tasks failed names none.
        it = if by_alarm { it.confirms(told) } else { it.shows(told) };
    }
    if let Some((failures, threshold)) = told.and_then(|one| one.failures.zip(one.threshold)) {
        it = it.shows(evidence(format!("{failures} failed of {threshold} until it breaks"), None, DEPLOYMENTS));
    }
    Some(it.unsettled(!was_read(site, facts)).then("look at the revision's difference and at the logs of its tasks"))
}

fn stalled<'a>(site: &Site<'_, 'a>, facts: &ServiceFacts<'a>) -> Option<Hypothesis<'a>> {
    let service = facts.service;
    let primary = primary(service).filter(|_| moving(service))?;
    let name = &service.name;
    let began = primary.created_at?;
    let age = span(site.cx.now.duration_since(began).as_secs());
    let number = revision_number(&primary.task_definition).unwrap_or("?");
    let starting = facts.failed.is_empty() && primary.pending > 0;
    let message = if starting {
        format!("{name}: tasks of revision {number} have been starting for {age}")
    } else {
        format!("{name}: the rollout of revision {number} has not moved for {age}")
    };
    let what = format!(
        "{} of {} of revision {number} running, {} starting, {} failed",
        primary.running,
        counted(primary.desired as usize, "task"),
        primary.pending,
        primary.failed
    );
    let it = Hypothesis::new("rollout-stalled", facts.member, (Spread::TasksFail, Strength::Inferred), message)
        .since(Some(began))
        .shows(evidence(what, primary.updated_at.or(Some(began)), EVENTS).on(facts.member))
        .then("look at the events and at the health checks of the new tasks");
    Some(it.then(format!("toban deploy {}/{name} --rollback", site.cx.environment.name)))
}
