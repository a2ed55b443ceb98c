//! Commands sent to the simulated machines: their ids, and what the machines say to those that a person wrote.
//! Pure; nothing runs anywhere. What a deployment's scripts do is told where their machines are.

use super::account::AccountScene;
use super::changes::ChangeKind;
use super::scenario_context::ScenarioContext;
use super::shell::said;
use crate::change::plan::ChangeRequest;
use crate::kinds::command_invocation::{Invocation, part};
use crate::kinds::managed_node::Node;

/// How long a command takes, seconds.
const TAKES: i64 = 3;

/// What a deed was given by that name.
pub(super) fn argument<'d>(deed: &'d ChangeRequest, name: &str) -> Option<&'d str> {
    deed.arguments.iter().find(|(known, _)| *known == name).map(|(_, it)| it.as_str())
}

/// The commands sent so far, with their second.
pub(super) fn runs<'p>(play: &'p ScenarioContext<'_>) -> impl Iterator<Item = (i64, &'p ChangeRequest)> {
    play.acts.iter().filter(|act| act.at <= play.now).filter_map(|act| match &act.what {
        ChangeKind::Request(deed) if deed.verb == "run" => Some((act.at, &**deed)),
        _ => None,
    })
}

/// The id of a command that was sent at a second.
pub(super) fn id(play: &ScenarioContext<'_>, at: i64, deed: &ChangeRequest) -> String {
    let what = argument(deed, "what").or_else(|| argument(deed, "command")).unwrap_or_default();
    play.uuid(&format!("command/{at}/{}/{what}", argument(deed, "nodes").unwrap_or_default()))
}

/// Adds what the nodes there are say to the commands that a person wrote.
pub(super) fn answer(scene: &mut AccountScene, play: &ScenarioContext<'_>) {
    for (at, deed) in runs(play) {
        let (Some(line), Some(nodes)) = (argument(deed, "command"), argument(deed, "nodes")) else { continue };
        let id = id(play, at, deed);
        for node in nodes.split(',').filter(|node| !node.is_empty()) {
            if scene.get::<Node>(node).is_some() {
                let seen = invocation(play, at, part(&id, node), said(line, node));
                scene.put(&seen.key.clone(), seen);
            }
        }
    }
}

fn invocation(play: &ScenarioContext<'_>, at: i64, key: String, (output, code): (String, i32)) -> Invocation {
    let ended = play.past(at + TAKES);
    let status = match (ended.is_some(), code) {
        (false, _) => "InProgress",
        (true, 0) => "Success",
        (true, _) => "Failed",
    };
    Invocation {
        key,
        status: status.to_owned(),
        details: None,
        code: ended.map(|_| code),
        output: if ended.is_some() { format!("(simulated)\n{output}") } else { String::new() },
        errors: String::new(),
        started: Some(play.at(at)),
        ended,
    }
}
