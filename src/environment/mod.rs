//! Environments: the root object. Groups resources into environments (`infer`), rolls their
//! health up (with `diagnosis`) and gives one [`Picture`] that both faces show.
//! Pure: no clock, no network, no drawing; the same world always gives the same picture.

mod confidence;
pub mod deploy_recipe;
pub mod infer;
mod match_rules;
pub mod model;
pub mod partial_inventory;
mod rules;

pub use confidence::{Certainty, Confidence};
pub use model::{Environment, Member, Step, StepKind};

pub use deploy_recipe::{Check, Recipe, short};

pub use infer::{Placed, place};
pub use match_rules::{ConfiguredEnvironments, EnvironmentConfig, Match};
pub use rules::Rule;

pub use partial_inventory::{PartialInventory, Unread};
