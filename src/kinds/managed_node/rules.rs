//! How a managed node is judged. Pure. Where its EC2 instance is in sight the instance tells of both;
//! a node has a say only on its own (another company's machine, or EC2 may not be read).

use super::model::Node;
use crate::kinds::Counts;
use crate::kinds::KindContext;
use crate::kinds::ec2_instance::Instance;
use crate::text::moment;
use crate::world::{Assessment, Health, Resource};

/// Whether nobody else tells of it.
pub(super) fn alone(item: &Node, cx: &KindContext<'_>) -> bool {
    if cx.resource_index.instance(cx.scope, &item.id).is_some() {
        return false;
    }
    // Systems Manager remembers terminated instances; once EC2 was read, one that is not there is gone.
    let read = cx.world.store(cx.scope, Instance::KIND).is_some_and(|store| store.oldest().is_some());
    !(read && item.id.starts_with("i-"))
}

/// How `item` is; `None` if it has no say.
pub(super) fn assess(item: &Node, cx: &KindContext<'_>) -> Option<Assessment> {
    if !alone(item, cx) {
        return None;
    }
    let name = item.name.as_deref().or(item.computer.as_deref()).unwrap_or(&item.id);
    let since = item.pinged_at.map(|at| format!(" since {}", moment(at, cx.now, cx.zone))).unwrap_or_default();
    Some(match item.ping.as_str() {
        "Online" => Assessment::well(),
        "ConnectionLost" => {
            Assessment::new(Health::Worrying, format!("node {name} does not answer Systems Manager{since}"))
        }
        "Inactive" => Assessment::new(Health::Well, format!("node {name} is inactive{since}")),
        other => {
            Assessment::new(Health::Unknown, format!("node {name} has the state {other}, which toban does not know"))
        }
    })
}

/// Adds `item` to `counts` if no instance does.
pub(super) fn count(item: &Node, cx: &KindContext<'_>, counts: &mut Counts) {
    if alone(item, cx) {
        counts.instances_total += 1;
        counts.instances_running += u32::from(item.ping == "Online");
    }
}
