//! What should be off and is on: why, since when, who puts it right and when, on every face alike; and what is left
//! alone where that cannot be known.

use serde_json::{Value, json};

use super::{Said, Stage, elsewhen, far};

#[test]
fn why_something_is_up_that_should_be_down_is_read_of_that_database_alone() {
    let stage = Stage::new();
    elsewhen(&stage, "prooflink-dev");
    let event =
        |at: &str, message: &str| json!({"SourceIdentifier": "prooflink-dev-db", "Message": message, "Date": at});
    let script = |events: Value| {
        let matching = json!({"SourceIdentifier": "prooflink-dev-db"});
        stage.peer.script(&json!([
            {"service": "rds", "operation": "DescribeEvents", "match": matching, "answer": {"Events": events}},
        ]))
    };
    let restarted = "DB instance is being started due to it exceeding the maximum allowed time being stopped.";
    let ids = script(json!([
        event("-2h", "DB instance started"),
        event("-130m", restarted),
        event("-178h", "DB instance stopped"),
    ]));
    stage.peer.forget_calls();
    let said = stage.to_json();
    let database = &said["members"][0];
    assert_eq!(
        (&database["drift"]["state"], &database["drift"]["why"]),
        (&json!("drifted"), &json!("auto-restart")),
        "{said}"
    );
    assert!(database["drift"]["since"].is_string(), "{database}");
    assert_eq!(stage.calls("DescribeEvents"), 1, "of the database that drifts, once");
    let off = said["observed"]["members"][0]["off_seconds"].as_i64().expect("seconds");
    assert!((off - 176 * 3600).abs() < 60, "{}", said["observed"]);
    assert_eq!(said["observed"]["members"][1]["off_seconds"], 0, "the service never stopped, as far as ECS tells");
    let table = stage.run(&["schedule", "list"]).out;
    assert!(
        table.contains("should be off, is on since") && table.contains("AWS started it after seven days"),
        "{table}"
    );
    stage.peer.unscript(&ids);

    // Up since before the last edge: that had no effect. By hand: since then.
    let ids = script(json!([event("-30h", "DB instance started")]));
    assert_eq!(stage.to_json()["members"][0]["drift"]["why"], "missed");
    stage.peer.unscript(&ids);
    let ids = script(json!([event("-1h", "DB instance started"), event("-9h", "DB instance stopped")]));
    assert_eq!(stage.to_json()["members"][0]["drift"]["why"], "manual");
    stage.peer.unscript(&ids);
    // What may not be read is said, and the cause stays unknown.
    stage.peer.script(&json!([{"service": "rds", "operation": "DescribeEvents",
        "error": {"code": "AccessDenied", "message": "not authorized to perform: rds:DescribeEvents", "status": 403}}]));
    let denied = stage.run(&["schedule", "list"]);
    assert!(
        denied.out.contains("why is not known") && denied.err.contains("rds:DescribeEvents"),
        "{} {}",
        denied.out,
        denied.err
    );
    let observed = stage.to_json()["observed"]["members"][0].clone();
    assert_eq!((&observed["off_seconds"], &observed["usd"]), (&Value::Null, &Value::Null), "unknown stays unknown");
}

#[test]
fn what_is_put_right_is_told_and_journaled_with_its_cause_and_status_says_it_too() {
    let stage = Stage::new();
    far(&stage, "prooflink-dev", "enforce", "local");
    let event =
        |at: &str, message: &str| json!({"SourceIdentifier": "prooflink-dev-db", "Message": message, "Date": at});
    let events = json!([event("-1h", "DB instance started"), event("-9h", "DB instance stopped")]);
    stage.peer.script(&json!([
        {"service": "events", "operation": "ListRules", "patch": {"Rules": {"[*]": {"State": "DISABLED"}}}},
        {"service": "rds", "operation": "DescribeEvents", "answer": {"Events": events}},
    ]));
    stage.peer.forget_calls();
    let why = |said: &Said| {
        let document: Value = serde_json::from_str(&said.out).unwrap_or_else(|_| panic!("{} {}", said.out, said.err));
        document["environments"][0]["why"].as_array().expect("findings").clone()
    };
    let told = |all: &[Value], what: &str| all.iter().filter_map(Value::as_str).any(|one| one.contains(what));
    let status = why(&stage.run(&["status", "prooflink-dev", "--json"]));
    assert!(told(&status, "prooflink-dev-db should be off, is on since"), "{status:?}");
    assert!(told(&status, "(by hand)"), "{status:?}");
    assert_eq!(stage.calls("DescribeEvents"), 1, "of the database that drifts, once");
    let table = stage.run(&["status", "prooflink-dev"]);
    assert!(table.out.contains("should be off, is on since") && table.out.contains("(by hand)"), "{}", table.out);

    let ran = stage.run(&["schedule", "run", "--once"]);
    assert_eq!(ran.code, Some(0), "{} {}", ran.out, ran.err);
    assert!(ran.out.contains("prooflink-dev: sleep (prooflink-dev-db should be off, is on since"), "{}", ran.out);
    assert!(stage.calls("StopDBInstance") == 1 && ran.out.contains("(by hand)"), "{}", ran.out);
    let journal = stage.run(&["journal", "--json"]);
    let enforced = "prooflink-dev-db should be off, is on since";
    assert!(journal.out.contains("schedule: stop ") && journal.out.contains(enforced), "{}", journal.out);

    // Nothing drifts any more: nothing is asked.
    stage.peer.forget_calls();
    let status = why(&stage.run(&["status", "prooflink-dev", "--json"]));
    assert!(!told(&status, "should be off"), "{status:?}");
    assert_eq!(stage.calls("DescribeEvents"), 0);
}

/// Has its schedule enforced from here, with no rule in the way, and nobody allowed to read what happened to the database.
fn enforced_here_without_events(stage: &Stage) {
    far(stage, "prooflink-dev", "enforce", "local");
    stage.peer.script(&json!([
        {"service": "events", "operation": "ListRules", "patch": {"Rules": {"[*]": {"State": "DISABLED"}}}},
        {"service": "rds", "operation": "DescribeEvents",
            "error": {"code": "AccessDenied", "message": "not authorized to perform: rds:DescribeEvents", "status": 403}},
    ]));
}

#[test]
fn events_that_may_not_be_read_cost_the_cause_alone() {
    let stage = Stage::new();
    enforced_here_without_events(&stage);
    let denied = stage.run(&["status", "prooflink-dev"]);
    assert_eq!(denied.code, Some(0), "what nobody knows the cause of is a note: {} {}", denied.out, denied.err);
    assert!(denied.out.contains("should be off, is on (why is not known)"), "{}", denied.out);
    assert!(denied.err.contains("rds:DescribeEvents"), "{}", denied.err);
    // Since when it is up nobody tells now: the ten minutes count from this look, and nothing is done yet.
    let ran = stage.run(&["schedule", "run", "--once"]);
    assert_eq!((ran.code, stage.calls("StopDBInstance")), (Some(0), 0), "{} {}", ran.out, ran.err);
    assert!(ran.out.contains("the cause of the drift is not known: rds:DescribeEvents"), "{}", ran.out);
}

#[test]
fn who_carries_out_a_local_schedule_is_told_and_the_moment_of_an_enforced_stop_stays_what_it_was() {
    let stage = Stage::new();
    enforced_here_without_events(&stage);
    let before = stage.run(&["schedule", "list"]);
    assert!(before.out.contains("nothing here is set to stop it"), "{}", before.out);
    assert!(before.out.contains("! prooflink-dev: nothing on this machine executes its schedule"), "{}", before.out);
    let unkept = stage.to_json();
    assert_eq!(unkept["kept"], json!({"kept": false, "looked_at": null}), "{unkept:#}");
    assert_eq!(unkept["members"][0]["drift"]["righted_at"], Value::Null, "{unkept:#}");

    assert_eq!(stage.run(&["schedule", "run", "--once"]).code, Some(0));
    let kept = stage.to_json();
    assert_eq!(kept["kept"]["kept"], true, "{kept:#}");
    let moment = kept["members"][0]["drift"]["righted_at"].clone();
    assert!(moment.is_string(), "{kept:#}");
    assert_eq!(stage.run(&["schedule", "run", "--once"]).code, Some(0));
    let later = stage.to_json();
    assert_eq!(later["members"][0]["drift"]["righted_at"], moment, "whoever looks, however often");
}

#[test]
fn where_others_cannot_be_seen_nothing_is_enforced_unless_that_is_accepted_and_every_face_says_so() {
    let stage = Stage::new();
    far(&stage, "prooflink-dev", "enforce", "local");
    let denied = json!({"code": "AccessDeniedException", "message": "not authorized", "status": 400});
    let events = json!([{"SourceIdentifier": "prooflink-dev-db", "Message": "DB instance started", "Date": "-1h"},
        {"SourceIdentifier": "prooflink-dev-db", "Message": "DB instance stopped", "Date": "-9h"}]);
    stage.peer.script(&json!([
        {"service": "events", "operation": "ListRules", "error": denied},
        {"service": "rds", "operation": "DescribeEvents", "answer": {"Events": events}},
    ]));
    let unknown = "who else stops or starts something here is not known: events:ListRules is not allowed";
    let table = stage.run(&["schedule", "list"]);
    assert!(table.out.contains(&format!("! prooflink-dev: {unknown}")), "{}", table.out);
    let listed = stage.to_json();
    assert!(listed["others_unknown"].as_str().is_some_and(|message| message.starts_with(unknown)), "{listed:#}");
    let bar = listed["not_enforced"].as_str().expect("a bar").to_owned();
    assert!(bar.contains("choose mode = \"edge\"") && bar.contains("enforce_blind = true"), "{bar}");
    let preview = stage.run(&["schedule", "preview", "prooflink-dev"]);
    assert!(preview.out.contains(&format!("! it is not enforced: {unknown}")), "{}", preview.out);
    let status = stage.run(&["status", "prooflink-dev"]);
    assert!(status.out.contains(&format!("schedule far is not enforced: {unknown}")), "{}", status.out);
    assert_eq!(status.code, Some(10), "what is wished and not done is worrying: {}", status.out);
    let doctor = stage.run(&["doctor", "prooflink-dev"]);
    let warned = doctor.out.lines().find(|line| line.contains("owners in prooflink-dev")).unwrap_or_default();
    assert!(warned.starts_with("! warn") && warned.contains("so its schedule is not enforced"), "{}", doctor.out);
    assert!(doctor.out.contains("→ allow events:ListRules; "), "{}", doctor.out);
    let slept = stage.run(&["sleep", "prooflink-dev", "--dry-run"]);
    assert!(slept.out.contains(&format!("! {unknown}")), "{}", slept.out);
    let ran = stage.run(&["schedule", "run", "--once"]);
    assert_eq!((ran.code, stage.calls("StopDBInstance")), (Some(0), 0), "{} {}", ran.out, ran.err);
    assert!(ran.out.contains(&format!("it is not corrected: {unknown}")), "{}", ran.out);

    // Who keeps it at AWS is told the same, before anything is written.
    let local = std::fs::read_to_string(&stage.config).expect("the configuration");
    let at_aws = local.replace("backend = \"local\"", "backend = \"eventbridge-scheduler\"");
    std::fs::write(&stage.config, &at_aws).expect("a configuration");
    let refused = stage.run(&["schedule", "sync", "prooflink-dev", "--yes"]);
    assert_eq!((refused.code, stage.calls("CreateScheduleGroup")), (Some(1), 0), "{}", refused.out);
    assert!(refused.err.contains(&format!("schedule far cannot be enforced: {unknown}")), "{}", refused.err);
    std::fs::write(&stage.config, at_aws + "enforce_blind = true\n").expect("a configuration");
    let plan = stage.run(&["schedule", "sync", "prooflink-dev", "--dry-run"]);
    assert_eq!(plan.code, Some(0), "{}", plan.err);
    assert!(plan.out.contains(&format!("! {unknown}")), "{}", plan.out);

    // Accepted: it is said, and enforced.
    std::fs::write(&stage.config, local + "enforce_blind = true\n").expect("a configuration");
    let listed = stage.to_json();
    assert!(listed["not_enforced"].is_null() && listed["others_unknown"].is_string(), "{listed:#}");
    let ran = stage.run(&["schedule", "run", "--once"]);
    assert_eq!((ran.code, stage.calls("StopDBInstance")), (Some(0), 1), "{} {}", ran.out, ran.err);
}

/// AWS looks at nothing: between its edges somebody here puts right what drifts.
#[test]
fn what_aws_keeps_and_is_enforced_is_put_right_from_here_and_its_edges_are_left_to_aws() {
    let stage = Stage::new();
    far(&stage, "prooflink-dev", "enforce", "eventbridge-scheduler");
    let event =
        |at: &str, message: &str| json!({"SourceIdentifier": "prooflink-dev-db", "Message": message, "Date": at});
    let by_hand = json!([event("-1h", "DB instance started"), event("-9h", "DB instance stopped")]);
    stage.peer.script(&json!([
        {"service": "events", "operation": "ListRules", "patch": {"Rules": {"[*]": {"State": "DISABLED"}}}},
        {"service": "rds", "operation": "DescribeEvents", "answer": {"Events": by_hand}},
    ]));
    let listed = stage.run(&["schedule", "list"]);
    let unkept = "! prooflink-dev: nothing on this machine corrects drift";
    assert!(listed.out.contains(unkept), "{}", listed.out);
    let ran = stage.run(&["schedule", "run", "--once"]);
    assert_eq!((ran.code, stage.calls("StopDBInstance")), (Some(0), 1), "{} {}", ran.out, ran.err);
    assert!(ran.out.contains("(by hand)") && !ran.out.contains("missed"), "{}", ran.out);
    assert!(!stage.run(&["schedule", "list"]).out.contains(unkept));

    far(&stage, "prooflink-dev", "edge", "eventbridge-scheduler");
    let nothing = stage.run(&["schedule", "run", "--once"]);
    assert!(nothing.code == Some(5) && nothing.err.contains("there is nothing to run"), "{}", nothing.err);
}

/// In the morning AWS wakes it, and nobody of us is there to let its alarms speak.
#[test]
fn a_sleep_mutes_alarms_until_the_schedule_has_the_environment_up_again() {
    let stage = Stage::new();
    let plan = stage.run(&["sleep", "prooflink-dev", "--dry-run"]);
    assert!(plan.out.contains("PutAlarmMuteRule: its alarms, until "), "{}", plan.out);
    assert!(plan.out.contains("09:10, when its schedule has woken it"), "{}", plan.out);
    assert_eq!(stage.run(&["sleep", "prooflink-dev", "--yes"]).code, Some(0));
    let status = stage.run(&["status", "prooflink-dev", "--json"]);
    let document: Value = serde_json::from_str(&status.out).expect("a document");
    let muted = &document["environments"][0]["alarms"][0]["mute_rule"];
    assert!(muted["until"].as_str().is_some_and(|until| until.ends_with("T09:10:00+09:00")), "{muted:#}");
}
