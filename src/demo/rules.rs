//! Rules of the simulated EventBridge: switched off and on by whoever may, seen so from then on. Which rules there are is
//! told where their systems are. Pure.

use super::overlay::What;
use super::play::Play;
use super::scene::Scene;
use crate::app::gate::Deed;
use crate::kinds::event_rule::Rule;
use crate::world::Resource;

/// What AWS answers to a rule's being switched; `None` if the deed is none of that.
pub(super) fn outcome(deed: &Deed) -> Option<String> {
    let name = deed.on.key.rsplit('/').next().unwrap_or_default();
    match deed.verb {
        "disable-rule" if deed.on.kind == Rule::KIND => Some(format!("the rule {name} is disabled")),
        "enable-rule" if deed.on.kind == Rule::KIND => Some(format!("the rule {name} is enabled")),
        _ => None,
    }
}

/// Puts rules as they were switched last into the scene.
pub(super) fn switch(scene: &mut Scene, play: &Play<'_>) {
    for act in play.acts.iter().filter(|act| act.at <= play.now) {
        let What::Deed(deed) = &act.what else { continue };
        let enabled = match deed.verb {
            "enable-rule" => true,
            "disable-rule" => false,
            _ => continue,
        };
        if let Some(rule) = scene.get_mut::<Rule>(&act.key) {
            rule.enabled = enabled;
        }
    }
}
