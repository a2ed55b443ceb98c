//! What a service tells of a change whose end nobody wrote down: the deployment that was begun, by its id where
//! AWS's answer named it, else by when it began. Pure.

use jiff::SignedDuration;

use super::model::{Deployment, Service};
use super::rules::primary;
use crate::kinds::{ObservedOutcome, UnresolvedChange};

/// A deployment that began this much around the request is taken for the one asked for.
const AROUND: SignedDuration = SignedDuration::from_mins(2);

/// What can be told of it, if anything.
pub(super) fn settled(item: &Service, unresolved: &UnresolvedChange<'_>) -> Option<ObservedOutcome> {
    match unresolved.verb {
        "scale" => {
            let wanted: u32 = unresolved.arguments.get("desired")?.parse().ok()?;
            let message = format!("{} has the desired count {wanted} and runs {}", item.name, item.running);
            (item.desired == wanted).then(|| ObservedOutcome::done(message))
        }
        "force-deploy" | "deploy-revision" => deployment(item, unresolved),
        "continue-deployment" | "reject-deployment" => answer(item, unresolved),
        // Whether it is there or not, it matters to nobody until the service goes to it.
        "register-revision" => {
            let untouched = primary(item)?.created_at? < unresolved.at;
            let message = format!("{} was not taken to a new revision; one that was registered lies unused", item.name);
            untouched.then(|| ObservedOutcome::not(message))
        }
        _ => None,
    }
}

/// Whether a pause was answered: by the record of the deployment it was a pause of.
fn answer(item: &Service, unresolved: &UnresolvedChange<'_>) -> Option<ObservedOutcome> {
    let (deployment, hook) = (unresolved.arguments.get("deployment")?, unresolved.arguments.get("hook")?);
    let record = item.delivery.record.as_ref().filter(|record| record.arn.as_str() == deployment)?;
    let pause = record.progress.hooks.iter().find(|one| one.id.as_ref() == Some(hook))?;
    Some(match pause.status.as_deref()? {
        "AWAITING_ACTION" => ObservedOutcome::not(format!("the pause of {} still waits for an answer", item.name)),
        "TIMED_OUT" => ObservedOutcome::not(format!("nobody answered the pause of {} in time", item.name)),
        status => ObservedOutcome::done(format!("the pause of {} was answered ({status})", item.name)),
    })
}

fn deployment(item: &Service, unresolved: &UnresolvedChange<'_>) -> Option<ObservedOutcome> {
    // Whatever the fact is called, a deployment's id looks like nothing else.
    let named = unresolved.facts.values().find(|fact| fact.starts_with("ecs-svc/"));
    let began = |one: &Deployment| one.created_at.is_some_and(|at| at.duration_since(unresolved.at).abs() < AROUND);
    let ours = match named {
        Some(id) => item.deployments.iter().find(|one| one.id == *id),
        None => item.deployments.iter().find(|one| began(one)),
    };
    let now = primary(item)?;
    let Some(ours) = ours else {
        return Some(match named {
            Some(id) => ObservedOutcome::not(format!("deployment {id} is gone; {} is now on {}", item.name, now.id)),
            None if now.created_at? < unresolved.at => ObservedOutcome::not("no deployment of it was started since"),
            None => ObservedOutcome::not(format!("{} is now on {}, which was started later", item.name, now.id)),
        });
    };
    let reason = ours.reason.as_deref().map(|reason| format!(": {reason}")).unwrap_or_default();
    match ours.rollout.as_deref() {
        Some("FAILED") => Some(ObservedOutcome::not(format!("deployment {} failed{reason}", ours.id))),
        _ if ours.id != now.id => {
            Some(ObservedOutcome::not(format!("deployment {} was replaced by {} before its end", ours.id, now.id)))
        }
        Some("COMPLETED") => Some(ObservedOutcome::done(format!("deployment {} is complete", ours.id))),
        Some(_) => None,
        None if ours.running == ours.desired && ours.pending == 0 && item.deployments.len() == 1 => {
            Some(ObservedOutcome::done(format!("deployment {} runs all of its tasks ({})", ours.id, ours.running)))
        }
        None => None,
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;

    use super::*;
    use crate::kinds::testing_samples::{ago, deployment as complete, rolling, service};

    fn told(deployments: Vec<Deployment>, verb: &str, fact: Option<&str>) -> Option<bool> {
        let facts: BTreeMap<String, String> = fact.map(|id| ("deployment".into(), id.into())).into_iter().collect();
        let arguments = [("desired".to_owned(), "2".to_owned())].into();
        let unresolved = UnresolvedChange { verb, arguments: &arguments, facts: &facts, at: ago(60) };
        settled(&Service { deployments, ..service() }, &unresolved).map(|seen| seen.done)
    }

    #[test]
    fn the_deployment_that_was_named_tells_how_it_ended() {
        let ours = |rollout: &str| Deployment { rollout: Some(rollout.into()), ..rolling(8, 2, 2, 59) };
        assert_eq!(told(vec![ours("COMPLETED")], "deploy-revision", Some("ecs-svc/8")), Some(true));
        assert_eq!(told(vec![ours("FAILED")], "deploy-revision", Some("ecs-svc/8")), Some(false));
        assert_eq!(told(vec![ours("IN_PROGRESS")], "deploy-revision", Some("ecs-svc/8")), None, "it still moves");
        assert_eq!(told(vec![complete(7, 2, 2)], "deploy-revision", Some("ecs-svc/8")), Some(false), "it is gone");
        let draining = Deployment { status: "ACTIVE".into(), ..ours("IN_PROGRESS") };
        assert_eq!(
            told(vec![complete(9, 2, 2), draining], "deploy-revision", Some("ecs-svc/8")),
            Some(false),
            "superseded"
        );
    }

    #[test]
    fn without_an_answer_it_is_told_by_when_it_began() {
        assert_eq!(
            told(vec![Deployment { created_at: Some(ago(60)), ..complete(8, 2, 2) }], "deploy-revision", None),
            Some(true)
        );
        assert_eq!(told(vec![complete(7, 2, 2)], "force-deploy", None), Some(false), "nothing began since");
        assert_eq!(told(vec![rolling(9, 2, 2, 10)], "force-deploy", None), Some(false), "another one, later");
    }

    #[test]
    fn a_revision_that_was_registered_and_not_gone_to_lies_unused() {
        assert_eq!(told(vec![complete(7, 2, 2)], "register-revision", None), Some(false), "nothing began since");
        assert_eq!(told(vec![rolling(8, 2, 2, 10)], "register-revision", None), None, "it may be what was gone to");
    }

    #[test]
    fn a_count_that_stands_was_set_and_another_tells_nothing() {
        let desired = service().desired;
        assert_eq!(told(vec![complete(7, 2, 2)], "scale", None), (desired == 2).then_some(true));
        assert_eq!(told(vec![complete(7, 2, 2)], "paint", None), None);
    }
}
