//! Rules of EventBridge that fire by the clock. Everything the program knows of this kind: `model` our type, `fetch`
//! the reading, `change` switching one off and on. What a rule does and to whom is read in `schedule::foreign` and
//! `environment::others`; nothing here makes, edits or deletes one.

pub mod change;
mod fetch;
mod model;

use futures_util::future::BoxFuture;
pub use model::Rule;

use super::resource_tags::TaggedResource;
use super::{FetchContext, Kind, PollClass};
use crate::world::{Fault, KindName, Reading, Resource};

/// The kind.
pub struct Rules;

impl Kind for Rules {
    type Item = Rule;

    const PACE: PollClass = PollClass::Topology;
    // A rule places nothing: it waits until the names and tags that do are read, a call for each rule as it takes.
    const NEEDS: &'static [KindName] = &[TaggedResource::KIND];
    const PERMISSIONS: &'static [&'static str] = &["events:ListRules", "events:ListTargetsByRule"];
    const CHANGES: &'static [&'static str] =
        &["events:DisableRule", "events:EnableRule", "events:TagResource", "events:UntagResource"];

    fn read(ask: FetchContext<'_>) -> BoxFuture<'_, Result<Reading<Rule>, Fault>> {
        Box::pin(fetch::read(ask))
    }

    fn name(item: &Rule) -> &str {
        &item.name
    }
}

#[cfg(test)]
mod tests;
