//! The built binary as scripts and people run it: what goes to stdout, what to stderr, and how it
//! ends. Against the simulated account, and against the peer where the road to AWS matters.
#![expect(clippy::expect_used, reason = "a test whose program does not run must fail at once")]

use std::io::{BufRead, BufReader};
use std::path::Path;
use std::process::{Command, Stdio};

use crate::support::peer::{ACCOUNT, Peer, shared};
use crate::support::said::{Said, ended, said, toban};
use serde_json::{Value, json};
use tempfile::TempDir;

fn run(arguments: &[&str]) -> Said {
    let home = TempDir::new().expect("a home");
    said(&mut toban(home.path(), arguments))
}

fn names(document: &Value) -> Vec<&str> {
    let environments = document["environments"].as_array().expect("environments");
    environments.iter().map(|environment| environment["name"].as_str().expect("a name")).collect()
}

#[test]
fn status_prints_one_document_and_only_that_on_stdout() {
    let said = run(&["--demo", "status", "--json"]);
    let document: Value = serde_json::from_str(&said.out).expect("one document");
    assert_eq!((said.code, said.err.as_str()), (Some(20), ""), "the demo has something bad");
    assert!(document["at"].as_str().expect("a time").ends_with("+09:00"), "{}", document["at"]);
    assert!(names(&document).contains(&"prooflink-dev"), "{:?}", names(&document));
    let health = ["well", "changing", "worrying", "bad", "asleep", "unknown"];
    for environment in document["environments"].as_array().expect("environments") {
        assert!(health.contains(&environment["health"].as_str().expect("a health")), "{environment}");
        assert!(environment["why"].as_array().is_some_and(|why| !why.is_empty()), "{environment}");
        for list in ["services", "target_groups", "databases", "instances", "alarms", "faults"] {
            assert!(environment[list].is_array(), "{list} of {environment}");
        }
    }
    let lists: Vec<_> = document["unassigned"].as_array().expect("unassigned").iter().collect();
    assert!(lists.iter().all(|it| it["kind"].is_string() && it["id"].is_string()), "{lists:?}");
}

/// The simulated account is another one each time: what its schedule does is remembered nowhere.
#[test]
fn a_round_of_the_simulated_schedule_leaves_no_trace_among_what_was_real() {
    let home = TempDir::new().expect("a home");
    let state = home.path().join("state");
    let arguments = ["--demo", "--demo-speed", "600", "schedule", "run", "--once"];
    let round = said(toban(home.path(), &arguments).env("TOBAN_STATE_DIR", &state));
    assert_eq!((round.code, round.err.as_str()), (Some(0), ""), "{}", round.out);
    assert!(state.is_dir(), "it was looked for where it would be");
    for file in ["journal.jsonl", "schedule-ledger.jsonl", "schedule-prooflink-dev.lock"] {
        assert!(!state.join(file).exists(), "{file}");
    }
}

#[test]
fn find_tells_where_something_is_and_what_was_found() {
    let said = run(&["--demo", "find", "PROOFLINK-dev-db", "--json"]);
    let document: Value = serde_json::from_str(&said.out).expect("one document");
    assert_eq!((said.code, said.err.as_str()), (Some(0), ""));
    let first = &document["found"][0];
    assert_eq!((&first["environment"], &first["name"]), (&json!("prooflink-dev"), &json!("prooflink-dev-db")));
    assert!(first["arn"].as_str().is_some_and(|arn| arn.starts_with("arn:aws:rds:")), "{first}");
    let said = run(&["--demo", "find", "nothing-is-called-so", "--json"]);
    assert_eq!(said.code, Some(5), "{}", said.err);
    assert_eq!(serde_json::from_str::<Value>(&said.out).expect("a document")["found"], json!([]));
    assert_eq!(run(&["--demo", "find", " "]).code, Some(2));
}

#[test]
fn a_view_that_there_is_not_and_one_beside_a_command_are_wrong_usage() {
    let said = run(&["--demo", "--view", "nope"]);
    assert!(said.code == Some(2) && said.err.contains("must be one of fleet, alarms"), "{}", said.err);
    let said = run(&["--demo", "--view", "alarms", "status"]);
    assert!(said.code == Some(2) && said.err.contains("leave them out with a command"), "{}", said.err);
}

#[test]
fn the_exit_code_is_that_of_the_environments_named() {
    let asleep = run(&["--demo", "status", "prooflink-dev"]);
    assert_eq!(asleep.code, Some(0), "{}", asleep.out);
    assert!(asleep.out.contains("☾ prooflink-dev") && !asleep.out.contains("prooflink-prod"), "{}", asleep.out);
    assert!(!asleep.out.contains('\u{1b}'), "no colours into a pipe");
    let bad = run(&["status", "--demo", "prooflink-p"]);
    assert_eq!(bad.code, Some(20), "{}", bad.out);
    assert!(bad.out.contains("✗ bad: "), "a named environment comes with its findings: {}", bad.out);
}

#[test]
fn an_unknown_or_ambiguous_name_lists_the_candidates() {
    let ambiguous = run(&["--demo", "status", "prooflink"]);
    assert_eq!((ambiguous.code, ambiguous.out.as_str()), (Some(5), ""));
    assert!(ambiguous.err.contains("\n  prooflink-dev\n  prooflink-prod"), "{}", ambiguous.err);
    let unknown = run(&["--demo", "status", "nowhere", "--json"]);
    assert_eq!((unknown.code, unknown.out.as_str()), (Some(5), ""));
    assert!(unknown.err.contains("city-poc"), "{}", unknown.err);
}

#[test]
fn wrong_usage_ends_with_two_and_says_what_is_right() {
    for (arguments, message) in [
        (&["--nope"][..], "--nope"),
        (&["policy"], "toban policy --read-only"),
        (&["prooflink-dev", "status"], "toban status prooflink-dev"),
        (&["--read-only", "--write"], "exclude each other"),
    ] {
        let said = run(arguments);
        assert_eq!((said.code, said.out.as_str()), (Some(2), ""), "{arguments:?}");
        assert!(said.err.contains(message), "{arguments:?}: {}", said.err);
    }
    assert_eq!(run(&["--help"]).code, Some(0));
}

#[test]
fn a_configuration_that_does_not_hold_names_file_line_and_key() {
    let home = TempDir::new().expect("a home");
    let file = home.path().join("duty.toml");
    std::fs::write(&file, "theme = \"night\"\n[environment.a]\nprotectd = true\n").expect("a file");
    let refused = said(toban(home.path(), &["--demo", "status"]).env("TOBAN_CONFIG", &file));
    assert_eq!((refused.code, refused.out.as_str()), (Some(1), ""));
    let expected = format!("{}:3: environment.a.protectd: unknown key, did you mean `protected`?", file.display());
    assert!(refused.err.contains(&expected), "{}", refused.err);
    let doctor = said(toban(home.path(), &["--demo", "doctor", "--config"]).arg(&file));
    assert_eq!(doctor.code, Some(1));
    assert!(doctor.out.contains("✗ fail configuration") && doctor.out.contains(&expected), "{}", doctor.out);
}

#[test]
fn without_credentials_it_ends_with_four_and_says_what_to_do() {
    for arguments in [&["--region", "ap-northeast-1", "status"][..], &["--region", "ap-northeast-1", "doctor"]] {
        let said = run(arguments);
        assert_eq!(said.code, Some(4), "{arguments:?}: {}{}", said.out, said.err);
        assert!(format!("{}{}", said.out, said.err).contains("AWS_PROFILE"), "{}{}", said.out, said.err);
    }
}

#[test]
fn init_writes_what_holds_and_never_writes_over() {
    let home = TempDir::new().expect("a home");
    let file = home.path().join("config/config.toml");
    let init = |arguments: &[&str]| said(toban(home.path(), arguments).arg("--config").arg(&file));
    // A file that was named must be there for everything but its own making.
    let made = init(&["--demo", "init"]);
    assert_eq!((made.code, made.out.as_str()), (Some(0), ""), "{}", made.err);
    let text = std::fs::read_to_string(&file).expect("the file");
    assert!(text.contains("[environment.\"prooflink-dev\"]"), "{text}");
    let again = init(&["--demo", "init"]);
    assert_eq!(again.code, Some(1));
    assert!(again.err.contains("--print"), "{}", again.err);
    assert_eq!(std::fs::read_to_string(&file).expect("the file"), text);
    let printed = init(&["--demo", "init", "--print"]);
    assert!(printed.out.contains("protected = true"), "{}", printed.out);
    assert_eq!(init(&["--demo", "status", "prooflink-dev"]).code, Some(0), "what it wrote is taken");
}

#[test]
fn what_is_generated_goes_to_stdout_without_an_account() {
    let policy: Value = serde_json::from_str(&run(&["policy", "--read-only"]).out).expect("a policy");
    assert_eq!(policy["Version"], "2012-10-17");
    assert!(run(&["completions", "bash"]).out.contains("_toban"));
    assert!(run(&["man"]).out.contains(".SH NAME"));
}

#[test]
fn a_reader_that_leaves_causes_no_panic() {
    let home = TempDir::new().expect("a home");
    let mut child = toban(home.path(), &["--demo", "status", "--json"])
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .expect("toban runs");
    drop(child.stdout.take());
    let said = ended(child);
    assert_eq!((said.code, said.err.as_str()), (Some(20), ""));
}

#[cfg(unix)]
#[test]
fn watching_prints_a_document_a_line_until_it_is_interrupted() {
    let home = TempDir::new().expect("a home");
    let mut child = toban(home.path(), &["--demo", "status", "--json", "--watch", "prooflink-dev"])
        .stdout(Stdio::piped())
        .spawn()
        .expect("toban runs");
    let mut line = String::new();
    BufReader::new(child.stdout.take().expect("its stdout")).read_line(&mut line).expect("a line");
    let document: Value = serde_json::from_str(&line).expect("a document on one line");
    assert_eq!(names(&document), ["prooflink-dev"]);
    let killed = Command::new("kill").args(["-INT", &child.id().to_string()]).status().expect("kill runs");
    assert!(killed.success());
    assert_eq!(child.wait().expect("it ends").code(), Some(130));
}

#[test]
fn the_log_is_ours_alone_and_the_statistics_are_json() {
    let home = TempDir::new().expect("a home");
    let state = home.path().join("state");
    let said = said(toban(home.path(), &["--demo", "--stats", "status", "--json"]).env("TOBAN_STATE_DIR", &state));
    let stats: Value = serde_json::from_str(&said.err).expect("statistics on stderr");
    assert!(stats["ecs:DescribeServices"]["calls"].as_u64().is_some_and(|calls| calls > 0), "{stats}");
    #[cfg(unix)]
    {
        use std::os::unix::fs::PermissionsExt;
        let mode = |path: &Path| std::fs::metadata(path).expect("it is there").permissions().mode() & 0o777;
        assert_eq!((mode(&state), mode(&state.join("toban.log"))), (0o700, 0o600));
    }
}

#[test]
fn the_systems_of_a_real_wire_are_told() {
    let said = said(shared().toban().args(["status", "--json"]));
    let document: Value = serde_json::from_str(&said.out).unwrap_or_else(|_| panic!("{} {}", said.out, said.err));
    let found = names(&document);
    for name in ["prooflink-dev", "prooflink-prod"] {
        assert!(found.contains(&name), "{name} is not among {found:?}");
    }
    let environment = document["environments"].as_array().expect("environments");
    assert!(environment.iter().all(|environment| environment["account"] == ACCOUNT), "{found:?}");
}

#[test]
fn a_denied_reading_is_told_beside_what_was_read() {
    let peer = Peer::with(&["prooflink"]);
    let error =
        json!({"code": "AccessDenied", "message": "not authorized to perform: rds:DescribeDBInstances", "status": 403});
    peer.script(&json!({"service": "rds", "operation": "DescribeDBInstances", "error": error}));
    let status = said(peer.toban().args(["status", "--json"]));
    let document: Value = serde_json::from_str(&status.out).expect("a document");
    let faults = document["faults"].as_array().expect("faults");
    let fault = faults.iter().find(|fault| fault["operation"] == "rds:DescribeDBInstances").expect("the denial");
    assert_eq!(fault["kind"], "denied");
    assert!(fault["scope"].as_str().expect("a scope").starts_with(ACCOUNT), "{fault}");
    assert!(names(&document).contains(&"prooflink-dev"), "{document}");
    let doctor = said(peer.toban().arg("doctor"));
    assert_eq!(doctor.code, Some(1));
    assert!(doctor.out.contains("→ allow rds:DescribeDBInstances"), "{}", doctor.out);
    assert!(doctor.out.contains("● ok   ecs "), "{}", doctor.out);
}

#[test]
fn a_session_that_ran_out_ends_with_four() {
    let peer = Peer::start();
    let error = json!({"code": "ExpiredToken", "message": "The security token included in the request is expired", "status": 403});
    peer.script(&json!({"service": "sts", "operation": "GetCallerIdentity", "error": error}));
    let doctor = said(peer.toban().arg("doctor"));
    assert_eq!(doctor.code, Some(4), "{}{}", doctor.out, doctor.err);
    assert!(doctor.out.contains("✗ fail credentials") && doctor.out.contains("log in again"), "{}", doctor.out);
}

#[test]
fn an_endpoint_that_is_empty_is_named_and_nothing_panics() {
    let home = TempDir::new().expect("a home");
    let mut status = toban(home.path(), &["status"]);
    let asked = status.env("AWS_ENDPOINT_URL", "").env("AWS_REGION", "ap-northeast-1");
    let said = said(asked);
    assert_eq!((said.code, said.out.as_str()), (Some(4), ""), "{}", said.err);
    assert!(said.err.contains("AWS_ENDPOINT_URL cannot be used: it is set to nothing"), "{}", said.err);
}

#[test]
fn a_clock_that_races_does_not_keep_a_command_from_ending() {
    let said = run(&["--demo", "--demo-speed", "20000", "status", "prooflink-prod", "--json"]);
    let document: Value = serde_json::from_str(&said.out).expect("one document");
    assert!(document.get("environments").is_some(), "{}", said.err);
}

/// Locks and rules of the configuration hold for commands as they do for keys.
#[test]
fn what_is_locked_or_denied_is_refused_with_three_and_a_rule_that_means_nothing_is_told() {
    let home = TempDir::new().expect("a home");
    let file = home.path().join("config.toml");
    let write = |text: &str| std::fs::write(&file, text).expect("a file");
    let run =
        |arguments: &[&str]| said(toban(home.path(), &[&["--demo"], arguments].concat()).arg("--config").arg(&file));
    write(
        "[environment.backend-dev]\nread_only = true\n\n[[rule]]\nenvironments = [\"city-*\"]\n\
         operations = [\"force\"]\ndeny = \"ask the duty first\"\n\n[[rule]]\nconfirm = true\n",
    );
    let locked = run(&["sleep", "backend-dev", "--yes"]);
    assert_eq!(locked.code, Some(3), "{}{}", locked.out, locked.err);
    assert!(locked.err.contains("locked: backend-dev is read-only by the configuration"), "{}", locked.err);
    let denied = run(&["deploy", "city-prod/Backend", "--force", "--yes"]);
    assert_eq!(denied.code, Some(3), "{}{}", denied.out, denied.err);
    assert!(denied.err.contains("ask the duty first"), "{}", denied.err);
    let unnamed = run(&["--write", "sleep", "backend-dev", "--yes"]);
    assert_eq!(unnamed.code, Some(3), "{}{}", unnamed.out, unnamed.err);
    assert!(unnamed.err.contains("wants the name of backend-dev"), "{}", unnamed.err);
    let planned = run(&["--write", "sleep", "backend-dev", "--dry-run"]);
    assert_eq!(planned.code, Some(0), "{}{}", planned.out, planned.err);
    assert!(!planned.err.contains("would be refused"), "{}", planned.err);
    write("[[rule]]\noperations = [\"scael\"]\nconfirm = true\n");
    let unknown = run(&["status"]);
    assert_eq!(unknown.code, Some(1));
    assert!(unknown.err.contains("there is no operation \"scael\""), "{}", unknown.err);
}

/// Office hours from nothing: a file that was not there, one command.
#[test]
fn office_hours_make_the_file_and_the_demo_writes_none_of_its_own() {
    let home = TempDir::new().expect("a home");
    let file = home.path().join("new/config.toml");
    let set =
        ["--demo", "schedule", "set", "kajimaru", "office", "--days", "mon-fri", "--from", "09:00", "--to", "19:00"];
    let unwritten = said(&mut toban(home.path(), &set));
    assert_eq!(unwritten.code, Some(0), "{}", unwritten.err);
    assert!(unwritten.out.starts_with("would write"), "{}", unwritten.out);
    assert!(!home.path().join(".config").exists(), "the reader's own is left alone");
    let written = said(toban(home.path(), &set).arg("--config").arg(&file));
    assert_eq!(written.code, Some(0), "{}", written.err);
    let text = std::fs::read_to_string(&file).expect("the file");
    assert!(text.contains("[schedule.office]") && text.contains("timezone = \"Asia/Tokyo\""), "{text}");
    let other = said(toban(home.path(), &[&set[..4], &["late", "--days", "mon"]].concat()).arg("--config").arg(&file));
    assert_eq!(other.code, Some(2), "half of the hours are none: {}", other.err);
}
