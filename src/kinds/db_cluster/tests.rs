//! Tests of how DB clusters are judged with their members, and listed.

use rstest::rstest;

use super::{DbCluster, DbClusters};
use crate::display::Section;
use crate::kinds::Counts;
use crate::kinds::Kind;
use crate::kinds::testing_samples::*;
use crate::world::Health;

#[rstest]
#[case::all_up("available", "available", "available", Health::Well, "")]
#[case::reader_starts(
    "available",
    "available",
    "starting",
    Health::Changing,
    "database backend-db: reader backend-db-2 is starting"
)]
#[case::writer_starts(
    "available",
    "starting",
    "available",
    Health::Changing,
    "database backend-db: writer backend-db-1 is starting"
)]
#[case::writer_down(
    "available",
    "stopped",
    "available",
    Health::Bad,
    "database backend-db: writer backend-db-1 is stopped"
)]
#[case::writer_full(
    "available",
    "storage-full",
    "starting",
    Health::Bad,
    "database backend-db: writer backend-db-1 is storage-full: its storage is full: make it larger"
)]
#[case::reader_failed(
    "available",
    "available",
    "failed",
    Health::Worrying,
    "database backend-db: reader backend-db-2 is failed: restore it from a snapshot"
)]
#[case::odd_member(
    "available",
    "available",
    "shiny",
    Health::Unknown,
    "database backend-db: reader backend-db-2 is shiny"
)]
#[case::starting("starting", "starting", "starting", Health::Changing, "database backend-db is starting")]
#[case::migration(
    "migration-failed",
    "available",
    "available",
    Health::Bad,
    "database backend-db is migration-failed: could not be migrated"
)]
fn clusters(
    #[case] status: &str,
    #[case] writer: &str,
    #[case] reader: &str,
    #[case] health: Health,
    #[case] why: &str,
) {
    let shelves = Shelves::default().with([member("backend-db-1", writer), member("backend-db-2", reader)]);
    let cluster = DbCluster { status: status.to_owned(), ..cluster() };
    let assessment = shelves.seen(true, |cx| DbClusters::assess(&cluster, cx)).unwrap();
    assert_eq!((assessment.health, assessment.why.unwrap_or_default()), (health, why.to_owned()));
}

#[test]
fn stopped_is_asleep_where_that_is_allowed_and_counted_once() {
    let cluster = DbCluster { status: "stopped".to_owned(), ..cluster() };
    let mut counts = Counts::default();
    Shelves::default().seen(false, |cx| {
        assert_eq!(DbClusters::assess(&cluster, cx).unwrap().health, Health::Asleep);
        DbClusters::count(&cluster, cx, &mut counts);
    });
    assert_eq!(counts.databases, [(Health::Asleep, "stopped".to_owned())]);
}

#[test]
fn a_cluster_without_writer_is_bad() {
    let mut cluster = cluster();
    cluster.members.retain(|member| !member.writer);
    let assessment = Shelves::default().seen(true, |cx| DbClusters::assess(&cluster, cx)).unwrap();
    assert_eq!(
        (assessment.health, assessment.why.as_deref()),
        (Health::Bad, Some("database backend-db has no writer"))
    );
}

#[test]
fn its_object_has_its_members_inside() {
    let shelves = Shelves::default().with([member("backend-db-1", "available")]);
    shelves.seen(true, |cx| {
        let listed = DbClusters::to_json(&cluster(), cx).unwrap();
        insta::assert_snapshot!(serde_json::to_string_pretty(&listed).unwrap(), @r#"
    {
      "id": "backend-db",
      "kind": "cluster",
      "engine": "aurora-postgresql",
      "version": "15.4",
      "class": "db.t4g.micro",
      "status": "available",
      "multi_az": true,
      "auto_restart_at": null,
      "blue_green": null,
      "auto_pause_seconds": null,
      "members": [
        {
          "id": "backend-db-1",
          "writer": true,
          "status": "available",
          "class": "db.t4g.micro",
          "zone": "ap-northeast-1a"
        },
        {
          "id": "backend-db-2",
          "writer": false,
          "status": null,
          "class": null,
          "zone": null
        }
      ],
      "health": "well",
      "why": null
    }
    "#);
        let rows = DbClusters::rows(&cluster(), cx);
        assert_eq!(rows[0].cells.len(), DbClusters::SHOWN.unwrap().columns.len());
        let sections = DbClusters::detail(&cluster(), cx);
        let Section::Table { rows, columns, .. } = &sections[1] else { panic!("members second") };
        assert_eq!(rows.iter().map(|row| row.health).collect::<Vec<_>>(), [Some(Health::Well), Some(Health::Unknown)]);
        assert!(rows.iter().all(|row| row.cells.len() == columns.len()));
    });
    assert!(DbClusters::web(&cluster(), &scope()).unwrap().ends_with("#database:id=backend-db;is-cluster=true"));
}
