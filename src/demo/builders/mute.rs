//! Mute rules: one that a sleep of before the simulation left, and those that its own sleeps make and its wakes delete.
//! Pure.

use jiff::Timestamp;

use crate::demo::account::AccountScene;
use crate::demo::changes::ChangeKind;
use crate::demo::scenario_context::ScenarioContext;
use crate::kinds::alarm::{Alarm, MUTED_AT_MOST};
use crate::kinds::mute_rule::{MuteRule, Window};
use crate::world::{Arn, Resource};

fn arn(play: &ScenarioContext<'_>, name: &str) -> Arn {
    play.arn("cloudwatch", &format!("alarm-mute-rule:{name}"))
}

/// Adds the rule that mutes `alarms` from the next minute after `second` on, as a sleep does it.
pub(crate) fn mute(scene: &mut AccountScene, play: &ScenarioContext<'_>, name: &str, alarms: Vec<String>, second: i64) {
    mute_until(scene, play, name, alarms, (second, None));
}

/// The same with an end.
fn mute_until(
    scene: &mut AccountScene,
    play: &ScenarioContext<'_>,
    name: &str,
    alarms: Vec<String>,
    (second, until): (i64, Option<Timestamp>),
) {
    let start = play.at(0).as_second();
    let from = play.at((start + second + 60).div_euclid(60) * 60 - start);
    let until = until.unwrap_or_else(|| from.checked_add(MUTED_AT_MOST).unwrap_or(from));
    let now = play.at(play.now);
    // One whose time is over is not among those that mute.
    if until <= now {
        return;
    }
    let status = if from <= now { "ACTIVE" } else { "SCHEDULED" };
    let (arn, window) = (arn(play, name), Some(Window { from, until }));
    scene.put("", MuteRule { arn, name: name.to_owned(), status: status.to_owned(), alarms, window });
}

/// Does what sleeps and wakes did to the rules up to now.
pub(crate) fn hush(scene: &mut AccountScene, play: &ScenarioContext<'_>) {
    for act in play.acts.iter().filter(|act| act.at <= play.now) {
        let ChangeKind::Request(deed) = &act.what else { continue };
        if deed.on.kind != Alarm::KIND {
            continue;
        }
        if matches!(deed.verb, "mute" | "unmute") {
            scene.take::<MuteRule>("", arn(play, &deed.on.key).as_str());
        }
        if deed.verb == "mute" {
            let named = deed.arguments.iter().filter(|(key, _)| *key == "alarm");
            let alarms = named.map(|(_, name)| name.clone()).collect();
            let until = deed.arguments.iter().find(|(key, _)| *key == "until");
            let until = until.and_then(|(_, at)| at.parse().ok());
            mute_until(scene, play, &deed.on.key, alarms, (act.at, until));
        }
    }
}
