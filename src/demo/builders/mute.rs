//! Mute rules: one that a sleep of before the simulation left, and those that its own sleeps make and its wakes delete.
//! Pure.

use jiff::Timestamp;

use crate::demo::account::SimulatedAccount;
use crate::demo::changes::ChangeKind;
use crate::demo::scenario_context::ScenarioContext;
use crate::kinds::alarm::{Alarm, MUTED_AT_MOST};
use crate::kinds::mute_rule::{MuteRule, Window};
use crate::world::{Arn, Resource};

fn arn(scenario: &ScenarioContext<'_>, name: &str) -> Arn {
    scenario.arn("cloudwatch", &format!("alarm-mute-rule:{name}"))
}

/// Adds the rule that mutes `alarms` from the next minute after `second` on, as a sleep does it.
pub(crate) fn mute(
    simulated: &mut SimulatedAccount,
    scenario: &ScenarioContext<'_>,
    name: &str,
    alarms: Vec<String>,
    second: i64,
) {
    mute_until(simulated, scenario, name, alarms, (second, None));
}

/// The same with an end.
fn mute_until(
    simulated: &mut SimulatedAccount,
    scenario: &ScenarioContext<'_>,
    name: &str,
    alarms: Vec<String>,
    (second, until): (i64, Option<Timestamp>),
) {
    let start = scenario.at(0).as_second();
    let from = scenario.at((start + second + 60).div_euclid(60) * 60 - start);
    let until = until.unwrap_or_else(|| from.checked_add(MUTED_AT_MOST).unwrap_or(from));
    let now = scenario.at(scenario.now);
    // One whose time is over is not among those that mute.
    if until <= now {
        return;
    }
    let status = if from <= now { "ACTIVE" } else { "SCHEDULED" };
    let (arn, window) = (arn(scenario, name), Some(Window { from, until }));
    simulated.put("", MuteRule { arn, name: name.to_owned(), status: status.to_owned(), alarms, window });
}

/// Does what sleeps and wakes did to the rules up to now.
pub(crate) fn mute_alarms(simulated: &mut SimulatedAccount, scenario: &ScenarioContext<'_>) {
    for act in scenario.acts.iter().filter(|act| act.at <= scenario.now) {
        let ChangeKind::Request(change_request) = &act.what else { continue };
        if change_request.on.kind != Alarm::KIND {
            continue;
        }
        if matches!(change_request.verb, "mute" | "unmute") {
            simulated.take::<MuteRule>("", arn(scenario, &change_request.on.key).as_str());
        }
        if change_request.verb == "mute" {
            let named = change_request.arguments.iter().filter(|(key, _)| *key == "alarm");
            let alarms = named.map(|(_, name)| name.clone()).collect();
            let until = change_request.arguments.iter().find(|(key, _)| *key == "until");
            let until = until.and_then(|(_, at)| at.parse().ok());
            mute_until(simulated, scenario, &change_request.on.key, alarms, (act.at, until));
        }
    }
}
