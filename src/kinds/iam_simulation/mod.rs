//! What IAM's policy simulator says: may somebody do this on that. Read only when something wants to know it before it
//! is tried, never by the clock; nothing here is ever a fault of an account, for asking may itself be forbidden.
//! `model` the question and its answer, `rights` what a session asks and how it is told, `fetch` the reading.

mod fetch;
mod model;
pub(crate) mod permissions;

use futures_util::future::BoxFuture;
pub use model::{Decision, Question, Simulation, Source, Verdict};

use super::{FetchContext, Kind, PollClass};
use crate::world::{Fault, Reading};

/// The kind.
pub struct Simulations;

impl Kind for Simulations {
    type Item = Simulation;

    const PACE: PollClass = PollClass::OnDemand;
    const PERMISSIONS: &'static [&'static str] = &["iam:GetRole", "iam:SimulatePrincipalPolicy"];

    fn read(ask: FetchContext<'_>) -> BoxFuture<'_, Result<Reading<Simulation>, Fault>> {
        Box::pin(fetch::read(ask))
    }
}

#[cfg(test)]
mod tests;
