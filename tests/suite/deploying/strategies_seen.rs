//! The same scripts by what people have: the console on the page of the service says at each stage what is true, `status` says
//! the same, and `deploy` ends with the right code. The test turns the peer from stage to stage; nobody waits for a clock.

use rstest::rstest;
use serde_json::{Value, json};

use super::strategies::{DONE, SERVICE, Stage, around, described, heard, listens, on, stage, strategy};
use super::{at, context};
use crate::support::peer::Peer;
use crate::support::said::ended;
use crate::terminal::{Terminal, console};

const TARGET: &str = "prooflink-dev/prooflink-dev-service";

/// What the listener's rule says.
enum Listener {
    /// The same as ECS's record.
    Follows,
    /// So much in percent to new, whatever the record says.
    Sends(u32),
    /// It may not be read.
    Denied,
}

/// A peer in the middle of a deployment, turned from stage to stage.
struct Played {
    peer: Peer,
    strategy: Value,
    listener: Listener,
    now: Vec<u64>,
}

impl Played {
    fn of(name: &str, listener: Listener) -> Self {
        let (peer, strategy) = (context(&["prooflink"]), strategy(name));
        peer.script(&described(&strategy, true));
        peer.script(&around());
        Self { peer, strategy, listener, now: Vec::new() }
    }

    /// From now on ECS's record and the listener say this.
    fn turn(&mut self, stage: &Stage) {
        self.peer.unscript(&self.now);
        self.now = self.peer.script(&stage.script(&self.strategy, true));
        let error = json!({ "code": "AccessDenied", "status": 403, "message": "no" });
        let listener = match self.listener {
            Listener::Follows => listens(stage.on_new()),
            Listener::Sends(share) => listens(share),
            Listener::Denied => {
                json!({ "service": "elasticloadbalancing", "operation": "DescribeRules", "error": error })
            }
        };
        self.now.extend(self.peer.script(&listener));
    }

    /// What `status` says of the service.
    fn status(&self) -> Value {
        let said = crate::support::said::said(self.peer.toban().args(["status", "prooflink-dev", "--json"]));
        let document: Value = serde_json::from_str(&said.out).expect("a document");
        let environment = &document["environments"][0];
        let code = match environment["health"].as_str().expect("a health") {
            "worrying" => 10,
            "bad" => 20,
            "unknown" => 30,
            _ => 0,
        };
        assert_eq!(said.code, Some(code), "{document}");
        let services = environment["services"].as_array().expect("services");
        services.iter().find(|one| one["name"] == SERVICE).expect("the service").clone()
    }

    /// The console on the page of the service, once the page shows `words`.
    fn console(&self, words: &[&str]) -> Terminal {
        let arguments = ["prooflink-dev", "--view", "services", "--filter", "prooflink-dev-service"];
        let mut toban = Terminal::run(console(&self.peer.env(), &arguments), 200, 90);
        toban.wait("the service alone", |screen| {
            let head = screen.lines().next().unwrap_or_default();
            !head.contains("waiting for ")
                && screen.lines().any(|line| crate::terminal::has_cursor(line) && line.contains(SERVICE))
        });
        toban.keys("\r");
        shows(&toban, words);
        toban
    }
}

fn shows(toban: &Terminal, words: &[&str]) {
    toban.wait(&format!("{words:?}"), |screen| words.iter().all(|one| screen.contains(one)));
}

/// A stage with what the page shows then, and stage and share of new that `status` tells.
type Seen = (Stage, &'static [&'static str], Option<(&'static str, u32)>);

fn seen(stage: Stage, words: &'static [&'static str], told: Option<(&'static str, u32)>) -> Seen {
    (stage, words, told)
}

const BAKES: fn() -> Seen =
    || seen(on("BAKE_TIME", 100.0), &["bakes: 100 % on new, done about"], Some(("bake_time", 100)));
const SCALES: fn() -> Seen =
    || seen(on("SCALE_UP", 0.0), &["new tasks are starting: 0 % on new", "▸ scale up"], Some(("scale_up", 0)));
const SUCCESSFUL: fn() -> Seen = || seen(DONE(), &["successful"], None);

fn waits() -> Seen {
    let words = &["waits for you until", ", then rolls back", "answer with the actions `continue` or `reject`"];
    (on("POST_SCALE_UP", 0.0).pause("AWAITING_ACTION"), words, Some(("post_scale_up", 0)))
}

fn back(more: Value) -> Stage {
    stage("ROLLBACK_IN_PROGRESS", "PRODUCTION_TRAFFIC_SHIFT", 0.0).with(more)
}

fn alarmed() -> Value {
    json!({ "alarms": { "status": "TRIGGERED", "alarmNames": ["5xx"], "triggeredAlarmNames": ["5xx"] } })
}

#[rstest]
#[case::blue_green("BLUE_GREEN", vec![SCALES(), seen(on("TEST_TRAFFIC_SHIFT", 0.0), &["test traffic is being shifted"], None), BAKES(), SUCCESSFUL()], 0, "runs prooflink-dev-task:2")]
#[case::canary("CANARY", vec![seen(on("PRODUCTION_TRAFFIC_SHIFT", 10.0), &["10 % on new, the rest about", "canary, 10 % first for 5 min"], Some(("production_traffic_shift", 10)))], 6, "not over after")]
#[case::linear("LINEAR", vec![seen(on("PRODUCTION_TRAFFIC_SHIFT", 50.0), &["50 % on new, the next step about"], Some(("production_traffic_shift", 50)))], 6, "not over after")]
#[case::unknown_stage("BLUE_GREEN", vec![seen(on("WARM_UP_CACHES", 0.0).strange(), &["at warm up caches, which toban does not know"], Some(("warm_up_caches", 0))), SUCCESSFUL()], 0, "runs prooflink-dev-task:2")]
#[case::rejected("BLUE_GREEN", vec![waits(), seen(back(json!({})).pause("FAILED"), &["is rolling back", "the pause was answered with no"], None), seen(stage("ROLLBACK_SUCCESSFUL", "CLEAN_UP", 0.0).pause("FAILED"), &["rolled back", "the pause was answered with no"], None)], 6, "was rolled back (the pause was answered with no)")]
#[case::expired("BLUE_GREEN", vec![waits(), seen(stage("ROLLBACK_SUCCESSFUL", "CLEAN_UP", 0.0).pause("TIMED_OUT"), &["rolled back", "nobody answered the pause in time"], None)], 6, "was rolled back (nobody answered the pause in time)")]
#[case::alarm("CANARY", vec![seen(back(alarmed()), &["is rolling back", "5xx went off"], None), seen(stage("ROLLBACK_SUCCESSFUL", "CLEAN_UP", 0.0).with(alarmed()), &["rolled back", "the alarm 5xx went off"], None)], 6, "was rolled back (the alarm 5xx went off)")]
#[case::breaker("BLUE_GREEN", vec![seen(stage("ROLLBACK_SUCCESSFUL", "SCALE_UP", 0.0).with(json!({ "deploymentCircuitBreaker": { "status": "TRIGGERED", "failureCount": 3, "threshold": 3 } })), &["the circuit breaker broke: 3 of 3 failed tasks"], None)], 6, "the circuit breaker broke: 3 of 3 failed tasks")]
#[case::no_way_back("BLUE_GREEN", vec![seen(stage("ROLLBACK_FAILED", "CLEAN_UP", 0.0), &["could not be rolled back"], None)], 6, "ECS could not roll it back")]
fn each_stage_is_told_by_the_console_and_status_and_deploy_ends_with_its_code(
    #[case] name: &str,
    #[case] stages: Vec<Seen>,
    #[case] code: i32,
    #[case] message: &str,
) {
    let mut played = Played::of(name, Listener::Follows);
    let mut toban: Option<Terminal> = None;
    for (stage, words, told) in &stages {
        played.turn(stage);
        match &mut toban {
            Some(toban) => {
                toban.keys("\u{12}"); // ctrl-r
                shows(toban, words);
            }
            None => toban = Some(played.console(words)),
        }
        let service = played.status();
        let says = |what: &str| words.iter().any(|one| one.contains(what));
        let health = match () {
            () if says("is rolling back") => "worrying",
            // What runs is judged: the record of a deployment that is over is the page's and that of `deploy`.
            () if says("successful") || says("rolled back") || says("broke") => "well",
            () => "changing",
        };
        assert_eq!(service["health"], health, "{words:?}: {service}");
        if let Some((stage, on_new)) = told {
            let delivery = &service["delivery"];
            assert_eq!((&delivery["stage"], &delivery["weight"]["new"]), (&json!(stage), &json!(on_new)), "{delivery}");
            assert_eq!(
                delivery["awaiting"]["then"],
                if says("waits for you") { json!("rollback") } else { Value::Null },
                "{delivery}"
            );
        }
    }
    drop(toban);
    // Whoever begins another one now sees that record's end as its own.
    let deploy = ["deploy", TARGET, "--force", "--yes", "--timeout", "8s"];
    let done = at(&played.peer, &deploy, code);
    assert!(format!("{}{}", done.out, done.err).contains(message), "{}{}", done.out, done.err);
}

#[test]
fn where_the_listener_sends_elsewhere_console_status_and_deploy_say_so() {
    let mut played = Played::of("BLUE_GREEN", Listener::Sends(0));
    played.turn(&on("BAKE_TIME", 100.0));
    let toban = played.console(&["the listener sends 0 % to new, and ECS tells 100 %", "by the listener"]);
    drop(toban);
    let service = played.status();
    assert_eq!(service["health"], "worrying", "{service}");
    let delivery = &service["delivery"];
    assert_eq!((&delivery["weight"]["new"], &delivery["listener"]["new"]), (&json!(100), &json!(0)), "{delivery}");
    assert!(delivery["disagreement"].as_str().is_some_and(|one| one.contains("the listener sends 0 %")), "{delivery}");
    played.turn(&DONE());
    let done = at(&played.peer, &["deploy", TARGET, "--force", "--yes", "--timeout", "8s"], 6);
    assert!(done.err.contains("the listener sends 0 % of the traffic to it"), "{}", done.err);
}

#[test]
fn listener_rules_that_may_not_be_read_hide_no_stage_and_make_nothing_up() {
    let mut played = Played::of("BLUE_GREEN", Listener::Denied);
    played.turn(&on("BAKE_TIME", 100.0));
    let toban = played.console(&["bakes: 100 % on new, done about"]);
    toban.hides("by the listener");
    let service = played.status();
    assert_eq!(service["delivery"]["weight"]["new"], 100, "{service}");
    assert_eq!((&service["delivery"]["listener"], &service["delivery"]["disagreement"]), (&Value::Null, &Value::Null));
}

#[test]
fn without_records_everything_says_so_and_deploy_ends_within_seconds() {
    let played = Played::of("BLUE_GREEN", Listener::Follows);
    let error = json!({ "code": "ServerException", "status": 500, "message": "no" });
    played.peer.reset();
    played.peer.script(&described(&played.strategy, true));
    for operation in ["ListServiceDeployments", "DescribeServiceDeployments"] {
        played.peer.script(&json!({ "service": "ecs", "operation": operation, "error": error }));
    }
    let toban = played.console(&["blue/green", "not read"]);
    drop(toban);
    let done = at(&played.peer, &["deploy", TARGET, "--force", "--yes", "--timeout", "5m"], 0);
    assert!(done.out.contains("ECS's record of it could not be read (ecs:ListServiceDeployments)"), "{}", done.out);
}

#[test]
fn a_record_that_is_gone_hides_no_service_and_deploy_ends_by_what_the_service_tells() {
    let played = Played::of("BLUE_GREEN", Listener::Follows);
    let gone = json!({ "serviceDeployments": [], "failures": [{ "reason": "MISSING" }] });
    played.peer.script(&json!({ "service": "ecs", "operation": "DescribeServiceDeployments", "answer": gone }));
    let toban = played.console(&["blue/green, bakes 10 min"]);
    drop(toban);
    let service = played.status();
    let delivery = &service["delivery"];
    assert_eq!((&delivery["strategy"], &delivery["stage"]), (&json!("blue_green"), &Value::Null), "{service}");
    let done = at(&played.peer, &["deploy", TARGET, "--force", "--yes", "--timeout", "5m"], 0);
    assert!(done.out.contains("runs prooflink-dev-task:"), "{}", done.out);
}

#[rstest]
#[case::go_on("--continue", DONE(), "CONTINUE", "runs prooflink-dev-task:2")]
#[case::reject("--reject", stage("ROLLBACK_SUCCESSFUL", "CLEAN_UP", 0.0).pause("FAILED"), "ROLLBACK", "is back on")]
fn a_pause_is_answered_once_and_watched_to_its_end(
    #[case] flag: &str,
    #[case] after: Stage,
    #[case] action: &str,
    #[case] message: &str,
) {
    let mut played = Played::of("BLUE_GREEN", Listener::Follows);
    played.turn(&on("POST_SCALE_UP", 0.0).pause("AWAITING_ACTION"));
    let mut answer = heard();
    (answer["service"], answer["operation"]) = ("ecs".into(), "ContinueServiceDeployment".into());
    played.peer.script(&answer);
    let mut command = played.peer.toban();
    command.args(["deploy", TARGET, flag, "--yes"]);
    let run = command.stdout(std::process::Stdio::piped()).stderr(std::process::Stdio::piped()).spawn();
    let run = run.expect("toban runs");
    let sent = played.peer.wait_for_calls("ecs", "ContinueServiceDeployment", 1);
    played.turn(&after);
    let said = ended(run);
    assert_eq!(said.code, Some(0), "{}{}", said.out, said.err);
    assert!(said.out.contains(message), "{}", said.out);
    assert_eq!(sent[0]["params"]["action"], action);
    assert_eq!(super::sent(&played.peer, "ContinueServiceDeployment").len(), 1);
}

#[test]
fn a_pause_is_continued_in_the_console_and_seen_to_its_end() {
    let mut played = Played::of("BLUE_GREEN", Listener::Follows);
    let (waiting, words, _) = waits();
    played.turn(&waiting);
    let mut answer = heard();
    (answer["service"], answer["operation"]) = ("ecs".into(), "ContinueServiceDeployment".into());
    played.peer.script(&answer);
    let mut toban = played.console(words);
    toban.keys(":continue\r");
    shows(&toban, &["let the deployment of prooflink-dev-service to prooflink-dev-task:2 go on", "y: yes"]);
    toban.keys("y");
    played.peer.wait_for_calls("ecs", "ContinueServiceDeployment", 1);
    played.turn(&on("PRODUCTION_TRAFFIC_SHIFT", 100.0).pause("SUCCEEDED"));
    toban.shows("traffic is being shifted: 100 % on new");
    played.turn(&DONE());
    toban.shows("prooflink-dev-service runs prooflink-dev-task:2");
    assert_eq!(super::sent(&played.peer, "ContinueServiceDeployment").len(), 1);
}

#[test]
fn a_pause_that_runs_out_while_the_question_is_on_the_screen_is_not_answered() {
    let mut played = Played::of("BLUE_GREEN", Listener::Follows);
    let (waiting, words, _) = waits();
    let over = stage("ROLLBACK_IN_PROGRESS", "POST_SCALE_UP", 0.0).pause("TIMED_OUT");
    played.turn(&waiting);
    let mut toban = played.console(words);
    toban.keys(":continue\r");
    toban.shows("y: yes");
    played.turn(&over);
    toban.keys("y");
    toban.wait("that nothing was sent", |screen| screen.contains("nothing was changed") && screen.contains("ran out"));
    drop(toban);
    played.turn(&waiting);
    let mut asked = Terminal::run(console(&played.peer.env(), &["deploy", TARGET, "--continue"]), 160, 40);
    asked.shows("go on? [y/N]");
    played.turn(&over);
    asked.keys("y\r");
    assert_eq!(asked.end().exit_code(), 1);
    assert!(super::sent(&played.peer, "ContinueServiceDeployment").is_empty(), "no answer came too late");
}
