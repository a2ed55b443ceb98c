//! What can be done with a DB cluster: start and stop, with all its members, and fail over, or why not. Pure.
//! It is up only when its writer is, so the members are watched too.

use super::machine::Power;
use super::restart;
use crate::change::procedure::Proposal;
use crate::kinds::db_cluster::DbClusters;
use crate::kinds::db_cluster::model::DbCluster;
use crate::kinds::db_cluster::power_state::member_state;
use crate::kinds::db_cluster::power_state::watch;
use crate::operations::ResourceActions;
use crate::operations::{Action, ActionContext, Choice};
use crate::world::Resource;

impl ResourceActions for DbClusters {
    fn actions(item: &DbCluster, context: &ActionContext<'_>) -> Vec<Action> {
        actions(item, context)
    }

    fn choices(item: &DbCluster, verb: &str, _chosen: Option<&str>, context: &ActionContext<'_>) -> Vec<Choice> {
        if verb == restart::FAILOVER { restart::choices(item, context) } else { Vec::new() }
    }

    fn propose(
        item: &DbCluster,
        verb: &str,
        value: Option<&str>,
        context: &ActionContext<'_>,
    ) -> Result<Proposal, String> {
        match verb {
            restart::FAILOVER => restart::propose_cluster(item, value, context),
            _ => propose(item, verb, context),
        }
    }
}

/// What can be done with it.
pub(crate) fn actions(item: &DbCluster, context: &ActionContext<'_>) -> Vec<Action> {
    power(item, context).actions(context).into_iter().chain([restart::of_cluster(item)]).collect()
}

/// Makes an offer a proposal.
///
/// # Errors
/// Why it cannot be done.
pub(crate) fn propose(item: &DbCluster, verb: &str, context: &ActionContext<'_>) -> Result<Proposal, String> {
    power(item, context).propose(verb, context)
}

fn notices(item: &DbCluster, context: &ActionContext<'_>) -> Vec<String> {
    let mut notices = crate::operations::power::before_stop(context, item.key(), DbCluster::KIND);
    if let Some(seconds) = item.auto_pause_seconds {
        notices.push(format!(
            "it pauses itself after {} without a connection: stopped it costs as little, but no connection wakes it",
            crate::text::span(i64::from(seconds))
        ));
    }
    notices
}

/// The machine that starts and stops.
pub(crate) fn power(item: &DbCluster, context: &ActionContext<'_>) -> Power {
    Power {
        id: item.id(context.cx.scope),
        called: format!("DB cluster {}", item.id),
        seen: member_state(item, context.cx.world, context.cx.scope),
        calls: ["rds:StopDBCluster", "rds:StartDBCluster"],
        notices: notices(item, context),
        reads: watch(context.cx.scope),
    }
}
