//! Starting and stopping an EC2 instance, or why not. It is up only when the targets that send to it are healthy
//! again. Pure.

use super::machine::Power;
use crate::change::procedure::Proposal;
use crate::kinds::ec2_instance::model::Instance;
use crate::kinds::ec2_instance::power_state::member_state;
use crate::kinds::ec2_instance::power_state::targets;
use crate::kinds::ec2_instance::power_state::watch;
use crate::operations::{Action, ActionContext};
use crate::world::Resource;

/// What can be done with it.
pub(crate) fn actions(item: &Instance, context: &ActionContext<'_>) -> Vec<Action> {
    if item.state == "terminated" {
        return Vec::new();
    }
    power(item, context).actions(context)
}

/// Makes an offer a proposal.
///
/// # Errors
/// Why it cannot be done.
pub(crate) fn propose(item: &Instance, verb: &str, context: &ActionContext<'_>) -> Result<Proposal, String> {
    power(item, context).propose(verb, context)
}

fn power(item: &Instance, context: &ActionContext<'_>) -> Power {
    let seen = member_state(item, context.cx.world, context.cx.scope);
    let mut notices = vec!["its private address stays; a public one without an Elastic IP changes".to_owned()];
    if targets(item, context.cx.world, context.cx.scope).next().is_some() {
        notices.insert(0, "a target group sends to it: its target goes unused, and healthy again by itself".to_owned());
    }
    Power {
        id: item.id(context.cx.scope),
        called: format!("instance {}", item.name.as_deref().unwrap_or(&item.id)),
        seen,
        calls: ["ec2:StopInstances", "ec2:StartInstances"],
        notices,
        reads: watch(context.cx.scope),
    }
}
