//! What a Lambda function has published: aliases with where they send, versions, and who may call it by which name.
//! `model` our type, `fetch` the reading. Read only when something is to be done with it; nothing here draws.

mod fetch;
mod model;

use futures_util::future::BoxFuture;
pub use model::{Alias, FunctionVersions, Version};

#[cfg(test)]
mod tests;

use super::{FetchContext, Kind, PollClass};
use crate::world::{Fault, Reading};

/// The kind.
pub struct Releases;

impl Kind for Releases {
    type Item = FunctionVersions;

    const PACE: PollClass = PollClass::OnDemand;
    const PERMISSIONS: &'static [&'static str] =
        &["lambda:ListAliases", "lambda:ListVersionsByFunction", "lambda:GetPolicy"];

    fn read(ask: FetchContext<'_>) -> BoxFuture<'_, Result<Reading<FunctionVersions>, Fault>> {
        Box::pin(fetch::read(ask))
    }
}
