//! How a DB cluster stands as something that is started and stopped, and what to read to see it anew. Pure.
//! The plans stand in `operations/power`.

use crate::kinds::db_cluster::model::DbCluster;
use crate::kinds::db_instance::DbInstance;
use crate::schedule::Member;
use crate::schedule::MemberKind;
use crate::schedule::observed::power_state::of_db_cluster;
use crate::schedule::stoppable::ClusterFacts;
use crate::schedule::stoppable::Facts;
use crate::schedule::stoppable::Ineligible;
use crate::schedule::stoppable::why_not;
use crate::schedule::transition::stage_plan::How;
use crate::schedule::transition::stage_plan::Seen;
use crate::world::Resource;
use crate::world::Scope;
use crate::world::World;
use crate::world::read_request::Want;

/// How it stands as something that sleeps and wakes.
pub(crate) fn sleeper(item: &DbCluster, world: &World, scope: &Scope) -> Seen {
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
pub(crate) fn watch(scope: &Scope) -> Vec<Want> {
    vec![Want::all(scope, DbCluster::KIND), Want::all(scope, DbInstance::KIND)]
}
