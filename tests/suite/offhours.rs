//! Databases and whole environments started, stopped, put to sleep and woken: the built binary against the peer's
//! systems and in the demo, with the journal it leaves.
#![expect(
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    reason = "a test whose program does not run must fail at once"
)]

use std::io::{BufRead, BufReader};
use std::path::Path;
use std::process::{Child, Stdio};
use std::time::Duration;

use crate::support::peer::{ACCOUNT, Peer, REGION};
use crate::support::said::{Said, ended, said, toban};
use serde_json::{Value, json};
use tempfile::TempDir;
use toban::schedule::{Exceptions, Intent, PowerAction};

fn run(peer: &Peer, arguments: &[&str]) -> Said {
    said(peer.toban().args(arguments))
}

/// The outcome of a change that was asked for as JSON.
fn outcome(said: &Said) -> Value {
    let document: Value = serde_json::from_str(&said.out).unwrap_or_else(|_| panic!("{} {}", said.out, said.err));
    document["outcome"].clone()
}

/// How many calls of a kind the peer has had.
fn calls(peer: &Peer, operation: &str) -> usize {
    peer.calls().iter().filter(|call| call["operation"] == operation).count()
}

/// The environment as `status --json` tells it.
fn environment(peer: &Peer, name: &str) -> Value {
    let said = run(peer, &["status", "--json", name]);
    let document: Value = serde_json::from_str(&said.out).unwrap_or_else(|_| panic!("{} {}", said.out, said.err));
    document["environments"][0].clone()
}

/// The lines of the journal.
fn journal(state: &Path) -> Vec<Value> {
    let text = std::fs::read_to_string(state.join("journal.jsonl")).expect("a journal");
    text.lines().map(|line| serde_json::from_str(line).expect("a line of JSON")).collect()
}

#[test]
fn a_database_is_stopped_and_started_and_twice_is_once() {
    let peer = Peer::with(&["prooflink"]);
    let turn = |verb: &str| run(&peer, &["db", verb, "prooflink-dev/prooflink-dev-db", "--yes", "--json"]);
    let plan = run(&peer, &["db", "stop", "prooflink-dev/prooflink-dev-db", "--dry-run"]);
    assert_eq!((plan.code, calls(&peer, "StopDBInstance")), (Some(0), 0), "{}", plan.err);
    assert!(plan.out.starts_with("stop DB instance prooflink-dev-db\n  in prooflink-dev, "), "{}", plan.out);
    assert!(plan.out.contains("· rds:StopDBInstance prooflink-dev-db"), "{}", plan.out);
    assert!(plan.out.contains("AWS starts it again after 7 days"), "{}", plan.out);

    let stopped = turn("stop");
    assert_eq!((stopped.code, outcome(&stopped)), (Some(0), json!("done")), "{}", stopped.err);
    let database = environment(&peer, "prooflink-dev")["databases"][0].clone();
    assert_eq!((&database["status"], &database["health"]), (&json!("stopped"), &json!("asleep")));
    assert!(database["auto_restart_at"].is_string(), "the seven-day clock: {database}");
    let again = turn("stop");
    assert_eq!((again.code, calls(&peer, "StopDBInstance")), (Some(0), 1), "{}", again.err);

    let started = turn("start");
    assert_eq!((started.code, outcome(&started)), (Some(0), json!("done")), "{}", started.err);
    assert_eq!(environment(&peer, "prooflink-dev")["databases"][0]["status"], "available");

    let lines = journal(&peer.home().join("state"));
    let message: Vec<&str> = lines.iter().filter_map(|line| line["says"].as_str()).collect();
    let stop = "stop DB instance prooflink-dev-db";
    let start = "start DB instance prooflink-dev-db";
    assert_eq!(message, [stop, stop, stop, start, start], "each with its step, the second stop without one");
    assert!(lines.iter().filter(|line| line["phase"] == "ended").all(|line| line["done"] == true), "{lines:?}");
}

#[test]
fn a_member_of_a_cluster_stops_the_cluster_and_leaving_does_not_lose_it() {
    let peer = Peer::with(&["backend"]);
    let databases = environment(&peer, "backend-dev")["databases"].clone();
    let cluster = databases[0]["id"].as_str().expect("a cluster").to_owned();
    let member = databases[0]["members"][0]["id"].as_str().expect("a member").to_owned();
    let member = format!("backend-dev/{member}");
    let stopping = json!({"DBClusters": {"[*]": {"Status": "stopping"}}});
    let ids = peer.script(&json!([
        {"service": "rds", "operation": "DescribeDBClusters", "after": 2, "patch": stopping},
    ]));
    let left = run(&peer, &["db", "stop", &member, "--yes", "--no-wait"]);
    assert_eq!(left.code, Some(0), "{}", left.err);
    assert_eq!(
        left.out,
        format!("stop DB cluster {cluster}: DB cluster {cluster} is stopping; AWS goes on by itself\n")
    );
    assert_eq!((calls(&peer, "StopDBCluster"), calls(&peer, "StopDBInstance")), (1, 0));
    // A later look attaches to what is going on, and calls nothing again.
    let watching = run(&peer, &["db", "stop", &member, "--yes", "--no-wait"]);
    assert_eq!((watching.code, calls(&peer, "StopDBCluster")), (Some(0), 1), "{}", watching.err);
    peer.unscript(&ids);
    let seen = run(&peer, &["db", "stop", &member, "--yes"]);
    assert_eq!((seen.code, calls(&peer, "StopDBCluster")), (Some(0), 1), "{}", seen.err);
}

#[test]
fn who_may_not_be_stopped_is_refused_with_the_reason() {
    let peer = Peer::with(&["prooflink"]);
    let production = run(&peer, &["db", "stop", "prooflink-prod/prooflink-prod-db", "--confirm", "prooflink-prod"]);
    assert_eq!((production.code, production.out.as_str()), (Some(3), ""), "{}", production.err);
    assert!(production.err.contains("allow_stop = true in [environment.\"prooflink-prod\"]"), "{}", production.err);
    let config = peer.home().join("duty.toml");
    std::fs::write(&config, "[environment.prooflink-prod]\nallow_stop = true\n").expect("a configuration");
    let config = config.display().to_string();
    let unnamed = run(&peer, &["db", "stop", "prooflink-prod/prooflink-prod-db", "--yes", "--config", &config]);
    assert_eq!(unnamed.code, Some(3), "{}", unnamed.err);
    assert!(unnamed.err.contains("--confirm prooflink-prod"), "{}", unnamed.err);
    peer.script(&json!({"service": "rds", "operation": "DescribeDBInstances", "patch":
        {"DBInstances": {"[DBInstanceIdentifier=prooflink-dev-db]": {"Engine": "sqlserver-se", "MultiAZ": true}}}}));
    let mirrored = run(&peer, &["db", "stop", "prooflink-dev/prooflink-dev-db", "--yes"]);
    assert_eq!(mirrored.code, Some(3), "{}", mirrored.err);
    assert!(mirrored.err.contains("SQL Server Multi-AZ cannot be stopped"), "{}", mirrored.err);
    let stop = ["db", "stop", "prooflink-prod/prooflink-prod-db", "--confirm", "prooflink-prod", "--config", &config];
    let only_looking = run(&peer, &[&["--read-only"], &stop[..]].concat());
    assert_eq!(only_looking.code, Some(3), "{}", only_looking.err);
    assert_eq!(calls(&peer, "StopDBInstance") + calls(&peer, "StartDBInstance"), 0);
    let unknown = run(&peer, &["db", "stop", "prooflink-dev/nothing", "--yes"]);
    assert_eq!(unknown.code, Some(5), "{}", unknown.err);
}

#[test]
fn what_aws_refuses_is_told_and_nothing_was_changed() {
    let peer = Peer::with(&["prooflink"]);
    let error =
        json!({"code": "AccessDenied", "message": "not authorized to perform: rds:StopDBInstance", "status": 403});
    peer.script(&json!({"service": "rds", "operation": "StopDBInstance", "error": error}));
    let denied = run(&peer, &["db", "stop", "prooflink-dev/prooflink-dev-db", "--yes"]);
    assert_eq!(denied.code, Some(1), "{}", denied.err);
    assert!(denied.err.contains("rds:StopDBInstance on prooflink-dev-db is not allowed"), "{}", denied.err);
    assert_eq!(environment(&peer, "prooflink-dev")["databases"][0]["status"], "available");
}

#[test]
fn the_demo_reacts_to_a_database_that_is_started() {
    let home = TempDir::new().expect("a home");
    let mut start =
        toban(home.path(), &["--demo", "db", "start", "prooflink-dev/prooflink-dev-db", "--yes", "--no-wait"]);
    let said = said(start.env("TOBAN_STATE_DIR", home.path().join("state")));
    assert_eq!(said.code, Some(0), "{}", said.err);
    assert!(said.out.contains("DB instance prooflink-dev-db is starting; AWS goes on by itself"), "{}", said.out);
}

/// Services as `name: desired`, in the order of the document.
fn services(environment: &Value) -> Vec<(String, u64)> {
    let all = environment["services"].as_array().expect("services");
    let one = |it: &Value| (it["name"].as_str().expect("a name").to_owned(), it["desired"].as_u64().expect("a count"));
    all.iter().map(one).collect()
}

fn statuses(environment: &Value, list: &str, key: &str) -> Vec<String> {
    let all = environment[list].as_array().expect("a list").iter();
    all.map(|it| it[key].as_str().expect("a word").to_owned()).collect()
}

/// Puts an environment to sleep and wakes it again through the program; what it had comes back.
fn night(peer: &Peer, name: &str, more: &[&str]) {
    let turn = |verb: &str| {
        let mut arguments = vec![verb, name, "--yes", "--json"];
        arguments.extend(more);
        let said = run(peer, &arguments);
        assert_eq!((said.code, outcome(&said)), (Some(0), json!("done")), "{verb} {name}: {}{}", said.out, said.err);
        said
    };
    let before = environment(peer, name);
    turn("sleep");
    let asleep = environment(peer, name);
    assert!(services(&asleep).iter().all(|(_, desired)| *desired == 0), "{asleep:#}");
    assert!(statuses(&asleep, "databases", "status").iter().all(|status| status == "stopped"), "{asleep:#}");
    assert!(statuses(&asleep, "instances", "state").iter().all(|state| state == "stopped"), "{asleep:#}");
    // Asked again, nothing more is called.
    let so_far = peer.calls().len();
    turn("sleep");
    let changing = ["TagResource", "UpdateService", "RegisterScalableTarget", "StopDBInstance", "StopInstances"];
    let again = peer.calls().split_off(so_far);
    assert!(!again.iter().any(|call| changing.iter().any(|name| call["operation"] == *name)), "{again:?}");
    turn("wake");
    let awake = environment(peer, name);
    assert_eq!(services(&awake), services(&before), "as it was");
    assert_eq!(statuses(&awake, "databases", "status"), statuses(&before, "databases", "status"));
    assert_eq!(statuses(&awake, "instances", "state"), statuses(&before, "instances", "state"));
}

/// Half of a blue/green deployment of RDS is never stopped, and the rest of the environment does not sleep without it.
#[test]
fn a_database_in_a_blue_green_deployment_refuses_stop_and_sleep_until_it_is_switched_over() {
    let peer = Peer::with(&["prooflink"]);
    let pair = |status: &str| {
        json!({"service": "rds", "operation": "DescribeBlueGreenDeployments", "answer": {"BlueGreenDeployments": [{
            "BlueGreenDeploymentIdentifier": "bgd-1", "BlueGreenDeploymentName": "upgrade-17", "Status": status,
            "Source": format!("arn:aws:rds:{REGION}:{ACCOUNT}:db:prooflink-dev-db")}]}})
    };
    let ids = peer.script(&pair("PROVISIONING"));
    let database = environment(&peer, "prooflink-dev")["databases"][0].clone();
    assert_eq!(database["blue_green"]["role"], "blue", "{database}");
    assert!(database["why"].as_str().is_some_and(|why| why.contains("upgrade-17")), "{database}");
    for arguments in
        [["sleep", "prooflink-dev", "--yes"].as_slice(), &["db", "stop", "prooflink-dev/prooflink-dev-db", "--yes"]]
    {
        let refused = run(&peer, arguments);
        assert!(matches!(refused.code, Some(1 | 3)), "{}{}", refused.out, refused.err);
        assert!(refused.err.contains("blue/green deployment upgrade-17"), "{}", refused.err);
    }
    assert_eq!((calls(&peer, "StopDBInstance"), calls(&peer, "UpdateService")), (0, 0));
    peer.unscript(&ids);
    peer.script(&pair("SWITCHOVER_COMPLETED"));
    let slept = run(&peer, &["sleep", "prooflink-dev", "--dry-run"]);
    assert_eq!(slept.code, Some(0), "{}{}", slept.out, slept.err);
}

#[test]
fn prooflink_dev_sleeps_and_wakes_service_before_database() {
    let peer = Peer::with(&["prooflink"]);
    let plan = run(&peer, &["sleep", "prooflink-dev", "--dry-run"]);
    assert_eq!(plan.code, Some(0), "{}", plan.err);
    let (service, database) = (plan.out.find("ecs:UpdateService"), plan.out.find("rds:StopDBInstance"));
    assert!(service.is_some() && service < database, "{}", plan.out);
    night(&peer, "prooflink-dev", &[]);
    let order: Vec<String> = peer
        .calls()
        .iter()
        .filter_map(|call| call["operation"].as_str().map(str::to_owned))
        .filter(|name| {
            ["TagResource", "UpdateService", "StopDBInstance", "StartDBInstance", "UntagResource"]
                .contains(&name.as_str())
        })
        .collect();
    let wanted =
        ["TagResource", "UpdateService", "StopDBInstance", "StartDBInstance", "UpdateService", "UntagResource"];
    assert!(order.ends_with(&wanted.map(str::to_owned)), "{order:?}");
    let lines = journal(&peer.home().join("state"));
    let message: Vec<&str> = lines.iter().filter_map(|line| line["says"].as_str()).collect();
    for wanted in ["put prooflink-dev to sleep", "wake prooflink-dev", "set service prooflink-dev-service to 0 tasks"] {
        assert!(message.contains(&wanted), "{message:?}");
    }
}

#[test]
fn a_sleep_shows_on_the_alarms_it_mutes_until_a_wake() {
    let peer = Peer::with(&["prooflink"]);
    let rule = || environment(&peer, "prooflink-dev")["alarms"][0]["mute_rule"].clone();
    assert_eq!(rule(), Value::Null);
    let awake = environment(&peer, "prooflink-dev")["alarms"][0].clone();
    assert_eq!(run(&peer, &["sleep", "prooflink-dev", "--yes"]).code, Some(0));
    let muted = rule();
    assert_eq!(muted["name"], "toban-sleep-prooflink-dev", "{muted:#}");
    let at = |key: &str| muted[key].as_str().and_then(|text| text.parse::<jiff::Timestamp>().ok()).expect("a time");
    assert_eq!(at("until").duration_since(at("from")).as_hours(), 15 * 24);
    let alarm = environment(&peer, "prooflink-dev")["alarms"][0].clone();
    assert_eq!((&alarm["state"], &alarm["health"]), (&awake["state"], &awake["health"]), "it counts as ever");

    // Who may not read the rules is told that, and nothing of the environment is in doubt for it.
    assert_eq!(run(&peer, &["cache", "clear"]).code, Some(0), "nothing is remembered of them either");
    let error = json!({"code": "AccessDenied", "message": "no ListAlarmMuteRules for you", "status": 403});
    let ids = peer.script(&json!({"service": "cloudwatch", "operation": "ListAlarmMuteRules", "error": error}));
    let said = run(&peer, &["status", "--json", "prooflink-dev"]);
    let document: Value = serde_json::from_str(&said.out).expect("a document");
    let faults = document["faults"].as_array().expect("faults");
    assert!(faults.iter().any(|it| it["operation"] == "cloudwatch:ListAlarmMuteRules"), "{document:#}");
    let environment = &document["environments"][0];
    assert_eq!((&environment["health"], &environment["alarms"][0]["mute_rule"]), (&json!("asleep"), &Value::Null));
    peer.unscript(&ids);

    assert_eq!(run(&peer, &["wake", "prooflink-dev", "--yes"]).code, Some(0));
    assert_eq!(rule(), Value::Null);
}

#[test]
fn the_scaled_backend_sleeps_with_its_bounds_closed_and_wakes_with_them_restored() {
    let peer = Peer::with(&["backend"]);
    peer.forget_calls();
    night(&peer, "backend-dev", &[]);
    let bounds: Vec<(Value, Value)> = peer
        .calls()
        .iter()
        .filter(|call| call["operation"] == "RegisterScalableTarget")
        .map(|call| (call["params"]["MinCapacity"].clone(), call["params"]["MaxCapacity"].clone()))
        .collect();
    assert_eq!(bounds.len(), 2, "{bounds:?}");
    assert_eq!(bounds[0], (json!(0), json!(0)));
    assert_eq!(bounds[1].1, json!(10), "as systems.py registers it");
}

#[test]
fn the_municipal_poc_sleeps_and_wakes() {
    let peer = Peer::with(&["city"]);
    night(&peer, "city-poc", &[]);
}

#[test]
fn kajimaru_sleeps_only_where_the_configuration_allows_it_and_its_instances_come_back_healthy() {
    let peer = Peer::with(&["kajimaru"]);
    let refused = run(&peer, &["sleep", "kajimaru", "--confirm", "kajimaru"]);
    assert_eq!(refused.code, Some(3), "{}", refused.err);
    assert!(refused.err.contains("allow_stop = true"), "{}", refused.err);
    let config = peer.home().join("duty.toml");
    std::fs::write(&config, "[environment.kajimaru]\nallow_stop = true\n").expect("a configuration");
    night(&peer, "kajimaru", &["--confirm", "kajimaru", "--config", &config.display().to_string()]);
    let stops = peer.calls().iter().position(|call| call["operation"] == "StopInstances");
    let database = peer.calls().iter().position(|call| call["operation"] == "StopDBInstance");
    assert!(stops.is_some() && stops < database, "instances before their database");
}

#[test]
fn a_sleep_that_is_refused_half_way_is_named_and_goes_on_when_asked_again() {
    let peer = Peer::with(&["prooflink"]);
    let error =
        json!({"code": "AccessDenied", "message": "not authorized to perform: rds:StopDBInstance", "status": 403});
    let ids = peer.script(&json!({"service": "rds", "operation": "StopDBInstance", "error": error}));
    let half = run(&peer, &["sleep", "prooflink-dev", "--yes"]);
    assert_eq!(half.code, Some(6), "{}{}", half.out, half.err);
    assert!(half.err.contains("prooflink-dev is not all asleep: asleep: "), "{}", half.err);
    assert!(
        half.err.contains("prooflink-dev-db (rds:StopDBInstance on prooflink-dev-db is not allowed"),
        "{}",
        half.err
    );
    let standing = environment(&peer, "prooflink-dev");
    assert_eq!(standing["why"][0], "asleep, but for database prooflink-dev-db", "{standing:#}");
    peer.unscript(&ids);
    let rest = run(&peer, &["sleep", "prooflink-dev", "--yes"]);
    assert_eq!(rest.code, Some(0), "{}{}", rest.out, rest.err);
    assert_eq!(calls(&peer, "UpdateService"), 1, "what sleeps already is left alone");
    let asleep = environment(&peer, "prooflink-dev");
    assert!(asleep["why"][0].as_str().is_some_and(|why| why.starts_with("asleep, wakes to ")), "{}", asleep["why"]);
}

#[test]
fn a_count_that_nobody_remembers_is_asked_for_and_never_guessed() {
    let peer = Peer::with(&["prooflink"]);
    assert_eq!(run(&peer, &["sleep", "prooflink-dev", "--yes"]).code, Some(0));
    let forgetful =
        json!({"service": "ecs", "operation": "DescribeServices", "patch": {"services": {"[*]": {"tags": []}}}});
    peer.script(&forgetful);
    let stuck = run(&peer, &["wake", "prooflink-dev", "--yes"]);
    assert_eq!(stuck.code, Some(6), "{}", stuck.out);
    assert!(stuck.err.contains("how many tasks it had is not known"), "{}", stuck.err);
    // The peer's target group has one target, and a service is awake once its tasks answer.
    let said = run(&peer, &["wake", "prooflink-dev", "--yes", "--tasks", "1"]);
    assert_eq!(said.code, Some(0), "{}{}", said.out, said.err);
    peer.reset();
    assert_eq!(services(&environment(&peer, "prooflink-dev"))[0].1, 1);
}

/// A schedule whose stop of prooflink-dev was due three minutes ago, kept by whoever runs here.
fn due(peer: &Peer) -> String {
    let at = |minutes: i64| {
        let then = jiff::Timestamp::now() - jiff::SignedDuration::from_mins(minutes);
        then.to_zoned(jiff::tz::TimeZone::UTC).strftime("%H:%M").to_string()
    };
    let config = peer.home().join("due.toml");
    let text = format!(
        "[schedule.day]\ntimezone = \"UTC\"\non = [{{ days = \"mon-sun\", from = \"{}\", to = \"{}\" }}]\n\
         [environment.prooflink-dev]\nschedule = \"day\"\nbackend = \"local\"\n",
        at(8 * 60),
        at(3)
    );
    std::fs::write(&config, text).expect("a configuration");
    config.display().to_string()
}

#[test]
fn of_many_processes_over_one_state_directory_one_acts_on_an_edge() {
    let peer = Peer::with(&["prooflink"]);
    let config = due(&peer);
    let started = || {
        let mut toban = peer.toban();
        toban.args(["--config", &config, "schedule", "run", "--once"]);
        toban.stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().expect("toban runs")
    };
    let together: Vec<Child> = (0..4).map(|_| started()).collect();
    for child in together {
        let said = ended(child);
        assert_eq!(said.code, Some(0), "{}{}", said.out, said.err);
    }
    // Who comes later finds it done, after a kill or from cron.
    let later = ended(started());
    assert_eq!(later.code, Some(0), "{}", later.err);
    assert_eq!((calls(&peer, "StopDBInstance"), calls(&peer, "UpdateService")), (1, 1));
    let asleep = environment(&peer, "prooflink-dev");
    assert_eq!(statuses(&asleep, "databases", "status"), ["stopped"]);
    assert_eq!(services(&asleep), [("prooflink-dev-service".to_owned(), 0)]);
    let lines = journal(&peer.home().join("state"));
    let steps: Vec<&Value> =
        lines.iter().filter(|line| line["phase"] == "started" && line["part_of"].is_string()).collect();
    let sent = |call: &str| {
        let has = |line: &&&Value| {
            line["calls"]
                .as_array()
                .is_some_and(|calls| calls.iter().any(|it| it.as_str().is_some_and(|it| it.starts_with(call))))
        };
        steps.iter().filter(has).count()
    };
    assert_eq!((sent("rds:StopDBInstance"), sent("ecs:UpdateService")), (1, 1), "{lines:#?}");
}

/// The edges of the simulated account's office hours.
fn computed(from: jiff::Timestamp, to: jiff::Timestamp) -> Vec<(jiff::Timestamp, PowerAction)> {
    let office = toban::demo::configured_environments().schedules.remove(0);
    let none = Exceptions::default();
    Intent::new(&office, &none)
        .transitions(from, to)
        .into_iter()
        .map(|transition| (transition.issue_at, transition.verb))
        .collect()
}

/// The program itself, as fast as it goes: a weekend, the year's end and the first work days, in some seconds. However
/// loaded the machine, no edge is late, missed, refused or done twice; and nothing of it is found among what was real.
#[test]
fn the_simulated_account_runs_its_week_and_the_journal_shows_exactly_the_computed_edges() {
    let at = |text: &str| text.parse::<jiff::Timestamp>().expect("a moment");
    let (from, to) = (at("2026-12-26T20:00:00+09:00"), at("2027-01-04T22:30:00+09:00"));
    let expected = computed(from, to);
    assert!(expected.len() > 10 && expected.iter().any(|(_, verb)| *verb == PowerAction::Start), "{expected:?}");
    let home = TempDir::new().expect("a home");
    let state = home.path().join("state");
    let arguments = ["--demo", "--demo-speed", "86400", "--demo-start", "2026-12-26T20:00+09:00", "schedule", "run"];
    let mut toban = toban(home.path(), &arguments);
    let mut child = toban.env("TOBAN_STATE_DIR", &state).stdout(Stdio::piped()).spawn().expect("toban runs");
    let lines = BufReader::new(child.stdout.take().expect("its output")).lines();
    let (tell, heard) = std::sync::mpsc::channel();
    std::thread::spawn(move || lines.map_while(Result::ok).try_for_each(|line| tell.send(line)));
    let told: Vec<String> = std::iter::repeat_with(|| heard.recv_timeout(Duration::from_secs(300)))
        .map_while(Result::ok)
        .take(expected.len())
        .collect();
    child.kill().expect("it runs still");
    child.wait().expect("its end");
    let said: Vec<jiff::Timestamp> =
        told.iter().filter_map(|line| line.split(' ').next()).filter_map(|when| when.parse().ok()).collect();
    assert!(said.len() == expected.len() && said.iter().all(|when| *when < to), "{told:#?}");
    let text = std::fs::read_to_string(state.join("demo-journal.jsonl")).expect("a journal of its own");
    let began = text.lines().filter_map(|line| {
        // The last line may be half written: it was killed.
        let line: Value = serde_json::from_str(line).ok()?;
        let words = line["reason"].as_str()?.strip_prefix("schedule: ")?.to_owned();
        let second = at(line["at"].as_str()?).as_second();
        let whole = line["part_of"].is_null().then(|| jiff::Timestamp::from_second(second).ok()).flatten()?;
        Some((whole, if words.starts_with("stop") { PowerAction::Stop } else { PowerAction::Start }))
    });
    let transitions: Vec<(jiff::Timestamp, PowerAction)> = began.filter(|(when, _)| *when < to).collect();
    assert_eq!(transitions, expected, "{told:#?}");
    for file in ["journal.jsonl", "schedule-ledger.jsonl", "schedule-prooflink-dev.lock"] {
        assert!(!state.join(file).exists(), "{file}");
    }
}
