//! Who made a deployment: the call that CloudTrail recorded about when ECS began it, and what is to be read for that.
//! Pure; nothing is read here, and nothing drawn.

use jiff::SignedDuration;

use crate::kinds::service_deployment::ServiceDeployment;
use crate::kinds::task_definition::revision_name;
use crate::kinds::trail_event::{TrailEvent, around};
use crate::world::read_request::ReadRequest;
use crate::world::{Arn, Resource, Scope, World};

/// The calls that begin a deployment.
const CALLS: [&str; 2] = ["UpdateService", "CreateService"];
/// How long before ECS's own moment a call may be recorded; CloudTrail's moments are whole seconds.
const BEFORE: SignedDuration = SignedDuration::from_secs(60);
/// How long after it.
const AFTER: SignedDuration = SignedDuration::from_secs(5);

/// What is read to know who made it; CloudTrail keeps 90 days, as ECS does.
#[must_use]
pub fn read(record: &ServiceDeployment, scope: &Scope) -> Option<ReadRequest> {
    record.created_at.map(|at| ReadRequest::part(scope, TrailEvent::KIND, &around(at)))
}

/// The call that began it, as far as CloudTrail's events were read: the one that names its revision, else the nearest.
#[must_use]
pub fn deployed_by<'a>(record: &ServiceDeployment, world: &'a World, scope: &Scope) -> Option<&'a TrailEvent> {
    let began = record.created_at?;
    let far = |event: &TrailEvent| event.at.duration_since(began);
    let near = |event: &&TrailEvent| (-BEFORE..=AFTER).contains(&far(event));
    let ours = |event: &&TrailEvent| {
        event.source.starts_with("ecs.")
            && CALLS.contains(&event.name.as_str())
            && event.error.is_none()
            && is_of(event, &record.service)
    };
    let revision = record.task_definition.as_ref().map(revision_name);
    let names_it = |event: &TrailEvent| {
        let named = event.parameters.iter().find(|(key, _)| key == "taskDefinition");
        named.is_some_and(|(_, value)| Some(revision_name(&Arn::from(value.as_str()))) == revision)
    };
    let all = world.all::<TrailEvent>(scope).filter(near).filter(ours);
    all.min_by_key(|event| (!names_it(event), far(event).abs(), event.id.as_str()))
}

/// Whether a call was about that service: both may be named by ARN or by name.
fn is_of(event: &TrailEvent, service: &Arn) -> bool {
    let told = |names: &[&str]| {
        let found = event.parameters.iter().find(|(key, _)| names.contains(&key.as_str()));
        found.map(|(_, value)| Arn::from(value.as_str()).last().to_owned())
    };
    let cluster = service.resource().split('/').rev().nth(1);
    told(&["service", "serviceName"]).is_some_and(|name| name == service.last())
        && told(&["cluster"]).is_none_or(|name| Some(name.as_str()) == cluster)
}

/// `arn:aws:sts::…:assumed-role/deploy/me, through github`.
#[must_use]
pub fn words(event: &TrailEvent) -> Option<String> {
    let who = event.who.as_deref()?;
    Some(match event.via.as_deref() {
        Some(via) => format!("{who}, through {via}"),
        None => who.to_owned(),
    })
}

#[cfg(test)]
mod tests {
    use rstest::rstest;

    use super::*;
    use crate::kinds::service_deployment::DeploymentProgress;
    use crate::kinds::testing_samples::{Shelves, at, scope};

    const NOW: &str = "2026-11-21T05:00:00Z";

    fn record() -> ServiceDeployment {
        ServiceDeployment {
            arn: Arn::from("arn:aws:ecs:ap-northeast-1:1:service-deployment/city-prod/web/d1"),
            service: Arn::from("arn:aws:ecs:ap-northeast-1:1:service/city-prod/web"),
            task_definition: Some(Arn::from("arn:aws:ecs:ap-northeast-1:1:task-definition/city:118")),
            created_at: Some(at(NOW)),
            status: "SUCCESSFUL".to_owned(),
            reason: None,
            stage: None,
            finished_at: None,
            revision: None,
            images: Vec::new(),
            rollback: None,
            failures: None,
            threshold: None,
            progress: DeploymentProgress::default(),
        }
    }

    fn event(id: &str, seconds: i64, parameters: &[(&str, &str)]) -> TrailEvent {
        TrailEvent {
            id: id.to_owned(),
            at: at(NOW).checked_add(SignedDuration::from_secs(seconds)).expect("a time"),
            name: "UpdateService".to_owned(),
            source: "ecs.amazonaws.com".to_owned(),
            who: Some("arn:aws:sts::1:assumed-role/deploy/me".to_owned()),
            via: Some("github".to_owned()),
            from: None,
            request: None,
            resources: Vec::new(),
            parameters: parameters.iter().map(|(key, value)| ((*key).to_owned(), (*value).to_owned())).collect(),
            error: None,
        }
    }

    #[rstest]
    #[case::by_name(event("a", -1, &[("service", "web"), ("cluster", "city-prod")]), true)]
    #[case::by_arn(event("a", 0, &[("service", "arn:aws:ecs:ap-northeast-1:1:service/city-prod/web")]), true)]
    #[case::a_new_service(TrailEvent { name: "CreateService".to_owned(), ..event("a", -2, &[("serviceName", "web")]) }, true)]
    #[case::of_another_service(event("a", -1, &[("service", "api"), ("cluster", "city-prod")]), false)]
    #[case::in_another_cluster(event("a", -1, &[("service", "web"), ("cluster", "city-dev")]), false)]
    #[case::long_before(event("a", -90, &[("service", "web")]), false)]
    #[case::afterwards(event("a", 30, &[("service", "web")]), false)]
    #[case::refused(TrailEvent { error: Some("AccessDenied".to_owned()), ..event("a", -1, &[("service", "web")]) }, false)]
    #[case::another_call(TrailEvent { name: "DeleteService".to_owned(), ..event("a", -1, &[("service", "web")]) }, false)]
    #[case::nobody_named(event("a", -1, &[]), false)]
    fn the_call_that_began_it_is_found(#[case] event: TrailEvent, #[case] found: bool) {
        let shelves = Shelves::default().with([event]);
        assert_eq!(deployed_by(&record(), &shelves.0, &scope()).is_some(), found);
    }

    #[test]
    fn the_call_that_names_the_revision_counts_before_a_nearer_one() {
        let revision = [("service", "web"), ("taskDefinition", "city:118")];
        let scaled = [("service", "web"), ("desiredCount", "3")];
        let shelves = Shelves::default().with([event("scaled", 0, &scaled), event("deployed", -20, &revision)]);
        let by = deployed_by(&record(), &shelves.0, &scope()).expect("one");
        assert_eq!(by.id, "deployed");
        assert_eq!(words(by).as_deref(), Some("arn:aws:sts::1:assumed-role/deploy/me, through github"));
        let nobody = ServiceDeployment { created_at: None, ..record() };
        assert!(deployed_by(&nobody, &shelves.0, &scope()).is_none() && read(&nobody, &scope()).is_none());
    }
}
