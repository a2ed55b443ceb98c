//! Schedules at EventBridge Scheduler: the built binary against the peer's systems: created, read back, changed,
//! overridden, removed; and what happens when somebody else was there first.
#![expect(
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    reason = "a test whose program does not run must fail at once"
)]

mod drift;
mod others;
mod rules;
mod scaled;

use std::path::PathBuf;
use std::process::Command;

use crate::support::clock::where_it_is_noon;
use crate::support::peer::Peer;
use crate::support::said::{Said, said};
use serde_json::{Value, json};

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

[schedule.nights]
timezone = "Asia/Tokyo"
mode = "stop-only"
stop = [{ days = "mon-sun", at = "22:00" }]
"#;

/// A peer with ProofLink in it, and a configuration beside it.
struct Stage {
    peer: Peer,
    config: PathBuf,
}

impl Stage {
    fn new() -> Self {
        Self::of("prooflink", "prooflink-dev")
    }

    /// One system, one of its environments in office hours.
    fn of(system: &str, environment: &str) -> Self {
        let peer = Peer::with(&[system]);
        let config = peer.home().join("schedules.toml");
        let text = format!("{CONFIG}\n[environment.{environment}]\nschedule = \"office\"\n");
        std::fs::write(&config, text).expect("a configuration");
        Self { peer, config }
    }

    /// The same in hours that are far from their edges now, whatever day and time it is: an override that would come too
    /// late, or be cut short by the next start, is another test's.
    fn by_day(system: &str, environment: &str) -> Self {
        let stage = Self::of(system, environment);
        let noon = where_it_is_noon();
        let text = format!(
            "{CONFIG}\n[schedule.day]\ntimezone = \"{noon}\"\non = [{{ days = \"mon-sun\", from = \"09:00\", to = \"22:00\" }}]\n\
             guard = \"daily\"\nmax_override = \"12h\"\n[environment.{environment}]\nschedule = \"day\"\n"
        );
        std::fs::write(&stage.config, text).expect("a configuration");
        stage
    }

    fn run(&self, arguments: &[&str]) -> Said {
        // Where its people are: of an environment without a schedule nothing else tells.
        said(&mut self.command(arguments))
    }

    fn command(&self, arguments: &[&str]) -> Command {
        let mut toban = self.peer.toban();
        toban.env("TZ", "Asia/Tokyo").arg("--config").arg(&self.config).args(arguments);
        toban
    }

    fn calls(&self, operation: &str) -> usize {
        self.peer.calls().iter().filter(|call| call["operation"] == operation).count()
    }

    fn to_json(&self) -> Value {
        let said = self.run(&["schedule", "list", "--json"]);
        let document: Value = serde_json::from_str(&said.out).unwrap_or_else(|_| panic!("{} {}", said.out, said.err));
        document["environments"][0].clone()
    }
}

/// A configuration in which an environment has been off for long by now: it is on for half an hour, twelve hours away.
fn elsewhen(stage: &Stage, environment: &str) {
    far(stage, environment, "edge", "observe");
}

/// The same, in a mode and by a backend.
fn far(stage: &Stage, environment: &str, mode: &str, backend: &str) {
    let now = Command::new("date").args(["-u", "+%H"]).output().expect("a clock");
    let hour: u32 = String::from_utf8_lossy(&now.stdout).trim().parse().expect("an hour");
    let on = (hour + 12) % 24;
    let text = format!(
        "[schedule.far]\ntimezone = \"UTC\"\non = [{{ days = \"mon-sun\", from = \"{on:02}:00\", to = \"{on:02}:30\" }}]\n\
         mode = \"{mode}\"\n[environment.{environment}]\nschedule = \"far\"\nbackend = \"{backend}\"\n"
    );
    std::fs::write(&stage.config, text).expect("a configuration");
}

/// Those of `list` that belong to `environment`.
fn named(stage: &Stage, list: &str, environment: &str) -> Vec<Value> {
    let said = stage.run(&["schedule", "list", "--json"]);
    let document: Value = serde_json::from_str(&said.out).unwrap_or_else(|_| panic!("{} {}", said.out, said.err));
    let all = document[list].as_array().unwrap_or_else(|| panic!("no list {list}: {document:#}"));
    all.iter().filter(|one| one["environment"] == environment).cloned().collect()
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
    assert!(again.out.contains("nothing to change: the schedules at AWS are up to date"), "{}", again.out);
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
    let unknown = stage.run(&["schedule", "set", "prooflink-dev", "siesta"]);
    assert_eq!(unknown.code, Some(5), "{}", unknown.err);
}

#[test]
fn an_override_is_seen_by_everybody_and_taken_back() {
    let stage = Stage::by_day("prooflink", "prooflink-dev");
    // Rules that act against it are held back by schedules of that role.
    rules::role(&stage);
    rules::fire_within(&stage, &[("start", 8), ("stop", 9)]);
    assert_eq!(stage.run(&["schedule", "sync", "--yes"]).code, Some(0));
    let kept = stage.run(&["schedule", "override", "prooflink-dev", "--until", "+1h", "--state", "stopped", "--yes"]);
    assert_eq!(kept.code, Some(0), "{} {}", kept.out, kept.err);
    let seen = stage.to_json();
    assert_eq!((&seen["override"]["state"], &seen["wanted"]), (&json!("stopped"), &json!("stopped")), "{seen}");
    let again = stage.run(&["schedule", "sync", "--yes"]);
    assert!(
        again.out.contains("nothing to change: the schedules at AWS are up to date"),
        "the tag is the record: {}",
        again.out
    );
    let cleared = stage.run(&["schedule", "clear", "prooflink-dev", "--yes"]);
    assert_eq!(cleared.code, Some(0), "{} {}", cleared.out, cleared.err);
    assert_eq!(stage.to_json()["override"], Value::Null);
    let held = stage.run(&["schedule", "hold", "prooflink-dev", "--until", "+2d", "--yes"]);
    assert_eq!(held.code, Some(0), "{} {}", held.out, held.err);
    assert!(stage.to_json()["hold"]["until"].is_string());
    let long = stage.run(&["schedule", "override", "prooflink-dev", "--until", "+3d", "--yes"]);
    assert_eq!(long.code, Some(1), "{}", long.out);
    assert!(long.err.contains("max_override") || long.err.contains("may last until"), "{}", long.err);
}

#[test]
fn what_maintenance_waits_is_listed_once_and_only_where_a_window_is_slept_through() {
    let stage = Stage::new();
    let windowed = |window: &str| {
        stage.peer.script(&json!([{"service": "rds", "operation": "DescribeDBInstances",
            "patch": {"DBInstances": {"[*]": {"PreferredMaintenanceWindow": window}}}}]))
    };
    let told = || {
        stage.peer.forget_calls();
        let said = stage.run(&["schedule", "preview", "prooflink-dev", "--json"]);
        let document: Value = serde_json::from_str(&said.out).unwrap_or_else(|_| panic!("{} {}", said.out, said.err));
        let warning = document["warnings"].as_array().and_then(|all| {
            let mut all = all.iter().filter_map(Value::as_str);
            all.find(|it| it.contains("maintenance window")).map(str::to_owned)
        });
        let calls = stage.calls("DescribePendingMaintenanceActions");
        (warning.unwrap_or_default(), document["pending_maintenance"][0]["actions"].clone(), calls)
    };
    let noon = windowed("tue:03:00-tue:03:30");
    assert_eq!(told(), (String::new(), Value::Null, 0), "it is up then: nothing is asked");
    stage.peer.unscript(&noon);

    windowed("sat:18:00-sat:18:30");
    let (message, count, calls) = told();
    assert!(message.ends_with("Sun 03:00–Sun 03:30 (sat:18:00-sat:18:30 UTC); nothing is pending"), "{message}");
    assert_eq!((count, calls), (json!(0), 1));
    let action = json!({"Action": "system-update", "Description": "New Operating System update is available"});
    let arn = |id: &str| format!("arn:aws:rds:ap-northeast-1:123456789012:db:{id}");
    let waits = |id: &str, actions: &[&Value]| json!({"ResourceIdentifier": arn(id), "PendingMaintenanceActionDetails": actions});
    let answer = json!({"PendingMaintenanceActions": [
        waits("prooflink-prod-db", &[&action]), waits("prooflink-dev-db", &[&action, &action]),
    ]});
    stage.peer.script(&json!({"service": "rds", "operation": "DescribePendingMaintenanceActions", "times": 1,
        "answer": answer}));
    let (message, count, calls) = told();
    assert!(message.ends_with("; 2 maintenance actions are pending"), "{message}");
    assert_eq!((count, calls), (json!(2), 1), "one listing, whoever else has some waiting");
    let error = json!({"code": "AccessDenied", "message": "no", "status": 403});
    stage.peer.script(&json!({"service": "rds", "operation": "DescribePendingMaintenanceActions", "error": error}));
    let (message, count, _) = told();
    assert!(message.contains("was not read: rds:DescribePendingMaintenanceActions is not allowed"), "{message}");
    assert_eq!(count, Value::Null);
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
    let message = "User is not authorized to perform: iam:PassRole on resource: role/toban-scheduler";
    let ids = stage.peer.script(&json!([
        {"service": "scheduler", "operation": "CreateSchedule",
         "error": {"code": "AccessDeniedException", "message": message}},
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
    let message = doctor();
    assert!(message.contains(&format!("schedules of prooflink-dev: the role {role} does not exist")), "{message}");
    // What it tries on things of another kind says nothing about permissions.
    assert!(!message.contains("fail lambda:") && !message.contains("fail ssm:"), "{message}");
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
    let message = doctor();
    assert!(
        message.contains(&format!("schedules of prooflink-dev: EventBridge Scheduler may assume {role}")),
        "{message}"
    );
    assert!(
        message.contains("ok   permissions of prooflink-dev: what arn:aws:iam"),
        "not checked is no failure: {message}"
    );
    assert!(message.contains("may do was not checked: "), "{message}");

    // What IAM simulates, on the database that sleeps and not on everything there is.
    let simulated = |start: &str| {
        json!({"service": "iam", "operation": "SimulatePrincipalPolicy", "times": 1,
        "match": {"ResourceArns": "db:prooflink-dev-db"},
        "answer": {"IsTruncated": false, "EvaluationResults": [
            {"EvalActionName": "rds:StopDBInstance", "EvalDecision": "allowed"},
            {"EvalActionName": "rds:StartDBInstance", "EvalDecision": start},
        ]}})
    };
    let service = json!({"service": "iam", "operation": "SimulatePrincipalPolicy", "times": 1,
    "match": {"ResourceArns": "service/"},
    "answer": {"IsTruncated": false, "EvaluationResults": [
        {"EvalActionName": "ecs:UpdateService", "EvalDecision": "allowed"},
    ]}});
    stage.peer.script(&json!([role_with(&document["trust"]), simulated("allowed"), service]));
    let message = doctor();
    assert!(
        message.contains(&format!("permissions of prooflink-dev: {role} may stop and start 2 members")),
        "{message}"
    );
    stage.peer.script(&json!([role_with(&document["trust"]), simulated("implicitDeny"), service]));
    let message = doctor();
    assert!(message.contains(&format!("{role} may not rds:StartDBInstance on prooflink-dev-db")), "{message}");
    stage.peer.script(&role_with(&json!({"Statement": []})));
    let message = doctor();
    assert!(message.contains(&format!("EventBridge Scheduler may be unable to assume {role}")), "{message}");
}
