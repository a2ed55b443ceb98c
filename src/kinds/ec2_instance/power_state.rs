//! How an EC2 instance stands as something that is started and stopped, and what to read to see it anew. Pure.
//! The plans stand in `operations/power`.

use crate::kinds::ec2_instance::model::Instance;
use crate::kinds::target_health::TargetHealth;
use crate::schedule::Member;
use crate::schedule::MemberKind;
use crate::schedule::observed::power_state::of_ec2_instance;
use crate::schedule::stoppable::Ec2Facts;
use crate::schedule::stoppable::Facts;
use crate::schedule::stoppable::Ineligible;
use crate::schedule::stoppable::ineligibility;
use crate::schedule::transition::sleep_wake_order::How;
use crate::schedule::transition::sleep_wake_order::MemberState;
use crate::world::Arn;
use crate::world::Resource;
use crate::world::Scope;
use crate::world::World;
use crate::world::read_request::ReadRequest;

/// Tag of an instance that belongs to an Auto Scaling group.
pub(crate) const GROUP: &str = "aws:autoscaling:groupName";

/// How it stands as something that sleeps and wakes.
pub(crate) fn member_state(item: &Instance, world: &World, scope: &Scope) -> MemberState {
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
    MemberState {
        ineligible: Ineligible::by_tag(&item.tags).or_else(|| ineligibility(&Facts::Ec2(facts))),
        unready: waiting,
        ..MemberState::new(Member::new(MemberKind::Ec2Instance, &item.id), How::Machine(of_ec2_instance(&item.state)))
    }
}

/// `kajimaru-TG` of a target group's ARN.
pub(crate) fn group_name(arn: &Arn) -> &str {
    arn.resource().split('/').nth(1).unwrap_or(arn.as_str())
}

/// The targets that are this instance.
pub(crate) fn targets<'a>(
    item: &'a Instance,
    world: &'a World,
    scope: &'a Scope,
) -> impl Iterator<Item = (&'a TargetHealth, &'a crate::kinds::target_health::Target)> {
    world.all::<TargetHealth>(scope).filter_map(move |health| {
        health.targets.iter().find(|target| target.id == item.id).map(|target| (health, target))
    })
}

/// What has to be read to see that.
pub(crate) fn watch(scope: &Scope) -> Vec<ReadRequest> {
    vec![ReadRequest::all(scope, Instance::KIND), ReadRequest::all(scope, TargetHealth::KIND)]
}
