//! Answering a pause of a deployment: let it go on, or reject it, so that ECS goes back. A plan like any other.
//! Pure; the call is in the kind's `change`.

use super::actions::subject;
use super::{Rollout, plan_notes};
use crate::change::plan::Difference;
use crate::change::procedure::Proposal;
use crate::kinds::ecs_service::change::{Answer, Changes, ServiceUpdate, Tell};
use crate::kinds::ecs_service::delivery::{Awaiting, Delivery, Times, stage_word, waits_for};
use crate::kinds::ecs_service::model::Service;
use crate::kinds::ecs_service::rules::primary;
use crate::kinds::task_definition::revision_name;
use crate::operations::{Action, ActionContext};

pub(crate) fn action_continue(item: &Service) -> Action {
    Action::new("continue", format!("answer the pause of {}: the deployment goes on", item.name))
}

pub(crate) fn action_reject(item: &Service) -> Action {
    Action::new("reject", format!("answer the pause of {}: ECS goes back to what ran before", item.name))
}

/// Why there is nothing to answer.
pub(crate) fn disabled_reason(item: &Service, otherwise: Option<String>) -> Option<String> {
    if otherwise.is_some() {
        return otherwise;
    }
    Delivery::of(item).awaiting().is_none().then(|| format!("no deployment of {} waits for an answer", item.name))
}

/// Makes an answer a proposal.
///
/// # Errors
/// When nothing waits for one.
pub(crate) fn propose(item: &Service, go_on: bool, context: &ActionContext<'_>) -> Result<Proposal, String> {
    let delivery = Delivery::of(item);
    let nothing = || disabled_reason(item, None).unwrap_or_else(|| "its deployment is not known".to_owned());
    let (Some(record), Some(awaiting)) = (delivery.record, delivery.awaiting().copied()) else {
        return Err(nothing());
    };
    let to = record.task_definition.clone().or_else(|| primary(item).map(|first| first.task_definition.clone()));
    let to = to.unwrap_or_else(|| item.task_definition.clone());
    let answer = Answer { deployment: record.arn.clone(), hook: awaiting.hook.to_owned(), go_on };
    let tell = Tell { subject: subject(item, context), what: ServiceUpdate::Answer(answer) };
    let message = match go_on {
        true => format!("let the deployment of {} to {} go on", item.name, revision_name(&to)),
        false => format!("reject the deployment of {} to {}: back to what ran before", item.name, revision_name(&to)),
    };
    let mut plan = context.plan(message, crate::world::Resource::id(item, context.cx.scope), vec![tell.call()]);
    plan.differences.push(Difference {
        what: "deployment".to_owned(),
        from: Some(format!("{}, paused", record.stage.as_deref().map_or_else(String::new, stage_word))),
        to: Some(if go_on { "goes on".to_owned() } else { "goes back".to_owned() }),
    });
    plan.notices.push(told(item, &delivery, &awaiting, context));
    plan.notices.extend(plan_notes::of_service(item, context));
    let hands = Changes { subject: tell.subject, images: Vec::new(), what: tell.what };
    let rollout = Rollout::new(plan, item, to, Box::new(hands)).answering(record.arn.clone(), awaiting.hook.to_owned());
    Ok(Proposal::Procedure(Box::new(if go_on { rollout } else { rollout.taking_back() })))
}

/// What a reader should know before the answer: until when it can be given, and where the traffic is.
fn told(item: &Service, delivery: &Delivery<'_>, awaiting: &Awaiting<'_>, context: &ActionContext<'_>) -> String {
    let waits = waits_for(awaiting, Times::by_clock(context.cx.now, context.cx.zone));
    let traffic = delivery.weights.map(|weights| format!("; {:.0} % of the traffic is on new", weights.new));
    format!("{} {waits}{}", item.name, traffic.unwrap_or_default())
}
