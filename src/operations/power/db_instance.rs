//! What can be done with a DB instance: start, stop, reboot, fail over, or why not. A member of a cluster leads to its
//! cluster. Pure.

use super::machine::Power;
use super::restart;
use crate::change::procedure::Proposal;
use crate::kinds::db_cluster;
use crate::kinds::db_instance::DbInstances;
use crate::kinds::db_instance::model::DbInstance;
use crate::kinds::db_instance::power_state::member_state;
use crate::operations::ResourceActions;
use crate::operations::{Action, ActionContext, Choice};
use crate::world::read_request::ReadRequest;
use crate::world::{KindName, Resource};

impl ResourceActions for DbInstances {
    fn actions(item: &DbInstance, context: &ActionContext<'_>) -> Vec<Action> {
        actions(item, context)
    }

    fn choices(item: &DbInstance, verb: &str, _chosen: Option<&str>, context: &ActionContext<'_>) -> Vec<Choice> {
        let cluster = cluster(item, context).filter(|_| verb == restart::FAILOVER);
        cluster.map(|cluster| restart::choices(cluster, context)).unwrap_or_default()
    }

    fn propose(
        item: &DbInstance,
        verb: &str,
        value: Option<&str>,
        context: &ActionContext<'_>,
    ) -> Result<Proposal, String> {
        propose(item, (verb, value), context)
    }
}

/// What can be done with it.
pub(crate) fn actions(item: &DbInstance, context: &ActionContext<'_>) -> Vec<Action> {
    let restart = restart::of_instance(item, cluster(item, context));
    power(item, context).actions(context).into_iter().chain(restart).collect()
}

/// Makes an offer a proposal.
///
/// # Errors
/// Why it cannot be done.
pub(crate) fn propose(
    item: &DbInstance,
    (verb, value): (&str, Option<&str>),
    context: &ActionContext<'_>,
) -> Result<Proposal, String> {
    match (verb, cluster(item, context)) {
        (restart::REBOOT, _) => restart::propose_instance(item, false, context),
        (restart::FAILOVER, Some(cluster)) => restart::propose_cluster(cluster, value, context),
        (restart::FAILOVER, None) => restart::propose_instance(item, true, context),
        _ => power(item, context).propose(verb, context),
    }
}

/// The cluster it is a member of, if that was read.
fn cluster<'a>(item: &DbInstance, context: &ActionContext<'a>) -> Option<&'a db_cluster::DbCluster> {
    let name = item.cluster.as_ref()?;
    context.cx.world.all::<db_cluster::DbCluster>(context.cx.scope).find(|cluster| &cluster.id == name)
}

/// The machine that starts and stops: its cluster, if it is a member of one that was read.
fn power(item: &DbInstance, context: &ActionContext<'_>) -> Power {
    if let Some(cluster) = cluster(item, context) {
        return crate::operations::power::power(cluster, context);
    }
    Power {
        id: item.id(context.cx.scope),
        called: format!("DB instance {}", item.id),
        seen: member_state(item, context.cx.world, context.cx.scope),
        calls: ["rds:StopDBInstance", "rds:StartDBInstance"],
        notices: notices(item, context),
        reads: vec![ReadRequest::all(context.cx.scope, DbInstance::KIND)],
    }
}

fn notices(item: &DbInstance, context: &ActionContext<'_>) -> Vec<String> {
    let mut notices = before_stop(context, item.key(), DbInstance::KIND);
    if item.multi_az {
        notices.push("it is multi-AZ: stopping may take long, and its zones may be swapped when it is back".to_owned());
    }
    if !item.pending.is_empty() {
        notices.push(format!("a stop drops what is pending: {}", item.pending.join(", ")));
    }
    notices
}

/// What goes for every database: who uses it, and AWS's clock.
pub(crate) fn before_stop(context: &ActionContext<'_>, key: &str, kind: KindName) -> Vec<String> {
    let mut notices = Vec::new();
    let environment = context.environment;
    let mine = environment.members.iter().any(|member| &*member.id.key == key && member.id.kind == kind);
    let running = environment.counts.tasks_running;
    if mine && running > 0 {
        let tasks = crate::text::counted(running as usize, "task");
        notices.push(format!("{tasks} of {} still run and lose their database", environment.name));
    }
    notices.push("AWS starts it again after 7 days; storage and backups are billed on".to_owned());
    notices
}

#[cfg(test)]
mod tests;
