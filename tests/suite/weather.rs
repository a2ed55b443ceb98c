//! Bad input and bad weather, as a person meets them: proxies, regions, accounts with nothing in them, names and states
//! nobody expected, things that go while they are looked at, and a console that breaks. Each has a sentence that names
//! what to do, and the rest goes on. What single answers of AWS mean is the tables' of `aws::fault`.
#![expect(clippy::expect_used, reason = "a test whose program does not run must fail at once")]

use std::io::{Read, Write};
use std::net::TcpListener;

use crate::support::peer::Peer;
use crate::support::said::{Said, said, toban};
use crate::terminal::{self, Terminal};
use portable_pty::CommandBuilder;
use rstest::rstest;
use serde_json::{Value, json};

/// A proxy that answers every wish to be connected onwards with `answer`; its address, and what it was asked first.
fn proxy(answer: &'static str) -> (String, std::sync::mpsc::Receiver<String>) {
    let listener = TcpListener::bind("127.0.0.1:0").expect("a port");
    let address = format!("http://{}", listener.local_addr().expect("an address"));
    let (tell, asked) = std::sync::mpsc::channel();
    std::thread::spawn(move || {
        for mut stream in listener.incoming().flatten() {
            // The whole of it: hanging up on what was not read takes the answer back.
            let (mut request, mut byte) = (Vec::new(), [0]);
            while !request.ends_with(b"\r\n\r\n") && stream.read(&mut byte).is_ok_and(|read| read == 1) {
                request.extend(byte);
            }
            let _ = tell.send(String::from_utf8_lossy(&request).lines().next().unwrap_or_default().to_owned());
            let _ = stream.write_all(answer.as_bytes());
        }
    });
    (address, asked)
}

fn through(proxy: &str, region: &str) -> Said {
    let home = tempfile::tempdir().expect("a home");
    let mut command = toban(home.path(), &["status"]);
    command.env("HTTPS_PROXY", proxy).env("AWS_REGION", region);
    command.env("AWS_ACCESS_KEY_ID", "AKIDEXAMPLE").env("AWS_SECRET_ACCESS_KEY", "secret");
    said(&mut command)
}

#[rstest]
#[case::wants_a_password(
    "HTTP/1.1 407 Proxy Authentication Required\r\nContent-Length: 0\r\n\r\n",
    "ap-northeast-1",
    "HTTPS_PROXY"
)]
#[case::knows_no_such_host(
    "HTTP/1.1 502 Bad Gateway\r\nContent-Length: 0\r\n\r\n",
    "ap-northeast-9",
    "the region ap-northeast-9 is right"
)]
fn a_proxy_in_the_way_and_a_region_that_is_none_are_named(
    #[case] answer: &'static str,
    #[case] region: &str,
    #[case] remedy: &str,
) {
    let (address, asked) = proxy(answer);
    let said = through(&address, region);
    let first = asked.recv().expect("it was asked");
    assert!(first.starts_with("CONNECT ") && first.contains(&format!("{region}.amazonaws.com:443")), "{first}");
    assert_eq!((said.code, said.out.as_str()), (Some(1), ""), "{}", said.err);
    assert!(said.err.contains(remedy), "{}", said.err);
}

#[test]
fn an_account_with_nothing_in_it_says_so_and_where_else_to_look() {
    let peer = Peer::start();
    let status = said(peer.toban().arg("status"));
    assert_eq!(status.code, Some(0), "{}", status.err);
    assert!(status.out.contains("no environments"), "{} {}", status.out, status.err);
    let json = said(peer.toban().args(["status", "--json"]));
    let document: Value = serde_json::from_str(&json.out).expect("a document");
    assert_eq!(document["environments"], json!([]));
    let screen = console(&peer);
    screen.shows("no environments found in");
    screen.shows(":unassigned shows");
}

fn console(peer: &Peer) -> Terminal {
    Terminal::run(terminal::console(&peer.env(), &[]), 160, 45)
}

/// Nothing that turns text around or speaks to the terminal.
fn harmless(text: &str) -> bool {
    !text.chars().any(|c| ('\u{202a}'..='\u{202e}').contains(&c) || (c.is_control() && c != '\n'))
}

#[test]
fn names_in_every_script_and_states_nobody_has_seen_are_shown_and_harm_nothing() {
    let peer = Peer::with(&["prooflink"]);
    let event = "(service \u{1b}[31m本番\u{202e}🔥\u{7}) is pondering.";
    peer.script(&json!([
        {"service": "ecs", "operation": "DescribeServices", "patch": {"services": {"[*]": {"events": {"[+]":
            {"id": "e-1", "createdAt": "now", "message": event}}}}}},
        {"service": "rds", "operation": "DescribeDBInstances", "patch": {"DBInstances": {"[*]": {"DBInstanceStatus": "pondering-再構成"}}}},
        {"service": "cloudwatch", "operation": "DescribeAlarms", "patch": {"MetricAlarms": {"[*]": {
            "StateReason": "応答なし\u{202e}🔥"}}}},
        {"service": "elasticloadbalancing", "operation": "DescribeTargetHealth",
            "strange": ["pondering", "Target.Ponders"], "patch": {"TargetHealthDescriptions":
            {"[*]": {"TargetHealth": {"State": "pondering", "Reason": "Target.Ponders", "Description": "考え中\u{200f}"}}}}}
    ]));
    let table = said(peer.toban().arg("status"));
    assert!(table.code.is_some_and(|code| code != 1), "{}", table.err);
    assert!(harmless(&table.out), "{:?}", table.out);
    let json = said(peer.toban().args(["status", "--json"]));
    let document: Value = serde_json::from_str(&json.out).expect("a document");
    let dev = document["environments"].as_array().and_then(|all| all.iter().find(|one| one["name"] == "prooflink-dev"));
    let dev = dev.unwrap_or_else(|| panic!("{document}"));
    assert_eq!(dev["databases"][0]["status"], "pondering-再構成");
    assert_eq!(dev["target_groups"][0]["targets"][0]["state"], "pondering");

    let mut screen = console(&peer);
    screen.shows("prooflink-dev");
    screen.keys("/prooflink-dev\r");
    screen.hides("prooflink-prod");
    screen.keys("\r");
    screen.shows("pondering-再構成");
    screen.shows("services");
    let drawn = screen.look(vt100::Screen::contents);
    assert!(harmless(&drawn), "{drawn:?}");
    let raw = String::from_utf8_lossy(&screen.raw()).into_owned();
    assert!(!raw.contains('\u{202e}') && !raw.contains('\u{200f}'), "direction marks reached the terminal");
    assert!(!raw.contains("\u{1b}[31m本番"), "a name coloured the terminal");
}

#[test]
fn what_goes_while_it_is_looked_at_hides_nothing_else() {
    let peer = Peer::with(&["prooflink"]);
    peer.script(&json!([
        {"service": "ecs", "operation": "DescribeServices", "answer": {"services": [],
            "failures": [{"arn": "arn:aws:ecs:ap-northeast-1:123456789012:service/gone/gone", "reason": "MISSING"}]}},
        {"service": "elasticloadbalancing", "operation": "DescribeTargetHealth",
            "error": {"code": "TargetGroupNotFound", "message": "One or more target groups not found", "status": 400}}
    ]));
    let status = said(peer.toban().args(["status", "--json"]));
    let document: Value = serde_json::from_str(&status.out).unwrap_or_else(|_| panic!("{}", status.err));
    let dev = document["environments"].as_array().and_then(|all| all.iter().find(|one| one["name"] == "prooflink-dev"));
    let dev = dev.unwrap_or_else(|| panic!("{document}"));
    assert_eq!(dev["databases"][0]["status"], "available", "{dev}");
    assert_eq!(dev["services"], json!([]), "what went is not told as if it were there");
    assert_eq!(dev["faults"], json!([]), "that it went is no failure: {dev}");
}

/// Run by the test below in a terminal of its own: takes it as the console does, and breaks.
#[test]
#[ignore = "breaks on purpose, inside the terminal of another test"]
fn breaks_with_the_terminal_in_hand() {
    if std::env::var_os("TOBAN_TEST_BREAKS").is_none() {
        return;
    }
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().expect("a runtime");
    let _inside = runtime.enter();
    let _terminal = toban::console::terminal::Tty::open(true).expect("a terminal");
    panic!("it broke on purpose");
}

#[test]
fn a_console_that_breaks_gives_the_terminal_back_before_it_says_why() {
    let myself = std::env::current_exe().expect("this program");
    let mut command = CommandBuilder::new(myself);
    command.args([
        "--ignored",
        "--exact",
        "weather::breaks_with_the_terminal_in_hand",
        "--nocapture",
        "--test-threads=1",
    ]);
    command.env("TOBAN_TEST_BREAKS", "1");
    command.env("TERM", "xterm-256color");
    let mut broken = Terminal::run(command, 100, 30);
    assert_ne!(broken.end().exit_code(), 0);
    let raw = String::from_utf8_lossy(&broken.raw()).into_owned();
    let (left, said) = (raw.find("\u{1b}[?1049l"), raw.find("it broke on purpose"));
    assert!(left.is_some() && left < said, "the screen is given back first: {raw:?}");
    broken.look(|screen| {
        assert!(!screen.alternate_screen() && !screen.hide_cursor() && !screen.bracketed_paste());
        assert_eq!(screen.mouse_protocol_mode(), vt100::MouseProtocolMode::None);
    });
}

#[rstest]
#[case::xml_cut_in_half(
    "rds",
    "DescribeDBInstances",
    "<DescribeDBInstancesResponse xmlns=\"http://rds.amazonaws.com/doc/2014-10-31/\"><DescribeDBInstancesResult><DBInstances>"
)]
#[case::an_empty_body("ecs", "ListClusters", "")]
fn an_answer_that_does_not_end_is_told_and_makes_nothing_well(
    #[case] service: &str,
    #[case] operation: &str,
    #[case] body: &str,
) {
    let peer = Peer::start();
    peer.build(&["prooflink"]);
    peer.script(&json!([{"service": service, "operation": operation, "raw": {"status": 200, "body": body}}]));
    let status = said(peer.toban().args(["status", "--json"]));
    let document: Value = serde_json::from_str(&status.out).unwrap_or_else(|_| panic!("{}", status.err));
    let environments = document["environments"].as_array().expect("environments");
    let garbled = |fault: &Value| fault["kind"] == "garbled" && fault["operation"] == format!("{service}:{operation}");
    let told = environments.iter().any(|one| one["faults"].as_array().is_some_and(|all| all.iter().any(garbled)));
    assert!(told, "{document}");
    assert_ne!(status.code, Some(0), "{document}");
}

/// Whatever is put into an account or an environment and must never be read anywhere else.
const PLANTED: [&str; 5] = [
    "planted-command-0815",
    "planted-variable-0815",
    "planted-tag-0815",
    "planted-session-token-0815",
    "B0815PLANTED/abcdefghijklmnopqrstuvwx",
];

#[test]
fn the_log_tells_every_call_and_holds_no_secret_at_any_level() {
    let [command, variable, tag, token, hook] = PLANTED;
    let peer = Peer::start();
    peer.build(&["prooflink"]);
    peer.script(&json!([
        {"service": "ecs", "operation": "DescribeTaskDefinition", "patch": {"taskDefinition": {"containerDefinitions":
            {"[*]": {"command": ["sh", "-c", command], "environment": [{"name": "API_KEY", "value": variable}]}}}}},
        {"service": "ecs", "operation": "DescribeServices", "patch": {"services": {"[*]": {"tags": {"[+]":
            {"key": "note", "value": tag}}}}}},
        {"service": "cloudwatch", "operation": "DescribeAlarms", "patch": {"MetricAlarms": {"[*]":
            {"AlarmDescription": format!("https://hooks.slack.com/services/T0815/{hook}")}}}},
        {"service": "ssm", "operation": "DescribeInstanceInformation", "error": {"code": "InvalidFilterKey",
            "message": format!("see https://hooks.slack.com/services/T0815/{hook}\nforged line"), "status": 400}}
    ]));
    let mut written = Vec::new();
    for level in ["debug", "trace"] {
        let mut run = peer.toban();
        let status = said(run.env("AWS_SESSION_TOKEN", token).args(["--log-level", level, "status", "--json"]));
        assert!(status.code.is_some_and(|code| code != 1), "{}", status.err);
        let path = peer.home().join("state/toban.log");
        let log = std::fs::read_to_string(&path).expect("a log");
        for secret in PLANTED {
            assert!(!log.contains(secret), "{secret} is in the log at {level}");
        }
        assert!(!log.contains("AWS4-HMAC-SHA256") && !log.contains("Credential="), "a signature is in the log");
        assert!(log.lines().all(|line| line.contains(" toban")), "somebody else writes into the log");
        std::fs::remove_file(path).expect("the log goes");
        written.push(log);
    }
    for log in &written {
        for operation in
            ["sts:GetCallerIdentity", "ecs:DescribeServices", "rds:DescribeDBInstances", "ec2:DescribeInstances"]
        {
            let call =
                log.lines().find(|line| line.contains(&format!("operation=\"{operation}\""))).unwrap_or_default();
            for field in ["scope=\"default/ap-northeast-1\"", "attempt=1", "ms=", "bytes=", "status=200", "request_id="]
            {
                assert!(call.contains(field), "{operation} lacks {field}: {call}");
            }
        }
        let fault = log.lines().find(|line| line.contains("fault=\"refused\"")).unwrap_or_default();
        assert!(fault.contains("InvalidFilterKey") && fault.contains("hooks.slack.com"), "{fault}");
    }
}

#[test]
fn what_is_no_regular_file_is_refused_with_a_sentence_and_never_waited_for() {
    let home = tempfile::tempdir().expect("a home");
    let state = home.path().join("state");
    std::fs::create_dir(&state).expect("a directory");
    for name in ["journal.jsonl", "toban.log"] {
        let made = std::process::Command::new("mkfifo").arg(state.join(name)).status();
        assert!(made.is_ok_and(|made| made.success()), "mkfifo");
    }
    let run = |arguments: &[&str]| said(toban(home.path(), arguments).env("TOBAN_STATE_DIR", &state));
    let journal = run(&["journal"]);
    assert_eq!(journal.code, Some(1), "{}", journal.out);
    assert!(journal.err.contains("journal.jsonl") && journal.err.contains("it is a FIFO"), "{}", journal.err);
    let status = run(&["--demo", "status", "prooflink-dev"]);
    assert_eq!(status.code, Some(0), "{}", status.err);
    assert!(status.err.contains("no log is written") && status.err.contains("it is a FIFO"), "{}", status.err);
    let endless = run(&["--demo", "--config", "/dev/zero", "status"]);
    assert!(endless.code.is_some_and(|code| code != 0), "{}", endless.out);
    assert!(endless.err.contains("/dev/zero") && endless.err.contains("it is a device"), "{}", endless.err);
    let large = home.path().join("large.toml");
    std::fs::write(&large, "# much\n".repeat(700_000)).expect("a file");
    let large = run(&["--demo", "--config", &large.display().to_string(), "status"]);
    assert!(large.err.contains("larger than 4 MiB"), "{}", large.err);
}
