//! How a managed node is entered, and whether that can work: its agent's word and its version.
//! Pure; what it takes of rights is `rights`.

use super::model::Node;
use super::permissions::rights;
use crate::kinds::KindContext;
use crate::ssm::handshake::Version;
use crate::ssm::preflight::{Line, SessionAccess};
use crate::ssm::session_target::SessionTarget;
use crate::text::when;

/// How `item` is entered.
pub(super) fn session_access(item: &Node, cx: &KindContext<'_>) -> SessionAccess {
    let name = item.name.as_deref().or(item.computer.as_deref()).unwrap_or(&item.id);
    let message = if name == item.id { format!("node {name}") } else { format!("node {name} ({})", item.id) };
    SessionAccess {
        message,
        way: Some(SessionTarget::Node(item.id.clone())),
        lines: lines(item, cx),
        rights: rights(&item.id, cx),
    }
}

/// The checklist of a node, also for the EC2 instance behind it.
#[must_use]
pub fn lines(item: &Node, cx: &KindContext<'_>) -> Vec<Line> {
    vec![online(item, cx), agent(item)]
}

fn online(item: &Node, cx: &KindContext<'_>) -> Line {
    const WHAT: &str = "agent online";
    let since = item.pinged_at.map(|at| format!(", last heard of {}", when(at, cx.now, cx.zone))).unwrap_or_default();
    match item.ping.as_str() {
        "Online" => Line::holds(WHAT, format!("it answers{since}")),
        "ConnectionLost" => Line::fails(
            WHAT,
            format!("it lost its connection{since}"),
            "is the machine running, its disk not full, ssm and ssmmessages reachable on 443? restart the agent or it",
        ),
        "Inactive" => Line::fails(
            WHAT,
            format!("it has not answered for long{since}"),
            "start the machine, or register the node anew: its activation may be over",
        ),
        other => Line::unknown(WHAT, format!("Systems Manager says {other}{since}")),
    }
}

fn agent(item: &Node) -> Line {
    const WHAT: &str = "agent version";
    match item.agent.as_deref() {
        None => Line::unknown(WHAT, "not reported"),
        Some(text) if Version::parse(text).knows_sessions() => Line::holds(WHAT, text),
        Some(text) => Line::fails(
            WHAT,
            format!("{text} knows no sessions; 2.3.68.0 is the first that does"),
            "update it: run the document AWS-UpdateSSMAgent on it",
        ),
    }
}
