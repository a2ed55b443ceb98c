//! The deployments of an ECS service as the newer API tells them: history, revisions with image digests, rollbacks.
//! `model` our type, `fetch` the reading, `page` one of them and two compared. Read only when something wants it; nothing
//! here draws.

mod fetch;
mod model;
mod page;
mod settings;

use futures_util::future::BoxFuture;
pub use model::{DeploymentProgress, LifecycleHook, RevisionShare, RunningImage, ServiceDeployment, WatchedAlarms};
pub use settings::{AlarmSetting, DeploymentSettings, HookSetting, TrafficStep};

pub(in crate::kinds) use fetch::{described, newest, settings};

use super::{FetchContext, Kind, KindContext, PollClass};
use crate::display::Section;
use crate::world::read_request::ReadRequest;
use crate::world::{Fault, Reading, ResourceId, Scope, World};

/// The kind. A part is the ARN of a service.
pub struct ServiceDeployments;

impl Kind for ServiceDeployments {
    type Item = ServiceDeployment;

    const PACE: PollClass = PollClass::OnDemand;
    const COMPARABLE: bool = true;
    const PERMISSIONS: &'static [&'static str] =
        &["ecs:ListServiceDeployments", "ecs:DescribeServiceDeployments", "ecs:DescribeServiceRevisions"];

    fn read(ask: FetchContext<'_>) -> BoxFuture<'_, Result<Reading<ServiceDeployment>, Fault>> {
        Box::pin(fetch::read(ask))
    }

    fn name(item: &ServiceDeployment) -> &str {
        item.arn.last()
    }

    fn owner(item: &ServiceDeployment, world: &World, scope: &Scope) -> Option<ResourceId> {
        page::owner(item, world, scope)
    }

    fn page_reads(item: &ServiceDeployment, world: &World, scope: &Scope) -> Vec<ReadRequest> {
        page::reads(item, world, scope)
    }

    fn detail(item: &ServiceDeployment, cx: &KindContext<'_>) -> Vec<Section> {
        page::detail(item, cx)
    }

    fn compared(item: &ServiceDeployment, other: &ServiceDeployment, cx: &KindContext<'_>) -> Vec<Section> {
        page::compared(item, other, cx)
    }
}
