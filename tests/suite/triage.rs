//! Incidents played through a real HTTP peer: what is sick is scripted in front of it, and the built binary explains it.
//! What single rules make of what was read is the tables' of `diagnosis::explain`.
#![expect(clippy::expect_used, reason = "a test whose program does not run must fail at once")]

use serde_json::{Value, json};

use crate::support::peer::Peer;
use crate::support::said::{said, toban};

/// Explains an environment: the document and the exit code.
fn explain(peer: &Peer, environment: &str) -> (Value, i32) {
    let run = said(peer.toban().args(["explain", environment, "--json"]));
    let document = serde_json::from_str(&run.out)
        .map_err(|fault| format!("{fault}\n{}\n{}", run.out, run.err))
        .expect("one JSON document");
    (document, run.code.unwrap_or_default())
}

fn targets_answer(code: u32) -> Value {
    json!({
        "service": "elasticloadbalancing", "operation": "DescribeTargetHealth",
        "match": {"TargetGroupArn": "prooflink-tg/"},
        "patch": {"TargetHealthDescriptions": {"[*]": {"TargetHealth": {
            "State": "unhealthy", "Reason": "Target.ResponseCodeMismatch",
            "Description": format!("Health checks failed with these codes: [{code}]")}}}}
    })
}

fn changed_by_ci() -> Value {
    let whole = json!({
        "eventTime": "2026-11-30T00:00:00Z", "requestID": "r-1", "userAgent": "aws-cli/2.15.0",
        "userIdentity": {"type": "AssumedRole", "arn": "arn:aws:sts::123456789012:assumed-role/ci/deploy"},
        "requestParameters": {"cluster": "prooflink-dev-cluster", "service": "prooflink-dev-service", "password": "hunter2"}
    });
    json!({
        "service": "cloudtrail", "operation": "LookupEvents",
        "answer": {"Events": [{"EventId": "e-1", "EventName": "UpdateService", "EventSource": "ecs.amazonaws.com",
            "EventTime": "now", "Username": "deploy", "Resources": [], "CloudTrailEvent": whole.to_string()}]}
    })
}

fn environment_of(document: &Value) -> &str {
    document["environment"].as_str().unwrap_or_default()
}

#[test]
fn a_wrong_health_path_is_the_cause_with_its_evidence() {
    let peer = Peer::with(&["prooflink"]);
    peer.script(&json!([targets_answer(404), changed_by_ci()]));
    let (document, code) = explain(&peer, "prooflink-dev");
    assert_eq!(environment_of(&document), "prooflink-dev");
    let first = &document["findings"][0];
    assert_eq!(
        (first["rule"].as_str(), first["confidence"].as_str()),
        (Some("health-check-path"), Some("certain")),
        "{document:#}"
    );
    assert!(first["cause"].as_str().is_some_and(|cause| cause.contains("404")), "{first:#}");
    assert!(first["evidence"].as_array().is_some_and(|all| !all.is_empty()), "{first:#}");
    assert!([10, 20].contains(&code), "{code}");
}

#[test]
fn a_full_database_explains_the_errors_and_a_denied_trail_is_named() {
    let peer = Peer::with(&["prooflink"]);
    let denied = json!({"code": "AccessDeniedException", "message": "not authorized to perform: cloudtrail:LookupEvents", "status": 400});
    peer.script(&json!([
        targets_answer(500),
        {"service": "rds", "operation": "DescribeDBInstances", "patch": {"DBInstances": {"[DBInstanceIdentifier=prooflink-dev*]": {"DBInstanceStatus": "storage-full"}}}},
        {"service": "cloudtrail", "operation": "LookupEvents", "error": denied}
    ]));
    let (document, code) = explain(&peer, "prooflink-dev");
    let first = &document["findings"][0];
    assert_eq!(first["rule"].as_str(), Some("database-storage-full"), "{document:#}");
    assert_ne!(first["confidence"], "possible");
    assert_eq!(code, 20);
    let missing = document["missing"].as_array().expect("a list");
    let trail = missing.iter().find(|it| it["operation"] == "cloudtrail:LookupEvents").expect("it is named");
    assert_eq!(trail["why"], "denied");
}

#[test]
fn a_timeline_tells_who_changed_what_and_keeps_secrets_out() {
    let peer = Peer::with(&["prooflink"]);
    peer.script(&changed_by_ci());
    let run = said(peer.toban().args(["timeline", "prooflink-dev", "--since", "2000d", "--json"]));
    assert_eq!(run.code, Some(2), "ninety days are kept: {}", run.err);
    let run = said(peer.toban().args(["timeline", "prooflink-dev", "--since", "90d", "--json"]));
    let document: Value = serde_json::from_str(&run.out).unwrap_or_else(|_| panic!("{}", run.err));
    assert_eq!(run.code, Some(0));
    assert!(!run.out.contains("hunter2"), "{}", run.out);
    let events = document["events"].as_array().expect("events");
    let at: Vec<&str> = events.iter().filter_map(|event| event["at"].as_str()).collect();
    assert!(at.windows(2).all(|pair| pair[0] <= pair[1]), "oldest first: {at:?}");
}

#[test]
fn a_well_environment_has_nothing_to_explain_and_reads_nothing_more() {
    let peer = Peer::with(&["prooflink"]);
    let run = said(peer.toban().args(["status", "--json"]));
    let status: Value = serde_json::from_str(&run.out).unwrap_or_else(|_| panic!("{}", run.err));
    let environments = status["environments"].as_array().expect("environments");
    let well = environments.iter().find(|one| one["health"] == "well").expect("one is well");
    peer.forget_calls();
    let (document, code) = explain(&peer, well["name"].as_str().expect("a name"));
    assert_eq!((code, &document["findings"], &document["unexplained"]), (0, &json!([]), &json!([])), "{document:#}");
    let asked = peer.calls().iter().any(|call| call["operation"] == "LookupEvents");
    assert!(!asked, "nothing is wrong, so nobody is asked who did it");
}

#[test]
fn the_simulated_sick_environments_explain_themselves() {
    let home = tempfile::tempdir().expect("a home");
    let run = said(&mut toban(home.path(), &["--demo", "explain", "prooflink-prod", "--json"]));
    let document: Value = serde_json::from_str(&run.out).unwrap_or_else(|_| panic!("{}", run.err));
    let first = &document["findings"][0];
    assert_eq!(
        (first["rule"].as_str(), first["confidence"].as_str()),
        (Some("task-out-of-memory"), Some("certain")),
        "{document:#}"
    );
    let before: Vec<&str> =
        first["changes_before"].as_array().into_iter().flatten().filter_map(|change| change["what"].as_str()).collect();
    assert!(before.iter().any(|what| what.contains("revision 118")), "{first:#}");
    assert_eq!(document["unexplained"], json!([]), "{document:#}");
    assert_eq!(run.code, Some(20));
}
