//! The deployments of an ECS service as the newer API tells them: history, revisions with image digests, rollbacks.
//! `model` our type, `fetch` the reading. Read only when something wants it; nothing here draws.

mod fetch;
mod model;
mod settings;

use futures_util::future::BoxFuture;
pub use model::{DeploymentProgress, LifecycleHook, RevisionShare, RunningImage, ServiceDeployment, WatchedAlarms};
pub use settings::{AlarmSetting, DeploymentSettings, HookSetting, TrafficStep};

pub(in crate::kinds) use fetch::{all_of, described, newest, settings};

use super::{FetchContext, Kind, PollClass};
use crate::world::{Fault, Reading};

/// The kind. A part is the ARN of a service.
pub struct ServiceDeployments;

impl Kind for ServiceDeployments {
    type Item = ServiceDeployment;

    const PACE: PollClass = PollClass::OnDemand;
    const PERMISSIONS: &'static [&'static str] =
        &["ecs:ListServiceDeployments", "ecs:DescribeServiceDeployments", "ecs:DescribeServiceRevisions"];

    fn read(ask: FetchContext<'_>) -> BoxFuture<'_, Result<Reading<ServiceDeployment>, Fault>> {
        Box::pin(fetch::read(ask))
    }

    fn name(item: &ServiceDeployment) -> &str {
        item.arn.last()
    }
}
