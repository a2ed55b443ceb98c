//! What can be done with a DB cluster: start and stop, with all its members, or why not. Pure.
//! It is up only when its writer is, so the members are watched too.

use super::model::DbCluster;
use crate::kinds::db_instance::{self, DbInstance};
use crate::kinds::power::Power;
use crate::kinds::{Offer, Site};
use crate::procedure::{Proposal, Want};
use crate::schedule::eligible::{ClusterFacts, Facts, Ineligible, why_not};
use crate::schedule::saga::{How, Seen};
use crate::schedule::status::of_db_cluster;
use crate::schedule::{Member, MemberKind};
use crate::world::{Resource, Scope, World};

/// How it stands as something that sleeps and wakes.
pub(super) fn sleeper(item: &DbCluster, world: &World, scope: &Scope) -> Seen {
    let facts = ClusterFacts {
        engine: item.engine.clone(),
        mode: item.mode.clone(),
        global: item.global.clone(),
        replica_of: item.replica_of.clone(),
        replicas: Vec::new(),
    };
    let writer = item.members.iter().find(|member| member.writer);
    let writer = writer.and_then(|writer| world.all::<DbInstance>(scope).find(|known| known.id == writer.id));
    let how = How::Machine(of_db_cluster(&item.status, writer.map(|writer| writer.status.as_str())));
    Seen {
        ineligible: Ineligible::by_tag(&item.tags).or_else(|| why_not(&Facts::Cluster(facts))),
        restart_at: item.auto_restart_at,
        ..Seen::new(Member::new(MemberKind::RdsCluster, &item.id), how)
    }
}

/// What has to be read to see that.
pub(super) fn watch(scope: &Scope) -> Vec<Want> {
    vec![Want::all(scope, DbCluster::KIND), Want::all(scope, DbInstance::KIND)]
}

/// What can be done with it.
pub(super) fn offers(item: &DbCluster, site: &Site<'_>) -> Vec<Offer> {
    power(item, site).offers(site)
}

/// Makes an offer a proposal.
///
/// # Errors
/// Why it cannot be done.
pub(super) fn propose(item: &DbCluster, verb: &str, site: &Site<'_>) -> Result<Proposal, String> {
    power(item, site).propose(verb, site)
}

/// The machine that starts and stops.
pub(in crate::kinds) fn power(item: &DbCluster, site: &Site<'_>) -> Power {
    Power {
        id: item.id(site.cx.scope),
        called: format!("DB cluster {}", item.id),
        seen: sleeper(item, site.cx.world, site.cx.scope),
        calls: ["rds:StopDBCluster", "rds:StartDBCluster"],
        notices: db_instance::before_stop(site, item.key(), DbCluster::KIND),
        reads: watch(site.cx.scope),
    }
}
