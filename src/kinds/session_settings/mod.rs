//! How an account wants its sessions: encryption, logs, time limits, by Session Manager's preferences, and whether a log
//! group they name is encrypted. Read only when a session is looked at beforehand, never by the clock; what cannot be
//! read is an answer, not a fault. `model` our types, `requirements` what they mean for a session, `fetch` the reading.

mod fetch;
mod model;
pub(crate) mod requirements;

use futures_util::future::BoxFuture;
pub use model::{Group, PREFERENCES, Preferences, SessionSettings, Settings, group_part};

use super::{FetchContext, Kind, PollClass};
use crate::world::{Fault, Reading};

/// The kind.
pub struct AllSessionSettings;

impl Kind for AllSessionSettings {
    type Item = SessionSettings;

    const PACE: PollClass = PollClass::OnDemand;
    const PERMISSIONS: &'static [&'static str] = &["ssm:GetDocument", "logs:DescribeLogGroups"];

    fn read(ask: FetchContext<'_>) -> BoxFuture<'_, Result<Reading<SessionSettings>, Fault>> {
        Box::pin(fetch::read(ask))
    }
}

#[cfg(test)]
mod tests;
