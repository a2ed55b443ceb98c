//! Rules of the simulated EventBridge: switched off and on by whoever may, seen so from then on. Which rules there are is
//! told where their systems are. Pure.

use std::collections::BTreeMap;

use super::commands::argument;
use super::overlay::What;
use super::play::{Play, REGION};
use super::scene::Scene;
use crate::app::gate::Deed;
use crate::kinds::event_rule::Rule;
use crate::kinds::event_rule::change::MARKS;
use crate::kinds::tagged::Tagged;
use crate::world::{Arn, Resource, ResourceId, Scope};

/// What AWS answers to a rule's being switched; `None` if the deed is none of that.
pub(super) fn outcome(deed: &Deed) -> Option<String> {
    let name = deed.on.key.rsplit('/').next().unwrap_or_default();
    match deed.verb {
        "disable-rule" if deed.on.kind == Rule::KIND => Some(format!("the rule {name} is disabled")),
        "enable-rule" if deed.on.kind == Rule::KIND => Some(format!("the rule {name} is enabled")),
        _ => None,
    }
}

/// What a schedule does that enables the rule of that ARN.
pub(super) fn enabled(rule: &Arn) -> Deed {
    let on = ResourceId { kind: Rule::KIND, scope: Scope::new("demo", REGION), key: rule.as_str().into() };
    Deed { verb: "enable-rule", on, arguments: Vec::new() }
}

/// Puts rules as they were switched last into the scene, with what was written on them.
pub(super) fn switch(scene: &mut Scene, play: &Play<'_>) {
    for act in play.acts.iter().filter(|act| act.at <= play.now) {
        let What::Deed(deed) = &act.what else { continue };
        let enabled = match deed.verb {
            "enable-rule" => true,
            "disable-rule" => false,
            _ => continue,
        };
        let Some(rule) = scene.get_mut::<Rule>(&act.key) else { continue };
        rule.enabled = enabled;
        let words = deed.arguments.iter().filter(|(key, _)| MARKS.contains(key));
        let words: BTreeMap<String, String> = words.map(|(key, word)| ((*key).to_owned(), word.clone())).collect();
        if !words.is_empty() || argument(deed, "mark").is_some() {
            let mut worn = scene.get::<Tagged>(&act.key).map(|worn| worn.tags.clone()).unwrap_or_default();
            if words.is_empty() {
                worn.clear();
            }
            worn.extend(words);
            scene.take::<Tagged>("", &act.key);
            scene.tag(&Arn::from(act.key.as_str()), &worn);
        }
    }
}
