//! How an account wants its sessions: encryption, logs, time limits, by Session Manager's preferences, and whether a log
//! group they name is encrypted. Read only when a session is looked at beforehand, never by the clock; what cannot be
//! read is an answer, not a fault. `model` our types, `terms` what they mean for a session, `fetch` the reading.

mod fetch;
mod model;
pub(crate) mod requirements;

use futures_util::future::BoxFuture;
pub use model::{Group, PREFERENCES, Preferences, SessionSettings, Settings, group_part};

use super::{Ask, Kind, Pace};
use crate::world::{Fault, Harvest};

/// The kind.
pub struct AllSessionSettings;

impl Kind for AllSessionSettings {
    type Item = SessionSettings;

    const PACE: Pace = Pace::Asked;
    const PERMISSIONS: &'static [&'static str] = &["ssm:GetDocument", "logs:DescribeLogGroups"];

    fn read(ask: Ask<'_>) -> BoxFuture<'_, Result<Harvest<SessionSettings>, Fault>> {
        Box::pin(fetch::read(ask))
    }
}

#[cfg(test)]
mod tests;
