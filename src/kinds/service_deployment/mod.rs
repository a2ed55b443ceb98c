//! The deployments of an ECS service as the newer API tells them: history, revisions with image digests, rollbacks.
//! `model` our type, `fetch` the reading. Read only when something wants it; nothing here draws.

mod fetch;
mod model;

use futures_util::future::BoxFuture;
pub use model::{RunningImage, ServiceDeployment};

use super::{Ask, Kind, Pace};
use crate::world::{Fault, Harvest};

/// The kind. A part is the ARN of a service.
pub struct ServiceDeployments;

impl Kind for ServiceDeployments {
    type Item = ServiceDeployment;

    const PACE: Pace = Pace::Asked;
    const PERMISSIONS: &'static [&'static str] =
        &["ecs:ListServiceDeployments", "ecs:DescribeServiceDeployments", "ecs:DescribeServiceRevisions"];

    fn read(ask: Ask<'_>) -> BoxFuture<'_, Result<Harvest<ServiceDeployment>, Fault>> {
        Box::pin(fetch::read(ask))
    }

    fn name(item: &ServiceDeployment) -> &str {
        item.arn.last()
    }
}
