//! Leaving a deployment by ctrl-c at each of its steps: what is said, what stands, and what the journal keeps until the
//! next look tells how it went.
#![cfg(unix)]

use std::io::{BufRead, BufReader, Read};
use std::process::{Child, Command, Stdio};

use jiff::{SignedDuration, Timestamp};
use rstest::rstest;
use serde_json::{Value, json};

use super::{Said, at, context, journal, sent};
use crate::support::peer::Peer;
use crate::support::said::ended;
use crate::terminal::{Terminal, console};

fn begun(peer: &Peer, arguments: &[&str]) -> Child {
    let mut command = peer.toban();
    command.args(arguments).stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().expect("toban runs")
}

/// Presses ctrl-c; it must end with 130.
fn left(child: Child) -> Said {
    let killed = Command::new("kill").args(["-INT", &child.id().to_string()]).status().expect("kill runs");
    assert!(killed.success());
    let said = ended(child);
    assert_eq!(said.code, Some(130), "{}{}", said.out, said.err);
    said
}

/// Asks a run to leave by `signal` while AWS holds its answer back, and has AWS answer once the run says that it waits for it.
fn left_while_asked(peer: &Peer, mut child: Child, signal: &str) -> Said {
    let mut errors = BufReader::new(child.stderr.take().expect("its errors"));
    let killed = Command::new("kill").args([signal, &child.id().to_string()]).status().expect("kill runs");
    assert!(killed.success());
    let mut said = String::new();
    while !said.contains("for AWS's answer to what was sent") {
        assert!(errors.read_line(&mut said).expect("a line") > 0, "it ended without waiting: {said}");
    }
    peer.release("call");
    errors.read_to_string(&mut said).expect("the rest");
    let ended = ended(child);
    assert_eq!(ended.code, Some(130), "{}{said}", ended.out);
    Said { err: said, ..ended }
}

/// What the journal has begun and not ended.
fn unresolved(peer: &Peer) -> Vec<String> {
    let lines = journal(peer);
    let ended: Vec<&Value> = lines.iter().filter(|line| line["phase"] == "ended").map(|line| &line["id"]).collect();
    let open = lines.iter().filter(|line| line["phase"] == "started" && !ended.contains(&&line["id"]));
    open.map(|line| line["says"].as_str().unwrap_or_default().to_owned()).collect()
}

/// As if all of it had been an hour ago.
fn age_the_journal(peer: &Peer) {
    let aged = journal(peer).into_iter().map(|mut line| {
        let at: Timestamp = line["at"].as_str().expect("a time").parse().expect("a time");
        line["at"] = (at - SignedDuration::from_hours(1)).to_string().into();
        format!("{line}\n")
    });
    let aged: String = aged.collect();
    std::fs::write(peer.home().join("state/journal.jsonl"), aged).expect("the journal can be written");
}

const DEPLOY: [&str; 5] = ["deploy", "prooflink-dev/service", "--tag", "v2", "--yes"];

#[test]
fn while_it_reads_nothing_was_begun() {
    let peer = context(&["prooflink"]);
    peer.script(&json!({ "service": "ecs", "operation": "ListClusters", "hold": "reading" }));
    let child = begun(&peer, &DEPLOY);
    peer.wait_for_arrival("DescribeDBInstances", 1);
    left(child);
    peer.release("reading");
    assert!(!peer.home().join("state/journal.jsonl").exists(), "nothing was begun");
}

#[test]
fn while_it_reads_the_registry_nothing_was_begun() {
    let peer = context(&["prooflink"]);
    peer.script(&json!({ "service": "ecr", "operation": "DescribeImages", "hold": "registry" }));
    let child = begun(&peer, &DEPLOY);
    peer.wait_for_arrival("DescribeImages", 1);
    let said = left(child);
    peer.release("registry");
    assert!(said.err.contains("interrupted; nothing was changed"), "{}", said.err);
}

#[test]
fn at_the_question_it_means_no() {
    let peer = context(&["prooflink"]);
    let mut toban = Terminal::run(console(&peer.env(), &DEPLOY[..4]), 120, 40);
    toban.shows("go on? [y/N]");
    toban.keys("\u{3}");
    assert_eq!(toban.end().exit_code(), 130);
    assert!(sent(&peer, "RegisterTaskDefinition").is_empty());
}

#[test]
fn while_a_revision_is_registered_that_is_not_known() {
    let peer = context(&["prooflink"]);
    peer.script(&json!({ "service": "ecs", "operation": "RegisterTaskDefinition", "hold": "call" }));
    let child = begun(&peer, &DEPLOY);
    peer.wait_for_arrival("RegisterTaskDefinition", 1);
    let said = left(child);
    peer.release("call");
    let told = "whether a revision was registered is not known, and prooflink-dev-service was not touched";
    assert!(said.err.contains(told), "{}", said.err);
    assert_eq!(unresolved(&peer).len(), 2, "the deployment and its step: {:?}", unresolved(&peer));
    assert!(sent(&peer, "UpdateService").is_empty());
}

#[rstest]
#[case::deploy(&DEPLOY, "RegisterTaskDefinition", "-TERM", "prooflink-dev-task:2 is registered; prooflink-dev-service was not touched")]
#[case::scale(&["scale", "prooflink-dev/service", "3", "--yes"], "UpdateService", "-HUP", "ECS goes on to 3 tasks of prooflink-dev-service by itself")]
#[case::db(&["db", "stop", "prooflink-dev/prooflink-dev-db", "--yes"], "StopDBInstance", "-TERM", "prooflink-dev-db is stopping; AWS goes on by itself")]
#[case::sleep(&["sleep", "prooflink-dev", "--yes"], "UpdateService", "-HUP", "`toban sleep prooflink-dev` goes on, from any console")]
#[case::by_ctrl_c(&DEPLOY, "UpdateService", "-INT", "the rollout of prooflink-dev-task:2 goes on inside ECS")]
fn whoever_leaves_is_told_what_aws_answers_and_its_request_id(
    #[case] arguments: &[&str],
    #[case] operation: &str,
    #[case] signal: &str,
    #[case] stands: &str,
) {
    let peer = context(&["prooflink"]);
    let service = if operation == "StopDBInstance" { "rds" } else { "ecs" };
    peer.script(&json!({ "service": service, "operation": operation, "hold": "call" }));
    let child = begun(&peer, arguments);
    peer.wait_for_arrival(operation, 1);
    let said = left_while_asked(&peer, child, signal);
    for part in [stands, "(AWS's request id: "] {
        assert!(said.err.contains(part), "{part:?}: {}", said.err);
    }
    assert!(!said.err.contains("not known"), "{}", said.err);
    assert_eq!(sent(&peer, operation).len(), 1, "nothing more was sent");
    assert_eq!(unresolved(&peer).len(), 1, "the step has its end: {:?}", unresolved(&peer));
}

#[test]
fn what_was_started_to_ignore_a_hang_up_goes_on() {
    let peer = context(&["prooflink"]);
    peer.script(&json!({ "service": "ecs", "operation": "RegisterTaskDefinition", "hold": "call" }));
    let toban = peer.toban();
    let mut command = Command::new("/bin/sh");
    for (name, value) in toban.get_envs() {
        match value {
            Some(value) => command.env(name, value),
            None => command.env_remove(name),
        };
    }
    command.args(["-c", "trap '' HUP; exec \"$0\" \"$@\""]).arg(toban.get_program()).args(DEPLOY);
    let child = command.stdin(Stdio::null()).stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().expect("it runs");
    peer.wait_for_arrival("RegisterTaskDefinition", 1);
    assert!(Command::new("kill").args(["-HUP", &child.id().to_string()]).status().expect("kill runs").success());
    peer.release("call");
    let said = ended(child);
    assert_eq!(said.code, Some(0), "{}{}", said.out, said.err);
}

#[test]
fn while_ecs_is_told_the_revision_is_named_and_the_next_look_tells_how_it_went() {
    let peer = context(&["prooflink"]);
    peer.script(&json!({ "service": "ecs", "operation": "UpdateService", "hold": "call" }));
    let child = begun(&peer, &DEPLOY);
    peer.wait_for_arrival("UpdateService", 1);
    let said = left(child);
    for part in ["prooflink-dev-task:2 is registered", "whether ECS was told is not known", "`watch` on"] {
        assert!(said.err.contains(part), "{part:?}: {}", said.err);
    }
    peer.release("call");
    peer.wait_for_calls("ecs", "UpdateService", 1);
    let before = at(&peer, &["journal"], 0);
    assert_eq!(before.out.matches("started, outcome unknown").count(), 2, "{}", before.out);

    // An hour later somebody looks.
    age_the_journal(&peer);
    resolved(&peer);
    let after = at(&peer, &["journal"], 0);
    assert!(!after.out.contains("started, outcome unknown"), "{}", after.out);
}

/// Opens the console and leaves it once the journal has no loose end.
fn resolved(peer: &Peer) {
    let mut toban = Terminal::run(console(&peer.env(), &["prooflink-dev"]), 140, 40);
    toban.shows("services 1");
    toban.keys(":journal\r");
    toban.shows("register a revision");
    toban.hides("started, outcome unknown");
    toban.keys("\u{3}");
    toban.end();
}

#[test]
fn while_it_is_watched_it_goes_on_inside_ecs_and_the_journal_says_so_later() {
    let peer = context(&["prooflink"]);
    let moving =
        json!({ "rolloutState": "IN_PROGRESS", "rolloutStateReason": null, "runningCount": 0, "pendingCount": 1 });
    let patch =
        json!({ "services": { "[*]": { "deployments": { "[taskDefinition=*prooflink-dev-task:2]": moving } } } });
    let ids = peer.script(&json!({ "service": "ecs", "operation": "DescribeServices", "patch": patch }));
    let child = begun(&peer, &DEPLOY);
    peer.wait_for_calls("ecs", "UpdateService", 1);
    peer.forget_calls();
    peer.wait_for_calls("ecs", "DescribeServices", 2);
    let said = left(child);
    assert!(said.err.contains("the rollout of prooflink-dev-task:2 goes on inside ECS (ecs-svc/"), "{}", said.err);
    assert!(said.err.contains("picks it up again"), "{}", said.err);
    assert_eq!(unresolved(&peer).len(), 1, "its steps are over: {:?}", unresolved(&peer));
    peer.unscript(&ids);
    age_the_journal(&peer);
    resolved(&peer);
    assert_eq!(unresolved(&peer), Vec::<String>::new());
}

#[test]
fn an_instance_that_is_out_is_named_and_the_same_command_goes_on_from_there() {
    let peer = context(&["kajimaru"]);
    let deploy = ["deploy", "kajimaru/kajimaru-TG", "--reference", "main", "--confirm", "kajimaru"];
    peer.script(&json!({ "service": "ssm", "operation": "SendCommand", "hold": "call", "after": 1, "times": 1 }));
    let child = begun(&peer, &deploy);
    peer.wait_for_calls("elasticloadbalancing", "DeregisterTargets", 1);
    peer.wait_for_arrival("SendCommand", 2);
    let said = left(child);
    for part in ["kajimaru-ec2-01 is out of the group", "the lock stays for an hour", "the same command again goes on"]
    {
        assert!(said.err.contains(part), "{part:?}: {}", said.err);
    }
    peer.release("call");
    let again = at(&peer, &deploy, 0);
    assert!(again.out.contains("2 instances run"), "{}", again.out);
    let out: Vec<Value> =
        sent(&peer, "DeregisterTargets").iter().map(|call| call["Targets"][0]["Id"].clone()).collect();
    assert_eq!(out.len(), 2, "each went out once: {out:?}");
}

#[test]
fn a_function_that_is_left_half_way_goes_on_with_the_same_command() {
    let peer = context(&["cat-data-v23"]);
    let deploy =
        ["deploy", "cat-data-v23/cat-data-v23-api", "--s3", "s3://cat-data-v23/api.zip", "--confirm", "cat-data-v23"];
    peer.script(&json!({ "service": "lambda", "operation": "PublishVersion", "hold": "call", "times": 1 }));
    let child = begun(&peer, &deploy);
    peer.wait_for_arrival("PublishVersion", 1);
    let said = left(child);
    let told = "the new code is in place, whether a version of it is published is not known; the same command again";
    assert!(said.err.contains(told), "{}", said.err);
    peer.release("call");
    let again = at(&peer, &deploy, 0);
    assert!(again.out.contains("all calls of live go to version"), "{}", again.out);
}
