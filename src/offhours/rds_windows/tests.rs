//! How much maintenance waits, database by database, and when that is asked at all.

use std::sync::Arc;

use jiff::tz::TimeZone;

use super::*;
use crate::cloud::Cloud;
use crate::demo::{Demo, configured_environments};
use crate::engine::headless;
use crate::engine::headless::{Snapshot, View};
use crate::overview::assemble;
use crate::world::{Coverage, Fault, FaultKind, Reading};

async fn snapshot() -> Snapshot {
    let cloud: Arc<dyn Cloud> = Arc::new(Demo::at(7, 0));
    let view = View { configured_environments: configured_environments(), zone: TimeZone::get("Asia/Tokyo").unwrap() };
    headless::picture(&cloud, &view, &mut |_, _| {}).await.unwrap()
}

fn off<'o>(snapshot: &'o Snapshot, name: &str) -> &'o OffHours {
    snapshot.picture.environment(&name.into()).unwrap().offhours.as_deref().unwrap()
}

fn pending(snapshot: &Snapshot, name: &str) -> Vec<Pending> {
    off(snapshot, name).databases(&snapshot.world).into_iter().map(|database| database.pending).collect()
}

/// Takes what a region's listing brings.
fn to_json(snapshot: &mut Snapshot, name: &str, got: Result<Vec<(&str, u32)>, Fault>) {
    let [want] = &off(snapshot, name).maintenance(&snapshot.world, snapshot.at)[..] else { panic!("one listing") };
    let (scope, kind) = (want.scope.clone(), want.kind);
    let waiting = |(arn, actions): (&str, u32)| PendingMaintenance { arn: arn.into(), actions };
    let got = got.map(|of| Reading::whole(of.into_iter().map(waiting).collect()).into());
    snapshot.world.put(&scope, kind, &Coverage::All, got, snapshot.at);
}

#[tokio::test]
async fn what_is_listed_is_counted_and_who_is_not_listed_has_none_waiting() {
    let mut snapshot = snapshot().await;
    assert_eq!(pending(&snapshot, "prooflink-dev"), [Pending::Unknown], "nobody asked yet");
    let arn = off(&snapshot, "prooflink-dev").scheduled_members[0].arn.clone();
    to_json(&mut snapshot, "prooflink-dev", Ok(vec![(&arn, 3), ("arn:of:another", 9)]));
    assert_eq!(pending(&snapshot, "prooflink-dev"), [Pending::Actions(3)]);
    to_json(&mut snapshot, "prooflink-dev", Ok(Vec::new()));
    assert_eq!(pending(&snapshot, "prooflink-dev"), [Pending::Actions(0)]);
    let denied = Fault::new(FaultKind::Denied, "rds:DescribePendingMaintenanceActions", "no");
    to_json(&mut snapshot, "prooflink-dev", Err(denied));
    let unread = Pending::Unread("rds:DescribePendingMaintenanceActions is not allowed".to_owned());
    assert_eq!(pending(&snapshot, "prooflink-dev"), [unread], "an old count is none");
}

#[tokio::test]
async fn a_cluster_has_what_waits_for_its_members_too() {
    let mut snapshot = snapshot().await;
    let it = off(&snapshot, "backend-dev").scheduled_members.iter().find(|it| it.arn.contains(":cluster:")).unwrap();
    let (id, cluster) = (it.id.clone().unwrap(), it.arn.clone());
    let members = snapshot.world.get::<DbCluster>(&id).unwrap().members.clone();
    let of = |db: &&DbInstance| db.id == members[1].id;
    let member = snapshot.world.all::<DbInstance>(&id.scope).find(of).unwrap().arn.to_string();
    to_json(&mut snapshot, "backend-dev", Ok(vec![(&cluster, 1), (&member, 2)]));
    assert_eq!(pending(&snapshot, "backend-dev"), [Pending::Actions(3)]);
}

#[tokio::test]
async fn nothing_is_asked_of_a_database_that_is_up_in_its_window() {
    let mut snapshot = snapshot().await;
    let scope = off(&snapshot, "prooflink-dev").scheduled_members[0].id.clone().unwrap().scope;
    let mut all: Vec<DbInstance> = snapshot.world.all::<DbInstance>(&scope).cloned().collect();
    // Tuesdays at noon in Tokyo.
    all.iter_mut().for_each(|db| db.maintenance_window = Some("tue:03:00-tue:03:30".to_owned()));
    snapshot.world.put(&scope, DbInstance::KIND, &Coverage::All, Ok(Reading::whole(all).into()), snapshot.at);
    snapshot.picture =
        assemble(&snapshot.world, &configured_environments(), snapshot.at, &TimeZone::get("Asia/Tokyo").unwrap());
    assert_eq!(off(&snapshot, "prooflink-dev").maintenance(&snapshot.world, snapshot.at), []);
}
