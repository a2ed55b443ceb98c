//! The whole chain from HTTP to verdict: five systems built through the AWS API, untagged where
//! their teams leave them untagged, read by the real client, and every resource in its environment.
//! No mocks of our own types here.
#![expect(clippy::expect_used, reason = "a test without its table or its answer has nothing to say")]

use crate::support::peer::{PROD_ROLE, Peer, REGION};
use crate::support::said::said;
use serde_json::Value;
use std::collections::BTreeMap;
const CONFIG: &str = r#"
[[source]]
regions = ["REGION"]

[[source]]
role_arn = "ROLE"
regions = ["REGION"]
"#;

/// Two sources, as the municipal system has them: the current credentials, and a role in the production account.
fn config(peer: &Peer) -> std::path::PathBuf {
    let path = peer.home().join("config.toml");
    std::fs::write(&path, CONFIG.replace("REGION", REGION).replace("ROLE", PROD_ROLE)).expect("a config file");
    path
}

fn status(peer: &Peer, more: &[&str]) -> (Value, i32) {
    let said = said(peer.toban().args(["status", "--json", "--config"]).arg(config(peer)).args(more));
    let document = serde_json::from_str(&said.out)
        .map_err(|fault| format!("{fault}\n{}\n{}", said.out, said.err))
        .expect("one JSON document");
    (document, said.code.unwrap_or(-1))
}

/// `list → key in that list → environment`, out of `status --json`.
fn homes(status: &Value) -> BTreeMap<(String, String), String> {
    let mut homes = BTreeMap::new();
    for environment in status["environments"].as_array().into_iter().flatten() {
        let name = environment["name"].as_str().unwrap_or_default();
        for (list, key) in [
            ("services", "name"),
            ("target_groups", "name"),
            ("databases", "id"),
            ("instances", "id"),
            ("alarms", "name"),
        ] {
            for item in environment[list].as_array().into_iter().flatten() {
                let key = item[key].as_str().unwrap_or_default().to_owned();
                homes.insert((list.to_owned(), key), name.to_owned());
            }
        }
    }
    homes
}

#[test]
fn every_resource_lands_in_its_environment() {
    let peer = Peer::with(&[]);
    let table = peer.table();
    let (status, _) = status(&peer, &[]);
    let homes = homes(&status);
    let mut checked = 0;
    let mut wrong = Vec::new();
    for row in table["resources"].as_array().into_iter().flatten() {
        let kind = row["kind"].as_str().unwrap_or_default();
        if kind == "db_instance" && row["cluster"].is_string() {
            continue; // members stand inside their cluster
        }
        let (list, key) = match kind {
            "ecs_service" => ("services", &row["name"]),
            "target_group" => ("target_groups", &row["name"]),
            "db_instance" | "db_cluster" => ("databases", &row["name"]),
            "ec2_instance" => ("instances", &row["id"]),
            "alarm" => ("alarms", &row["name"]),
            _ => continue,
        };
        checked += 1;
        let key = key.as_str().unwrap_or_default();
        let found = homes.get(&(list.to_owned(), key.to_owned())).map(String::as_str);
        if found != row["environment"].as_str() {
            wrong.push(format!("{list} {key}: in {found:?}, should be in {:?}", row["environment"]));
        }
    }
    assert!(checked > 50, "only {checked} resources were looked for");
    assert!(wrong.is_empty(), "{}\nunassigned: {}", wrong.join("\n"), status["unassigned"]);
    assert_eq!(status["unassigned"], Value::Array(Vec::new()));
    let names: Vec<&str> =
        status["environments"].as_array().into_iter().flatten().filter_map(|e| e["name"].as_str()).collect();
    assert_eq!(names.len(), 8, "{names:?}");
}

#[test]
fn sick_targets_are_told_by_verdict_and_exit_code() {
    let peer = Peer::with(&["prooflink"]);
    peer.script(&serde_json::json!({
        "service": "elasticloadbalancing", "operation": "DescribeTargetHealth",
        "match": {"TargetGroupArn": "prooflink-tg/"},
        "patch": {"TargetHealthDescriptions": {"[*]": {"TargetHealth": {
            "State": "unhealthy", "Reason": "Target.ResponseCodeMismatch",
            "Description": "Health checks failed with these codes: [502]"}}}}
    }));
    let (said, code) = status(&peer, &[]);
    assert_eq!(code, 20, "{said}");
    let environments = said["environments"].as_array().expect("environments");
    let worst = environments.first().expect("the worst comes first");
    assert_eq!((worst["name"].as_str(), worst["health"].as_str()), (Some("prooflink-dev"), Some("bad")));
    let why = worst["why"][0].as_str().unwrap_or_default();
    assert!(why.contains("502"), "{why}");
    assert_eq!(environments.iter().filter(|environment| environment["health"] == "well").count(), 1, "{said}");
}
