//! What Application Auto Scaling keeps an ECS service between. Everything the program knows of this kind: `model` our
//! type, `fetch` the reading. Read only when a procedure wants it: it matters for sleep and wake. Nothing here draws.

mod fetch;
mod model;

use futures_util::future::BoxFuture;
pub use model::ScalableTarget;

use super::{FetchContext, Kind, PollClass};
use crate::world::{Fault, Reading};

/// The kind.
pub struct ScalableTargets;

impl Kind for ScalableTargets {
    type Item = ScalableTarget;

    const PACE: PollClass = PollClass::OnDemand;
    const PERMISSIONS: &'static [&'static str] = &["application-autoscaling:DescribeScalableTargets"];

    fn read(ask: FetchContext<'_>) -> BoxFuture<'_, Result<Reading<ScalableTarget>, Fault>> {
        Box::pin(fetch::read(ask))
    }
}
