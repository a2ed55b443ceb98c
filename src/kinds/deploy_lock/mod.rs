//! Who deploys to a target group's instances, and what is remembered for the next one: tags that toban keeps on the
//! target group, so that every console sees them. `model` our type, `fetch` the reading; nothing here draws.

mod fetch;
mod model;

use futures_util::future::BoxFuture;
pub use model::{DeployLock, Drained, LOCK, Lock, OUT, PREVIOUS, user};

use super::{FetchContext, Kind, PollClass};
use crate::world::{Fault, Reading};

/// The kind.
pub struct DeployLocks;

impl Kind for DeployLocks {
    type Item = DeployLock;

    const PACE: PollClass = PollClass::OnDemand;
    const PERMISSIONS: &'static [&'static str] = &["elasticloadbalancing:DescribeTags"];

    fn read(ask: FetchContext<'_>) -> BoxFuture<'_, Result<Reading<DeployLock>, Fault>> {
        Box::pin(fetch::read(ask))
    }
}
