//! Deployments of a service, purely: how an image is named, what a reader should know before one, what AWS's
//! answers mean for the one that is ours, and the procedures that carry one out and watch it to its true end.
//! No call, no clock, no SDK type; the calls are the kind's `change.rs`.

pub mod actions;
mod answer;
mod bounds;
pub mod enable_exec;
mod image_choice;
mod of_deployment;
pub mod plan_notes;
mod progress;
mod rollback;
mod rollout;
mod scale;
mod tag_picker;
mod verdict;
mod watch;

pub use rollout::Rollout;
pub use scale::Scaling;
pub use verdict::{Ours, ServiceObservation, Verdict, judge, record_of};
pub use watch::Watch;

#[cfg(test)]
mod tests;

pub use tag_picker::{Slot, home, known, tag_choices, told, wants};
