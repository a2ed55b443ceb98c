//! Who deploys to a target group's instances, and what is remembered for the next one: tags that toban keeps on the
//! target group, so that every console sees them. `model` our type, `fetch` the reading; nothing here draws.

mod fetch;
mod model;

use futures_util::future::BoxFuture;
pub use model::{DeployLock, Drained, LOCK, Lock, OUT, PREVIOUS, user};

use super::{Ask, Kind, Pace};
use crate::world::{Fault, Harvest};

/// The kind.
pub struct DeployLocks;

impl Kind for DeployLocks {
    type Item = DeployLock;

    const PACE: Pace = Pace::Asked;
    const PERMISSIONS: &'static [&'static str] = &["elasticloadbalancing:DescribeTags"];

    fn read(ask: Ask<'_>) -> BoxFuture<'_, Result<Harvest<DeployLock>, Fault>> {
        Box::pin(fetch::read(ask))
    }
}
