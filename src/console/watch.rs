//! Telling a reader who looks elsewhere: that something they began is over, that a tunnel is gone, that what they marked to be
//! told of got better or worse. Decides what is told; how is the configuration's, and the runner does it. Pure.

use std::collections::BTreeMap;

use jiff::SignedDuration;

use super::actions::at_site;
use super::effect::Effect;
use super::model::Model;
use super::screens::sheet::RowTarget;
use crate::kinds::catalog::kind;
use crate::world::Health;

/// What is to be told of, with how it was when it was looked at last.
pub type Watched = BTreeMap<RowTarget, Health>;

/// Tells of the row under the cursor from now on, or no more.
pub(super) fn toggle(model: &mut Model) {
    let Some(target) = model.door().cloned() else {
        model.notices.info(model.now, "put the cursor on what is to be told of");
        return;
    };
    let name = called(&target);
    if model.watched.remove(&target).is_some() {
        model.notices.info(model.now, format!("{name} is not told of any more"));
        return;
    }
    match health(model, &target) {
        Some(health) => {
            model.watched.insert(target, health);
            model.notices.info(model.now, format!("{name} is {}; you are told when that changes", health.word()));
        }
        None => model.notices.info(model.now, format!("how {name} is cannot be told, so nothing can be told of it")),
    }
}

fn called(target: &RowTarget) -> String {
    match target {
        RowTarget::Environment(name) => name.to_string(),
        RowTarget::Resource(id) | RowTarget::Step(_, id) => {
            id.key.rsplit(['/', ':']).next().unwrap_or(&id.key).to_owned()
        }
        RowTarget::Entry(id) => id.clone(),
        RowTarget::Tunnel(_) => "the tunnel".to_owned(),
    }
}

fn health(model: &Model, target: &RowTarget) -> Option<Health> {
    match target {
        RowTarget::Environment(name) => model.picture.environment(name).map(|found| found.verdict.health),
        RowTarget::Resource(id) => {
            at_site(model, target, |context| kind(id.kind).and_then(|kind| kind.assess(id, &context.cx)))
                .flatten()
                .map(|assessment| assessment.health)
        }
        RowTarget::Entry(_) | RowTarget::Tunnel(_) | RowTarget::Step(..) => None,
    }
}

/// What changed of what is told of, since the last picture.
pub(super) fn changed(model: &mut Model) -> Vec<Effect> {
    let news: Vec<(RowTarget, Health, Health)> = model
        .watched
        .iter()
        .filter_map(|(target, before)| {
            let now = health(model, target)?;
            (now != *before).then(|| (target.clone(), *before, now))
        })
        .collect();
    let mut effects = Vec::new();
    for (target, before, now) in news {
        let message = format!("{} is {} (it was {})", called(&target), now.word(), before.word());
        model.watched.insert(target, now);
        model.notices.end(model.now, message.clone());
        model.dirty = true;
        effects.push(Effect::Notify(message));
    }
    effects
}

/// Something that was begun here is over: told if it took so long that its reader may look elsewhere.
pub(super) fn over(model: &Model, took: SignedDuration, message: &str) -> Option<Effect> {
    let after = SignedDuration::try_from(model.settings.notify.after).unwrap_or(SignedDuration::ZERO);
    (model.settings.speed.in_ours(took) >= after).then(|| Effect::Notify(message.to_owned()))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::command::Command;
    use crate::console::dispatch::perform;
    use crate::console::msg::Event;
    use crate::console::screens::rig::{demo, tell};

    #[test]
    fn what_is_told_of_is_told_when_it_changes_and_only_then() {
        let mut model = demo(0);
        perform(&mut model, Command::Notify, None);
        assert_eq!(model.watched.len(), 1);
        let (picture, generation) = (model.picture.clone(), model.generation);
        let quiet = tell(&mut model, Event::Gathered(generation, picture.clone()));
        assert!(!quiet.iter().any(|effect| matches!(effect, Effect::Notify(_))), "{quiet:?}");
        let Some(RowTarget::Environment(name)) = model.watched.keys().next().cloned() else { panic!("an environment") };
        let mut other = picture;
        for environment in other.environments.iter_mut().filter(|environment| environment.name == name) {
            environment.verdict.health =
                if environment.verdict.health == Health::Well { Health::Bad } else { Health::Well };
        }
        let told = tell(&mut model, Event::Gathered(generation, other));
        assert!(told.iter().any(|effect| matches!(effect, Effect::Notify(text) if text.contains(name.as_str()))));
        perform(&mut model, Command::Notify, None);
        assert!(model.watched.is_empty(), "the same key takes it back");
    }

    #[test]
    fn what_was_over_at_once_is_not_told() {
        let model = demo(0);
        assert!(over(&model, SignedDuration::from_secs(3), "done").is_none());
        assert!(over(&model, SignedDuration::from_secs(30), "done").is_some());
    }
}
