//! Deploying to instances with docker compose: one at a time, out of the target group while it changes, and never
//! the last one that serves. `recipe` what the configuration says, `script` what is run there, `rollout` the
//! procedure. Pure.

pub mod actions;
pub mod rollout;
pub mod script;

pub use script::{ScriptReport, check, found, migrate, place, survey};

pub use rollout::{ComposeTarget, Member, Rollout};
