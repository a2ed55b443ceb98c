//! Starting and stopping an EC2 instance, or why not. It is up only when the targets that send to it are healthy
//! again. Pure.

use super::machine::Power;
use crate::change::procedure::Proposal;
use crate::kinds::ec2_instance::model::Instance;
use crate::kinds::ec2_instance::power_state::sleeper;
use crate::kinds::ec2_instance::power_state::targets;
use crate::kinds::ec2_instance::power_state::watch;
use crate::operations::{Action, ActionContext};
use crate::world::Resource;

/// What can be done with it.
pub(crate) fn offers(item: &Instance, site: &ActionContext<'_>) -> Vec<Action> {
    if item.state == "terminated" {
        return Vec::new();
    }
    power(item, site).offers(site)
}

/// Makes an offer a proposal.
///
/// # Errors
/// Why it cannot be done.
pub(crate) fn propose(item: &Instance, verb: &str, site: &ActionContext<'_>) -> Result<Proposal, String> {
    power(item, site).propose(verb, site)
}

fn power(item: &Instance, site: &ActionContext<'_>) -> Power {
    let seen = sleeper(item, site.cx.world, site.cx.scope);
    let mut notices = vec!["its private address stays; a public one without an Elastic IP changes".to_owned()];
    if targets(item, site.cx.world, site.cx.scope).next().is_some() {
        notices.insert(0, "a target group sends to it: its target goes unused, and healthy again by itself".to_owned());
    }
    Power {
        id: item.id(site.cx.scope),
        called: format!("instance {}", item.name.as_deref().unwrap_or(&item.id)),
        seen,
        calls: ["ec2:StopInstances", "ec2:StartInstances"],
        notices,
        reads: watch(site.cx.scope),
    }
}
