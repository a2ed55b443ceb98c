//! Incidents played through a real HTTP peer: what is sick is scripted in front of it, and the built binary explains it.
//! What single rules make of what was read is the tables' of `diagnosis::explain`.
#![expect(clippy::expect_used, reason = "a test whose program does not run must fail at once")]

use serde_json::{Value, json};

use crate::support::peer::Peer;
use crate::support::said::{said, toban};
use crate::terminal::{Terminal, console, svg};

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
    let before: Vec<&Value> = first["changes_before"].as_array().into_iter().flatten().collect();
    let deployed =
        before.iter().find(|change| change["what"].as_str().is_some_and(|what| what.contains("UpdateService")));
    let deployed = deployed.unwrap_or_else(|| panic!("who deployed stands before the cause: {first:#}"));
    assert_eq!(deployed["resource"]["name"], "prooflink-prod-service", "{first:#}");
    assert!(deployed["by"].as_str().is_some_and(|by| by.contains("github-actions")), "{first:#}");
    let log = first["evidence"].as_array().into_iter().flatten().find(|one| one["source"] == "logs:GetLogEvents");
    assert!(log.is_some_and(|line| line["what"].as_str().is_some_and(|what| what.contains("heap"))), "{first:#}");
    assert!(
        document["missing"].as_array().into_iter().flatten().all(|one| one["operation"] != "logs:GetLogEvents"),
        "{document:#}"
    );
    assert_eq!(document["unexplained"], json!([]), "{document:#}");
    assert_eq!(run.code, Some(20));
}

/// What the timeline of an environment tells, with a state directory of its own.
fn timeline(peer: &Peer, state: &std::path::Path) -> (Vec<Value>, String) {
    let run =
        said(peer.toban().args(["timeline", "prooflink-dev", "--since", "3h", "--json"]).env("TOBAN_STATE_DIR", state));
    assert_eq!(run.code, Some(0), "{}", run.err);
    let document: Value =
        serde_json::from_str(&run.out).map_err(|fault| format!("{fault}\n{}", run.err)).expect("one JSON document");
    (document.get("events").and_then(Value::as_array).cloned().unwrap_or_default(), run.err)
}

fn placing_fails() -> Value {
    let event = json!({"id": "e-1", "createdAt": "-5m",
        "message": "(service prooflink-dev-service) was unable to place a task. Reason: Capacity is unavailable at this time."});
    json!({"service": "ecs", "operation": "DescribeServices", "patch": {"services": {"[*]": {"events": {"[+]": event}}}}})
}

#[test]
fn what_a_status_saw_is_told_when_aws_has_forgotten_it() {
    let peer = Peer::with(&["prooflink"]);
    let state = tempfile::tempdir().expect("a state directory");
    let ids = peer.script(&placing_fails());
    let run = said(peer.toban().args(["status"]).env("TOBAN_STATE_DIR", state.path()));
    assert!(run.out.contains("prooflink-dev"), "{}", run.err);
    peer.unscript(&ids);
    let told = |events: &[Value]| -> Vec<Value> {
        let of = |event: &&Value| event["what"].as_str().is_some_and(|what| what.contains("unable to place"));
        events.iter().filter(of).cloned().collect()
    };
    let (events, _) = timeline(&peer, state.path());
    let remembered = told(&events);
    assert_eq!(remembered.len(), 1, "{events:#?}");
    assert!(
        remembered[0]["learned"].is_string() && remembered[0]["source"] == "ecs:DescribeServices",
        "{remembered:#?}"
    );
    assert!(events.iter().any(|event| event["kind"] == "health"), "how it was is kept too: {events:#?}");
    let (elsewhere, _) = timeline(&peer, tempfile::tempdir().expect("another").path());
    assert_eq!(told(&elsewhere), Vec::<Value>::new(), "AWS does not tell it any more");
    let doctor = said(peer.toban().args(["doctor"]).env("TOBAN_STATE_DIR", state.path()));
    assert!(doctor.out.contains("what happened is kept since"), "{}", doctor.out);
}

#[test]
fn what_a_console_saw_is_told_by_another_process() {
    let peer = Peer::with(&["prooflink"]);
    let ids = peer.script(&placing_fails());
    let mut screen = Terminal::run(console(&peer.env(), &[]), 120, 30);
    screen.shows("prooflink-dev");
    // It is written down beside the console, which goes on: whoever looks finds it there in a moment.
    let kept = || said(peer.toban().args(["doctor"])).out.contains("what happened is kept since");
    assert!((0..40).any(|_| kept()), "the console keeps what it sees");
    screen.keys("\u{3}");
    assert!(screen.end().success());
    peer.unscript(&ids);
    let run = said(peer.toban().args(["timeline", "prooflink-dev", "--since", "3h", "--json"]));
    let document: Value = serde_json::from_str(&run.out).unwrap_or_else(|_| panic!("{}", run.err));
    let remembered = document["events"].as_array().into_iter().flatten().find(|event| {
        event["what"].as_str().is_some_and(|what| what.contains("unable to place")) && event["learned"].is_string()
    });
    assert!(remembered.is_some(), "{document:#}");
}

#[test]
fn a_memory_that_is_lost_locked_or_damaged_costs_nothing_else() {
    let peer = Peer::with(&["prooflink"]);
    peer.script(&placing_fails());
    let state = tempfile::tempdir().expect("a state directory");
    let store = state.path().join("store.db");
    let (whole, _) = timeline(&peer, state.path());
    std::fs::write(&store, [b'x'; 9_000]).expect("a damaged store");
    let (damaged, said_of_it) = timeline(&peer, state.path());
    assert!(said_of_it.contains("damaged"), "{said_of_it}");
    std::fs::remove_file(&store).expect("no store");
    std::fs::create_dir(&store).expect("a directory in its place");
    let (without, said_of_it) = timeline(&peer, state.path());
    assert!(!said_of_it.is_empty(), "that nothing is kept is said");
    let lines = |events: &[Value]| -> Vec<String> {
        let told = events.iter().filter(|event| event["kind"] != "health");
        told.filter_map(|event| event["what"].as_str().map(str::to_owned)).collect()
    };
    assert!(lines(&whole).iter().any(|what| what.contains("unable to place")), "{whole:#?}");
    assert_eq!((lines(&damaged), lines(&without)), (lines(&whole), lines(&whole)));
}

/// The simulated account as it stands in every run of the tests of screens.
const START: [&str; 2] = ["--demo-start", "2026-11-21T14:02:11+09:00"];

/// From the fleet to the cause of the sick environment, to the line that its program wrote, and to who changed it; each key
/// stands in the hints of the page it is pressed on. `look` is handed each page by its name.
fn walk(look: &dyn Fn(&str, &Terminal)) {
    let (mut screen, _home) = Terminal::demo(120, 35, &START);
    screen.shows("prooflink-prod");
    screen.shows("/ filter");
    screen.keys("/prooflink-prod\r");
    screen.hides("kajimaru");
    screen.shows("X explain");
    look("fleet", &screen);
    screen.keys("X");
    screen.shows("prooflink-prod-service of revision 118 runs out of memory");
    screen.shows("changed before: UpdateService prooflink-prod-service");
    screen.shows("by github-actions/deploy");
    screen.shows("JavaScript heap out of memory");
    // To the cause: the head of the page is about all of the environment.
    screen.keys("j");
    screen.shows("l logs");
    look("explain", &screen);
    screen.keys("l");
    screen.shows("logs of prooflink-prod-service");
    screen.keys("/heap out of memory\r");
    // Before the filter is seen, esc and the next key could arrive as one.
    screen.shows("· /heap out of memory");
    screen.shows("JavaScript heap out of memory");
    look("logs", &screen);
    screen.keys("\u{1b}");
    screen.hides("/heap out of memory");
    screen.keys("q");
    screen.shows("why prooflink-prod");
    screen.shows("T timeline");
    screen.keys("T");
    screen.shows("only prooflink-prod-service");
    screen.shows("UpdateService prooflink-prod-service");
    screen.shows("github-actions/deploy");
    look("timeline", &screen);
    screen.keys("\u{3}");
    assert!(screen.end().success());
}

#[test]
fn from_the_fleet_to_the_cause_the_line_and_who_by_keys_that_the_screen_shows() {
    walk(&|_, _| {});
}

#[test]
#[ignore = "writes the pictures of docs/triage.md"]
fn pictures_of_an_incident() {
    walk(&|page, screen| {
        // A picture of what is half read would say less than the page beside it.
        screen.wait("everything to be read", |text| {
            let head = text.lines().next().unwrap_or_default();
            !head.contains("reading ") && (page != "fleet" || head.contains("1 of 9"))
        });
        let path = format!("{}/docs/triage-{page}.svg", env!("CARGO_MANIFEST_DIR"));
        let picture = screen.look(|screen| svg::svg(screen, true));
        std::fs::write(&path, picture).unwrap_or_else(|fault| panic!("{path}: {fault}"));
    });
}
