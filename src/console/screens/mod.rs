//! The screens: one folder each, with its state, update, view and snapshots.

pub mod charts;
pub mod confirm;
pub mod detail;
pub mod environment;
pub mod explain;
mod external_schedulers;
pub mod faults;
pub mod fleet;
pub mod hours;
pub mod journal;
pub mod list;
pub mod logs;
pub mod menu;
pub mod mutes;
pub mod palette;
pub mod progress;
mod savings;
pub mod schedule;
pub mod sheet;
pub mod timeline;
pub mod tunnels;
pub mod unassigned;
pub mod viewer;

#[cfg(test)]
#[path = "tests/rig.rs"]
pub(crate) mod rig;
#[cfg(test)]
#[path = "tests/walk/mod.rs"]
mod walk;
