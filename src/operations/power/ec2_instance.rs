//! What can be done with an instance: start and stop, and what can be done with the target group it serves in, for all
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
    fn offers(item: &Instance, site: &ActionContext<'_>) -> Vec<Action> {
        offers(item, site)
    }

    fn propose(item: &Instance, verb: &str, value: Option<&str>, site: &ActionContext<'_>) -> Result<Proposal, String> {
        propose(item, verb, value, site)
    }
}

fn group<'a>(item: &Instance, site: &ActionContext<'a>) -> Option<&'a TargetGroup> {
    let arn = serving(item, &site.cx).map(|(health, _)| health.group.clone()).next()?;
    site.cx.world.by_key::<TargetGroup>(site.cx.scope, arn.as_str())
}

/// What can be done with `item`.
pub(crate) fn offers(item: &Instance, site: &ActionContext<'_>) -> Vec<Action> {
    let group = group(item, site).map(|group| actions::offers(group, site)).unwrap_or_default();
    ec2_power::offers(item, site).into_iter().chain(group).collect()
}

/// Makes an offer a procedure.
///
/// # Errors
/// A sentence: why it cannot be done, and what to do instead.
pub(crate) fn propose(
    item: &Instance,
    verb: &str,
    value: Option<&str>,
    site: &ActionContext<'_>,
) -> Result<Proposal, String> {
    if matches!(verb, "start" | "stop") {
        return ec2_power::propose(item, verb, site);
    }
    match group(item, site) {
        Some(group) => actions::propose(group, verb, value, site),
        None => Err(format!("{} is in no target group; toban deploys only what can be taken out of one", item.id)),
    }
}
