//! A DB subnet group: the zones that RDS may put a database in. Everything the program knows of this kind:
//! `model` our type, `fetch` the reading. What it means is judged in `diagnosis::upkeep`, once for an environment.

mod fetch;
mod model;

use futures_util::future::BoxFuture;
pub use model::DbSubnetGroup;

use super::resource_tags::TaggedResource;
use super::{FetchContext, Kind, PollClass};
use crate::world::{Fault, KindName, Reading, Resource};

/// The kind.
pub struct SubnetGroups;

impl Kind for SubnetGroups {
    type Item = DbSubnetGroup;

    const PACE: PollClass = PollClass::Topology;
    const PLACES: bool = false;
    // It places nothing: it waits until the names and tags that do are read.
    const NEEDS: &'static [KindName] = &[TaggedResource::KIND];
    const PERMISSIONS: &'static [&'static str] = &["rds:DescribeDBSubnetGroups"];

    fn read(ask: FetchContext<'_>) -> BoxFuture<'_, Result<Reading<DbSubnetGroup>, Fault>> {
        Box::pin(fetch::read(ask))
    }

    fn name(item: &DbSubnetGroup) -> &str {
        &item.name
    }
}

#[cfg(test)]
mod tests;
