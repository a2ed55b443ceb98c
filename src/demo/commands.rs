//! Commands sent to the simulated machines: their ids, and what the machines say to those that a person wrote.
//! Pure; nothing runs anywhere. What a deployment's scripts do is told where their machines are.

use super::account::SimulatedAccount;
use super::changes::ChangeKind;
use super::scenario_context::ScenarioContext;
use super::shell::said;
use crate::change::plan::ChangeRequest;
use crate::kinds::command_invocation::{Invocation, part};
use crate::kinds::managed_node::Node;

/// How long a command takes, seconds.
const TAKES: i64 = 3;

/// What a change was given by that name.
pub(super) fn argument<'d>(change_request: &'d ChangeRequest, name: &str) -> Option<&'d str> {
    change_request.arguments.iter().find(|(known, _)| *known == name).map(|(_, it)| it.as_str())
}

/// The commands sent so far, with their second.
pub(super) fn runs<'p>(scenario: &'p ScenarioContext<'_>) -> impl Iterator<Item = (i64, &'p ChangeRequest)> {
    scenario.acts.iter().filter(|act| act.at <= scenario.now).filter_map(|act| match &act.what {
        ChangeKind::Request(change_request) if change_request.verb == "run" => Some((act.at, &**change_request)),
        _ => None,
    })
}

/// The id of a command that was sent at a second.
pub(super) fn id(scenario: &ScenarioContext<'_>, at: i64, change_request: &ChangeRequest) -> String {
    let what = argument(change_request, "what").or_else(|| argument(change_request, "command")).unwrap_or_default();
    scenario.uuid(&format!("command/{at}/{}/{what}", argument(change_request, "nodes").unwrap_or_default()))
}

/// Adds what the nodes there are say to the commands that a person wrote.
pub(super) fn answer(simulated: &mut SimulatedAccount, scenario: &ScenarioContext<'_>) {
    for (at, change_request) in runs(scenario) {
        let (Some(line), Some(nodes)) = (argument(change_request, "command"), argument(change_request, "nodes")) else {
            continue;
        };
        let id = id(scenario, at, change_request);
        for node in nodes.split(',').filter(|node| !node.is_empty()) {
            if simulated.get::<Node>(node).is_some() {
                let seen = invocation(scenario, at, part(&id, node), said(line, node));
                simulated.put(&seen.key.clone(), seen);
            }
        }
    }
}

fn invocation(scenario: &ScenarioContext<'_>, at: i64, key: String, (output, code): (String, i32)) -> Invocation {
    let ended = scenario.past(at + TAKES);
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
        started: Some(scenario.at(at)),
        ended,
    }
}
