//! How much maintenance waits, database by database, and when that is asked at all.

use std::sync::Arc;

use jiff::tz::TimeZone;

use super::*;
use crate::cloud::Cloud;
use crate::demo::{Demo, wishes};
use crate::engine::headless;
use crate::engine::headless::{Outlook, View};
use crate::overview::gather;
use crate::world::{Coverage, Fault, FaultKind, Harvest};

async fn outlook() -> Outlook {
    let cloud: Arc<dyn Cloud> = Arc::new(Demo::at(7, 0));
    let view = View { wishes: wishes(), zone: TimeZone::get("Asia/Tokyo").unwrap() };
    headless::picture(&cloud, &view, &mut |_, _| {}).await.unwrap()
}

fn off<'o>(outlook: &'o Outlook, name: &str) -> &'o OffHours {
    outlook.picture.environment(&name.into()).unwrap().offhours.as_deref().unwrap()
}

fn pending(outlook: &Outlook, name: &str) -> Vec<Pending> {
    off(outlook, name).databases(&outlook.world).into_iter().map(|database| database.pending).collect()
}

/// Takes what a region's listing brings.
fn listed(outlook: &mut Outlook, name: &str, got: Result<Vec<(&str, u32)>, Fault>) {
    let [want] = &off(outlook, name).maintenance(&outlook.world, outlook.at)[..] else { panic!("one listing") };
    let (scope, kind) = (want.scope.clone(), want.kind);
    let waiting = |(arn, actions): (&str, u32)| Waiting { arn: arn.into(), actions };
    let got = got.map(|of| Harvest::whole(of.into_iter().map(waiting).collect()).into());
    outlook.world.put(&scope, kind, &Coverage::All, got, outlook.at);
}

#[tokio::test]
async fn what_is_listed_is_counted_and_who_is_not_listed_has_none_waiting() {
    let mut outlook = outlook().await;
    assert_eq!(pending(&outlook, "prooflink-dev"), [Pending::Unknown], "nobody asked yet");
    let arn = off(&outlook, "prooflink-dev").sleepers[0].arn.clone();
    listed(&mut outlook, "prooflink-dev", Ok(vec![(&arn, 3), ("arn:of:another", 9)]));
    assert_eq!(pending(&outlook, "prooflink-dev"), [Pending::Actions(3)]);
    listed(&mut outlook, "prooflink-dev", Ok(Vec::new()));
    assert_eq!(pending(&outlook, "prooflink-dev"), [Pending::Actions(0)]);
    let denied = Fault::new(FaultKind::Denied, "rds:DescribePendingMaintenanceActions", "no");
    listed(&mut outlook, "prooflink-dev", Err(denied));
    let unread = Pending::Unread("rds:DescribePendingMaintenanceActions is not allowed".to_owned());
    assert_eq!(pending(&outlook, "prooflink-dev"), [unread], "an old count is none");
}

#[tokio::test]
async fn a_cluster_has_what_waits_for_its_members_too() {
    let mut outlook = outlook().await;
    let it = off(&outlook, "backend-dev").sleepers.iter().find(|it| it.arn.contains(":cluster:")).unwrap();
    let (id, cluster) = (it.id.clone().unwrap(), it.arn.clone());
    let members = outlook.world.get::<DbCluster>(&id).unwrap().members.clone();
    let of = |db: &&DbInstance| db.id == members[1].id;
    let member = outlook.world.all::<DbInstance>(&id.scope).find(of).unwrap().arn.to_string();
    listed(&mut outlook, "backend-dev", Ok(vec![(&cluster, 1), (&member, 2)]));
    assert_eq!(pending(&outlook, "backend-dev"), [Pending::Actions(3)]);
}

#[tokio::test]
async fn nothing_is_asked_of_a_database_that_is_up_in_its_window() {
    let mut outlook = outlook().await;
    let scope = off(&outlook, "prooflink-dev").sleepers[0].id.clone().unwrap().scope;
    let mut all: Vec<DbInstance> = outlook.world.all::<DbInstance>(&scope).cloned().collect();
    // Tuesdays at noon in Tokyo.
    all.iter_mut().for_each(|db| db.maintenance_window = Some("tue:03:00-tue:03:30".to_owned()));
    outlook.world.put(&scope, DbInstance::KIND, &Coverage::All, Ok(Harvest::whole(all).into()), outlook.at);
    outlook.picture = gather(&outlook.world, &wishes(), outlook.at, &TimeZone::get("Asia/Tokyo").unwrap());
    assert_eq!(off(&outlook, "prooflink-dev").maintenance(&outlook.world, outlook.at), []);
}
