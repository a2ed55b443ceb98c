//! How a DB instance stands as something that is started and stopped. Pure.
//! The plans stand in `operations/power`.

use crate::kinds::db_blue_green::pair_of;
use crate::kinds::db_instance::model::DbInstance;
use crate::schedule::Member;
use crate::schedule::MemberKind;
use crate::schedule::observed::power_state::of_db_instance;
use crate::schedule::stoppable::Facts;
use crate::schedule::stoppable::Ineligible;
use crate::schedule::stoppable::InstanceFacts;
use crate::schedule::stoppable::ineligibility;
use crate::schedule::transition::sleep_wake_order::How;
use crate::schedule::transition::sleep_wake_order::MemberState;
use crate::world::{Scope, World};

/// How it stands as something that sleeps and wakes.
pub(crate) fn member_state(item: &DbInstance, world: &World, scope: &Scope) -> MemberState {
    let facts = InstanceFacts {
        engine: item.engine.clone(),
        multi_az: item.multi_az,
        cluster: item.cluster.clone(),
        replicas: item.replicas.clone(),
        replica_of: item.replica_of.clone(),
        replica_clusters: item.replica_clusters.clone(),
    };
    let how = How::Machine(of_db_instance(&item.status));
    MemberState {
        ineligible: Ineligible::by_tag(&item.tags).or_else(|| ineligibility(&Facts::Instance(facts))).or_else(|| {
            pair_of(item.arn.as_str(), world, scope).map(|(pair, role)| Ineligible::BlueGreen(pair.sentence(role)))
        }),
        restart_at: item.auto_restart_at,
        ..MemberState::new(Member::new(MemberKind::RdsInstance, &item.id), how)
    }
}
