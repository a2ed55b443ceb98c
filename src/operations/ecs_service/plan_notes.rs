//! What a reader should know of a service before it is deployed: a rollout on its way, what happens when the new
//! tasks fail, settings under which nothing can move, and who else believes to own it. Pure sentences.

use std::collections::BTreeMap;

use crate::kinds::ecs_service::delivery::{Strategy, stage_word};
use crate::kinds::ecs_service::{Service, moving, primary};
use crate::kinds::service_deployment::TrafficStep;
use crate::kinds::task_definition::revision_number;
use crate::operations::ActionContext;
use crate::text::{ago, counted};

/// Whether percentages leave no room to start a task nor to stop one, so that no rollout can move.
///
/// ECS rounds the lower bound up and the upper bound down.
#[must_use]
pub fn locked(desired: u32, min_percent: u32, max_percent: u32) -> bool {
    let least = (u64::from(desired) * u64::from(min_percent)).div_ceil(100);
    let most = u64::from(desired) * u64::from(max_percent) / 100;
    desired > 0 && least >= u64::from(desired) && most <= u64::from(desired)
}

/// Who is said to make this resource, by its tags; whoever that is may undo a change by hand.
#[must_use]
pub fn owner(tags: &BTreeMap<String, String>) -> Option<String> {
    if let Some(stack) = tags.get("aws:cloudformation:stack-name") {
        return Some(format!("the CloudFormation stack {stack}"));
    }
    const MAKERS: [(&str, &str); 5] = [
        ("terraform", "Terraform"),
        ("ecspresso", "ecspresso"),
        ("codedeploy", "CodeDeploy"),
        ("pulumi", "Pulumi"),
        ("copilot", "Copilot"),
    ];
    let message = |text: &str, word: &str| text.to_lowercase().contains(word);
    let made_by = |word: &str| tags.iter().find(|(key, value)| message(key, word) || message(value, word));
    MAKERS.iter().find_map(|(word, name)| made_by(word).map(|(key, value)| format!("{name} (tag {key}={value})")))
}

/// What goes before every change of a service.
#[must_use]
pub fn of_service(service: &Service, context: &ActionContext<'_>) -> Vec<String> {
    let mut all = Vec::new();
    let firing = context.environment.counts.alarms_firing;
    if firing > 0 {
        let (fires, it) = if firing == 1 { ("fires", "it is") } else { ("fire", "they are") };
        all.push(format!(
            "{} {fires} in {}: {it} not caused by this",
            counted(firing as usize, "alarm"),
            context.environment.name
        ));
    }
    all.extend(
        owner(&service.tags).map(|owner| format!("{owner} manages {}: its next run may undo this", service.name)),
    );
    all
}

/// What goes before a deployment besides.
#[must_use]
pub fn of_rollout(service: &Service, context: &ActionContext<'_>) -> Vec<String> {
    let mut all = of_service(service, context);
    if let Some(primary) = primary(service).filter(|_| moving(service)) {
        let revision = revision_number(&primary.task_definition)
            .map(|number| format!(" of revision {number}"))
            .unwrap_or_default();
        let began =
            primary.created_at.map(|at| format!(", started {}", ago(context.cx.now.duration_since(at).as_secs())));
        let progress = format!("{} of {}", primary.running, counted(primary.desired as usize, "task"));
        all.push(format!(
            "a rollout{revision} is on its way ({progress}{}): this one replaces it",
            began.unwrap_or_default()
        ));
    }
    all.push(
        match service.breaker.as_ref().map(|breaker| (breaker.enabled, breaker.rollback)) {
            Some((true, true)) => "circuit breaker on: if its tasks keep failing, ECS rolls back by itself",
            Some((true, false)) => "circuit breaker on, without rollback: if its tasks keep failing, ECS stops there",
            Some((false, _)) | None => "circuit breaker off: if its tasks keep failing, ECS tries again for ever",
        }
        .to_owned(),
    );
    all.extend(of_strategy(service));
    if let (Some(min), Some(max)) = (service.min_percent, service.max_percent)
        && locked(service.desired, min, max)
    {
        let message = "no task may be started before an old one stops, and none may stop";
        all.push(format!(
            "it cannot move: desired {} with minimum {min} % and maximum {max} % ({message}); set 100/200 or 0/100 first",
            counted(service.desired as usize, "task")
        ));
    }
    if service.desired == 0 {
        all.push("the desired count is 0: nothing starts before it is scaled up".to_owned());
    }
    all
}

/// How the deployment will go where it is no plain rolling update: the steps, what waits for a person, what rolls back.
fn of_strategy(service: &Service) -> Vec<String> {
    let settings = &service.delivery.settings;
    let strategy = Strategy::of(service);
    let mut all = Vec::new();
    if strategy.shifts_traffic() {
        let step = |step: &TrafficStep, first: &str| {
            let bake = step.bake_minutes.map(|minutes| format!(" for {minutes} min")).unwrap_or_default();
            format!(", {} % {first}{bake}", step.percent)
        };
        let canary = settings.canary.as_ref().map(|one| step(one, "first"));
        let linear = settings.linear.as_ref().map(|one| step(one, "a step"));
        let bake = settings.bake_minutes.filter(|minutes| *minutes > 0);
        let bake = bake.map(|minutes| format!(", then both revisions run for {minutes} min"));
        let parts: String = [canary, linear, bake].into_iter().flatten().collect();
        all.push(format!("strategy {}{parts}", strategy.name()));
    }
    let pauses: Vec<String> = settings
        .hooks
        .iter()
        .filter(|hook| hook.kind.as_deref() == Some("PAUSE"))
        .flat_map(|hook| hook.stages.iter().map(|stage| stage_word(stage)))
        .collect();
    if !pauses.is_empty() {
        all.push(format!("it pauses at {} and waits for an answer (`continue` or `reject`)", pauses.join(", ")));
    }
    if let Some(alarms) = settings.alarms.as_ref().filter(|alarms| !alarms.names.is_empty()) {
        let then = if alarms.rollback { "rolls it back" } else { "fails it" };
        all.push(format!("ECS {then} if an alarm goes off: {}", alarms.names.join(", ")));
    }
    all
}

#[cfg(test)]
mod tests {
    use super::*;
    use rstest::rstest;

    #[rstest]
    #[case::one_full(1, 100, 100, true)]
    #[case::one_may_go(1, 0, 100, false)]
    #[case::one_may_come(1, 100, 200, false)]
    #[case::half_of_one_is_one(1, 50, 100, true)]
    #[case::half_of_two(2, 50, 100, false)]
    #[case::a_tenth_more_of_four_is_none(4, 100, 110, true)]
    #[case::nothing_wanted(0, 100, 100, false)]
    fn percentages_may_leave_no_room(#[case] desired: u32, #[case] min: u32, #[case] max: u32, #[case] is: bool) {
        assert_eq!(locked(desired, min, max), is);
    }

    #[rstest]
    #[case::stack(&[("aws:cloudformation:stack-name", "ComputeStack-dev")], Some("the CloudFormation stack ComputeStack-dev"))]
    #[case::terraform(&[("ManagedBy", "terraform")], Some("Terraform (tag ManagedBy=terraform)"))]
    #[case::key(&[("ecspresso:version", "2")], Some("ecspresso (tag ecspresso:version=2)"))]
    #[case::nobody(&[("Project", "prooflink")], None)]
    fn tags_tell_the_owner(#[case] tags: &[(&str, &str)], #[case] who: Option<&str>) {
        let tags = tags.iter().map(|(key, value)| ((*key).to_owned(), (*value).to_owned())).collect();
        assert_eq!(owner(&tags).as_deref(), who);
    }
}
