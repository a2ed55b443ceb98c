//! How a DB cluster stands as something that is started and stopped, and what to read to see it anew. Pure.
//! The plans stand in `operations/power`.

use crate::kinds::db_blue_green::pair_of;
use crate::kinds::db_cluster::model::DbCluster;
use crate::kinds::db_instance::DbInstance;
use crate::schedule::Member;
use crate::schedule::MemberKind;
use crate::schedule::observed::power_state::of_db_cluster;
use crate::schedule::stoppable::ClusterFacts;
use crate::schedule::stoppable::Facts;
use crate::schedule::stoppable::Ineligible;
use crate::schedule::stoppable::ineligibility;
use crate::schedule::transition::sleep_wake_order::How;
use crate::schedule::transition::sleep_wake_order::MemberState;
use crate::world::Resource;
use crate::world::Scope;
use crate::world::World;
use crate::world::read_request::ReadRequest;

/// How it stands as something that sleeps and wakes.
pub(crate) fn member_state(item: &DbCluster, world: &World, scope: &Scope) -> MemberState {
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
    MemberState {
        ineligible: Ineligible::by_tag(&item.tags).or_else(|| ineligibility(&Facts::Cluster(facts))).or_else(|| {
            pair_of(item.arn.as_str(), world, scope).map(|(pair, role)| Ineligible::BlueGreen(pair.sentence(role)))
        }),
        restart_at: item.auto_restart_at,
        ..MemberState::new(Member::new(MemberKind::RdsCluster, &item.id), how)
    }
}

/// What has to be read to see that.
pub(crate) fn watch(scope: &Scope) -> Vec<ReadRequest> {
    vec![ReadRequest::all(scope, DbCluster::KIND), ReadRequest::all(scope, DbInstance::KIND)]
}
