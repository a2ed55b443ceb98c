//! Every status the documentation names, what it means, and who may be stopped at all.

use rstest::rstest;

use super::*;
use crate::schedule::observed::power_state::{of_db_cluster, of_db_instance, of_ec2_instance, of_service};
use crate::schedule::stoppable::{
    ClusterFacts, Ec2Facts, Facts, Ineligible, InstanceFacts, ServiceFacts, ineligibility,
};
use crate::schedule::transition::{Decision, decide};

/// One word for what the table says about a status: the answer to a wish.
fn answer(actual: &Actual, want: TargetState) -> &'static str {
    match decide(actual, want, None, None) {
        Decision::Done => "done",
        Decision::Issue { .. } => "call",
        Decision::Attach => "watch",
        Decision::Queue { .. } => "wait",
        Decision::Refuse(_) => "no",
        Decision::Gone => "gone",
    }
}

#[test]
fn every_status_of_a_db_instance() {
    for (status, stop, start) in [
        ("available", "call", "done"),
        ("backing-up", "wait", "done"),
        ("backtracking", "wait", "done"),
        ("configuring-enhanced-monitoring", "wait", "done"),
        ("configuring-iam-database-auth", "wait", "done"),
        ("configuring-log-exports", "wait", "done"),
        ("converting-to-vpc", "wait", "watch"),
        ("creating", "wait", "watch"),
        ("delete-precheck", "gone", "gone"),
        ("deleting", "gone", "gone"),
        ("failed", "no", "no"),
        ("inaccessible-encryption-credentials", "no", "no"),
        ("inaccessible-encryption-credentials-recoverable", "no", "call"),
        ("incompatible-create", "no", "no"),
        ("incompatible-network", "no", "no"),
        ("incompatible-option-group", "no", "done"),
        ("incompatible-parameters", "no", "no"),
        ("incompatible-restore", "no", "no"),
        ("insufficient-capacity", "no", "no"),
        ("maintenance", "wait", "done"),
        ("modifying", "wait", "watch"),
        ("moving-to-vpc", "wait", "watch"),
        ("rebooting", "wait", "watch"),
        ("renaming", "wait", "watch"),
        ("resetting-master-credentials", "wait", "watch"),
        ("restore-error", "no", "no"),
        ("starting", "wait", "watch"),
        ("stopped", "done", "call"),
        ("stopping", "watch", "wait"),
        ("storage-config-upgrade", "wait", "done"),
        ("storage-full", "no", "no"),
        ("storage-initialization", "wait", "done"),
        ("storage-optimization", "call", "done"),
        ("upgrading", "wait", "watch"),
        ("some-word-of-2030", "call", "call"),
    ] {
        let actual = of_db_instance(status);
        assert_eq!(
            (answer(&actual, TargetState::Stopped), answer(&actual, TargetState::Running)),
            (stop, start),
            "{status}"
        );
    }
}

#[test]
fn a_cluster_is_up_only_with_its_writer() {
    assert_eq!(of_db_cluster("available", Some("available")), Actual::Up);
    assert_eq!(of_db_cluster("available", None), Actual::Up);
    assert_eq!(of_db_cluster("available", Some("starting")), Actual::GoingUp);
    assert!(matches!(of_db_cluster("available", Some("storage-full")), Actual::Blocked { .. }));
    assert_eq!(of_db_cluster("stopped", Some("stopped")), Actual::Down);
    for busy in
        ["failing-over", "promoting", "migrating", "preparing-data-migration", "update-iam-db-auth", "upgrading"]
    {
        assert!(matches!(of_db_cluster(busy, None), Actual::Busy { .. }), "{busy}");
    }
    for blocked in ["cloning-failed", "migration-failed", "inaccessible-encryption-credentials"] {
        assert!(matches!(of_db_cluster(blocked, None), Actual::Blocked { .. }), "{blocked}");
    }
    assert_eq!(of_db_cluster("novel", None), Actual::Unknown { status: "novel".into() });
}

#[rstest]
#[case::down(Tasks::default(), "done", "call")]
#[case::draining(Tasks { running: 1, ..Tasks::default() }, "watch", "wait")]
#[case::pending(Tasks { pending: 1, ..Tasks::default() }, "watch", "wait")]
#[case::up(Tasks { desired: 2, running: 2, ready: true, ..Tasks::default() }, "call", "done")]
#[case::not_ready(Tasks { desired: 2, running: 2, ..Tasks::default() }, "wait", "watch")]
#[case::coming(Tasks { desired: 2, running: 1, pending: 1, ready: true, ..Tasks::default() }, "wait", "watch")]
#[case::deploying(Tasks { desired: 2, running: 2, ready: true, deploying: true, ..Tasks::default() }, "wait", "done")]
fn services(#[case] tasks: Tasks, #[case] stop: &str, #[case] start: &str) {
    let actual = of_service(tasks);
    assert_eq!((answer(&actual, TargetState::Stopped), answer(&actual, TargetState::Running)), (stop, start));
}

#[test]
fn states_of_an_ec2_instance() {
    for (state, actual) in [
        ("pending", Actual::GoingUp),
        ("running", Actual::Up),
        ("stopping", Actual::GoingDown),
        ("stopped", Actual::Down),
        ("shutting-down", Actual::Gone),
        ("terminated", Actual::Gone),
        ("dreaming", Actual::Unknown { status: "dreaming".into() }),
    ] {
        assert_eq!(of_ec2_instance(state), actual, "{state}");
    }
}

fn instance(engine: &str, change: fn(&mut InstanceFacts)) -> Facts {
    let mut facts = InstanceFacts { engine: engine.into(), ..InstanceFacts::default() };
    change(&mut facts);
    Facts::Instance(facts)
}

fn cluster(change: fn(&mut ClusterFacts)) -> Facts {
    let mut facts = ClusterFacts { engine: "aurora-postgresql".into(), ..ClusterFacts::default() };
    change(&mut facts);
    Facts::Cluster(facts)
}

#[rstest]
#[case::single(instance("postgres", |_| ()), None)]
#[case::standby(instance("mysql", |f| f.multi_az = true), None)]
#[case::sql_server(instance("sqlserver-se", |_| ()), None)]
#[case::sql_server_standby(instance("sqlserver-se", |f| f.multi_az = true), Some(Ineligible::SqlServerMultiAz))]
#[case::source(instance("mysql", |f| f.replicas = vec!["r".into()]), Some(Ineligible::HasReplicas(vec!["r".into()])))]
#[case::source_of_cluster(instance("mysql", |f| f.replica_clusters = vec!["c".into()]), Some(Ineligible::HasReplicas(vec!["c".into()])))]
#[case::replica(instance("mysql", |f| f.replica_of = Some("s".into())), Some(Ineligible::IsReplica("s".into())))]
#[case::custom(instance("custom-oracle-ee", |_| ()), Some(Ineligible::RdsCustom))]
#[case::member(instance("aurora-mysql", |f| f.cluster = Some("c".into())), Some(Ineligible::ClusterMember("c".into())))]
#[case::aurora(cluster(|_| ()), None)]
#[case::provisioned(cluster(|f| f.mode = Some("provisioned".into())), None)]
#[case::serverless_1(cluster(|f| f.mode = Some("serverless".into())), Some(Ineligible::ServerlessV1))]
#[case::global(cluster(|f| f.global = Some("g".into())), Some(Ineligible::Global("g".into())))]
#[case::cross_region_replica(cluster(|f| f.replica_of = Some("s".into())), Some(Ineligible::IsReplica("s".into())))]
#[case::cross_region_source(cluster(|f| f.replicas = vec!["r".into()]), Some(Ineligible::HasReplicas(vec!["r".into()])))]
#[case::service(Facts::Service(ServiceFacts { daemon: false, controller: Some("CODE_DEPLOY".into()) }), None)]
#[case::daemon(Facts::Service(ServiceFacts { daemon: true, controller: None }), Some(Ineligible::Daemon))]
#[case::external(Facts::Service(ServiceFacts { daemon: false, controller: Some("EXTERNAL".into()) }), Some(Ineligible::ExternalController("EXTERNAL".into())))]
#[case::ec2(Facts::Ec2(Ec2Facts { root_device: Some("ebs".into()), ..Ec2Facts::default() }), None)]
#[case::instance_store(Facts::Ec2(Ec2Facts { root_device: Some("instance-store".into()), ..Ec2Facts::default() }), Some(Ineligible::InstanceStore))]
#[case::spot(Facts::Ec2(Ec2Facts { one_time_spot: true, ..Ec2Facts::default() }), Some(Ineligible::OneTimeSpot))]
#[case::in_group(Facts::Ec2(Ec2Facts { group: Some("asg".into()), ..Ec2Facts::default() }), Some(Ineligible::InGroup("asg".into())))]
#[case::stop_protected(Facts::Ec2(Ec2Facts { stop_protected: true, ..Ec2Facts::default() }), Some(Ineligible::StopProtected))]
fn who_may_be_stopped(#[case] facts: Facts, #[case] expected: Option<Ineligible>) {
    let found = ineligibility(&facts);
    assert_eq!(found, expected);
    if let Some(why) = found {
        assert!(why.to_string().len() > 20, "a sentence, not a word: {why}");
        assert_eq!(why.instead(), matches!(why, Ineligible::ClusterMember(_)).then_some("c"));
    }
}
