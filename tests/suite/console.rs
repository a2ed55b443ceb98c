//! The built binary in a terminal: keys in, screen out, in the demo and against the test peer.
//! Waits for what should appear, never for time to pass; leaves judging single screens to snapshots.
#![expect(clippy::expect_used, reason = "a test whose terminal cannot be set up must fail at once")]

use crate::support::peer::Peer;
use crate::terminal::{Terminal, console, svg};
use serde_json::{Value, json};
use vt100::MouseProtocolMode;

fn against(peer: &Peer, columns: u16, rows: u16) -> Terminal {
    against_with(peer, columns, rows, &[])
}

fn against_with(peer: &Peer, columns: u16, rows: u16, more: &[&str]) -> Terminal {
    Terminal::run(console(&peer.env(), more), columns, rows)
}

/// What a program asks of its terminal to learn its colours, and what tells that no more answers come.
const ASKS: &[u8] = b"\x1b]11;?";
const ATTRIBUTES: &[u8] = b"\x1b[c";

/// The console in a terminal that says nothing of its background in the environment.
fn untold() -> (Terminal, tempfile::TempDir) {
    let home = tempfile::tempdir().expect("a home");
    let mut command = console(&[], &["--demo"]);
    command.env("HOME", home.path());
    command.env("TOBAN_STATE_DIR", home.path().join("state"));
    (Terminal::untold(command, 120, 35), home)
}

/// The name of the theme, by the picker, which is left again.
fn theme_is(toban: &mut Terminal, name: &str) {
    toban.keys(":theme\r");
    toban.wait("the theme", |screen| {
        screen.lines().any(|line| line.contains(&format!("{name} ")) && line.contains(" now"))
    });
    toban.keys("\u{1b}");
    toban.hides("contrast");
}

const LIGHT: &str = "\x1b]11;rgb:ffff/ffff/ffff\x1b\\";

#[test]
fn a_terminal_that_says_it_is_light_gets_the_theme_of_the_day_from_the_first_frame_on() {
    let (mut toban, _home) = untold();
    let before = toban.wrote(ATTRIBUTES);
    let written = |needle: &[u8]| before.windows(needle.len()).position(|window| window == needle);
    assert!(written(b"\x1b[?1049h") < written(ASKS), "the screen is ours before it is asked");
    let focus = written(b"\x1b[?1004h");
    assert!(focus.is_none() || focus > written(ASKS), "nothing else reports before an answer was waited for");
    toban.keys(&format!("{LIGHT}\x1b[?62;22c"));
    toban.shows("prooflink-prod");
    theme_is(&mut toban, "day");
    toban.keys("q");
    assert!(toban.end().success());
}

#[test]
fn a_terminal_that_answers_late_is_not_waited_for_and_its_answer_is_no_key() {
    let (mut toban, _home) = untold();
    toban.shows("prooflink-prod");
    theme_is(&mut toban, "night");
    toban.keys(&format!("{LIGHT}\x1b[?62;22c"));
    theme_is(&mut toban, "day");
    toban.keys("\x1b]11;rgb:0000/0000/0000\x07");
    toban.keys("?");
    toban.shows("keys and commands of this place");
    toban.keys("\u{3}");
    assert!(toban.end().success());
}

#[test]
fn a_report_that_nobody_asked_for_is_no_key_and_kills_none() {
    let (mut toban, _home) = Terminal::demo(120, 35, &[]);
    toban.shows("prooflink-prod");
    for report in
        ["\x1b[?997;1n", "\x1b[?2026;2$y", "\x1bP>|q:q\x1b\\", "\x1b_q:q\x1b\\", "\u{9d}4;1;q:q\u{9c}", "\x1b[>1;2;3c"]
    {
        toban.keys(&format!("{report}?"));
        let help = toban.shows("keys and commands of this place");
        assert!(!help.contains("no command"), "{help}");
        toban.keys("\u{1b}");
        toban.hides("keys and commands of this place");
    }
    // The end of a paste that was lost: leaving works all the same.
    toban.keys("\x1b[200~half");
    toban.keys("\u{3}");
    assert!(toban.end().success());
    assert!(toban.look(is_restored));
}

/// The terminal is as a shell wants it: no alternate screen, a cursor, no mouse, no bracketed paste.
fn is_restored(screen: &vt100::Screen) -> bool {
    !screen.alternate_screen()
        && !screen.hide_cursor()
        && screen.mouse_protocol_mode() == MouseProtocolMode::None
        && !screen.bracketed_paste()
}

#[test]
fn every_place_opens_and_goes_back_and_quitting_leaves_a_clean_terminal() {
    let (mut toban, _home) = Terminal::demo(120, 35, &[]);
    toban.shows("prooflink-prod");
    toban.shows("kajimaru");
    assert!(toban.look(vt100::Screen::alternate_screen), "the console draws on the alternate screen");

    toban.keys("/prooflink-prod\r");
    toban.hides("kajimaru");
    toban.keys("\r");
    toban.shows("services 1");
    toban.keys("\u{1b}");
    toban.shows("fleet ·");
    toban.keys("\u{1b}");
    toban.shows("kajimaru");

    toban.keys("?");
    toban.shows("keys and commands of this place");
    toban.keys("\u{1b}"); // seen alone before the next key: together they would be alt and that key
    toban.shows("fleet ·");
    toban.keys("!");
    toban.shows(" identity ─");
    toban.shows("ssm:DescribeInstanceInformation");
    toban.keys("\u{1b}");
    toban.hides(" identity ─");
    toban.keys(":unassigned\r");
    toban.shows("traffic-out-high");
    toban.keys("\u{1b}");
    toban.shows("fleet ·");
    toban.keys("q");
    assert_eq!(toban.end().exit_code(), 0);
    assert!(toban.look(is_restored), "{:?}", String::from_utf8_lossy(&toban.raw()));
}

#[test]
fn escape_never_quits_and_control_c_always_does() {
    let (mut toban, _home) = Terminal::demo(100, 30, &[]);
    toban.shows("prooflink-prod");
    toban.keys("\u{1b}\u{1b}?"); // two escapes read as one, apart from the key after them
    toban.shows("keys and commands of this place");
    toban.keys("\u{3}");
    toban.end();
    assert!(toban.look(is_restored));
}

/// What ends a program that does not care.
const ENDING: [&str; 8] = ["TERM", "HUP", "INT", "QUIT", "USR1", "USR2", "ABRT", "ALRM"];

#[test]
fn a_signal_ends_it_with_the_terminal_restored() {
    for signal in ENDING {
        let (mut toban, _home) = Terminal::demo(100, 30, &[]);
        toban.shows("prooflink-prod");
        toban.signal(signal);
        toban.end();
        assert!(toban.look(is_restored), "after SIG{signal}");
    }
}

#[test]
fn no_size_breaks_it() {
    let (mut toban, _home) = Terminal::demo(80, 24, &[]);
    toban.shows("prooflink-prod");
    for (columns, rows) in [(200, 60), (20, 5), (1, 1), (80, 24)] {
        toban.resize(columns, rows);
        toban.keys("j");
    }
    toban.shows("prooflink-prod");
    toban.keys("\u{3}");
    toban.end();
    assert!(toban.look(is_restored));
}

#[test]
fn it_opens_on_the_environment_that_is_named_even_by_a_part_of_it() {
    let (toban, _home) = Terminal::demo(120, 35, &["kaji"]);
    toban.shows("kajimaru-ec2-01");
}

#[test]
fn secrets_are_masked_in_the_raw_document() {
    let (mut toban, _home) = Terminal::demo(120, 60, &["prooflink-dev"]);
    toban.shows("databases");
    // By its name: which panels there are, and so how many tabs it takes, changes while they are read.
    toban.keys("/^prooflink-dev-db$\r");
    toban.wait("the database alone", |screen| {
        screen.contains(" · 1 of ")
            && screen.lines().any(|line| crate::terminal::has_cursor(line) && line.contains("prooflink-dev-db"))
    });
    toban.keys("y");
    toban.shows("\"arn\"");
    let raw = String::from_utf8_lossy(&toban.raw()).into_owned();
    assert!(!raw.contains("postgresql://"), "a connection string reached the terminal");
}

#[test]
fn the_console_and_status_tell_the_same_truth() {
    let peer = Peer::with(&["prooflink"]);
    peer.script(&json!({
        "service": "elasticloadbalancing", "operation": "DescribeTargetHealth",
        "match": {"TargetGroupArn": "prooflink-tg/"},
        "patch": {"TargetHealthDescriptions": {"[*]": {"TargetHealth": {
            "State": "unhealthy", "Reason": "Target.Timeout", "Description": "Request timed out"}}}}
    }));
    let out = peer.toban().args(["status", "--json"]).output().expect("status runs");
    let said: Value = serde_json::from_slice(&out.stdout).expect("one JSON document");
    let toban = against(&peer, 200, 40);
    for environment in said["environments"].as_array().expect("environments") {
        let name = environment["name"].as_str().expect("a name");
        toban.wait(name, |screen| {
            let line = screen.lines().find(|line| line.contains(name)).unwrap_or_default();
            // The column may cut a long sentence off; what is shown of it must be the same.
            let start: String = environment["why"][0].as_str().unwrap_or_default().chars().take(24).collect();
            line.contains(&start)
        });
    }
}

#[test]
fn keys_are_answered_while_a_call_hangs() {
    let peer = Peer::with(&["prooflink"]);
    peer.script(&json!({"service": "rds", "operation": "DescribeDBInstances", "hold": "stuck"}));
    let mut toban = against(&peer, 120, 35);
    toban.shows("prooflink-prod");
    toban.keys("?");
    toban.shows("keys and commands of this place");
    peer.release("stuck");
    toban.keys("\u{1b}");
    toban.shows("available");
}

#[test]
fn a_denied_call_is_said_and_the_rest_goes_on() {
    let peer = Peer::with(&["prooflink"]);
    peer.script(&json!({"service": "rds", "operation": "DescribeDBInstances", "error": {
        "code": "AccessDenied", "status": 403,
        "message": "User: arn:aws:iam::123456789012:user/moto is not authorized to perform: rds:DescribeDBInstances"}}));
    let mut toban = against(&peer, 140, 40);
    toban.shows("prooflink-prod");
    toban.keys("!");
    toban.shows("rds:DescribeDBInstances");
    toban.shows("allow rds:DescribeDBInstances");
    let out = peer.toban().args(["status", "--json"]).output().expect("status runs");
    let said: Value = serde_json::from_slice(&out.stdout).expect("one JSON document");
    assert_eq!(said["environments"][0]["faults"][0]["kind"], "denied");
    assert_eq!(out.status.code(), Some(30), "what cannot be read cannot be called well");
}

#[test]
fn credentials_that_ran_out_are_exit_4_with_a_remedy() {
    let peer = Peer::start();
    for (service, operation) in [
        ("sts", "GetCallerIdentity"),
        ("ecs", "ListClusters"),
        ("rds", "DescribeDBInstances"),
        ("rds", "DescribeDBClusters"),
        ("elasticloadbalancing", "DescribeTargetGroups"),
        ("elasticloadbalancing", "DescribeLoadBalancers"),
        ("cloudwatch", "DescribeAlarms"),
        ("logs", "DescribeMetricFilters"),
        ("ssm", "DescribeInstanceInformation"),
        ("ec2", "DescribeInstances"),
        ("tag", "GetResources"),
        ("events", "ListRules"),
        ("scheduler", "ListSchedules"),
        ("cloudwatch", "ListAlarmMuteRules"),
        ("acm", "ListCertificates"),
        ("apigateway", "GetRestApis"),
        ("apigatewayv2", "GetApis"),
        ("batch", "DescribeComputeEnvironments"),
        ("sns", "ListSubscriptions"),
        ("batch", "DescribeJobQueues"),
        ("batch", "DescribeJobDefinitions"),
        ("cloudformation", "DescribeStacks"),
        ("cloudfront", "ListDistributions"),
        ("cognito-idp", "ListUserPools"),
        ("ec2", "DescribeSubnets"),
        ("ec2", "DescribeRouteTables"),
        ("ec2", "DescribeNatGateways"),
        ("ec2", "DescribeVpcEndpoints"),
        ("logs", "DescribeLogGroups"),
        ("rds", "DescribeDBSnapshots"),
        ("rds", "DescribeDBClusterSnapshots"),
        ("rds", "DescribeDBSubnetGroups"),
        ("rds", "DescribeBlueGreenDeployments"),
        ("rds", "DescribeCertificates"),
        ("route53", "ListHostedZones"),
        ("sns", "ListTopics"),
        ("states", "ListStateMachines"),
        ("wafv2", "ListWebACLs"),
    ] {
        peer.script(&json!({"service": service, "operation": operation, "error": {
            "code": "ExpiredTokenException", "status": 400, "message": "The security token included in the request is expired"}}));
    }
    let out = peer.toban().args(["status"]).output().expect("status runs");
    assert_eq!(out.status.code(), Some(4), "{}", String::from_utf8_lossy(&out.stderr));
    let said = String::from_utf8_lossy(&out.stderr).into_owned();
    assert!(said.contains("log in again") || said.contains("aws sso login"), "{said}");
}

#[test]
fn an_endpoint_that_is_not_there_is_said_plainly() {
    let home = tempfile::tempdir().expect("a home");
    let out = std::process::Command::new(crate::support::said::program())
        .env_clear()
        .env("HOME", home.path())
        .env("TOBAN_STATE_DIR", home.path().join("state"))
        .envs([
            ("AWS_ACCESS_KEY_ID", "AKIDEXAMPLE"),
            ("AWS_SECRET_ACCESS_KEY", "secret"),
            ("AWS_REGION", "ap-northeast-1"),
        ])
        .envs([("AWS_ENDPOINT_URL", "http://127.0.0.1:9"), ("AWS_EC2_METADATA_DISABLED", "true")])
        .args(["status"])
        .output()
        .expect("status runs");
    assert_eq!(out.status.code(), Some(1));
    let said = String::from_utf8_lossy(&out.stderr).into_owned();
    assert!(said.contains("could not reach AWS"), "{said}");
}

#[test]
fn it_begins_on_the_view_and_filter_that_were_asked_for() {
    let (toban, _home) = Terminal::demo(120, 35, &["--view", "alarms", "--filter", "prooflink unhealthy"]);
    toban.shows("all alarms");
    toban.shows("/prooflink unhealthy");
    toban.hides("city-prod-db-cpu");
}

/// Makes the picture in the README. `cargo test --test suite console -- --ignored picture`
#[test]
#[ignore = "writes docs/fleet.svg"]
fn picture() {
    let (toban, _home) = Terminal::demo(120, 30, &[]);
    toban.wait("a full fleet", |screen| {
        ["prooflink-prod", "kajimaru", "backend-prod", "city-poc", "asleep"].iter().all(|name| screen.contains(name))
            && !screen.contains("reading")
            && !screen.contains("being read")
    });
    let svg = toban.look(|screen| svg::svg(screen, true));
    std::fs::write(concat!(env!("CARGO_MANIFEST_DIR"), "/docs/fleet.svg"), svg).expect("docs/fleet.svg can be written");
}

#[test]
fn an_environment_is_woken_by_key_and_leaving_it_half_way_is_said_first() {
    let (mut toban, _home) = Terminal::demo(120, 40, &[]);
    toban.shows("prooflink-dev");
    toban.keys("/prooflink-dev\r");
    toban.hides("kajimaru");
    toban.keys(":wake\r");
    toban.shows("wake prooflink-dev");
    toban.shows("rds:StartDBInstance prooflink-dev-db");
    toban.keys("y");
    toban.shows("0 of 2 awake");
    toban.shows("prooflink-dev-db: it is starting");
    toban.keys("\u{3}");
    toban.shows("press again to quit");
    toban.keys("\u{3}");
    assert_eq!(toban.end().exit_code(), 0);
}

/// Puts an environment of the peer's to sleep by keys and wakes it, once `members` are on the screen. `confirm` is what
/// the plan wants: one key, or its name.
fn night(peer: &Peer, name: &str, members: &[&str], (confirm, more): (&str, &[&str])) {
    let mut toban = against_with(peer, 150, 50, &[&[name], more].concat());
    toban.wait("its members", |screen| members.iter().all(|member| screen.contains(member)));
    for (verb, plan, end) in [("sleep", "put", "is asleep"), ("wake", "wake", "is awake")] {
        // The second is asked for in the moment the first ends, before anything else could be read again.
        toban.keys(&format!(":{verb}\r"));
        let planned = |screen: &str| screen.contains(&format!("{plan} {name}")) && screen.contains("go on?");
        toban.wait("the plan", planned);
        toban.keys(confirm);
        toban.wait("its end", |screen| screen.contains(&format!("{name} {end}, {} members", members.len())));
    }
    toban.keys(":quit\r");
    assert_eq!(toban.end().exit_code(), 0);
    let asked = |operation: &str| peer.calls().iter().filter(|call| call["operation"] == operation).count();
    assert!(
        asked("StopDBInstance") + asked("StopDBCluster") > 0 && asked("StartDBInstance") + asked("StartDBCluster") > 0
    );
}

#[test]
fn prooflink_dev_sleeps_and_wakes_by_keys() {
    let peer = Peer::with(&["prooflink"]);
    night(&peer, "prooflink-dev", &["prooflink-dev-service", "prooflink-dev-db"], ("y", &[]));
}

#[test]
fn the_scaled_backend_sleeps_and_wakes_by_keys() {
    let peer = Peer::with(&["backend"]);
    night(
        &peer,
        "backend-dev",
        &["ComputeStack-dev-BackendServiceE5F6A7B8", "databasestack-dev-auroracluster"],
        ("y", &[]),
    );
    let bounds = peer.calls().iter().filter(|call| call["operation"] == "RegisterScalableTarget").count();
    assert!(bounds >= 2, "closed and opened again");
}

#[test]
fn the_municipal_poc_sleeps_and_wakes_by_keys() {
    let peer = Peer::with(&["city"]);
    night(&peer, "city-poc", &["city-poc-backend:1", "city-poc-frontend:1", "city-poc-db  available"], ("y", &[]));
}

#[test]
fn kajimaru_sleeps_and_wakes_by_keys_once_its_name_is_typed() {
    let peer = Peer::with(&["kajimaru"]);
    let config = peer.home().join("duty.toml");
    std::fs::write(&config, "[environment.kajimaru]\nallow_stop = true\n").expect("a configuration");
    let config = config.display().to_string();
    night(
        &peer,
        "kajimaru",
        &["kajimaru-ec2-01", "kajimaru-ec2-02", "kajimaru-db"],
        ("kajimaru\r", &["--config", &config]),
    );
}

#[test]
fn the_simulation_says_that_it_has_one_region() {
    let (mut toban, _home) = Terminal::demo(120, 30, &[]);
    toban.shows("kajimaru");
    toban.keys(":region eu-west-1\r");
    toban.shows("accounts in one region, ap-northeast-1");
    assert!(toban.look(|screen| screen.contents().contains("kajimaru")), "nothing is left");
    toban.keys(":quit\r");
    assert_eq!(toban.end().exit_code(), 0);
}
