//! A task definition revision that a service uses. Everything the program knows of this kind; the list of what lives where:
//! `model` our type, `fetch` the reading. Nothing here draws.

mod fetch;
pub mod image_reference;
mod model;
mod name;

use futures_util::future::BoxFuture;
pub use model::{ContainerDefinition, TaskDefinition};
pub use name::{image_name, revision_name, revision_number};

use super::{Ask, Kind, Pace};
use crate::world::{Fault, Harvest, KindName, Resource};

/// The kind.
pub struct TaskDefinitions;

impl Kind for TaskDefinitions {
    type Item = TaskDefinition;

    const PACE: Pace = Pace::Topology;
    const NEEDS: &'static [KindName] = &[super::ecs_service::Service::KIND];
    const PERMISSIONS: &'static [&'static str] = &["ecs:DescribeTaskDefinition", "ecs:ListTaskDefinitions"];

    fn read(ask: Ask<'_>) -> BoxFuture<'_, Result<Harvest<TaskDefinition>, Fault>> {
        Box::pin(fetch::read(ask))
    }

    fn name(item: &TaskDefinition) -> &str {
        item.arn.last()
    }
}
