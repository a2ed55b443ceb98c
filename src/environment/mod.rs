//! Environments: the root object. Groups resources into environments (`infer`), rolls their
//! health up (with `diagnosis`) and gives one [`Picture`] that both faces show.
//! Pure: no clock, no network, no drawing; the same world always gives the same picture.

mod computed;
mod early;
mod freshness;
mod gather;
mod infer;
mod keeping;
mod migrating;
mod offhours;
mod others;
mod picture;
mod record;
mod rested;
mod rights;
mod rules;
mod saved;
mod sleepers;
mod sparing;
mod stored;
mod subject;
#[cfg(test)]
mod testing;
pub mod whole;
mod windows;
mod wish;

pub use computed::Computed;
pub use early::{Early, Unread};
pub use gather::{gather, gather_early};
pub use infer::{Placed, place};
pub use keeping::{kept_at_aws, schedule_place, shield, undone};
pub use migrating::{migrate, migrate_reads};
pub use offhours::OffHours;
pub use others::{Asleep, Away, Job, Others, Owner, Source, Timer, timers};
pub use picture::{Counts, Environment, Finding, Member, Picture, Step, StepKind, Verdict};
pub use record::{Standing, must_stay, note, notes, record_forbids, record_reads, room, standing, stranger};
pub use rested::{Past, Rested};
pub use rules::Why;
pub use sleepers::{Sleeper, sleepers, sleepers_named};
pub use sparing::sparing_reads;
pub use stored::{AtAws, schedule_reads, unread};
pub use subject::{Relation, Subject, Tie};
pub use wish::{Glob, Match, Wish, Wishes, like};
