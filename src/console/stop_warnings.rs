//! Announcing stops: fifteen and five minutes before an environment goes to sleep by schedule, so that whoever works
//! late can keep it running. Pure.

use std::collections::BTreeSet;

use jiff::{SignedDuration, Timestamp};

use super::model::Model;
use crate::command::Command;
use crate::overview::Picture;
use crate::schedule::{Desired, PowerAction, wording};
use crate::world::EnvironmentName;

/// How long before a stop it is announced, minutes.
const AHEAD: [i64; 2] = [15, 5];

/// What was announced: the environment, its stop, and how long before.
pub(super) type StopWarnings = BTreeSet<(EnvironmentName, Timestamp, i64)>;

/// The stops that come, with what is announced of each and when.
fn coming(picture: &Picture, now: Timestamp) -> Vec<(EnvironmentName, Timestamp)> {
    let stop = |it: &crate::overview::EnvironmentStatus| {
        let off = it.offhours.as_deref()?;
        let transition =
            off.next.as_ref().filter(|transition| transition.verb == PowerAction::Stop && transition.issue_at > now)?;
        (off.desired != Desired::Off).then(|| (it.name.clone(), transition.issue_at))
    };
    picture.environments.iter().filter_map(stop).collect()
}

/// Says what has to be announced at the model's moment; each once.
pub(super) fn announce(model: &mut Model) {
    let now = model.now;
    let mut due: Option<(EnvironmentName, Timestamp)> = None;
    for (name, at) in coming(&model.picture, now) {
        let left = at.duration_since(now);
        // Opened between two announcements, only the nearer one is made.
        let reached: Vec<i64> =
            AHEAD.into_iter().filter(|minutes| left <= SignedDuration::from_mins(*minutes)).collect();
        let fresh = reached.last().is_some_and(|last| !model.announced.contains(&(name.clone(), at, *last)));
        if fresh {
            model.announced.extend(reached.into_iter().map(|minutes| (name.clone(), at, minutes)));
            due = Some((name, at));
        }
    }
    model.announced.retain(|(_, at, _)| *at > now);
    let Some((name, at)) = due else { return };
    let minutes = (at.duration_since(now).as_secs() + 59) / 60;
    let key = model.settings.keymap.shown(Command::Actions).unwrap_or_else(|| ":actions".to_owned());
    let when = wording::when(at, now, &model.settings.zone);
    let message = format!("{name} sleeps at {when}, in {minutes} min; {key} on it, then override, keeps it running");
    // Where time races it may have come before anybody could have read that it comes.
    model.notices.coming(now, at, message);
    model.dirty = true;
}

/// When the next announcement is due.
pub(super) fn next_at(picture: &Picture, now: Timestamp) -> Option<Timestamp> {
    coming(picture, now)
        .into_iter()
        .flat_map(|(_, at)| AHEAD.map(|minutes| at.checked_sub(SignedDuration::from_mins(minutes)).unwrap_or(at)))
        .filter(|at| *at > now)
        .min()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::console::msg::Event;
    use crate::console::screens::rig::{demo, tell_at};

    #[test]
    fn a_stop_is_announced_twice_and_then_left_alone() {
        let mut model = demo(0);
        let at = |text: &str| text.parse::<Timestamp>().unwrap();
        let mut picture = model.picture.clone();
        let stop = at("2026-11-24T13:00:00Z");
        for environment in &mut picture.environments {
            let Some(off) = environment.offhours.as_deref_mut() else { continue };
            off.desired = Desired::On;
            off.next = off.intent().transitions(stop, at("2026-11-24T13:00:01Z")).into_iter().next();
        }
        model.picture = picture;
        let mut said = |moment: &str| {
            model.notices.dismiss();
            tell_at(&mut model, at(moment), Event::Tick);
            model.notices.now().map(|(_, message)| message.to_owned()).unwrap_or_default()
        };
        assert_eq!(said("2026-11-24T12:44:00Z"), "");
        let first = said("2026-11-24T12:45:00Z");
        assert!(first.starts_with("prooflink-dev sleeps at 22:00, in 15 min; a on it"), "{first}");
        assert_eq!(said("2026-11-24T12:46:00Z"), "", "once is enough");
        assert!(said("2026-11-24T12:55:01Z").contains("in 5 min"));
        assert_eq!(said("2026-11-24T13:00:01Z"), "");
    }
}
