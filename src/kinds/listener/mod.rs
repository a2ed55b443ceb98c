//! The listeners of a load balancer with their rules. Everything the program knows of this kind; the list of what lives where:
//! `model` our type, `fetch` the reading. Nothing here draws.

mod fetch;
mod model;
mod wording;

pub(in crate::kinds) use fetch::weights_of;
use futures_util::future::BoxFuture;
pub use model::{Listener, ListenerSet, Rule, RuleWeights, WeightedGroup};
pub use wording::{address, conditions};

use super::{FetchContext, Kind, PollClass};
use crate::world::{Fault, KindName, Reading, Resource};

/// The kind.
pub struct Listeners;

impl Kind for Listeners {
    type Item = ListenerSet;

    const PACE: PollClass = PollClass::Topology;
    const PLACES: bool = false;
    const NEEDS: &'static [KindName] = &[super::load_balancer::LoadBalancer::KIND];
    const AFTER: &'static [KindName] = &[super::target_health::TargetHealth::KIND];
    const SLOW_PARTS_OF: Option<KindName> = Some(super::load_balancer::LoadBalancer::KIND);
    const PERMISSIONS: &'static [&'static str] =
        &["elasticloadbalancing:DescribeListeners", "elasticloadbalancing:DescribeRules"];

    fn read(ask: FetchContext<'_>) -> BoxFuture<'_, Result<Reading<ListenerSet>, Fault>> {
        Box::pin(fetch::read(ask))
    }

    fn name(item: &ListenerSet) -> &str {
        item.load_balancer.last()
    }
}
