//! How a command that Systems Manager ran on one node is getting on. Everything the program knows of this kind:
//! `model` our type, `fetch` the reading. Read only while a procedure waits for it; nothing here draws.

mod fetch;
mod model;

use futures_util::future::BoxFuture;
pub use model::{Invocation, part};

#[cfg(test)]
mod tests;

use super::{Ask, Kind, Pace};
use crate::world::{Fault, Harvest};

/// The kind.
pub struct Invocations;

impl Kind for Invocations {
    type Item = Invocation;

    const PACE: Pace = Pace::Asked;
    const PERMISSIONS: &'static [&'static str] = &["ssm:GetCommandInvocation"];

    fn read(ask: Ask<'_>) -> BoxFuture<'_, Result<Harvest<Invocation>, Fault>> {
        Box::pin(fetch::read(ask))
    }
}
