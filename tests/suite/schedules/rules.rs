//! Customers whose rules of EventBridge stop and start an environment: the rules give way to schedules, or are held back
//! for an evening, by command, against the peer; what keeps them from it; and a process that is killed half-way.

use std::process::Command;

use serde_json::{Value, json};

use super::{Stage, far, named};

/// The role that schedules act by, as `policy --scheduler` has it.
pub(super) fn role(stage: &Stage) {
    let role = "arn:aws:iam::123456789012:role/toban-scheduler";
    let trust = json!({"Statement": [{
        "Effect": "Allow", "Action": "sts:AssumeRole", "Principal": {"Service": "scheduler.amazonaws.com"},
    }]});
    stage.peer.script(&json!({"service": "iam", "operation": "GetRole", "answer": {"Role": {
        "Path": "/", "RoleName": "toban-scheduler", "RoleId": "AROA", "Arn": role,
        "CreateDate": "2026-11-01T00:00:00Z", "AssumeRolePolicyDocument": trust.to_string(),
    }}}));
}

/// Which rules are switched on.
fn on(stage: &Stage) -> Vec<bool> {
    named(stage, "others", "prooflink-dev").iter().map(|owner| owner["enabled"] == true).collect()
}

#[test]
fn rules_give_way_to_schedules_that_are_seen_first_and_once_that_is_so_there_is_nothing_to_do() {
    let stage = Stage::new();
    let migrate = |more: &[&str]| stage.run(&[&["schedule", "migrate", "prooflink-dev"], more].concat());
    let missing = migrate(&["--yes"]);
    assert_eq!((missing.code, stage.calls("CreateSchedule")), (Some(1), 0), "{}", missing.out);
    assert!(missing.err.contains("role/toban-scheduler does not exist"), "{}", missing.err);
    role(&stage);

    let plan = migrate(&["--dry-run"]);
    assert_eq!((plan.code, stage.calls("DisableRule")), (Some(0), 0), "{}", plan.err);
    let stop = "rule prooflink-dev-db-stop: stops prooflink-dev-db at cron(0 22 * * ? *) UTC, which is 07:00 in Asia/Tokyo; next ";
    assert!(plan.out.contains(stop), "{}", plan.out);
    let instead =
        "→ disabled; instead rds-instance.prooflink-dev-db.stop.2210 at cron(10 22 * * ? *) Asia/Tokyo; next ";
    assert!(plan.out.contains(instead), "{}", plan.out);
    assert!(plan.out.contains("was not checked: "), "whether the role may do it: {}", plan.out);

    // Killed once our schedules are there, before anything is switched off.
    let ids = stage.peer.script(&json!({"service": "events", "operation": "DisableRule", "hold": "off"}));
    let mut first = stage.command(&["schedule", "migrate", "prooflink-dev", "--yes"]).spawn().expect("toban runs");
    stage.peer.wait_for_calls("scheduler", "CreateSchedule", 4);
    let made = stage.calls("CreateSchedule");
    let _ = (first.kill(), first.wait());
    stage.peer.unscript(&ids);
    stage.peer.release("off");
    assert_eq!(made, 4, "a stop and a start for each of two");

    let moved = migrate(&["--yes"]);
    assert_eq!(moved.code, Some(0), "{} {}", moved.out, moved.err);
    assert!(moved.out.contains("prooflink-dev-db-start, prooflink-dev-db-stop disabled"), "{}", moved.out);
    assert_eq!((on(&stage), stage.calls("DeleteRule")), (vec![false, false], 0));
    let listed = stage.to_json();
    assert_eq!((&listed["schedule_drift"], &listed["not_enforced"]), (&json!([]), &json!(null)), "{listed:#}");
    let calls = stage.peer.calls();
    let of = |operation: &str| calls.iter().rposition(|call| call["operation"] == operation);
    assert!(of("CreateSchedule") < calls.iter().position(|call| call["operation"] == "DisableRule"), "ours first");

    let again = migrate(&["--yes"]);
    assert_eq!(again.code, Some(0), "{} {}", again.out, again.err);
    assert!(again.out.contains("there is nothing to migrate"), "{}", again.out);
    let journal = stage.run(&["journal", "--json"]).out;
    assert!(journal.contains("disable the rule prooflink-dev-db-stop"), "{journal}");
}

#[test]
fn an_enforced_schedule_migrates_where_a_sync_is_refused_and_a_denial_leaves_both_in_force() {
    let stage = Stage::by_day("prooflink", "prooflink-dev");
    role(&stage);
    let day = std::fs::read_to_string(&stage.config).expect("the configuration");
    let enforced = day.replace("guard = \"daily\"\nmax_override", "mode = \"enforce\"\nmax_override");
    std::fs::write(&stage.config, enforced).expect("a configuration");
    for asked in [&["sync"][..], &["override", "--until", "+1h"], &["hold", "--until", "+1h"]] {
        let refused = stage.run(&[&["schedule", asked[0], "prooflink-dev", "--yes"], &asked[1..]].concat());
        assert_eq!(refused.code, Some(1), "{asked:?}: {}", refused.out);
        let why = "schedule day cannot be enforced: rule prooflink-dev-db-stop stops prooflink-dev-db";
        let out = "choose mode = \"edge\": two that enforce would fight; `toban schedule migrate prooflink-dev`";
        assert!(refused.err.contains(why) && refused.err.contains(out), "{asked:?}: {}", refused.err);
    }

    let denied = json!({"code": "AccessDeniedException", "message": "not authorized to perform: events:DisableRule", "status": 400});
    let ids = stage.peer.script(&json!({"service": "events", "operation": "DisableRule", "error": denied}));
    let half = stage.run(&["schedule", "migrate", "prooflink-dev", "--yes"]);
    assert_eq!((half.code, on(&stage)), (Some(6), vec![true, true]), "{} {}", half.out, half.err);
    assert!(half.err.contains("events:DisableRule"), "{}", half.err);
    assert!(half.err.contains("`toban schedule migrate prooflink-dev` goes on"), "{}", half.err);
    stage.peer.unscript(&ids);

    let whole = stage.run(&["schedule", "migrate", "prooflink-dev", "--yes"]);
    assert_eq!((whole.code, on(&stage)), (Some(0), vec![false, false]), "{} {}", whole.out, whole.err);
    let synced = stage.run(&["schedule", "sync", "prooflink-dev", "--yes"]);
    assert!(
        synced.out.contains("nothing to change: the schedules at AWS are up to date"),
        "{} {}",
        synced.out,
        synced.err
    );
}

#[test]
fn a_rule_that_is_not_its_own_stays_and_without_a_schedule_nothing_is_begun() {
    let stage = Stage::new();
    role(&stage);
    let managed = json!({"Rules": {"[Name=prooflink-dev-db-stop]": {"ManagedBy": "ssm.amazonaws.com"}}});
    let ids = stage.peer.script(&json!({"service": "events", "operation": "ListRules", "patch": managed}));
    let moved = stage.run(&["schedule", "migrate", "prooflink-dev", "--yes"]);
    assert_eq!((moved.code, on(&stage)), (Some(0), vec![true, false]), "{} {}", moved.out, moved.err);
    let rest = stage.run(&["schedule", "migrate", "prooflink-dev", "--yes"]);
    assert_eq!(rest.code, Some(1), "{}", rest.out);
    assert!(
        rest.err.contains(
            "rule prooflink-dev-db-stop, which stops prooflink-dev-db: ssm.amazonaws.com created and manages it"
        ),
        "{}",
        rest.err
    );
    stage.peer.unscript(&ids);
    std::fs::write(&stage.config, "").expect("a configuration");
    let without = stage.run(&["schedule", "migrate", "prooflink-dev", "--yes"]);
    assert_eq!(without.code, Some(1), "{}", without.out);
    assert!(without.err.contains("`toban schedule set prooflink-dev SCHEDULE`"), "{}", without.err);
}

/// Has these rules fire within so many hours, of which one has begun.
pub(super) fn fire_within(stage: &Stage, rules: &[(&str, u32)]) {
    let now = Command::new("date").args(["-u", "+%H"]).output().expect("a clock");
    let hour: u32 = String::from_utf8_lossy(&now.stdout).trim().parse().expect("an hour");
    let mut patch = json!({});
    for (name, hours) in rules {
        let expression = format!("cron(0 {} * * ? *)", (hour + hours) % 24);
        patch[format!("[Name=prooflink-dev-db-{name}]")] = json!({"ScheduleExpression": expression});
    }
    stage.peer.script(&json!({"service": "events", "operation": "ListRules", "patch": {"Rules": patch}}));
}

/// Has the rule that stops the database fire within two hours, and the one that starts it long after.
fn fires_soon(stage: &Stage) {
    fire_within(stage, &[("stop", 2), ("start", 12)]);
}

fn stopping(stage: &Stage) -> Value {
    owner(stage, "prooflink-dev-db-stop")
}

fn owner(stage: &Stage, name: &str) -> Value {
    let owners = named(stage, "others", "prooflink-dev");
    owners.into_iter().find(|owner| owner["name"] == name).expect("a rule")
}

/// Runs `arguments`, kills it while `operation` hangs, which follows on `calls` of `before`, and runs it again: then the
/// whole is done.
fn killed_at(stage: &Stage, operation: &str, (before, calls): (&str, usize), arguments: &[&str]) {
    let of = |name: &str| {
        let (service, operation) = name.split_once(':').expect("service:Operation");
        (service.to_owned(), operation.to_owned())
    };
    stage.peer.forget_calls();
    let (service, held) = of(operation);
    let ids = stage.peer.script(&json!({"service": service, "operation": held, "hold": "here"}));
    let mut first = stage.command(arguments).spawn().expect("toban runs");
    let (service, before) = of(before);
    stage.peer.wait_for_calls(&service, &before, calls);
    let _ = (first.kill(), first.wait());
    stage.peer.unscript(&ids);
    stage.peer.release("here");
    let again = stage.run(arguments);
    assert_eq!(again.code, Some(0), "killed at {operation}: {} {}", again.out, again.err);
}

async fn schedules(stage: &Stage) -> Vec<String> {
    let listed = aws_sdk_scheduler::Client::new(&stage.peer.sdk()).list_schedules().send().await.expect("schedules");
    listed.schedules().iter().map(|one| one.name().unwrap_or_default().to_owned()).collect()
}

/// How many of them stop the database once: those wear a date, `stop.20261124T233000`, where `stop.2240` is every day's.
fn single_stops(names: &[String]) -> usize {
    let when = |name: &String| name.strip_prefix("rds-instance.prooflink-dev-db.stop.").map(|when| when.contains('T'));
    names.iter().filter_map(when).filter(|dated| *dated).count()
}

#[tokio::test]
async fn an_override_holds_the_rule_back_that_would_stop_it_and_a_forgotten_one_is_told_loudly() {
    let stage = Stage::new();
    role(&stage);
    far(&stage, "prooflink-dev", "edge", "eventbridge-scheduler");
    fires_soon(&stage);
    let plan = stage.run(&["schedule", "override", "prooflink-dev", "--until", "+3h", "--dry-run"]);
    assert_eq!((plan.code, stage.calls("DisableRule")), (Some(0), 0), "{}", plan.err);
    assert!(
        plan.out.contains("second best: rule prooflink-dev-db-stop, which stops prooflink-dev-db at "),
        "{}",
        plan.out
    );
    assert!(plan.out.contains("a firing that is left out is not made up for"), "{}", plan.out);

    let kept = stage.run(&["schedule", "override", "prooflink-dev", "--until", "+3h", "--yes"]);
    assert_eq!(kept.code, Some(0), "{} {}", kept.out, kept.err);
    let calls = stage.peer.calls();
    let of = |operation: &str| calls.iter().position(|call| call["operation"] == operation);
    let back = "rule.prooflink-dev-db-stop.enable";
    let enables = calls.iter().position(|call| call["operation"] == "CreateSchedule" && call["params"]["Name"] == back);
    assert!(enables.is_some() && enables < of("DisableRule"), "what enables it again is there first");
    let schedule = &calls[enables.expect("a call")]["params"];
    assert_eq!(schedule["Target"]["Arn"], "arn:aws:scheduler:::aws-sdk:eventbridge:enableRule");
    assert_eq!(schedule["Target"]["Input"], r#"{"Name":"prooflink-dev-db-stop"}"#);
    assert_eq!(schedule["ActionAfterCompletion"], "DELETE");
    let names = schedules(&stage).await;
    assert_eq!(single_stops(&names), 1, "{names:?}");

    let rule = stopping(&stage);
    assert_eq!((&rule["enabled"], &rule["held_back"]["forgotten"]), (&json!(false), &json!(false)), "{rule:#}");
    assert!(rule["held_back"]["returns_at"].is_string() && rule["held_back"]["until"].is_string(), "{rule:#}");
    let synced = stage.run(&["schedule", "sync", "prooflink-dev", "--yes"]);
    assert!(
        synced.out.contains("nothing to change: the schedules at AWS are up to date"),
        "{} {}",
        synced.out,
        synced.err
    );
    let removed = stage.run(&["schedule", "remove", "prooflink-dev", "--yes"]);
    assert!(
        removed.code == Some(1) && removed.err.contains("`toban schedule clear prooflink-dev` first"),
        "{}",
        removed.err
    );

    // Somebody deletes what would enable it: nothing ever stops the database again, unless somebody hears of it.
    let scheduler = aws_sdk_scheduler::Client::new(&stage.peer.sdk());
    let gone = scheduler.delete_schedule().name(back).group_name("toban-prooflink-dev").send().await;
    gone.expect("it is deleted");
    assert_eq!(stopping(&stage)["held_back"]["forgotten"], true);
    let listed = stage.run(&["schedule", "list"]).out;
    assert!(listed.contains("nothing enables it again: prooflink-dev-db would stay up for ever"), "{listed}");

    let status = stage.run(&["status", "prooflink-dev"]);
    assert_eq!(status.code, Some(10), "{}", status.out);
    assert!(status.out.contains("nothing enables it again"), "{}", status.out);

    let cleared = stage.run(&["schedule", "clear", "prooflink-dev", "--yes"]);
    assert_eq!(cleared.code, Some(0), "{} {}", cleared.out, cleared.err);
    let rule = stopping(&stage);
    assert_eq!((&rule["enabled"], &rule["held_back"]), (&json!(true), &Value::Null), "{rule:#}");
}

#[tokio::test]
async fn rules_alone_can_be_held_back_without_any_schedule_and_let_go_again() {
    let stage = Stage::new();
    role(&stage);
    std::fs::write(&stage.config, "").expect("a configuration");
    fires_soon(&stage);
    let kept = stage.run(&["schedule", "override", "prooflink-dev", "--until", "+3h", "--yes"]);
    assert_eq!(kept.code, Some(0), "{} {}", kept.out, kept.err);
    let names = schedules(&stage).await;
    assert_eq!((names.len(), single_stops(&names)), (2, 1), "one enables the rule, one stops the database: {names:?}");
    assert_eq!(stopping(&stage)["held_back"]["forgotten"], false);
    let status = stage.run(&["status", "prooflink-dev"]);
    assert!(status.out.contains("rule prooflink-dev-db-stop is disabled by an override of "), "{}", status.out);
    assert!(status.out.contains("; a schedule of ours enables it again at "), "{}", status.out);

    let cleared = stage.run(&["schedule", "clear", "prooflink-dev", "--yes"]);
    assert_eq!(cleared.code, Some(0), "{} {}", cleared.out, cleared.err);
    assert_eq!((stopping(&stage)["enabled"].clone(), schedules(&stage).await.len()), (json!(true), 0));
    let again = stage.run(&["schedule", "clear", "prooflink-dev", "--yes"]);
    assert_eq!(again.code, Some(0), "{}{}", again.out, again.err);
    let said = format!("{}{}", again.out, again.err);
    assert!(said.contains("no rule of prooflink-dev is held back"), "{said}");
}

#[tokio::test]
async fn what_shall_stay_asleep_holds_the_rule_back_that_would_start_it_and_is_started_at_the_end() {
    let stage = Stage::new();
    role(&stage);
    std::fs::write(&stage.config, "").expect("a configuration");
    fire_within(&stage, &[("start", 2), ("stop", 8)]);
    let asked = ["schedule", "override", "prooflink-dev", "--until", "+3h", "--state", "stopped"];
    let plan = stage.run(&[&asked[..], &["--dry-run"]].concat());
    assert_eq!((plan.code, stage.calls("DisableRule")), (Some(0), 0), "{}", plan.err);
    let best = "second best: rule prooflink-dev-db-start, which starts prooflink-dev-db at ";
    assert!(
        plan.out.contains(best) && plan.out.contains("a schedule of ours starts prooflink-dev-db at "),
        "{}",
        plan.out
    );
    assert!(plan.out.contains("forgotten, nothing would start prooflink-dev any more"), "{}", plan.out);

    let asked = [&asked[..], &["--yes"]].concat();
    let calls = [
        ("scheduler:CreateScheduleGroup", ("iam:GetRole", 1)),
        ("scheduler:CreateSchedule", ("scheduler:CreateScheduleGroup", 1)),
        ("events:TagResource", ("scheduler:CreateSchedule", 2)),
        ("events:DisableRule", ("events:TagResource", 1)),
    ];
    for (operation, before) in calls {
        killed_at(&stage, operation, before, &asked);
        let names = schedules(&stage).await;
        let of = |part: &str| names.iter().filter(|name| name.contains(part)).count();
        assert_eq!((of("rds-instance.prooflink-dev-db.start."), of(".stop.")), (1, 0), "{operation}: {names:?}");
        assert_eq!((of("rule.prooflink-dev-db-start.enable"), names.len()), (1, 2), "{operation}: {names:?}");
        let rule = owner(&stage, "prooflink-dev-db-start");
        assert_eq!((&rule["enabled"], &rule["held_back"]["forgotten"]), (&json!(false), &json!(false)), "{rule:#}");
        assert_eq!(rule["held_back"]["exception"], "override", "{rule:#}");
        assert_eq!(stopping(&stage)["enabled"], true, "what stops it does not act against it");
        let status = stage.run(&["status", "prooflink-dev"]);
        assert!(status.out.contains("rule prooflink-dev-db-start is disabled by an override of "), "{}", status.out);

        let cleared = stage.run(&["schedule", "clear", "prooflink-dev", "--yes"]);
        assert_eq!(cleared.code, Some(0), "{} {}", cleared.out, cleared.err);
        assert_eq!(owner(&stage, "prooflink-dev-db-start")["enabled"], true);
        assert_eq!(schedules(&stage).await, [""; 0]);
        let client = aws_sdk_scheduler::Client::new(&stage.peer.sdk());
        client.delete_schedule_group().name("toban-prooflink-dev").send().await.expect("it goes");
    }
}

#[tokio::test]
async fn a_hold_holds_back_what_stops_and_what_starts_it_with_a_schedule_and_without() {
    for scheduled in [false, true] {
        let stage = Stage::new();
        role(&stage);
        match scheduled {
            false => std::fs::write(&stage.config, "").expect("a configuration"),
            true => far(&stage, "prooflink-dev", "edge", "eventbridge-scheduler"),
        }
        fire_within(&stage, &[("start", 2), ("stop", 3)]);
        let asked = ["schedule", "hold", "prooflink-dev", "--until", "+4h", "--yes"];
        killed_at(&stage, "events:DisableRule", ("events:TagResource", 1), &asked);
        assert_eq!(on(&stage), [false, false], "{scheduled}");
        let names = schedules(&stage).await;
        for rule in ["rule.prooflink-dev-db-start.enable", "rule.prooflink-dev-db-stop.enable"] {
            assert!(names.iter().any(|name| name == rule), "{scheduled}: {names:?}");
        }
        // What is up and was to be stopped last is stopped at the end; by schedules of ours, where there are some.
        assert_eq!(single_stops(&names), 1, "{scheduled}: {names:?}");
        assert_eq!(stopping(&stage)["held_back"]["exception"], "hold");
        let listed = stage.run(&["schedule", "list"]).out;
        assert!(listed.contains("rule prooflink-dev-db-stop is disabled by a hold of "), "{listed}");
        let journal = stage.run(&["journal", "--json"]).out;
        assert!(journal.contains("disable the rule prooflink-dev-db-start"), "{journal}");
        if scheduled {
            assert!(stage.to_json()["hold"]["until"].is_string());
            let synced = stage.run(&["schedule", "sync", "prooflink-dev", "--yes"]);
            assert!(
                synced.out.contains("nothing to change: the schedules at AWS are up to date"),
                "{} {}",
                synced.out,
                synced.err
            );
        }
        let cleared = stage.run(&["schedule", "clear", "prooflink-dev", "--yes"]);
        assert_eq!(cleared.code, Some(0), "{} {}", cleared.out, cleared.err);
        assert_eq!(on(&stage), [true, true], "{scheduled}");
        assert_eq!(single_stops(&schedules(&stage).await), 0);
        assert_eq!(stopping(&stage)["held_back"], Value::Null);
    }
}

#[test]
fn where_there_is_neither_a_schedule_nor_a_rule_nothing_is_held_and_where_no_rule_acts_it_is_said() {
    let stage = Stage::new();
    role(&stage);
    std::fs::write(&stage.config, "").expect("a configuration");
    fire_within(&stage, &[("start", 8), ("stop", 8)]);
    for (asked, message) in [
        (["override", "--state", "stopped"], "no rule that could be held back starts anything of it until then"),
        (["override", "--state", "running"], "no rule that could be held back stops anything of it until then"),
        (["hold", "--until", "+1h"], "no rule that could be held back stops or starts anything of it until then"),
    ] {
        let until: &[&str] = if asked[0] == "hold" { &["--yes"] } else { &["--until", "+1h", "--yes"] };
        let said = |environment: &str| stage.run(&[&["schedule", asked[0], environment], &asked[1..], until].concat());
        let idle = said("prooflink-dev");
        assert!(idle.code == Some(1) && idle.err.contains(message), "{asked:?}: {}", idle.err);
        let none = said("prooflink-prod");
        assert!(none.code == Some(5) && none.err.contains("prooflink-prod has no schedule"), "{}", none.err);
    }
}
