//! What a preview knows of the databases among who sleeps: their backup and maintenance windows, and what maintenance
//! waits for them, which is asked only where one is asleep in its window. Pure.

use jiff::Timestamp;

use super::OffHours;
use super::scheduled_members::ScheduledMember;
use crate::kinds::db_cluster::DbCluster;
use crate::kinds::db_instance::DbInstance;
use crate::kinds::db_maintenance::PendingMaintenance;
use crate::schedule::preview::{Database, Pending, sleeps_through};
use crate::world::read_request::ReadRequest;
use crate::world::{Resource, ResourceId, World};

impl OffHours {
    /// What a preview wants to know of the databases among them.
    #[must_use]
    pub fn databases(&self, world: &World) -> Vec<Database> {
        self.scheduled_members.iter().filter_map(|it| database(it, world)).collect()
    }

    /// What tells how much maintenance waits for them: one listing a region, and none where all of them are up in
    /// their windows.
    #[must_use]
    pub fn maintenance(&self, world: &World, now: Timestamp) -> Vec<ReadRequest> {
        let misses = |it: &&ScheduledMember| {
            let window = database(it, world).and_then(|database| database.maintenance);
            window.is_some_and(|window| sleeps_through(self.intent(), now, &window))
        };
        let mut wants: Vec<ReadRequest> = Vec::new();
        for id in self.scheduled_members.iter().filter(misses).filter_map(|it| it.id.as_ref()) {
            if !wants.iter().any(|want| want.scope == id.scope) {
                wants.push(ReadRequest::all(&id.scope, PendingMaintenance::KIND));
            }
        }
        wants
    }
}

fn database(it: &ScheduledMember, world: &World) -> Option<Database> {
    let id = it.id.as_ref()?;
    let (backup_days, backup, maintenance) = match (world.get::<DbInstance>(id), world.get::<DbCluster>(id)) {
        (Some(db), _) => (db.backup_days, db.backup_window.clone(), db.maintenance_window.clone()),
        (None, Some(db)) => (db.backup_days, db.backup_window.clone(), db.maintenance_window.clone()),
        (None, None) => return None,
    };
    Some(Database {
        name: it.member.label(),
        backup_days,
        backup: backup.and_then(|text| text.parse().ok()),
        maintenance: maintenance.and_then(|text| text.parse().ok()),
        pending: pending(id, world),
        restarts_at: it.restarts_at,
    })
}

/// What waits for it; for a cluster, with what waits for its members.
fn pending(id: &ResourceId, world: &World) -> Pending {
    let Some(store) = world.store(&id.scope, PendingMaintenance::KIND) else { return Pending::Unknown };
    if let Some(fault) = store.faults().next() {
        return Pending::Unread(fault.brief());
    }
    if store.oldest().is_none() {
        return Pending::Unknown;
    }
    let members = world.get::<DbCluster>(id).map(|cluster| cluster.members.as_slice()).unwrap_or_default();
    let belongs = |db: &&DbInstance| members.iter().any(|member| member.id == db.id);
    let arns = world.all::<DbInstance>(&id.scope).filter(belongs).map(Resource::key);
    let of = |arn: &str| world.by_key::<PendingMaintenance>(&id.scope, arn).map_or(0, |waiting| waiting.actions);
    Pending::Actions(std::iter::once(&*id.key).chain(arns).map(of).fold(0, u32::saturating_add))
}

#[cfg(test)]
mod tests;
