//! An ECS cluster. Everything the program knows of this kind; the list of what lives where:
//! `model` our type, `fetch` the reading, `subject` what inference may know. Nothing here draws.

mod fetch;
mod model;
mod subject;

pub(crate) use fetch::to_read;
use futures_util::future::BoxFuture;
pub use model::{Cluster, Exec, Logging};

use super::Subject;
use super::{Evidence, FetchContext, Kind, PollClass};
use crate::world::{Fault, Reading, Scope};

/// The kind.
pub struct Clusters;

impl Kind for Clusters {
    type Item = Cluster;

    const PACE: PollClass = PollClass::Topology;
    const EVIDENCE: Evidence = Evidence::Needed;
    const PERMISSIONS: &'static [&'static str] = &["ecs:ListClusters", "ecs:DescribeClusters"];

    fn read(ask: FetchContext<'_>) -> BoxFuture<'_, Result<Reading<Cluster>, Fault>> {
        Box::pin(fetch::read(ask))
    }

    fn name(item: &Cluster) -> &str {
        &item.name
    }

    fn subject(item: &Cluster, scope: &Scope) -> Option<Subject> {
        subject::subject(item, scope)
    }
}
