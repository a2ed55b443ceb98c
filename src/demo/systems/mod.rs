//! The five systems, each with what it consists of and which episodes happen to it.
//! Pure: a moment in, items out.

mod backend;
mod cat_data;
mod city;
mod kajimaru;
mod legacy_rules;
mod prooflink;

pub(super) use backend::{Scaled, scaled};
pub(super) use legacy_rules::{ASLEEP, rules};

use super::account::AccountScene;
use super::scenario_context::ScenarioContext;

/// A security group's id by its name.
fn guard(play: &ScenarioContext<'_>, name: &str) -> String {
    format!("sg-0{}", play.hex(&format!("{}/sg/{name}", play.account), 16))
}

/// Everything in the shared account.
pub(super) fn shared(scene: &mut AccountScene, play: &ScenarioContext<'_>) {
    prooflink::dev(scene, play);
    prooflink::prod(scene, play);
    backend::dev(scene, play);
    legacy_rules::fill(scene, play);
    backend::prod(scene, play);
    city::poc(scene, play);
    kajimaru::all(scene, play);
    cat_data::all(scene, play);
}

/// Everything in the municipal system's production account.
pub(super) fn municipal(scene: &mut AccountScene, play: &ScenarioContext<'_>) {
    city::prod(scene, play);
}
