//! What is offered for databases: by state, by eligibility, by protection; members lead to their cluster.

use crate::environment::Environment;
use crate::overview::EnvironmentStatus;
use rstest::rstest;

use super::*;
use crate::kinds::testing_samples::{Shelves, ago, cluster, database, member, scope};

fn environment(protected: bool, allow_stop: bool) -> EnvironmentStatus {
    let environment = Environment { protected, allow_stop, ..Environment::new("city-x", vec![scope()]) };
    EnvironmentStatus::unjudged(environment)
}

/// Verb and reason why it is barred, for a database in an environment.
fn offered(item: &DbInstance, environment: &EnvironmentStatus, shelves: &Shelves) -> Vec<(String, Option<String>)> {
    shelves.seen(environment.protected, |cx| {
        let all = actions(item, &ActionContext { cx: *cx, environment });
        all.into_iter().map(|action| (format!("{}: {}", action.verb, action.message), action.disabled_reason)).collect()
    })
}

fn disabled_reason(item: &DbInstance, verb: &str) -> Option<String> {
    let all = offered(item, &environment(false, false), &Shelves::default());
    all.into_iter().find(|(message, _)| message.starts_with(verb)).and_then(|(_, disabled_reason)| disabled_reason)
}

#[rstest]
#[case("available", None, Some("it is up already"))]
#[case("stopped", Some("it is stopped already"), None)]
#[case("stopping", None, None)]
#[case("starting", None, None)]
#[case("backing-up", None, Some("it is up already"))]
#[case("failed", Some("it is failed, which needs a person"), Some("it is failed, which needs a person"))]
#[case("deleting", Some("it does not exist any more"), Some("it does not exist any more"))]
#[case("shiny", None, None)]
fn by_its_state(#[case] status: &str, #[case] stop: Option<&str>, #[case] start: Option<&str>) {
    let item = DbInstance { status: status.to_owned(), ..database() };
    assert_eq!(disabled_reason(&item, "stop").as_deref(), stop);
    assert_eq!(disabled_reason(&item, "start").as_deref(), start);
}

#[test]
fn what_is_on_its_way_is_offered_to_be_watched() {
    let all = |status: &str| {
        let item = DbInstance { status: status.to_owned(), ..database() };
        offered(&item, &environment(false, false), &Shelves::default())
    };
    assert_eq!(all("stopping")[0].0, "stop: watch it stopping");
    assert_eq!(all("starting")[1].0, "start: watch it starting");
}

#[rstest]
#[case(DbInstance { engine: "sqlserver-se".into(), multi_az: true, ..database() }, "SQL Server Multi-AZ")]
#[case(DbInstance { replicas: vec!["copy".into()], ..database() }, "it has copy")]
#[case(DbInstance { replica_of: Some("first".into()), ..database() }, "it replicates first")]
#[case(DbInstance { engine: "custom-oracle-ee".into(), ..database() }, "RDS Custom")]
#[case(DbInstance { cluster: Some("unread".into()), ..database() }, "stop cluster unread")]
#[case(DbInstance { tags: [("toban:protect".to_owned(), "true".to_owned())].into(), ..database() }, "toban:protect")]
fn who_may_not_be_stopped_says_why(#[case] item: DbInstance, #[case] why: &str) {
    assert!(disabled_reason(&item, "stop").is_some_and(|message| message.contains(why)));
}

#[test]
fn a_protected_environment_is_stopped_only_where_the_configuration_says_so() {
    let shelves = Shelves::default();
    let stop = |allow| offered(&database(), &environment(true, allow), &shelves).swap_remove(0).1;
    assert!(stop(false).is_some_and(|why| why.contains("allow_stop = true in [environment.\"city-x\"]")));
    assert_eq!(stop(true), None);
    let asleep = DbInstance { status: "stopped".into(), ..database() };
    let start = offered(&asleep, &environment(true, false), &shelves).swap_remove(1);
    assert_eq!(start, ("start: start DB instance city-db".to_owned(), None), "what is down may be started");
}

#[test]
fn a_member_stands_for_its_cluster() {
    let member = member("backend-db-1", "available");
    let shelves = Shelves::default().with([cluster()]).with([member.clone()]);
    let open = environment(false, false);
    let all = offered(&member, &open, &shelves);
    assert_eq!(all[0], ("stop: stop DB cluster backend-db".to_owned(), None));
    shelves.seen(false, |cx| {
        let context = ActionContext { cx: *cx, environment: &open };
        let plan = propose(&member, ("stop", None), &context).expect("the cluster stops").plan();
        assert_eq!(plan.calls, ["rds:StopDBCluster backend-db"]);
        assert_eq!(plan.on, cluster().id(&scope()));
    });
}

#[test]
fn the_plan_says_what_a_reader_should_know() {
    let item = DbInstance { multi_az: true, pending: vec!["class becomes db.r6g.large".into()], ..database() };
    let mut open = environment(false, false);
    open.counts.tasks_running = 2;
    let id = item.id(&scope());
    open.members.push(crate::environment::Member { id, name: "city-db".into(), assessment: None, because: Vec::new() });
    let plan = Shelves::default().seen(false, |cx| {
        propose(&item, ("stop", None), &ActionContext { cx: *cx, environment: &open }).expect("it stops").plan()
    });
    assert_eq!(
        (plan.message.as_str(), plan.calls.as_slice()),
        ("stop DB instance city-db", &["rds:StopDBInstance city-db".to_owned()][..])
    );
    insta::assert_snapshot!(plan.notices.join("\n"), @r"
    2 tasks of city-x still run and lose their database
    AWS starts it again after 7 days; storage and backups are billed on
    it is multi-AZ: stopping may take long, and its zones may be swapped when it is back
    a stop drops what is pending: class becomes db.r6g.large
    ");
    let busy = DbInstance { status: "backing-up".into(), ..database() };
    let plan = Shelves::default().seen(false, |cx| {
        propose(&busy, ("stop", None), &ActionContext { cx: *cx, environment: &open }).expect("it waits").plan()
    });
    assert_eq!(plan.notices[0], "it has to wait first: it is busy (backing-up)");
}

/// Since when it is up only its events tell; they are asked before the plan of a stop, and not again where they are denied.
#[test]
fn a_stop_within_ten_minutes_of_a_start_says_that_they_are_billed_anyway() {
    use crate::kinds::db_event::PowerEvents;
    use crate::schedule::observed::rds_power_events::Power::Started;
    use crate::world::{Fault, FaultKind};

    let (item, environment) = (database(), environment(false, true));
    let seen = |told: Option<Result<i64, Fault>>| {
        let shelves = match told {
            None => Shelves::default(),
            Some(Ok(minutes)) => {
                let told = vec![(ago(minutes), Started)];
                Shelves::default().with([PowerEvents::of_power(item.key(), told)])
            }
            Some(Err(fault)) => Shelves::default().failing::<PowerEvents>(fault),
        };
        shelves.seen(false, |cx| {
            let context = ActionContext { cx: *cx, environment: &environment };
            let stop = actions(&item, &context).into_iter().find(|action| action.verb == "stop").unwrap();
            let notices = propose(&item, ("stop", None), &context).unwrap().plan().notices;
            (stop.prompt.reads().len(), notices.iter().any(|message| message.contains("10 minutes are billed anyway")))
        })
    };
    assert_eq!(seen(None), (1, false), "asked first");
    assert_eq!(seen(Some(Ok(4))), (1, true));
    assert_eq!(seen(Some(Ok(40))), (1, false));
    let denied = Fault::new(FaultKind::Denied, "rds:DescribeEvents", "not authorized");
    assert_eq!(seen(Some(Err(denied))), (0, false), "told once");
}
