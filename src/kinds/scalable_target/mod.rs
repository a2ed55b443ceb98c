//! What Application Auto Scaling keeps an ECS service between. Everything the program knows of this kind: `model` our
//! type, `fetch` the reading. Read only when a procedure wants it: it matters for sleep and wake. Nothing here draws.

mod fetch;
mod model;

use futures_util::future::BoxFuture;
pub use model::ScalableTarget;

use super::{Ask, Kind, Pace};
use crate::world::{Fault, Harvest};

/// The kind.
pub struct ScalableTargets;

impl Kind for ScalableTargets {
    type Item = ScalableTarget;

    const PACE: Pace = Pace::Asked;
    const PERMISSIONS: &'static [&'static str] = &["application-autoscaling:DescribeScalableTargets"];

    fn read(ask: Ask<'_>) -> BoxFuture<'_, Result<Harvest<ScalableTarget>, Fault>> {
        Box::pin(fetch::read(ask))
    }
}
