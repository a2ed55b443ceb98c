//! Schedules at EventBridge Scheduler: the built binary against the peer's systems: created, read back, changed,
//! overridden, removed; and what happens when somebody else was there first.
#![expect(
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    reason = "a test whose program does not run must fail at once"
)]

#[path = "schedules/rules.rs"]
mod rules;
mod support;

use std::path::PathBuf;
use std::process::Command;

use serde_json::{Value, json};
use support::clock::where_it_is_noon;
use support::peer::Peer;
use support::said::{Said, said};

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
        let peer = Peer::start();
        peer.build(&[system]);
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
    let unknown = stage.run(&["schedule", "set", "prooflink-dev", "siesta"]);
    assert_eq!(unknown.code, Some(5), "{}", unknown.err);
}

#[test]
fn an_override_is_seen_by_everybody_and_taken_back() {
    let stage = Stage::by_day("prooflink", "prooflink-dev");
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
    let (says, count, calls) = told();
    assert!(says.ends_with("Sun 03:00–Sun 03:30 (sat:18:00-sat:18:30 UTC); nothing is pending"), "{says}");
    assert_eq!((count, calls), (json!(0), 1));
    let action = json!({"Action": "system-update", "Description": "New Operating System update is available"});
    let arn = |id: &str| format!("arn:aws:rds:ap-northeast-1:123456789012:db:{id}");
    let waits = |id: &str, actions: &[&Value]| json!({"ResourceIdentifier": arn(id), "PendingMaintenanceActionDetails": actions});
    let answer = json!({"PendingMaintenanceActions": [
        waits("prooflink-prod-db", &[&action]), waits("prooflink-dev-db", &[&action, &action]),
    ]});
    stage.peer.script(&json!({"service": "rds", "operation": "DescribePendingMaintenanceActions", "times": 1,
        "answer": answer}));
    let (says, count, calls) = told();
    assert!(says.ends_with("; 2 maintenance actions are pending"), "{says}");
    assert_eq!((count, calls), (json!(2), 1), "one listing, whoever else has some waiting");
    let error = json!({"code": "AccessDenied", "message": "no", "status": 403});
    stage.peer.script(&json!({"service": "rds", "operation": "DescribePendingMaintenanceActions", "error": error}));
    let (says, count, _) = told();
    assert!(says.contains("was not read: rds:DescribePendingMaintenanceActions is not allowed"), "{says}");
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
    assert!(says.contains("ok   permissions of prooflink-dev: what arn:aws:iam"), "not checked is no failure: {says}");
    assert!(says.contains("may do was not checked: "), "{says}");

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
    let says = doctor();
    assert!(says.contains(&format!("permissions of prooflink-dev: {role} may stop and start 2 members")), "{says}");
    stage.peer.script(&json!([role_with(&document["trust"]), simulated("implicitDeny"), service]));
    let says = doctor();
    assert!(says.contains(&format!("{role} may not rds:StartDBInstance on prooflink-dev-db")), "{says}");
    stage.peer.script(&role_with(&json!({"Statement": []})));
    let says = doctor();
    assert!(says.contains(&format!("EventBridge Scheduler may be unable to act by {role}")), "{says}");
}

/// What the scheduled actions of the CDK's development cluster are called.
const SCALED: &str = "toban-backend-dev.ComputeStack-dev-BackendCluster6B7A9C1D-AbCdEf123456.\
                      ComputeStack-dev-BackendServiceE5F6A7B8-XyZ9kLmN0pQr";

#[test]
fn a_scaled_service_sleeps_by_scheduled_actions_of_its_own() {
    let stage = Stage::of("backend", "backend-dev");
    let plan = stage.run(&["schedule", "sync", "backend-dev", "--dry-run"]);
    assert_eq!((plan.code, stage.calls("PutScheduledAction")), (Some(0), 0), "{}", plan.err);
    let opens = format!("{SCALED}.start.0900: – → cron(0 9 ? * MON-FRI *) Asia/Tokyo min=2 max=10");
    assert!(plan.out.contains(&opens), "{}", plan.out);
    assert!(plan.out.contains(&format!("{SCALED}.stop.2200: – → cron(0 22 * * ? *) Asia/Tokyo min=0 max=0")));
    assert!(!plan.out.contains("ecs:updateService") && !plan.out.contains("left out"), "{}", plan.out);

    let made = stage.run(&["schedule", "sync", "backend-dev", "--yes"]);
    assert_eq!((made.code, stage.calls("PutScheduledAction")), (Some(0), 2), "{} {}", made.out, made.err);
    let order: Vec<bool> = stage
        .peer
        .calls()
        .iter()
        .filter(|call| call["operation"] == "PutScheduledAction")
        .map(|call| call["params"]["ScalableTargetAction"]["MaxCapacity"] == 0)
        .collect();
    assert_eq!(order, [false, true], "what opens is there before what closes");
    let again = stage.run(&["schedule", "sync", "backend-dev", "--yes"]);
    assert!(again.out.contains("everything is as computed already"), "{} {}", again.out, again.err);
    assert_eq!(stage.listed()["schedule_drift"], json!([]));

    // At night the bounds are closed and no task is wanted: the action that wakes it is what remembers them.
    let closed = json!({"ScalableTargets": {"[*]": {"MinCapacity": 0, "MaxCapacity": 0}}});
    let none = json!({"services": {"[*]": {"desiredCount": 0, "runningCount": 0, "pendingCount": 0}}});
    let ids = stage.peer.script(&json!([
        {"service": "application-autoscaling", "operation": "DescribeScalableTargets", "patch": closed},
        {"service": "ecs", "operation": "DescribeServices", "patch": none},
    ]));
    let night = stage.run(&["schedule", "sync", "backend-dev", "--yes"]);
    assert!(night.out.contains("everything is as computed already"), "{} {}", night.out, night.err);
    let removed = stage.run(&["schedule", "remove", "backend-dev", "--yes"]);
    assert_eq!((removed.code, stage.calls("DeleteScheduledAction")), (Some(0), 2), "{} {}", removed.out, removed.err);
    stage.peer.unscript(&ids);
    let calls = stage.peer.calls();
    let of = |operation: &str| calls.iter().position(|call| call["operation"] == operation);
    let tag = calls.iter().position(|call| call["params"]["tags"][0]["value"] == "desired=2 min=2 max=10");
    assert!(tag.is_some() && tag < of("PutScheduledAction"), "what it wakes to is written on it first");
    assert_eq!(of("UntagResource"), None, "asleep, it still wears what it wakes to");
    let awake = stage.run(&["schedule", "remove", "backend-dev", "--yes"]);
    assert_eq!((awake.code, stage.calls("UntagResource")), (Some(0), 1), "{} {}", awake.out, awake.err);
}

#[test]
fn a_service_that_may_be_scaled_to_nothing_is_lifted_to_what_it_had() {
    let stage = Stage::of("backend", "backend-dev");
    let from_zero = json!({"ScalableTargets": {"[*]": {"MinCapacity": 0}}});
    let ids = stage.peer.script(&json!([
        {"service": "application-autoscaling", "operation": "DescribeScalableTargets", "patch": from_zero},
    ]));
    let made = stage.run(&["schedule", "sync", "backend-dev", "--yes"]);
    assert_eq!((made.code, stage.calls("PutScheduledAction")), (Some(0), 3), "{} {}", made.out, made.err);
    let calls = stage.peer.calls();
    let puts = calls.iter().filter(|call| call["operation"] == "PutScheduledAction").map(|call| &call["params"]);
    let put: Vec<(String, Value)> = puts
        .map(|params| {
            let name = params["ScheduledActionName"].as_str().expect("a name").replace(SCALED, "");
            (name, params["ScalableTargetAction"].clone())
        })
        .collect();
    let sets = |min: u32, max: u32| json!({"MinCapacity": min, "MaxCapacity": max});
    assert_eq!(
        put,
        [
            (".start.0900".to_owned(), sets(2, 10)),
            (".start.0910".to_owned(), sets(0, 10)),
            (".stop.2200".to_owned(), sets(0, 0)),
        ]
    );
    let again = stage.run(&["schedule", "sync", "backend-dev", "--yes"]);
    assert!(again.out.contains("everything is as computed already"), "{} {}", again.out, again.err);
    stage.peer.unscript(&ids);

    // At night nothing is left of it but what is stored: that is what it wakes to, and no zero of sleep.
    let closed = json!({"ScalableTargets": {"[*]": {"MinCapacity": 0, "MaxCapacity": 0}}});
    let none = json!({"services": {"[*]": {"desiredCount": 0, "runningCount": 0, "pendingCount": 0}}});
    stage.peer.script(&json!([
        {"service": "application-autoscaling", "operation": "DescribeScalableTargets", "patch": closed},
        {"service": "ecs", "operation": "DescribeServices", "patch": none},
    ]));
    let night = stage.run(&["schedule", "sync", "backend-dev", "--yes"]);
    assert!(night.out.contains("everything is as computed already"), "{} {}", night.out, night.err);
    let calls = stage.peer.calls();
    let memories = calls.iter().filter_map(|call| call["params"]["tags"][0]["value"].as_str());
    let memories: Vec<&str> = memories.filter(|value| value.starts_with("desired=")).collect();
    assert_eq!(memories, ["desired=2 min=0 max=10"], "written once, before anything closes");
    let woken = stage.run(&["wake", "backend-dev", "--dry-run"]);
    assert!(woken.out.contains(": 0 → 2"), "what it wakes to by hand is the same: {}", woken.out);
}

#[test]
fn actions_are_put_right_postponed_and_those_of_others_left_alone() {
    let stage = Stage::by_day("backend", "backend-dev");
    assert_eq!(stage.run(&["schedule", "sync", "--yes"]).code, Some(0));
    // Edited by hand, and a neighbour that is somebody else's.
    let edited = json!({"ScheduledActions": {
        format!("[ScheduledActionName={SCALED}.stop.2200]"): {"Schedule": "cron(0 7 * * ? *)"},
        "[+]": {
            "ScheduledActionName": "nightly", "ScheduledActionARN": "arn:aws:autoscaling:x:1:scheduledAction:nightly",
            "ServiceNamespace": "ecs", "ResourceId": "service/a/b", "Schedule": "cron(0 1 * * ? *)",
            "CreationTime": "2026-11-01T00:00:00Z", "ScalableTargetAction": {"MinCapacity": 0, "MaxCapacity": 0},
        },
    }});
    let ids = stage.peer.script(&json!([
        {"service": "application-autoscaling", "operation": "DescribeScheduledActions", "patch": edited, "times": 3},
    ]));
    let said = stage.listed()["schedule_drift"].to_string();
    assert!(said.contains(".stop.2200 is cron(0 7 * * ? *), computed cron(0 22 * * ? *)"), "{said}");
    assert!(!said.contains("nightly"), "{said}");
    let before = stage.calls("PutScheduledAction");
    let righted = stage.run(&["schedule", "sync", "backend-dev", "--yes"]);
    assert_eq!(righted.code, Some(0), "{} {}", righted.out, righted.err);
    assert_eq!((stage.calls("PutScheduledAction"), stage.calls("DeleteScheduledAction")), (before + 1, 0));
    stage.peer.unscript(&ids);

    let kept = stage.run(&["schedule", "override", "backend-dev", "--until", "+1h", "--state", "stopped", "--yes"]);
    assert_eq!(kept.code, Some(0), "{} {}", kept.out, kept.err);
    let after = stage.run(&["schedule", "sync", "--yes"]);
    assert!(after.out.contains("everything is as computed already"), "{} {}", after.out, after.err);
    let cleared = stage.run(&["schedule", "clear", "backend-dev", "--yes"]);
    assert_eq!(cleared.code, Some(0), "{} {}", cleared.out, cleared.err);
    assert_eq!(stage.listed()["schedule_drift"], json!([]));

    // Where nobody starts it by schedule, what opens goes, and its tag alone remembers.
    assert_eq!(stage.run(&["schedule", "set", "backend-dev", "nights"]).code, Some(0));
    let before = stage.calls("DeleteScheduledAction");
    let nights = stage.run(&["schedule", "sync", "backend-dev", "--yes"]);
    let deleted = stage.calls("DeleteScheduledAction") - before;
    assert_eq!((nights.code, deleted), (Some(0), 1), "{} {}", nights.out, nights.err);
    assert_eq!(stage.calls("UntagResource"), 1, "of the override and the hold alone");

    // What may not be read is not guessed at.
    let denied = json!({"code": "AccessDeniedException", "message": "not authorized"});
    stage.peer.script(&json!([
        {"service": "application-autoscaling", "operation": "DescribeScheduledActions", "error": denied},
    ]));
    let refused = stage.run(&["schedule", "sync", "backend-dev", "--yes"]);
    assert!(refused.code != Some(0) && refused.err.contains("DescribeScheduledActions"), "{}", refused.err);
}

#[test]
fn a_service_that_sleeps_keeps_its_schedules_and_the_count_they_remember() {
    let stage = Stage::new();
    assert_eq!(stage.run(&["schedule", "sync", "--yes"]).code, Some(0));
    // At night its count is 0, and its tag knows what it wakes to.
    let asleep = |more: &Value| {
        let mut service = json!({"desiredCount": 0, "runningCount": 0, "pendingCount": 0});
        service.as_object_mut().expect("an object").extend(more.as_object().expect("an object").clone());
        stage.peer.script(&json!([
            {"service": "ecs", "operation": "DescribeServices", "patch": {"services": {"[*]": service}}},
        ]))
    };
    let ids = asleep(&json!({}));
    let night = stage.run(&["schedule", "sync", "prooflink-dev", "--yes"]);
    assert!(night.out.contains("everything is as computed already"), "{} {}", night.out, night.err);
    stage.peer.unscript(&ids);
    // Without the tag the start that is stored knows it.
    asleep(&json!({"tags": []}));
    let plan = stage.run(&["schedule", "sync", "prooflink-dev", "--dry-run"]);
    assert!(plan.out.contains("toban:wakes-to=desired=1") && !plan.out.contains("left out"), "{}", plan.out);
    // Where that start was edited into a zero nobody knows: it is told, and nothing of the service's is deleted.
    let zero = json!({"Target": {"Input":
        r#"{"Cluster":"prooflink-dev-cluster","Service":"prooflink-dev-service","DesiredCount":0}"#}});
    stage.peer.script(&json!([
        {"service": "scheduler", "operation": "GetSchedule", "match": {"Name": "ecs-service"}, "patch": zero},
    ]));
    let lost = stage.run(&["schedule", "sync", "prooflink-dev", "--yes"]);
    assert_eq!((lost.code, stage.calls("DeleteSchedule")), (Some(0), 0), "{} {}", lost.out, lost.err);
    let plan = stage.run(&["schedule", "sync", "prooflink-dev", "--dry-run"]);
    assert!(plan.out.contains("how many tasks to wake to is not known"), "{}", plan.out);
}

#[test]
fn what_a_schedule_put_to_sleep_is_woken_by_hand_to_what_it_had() {
    let stage = Stage::new();
    assert_eq!(stage.run(&["schedule", "sync", "--yes"]).code, Some(0));
    // As Scheduler does it: the count alone, and no memory in a tag.
    let none = json!({"services": {"[*]": {"desiredCount": 0, "runningCount": 0, "pendingCount": 0}}});
    let ids = stage.peer.script(&json!([{"service": "ecs", "operation": "DescribeServices", "patch": none}]));
    let plan = stage.run(&["wake", "prooflink-dev", "--dry-run"]);
    assert!(
        plan.out.contains("tasks of prooflink-dev-cluster/prooflink-dev-service: 0 → 1"),
        "{} {}",
        plan.out,
        plan.err
    );
    stage.peer.unscript(&ids);
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

#[test]
fn why_something_is_up_that_should_be_down_is_read_of_that_database_alone() {
    let stage = Stage::new();
    elsewhen(&stage, "prooflink-dev");
    let event = |at: &str, says: &str| json!({"SourceIdentifier": "prooflink-dev-db", "Message": says, "Date": at});
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
    let said = stage.listed();
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
    assert_eq!(stage.listed()["members"][0]["drift"]["why"], "missed");
    stage.peer.unscript(&ids);
    let ids = script(json!([event("-1h", "DB instance started"), event("-9h", "DB instance stopped")]));
    assert_eq!(stage.listed()["members"][0]["drift"]["why"], "manual");
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
    let observed = stage.listed()["observed"]["members"][0].clone();
    assert_eq!((&observed["off_seconds"], &observed["usd"]), (&Value::Null, &Value::Null), "unknown stays unknown");
}

#[test]
fn what_is_put_right_is_told_and_journaled_with_its_cause_and_status_says_it_too() {
    let stage = Stage::new();
    far(&stage, "prooflink-dev", "enforce", "local");
    let event = |at: &str, says: &str| json!({"SourceIdentifier": "prooflink-dev-db", "Message": says, "Date": at});
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

#[test]
fn events_that_may_not_be_read_cost_the_cause_alone() {
    let stage = Stage::new();
    far(&stage, "prooflink-dev", "enforce", "local");
    stage.peer.script(&json!([
        {"service": "events", "operation": "ListRules", "patch": {"Rules": {"[*]": {"State": "DISABLED"}}}},
        {"service": "rds", "operation": "DescribeEvents",
            "error": {"code": "AccessDenied", "message": "not authorized to perform: rds:DescribeEvents", "status": 403}},
    ]));
    let denied = stage.run(&["status", "prooflink-dev"]);
    assert_eq!(denied.code, Some(0), "what nobody knows the cause of is a note: {} {}", denied.out, denied.err);
    assert!(denied.out.contains("should be off, is on (why is not known)"), "{}", denied.out);
    assert!(denied.err.contains("rds:DescribeEvents"), "{}", denied.err);
    // Since when it is up nobody tells now: the ten minutes count from this look, and nothing is done yet.
    let ran = stage.run(&["schedule", "run", "--once"]);
    assert_eq!((ran.code, stage.calls("StopDBInstance")), (Some(0), 0), "{} {}", ran.out, ran.err);
    assert!(ran.out.contains("why something drifts is not known: rds:DescribeEvents"), "{}", ran.out);
}

#[test]
fn who_carries_out_a_local_schedule_is_told_and_the_moment_of_an_enforced_stop_stays_what_it_was() {
    let stage = Stage::new();
    far(&stage, "prooflink-dev", "enforce", "local");
    stage.peer.script(&json!([
        {"service": "events", "operation": "ListRules", "patch": {"Rules": {"[*]": {"State": "DISABLED"}}}},
        {"service": "rds", "operation": "DescribeEvents",
            "error": {"code": "AccessDenied", "message": "not authorized to perform: rds:DescribeEvents", "status": 403}},
    ]));
    let before = stage.run(&["schedule", "list"]);
    assert!(before.out.contains("nobody here is set to stop it"), "{}", before.out);
    assert!(before.out.contains("! prooflink-dev: nobody on this machine carries out its schedule"), "{}", before.out);
    let unkept = stage.listed();
    assert_eq!(unkept["kept"], json!({"kept": false, "looked_at": null}), "{unkept:#}");
    assert_eq!(unkept["members"][0]["drift"]["righted_at"], Value::Null, "{unkept:#}");

    assert_eq!(stage.run(&["schedule", "run", "--once"]).code, Some(0));
    let kept = stage.listed();
    assert_eq!(kept["kept"]["kept"], true, "{kept:#}");
    let moment = kept["members"][0]["drift"]["righted_at"].clone();
    assert!(moment.is_string(), "{kept:#}");
    assert_eq!(stage.run(&["schedule", "run", "--once"]).code, Some(0));
    let later = stage.listed();
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
    let listed = stage.listed();
    assert!(listed["others_unknown"].as_str().is_some_and(|says| says.starts_with(unknown)), "{listed:#}");
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
    assert!(ran.out.contains(&format!("it is not put right: {unknown}")), "{}", ran.out);

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
    let listed = stage.listed();
    assert!(listed["not_enforced"].is_null() && listed["others_unknown"].is_string(), "{listed:#}");
    let ran = stage.run(&["schedule", "run", "--once"]);
    assert_eq!((ran.code, stage.calls("StopDBInstance")), (Some(0), 1), "{} {}", ran.out, ran.err);
}

/// AWS looks at nothing: between its edges somebody here puts right what drifts.
#[test]
fn what_aws_keeps_and_is_enforced_is_put_right_from_here_and_its_edges_are_left_to_aws() {
    let stage = Stage::new();
    far(&stage, "prooflink-dev", "enforce", "eventbridge-scheduler");
    let event = |at: &str, says: &str| json!({"SourceIdentifier": "prooflink-dev-db", "Message": says, "Date": at});
    let by_hand = json!([event("-1h", "DB instance started"), event("-9h", "DB instance stopped")]);
    stage.peer.script(&json!([
        {"service": "events", "operation": "ListRules", "patch": {"Rules": {"[*]": {"State": "DISABLED"}}}},
        {"service": "rds", "operation": "DescribeEvents", "answer": {"Events": by_hand}},
    ]));
    let listed = stage.run(&["schedule", "list"]);
    let unkept = "! prooflink-dev: nobody on this machine puts right what drifts between its edges";
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

/// Those of `list` that belong to `environment`.
fn named(stage: &Stage, list: &str, environment: &str) -> Vec<Value> {
    let said = stage.run(&["schedule", "list", "--json"]);
    let document: Value = serde_json::from_str(&said.out).unwrap_or_else(|_| panic!("{} {}", said.out, said.err));
    let all = document[list].as_array().unwrap_or_else(|| panic!("no list {list}: {document:#}"));
    all.iter().filter(|one| one["environment"] == environment).cloned().collect()
}

async fn run_document(stage: &Stage, document: &str) {
    let started = aws_sdk_ssm::Client::new(&stage.peer.sdk())
        .start_automation_execution()
        .document_name(document)
        .parameters("InstanceId", vec!["prooflink-dev-db".to_owned()])
        .send()
        .await;
    started.unwrap_or_else(|fault| panic!("{fault:?}"));
}

#[tokio::test]
async fn rules_that_stop_and_start_the_database_are_read_with_the_hours_they_mean_and_how_they_went() {
    let stage = Stage::new();
    let owners = named(&stage, "others", "prooflink-dev");
    let [stop, start] = owners.as_slice() else { panic!("two rules: {owners:#?}") };
    assert_eq!((&stop["name"], &stop["kind"]), (&json!("prooflink-dev-db-stop"), &json!("rule")));
    assert_eq!((&stop["verb"], &stop["by"]), (&json!("stop"), &json!("AWS-StopRdsInstance")));
    assert_eq!((&stop["local"], &stop["local_timezone"]), (&json!("07:00"), &json!("Asia/Tokyo")));
    assert_eq!((&stop["mistaken"], &stop["instead"]), (&json!(true), &json!("cron(0 13 * * ? *)")));
    assert_eq!((&stop["conflict_at"], &stop["last_run"]), (&Value::Null, &Value::Null), "it sleeps at seven anyway");
    assert_eq!((&start["local"], &start["instead"]), (&json!("18:00"), &json!("cron(0 0 * * ? *)")));
    assert!(start["conflict_at"].is_string(), "it starts on a weekend: {start:#}");
    assert_eq!(stage.calls("GetAutomationExecution"), 0, "nothing ran yet");

    // Twice: the second finds the database stopped, and fails.
    run_document(&stage, "AWS-StopRdsInstance").await;
    run_document(&stage, "AWS-StopRdsInstance").await;
    let owners = named(&stage, "others", "prooflink-dev");
    let last = &owners[0]["last_run"];
    assert_eq!((&last["status"], &last["failed"]), (&json!("Failed"), &json!(true)), "{owners:#?}");
    let said = stage.run(&["schedule", "preview", "prooflink-dev"]);
    let failed = "AWS-StopRdsInstance of rule prooflink-dev-db-stop failed for prooflink-dev-db: Failed at ";
    assert!(said.out.contains(failed), "{}", said.out);
    assert!(said.out.contains("starts prooflink-dev-db at"), "{}", said.out);

    // Somebody wakes it: now the stop that failed leaves it up, and the environment is worrying.
    let started = stage.run(&["db", "start", "prooflink-dev/prooflink-dev-db", "--yes"]);
    assert_eq!(started.code, Some(0), "{}", started.err);
    let status = stage.run(&["status", "prooflink-dev", "--json"]);
    let document: Value = serde_json::from_str(&status.out).expect("a document");
    let environment = &document["environments"][0];
    assert_eq!(environment["health"], "worrying", "{environment:#}");
    let mut why = environment["why"].as_array().expect("findings").iter().filter_map(Value::as_str);
    assert!(why.any(|why| why.starts_with(failed)), "{environment:#}");
}

#[test]
fn an_enforced_schedule_is_refused_where_a_rule_owns_the_database() {
    let stage = Stage::new();
    let office = std::fs::read_to_string(&stage.config).expect("the configuration");
    let enforced = office.replace("guard = \"daily\"\nmax_override", "mode = \"enforce\"\nmax_override");
    std::fs::write(&stage.config, enforced).expect("a configuration");
    let refused = stage.run(&["schedule", "sync", "prooflink-dev", "--yes"]);
    assert_eq!((refused.code, stage.calls("CreateScheduleGroup")), (Some(1), 0), "{}", refused.out);
    assert!(refused.err.contains("schedule office cannot be enforced: rule prooflink-dev-db-"), "{}", refused.err);
    assert!(refused.err.contains("disable the rule prooflink-dev-db-"), "{}", refused.err);
    let said = stage.run(&["schedule", "list", "--json"]);
    let document: Value = serde_json::from_str(&said.out).expect("a document");
    assert!(document["environments"][0]["not_enforced"].is_string(), "{document:#}");
    // Switched off, they own nothing any more.
    let off = json!({"Rules": {"[*]": {"State": "DISABLED"}}});
    stage.peer.script(&json!({"service": "events", "operation": "ListRules", "patch": off}));
    let made = stage.run(&["schedule", "sync", "prooflink-dev", "--yes"]);
    assert_eq!(made.code, Some(0), "{} {}", made.out, made.err);
    let owners = named(&stage, "others", "prooflink-dev");
    assert!(owners.iter().all(|owner| owner["enabled"] == false && owner["conflict_at"].is_null()), "{owners:#?}");
}

#[test]
fn rules_that_may_not_be_read_and_tags_of_other_tools_are_told() {
    let stage = Stage::new();
    let denied = json!({"code": "AccessDeniedException", "message": "not authorized", "status": 400});
    let tags = json!({"DBInstances": {"[DBInstanceIdentifier=prooflink-dev-db]": {
        "TagList": [
            {"Key": "Schedule", "Value": "office-hours"}, {"Key": "IS-LastAction", "Value": "Stopped"},
            {"Key": "sched-stop", "Value": "d=_ H:M=11:00"}, {"Key": "sched-start", "Value": "every morning"},
        ],
    }}});
    let by_hand = json!([{"SourceIdentifier": "prooflink-dev-db", "Message": "DB instance started", "Date": "-2m"}]);
    stage.peer.script(&json!([
        {"service": "events", "operation": "ListRules", "error": denied},
        {"service": "rds", "operation": "DescribeDBInstances", "patch": tags},
        {"service": "rds", "operation": "DescribeEvents", "answer": {"Events": by_hand}},
    ]));
    let owners = named(&stage, "others", "prooflink-dev");
    let [lights, tool, raw] = owners.as_slice() else { panic!("{owners:#?}") };
    assert_eq!((&lights["name"], &lights["verb"]), (&json!("Lights Off"), &json!("stop")), "{lights:#}");
    assert_eq!((&lights["local"], &lights["by"]), (&json!("20:00"), &json!("sched-stop=d=_ H:M=11:00")));
    assert!(lights["next_at"].is_string() && lights["conflict_at"].is_string(), "the office is open then: {lights:#}");
    assert_eq!((&raw["by"], &raw["local"]), (&json!("sched-start=every morning"), &Value::Null), "{raw:#}");
    assert_eq!(
        (&tool["kind"], &tool["name"], &tool["verb"]),
        (&json!("tag"), &json!("Instance Scheduler"), &Value::Null)
    );
    assert_eq!((&tool["by"], &tool["last_run"]["status"]), (&json!("Schedule=office-hours"), &json!("Stopped")));
    let plan = stage.run(&["schedule", "sync", "prooflink-dev", "--dry-run"]);
    assert_eq!(plan.code, Some(0), "{}", plan.err);
    assert!(
        plan.out.contains("who else stops or starts something here is not known: events:ListRules"),
        "{}",
        plan.out
    );
    assert!(plan.out.contains("Instance Scheduler stops and starts prooflink-dev-db"), "{}", plan.out);
    let status = stage.run(&["status", "prooflink-dev"]);
    assert_eq!(status.code, Some(0), "an unread rule hides nothing of its health: {}", status.out);
}

#[test]
fn jobs_of_the_municipal_system_are_told_with_the_hours_they_come_at() {
    let stage = Stage::new();
    stage.peer.build(&["city"]);
    let jobs = named(&stage, "jobs", "city-poc");
    let daily = jobs.iter().find(|job| job["name"] == "city-poc-daily").unwrap_or_else(|| panic!("{jobs:#?}"));
    assert_eq!((&daily["work"], &daily["what"]), (&json!("task"), &json!("city-poc-batch")));
    assert_eq!(
        (&daily["place"], &daily["local"]),
        (&json!("city-poc-cluster"), &json!("11:00")),
        "two in the night, for a rule"
    );
    assert_eq!((&daily["mistaken"], &daily["instead"]), (&json!(true), &json!("cron(0 17 * * ? *)")));
    assert_eq!(jobs.len(), 2, "and the monthly one: {jobs:#?}");
    assert_eq!(daily["asleep"], Value::Null, "nobody puts its database to sleep");
    // With a schedule, and moved to the night it was meant for, it finds the database asleep.
    let scheduled = format!("{CONFIG}\n[environment.city-poc]\nschedule = \"office\"\n");
    std::fs::write(&stage.config, scheduled).expect("a configuration");
    let night = json!({"Rules": {"[Name=city-poc-daily]": {"ScheduleExpression": "cron(0 17 * * ? *)"}}});
    stage.peer.script(&json!({"service": "events", "operation": "ListRules", "patch": night}));
    let jobs = named(&stage, "jobs", "city-poc");
    let daily = jobs.iter().find(|job| job["name"] == "city-poc-daily").expect("the daily job");
    assert_eq!((&daily["asleep"]["who"], &daily["mistaken"]), (&json!(["city-poc-db"]), &json!(false)), "{daily:#}");
    let said = stage.run(&["schedule", "preview", "city-poc"]);
    assert!(said.out.contains("! rule city-poc-daily runs task city-poc-batch at "), "{}", said.out);
    assert!(said.out.contains(", while city-poc-db is asleep"), "{}", said.out);
}
