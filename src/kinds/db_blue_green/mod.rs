//! A blue/green deployment of RDS: a database and the copy that will take its place. Everything the program knows of this
//! kind: `model` our type and what follows from it, `fetch` the reading. It stands in the lines and on the pages of the
//! two databases. Nothing here draws.

mod fetch;
mod model;

use futures_util::future::BoxFuture;
pub use model::{BlueGreen, Role, pair_of};

use super::resource_tags::TaggedResource;
use super::{FetchContext, Kind, PollClass};
use crate::world::{Fault, KindName, Reading, Resource};

/// The kind.
pub struct BlueGreens;

impl Kind for BlueGreens {
    type Item = BlueGreen;

    const PACE: PollClass = PollClass::Topology;
    // It places nothing: it waits until the names and tags that do are read.
    const NEEDS: &'static [KindName] = &[TaggedResource::KIND];
    const PERMISSIONS: &'static [&'static str] = &["rds:DescribeBlueGreenDeployments"];

    fn read(ask: FetchContext<'_>) -> BoxFuture<'_, Result<Reading<BlueGreen>, Fault>> {
        Box::pin(fetch::read(ask))
    }

    fn name(item: &BlueGreen) -> &str {
        &item.name
    }
}

#[cfg(test)]
mod tests;
