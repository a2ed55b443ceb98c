//! Going back: which deployments of a service reached SUCCESSFUL, what they ran, and how the service gets there again.
//! Pure. Where the newer description may not be read, the deployments that are still listed have to do.

use super::actions::{go_to, going, subject};
use super::{Rollout, plan_notes, record_of};
use crate::change::procedure::Proposal;
use crate::kinds::ecs_service::change::{Changes, ServiceUpdate, Tell};
use crate::kinds::ecs_service::delivery::{RecordState, state_of};
use crate::kinds::ecs_service::model::Service;
use crate::kinds::ecs_service::rules::{moving, primary};
use crate::kinds::service_deployment::ServiceDeployment;
use crate::kinds::task_definition::image_reference;
use crate::kinds::task_definition::{image_name, revision_name, revision_number};
use crate::operations::{ActionContext, Choice, Prompt, Undo};
use crate::text::ago;
use crate::world::{Arn, Resource};

/// What a choice's value begins with where the rollout on its way is taken back by ECS itself.
const TAKE_BACK: &str = "take-back ";

/// The first digits of a digest, enough to compare.
pub(crate) fn short(digest: &str) -> String {
    let (kind, digits) = digest.split_once(':').unwrap_or(("", digest));
    let digits: String = digits.chars().take(12).collect();
    if kind.is_empty() { digits } else { format!("{kind}:{digits}") }
}

/// Its deployments, newest first, as far as they were read.
fn records<'a>(item: &Service, context: &ActionContext<'a>) -> Vec<&'a ServiceDeployment> {
    let mut all: Vec<&ServiceDeployment> =
        context.cx.world.all::<ServiceDeployment>(context.cx.scope).filter(|one| one.service == item.arn).collect();
    all.sort_by_key(|one| std::cmp::Reverse(one.created_at));
    all
}

/// The rollout on its way that ECS can take back.
fn on_its_way<'a>(item: &'a Service, context: &ActionContext<'a>) -> Option<&'a ServiceDeployment> {
    if let Some(record) = &item.delivery.record {
        return Some(record).filter(|record| state_of(record) == RecordState::OnItsWay);
    }
    let first = primary(item).filter(|_| moving(item))?;
    let record = record_of(records(item, context), &first.id, &first.task_definition, first.created_at)?;
    matches!(record.status.as_str(), "PENDING" | "IN_PROGRESS").then_some(record)
}

/// Where it can go back to, best first.
pub(crate) fn choices(item: &Service, context: &ActionContext<'_>) -> Vec<Choice> {
    let mut all = Vec::new();
    if let Some(record) = on_its_way(item, context) {
        all.push(Choice {
            label: "the rollout on its way".to_owned(),
            note: "ECS stops it and goes back to what ran before".to_owned(),
            disabled_reason: None,
            value: format!("{TAKE_BACK}{}", record.arn),
            then: Prompt::Nothing,
        });
    }
    let mut told: Vec<&Arn> = Vec::new();
    for record in records(item, context).into_iter().filter(|record| record.status == "SUCCESSFUL") {
        let Some(to) = record.task_definition.as_ref().filter(|to| !told.contains(to)) else { continue };
        told.push(to);
        let age = record.created_at.map(|at| format!("deployed {}", ago(context.cx.now.duration_since(at).as_secs())));
        all.push(Choice {
            label: revision_name(to).to_owned(),
            note: age.into_iter().chain(images(record)).collect::<Vec<_>>().join("  "),
            disabled_reason: same(item, to, record),
            value: to.as_str().to_owned(),
            then: Prompt::Nothing,
        });
    }
    if records(item, context).is_empty() {
        let others = item.deployments.iter().filter(|one| primary(item).is_some_and(|first| first.id != one.id));
        all.extend(others.map(|one| Choice {
            label: revision_name(&one.task_definition).to_owned(),
            note: "still listed among its deployments".to_owned(),
            disabled_reason: (one.task_definition == item.task_definition).then(|| here(item)),
            value: one.task_definition.as_str().to_owned(),
            then: Prompt::Nothing,
        }));
    }
    all
}

fn images(record: &ServiceDeployment) -> Option<String> {
    let name = |one: &crate::kinds::service_deployment::RunningImage| {
        let digest = one.digest.as_deref().map(|digest| format!(" ({})", short(digest))).unwrap_or_default();
        format!("{}{digest}", image_name(&one.image))
    };
    let all: Vec<String> = record.images.iter().map(name).collect();
    (!all.is_empty()).then(|| all.join(", "))
}

fn here(item: &Service) -> String {
    format!("{} is on that revision: going there changes nothing", item.name)
}

/// Why going to the revision the service is on does not bring an older image back.
fn same(item: &Service, to: &Arn, record: &ServiceDeployment) -> Option<String> {
    if *to != item.task_definition {
        return None;
    }
    let fixed = record
        .images
        .iter()
        .find(|one| image_reference::floats(&one.image))
        .and_then(|one| Some((one, one.digest.as_ref()?)));
    Some(match fixed {
        Some((one, digest)) => format!(
            "{}; its tag is mutable, so an older image comes back only by digest: deploy {}@{digest}",
            here(item),
            image_reference::repository(&one.image)
        ),
        None => here(item),
    })
}

/// Makes a choice a proposal; the best one if none was made.
///
/// # Errors
/// A sentence: why it cannot be done, and what to do instead.
pub(crate) fn propose(item: &Service, value: Option<&str>, context: &ActionContext<'_>) -> Result<Proposal, String> {
    let all = choices(item, context);
    let value = match value {
        Some(value) => value.to_owned(),
        None => match all.iter().find(|choice| choice.disabled_reason.is_none()) {
            Some(choice) => choice.value.clone(),
            None => {
                let why = all.iter().find_map(|choice| choice.disabled_reason.clone());
                return Err(why.unwrap_or_else(|| {
                    format!(
                        "no earlier deployment of {} is known that was successful; name a revision instead",
                        item.name
                    )
                }));
            }
        },
    };
    if let Some(arn) = value.strip_prefix(TAKE_BACK) {
        return Ok(take_back(item, &Arn::from(arn), context));
    }
    let to = Arn::from(value.as_str());
    if to == item.task_definition {
        return Err(here(item));
    }
    let age = records(item, context)
        .into_iter()
        .find(|record| record.task_definition.as_ref() == Some(&to) && record.status == "SUCCESSFUL");
    let when = age
        .and_then(|record| record.created_at)
        .map(|at| format!(", deployed {}", ago(context.cx.now.duration_since(at).as_secs())));
    let message = format!("roll {} back to {}{}", item.name, revision_name(&to), when.unwrap_or_default());
    let mut plan = go_to(item, &to, message, context)?;
    for one in age.into_iter().flat_map(|record| &record.images) {
        let digest = one.digest.as_deref().map(|digest| format!(", {} then", short(digest))).unwrap_or_default();
        if image_reference::floats(&one.image) {
            plan.notices.insert(
                0,
                format!(
                    "the tag of {}{digest} is mutable: what ran then comes back only if it still means that image",
                    image_name(&one.image)
                ),
            );
        }
    }
    Ok(going(item, to, plan, context))
}

/// What takes a deployment back that begins from how the service is now: the revision that it is on. A service whose
/// tasks were only replaced is on the revision that it was on, and what was taken back is not deployed again.
pub(crate) fn undo(item: &Service, verb: &str, context: &ActionContext<'_>) -> Option<Undo> {
    let is_other = match verb {
        "deploy" | "revision" => true,
        "rollback" => on_its_way(item, context).is_none(),
        _ => false,
    };
    let number = revision_number(&item.task_definition).filter(|_| is_other)?;
    Some(Undo { verb: "revision", value: number.to_owned(), flags: format!("--revision {number}") })
}

/// Stops the rollout on its way, with rollback.
///
/// # Errors
/// When none is on its way that ECS can take back.
pub(crate) fn stop(item: &Service, context: &ActionContext<'_>) -> Result<Proposal, String> {
    match on_its_way(item, context) {
        Some(record) => Ok(take_back(item, &record.arn, context)),
        None => Err(format!("no rollout of {} is on its way that ECS can stop", item.name)),
    }
}

fn take_back(item: &Service, arn: &Arn, context: &ActionContext<'_>) -> Proposal {
    let tell = Tell { subject: subject(item, context), what: ServiceUpdate::TakeBack(arn.clone()) };
    let known = item.delivery.record.as_ref().filter(|record| record.arn == *arn);
    let first = || primary(item).map(|first| first.task_definition.clone());
    let to = known.and_then(|record| record.task_definition.clone()).or_else(first);
    let to = to.unwrap_or_else(|| item.task_definition.clone());
    let message = format!("take back the rollout of {} to {}", item.name, revision_name(&to));
    let mut plan = context.plan(message, item.id(context.cx.scope), vec![tell.call()]);
    plan.notices.extend(plan_notes::of_service(item, context));
    let hands = Changes { subject: tell.subject, images: Vec::new(), what: tell.what };
    Proposal::Procedure(Box::new(Rollout::new(plan, item, to, Box::new(hands)).taking_back()))
}
