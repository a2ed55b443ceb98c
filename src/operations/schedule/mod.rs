//! What an operator can do to a schedule: set, override, hold, clear, synchronise, migrate, suspend rules of others.
//! Plans and procedures only; never makes a call.

pub mod actions;
pub mod migrate;
pub mod rule_handover;
pub mod suspended_rules;
pub mod sync;

pub use actions::{LEASE, USUAL_LEASE, kept_at_aws, override_for, would_be_reverted};
pub use migrate::{migrate, migrate_reads};
pub use suspended_rules::sparing_reads;
#[cfg(test)]
pub mod testing;
