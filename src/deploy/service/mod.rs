//! Deployments of a service, purely: how an image is named, what a reader should know before one, what AWS's
//! answers mean for the one that is ours, and the procedures that carry one out and watch it to its true end.
//! No call, no clock, no SDK type; the calls are the kind's `change.rs`.

pub mod image;
pub mod notices;
mod rollout;
mod scale;
mod telling;
mod verdict;
mod watch;

pub use rollout::{Hands, Rollout};
pub use scale::Scaling;
pub use verdict::{Ours, Seen, Verdict, judge, record_of};
pub use watch::Watch;

#[cfg(test)]
mod tests;
