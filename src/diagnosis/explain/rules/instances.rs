//! Instances that do not serve: stopped, by whom, terminated, or with an agent that is lost. Pure.
//! What runs on one is not known here: its targets and its agent tell whether it serves.

use super::Site;
use crate::diagnosis::explain::hypothesis::{Hypothesis, Spread, Strength, evidence};
use crate::environment::Member;
use crate::kinds::cpu_credits::Credits;
use crate::kinds::ec2_instance::Instance;
use crate::kinds::managed_node::Node;
use crate::text::first_line;

const INSTANCES: &str = "ec2:DescribeInstances";

/// The causes that instances are.
pub(super) fn propose<'a>(site: &Site<'_, 'a>) -> Vec<Hypothesis<'a>> {
    let mut all = Vec::new();
    for (member, instance) in &site.cx.instances {
        all.extend(state(site, member, instance));
        all.extend(credits(site, member, instance));
        all.extend(agent(site, member, instance));
    }
    all
}

fn label(member: &Member, instance: &Instance) -> String {
    if member.name == instance.id { instance.id.clone() } else { format!("{} ({})", member.name, instance.id) }
}

fn state<'a>(site: &Site<'_, 'a>, member: &'a Member, instance: &'a Instance) -> Option<Hypothesis<'a>> {
    let name = label(member, instance);
    let by = site.events.iter().rev().find(|event| {
        let about = event.subject.as_ref().is_some_and(|subject| subject.id == member.id);
        about && event.is_change() && event.what.to_lowercase().contains("stop")
    });
    let who = by.map(|event| event.by.as_deref().unwrap_or("somebody"));
    let reason = instance.state_reason.as_deref().unwrap_or_default();
    let by_hand = reason.contains("User initiated") || reason.contains("Client.UserInitiated");
    let (rule, message) = match instance.state.as_str() {
        "stopped" | "stopping" if reason.contains("Spot") => {
            ("spot-interruption", format!("AWS took the Spot capacity of instance {name} back"))
        }
        "stopped" | "stopping" => match who {
            Some(who) => (
                "instance-stopped",
                format!("instance {name} was stopped by {}", who.rsplit('/').next().unwrap_or(who)),
            ),
            None if by_hand => ("instance-stopped", format!("instance {name} was stopped by hand")),
            None => ("instance-stopped", format!("instance {name} is {}", instance.state)),
        },
        "terminated" | "shutting-down" => ("instance-terminated", format!("instance {name} is {}", instance.state)),
        _ => return None,
    };
    let mut it =
        Hypothesis::new(rule, member, (Spread::Instance, Strength::Seen), message).since(instance.stopped_at).confirms(
            evidence(format!("instance {name} is {}", instance.state), instance.stopped_at, INSTANCES).on(member),
        );
    if !reason.is_empty() {
        it = it.shows(evidence(first_line(reason, 160), instance.stopped_at, INSTANCES).on(member));
    }
    Some(it.then("start the instance"))
}

fn credits<'a>(site: &Site<'_, 'a>, member: &'a Member, instance: &Instance) -> Option<Hypothesis<'a>> {
    let credits = site.cx.world.by_key::<Credits>(&member.id.scope, &instance.id)?;
    let balance = credits.balance.filter(|balance| *balance < 1.0 && credits.unlimited == Some(false))?;
    let message = format!("instance {} has no CPU credits left and is slowed down", label(member, instance));
    let what = format!("CPUCreditBalance is {balance:.1}, not unlimited");
    let it = Hypothesis::new("cpu-credits-spent", member, (Spread::Connection, Strength::Seen), message);
    Some(
        it.shows(evidence(what, None, "cloudwatch:GetMetricData").on(member))
            .then("use unlimited mode, or a class without credits"),
    )
}

/// An instance whose agent is lost: it may hang.
fn agent<'a>(site: &Site<'_, 'a>, member: &'a Member, instance: &Instance) -> Option<Hypothesis<'a>> {
    let node = site.cx.world.by_key::<Node>(&member.id.scope, &instance.id)?;
    if node.ping != "ConnectionLost" || instance.state != "running" {
        return None;
    }
    let name = label(member, instance);
    let message = format!("instance {name} runs, but its agent is lost: it may hang, or its disk may be full");
    let it = Hypothesis::new("instance-not-answering", member, (Spread::Instance, Strength::Inferred), message);
    let told = evidence("its SSM agent is ConnectionLost", node.pinged_at, "ssm:DescribeInstanceInformation");
    Some(it.since(node.pinged_at).shows(told.on(member)).then("look at its console output and its system checks"))
}
