//! How a command that Systems Manager ran on one node is getting on. Everything the program knows of this kind:
//! `model` our type, `fetch` the reading. Read only while a procedure waits for it; nothing here draws.

mod fetch;
mod model;

pub(crate) use fetch::sent_with;
use futures_util::future::BoxFuture;
pub use model::{Invocation, part};

#[cfg(test)]
mod tests;

use super::{FetchContext, Kind, PollClass};
use crate::world::{Fault, Reading};

/// The kind.
pub struct Invocations;

impl Kind for Invocations {
    type Item = Invocation;

    const PACE: PollClass = PollClass::OnDemand;
    const PERMISSIONS: &'static [&'static str] = &["ssm:GetCommandInvocation", "ssm:ListCommands"];

    fn read(ask: FetchContext<'_>) -> BoxFuture<'_, Result<Reading<Invocation>, Fault>> {
        Box::pin(fetch::read(ask))
    }
}
