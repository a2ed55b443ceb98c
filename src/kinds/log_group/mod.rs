//! A log group: how long it keeps its lines, and how many. Everything the program knows of this kind:
//! `model` our type, `fetch` the reading. What it means is judged in `diagnosis::upkeep`, once for an environment.

mod fetch;
mod model;

use futures_util::future::BoxFuture;
pub use model::LogGroup;

use super::resource_tags::TaggedResource;
use super::{FetchContext, Kind, PollClass};
use crate::world::{Fault, KindName, Reading, Resource};

/// The kind.
pub struct LogGroups;

impl Kind for LogGroups {
    type Item = LogGroup;

    const PACE: PollClass = PollClass::Topology;
    const PLACES: bool = false;
    // It places nothing: it waits until the names and tags that do are read.
    const NEEDS: &'static [KindName] = &[TaggedResource::KIND];
    const PERMISSIONS: &'static [&'static str] = &["logs:DescribeLogGroups"];

    fn read(ask: FetchContext<'_>) -> BoxFuture<'_, Result<Reading<LogGroup>, Fault>> {
        Box::pin(fetch::read(ask))
    }

    fn name(item: &LogGroup) -> &str {
        &item.name
    }
}

#[cfg(test)]
mod tests;
