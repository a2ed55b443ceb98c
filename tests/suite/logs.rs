//! Log lines through the whole chain: the built binary against the peer's log groups, and the console over the simulated
//! account from the fleet to a line. How lines are merged and shown is tested beside the code.
#![expect(clippy::expect_used, reason = "a test whose program does not run must fail at once")]

use serde_json::{Value, json};
use tempfile::TempDir;

use crate::support::peer::Peer;
use crate::support::said::{Said, said, toban};
use crate::terminal::{Terminal, console};

const GROUP: &str = "/ecs/prooflink-dev-app";
const STREAM: &str = "ecs/prooflink-app/0123456789abcdef0123456789abcdef";

fn demo(arguments: &[&str]) -> Said {
    let home = TempDir::new().expect("a home");
    said(&mut toban(home.path(), arguments))
}

fn documents(said: &Said) -> Vec<Value> {
    said.out.lines().map(|line| serde_json::from_str(line).expect("an object a line")).collect()
}

/// Puts lines into a stream of a group, so many seconds before now each.
async fn written(peer: &Peer, group: &str, stream: &str, lines: &[(i64, &str)]) {
    use aws_sdk_cloudwatchlogs::types::InputLogEvent;
    let logs = aws_sdk_cloudwatchlogs::Client::new(&peer.sdk());
    logs.create_log_stream().log_group_name(group).log_stream_name(stream).send().await.expect("a stream");
    let now = jiff::Timestamp::now().as_millisecond();
    let event = |(before, message): &(i64, &str)| {
        InputLogEvent::builder().timestamp(now - before * 1_000).message(*message).build().expect("an event")
    };
    let put = logs.put_log_events().log_group_name(group).log_stream_name(stream);
    put.set_log_events(Some(lines.iter().map(event).collect())).send().await.expect("lines");
}

#[test]
fn json_is_an_object_a_line_with_what_is_promised_and_notes_between() {
    let said = demo(&["--demo", "logs", "prooflink-prod", "--since", "10m", "--json"]);
    assert_eq!((said.code, said.err.as_str()), (Some(0), ""));
    let all = documents(&said);
    let lines: Vec<&Value> = all.iter().filter(|one| one.get("message").is_some()).collect();
    assert!(lines.len() > 500, "{}", lines.len());
    for line in &lines {
        for member in ["at", "environment", "group", "stream", "task", "container", "message"] {
            assert!(line.get(member).is_some(), "{member} of {line}");
        }
        assert_eq!(line["environment"], "prooflink-prod");
    }
    let times: Vec<&str> = lines.iter().map(|line| line["at"].as_str().expect("a time")).collect();
    assert!(times.is_sorted() && times[0].ends_with("+09:00"), "{:?}", times.first());
    let notes: Vec<&str> = all.iter().filter_map(|one| one["note"].as_str()).collect();
    assert!(notes.iter().any(|note| note.contains("stopped: ")), "{notes:?}");
    assert!(!said.out.contains("hunter2"));
}

#[test]
fn templates_are_worst_first_and_text_is_for_people() {
    let said = demo(&["--demo", "logs", "prooflink-prod/service", "--since", "30m", "--group"]);
    assert_eq!(said.code, Some(0), "{}", said.err);
    let first = said.out.lines().nth(1).expect("a template");
    assert!(said.out.starts_with("  COUNT") && first.contains("fatal"), "{}", said.out);
    let said = demo(&["--demo", "logs", "prooflink-prod/service", "--grep", "out of memory"]);
    assert!(said.out.lines().all(|line| line.contains("out of memory") || line.contains("── ")), "{}", said.out);
    assert!(said.out.contains("out of memory"), "{} {}", said.out, said.err);
}

#[test]
fn what_has_no_lines_says_why() {
    let said = demo(&["--demo", "logs", "prooflink-dev/service"]);
    assert_eq!((said.code, said.out.lines().filter(|line| !line.contains("── ")).count()), (Some(0), 0));
    assert!(said.err.contains("no task is wanted"), "{}", said.err);
    let said = demo(&["--demo", "logs", "backend-dev", "--container", "app", "--json"]);
    assert!(said.out.contains("FireLens sends its lines to s3"), "{} {}", said.out, said.err);
    assert_eq!(demo(&["--demo", "logs", "prooflink-prod/nothing"]).code, Some(5));
    assert_eq!(demo(&["--demo", "logs", "prooflink-prod", "--since", "soon"]).code, Some(2));
}

#[tokio::test]
async fn lines_of_a_group_come_merged_masked_and_once() {
    let peer = Peer::with(&["prooflink"]);
    let other = "ecs/prooflink-app/fedcba9876543210fedcba9876543210";
    written(&peer, GROUP, STREAM, &[(60, "first"), (30, "third, password=hunter2"), (10, "fifth")]).await;
    written(&peer, GROUP, other, &[(45, "second"), (20, "fourth \u{1b}[31m\u{202e}")]).await;
    written(&peer, GROUP, "elsewhere/x/0", &[(15, "of somebody else")]).await;
    let said = said(peer.toban().args(["logs", "prooflink-dev/service", "--json"]));
    assert_eq!(said.code, Some(0), "{}", said.err);
    let lines: Vec<String> =
        documents(&said).iter().filter_map(|one| one["message"].as_str().map(str::to_owned)).collect();
    let starts: Vec<&str> = lines.iter().map(|line| line.split([' ', ',']).next().expect("a word")).collect();
    assert_eq!(starts, ["first", "second", "third", "fourth", "fifth"]);
    assert!(!said.out.contains("hunter2"), "{}", said.out);
    let one =
        crate::support::said::said(peer.toban().args(["logs", "prooflink-dev/service", "--task", "fedc", "--json"]));
    let tasks: Vec<Value> = documents(&one).into_iter().filter(|line| line.get("message").is_some()).collect();
    assert!(
        tasks.len() == 2 && tasks.iter().all(|line| line["task"] == "fedcba9876543210fedcba9876543210"),
        "{}",
        one.out
    );
}

#[tokio::test]
async fn a_throttle_is_waited_for_and_a_denial_is_a_gap_that_says_what_to_allow() {
    let peer = Peer::with(&["prooflink"]);
    written(&peer, GROUP, STREAM, &[(60, "there all the same")]).await;
    let error = json!({ "code": "ThrottlingException", "message": "Rate exceeded", "status": 400 });
    peer.script(&json!({ "service": "logs", "operation": "FilterLogEvents", "error": error, "times": 4 }));
    let said = said(peer.toban().args(["logs", "prooflink-dev/service", "--json"]));
    assert!(said.code == Some(0) && said.out.contains("there all the same"), "{} {}", said.out, said.err);
    let error = json!({ "code": "AccessDeniedException", "message": "not authorized", "status": 400 });
    peer.script(&json!({ "service": "logs", "operation": "FilterLogEvents", "error": error }));
    let denied = crate::support::said::said(peer.toban().args(["logs", "prooflink-dev/service", "--json"]));
    assert_eq!(denied.code, Some(1), "{}", denied.out);
    assert!(denied.err.contains("allow logs:FilterLogEvents"), "{}", denied.err);
    assert!(documents(&denied).iter().any(|one| one["gap"]["why"].is_string()), "{}", denied.out);
}

#[test]
fn a_group_that_is_not_there_is_said_to_be_missing() {
    let peer = Peer::with(&["prooflink"]);
    let error = json!({ "code": "ResourceNotFoundException", "message": "The specified log group does not exist.", "status": 400 });
    peer.script(&json!({ "service": "logs", "operation": "FilterLogEvents", "error": error }));
    let said = said(peer.toban().args(["logs", "prooflink-dev/service"]));
    assert!(said.code == Some(1) && said.err.contains("/ecs/prooflink-dev-app"), "{}", said.err);
}

#[tokio::test]
async fn lines_are_followed_on_the_screen_from_the_environment_to_the_line() {
    let peer = Peer::with(&["prooflink"]);
    written(
        &peer,
        GROUP,
        STREAM,
        &[(60, "{\"level\":50,\"msg\":\"no answer\",\"host\":\"db-1\"}"), (20, "a plain line")],
    )
    .await;
    let mut screen = Terminal::run(console(&peer.env(), &[]), 120, 30);
    screen.shows("prooflink-dev");
    // Lines are asked for while the account is still being read: what comes to the environment later is followed too.
    screen.keys(":env prooflink-dev\r");
    screen.shows("prooflink-dev is");
    screen.keys("l");
    screen.shows("no answer host=db-1");
    screen.shows("a plain line");
    screen.shows("following");
    screen.keys("/plain\r");
    screen.hides("no answer");
    screen.keys("\u{1b}");
    screen.shows("no answer");
    screen.keys("N\r");
    screen.shows("\"host\": \"db-1\"");
    screen.keys("\u{1b}");
    // Whoever moved to a line stays there until they follow the end again.
    screen.shows("G follows the end");
    screen.keys("G");
    screen.shows("following");
    screen.keys("\u{3}");
    assert!(screen.end().success());
}

#[test]
fn from_the_fleet_to_the_line_that_a_sick_task_wrote() {
    let (mut screen, _home) = Terminal::demo(120, 35, &["--demo-start", "2026-11-21T14:02:11+09:00"]);
    screen.shows("prooflink-prod");
    screen.keys("/prooflink-prod\r");
    screen.hides("kajimaru");
    screen.keys("\rl");
    screen.shows("logs of prooflink-prod");
    screen.keys("/out of memory\r");
    screen.shows("JavaScript heap out of memory");
    screen.keys("\u{3}");
    assert!(screen.end().success());
}
