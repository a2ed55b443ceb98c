//! What autoscaling did to the services of a scope, of the last six weeks as far as AWS keeps it. `model` our type,
//! `fetch` the reading. Read only when a timeline is open or something is to be explained. Nothing here draws.

mod fetch;
mod model;

use futures_util::future::BoxFuture;
pub use model::ScalingActivity;

use super::{FetchContext, Kind, PollClass};
use crate::world::{Fault, Reading};

/// The kind.
pub struct ScalingActivities;

impl Kind for ScalingActivities {
    type Item = ScalingActivity;

    const PACE: PollClass = PollClass::OnDemand;
    const PERMISSIONS: &'static [&'static str] = &["application-autoscaling:DescribeScalingActivities"];

    fn read(ask: FetchContext<'_>) -> BoxFuture<'_, Result<Reading<ScalingActivity>, Fault>> {
        Box::pin(fetch::read(ask))
    }
}
