//! Starting, stopping and rebooting an EC2 instance, or why not. It is up only when the targets that send to it are healthy
//! again. Pure.

use super::machine::Power;
use super::restart::REBOOT;
use crate::change::procedure::Proposal;
use crate::kinds::ec2_instance::change::reboot::RebootMachine;
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
    let reboot = Action::new(REBOOT, format!("reboot instance {}", name(item))).disabled_reason(not_running(item));
    power(item, context).actions(context).into_iter().chain([reboot]).collect()
}

fn name(item: &Instance) -> &str {
    item.name.as_deref().unwrap_or(&item.id)
}

fn not_running(item: &Instance) -> Option<String> {
    (item.state != "running").then(|| format!("it is {}; only one that runs is rebooted", item.state))
}

/// The plan to reboot it. AWS tells nothing of a reboot, so there is nothing to be watched.
fn reboot(item: &Instance, context: &ActionContext<'_>) -> Result<Proposal, String> {
    let name = name(item);
    if let Some(why) = not_running(item) {
        return Err(format!("reboot of instance {name}: {why}"));
    }
    let calls = vec![format!("ec2:RebootInstances {}", item.id)];
    let mut plan = context.plan(format!("reboot instance {name}"), item.id(context.cx.scope), calls);
    let mut notices = vec!["AWS does not tell when it is back: its targets and its agent do, on its page".to_owned()];
    if targets(item, context.cx.world, context.cx.scope).next().is_some() {
        notices.insert(0, "a target group sends to it: requests on their way there fail until it is back".to_owned());
    }
    notices.push("its addresses and its disks stay; if it does not answer within 4 minutes AWS resets it".to_owned());
    plan.notices.splice(0..0, notices);
    Ok(Proposal::Change(Box::new(RebootMachine { plan, name: name.to_owned() })))
}

/// Makes an offer a proposal.
///
/// # Errors
/// Why it cannot be done.
pub(crate) fn propose(item: &Instance, verb: &str, context: &ActionContext<'_>) -> Result<Proposal, String> {
    if verb == REBOOT { reboot(item, context) } else { power(item, context).propose(verb, context) }
}

fn power(item: &Instance, context: &ActionContext<'_>) -> Power {
    let seen = member_state(item, context.cx.world, context.cx.scope);
    let mut notices = vec!["its private address stays; a public one without an Elastic IP changes".to_owned()];
    if targets(item, context.cx.world, context.cx.scope).next().is_some() {
        notices.insert(0, "a target group sends to it: its target goes unused, and healthy again by itself".to_owned());
    }
    Power {
        id: item.id(context.cx.scope),
        called: format!("instance {}", name(item)),
        seen,
        calls: ["ec2:StopInstances", "ec2:StartInstances"],
        notices,
        reads: watch(context.cx.scope),
    }
}
