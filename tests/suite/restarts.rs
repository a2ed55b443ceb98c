//! One thing restarted from the command line against the peer: a task of a service, a database; and a range for auto scaling.
//! What is seen in the end, what AWS was asked, and what the journal keeps.

use serde_json::Value;

use crate::support::peer::Peer;
use crate::support::said::{Said, said};

fn run(peer: &Peer, arguments: &[&str]) -> Said {
    said(peer.toban().args(arguments))
}

/// How often the peer was asked for it.
fn asked(peer: &Peer, operation: &str) -> usize {
    peer.calls().iter().filter(|call| call["operation"].as_str() == Some(operation)).count()
}

/// The ids of the tasks that are known of an environment.
fn tasks(peer: &Peer, environment: &str) -> Vec<String> {
    let all = run(peer, &["find", "task/", "--json"]);
    let document: Value = serde_json::from_str(&all.out).unwrap_or_default();
    let hits = document.get("found").and_then(Value::as_array).cloned().unwrap_or_default();
    let mine = hits.iter().filter(|hit| hit["kind"] == "task" && hit["environment"] == environment);
    mine.filter_map(|hit| hit["name"].as_str().map(str::to_owned)).collect()
}

#[test]
fn a_task_is_stopped_and_its_service_has_another_before_it_ends() {
    let peer = Peer::with(&["prooflink"]);
    let before = tasks(&peer, "prooflink-dev");
    let task = before.first().unwrap_or_else(|| panic!("no task runs"));
    let target = format!("prooflink-dev/{task}");
    let planned = run(&peer, &["task", "stop", &target, "--dry-run"]);
    assert_eq!((planned.code, asked(&peer, "StopTask")), (Some(0), 0), "{}{}", planned.out, planned.err);
    assert!(planned.out.contains("it is the only task that runs"), "{}", planned.out);
    let stopped = run(&peer, &["task", "stop", &target, "--yes"]);
    assert_eq!((stopped.code, asked(&peer, "StopTask")), (Some(0), 1), "{}{}", stopped.out, stopped.err);
    assert!(stopped.out.contains("is stopped") && stopped.out.contains("runs 1 task"), "{}", stopped.out);
    let after = tasks(&peer, "prooflink-dev");
    assert!(after.iter().any(|one| !before.contains(one)), "another one runs: {after:?}");
    let journal = run(&peer, &["journal"]);
    assert!(journal.out.contains("stop task"), "{}", journal.out);
    let gone = run(&peer, &["task", "stop", "prooflink-dev/ffffffffffffffffffffffffffffffff", "--yes"]);
    assert_eq!((gone.code, asked(&peer, "StopTask")), (Some(5), 1), "{}", gone.err);
}

#[test]
fn a_database_is_rebooted_and_one_without_standby_does_not_fail_over() {
    let peer = Peer::with(&["prooflink"]);
    let database = "prooflink-dev/prooflink-dev-db";
    let refused = run(&peer, &["db", "failover", database, "--yes"]);
    assert_eq!((refused.code, asked(&peer, "RebootDBInstance")), (Some(3), 0), "{}", refused.err);
    assert!(refused.err.contains("no standby"), "{}", refused.err);
    let done = run(&peer, &["db", "reboot", database, "--yes"]);
    assert_eq!((done.code, asked(&peer, "RebootDBInstance")), (Some(0), 1), "{}{}", done.out, done.err);
    assert!(done.out.contains("was rebooted and is available"), "{}", done.out);
}

#[test]
fn the_range_of_auto_scaling_is_set_once() {
    let peer = Peer::with(&["backend"]);
    let target = "backend-dev/ComputeStack-dev-BackendServiceE5F6A7B8";
    let wrong = run(&peer, &["bounds", target, "6", "2", "--yes"]);
    assert_eq!((wrong.code, asked(&peer, "RegisterScalableTarget")), (Some(1), 0), "{}", wrong.err);
    let set = run(&peer, &["bounds", target, "3", "9", "--yes"]);
    assert_eq!((set.code, asked(&peer, "RegisterScalableTarget")), (Some(0), 1), "{}{}", set.out, set.err);
    let again = run(&peer, &["bounds", target, "3", "9", "--yes"]);
    assert_eq!(again.code, Some(0), "{}{}", again.out, again.err);
    assert!(
        format!("{}{}", again.out, again.err).contains("already; nothing was changed"),
        "{}{}",
        again.out,
        again.err
    );
    assert_eq!(asked(&peer, "RegisterScalableTarget"), 1);
}
