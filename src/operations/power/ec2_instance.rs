//! What can be done with an instance: start, stop and reboot, and what can be done with the target group it serves in, for all
//! of its instances. Pure.

use super::ec2_power;
use crate::change::procedure::Proposal;
use crate::kinds::ec2_instance::Instances;
use crate::kinds::ec2_instance::model::Instance;
use crate::kinds::ec2_instance::rules::serving;
use crate::kinds::target_group::TargetGroup;
use crate::operations::ResourceActions;
use crate::operations::compose::actions;
use crate::operations::{Action, ActionContext};

impl ResourceActions for Instances {
    fn actions(item: &Instance, context: &ActionContext<'_>) -> Vec<Action> {
        actions(item, context)
    }

    fn propose(
        item: &Instance,
        verb: &str,
        value: Option<&str>,
        context: &ActionContext<'_>,
    ) -> Result<Proposal, String> {
        propose(item, verb, value, context)
    }
}

fn group<'a>(item: &Instance, context: &ActionContext<'a>) -> Option<&'a TargetGroup> {
    let arn = serving(item, &context.cx).map(|(health, _)| health.group.clone()).next()?;
    context.cx.world.by_key::<TargetGroup>(context.cx.scope, arn.as_str())
}

/// What can be done with `item`.
pub(crate) fn actions(item: &Instance, context: &ActionContext<'_>) -> Vec<Action> {
    let group = group(item, context).map(|group| actions::actions(group, context)).unwrap_or_default();
    ec2_power::actions(item, context).into_iter().chain(group).collect()
}

/// Makes an offer a procedure.
///
/// # Errors
/// A sentence: why it cannot be done, and what to do instead.
pub(crate) fn propose(
    item: &Instance,
    verb: &str,
    value: Option<&str>,
    context: &ActionContext<'_>,
) -> Result<Proposal, String> {
    if matches!(verb, "start" | "stop" | "reboot") {
        return ec2_power::propose(item, verb, context);
    }
    match group(item, context) {
        Some(group) => actions::propose(group, verb, value, context),
        None => Err(format!("{} is in no target group; toban deploys only what can be taken out of one", item.id)),
    }
}
