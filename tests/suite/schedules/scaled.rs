//! Services that scale by themselves: asleep and awake by scheduled actions of ours beside their own, with the bounds they
//! had; and what they wake to, by the schedule and by hand.

use serde_json::{Value, json};

use super::Stage;

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
    assert!(
        again.out.contains("nothing to change: the schedules at AWS are up to date"),
        "{} {}",
        again.out,
        again.err
    );
    assert_eq!(stage.to_json()["schedule_drift"], json!([]));

    // At night the bounds are closed and no task is wanted: the action that wakes it is what remembers them.
    let closed = json!({"ScalableTargets": {"[*]": {"MinCapacity": 0, "MaxCapacity": 0}}});
    let none = json!({"services": {"[*]": {"desiredCount": 0, "runningCount": 0, "pendingCount": 0}}});
    let ids = stage.peer.script(&json!([
        {"service": "application-autoscaling", "operation": "DescribeScalableTargets", "patch": closed},
        {"service": "ecs", "operation": "DescribeServices", "patch": none},
    ]));
    let night = stage.run(&["schedule", "sync", "backend-dev", "--yes"]);
    assert!(
        night.out.contains("nothing to change: the schedules at AWS are up to date"),
        "{} {}",
        night.out,
        night.err
    );
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
    assert!(
        again.out.contains("nothing to change: the schedules at AWS are up to date"),
        "{} {}",
        again.out,
        again.err
    );
    stage.peer.unscript(&ids);

    // At night nothing is left of it but what is stored: that is what it wakes to, and no zero of sleep.
    let closed = json!({"ScalableTargets": {"[*]": {"MinCapacity": 0, "MaxCapacity": 0}}});
    let none = json!({"services": {"[*]": {"desiredCount": 0, "runningCount": 0, "pendingCount": 0}}});
    stage.peer.script(&json!([
        {"service": "application-autoscaling", "operation": "DescribeScalableTargets", "patch": closed},
        {"service": "ecs", "operation": "DescribeServices", "patch": none},
    ]));
    let night = stage.run(&["schedule", "sync", "backend-dev", "--yes"]);
    assert!(
        night.out.contains("nothing to change: the schedules at AWS are up to date"),
        "{} {}",
        night.out,
        night.err
    );
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
    let said = stage.to_json()["schedule_drift"].to_string();
    assert!(said.contains(".stop.2200 is cron(0 7 * * ? *) instead of cron(0 22 * * ? *)"), "{said}");
    assert!(!said.contains("nightly"), "{said}");
    let before = stage.calls("PutScheduledAction");
    let righted = stage.run(&["schedule", "sync", "backend-dev", "--yes"]);
    assert_eq!(righted.code, Some(0), "{} {}", righted.out, righted.err);
    assert_eq!((stage.calls("PutScheduledAction"), stage.calls("DeleteScheduledAction")), (before + 1, 0));
    stage.peer.unscript(&ids);

    let kept = stage.run(&["schedule", "override", "backend-dev", "--until", "+1h", "--state", "stopped", "--yes"]);
    assert_eq!(kept.code, Some(0), "{} {}", kept.out, kept.err);
    let after = stage.run(&["schedule", "sync", "--yes"]);
    assert!(
        after.out.contains("nothing to change: the schedules at AWS are up to date"),
        "{} {}",
        after.out,
        after.err
    );
    let cleared = stage.run(&["schedule", "clear", "backend-dev", "--yes"]);
    assert_eq!(cleared.code, Some(0), "{} {}", cleared.out, cleared.err);
    assert_eq!(stage.to_json()["schedule_drift"], json!([]));

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
    assert!(
        night.out.contains("nothing to change: the schedules at AWS are up to date"),
        "{} {}",
        night.out,
        night.err
    );
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
