//! Memory between runs, over the peer and with the built binary: what a second run still asks AWS, what one environment
//! takes, and that what a run says does not depend on what is remembered.
#![expect(clippy::expect_used, reason = "a test whose program does not run must fail at once")]

use std::path::Path;

use serde_json::Value;
use tempfile::TempDir;

use crate::support::peer::shared;
use crate::support::said::{Said, said};

/// One run with a state directory of its own; what it said and which calls it made.
fn run(state: &Path, arguments: &[&str]) -> (Said, Value) {
    let run = said(shared().toban().arg("--stats").args(arguments).env("TOBAN_STATE_DIR", state));
    let stats = run.err.lines().rev().find(|line| line.starts_with('{')).expect("statistics on stderr");
    let stats = serde_json::from_str(stats).expect("one document");
    (run, stats)
}

fn calls(stats: &Value, operation: &str) -> u64 {
    stats.get(operation).and_then(|tally| tally.get("calls")?.as_u64()).unwrap_or_default()
}

fn all_calls(stats: &Value) -> u64 {
    stats.as_object().expect("operations").values().filter_map(|tally| tally.get("calls")?.as_u64()).sum()
}

/// Each environment with its health and what it consists of, without what a moment changes.
fn told(said: &Said) -> Vec<(String, String, Vec<String>)> {
    let document: Value = serde_json::from_str(&said.out).expect("one document");
    let environment = |environment: &Value| {
        let lists = environment.as_object().expect("an environment").values().filter_map(Value::as_array).flatten();
        let mut names: Vec<String> = lists.filter_map(|one| one.get("name")?.as_str().map(str::to_owned)).collect();
        names.sort();
        let word = |key: &str| environment.get(key).and_then(Value::as_str).expect("a word").to_owned();
        (word("name"), word("health"), names)
    };
    document.get("environments").and_then(Value::as_array).expect("environments").iter().map(environment).collect()
}

#[test]
fn a_second_run_asks_less_and_says_the_same() {
    let home = TempDir::new().expect("a home");
    let (first, cold) = run(home.path(), &["status", "--json"]);
    let (second, warm) = run(home.path(), &["status", "--json"]);
    assert_eq!(told(&first), told(&second));
    assert_eq!(first.code, second.code);
    for operation in
        ["ecs:DescribeTaskDefinition", "elasticloadbalancing:DescribeListeners", "elasticloadbalancing:DescribeRules"]
    {
        assert!(calls(&cold, operation) > 0, "{cold}");
        assert_eq!(calls(&warm, operation), 0, "{operation} {warm}");
    }
    assert_eq!(
        calls(&cold, "elasticloadbalancing:DescribeTargetHealth"),
        calls(&warm, "elasticloadbalancing:DescribeTargetHealth")
    );

    let (one, narrow) = run(home.path(), &["status", "prooflink-prod", "--json"]);
    let of = |all: Vec<(String, String, Vec<String>)>| all.into_iter().find(|(name, ..)| name == "prooflink-prod");
    assert_eq!(of(told(&one)), of(told(&first)));
    assert!(
        calls(&narrow, "elasticloadbalancing:DescribeTargetHealth")
            < calls(&warm, "elasticloadbalancing:DescribeTargetHealth")
    );
    println!("calls: {} cold, {} warm, {} for one environment", all_calls(&cold), all_calls(&warm), all_calls(&narrow));
    assert!(all_calls(&narrow) < all_calls(&warm) && all_calls(&warm) < all_calls(&cold), "{narrow} {warm} {cold}");

    let cache =
        |arguments: &[&str]| said(shared().toban().arg("cache").args(arguments).env("TOBAN_STATE_DIR", home.path()));
    let listed: Value = serde_json::from_str(&cache(&["list", "--json"]).out).expect("one document");
    assert!(listed["places"].as_array().is_some_and(|places| places.len() > 10), "{listed}");
    let cleared = cache(&["clear"]);
    assert!(cleared.out.starts_with("forgot "), "{} {}", cleared.out, cleared.err);
    let (_, again) = run(home.path(), &["status", "--json"]);
    for operation in ["ecs:DescribeTaskDefinition", "elasticloadbalancing:DescribeListeners"] {
        assert_eq!(calls(&again, operation), calls(&cold, operation), "{operation}");
    }
}

#[test]
fn a_damaged_store_is_told_of_and_costs_nothing_else() {
    let home = TempDir::new().expect("a home");
    std::fs::write(home.path().join("store.db"), "no store").expect("a file");
    let (first, _) = run(home.path(), &["status", "prooflink-dev"]);
    assert!(first.err.contains("the local store was damaged"), "{}", first.err);
    let (second, _) = run(home.path(), &["status", "prooflink-dev"]);
    assert!(!second.err.contains("the local store"), "{}", second.err);
    assert_eq!(first.code, second.code, "{} {}", first.out, second.out);
}

#[test]
fn what_is_remembered_does_not_hide_that_nothing_can_be_read() {
    let home = TempDir::new().expect("a home");
    run(home.path(), &["status"]);
    for arguments in
        [&["status"][..], &["status", "prooflink-prod"], &["status", "prooflink-prod", "--watch", "--json"]]
    {
        let mut dead = shared().toban();
        dead.args(arguments).env("TOBAN_STATE_DIR", home.path()).env("AWS_ENDPOINT_URL", "http://127.0.0.1:9");
        let dead = said(&mut dead);
        assert_eq!(dead.code, Some(1), "{arguments:?}: {} {}", dead.out, dead.err);
        assert!(dead.err.contains("nothing could be read"), "{arguments:?}: {}", dead.err);
    }
}
