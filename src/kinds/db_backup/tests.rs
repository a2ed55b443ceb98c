//! How snapshots are summed up, and what is told of a database that is not backed up.

use aws_sdk_rds::Client;
use aws_sdk_rds::operation::describe_db_cluster_snapshots::DescribeDbClusterSnapshotsOutput;
use aws_sdk_rds::operation::describe_db_snapshots::DescribeDbSnapshotsOutput;
use aws_sdk_rds::primitives::DateTime;
use aws_sdk_rds::types::DbSnapshot;
use aws_smithy_mocks::mock;
use jiff::SignedDuration;
use rstest::rstest;

use super::{Backups, DbBackup};
use crate::aws::{Clients, mocked};
use crate::kinds::Kind;
use crate::kinds::db_cluster::DbCluster;
use crate::kinds::db_instance::DbInstance;
use crate::kinds::testing::{ask, know, scope};
use crate::kinds::testing_samples::{Shelves, database, now};
use crate::world::{Coverage, Health, World};

fn snapshot(id: &str, of: &str, kind: &str, at: i64, from: Option<&str>) -> DbSnapshot {
    DbSnapshot::builder()
        .db_snapshot_identifier(id)
        .db_instance_identifier(of)
        .snapshot_type(kind)
        .status("available")
        .snapshot_create_time(DateTime::from_secs(at))
        .set_source_region(from.map(str::to_owned))
        .build()
}

#[tokio::test]
async fn snapshots_are_summed_up_for_each_database_and_copies_apart() {
    let database = database();
    let id = database.id.clone();
    let own = id.clone();
    let single = mock!(Client::describe_db_snapshots).then_output(move || {
        DescribeDbSnapshotsOutput::builder()
            .db_snapshots(snapshot("rds:a", &own, "automated", 100, None))
            .db_snapshots(snapshot("rds:b", &own, "automated", 200, None))
            .db_snapshots(snapshot("before-release", &own, "manual", 150, None))
            .db_snapshots(snapshot("left", "gone", "manual", 50, None))
            .db_snapshots(snapshot("copy", "city-prod-db", "manual", 120, Some("ap-northeast-1")))
            .build()
    });
    let clusters = mock!(Client::describe_db_cluster_snapshots)
        .then_output(|| DescribeDbClusterSnapshotsOutput::builder().build());
    let aws = Clients { rds: mocked!(aws_sdk_rds, [&single, &clusters]), ..Clients::silent() };
    let mut world = World::default();
    know(&mut world, vec![database]);
    know(&mut world, Vec::<DbCluster>::new());
    let scope = scope();
    let reading = Backups::read(ask(&aws, &scope, &world, &Coverage::All)).await.expect("backups");
    let all = reading.parts[0].1.as_ref().expect("backups");
    let keys: Vec<&str> = all.iter().map(|it| it.key.as_str()).collect();
    assert_eq!(keys, ["ap-northeast-1/db:city-prod-db", &format!("db:{id}")]);
    let one = &all[1];
    let second = |at: Option<jiff::Timestamp>| at.map(|at| at.as_second());
    assert_eq!((one.automatic, one.manual), (2, 1));
    assert_eq!(
        (second(one.automatic_at), second(one.manual_at), second(one.oldest_at)),
        (Some(200), Some(150), Some(100))
    );
    assert!(Backups::subject(&all[0], &scope).is_none() && Backups::subject(one, &scope).is_some());
}

#[rstest]
#[case(Some(7), "available", Some(5), true, Health::Well)]
#[case(Some(7), "available", Some(50), true, Health::Worrying)]
#[case(Some(7), "available", Some(50), false, Health::Well)]
#[case(Some(7), "available", None, true, Health::Worrying)]
#[case(Some(7), "stopped", Some(50), true, Health::Well)]
#[case(Some(0), "available", None, true, Health::Worrying)]
#[case(Some(0), "available", None, false, Health::Well)]
fn what_is_not_backed_up_is_told(
    #[case] days: Option<u32>,
    #[case] status: &str,
    #[case] hours: Option<i64>,
    #[case] protected: bool,
    #[case] health: Health,
) {
    let created_at = Some(now() - SignedDuration::from_hours(24 * 90));
    let database = DbInstance { status: status.to_owned(), backup_days: days, created_at, cluster: None, ..database() };
    let mut item = DbBackup::none(&database.id, false, None);
    if let Some(hours) = hours {
        item.add(("rds:a", "available", true), Some(now() - SignedDuration::from_hours(hours)));
    }
    let shelves = Shelves::default().with([database]);
    let told = shelves.seen(protected, |cx| Backups::assess(&item, cx)).expect("an assessment");
    assert_eq!(told.health, health, "{told:?}");
    shelves.seen(protected, |cx| {
        assert_eq!(Backups::rows(&item, cx)[0].cells.len(), Backups::SHOWN.expect("shown").columns.len());
        assert_eq!(Backups::to_json(&item, cx).expect("an object")["retention_days"].as_u64(), days.map(u64::from));
        assert_eq!(Backups::detail(&item, cx).len(), 1);
    });
    assert!(Backups::web(&item, &scope()).is_some());
}

#[test]
fn a_snapshot_that_failed_is_told() {
    let database = DbInstance { cluster: None, ..database() };
    let mut item = DbBackup::none(&database.id, false, None);
    item.add(("before-release", "failed", false), None);
    let told = Shelves::default().with([database]).seen(true, |cx| Backups::assess(&item, cx)).expect("an assessment");
    assert_eq!(told.health, Health::Worrying);
}

/// A snapshot carries a name of its own: one that AWS made and did not tell of is found by it.
#[tokio::test]
async fn a_snapshot_that_is_there_already_is_the_one_that_was_asked_for() {
    use aws_smithy_runtime_api::client::orchestrator::HttpResponse;
    use aws_smithy_types::body::SdkBody;

    use super::change::TakeSnapshot;
    use crate::change::gate::{Confirmation, Gate, GateContext};
    use crate::change::plan::Plan;

    fn exists(code: &str) -> HttpResponse {
        let body =
            format!("<ErrorResponse><Error><Code>{code}</Code><Message>it is there</Message></Error></ErrorResponse>");
        HttpResponse::new(400.try_into().expect("a status"), SdkBody::from(body))
    }
    for cluster in [false, true] {
        let one = mock!(Client::create_db_snapshot).then_http_response(|| exists("DBSnapshotAlreadyExists"));
        let other = mock!(Client::create_db_cluster_snapshot)
            .then_http_response(|| exists("DBClusterSnapshotAlreadyExistsFault"));
        let aws = Clients { rds: mocked!(aws_sdk_rds, [&one, &other]), ..Clients::silent() };
        let on = crate::world::ResourceId {
            kind: crate::world::KindName("db-backup"),
            scope: crate::kinds::testing_samples::scope(),
            key: "db".into(),
        };
        let plan = Plan::new("take a snapshot", "city-dev".into(), on, Vec::new());
        let change = TakeSnapshot { plan, database: "db".to_owned(), cluster, snapshot: "db-1".to_owned() };
        let at = GateContext::seen_at(now());
        let approved = Gate::default().approve(Box::new(change), &Confirmation::Yes, None, &at).expect("it is allowed");
        let receipt = approved.perform(&aws).await.expect("it is there");
        assert_eq!(receipt.message.as_deref(), Some("db-1 is there already"));
        assert_eq!((one.num_calls(), other.num_calls()), if cluster { (0, 1) } else { (1, 0) });
    }
}
