//! How an EC2 instance is judged with its Session Manager agent, and what it adds to the counts. Pure.
//! Stopped is asleep, but bad where the environment is protected and a target group counts on it.

use super::model::Instance;
use crate::kinds::Counts;
use crate::kinds::KindContext;
use crate::kinds::target_group::TargetGroup;
use crate::kinds::target_health::{Target, TargetHealth};
use crate::text::{first_line, moment};
use crate::world::{Assessment, Health};

/// How `item` is; `None` if it is gone.
pub(super) fn assess(item: &Instance, cx: &KindContext<'_>) -> Option<Assessment> {
    let name = item.name.as_deref().unwrap_or(&item.id);
    Some(match item.state.as_str() {
        "running" => match cx.resource_index.node(cx.scope, &item.id) {
            Some(node) if node.ping != "Online" => {
                let since =
                    node.pinged_at.map(|at| format!(" since {}", moment(at, cx.now, cx.zone))).unwrap_or_default();
                Assessment::new(
                    Health::Worrying,
                    format!("instance {name} runs, but its SSM agent does not answer{since}"),
                )
            }
            _ => Assessment::well(),
        },
        "pending" => Assessment::new(Health::Changing, format!("instance {name} is starting")),
        "stopping" | "shutting-down" => Assessment::new(Health::Changing, format!("instance {name} is {}", item.state)),
        "stopped" => {
            let reason = item.state_reason.as_deref().filter(|reason| !reason.is_empty());
            let reason = reason.map(|reason| format!(" ({})", first_line(reason, 80))).unwrap_or_default();
            let health = match (cx.protected, is_target(item, cx)) {
                (true, true) => Health::Bad,
                (true, false) => Health::Worrying,
                (false, _) => Health::Asleep,
            };
            Assessment::new(health, format!("instance {name} is stopped{reason}"))
        }
        "terminated" => return None,
        other => Assessment::new(
            Health::Unknown,
            format!("instance {name} has the state {other}, which toban does not know"),
        ),
    })
}

fn is_target(item: &Instance, cx: &KindContext<'_>) -> bool {
    serving(item, cx).next().is_some()
}

/// The target groups it stands in, with its target there.
pub(crate) fn serving<'a>(
    item: &'a Instance,
    cx: &KindContext<'a>,
) -> impl Iterator<Item = (&'a TargetHealth, &'a Target)> {
    let address = item.private_ip.as_deref();
    cx.world.all::<TargetHealth>(cx.scope).filter_map(move |health| {
        // Another VPC may have the same address.
        let vpc = || cx.world.by_key::<TargetGroup>(cx.scope, health.group.as_str()).and_then(|it| it.vpc.as_deref());
        let at = |target: &Target| Some(target.id.as_str()) == address && !target.is_abroad();
        let is_here = || item.vpc.as_deref().zip(vpc()).is_none_or(|(mine, theirs)| mine == theirs);
        let target = health.targets.iter().find(|target| target.id == item.id || (at(target) && is_here()))?;
        Some((health, target))
    })
}

/// Adds `item` to `counts`.
pub(super) fn count(item: &Instance, _cx: &KindContext<'_>, counts: &mut Counts) {
    if item.state != "terminated" {
        counts.instances_total += 1;
        counts.instances_running += u32::from(item.state == "running");
    }
}
