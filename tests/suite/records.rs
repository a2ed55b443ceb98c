//! The schedule group as the record of an environment: the built binary against the peer's systems, the whole course of
//! overrides, holds, sleep and wake, and not one tag on a database or a service.
#![expect(
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    reason = "a test whose program does not run must fail at once"
)]

use std::path::PathBuf;

use crate::support::clock::where_it_is_noon;
use crate::support::peer::Peer;
use crate::support::said::{Said, said};
use serde_json::{Value, json};

/// Hours that are far from their edges now, whatever day and time it is. `NOON` stands for the time zone.
const OFFICE: &str = r#"
[schedule.office]
timezone = "NOON"
on = [{ days = "mon-sun", from = "09:00", to = "22:00" }]
guard = "daily"
max_override = "12h"
"#;

/// A peer with one system in it, and a configuration that can be written anew.
struct Stage {
    peer: Peer,
    config: PathBuf,
}

impl Stage {
    fn of(system: &str, environment: &str) -> Self {
        let peer = Peer::with(&[system]);
        let config = peer.home().join("records.toml");
        let stage = Self { peer, config };
        stage.configure(environment, "schedule = \"office\"\nrecord = \"group\"");
        // Rules that act against an override or a hold are held back and wear it too, whatever the record: not here.
        stage.peer.script(&json!({"service": "events", "operation": "ListRules", "answer": {"Rules": []}}));
        // What building it took is none of ours.
        stage.peer.forget_calls();
        stage
    }

    fn configure(&self, environment: &str, message: &str) {
        let office = OFFICE.replace("NOON", &where_it_is_noon());
        let text = format!("{office}\n[environment.{environment}]\n{message}\n");
        std::fs::write(&self.config, text).expect("a configuration");
    }

    fn run(&self, arguments: &[&str]) -> Said {
        let mut toban = self.peer.toban();
        toban.env("TZ", "Asia/Tokyo").arg("--config").arg(&self.config).args(arguments);
        said(&mut toban)
    }

    fn done(&self, arguments: &[&str]) -> Said {
        let said = self.run(arguments);
        assert_eq!(said.code, Some(0), "{arguments:?}: {} {}", said.out, said.err);
        said
    }

    fn to_json(&self) -> Value {
        let said = self.run(&["schedule", "list", "--json"]);
        let document: Value = serde_json::from_str(&said.out).unwrap_or_else(|_| panic!("{} {}", said.out, said.err));
        document["environments"][0].clone()
    }

    fn calls(&self, operation: &str) -> usize {
        self.peer.calls().iter().filter(|call| call["operation"] == operation).count()
    }

    /// Calls that tag a database or a service.
    fn tagged(&self) -> Vec<Value> {
        let tags = |call: &Value| {
            let operation = call["operation"].as_str().unwrap_or_default();
            matches!(call["service"].as_str(), Some("rds" | "ecs"))
                && operation.contains("Tag")
                && !operation.starts_with("List")
        };
        self.peer.calls().into_iter().filter(tags).collect()
    }

    fn services(&self, environment: &str) -> Vec<Value> {
        let said = self.run(&["status", "--json", environment]);
        let document: Value = serde_json::from_str(&said.out).unwrap_or_else(|_| panic!("{} {}", said.out, said.err));
        document["environments"][0]["services"].as_array().expect("services").clone()
    }
}

#[test]
fn overrides_and_holds_stand_on_the_group_and_are_seen_by_everybody() {
    let stage = Stage::of("prooflink", "prooflink-dev");
    let plan =
        stage.done(&["schedule", "override", "prooflink-dev", "--until", "+1h", "--state", "stopped", "--dry-run"]);
    assert!(plan.out.contains("scheduler:CreateScheduleGroup toban-prooflink-dev"), "{}", plan.out);
    assert!(plan.out.contains("scheduler:TagResource toban-prooflink-dev toban:override=stopped/"), "{}", plan.out);
    assert_eq!(plan.out.matches("CreateScheduleGroup").count(), 1, "{}", plan.out);
    assert_eq!(stage.calls("CreateScheduleGroup"), 0);

    let kept = ["schedule", "override", "prooflink-dev", "--until", "+1h", "--state", "stopped", "--yes"];
    stage.done(&kept);
    assert_eq!((stage.calls("CreateScheduleGroup"), stage.calls("TagResource")), (1, 0), "made with the word on it");
    // Nothing of it is kept here: another console, on another machine, sees the same.
    std::fs::remove_dir_all(stage.peer.home().join("state")).expect("the state goes");
    let seen = stage.to_json();
    assert_eq!((&seen["override"]["state"], &seen["wanted"]), (&json!("stopped"), &json!("stopped")), "{seen}");
    assert_eq!((&seen["record"], &seen["record_unknown"]), (&json!("group"), &Value::Null));
    stage.done(&kept);
    assert_eq!(stage.calls("TagResource"), 1, "replaced");
    let again = stage.done(&["schedule", "sync", "--yes"]);
    assert!(again.out.contains("nothing to change: the schedules at AWS are up to date"), "{}", again.out);

    let refused = stage.run(&["schedule", "remove", "prooflink-dev", "--yes"]);
    assert_eq!((refused.code, stage.calls("DeleteScheduleGroup")), (Some(1), 0), "{}", refused.out);
    assert!(
        refused.err.contains("holds an override until") && refused.err.contains("toban schedule clear"),
        "{}",
        refused.err
    );
    stage.done(&["schedule", "clear", "prooflink-dev", "--yes"]);
    assert_eq!((stage.to_json()["override"].clone(), stage.calls("UntagResource")), (Value::Null, 1));
    stage.done(&["schedule", "hold", "prooflink-dev", "--until", "+2d", "--yes"]);
    assert!(stage.to_json()["hold"]["until"].is_string());
    stage.done(&["schedule", "clear", "prooflink-dev", "--yes"]);
    assert_eq!(stage.to_json()["hold"], Value::Null);
    // One look takes one call for it, however many members there are.
    stage.peer.forget_calls();
    stage.to_json();
    let looks = stage.peer.calls();
    let of_record =
        looks.iter().filter(|call| call["operation"] == "ListTagsForResource" && call["service"] == "scheduler");
    assert_eq!(of_record.count(), 2, "the record's, and those of the groups whose schedules the list compares");
    stage.peer.forget_calls();
    stage.run(&["status", "prooflink-dev"]);
    assert_eq!(stage.calls("ListTagsForResource"), 1);
    stage.done(&["schedule", "remove", "prooflink-dev", "--yes"]);
    assert_eq!((stage.calls("DeleteScheduleGroup"), stage.tagged()), (1, Vec::new()));
}

#[test]
fn an_override_that_ended_is_none_and_the_longer_word_of_a_member_does_not_outlive_the_group() {
    let stage = Stage::of("prooflink", "prooflink-dev");
    stage.done(&["schedule", "sync", "--yes"]);
    let group = |value: &str| {
        let tags = json!({"Tags": [{"Key": "toban:env", "Value": "prooflink-dev"}, {"Key": "toban:override", "Value": value}]});
        stage.peer.script(&json!([{"service": "scheduler", "operation": "ListTagsForResource", "answer": tags}]))
    };
    let at = |hours: i64| {
        let at = jiff::Timestamp::now() + jiff::SignedDuration::from_hours(hours);
        at.to_zoned(jiff::tz::TimeZone::UTC).strftime("%Y-%m-%dT%H:%M%:z").to_string()
    };
    let ended = group(&format!("running/{}/tanaka", at(-1)));
    assert_eq!(stage.to_json()["override"], Value::Null, "it has ended by itself");
    stage.peer.unscript(&ended);
    // From a time when tags were the record.
    let worn = json!({"DBInstances": {"[DBInstanceIdentifier=prooflink-dev-db]": {"TagList": [
        {"Key": "Project", "Value": "prooflink"}, {"Key": "Environment", "Value": "dev"},
        {"Key": "toban:override", "Value": format!("running/{}/sato", at(5))},
    ]}}});
    stage.peer.script(&json!([{"service": "rds", "operation": "DescribeDBInstances", "patch": worn}]));
    assert_eq!(stage.to_json()["override"]["by"], "sato", "the record says nothing: a word left on a member counts");
    group(&format!("stopped/{}/tanaka", at(1)));
    assert_eq!(stage.to_json()["override"]["by"], "tanaka", "the record counts first");
    let plan = stage.done(&["schedule", "clear", "prooflink-dev", "--dry-run"]);
    assert!(plan.out.contains("scheduler:TagResource, scheduler:UntagResource toban-prooflink-dev"), "{}", plan.out);
    assert!(plan.out.contains("prooflink-dev-service=desired=1, no toban:override\n"), "{}", plan.out);
    assert!(
        plan.out.contains("rds:RemoveTagsFromResource prooflink-dev-db no toban:hold, no toban:override"),
        "{}",
        plan.out
    );
    assert!(!plan.out.contains("ecs:UntagResource"), "only where it is worn: {}", plan.out);
}

#[test]
fn a_group_that_was_the_record_once_is_told_of_and_cleared_with_the_rest() {
    let stage = Stage::of("prooflink", "prooflink-dev");
    let kept = ["schedule", "override", "prooflink-dev", "--until", "+1h", "--state", "stopped", "--yes"];
    stage.done(&kept);
    stage.configure("prooflink-dev", "schedule = \"office\"");
    let seen = stage.to_json();
    assert_eq!((&seen["record"], &seen["override"]), (&json!("tags"), &Value::Null), "only tags count now");
    let plan = stage.done(&["schedule", "sync", "prooflink-dev", "--dry-run"]);
    assert!(plan.out.contains("the schedule group toban-prooflink-dev still holds an override until"), "{}", plan.out);
    stage.done(&kept);
    assert_eq!(stage.to_json()["override"]["state"], "stopped");
    let cleared = stage.done(&["schedule", "clear", "prooflink-dev", "--yes"]);
    assert!(!cleared.err.contains("could not"), "{}", cleared.err);
    let gone = |service: &str, operation: &str| {
        let calls = stage.peer.calls();
        calls.iter().filter(|call| call["service"] == service && call["operation"] == operation).count()
    };
    assert_eq!(gone("scheduler", "UntagResource"), 1);
    assert_eq!(gone("rds", "RemoveTagsFromResource"), 1);
    stage.configure("prooflink-dev", "schedule = \"office\"\nrecord = \"group\"");
    assert_eq!(stage.to_json()["override"], Value::Null, "both places are clear");
}

#[test]
fn a_sleep_puts_what_it_had_on_the_group_and_a_wake_takes_it_from_there() {
    let stage = Stage::of("backend", "backend-dev");
    let before = stage.services("backend-dev");
    let plan = stage.done(&["sleep", "backend-dev", "--dry-run"]);
    assert!(plan.out.contains("scheduler:TagResource toban-backend-dev"), "{}", plan.out);
    assert!(!plan.out.contains("ecs:TagResource"), "{}", plan.out);
    stage.done(&["sleep", "backend-dev", "--yes"]);
    let asleep = stage.services("backend-dev");
    assert!(asleep.iter().all(|service| service["desired"] == 0), "{asleep:?}");
    assert_eq!(asleep[0]["health"], "asleep");
    let brief = stage.run(&["status", "backend-dev"]);
    assert!(brief.out.contains("asleep, wakes to 2 tasks"), "{}", brief.out);
    // The group was made with the memory on it, before the first zero.
    let calls = stage.peer.calls();
    let of = |operation: &str| calls.iter().position(|call| call["operation"] == operation);
    let made = of("CreateScheduleGroup").expect("a group");
    let worn = calls[made]["params"]["Tags"].as_array().expect("tags").clone();
    let memory = worn.iter().find(|tag| tag["Value"] == "desired=2 min=2 max=10").expect("a memory");
    assert!(memory["Key"].as_str().is_some_and(|key| key.starts_with("toban:remembered/")), "{memory}");
    assert!(Some(made) < of("RegisterScalableTarget") && Some(made) < of("UpdateService"));
    let refused = stage.run(&["schedule", "remove", "backend-dev", "--yes"]);
    assert_eq!((refused.code, stage.calls("DeleteScheduleGroup")), (Some(1), 0), "{}", refused.out);
    assert!(
        refused.err.contains("had before it slept") && refused.err.contains("toban wake backend-dev"),
        "{}",
        refused.err
    );
    // Its schedules are written under the record's word of what it has, and that goes on the group too.
    stage.done(&["schedule", "sync", "backend-dev", "--yes"]);
    stage.done(&["wake", "backend-dev", "--yes"]);
    let awake = stage.services("backend-dev");
    let counts = |all: &[Value]| all.iter().map(|it| it["desired"].clone()).collect::<Vec<_>>();
    assert_eq!(counts(&awake), counts(&before));
    let held = stage.peer.calls().into_iter().rfind(|call| call["operation"] == "UntagResource").expect("forgotten");
    assert_eq!(held["params"]["TagKeys"], json!([memory["Key"]]), "the memory has served");
    assert_eq!(stage.tagged(), Vec::<Value>::new());
    let journal = std::fs::read_to_string(stage.peer.home().join("state/journal.jsonl")).expect("a journal");
    assert!(journal.contains("remember on the schedule group toban-backend-dev what service"), "{journal}");
}

#[test]
fn a_group_deleted_by_hand_took_the_memory_along_and_a_wake_asks() {
    let stage = Stage::of("prooflink", "prooflink-dev");
    stage.done(&["sleep", "prooflink-dev", "--yes"]);
    let group = json!({"service": "scheduler", "operation": "ListTagsForResource",
        "error": {"code": "ResourceNotFoundException", "message": "gone", "status": 404}});
    let gone = stage.peer.script(&group);
    let told = stage.run(&["schedule", "list"]);
    assert!(told.out.contains("the schedule group toban-prooflink-dev, its record, is not there"), "{}", told.out);
    let woken = stage.run(&["wake", "prooflink-dev", "--yes"]);
    assert_ne!(woken.code, Some(0), "{}", woken.out);
    assert!(woken.err.contains("is not known: say how many"), "{} {}", woken.out, woken.err);
    assert_eq!(stage.services("prooflink-dev")[0]["desired"], 0, "nothing is guessed");
    stage.done(&["wake", "prooflink-dev", "--tasks", "1", "--yes"]);
    assert_eq!(stage.services("prooflink-dev")[0]["desired"], 1);
    stage.peer.unscript(&gone);
    assert_eq!(stage.tagged(), Vec::<Value>::new());
}

#[test]
fn what_the_group_forbids_is_neither_put_to_sleep_nor_stopped_alone() {
    let stage = Stage::of("prooflink", "prooflink-dev");
    let tags =
        json!({"Tags": [{"Key": "toban:env", "Value": "prooflink-dev"}, {"Key": "toban:protect", "Value": "true"}]});
    stage.peer.script(&json!([{"service": "scheduler", "operation": "ListTagsForResource", "answer": tags}]));
    let refused = stage.run(&["sleep", "prooflink-dev", "--yes"]);
    assert_ne!(refused.code, Some(0), "{}", refused.out);
    let message = "its record, the schedule group toban-prooflink-dev, has the tag toban:protect=true";
    assert!(refused.err.contains(message), "{}", refused.err);
    let alone = stage.run(&["db", "stop", "prooflink-dev/prooflink-dev-db", "--yes"]);
    assert!(alone.code == Some(3) && alone.err.contains(message), "{:?} {}", alone.code, alone.err);
    assert_eq!((stage.to_json()["protected"].clone(), stage.calls("StopDBInstance")), (json!(true), 0));
}

#[test]
fn a_record_that_may_not_be_read_keeps_everything_as_it_is_and_every_face_says_so() {
    let stage = Stage::of("prooflink", "prooflink-dev");
    stage.configure(
        "prooflink-dev",
        "schedule = \"office\"\nbackend = \"local\"\ngroup = \"toban-dev\"\nrecord = \"group\"",
    );
    stage.peer.script(&json!({"service": "scheduler", "operation": "ListTagsForResource",
        "error": {"code": "AccessDeniedException", "message": "not authorized", "status": 403}}));
    let message = "its record, the schedule group toban-dev, could not be read: scheduler:ListTagsForResource";
    assert!(stage.to_json()["record_unknown"].as_str().is_some_and(|why| why.starts_with(message)));
    for arguments in [
        &["sleep", "prooflink-dev", "--yes"][..],
        &["wake", "prooflink-dev", "--yes"],
        &["schedule", "override", "prooflink-dev", "--until", "+1h", "--yes"],
        &["schedule", "clear", "prooflink-dev", "--yes"],
    ] {
        let refused = stage.run(arguments);
        assert_ne!(refused.code, Some(0), "{arguments:?}: {}", refused.out);
        assert!(refused.err.contains(message), "{arguments:?}: {}", refused.err);
    }
    let kept = stage.run(&["schedule", "run", "--once"]);
    assert!(format!("{}{}", kept.out, kept.err).contains("its schedule is paused"), "{} {}", kept.out, kept.err);
    let doctor = stage.run(&["doctor", "prooflink-dev"]);
    assert!(doctor.out.contains("fail record of prooflink-dev"), "{}", doctor.out);
    let changing = ["StopDBInstance", "StartDBInstance", "UpdateService", "TagResource", "CreateScheduleGroup"];
    assert!(changing.iter().all(|operation| stage.calls(operation) == 0));
}
