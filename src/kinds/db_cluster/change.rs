//! Starts and stops a DB cluster: rds:StopDBCluster, rds:StartDBCluster. The calls are those of `db_instance/change.rs`,
//! which knows both; `failover` makes a reader the writer. They need the gate's pass.

pub(crate) mod failover;

use super::model::DbCluster;
use crate::change::gate::Change;
use crate::kinds::db_instance::change::{DatabaseKind, turn};
use crate::schedule::transition::sleep_wake_order::StageAction;
use crate::world::{EnvironmentName, Resource, Scope};

/// The change that does `act` to `item`, if it is one.
pub(super) fn of(
    item: &DbCluster,
    act: StageAction,
    environment: &EnvironmentName,
    scope: &Scope,
) -> Option<Box<dyn Change>> {
    turn(DatabaseKind::Cluster, &item.id, item.id(scope), act, environment)
}

#[cfg(test)]
mod tests;
