//! How an EC2 instance is entered: through its Systems Manager agent, if it has one that answers.
//! Pure; the checklist of the agent itself is the managed node's.

use super::model::Instance;
use crate::kinds::KindContext;
use crate::kinds::managed_node::{self, Node};
use crate::ssm::preflight::{Line, SessionAccess};
use crate::ssm::session_target::SessionTarget;
use crate::world::Resource;

/// How `item` is entered.
pub(super) fn session_access(item: &Instance, cx: &KindContext<'_>) -> SessionAccess {
    let message = match &item.name {
        Some(name) => format!("instance {name} ({})", item.id),
        None => format!("instance {}", item.id),
    };
    let mut lines = vec![running(item)];
    match cx.resource_index.node(cx.scope, &item.id) {
        Some(node) => lines.extend(managed_node::lines(node, cx)),
        None => lines.push(absent(item, cx)),
    }
    SessionAccess {
        message,
        way: Some(SessionTarget::Node(item.id.clone())),
        lines,
        rights: managed_node::rights(&item.id, cx),
    }
}

fn running(item: &Instance) -> Line {
    const WHAT: &str = "instance running";
    match item.state.as_str() {
        "running" => Line::holds(WHAT, "running"),
        "pending" => Line::fails(WHAT, "it is starting", "wait until its agent answers, a minute or two"),
        state => Line::fails(WHAT, format!("it is {state}"), "start it first"),
    }
}

/// Systems Manager does not know it, or could not be asked.
fn absent(item: &Instance, cx: &KindContext<'_>) -> Line {
    const WHAT: &str = "known to Systems Manager";
    let store = cx.world.store(cx.scope, Node::KIND);
    if let Some(fault) = store.and_then(|store| store.faults().next()) {
        return Line::unknown(WHAT, fault.sentence());
    }
    let profile = match &item.profile {
        Some(profile) => format!("its instance profile {profile} must hold AmazonSSMManagedInstanceCore"),
        None => "it has no instance profile: give it one with AmazonSSMManagedInstanceCore".to_owned(),
    };
    let remedy = format!(
        "{profile}; its agent must be installed and running, and reach ssm, ssmmessages and ec2messages on 443 (by NAT, \
         or by VPC endpoints with private DNS and a security group that lets it in)"
    );
    Line::fails(WHAT, "Systems Manager does not know it here", remedy)
}
