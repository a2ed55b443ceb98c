//! What can be done with a DB cluster: start and stop, with all its members, or why not. Pure.
//! It is up only when its writer is, so the members are watched too.

use super::machine::Power;
use crate::change::procedure::Proposal;
use crate::kinds::db_cluster::DbClusters;
use crate::kinds::db_cluster::model::DbCluster;
use crate::kinds::db_cluster::power_state::sleeper;
use crate::kinds::db_cluster::power_state::watch;
use crate::operations::ResourceActions;
use crate::operations::{Action, ActionContext};
use crate::world::Resource;

impl ResourceActions for DbClusters {
    fn offers(item: &DbCluster, site: &ActionContext<'_>) -> Vec<Action> {
        offers(item, site)
    }

    fn propose(
        item: &DbCluster,
        verb: &str,
        _value: Option<&str>,
        site: &ActionContext<'_>,
    ) -> Result<Proposal, String> {
        propose(item, verb, site)
    }
}

/// What can be done with it.
pub(crate) fn offers(item: &DbCluster, site: &ActionContext<'_>) -> Vec<Action> {
    power(item, site).offers(site)
}

/// Makes an offer a proposal.
///
/// # Errors
/// Why it cannot be done.
pub(crate) fn propose(item: &DbCluster, verb: &str, site: &ActionContext<'_>) -> Result<Proposal, String> {
    power(item, site).propose(verb, site)
}

/// The machine that starts and stops.
pub(crate) fn power(item: &DbCluster, site: &ActionContext<'_>) -> Power {
    Power {
        id: item.id(site.cx.scope),
        called: format!("DB cluster {}", item.id),
        seen: sleeper(item, site.cx.world, site.cx.scope),
        calls: ["rds:StopDBCluster", "rds:StartDBCluster"],
        notices: crate::operations::power::before_stop(site, item.key(), DbCluster::KIND),
        reads: watch(site.cx.scope),
    }
}
