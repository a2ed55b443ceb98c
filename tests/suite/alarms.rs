//! Alarms that the simulator does not know: log alarms and a composite one over them, scripted in AWS's shapes. A firing one
//! makes its environment bad, and its page has its states over time with those of the alarms below it.

use serde_json::{Value, json};

use crate::support::peer::{ACCOUNT, Peer, REGION};
use crate::support::said::said;
use crate::terminal::{Terminal, console};

const LINES: &str = "prooflink-dev-fatal-lines";
const DOWN: &str = "prooflink-dev-down";

fn arn(name: &str) -> String {
    format!("arn:aws:cloudwatch:{REGION}:{ACCOUNT}:alarm:{name}")
}

/// Who is told.
fn topic() -> String {
    format!("arn:aws:sns:{REGION}:{ACCOUNT}:prooflink-alerts")
}

/// A peer with a firing log alarm on the lines of an environment's program, and a composite alarm over it and one that is gone.
fn firing() -> Peer {
    let peer = Peer::with(&["prooflink"]);
    let query = json!({ "QueryString": "filter level = \"fatal\"", "LogGroupIdentifiers": ["/ecs/prooflink-dev-app"] });
    let lines = json!({ "AlarmName": LINES, "AlarmArn": arn(LINES), "StateValue": "ALARM", "ActionsEnabled": true,
        "StateReason": "Threshold Crossed: 3 lines", "StateTransitionedTimestamp": "-2h", "Threshold": 0.0,
        "ComparisonOperator": "GreaterThanThreshold", "ScheduledQueryConfiguration": query, "AlarmActions": [topic()] });
    let rule = format!("ALARM(\"{LINES}\") OR ALARM(\"{}\")", arn("prooflink-dev-gone"));
    let down = json!({ "AlarmName": DOWN, "AlarmArn": arn(DOWN), "AlarmRule": rule, "StateValue": "ALARM",
        "ActionsEnabled": true, "StateTransitionedTimestamp": "-2h", "AlarmActions": [topic()] });
    peer.script(&json!({ "service": "cloudwatch", "operation": "DescribeAlarms",
        "patch": { "LogAlarms": [lines], "CompositeAlarms": [down] } }));
    let data =
        json!({ "oldState": { "stateValue": "OK" }, "newState": { "stateValue": "ALARM", "stateReason": "3 lines" } });
    for name in [LINES, DOWN] {
        let item = json!({ "AlarmName": name, "Timestamp": "-2h", "HistoryItemType": "StateUpdate",
            "HistorySummary": "Alarm updated from OK to ALARM", "HistoryData": data.to_string() });
        peer.script(&json!({ "service": "cloudwatch", "operation": "DescribeAlarmHistory",
            "match": { "AlarmName": name }, "answer": { "AlarmHistoryItems": [item] } }));
    }
    peer
}

#[test]
fn a_firing_log_alarm_makes_its_environment_bad() {
    let peer = firing();
    let status = said(peer.toban().args(["status", "prooflink-dev", "--json"]));
    assert_eq!(status.code, Some(20), "{}{}", status.out, status.err);
    let document: Value = serde_json::from_str(&status.out).expect("a document");
    let environment = &document["environments"][0];
    assert_eq!(environment["health"], "bad", "{environment}");
    let alarms = environment["alarms"].as_array().expect("alarms");
    let of = |name: &str| alarms.iter().find(|one| one["name"] == name).expect("it is placed").clone();
    for (name, sort) in [(LINES, "log"), (DOWN, "composite")] {
        let alarm = of(name);
        assert_eq!((&alarm["type"], &alarm["state"], &alarm["health"]), (&json!(sort), &json!("alarm"), &json!("bad")));
    }
}

#[test]
fn an_alarm_without_a_metric_has_its_states_over_time_on_its_page() {
    let peer = firing();
    let mut toban =
        Terminal::run(console(&peer.env(), &["prooflink-dev", "--view", "alarms", "--filter", DOWN]), 170, 60);
    toban.wait("the alarm alone", |screen| {
        let head = screen.lines().next().unwrap_or_default();
        !head.contains("waiting for ")
            && screen.lines().any(|line| crate::terminal::has_cursor(line) && line.contains(DOWN))
    });
    toban.keys("\r");
    let screen = toban.wait("its states and those below it", |screen| {
        screen.contains("states of the last 24 h") && screen.contains("not known here")
    });
    let band = |name: &str| {
        let drawn = |line: &&str| line.contains(name) && (line.contains("▂█") || line.contains("····"));
        screen.lines().find(drawn).unwrap_or_default()
    };
    for name in [LINES, DOWN] {
        assert!(band(name).contains("▂▂█") && band(name).contains("alarm since"), "{screen}");
    }
    assert!(band("prooflink-dev-gone").contains("····"), "{screen}");
}
