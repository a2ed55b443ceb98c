//! Starting and stopping an EC2 instance, or why not. It is up only when the targets that send to it are healthy
//! again. Pure.

use super::model::Instance;
use crate::kinds::power::Power;
use crate::kinds::target_health::TargetHealth;
use crate::kinds::{Offer, Site};
use crate::procedure::{Proposal, Want};
use crate::schedule::eligible::{Ec2Facts, Facts, Ineligible, why_not};
use crate::schedule::saga::{How, Seen};
use crate::schedule::status::of_ec2_instance;
use crate::schedule::{Member, MemberKind};
use crate::world::{Arn, Resource, Scope, World};

/// Tag of an instance that belongs to an Auto Scaling group.
const GROUP: &str = "aws:autoscaling:groupName";

/// How it stands as something that sleeps and wakes.
pub(super) fn sleeper(item: &Instance, world: &World, scope: &Scope) -> Seen {
    let facts = Ec2Facts {
        root_device: item.root_device.clone(),
        // Whether a Spot request lasts is not told here: EC2 refuses to stop one that does not.
        one_time_spot: false,
        group: item.tags.get(GROUP).cloned(),
        stop_protected: false,
    };
    let waiting = targets(item, world, scope)
        .filter(|(_, target)| matches!(target.state.as_str(), "initial" | "unhealthy" | "unused"))
        .map(|(group, target)| format!("its target in {} is {}", group_name(&group.group), target.state))
        .next();
    Seen {
        ineligible: Ineligible::by_tag(&item.tags).or_else(|| why_not(&Facts::Ec2(facts))),
        unready: waiting,
        ..Seen::new(Member::new(MemberKind::Ec2Instance, &item.id), How::Machine(of_ec2_instance(&item.state)))
    }
}

/// `kajimaru-TG` of a target group's ARN.
fn group_name(arn: &Arn) -> &str {
    arn.resource().split('/').nth(1).unwrap_or(arn.as_str())
}

/// The targets that are this instance.
fn targets<'a>(
    item: &'a Instance,
    world: &'a World,
    scope: &'a Scope,
) -> impl Iterator<Item = (&'a TargetHealth, &'a crate::kinds::target_health::Target)> {
    world.all::<TargetHealth>(scope).filter_map(move |health| {
        health.targets.iter().find(|target| target.id == item.id).map(|target| (health, target))
    })
}

/// What has to be read to see that.
pub(super) fn watch(scope: &Scope) -> Vec<Want> {
    vec![Want::all(scope, Instance::KIND), Want::all(scope, TargetHealth::KIND)]
}

/// What can be done with it.
pub(super) fn offers(item: &Instance, site: &Site<'_>) -> Vec<Offer> {
    if item.state == "terminated" {
        return Vec::new();
    }
    power(item, site).offers(site)
}

/// Makes an offer a proposal.
///
/// # Errors
/// Why it cannot be done.
pub(super) fn propose(item: &Instance, verb: &str, site: &Site<'_>) -> Result<Proposal, String> {
    power(item, site).propose(verb, site)
}

fn power(item: &Instance, site: &Site<'_>) -> Power {
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
