//! The systems, each with what it consists of and which episodes happen to it.
//! Pure: a moment in, items out.

mod backend;
mod cat_data;
mod city;
mod kajimaru;
mod legacy_rules;
mod prooflink;
mod shop;

pub(super) use backend::{Scaled, scaled};
pub(super) use legacy_rules::{ASLEEP, rules};

use super::account::SimulatedAccount;
use super::scenario_context::ScenarioContext;

/// A security group's id by its name.
fn guard(scenario: &ScenarioContext<'_>, name: &str) -> String {
    format!("sg-0{}", scenario.hex(&format!("{}/sg/{name}", scenario.account), 16))
}

/// Everything in the shared account.
pub(super) fn shared(simulated: &mut SimulatedAccount, scenario: &ScenarioContext<'_>) {
    prooflink::dev(simulated, scenario);
    prooflink::prod(simulated, scenario);
    backend::dev(simulated, scenario);
    legacy_rules::fill(simulated, scenario);
    backend::prod(simulated, scenario);
    city::poc(simulated, scenario);
    kajimaru::all(simulated, scenario);
    cat_data::all(simulated, scenario);
    shop::stage(simulated, scenario);
}

/// Everything in the municipal system's production account.
pub(super) fn municipal(simulated: &mut SimulatedAccount, scenario: &ScenarioContext<'_>) {
    city::prod(simulated, scenario);
}
