//! An SNS topic with who is told by it. Everything the program knows of this kind:
//! `model` our type, `fetch` the reading. What it means is judged in `diagnosis::upkeep`, once for an environment.

mod fetch;
mod model;

use futures_util::future::BoxFuture;
pub use model::{Subscription, Topic};

use super::resource_tags::TaggedResource;
use super::{FetchContext, Kind, PollClass};
use crate::world::{Fault, KindName, Reading, Resource};

/// The kind.
pub struct Topics;

impl Kind for Topics {
    type Item = Topic;

    const PACE: PollClass = PollClass::Topology;
    const PLACES: bool = false;
    // It places nothing: it waits until the names and tags that do are read.
    const NEEDS: &'static [KindName] = &[TaggedResource::KIND];
    const PERMISSIONS: &'static [&'static str] = &["sns:ListTopics", "sns:ListSubscriptions"];

    fn read(ask: FetchContext<'_>) -> BoxFuture<'_, Result<Reading<Topic>, Fault>> {
        Box::pin(fetch::read(ask))
    }

    fn name(item: &Topic) -> &str {
        &item.name
    }
}

#[cfg(test)]
mod tests;
