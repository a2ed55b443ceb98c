//! What a Lambda function has published: aliases with where they send, versions, and who may call it by which name.
//! `model` our type, `fetch` the reading. Read only when something is to be done with it; nothing here draws.

mod fetch;
mod model;

use futures_util::future::BoxFuture;
pub use model::{Alias, Release, Version};

#[cfg(test)]
mod tests;

use super::{Ask, Kind, Pace};
use crate::world::{Fault, Harvest};

/// The kind.
pub struct Releases;

impl Kind for Releases {
    type Item = Release;

    const PACE: Pace = Pace::Asked;
    const PERMISSIONS: &'static [&'static str] =
        &["lambda:ListAliases", "lambda:ListVersionsByFunction", "lambda:GetPolicy"];

    fn read(ask: Ask<'_>) -> BoxFuture<'_, Result<Harvest<Release>, Fault>> {
        Box::pin(fetch::read(ask))
    }
}
