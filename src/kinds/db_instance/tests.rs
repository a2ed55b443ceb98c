//! Tests of every database status, of windows in local time, and of how DB instances are judged and listed.

use rstest::rstest;

use super::status::extended_support;
use super::{Class, DbInstance, DbInstances, STATUSES, class, judge, support_note, window};
use crate::display::Section;
use crate::kinds::Counts;
use crate::kinds::Kind;
use crate::kinds::testing_samples::*;
use crate::world::Health;

#[test]
fn every_known_status_stands_once_and_has_words() {
    let mut names: Vec<&str> = STATUSES.iter().map(|(status, ..)| *status).collect();
    names.sort_unstable();
    names.dedup();
    assert_eq!(names.len(), STATUSES.len());
    for (status, known, message) in STATUSES {
        assert_eq!(class(status), *known);
        assert!(!message.is_empty() || *status == "available", "{status}");
        assert_ne!(judge("db", status, true).health, Health::Unknown, "{status}");
    }
}

#[rstest]
#[case("available", Class::Up, Health::Well, Health::Well)]
#[case("storage-optimization", Class::Up, Health::Well, Health::Well)]
#[case("backing-up", Class::Busy, Health::Changing, Health::Changing)]
#[case("modifying", Class::Busy, Health::Changing, Health::Changing)]
#[case("rebooting", Class::Busy, Health::Changing, Health::Changing)]
#[case("upgrading", Class::Busy, Health::Changing, Health::Changing)]
#[case("maintenance", Class::Busy, Health::Changing, Health::Changing)]
#[case("failing-over", Class::Busy, Health::Changing, Health::Changing)]
#[case("starting", Class::GoingUp, Health::Changing, Health::Changing)]
#[case("stopping", Class::GoingDown, Health::Changing, Health::Worrying)]
#[case("stopped", Class::Down, Health::Asleep, Health::Bad)]
#[case("incompatible-option-group", Class::Limping, Health::Worrying, Health::Worrying)]
#[case("failed", Class::Blocked, Health::Bad, Health::Bad)]
#[case("storage-full", Class::Blocked, Health::Bad, Health::Bad)]
#[case("incompatible-network", Class::Blocked, Health::Bad, Health::Bad)]
#[case("incompatible-parameters", Class::Blocked, Health::Bad, Health::Bad)]
#[case("inaccessible-encryption-credentials-recoverable", Class::Blocked, Health::Bad, Health::Bad)]
#[case("cloning-failed", Class::Blocked, Health::Bad, Health::Bad)]
#[case("deleting", Class::Going, Health::Changing, Health::Worrying)]
#[case("scaling-storage", Class::Busy, Health::Changing, Health::Changing)]
#[case("sparkling", Class::Busy, Health::Changing, Health::Changing)]
#[case("counting-sheep", Class::Busy, Health::Changing, Health::Changing)]
#[case("sparkly", Class::Unknown, Health::Unknown, Health::Unknown)]
#[case("ing", Class::Unknown, Health::Unknown, Health::Unknown)]
fn statuses(#[case] status: &str, #[case] of: Class, #[case] open: Health, #[case] protected: Health) {
    assert_eq!(class(status), of);
    assert_eq!(judge("db", status, false).health, open);
    assert_eq!(judge("db", status, true).health, protected);
}

#[test]
fn an_unknown_status_is_shown_as_it_is() {
    let assessment = judge("city-db", "sparkly", false);
    assert_eq!(assessment.why.as_deref(), Some("database city-db has the status sparkly, which toban does not know"));
    let assessment = judge("city-db", "sparkling", true);
    assert_eq!(assessment.why.as_deref(), Some("database city-db is sparkling"));
}

fn stopped_db() -> DbInstance {
    DbInstance { status: "stopped".to_owned(), auto_restart_at: Some(at("2026-11-23T23:45:00Z")), ..database() }
}

#[test]
fn a_stopped_one_says_when_aws_starts_it_again() {
    let shelves = Shelves::default();
    let assessment = shelves.seen(false, |cx| DbInstances::assess(&stopped_db(), cx)).unwrap();
    assert_eq!(assessment.health, Health::Asleep);
    assert_eq!(assessment.why.as_deref(), Some("database city-db is stopped; AWS starts it again Tue 08:45"));
    assert_eq!(shelves.seen(true, |cx| DbInstances::assess(&stopped_db(), cx)).unwrap().health, Health::Bad);
}

#[test]
fn members_of_a_cluster_are_silent() {
    let mut counts = Counts::default();
    Shelves::default().seen(true, |cx| {
        let member = member("backend-db-1", "stopped");
        assert_eq!(DbInstances::assess(&member, cx), None);
        assert!(DbInstances::rows(&member, cx).is_empty());
        assert_eq!(DbInstances::to_json(&member, cx), None);
        DbInstances::count(&member, cx, &mut counts);
        DbInstances::count(&stopped_db(), cx, &mut counts);
    });
    assert_eq!(counts.databases, [(Health::Bad, "stopped".to_owned())]);
}

#[rstest]
#[case::tokyo("18:00-18:30", "03:00–03:30 (18:00-18:30 UTC)")]
#[case::next_day("sat:17:00-sat:17:30", "Sun 02:00–Sun 02:30 (sat:17:00-sat:17:30 UTC)")]
#[case::odd("whenever", "whenever (UTC)")]
#[case::no_time("99:00-18:30", "99:00-18:30 (UTC)")]
fn windows_are_local_with_utc_beside(#[case] utc: &str, #[case] message: &str) {
    assert_eq!(window(utc, now(), &tokyo()), message);
}

#[rstest]
#[case("postgres", Some("13.7"), true)]
#[case("postgres", Some("15.4"), false)]
#[case("mysql", Some("8.4.6"), false)]
#[case("mysql", Some("5.7.44"), true)]
#[case("aurora-mysql", Some("5.7.mysql_aurora.2.11.2"), true)]
#[case("postgres", None, false)]
fn old_engines_cost_extra(#[case] engine: &str, #[case] version: Option<&str>, #[case] old: bool) {
    assert_eq!(extended_support(engine, version, None, now()).is_some(), old);
}

/// Each engine on the last day of its standard support, and on the day after.
#[rstest]
#[case("mysql", "5.7.44", "2024-02-29T23:59:59Z", "2024-03-01T00:00:00Z", "mysql 5.7", "2024-02-29")]
#[case("mysql", "8.0.39", "2026-07-31T23:59:59Z", "2026-08-01T00:00:00Z", "mysql 8.0", "2026-07-31")]
#[case("postgres", "11.22", "2024-02-29T23:59:59Z", "2024-03-01T00:00:00Z", "postgres 11", "2024-02-29")]
#[case("postgres", "12.20", "2025-02-28T23:59:59Z", "2025-03-01T00:00:00Z", "postgres 12", "2025-02-28")]
#[case("postgres", "13.16", "2026-02-28T23:59:59Z", "2026-03-01T00:00:00Z", "postgres 13", "2026-02-28")]
#[case(
    "aurora-mysql",
    "5.7.mysql_aurora.2.12.3",
    "2024-10-31T23:59:59Z",
    "2024-11-01T00:00:00Z",
    "aurora-mysql 5.7",
    "2024-10-31"
)]
#[case(
    "aurora-postgresql",
    "11.21",
    "2024-02-29T23:59:59Z",
    "2024-03-01T00:00:00Z",
    "aurora-postgresql 11",
    "2024-02-29"
)]
#[case(
    "aurora-postgresql",
    "12.19",
    "2025-02-28T23:59:59Z",
    "2025-03-01T00:00:00Z",
    "aurora-postgresql 12",
    "2025-02-28"
)]
#[case(
    "aurora-postgresql",
    "13.15",
    "2026-02-28T23:59:59Z",
    "2026-03-01T00:00:00Z",
    "aurora-postgresql 13",
    "2026-02-28"
)]
fn support_ends_with_its_last_day(
    #[case] engine: &str,
    #[case] version: &str,
    #[case] last: &str,
    #[case] after: &str,
    #[case] named: &str,
    #[case] ended: &str,
) {
    assert_eq!(extended_support(engine, Some(version), None, at(last)), None);
    let told = |lifecycle: Option<&str>| extended_support(engine, Some(version), lifecycle, at(after));
    let charged = format!("{named} is past standard support ({ended}): AWS charges for extended support");
    let upgraded = format!("{named} is past standard support ({ended}): AWS will upgrade it by itself");
    assert_eq!(told(None), Some(charged.clone()));
    assert_eq!(told(Some("open-source-rds-extended-support")), Some(charged));
    assert_eq!(told(Some("open-source-rds-extended-support-disabled")), Some(upgraded));
}

#[rstest]
#[case::another_engine("mariadb", "5.7.44")]
#[case::a_longer_number("mysql", "5.70.1")]
#[case::a_number_that_only_begins_so("postgres", "110.1")]
#[case::a_supported_one("postgres", "14.1")]
#[case::supported_by_aurora("aurora-mysql", "8.0.mysql_aurora.3.07.1")]
#[case::half_a_number("mysql", "5")]
#[case::no_number("mysql", "")]
fn other_engines_and_numbers_are_not_past_their_support(#[case] engine: &str, #[case] version: &str) {
    assert_eq!(extended_support(engine, Some(version), None, at("2026-11-21T05:02:11Z")), None);
}

#[rstest]
#[case::long_before("postgres", "14.12", None, "2026-12-29T00:00:00Z", None)]
#[case::so_many_days_before(
    "postgres",
    "14.12",
    None,
    "2026-12-30T00:00:00Z",
    Some(
        "standard support of postgres 14 ends 2027-02-28, in 60 d; extended support costs extra afterwards; an upgrade takes a restart"
    )
)]
#[case::upgraded_by_itself(
    "aurora-postgresql",
    "14.12",
    Some("open-source-rds-extended-support-disabled"),
    "2027-02-27T00:00:00Z",
    Some(
        "standard support of aurora-postgresql 14 ends 2027-02-28, in 1 d; AWS upgrades it by itself afterwards, with a restart"
    )
)]
#[case::on_the_last_day(
    "mysql",
    "8.4.3",
    None,
    "2029-07-31T12:00:00Z",
    Some(
        "standard support of mysql 8.4 ends 2029-07-31, in 0 d; extended support costs extra afterwards; an upgrade takes a restart"
    )
)]
#[case::over(
    "postgres",
    "14.12",
    None,
    "2027-03-01T00:00:00Z",
    Some("postgres 14 is past standard support (2027-02-28): AWS charges for extended support")
)]
#[case::of_aurora(
    "aurora-mysql",
    "8.0.mysql_aurora.3.08.0",
    None,
    "2028-04-01T00:00:00Z",
    Some(
        "standard support of aurora-mysql 8.0 ends 2028-04-30, in 29 d; extended support costs extra afterwards; an upgrade takes a restart"
    )
)]
#[case::of_no_known_calendar("mariadb", "10.6.1", None, "2028-04-01T00:00:00Z", None)]
fn the_end_of_support_is_told_before_it_comes(
    #[case] engine: &str,
    #[case] version: &str,
    #[case] lifecycle: Option<&str>,
    #[case] now: &str,
    #[case] note: Option<&str>,
) {
    assert_eq!(support_note((engine, Some(version), lifecycle), at(now), 60).as_deref(), note);
}

#[test]
fn how_long_before_is_the_readers_to_say() {
    let note = |days| support_note(("postgres", Some("14.12"), None), at("2026-12-01T00:00:00Z"), days);
    assert_eq!((note(60), note(88)), (None, None), "89 days are left");
    assert!(note(89).is_some_and(|note| note.contains("ends 2027-02-28, in 89 d")));
}

#[test]
fn its_object_line_and_page() {
    Shelves::default().seen(false, |cx| {
        let listed = DbInstances::to_json(&stopped_db(), cx).unwrap();
        insta::assert_snapshot!(serde_json::to_string_pretty(&listed).unwrap(), @r#"
    {
      "id": "city-db",
      "kind": "instance",
      "engine": "postgres",
      "version": "15.4",
      "class": "db.t4g.micro",
      "status": "stopped",
      "multi_az": false,
      "auto_restart_at": "2026-11-24T08:45:00+09:00",
      "blue_green": null,
      "health": "asleep",
      "why": "database city-db is stopped; AWS starts it again Tue 08:45"
    }
    "#);
        let rows = DbInstances::rows(&stopped_db(), cx);
        assert_eq!(rows[0].cells.len(), DbInstances::SHOWN.unwrap().columns.len());
        let facts: Vec<_> = DbInstances::detail(&stopped_db(), cx)
            .into_iter()
            .flat_map(|section| match section {
                Section::Facts { facts, .. } => facts,
                _ => Vec::new(),
            })
            .collect();
        let fact = |label: &str| &facts.iter().find(|fact| fact.label == label).unwrap().value.text;
        assert_eq!(fact("status"), "stopped");
        assert_eq!(
            fact("AWS starts it again"),
            "Tue 08:45, in 2 d (in 2 d 18 h): AWS starts whatever was stopped for 7 days"
        );
        assert_eq!(fact("maintenance window"), "Sun 02:00–Sun 02:30 (sat:17:00-sat:17:30 UTC)");
        assert_eq!(fact("address"), "city-db.x.ap-northeast-1.rds.amazonaws.com:5432");
    });
    let web = DbInstances::web(&database(), &scope()).unwrap();
    assert_eq!(
        web,
        "https://ap-northeast-1.console.aws.amazon.com/rds/home?region=ap-northeast-1#database:id=city-db;is-cluster=false"
    );
}
