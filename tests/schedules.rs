//! Schedules at EventBridge Scheduler: the built binary against the peer's systems: created, read back, changed,
//! overridden, removed; and what happens when somebody else was there first.
#![expect(
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    reason = "a test whose program does not run must fail at once"
)]

mod support;

use std::path::PathBuf;

use serde_json::{Value, json};
use support::peer::Peer;

const CONFIG: &str = r#"
[calendar.jp]
builtin = "jp-national-holidays"

[schedule.office]
timezone = "Asia/Tokyo"
on = [{ days = "mon-fri", from = "09:00", to = "22:00" }]
guard = "daily"
max_override = "12h"

[schedule.holidays]
timezone = "Asia/Tokyo"
on = [{ days = "mon-fri", from = "09:00", to = "22:00" }]
holidays = { calendar = "jp" }
guard = "daily"

[environment.prooflink-dev]
schedule = "office"
"#;

struct Said {
    code: Option<i32>,
    out: String,
    err: String,
}

/// A peer with ProofLink in it, and a configuration beside it.
struct Stage {
    peer: Peer,
    config: PathBuf,
}

impl Stage {
    fn new() -> Self {
        let peer = Peer::start();
        peer.build(&["prooflink"]);
        let config = peer.home().join("schedules.toml");
        std::fs::write(&config, CONFIG).expect("a configuration");
        Self { peer, config }
    }

    fn run(&self, arguments: &[&str]) -> Said {
        let output = self.peer.toban().arg("--config").arg(&self.config).args(arguments).output().expect("toban runs");
        let text = |bytes| String::from_utf8(bytes).expect("UTF-8");
        Said { code: output.status.code(), out: text(output.stdout), err: text(output.stderr) }
    }

    fn calls(&self, operation: &str) -> usize {
        self.peer.calls().iter().filter(|call| call["operation"] == operation).count()
    }

    fn listed(&self) -> Value {
        let said = self.run(&["schedule", "list", "--json"]);
        let document: Value = serde_json::from_str(&said.out).unwrap_or_else(|_| panic!("{} {}", said.out, said.err));
        document["environments"][0].clone()
    }
}

#[test]
fn schedules_are_made_read_back_changed_and_removed() {
    let stage = Stage::new();
    let plan = stage.run(&["schedule", "sync", "prooflink-dev", "--dry-run"]);
    assert_eq!((plan.code, stage.calls("CreateScheduleGroup")), (Some(0), 0), "{}", plan.err);
    let stop = "rds-instance.prooflink-dev-db.stop.2210: – → cron(10 22 * * ? *) Asia/Tokyo";
    assert!(plan.out.contains("scheduler:CreateScheduleGroup toban-prooflink-dev"), "{}", plan.out);
    assert!(plan.out.contains(stop), "{}", plan.out);
    assert!(plan.out.contains("cron(45 8 ? * MON-FRI *)"), "{}", plan.out);

    let made = stage.run(&["schedule", "sync", "prooflink-dev", "--yes"]);
    assert_eq!(made.code, Some(0), "{} {}", made.out, made.err);
    let first = stage.calls("CreateSchedule");
    assert!(first >= 2, "a stop and a start at least: {first}");

    let again = stage.run(&["schedule", "sync", "prooflink-dev", "--yes"]);
    assert_eq!(again.code, Some(0), "{}", again.err);
    assert!(again.out.contains("everything is as computed already"), "{}", again.out);
    assert_eq!((stage.calls("CreateSchedule"), stage.calls("UpdateSchedule")), (first, 0), "nothing written twice");

    // Another schedule: starts become single ones, the old recurring start goes, the stop stays as it is.
    let set = stage.run(&["schedule", "set", "prooflink-dev", "holidays"]);
    assert_eq!(set.code, Some(0), "{}", set.err);
    let changed = stage.run(&["schedule", "sync", "--yes"]);
    assert_eq!(changed.code, Some(0), "{} {}", changed.out, changed.err);
    assert!(stage.calls("DeleteSchedule") >= 1 && stage.calls("CreateSchedule") > first + 15, "{}", changed.out);
    assert_eq!(stage.calls("UpdateSchedule"), 0);

    let removed = stage.run(&["schedule", "remove", "prooflink-dev", "--yes"]);
    assert_eq!((removed.code, stage.calls("DeleteScheduleGroup")), (Some(0), 1), "{}", removed.err);
    let unknown = stage.run(&["schedule", "set", "prooflink-dev", "nights"]);
    assert_eq!(unknown.code, Some(5), "{}", unknown.err);
}

#[test]
fn an_override_is_seen_by_everybody_and_taken_back() {
    let stage = Stage::new();
    assert_eq!(stage.run(&["schedule", "sync", "--yes"]).code, Some(0));
    let kept = stage.run(&["schedule", "override", "prooflink-dev", "--until", "+1h", "--state", "stopped", "--yes"]);
    assert_eq!(kept.code, Some(0), "{} {}", kept.out, kept.err);
    let seen = stage.listed();
    assert_eq!((&seen["override"]["state"], &seen["wanted"]), (&json!("stopped"), &json!("stopped")), "{seen}");
    let again = stage.run(&["schedule", "sync", "--yes"]);
    assert!(again.out.contains("everything is as computed already"), "the tag is the record: {}", again.out);
    let cleared = stage.run(&["schedule", "clear", "prooflink-dev", "--yes"]);
    assert_eq!(cleared.code, Some(0), "{} {}", cleared.out, cleared.err);
    assert_eq!(stage.listed()["override"], Value::Null);
    let held = stage.run(&["schedule", "hold", "prooflink-dev", "--until", "+2d", "--yes"]);
    assert_eq!(held.code, Some(0), "{} {}", held.out, held.err);
    assert!(stage.listed()["hold"]["until"].is_string());
    let long = stage.run(&["schedule", "override", "prooflink-dev", "--until", "+3d", "--yes"]);
    assert_eq!(long.code, Some(1), "{}", long.out);
    assert!(long.err.contains("max_override") || long.err.contains("may last until"), "{}", long.err);
}

#[test]
fn what_others_did_is_put_right_or_left_alone() {
    let stage = Stage::new();
    assert_eq!(stage.run(&["schedule", "sync", "--yes"]).code, Some(0));
    // Edited by hand: found, told, put right.
    let name = "rds-instance.prooflink-dev-db.stop.2210";
    let patch = json!({"ScheduleExpression": "cron(0 7 * * ? *)"});
    let ids = stage.peer.script(&json!([
        {"service": "scheduler", "operation": "GetSchedule", "match": {"Name": name}, "patch": patch, "times": 2},
    ]));
    let plan = stage.run(&["schedule", "sync", "prooflink-dev", "--dry-run"]);
    assert!(plan.out.contains("cron(0 7 * * ? *) → cron(10 22 * * ? *)"), "{}", plan.out);
    stage.peer.unscript(&ids);
    // The group deleted by hand: made anew.
    assert_eq!(stage.run(&["schedule", "remove", "prooflink-dev", "--yes"]).code, Some(0));
    let anew = stage.run(&["schedule", "sync", "--yes"]);
    assert_eq!((anew.code, stage.calls("CreateScheduleGroup")), (Some(0), 2), "{}", anew.err);
    // A group of that name with another owner's tag: nothing in it is touched.
    let tags = json!({"Tags": [{"Key": "toban:env", "Value": "somebody-else"}]});
    let ids = stage.peer.script(&json!([
        {"service": "scheduler", "operation": "ListTagsForResource", "patch": tags},
    ]));
    let before = stage.calls("DeleteSchedule");
    let refused = stage.run(&["schedule", "remove", "prooflink-dev", "--yes"]);
    assert_eq!(refused.code, Some(1), "{}", refused.out);
    assert!(refused.err.contains("belongs to somebody-else"), "{}", refused.err);
    assert_eq!((stage.calls("DeleteSchedule"), stage.calls("DeleteScheduleGroup")), (before, 1));
    stage.peer.unscript(&ids);
}

#[test]
fn a_role_that_may_not_be_passed_is_told_and_sync_goes_on_later() {
    let stage = Stage::new();
    let says = "User is not authorized to perform: iam:PassRole on resource: role/toban-scheduler";
    let ids = stage.peer.script(&json!([
        {"service": "scheduler", "operation": "CreateSchedule",
         "error": {"code": "AccessDeniedException", "message": says}},
    ]));
    let refused = stage.run(&["schedule", "sync", "--yes"]);
    assert!(matches!(refused.code, Some(1 | 6)), "{} {}", refused.out, refused.err);
    assert!(refused.err.contains("iam:PassRole"), "{}", refused.err);
    stage.peer.unscript(&ids);
    let resumed = stage.run(&["schedule", "sync", "--yes"]);
    assert_eq!(resumed.code, Some(0), "{}", resumed.err);
}

#[test]
fn the_doctor_tells_whether_scheduler_can_act_by_the_role() {
    let stage = Stage::new();
    let doctor = || stage.run(&["doctor", "prooflink-dev"]).out;
    let role = "arn:aws:iam::123456789012:role/toban-scheduler";
    let says = doctor();
    assert!(says.contains(&format!("schedules of prooflink-dev: the role {role} does not exist")), "{says}");
    // What it tries on things of another kind says nothing about permissions.
    assert!(!says.contains("fail lambda:") && !says.contains("fail ssm:"), "{says}");
    let printed = stage.run(&["policy", "--scheduler", "--account", "123456789012"]);
    let document: Value = serde_json::from_str(&printed.out).expect("a document");
    let at = "2026-11-01T00:00:00Z";
    let role_with = |trust: &Value| {
        json!({"service": "iam", "operation": "GetRole", "times": 1, "answer": {"Role": {
            "Path": "/", "RoleName": "toban-scheduler", "RoleId": "AROA", "Arn": role, "CreateDate": at,
            "AssumeRolePolicyDocument": trust.to_string(),
        }}})
    };
    stage.peer.script(&role_with(&document["trust"]));
    let says = doctor();
    assert!(says.contains(&format!("schedules of prooflink-dev: EventBridge Scheduler may act by {role}")), "{says}");
    stage.peer.script(&role_with(&json!({"Statement": []})));
    let says = doctor();
    assert!(says.contains(&format!("EventBridge Scheduler may be unable to act by {role}")), "{says}");
}
