//! A task definition revision that a service uses. Everything the program knows of this kind; the list of what lives where:
//! `model` our type, `fetch` the reading. Nothing here draws.

mod fetch;
pub mod image_reference;
mod model;
mod name;

use futures_util::future::BoxFuture;
pub use model::{ContainerDefinition, TaskDefinition};
pub use name::{image_name, revision_name, revision_number};

use super::{FetchContext, Kind, PollClass};
use crate::world::{Fault, KindName, Reading, Resource};

/// The kind.
pub struct TaskDefinitions;

impl Kind for TaskDefinitions {
    type Item = TaskDefinition;

    const PACE: PollClass = PollClass::Topology;
    const PLACES: bool = false;
    const NEEDS: &'static [KindName] = &[super::ecs_service::Service::KIND];
    const PERMISSIONS: &'static [&'static str] = &["ecs:DescribeTaskDefinition", "ecs:ListTaskDefinitions"];

    fn read(ask: FetchContext<'_>) -> BoxFuture<'_, Result<Reading<TaskDefinition>, Fault>> {
        Box::pin(fetch::read(ask))
    }

    fn name(item: &TaskDefinition) -> &str {
        item.arn.last()
    }
}
