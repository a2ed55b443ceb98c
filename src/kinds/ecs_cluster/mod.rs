//! An ECS cluster. Everything the program knows of this kind; the list of what lives where:
//! `model` our type, `fetch` the reading, `subject` what inference may know. Nothing here draws.

mod fetch;
mod model;
mod subject;

pub(crate) use fetch::to_read;
pub use model::{Cluster, Exec, Logging};

use super::{Ask, Boxed, Kind, Pace};
use crate::environment::Subject;
use crate::world::{Fault, Harvest, Scope};

/// The kind.
pub struct Clusters;

impl Kind for Clusters {
    type Item = Cluster;

    const PACE: Pace = Pace::Topology;
    const PERMISSIONS: &'static [&'static str] = &["ecs:ListClusters", "ecs:DescribeClusters"];

    fn read(ask: Ask<'_>) -> Boxed<'_, Result<Harvest<Cluster>, Fault>> {
        Box::pin(fetch::read(ask))
    }

    fn name(item: &Cluster) -> &str {
        &item.name
    }

    fn subject(item: &Cluster, scope: &Scope) -> Option<Subject> {
        subject::subject(item, scope)
    }
}
