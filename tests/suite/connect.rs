//! Shells and commands as people open them: the built binary in a terminal of its own, against the simulated account
//! and against the gateway with the peer behind it. What a session may do to the terminal is checked with `stty`.
#![expect(clippy::expect_used, clippy::indexing_slicing, reason = "a test that cannot set up has nothing to say")]

mod given_up;
mod input;
mod left;
mod memory;
mod plugin;
mod rights;
mod screens;
mod ssh;
mod systems;
mod tunnels;

use std::path::Path;
use std::process::Command;

use crate::gateway::{self, Gateway, Weather};
use crate::support::peer::{PROD_ROLE, Peer, REGION};
use crate::support::said::{Said, said};
use crate::terminal::Terminal;
use portable_pty::CommandBuilder;
use serde_json::Value;

/// The current credentials' own account.
const SOURCES: &str = "[[source]]\nregions = [\"ap-northeast-1\"]\n";

/// The environment of a program that knows nothing of the developer's settings.
fn apart(home: &Path) -> Vec<(String, String)> {
    let state = home.join("state");
    [
        ("HOME", home.display().to_string()),
        ("TOBAN_STATE_DIR", state.display().to_string()),
        ("TERM", "xterm-256color".to_owned()),
        ("TZ", "Asia/Tokyo".to_owned()),
        ("PATH", std::env::var("PATH").unwrap_or_default()),
    ]
    .map(|(name, value)| (name.to_owned(), value))
    .to_vec()
}

/// A gateway in front of a peer with one system, and what a program needs to reach them.
struct Site {
    gateway: Gateway,
    peer: Peer,
}

impl Site {
    async fn with(systems: &[&str]) -> Self {
        let gateway = Gateway::start().await;
        let peer = Peer::with(systems);
        let port = peer.endpoint().rsplit(':').next().and_then(|port| port.parse().ok()).expect("a port");
        gateway.before(port);
        let sources = match systems.contains(&"city") {
            // Production of the municipal system is in another account, where a role leads.
            true => format!("{SOURCES}\n[[source]]\nrole_arn = \"{PROD_ROLE}\"\nregions = [\"{REGION}\"]\n"),
            false => SOURCES.to_owned(),
        };
        std::fs::write(peer.home().join("config.toml"), sources).expect("a configuration");
        Self { gateway, peer }
    }

    fn env(&self) -> Vec<(String, String)> {
        let mut env = apart(self.peer.home());
        env.extend(self.peer.env());
        let ours = [
            ("AWS_ENDPOINT_URL", self.gateway.endpoint()),
            ("AWS_ACCESS_KEY_ID", gateway::KEY.to_owned()),
            ("AWS_SECRET_ACCESS_KEY", gateway::SECRET.to_owned()),
            ("AWS_SESSION_TOKEN", gateway::SESSION_TOKEN.to_owned()),
            ("TOBAN_CONFIG", self.peer.home().join("config.toml").display().to_string()),
        ];
        env.extend(ours.map(|(name, value)| (name.to_owned(), value)));
        env
    }

    /// Runs the binary and waits, beside the gateway.
    fn run(&self, arguments: &[&str]) -> Said {
        let mut command = Command::new(crate::support::said::program());
        command.env_clear().envs(self.env()).args(arguments);
        tokio::task::block_in_place(|| said(&mut command))
    }

    /// The databases whose names begin with `named` (`ENVIRONMENT/…`), as `status` lists them.
    fn databases(&self, named: &str) -> Vec<String> {
        let (environment, beginning) = named.split_once('/').expect("an environment");
        let status = self.run(&["status", "--json", environment]);
        let document: Value = serde_json::from_str(&status.out).expect("JSON");
        let databases = document["environments"][0]["databases"].as_array().cloned().unwrap_or_default();
        let ids = databases.iter().filter_map(|one| one["id"].as_str()).filter(|id| id.starts_with(beginning));
        ids.map(|id| format!("{environment}/{id}")).collect()
    }

    fn terminal(&self, line: &str) -> Terminal {
        in_shell(&self.env(), line)
    }
}

/// A terminal with a shell that runs `line`, where `toban` is the binary; `stty` says before and after how the
/// terminal is set.
fn in_shell(env: &[(String, String)], line: &str) -> Terminal {
    let mut command = CommandBuilder::new("/bin/sh");
    command.env_clear();
    for (name, value) in env {
        command.env(name, value);
    }
    let line = line.replace("toban", crate::support::said::program());
    let both =
        format!("stty -a > \"$HOME/before\"; {line}; echo ended $?; stty -a > \"$HOME/after\"; echo all over; read _");
    command.args(["-c", &both]);
    Terminal::run(command, 120, 35)
}

/// The terminal is set as it was, and nothing is left switched on.
fn assert_restored(terminal: &Terminal, home: &Path) {
    terminal.shows("all over");
    // The first line has the size, which may have changed meanwhile.
    let read = |name: &str| {
        let said = std::fs::read_to_string(home.join(name)).expect("what stty said");
        said.lines().skip(1).map(str::to_owned).collect::<Vec<_>>()
    };
    assert_eq!(read("before"), read("after"));
    terminal.look(|screen| {
        assert!(!screen.alternate_screen() && !screen.hide_cursor() && !screen.bracketed_paste());
        assert_eq!(screen.mouse_protocol_mode(), vt100::MouseProtocolMode::None);
    });
}

fn demo(arguments: &[&str]) -> (Said, tempfile::TempDir) {
    let home = tempfile::tempdir().expect("a home");
    let mut command = Command::new(crate::support::said::program());
    command.env_clear().envs(apart(home.path())).arg("--demo").args(arguments);
    (said(&mut command), home)
}

#[test]
fn a_command_in_the_demo_ends_with_its_exit_code_and_stands_in_the_journal() {
    let target = "kajimaru/kajimaru-ec2-01";
    let (done, home) = demo(&["connect", target, "--reason", "a look", "--", "echo hi"]);
    assert_eq!((done.code, done.out.as_str()), (Some(0), "hi\n"), "{}", done.err);
    let journal = std::fs::read_to_string(home.path().join("state/demo-journal.jsonl")).expect("the journal");
    let started: Value = serde_json::from_str(journal.lines().next().expect("a line")).expect("JSON");
    assert!(started["says"].as_str().is_some_and(|message| message.contains("run a command in instance")), "{started}");
    assert_eq!(started["reason"], "a look");
    assert!(journal.contains("\"session\":\"demo-"), "{journal}");
    let (failed, _home) = demo(&["connect", target, "--", "false"]);
    assert_eq!(failed.code, Some(1), "{}", failed.err);
    let (unknown, _home) = demo(&["connect", target, "--", "nonsense"]);
    assert_eq!((unknown.code, unknown.out.as_str()), (Some(127), ""), "{}", unknown.err);
    let (task, _home) = demo(&["connect", "prooflink-prod/prooflink-prod-", "--", "echo", "here"]);
    assert_eq!(task.code, Some(0), "{}", task.err);
    assert_eq!(task.out, "here\n");
}

#[test]
fn read_only_refuses_a_session_and_opens_none() {
    let (refused, home) = demo(&["--read-only", "connect", "kajimaru/kajimaru-ec2-01", "--", "echo hi"]);
    assert_eq!((refused.code, refused.out.as_str()), (Some(3), ""));
    assert!(refused.err.contains("read-only"), "{}", refused.err);
    assert!(!home.path().join("state/demo-journal.jsonl").exists());
}

#[test]
fn an_unclear_target_lists_the_candidates() {
    let (unclear, _home) = demo(&["connect", "kajimaru/kajimaru-ec2", "--", "true"]);
    assert_eq!(unclear.code, Some(5), "{}", unclear.err);
    assert!(unclear.err.contains("kajimaru-ec2-01") && unclear.err.contains("kajimaru-ec2-02"), "{}", unclear.err);
    let (unknown, _home) = demo(&["connect", "kajimaru"]);
    assert_eq!(unknown.code, Some(2), "{}", unknown.err);
}

#[test]
fn the_console_steps_aside_for_a_shell_and_comes_back_as_it_was() {
    let home = tempfile::tempdir().expect("a home");
    let mut toban = in_shell(&apart(home.path()), "toban --demo kajimaru");
    toban.shows("kajimaru-ec2-01");
    // By its name: which panels there are, and so how many tabs it takes, changes while they are read.
    toban.keys("/^kajimaru-ec2-01$\r");
    toban.hides("kajimaru-ec2-02");
    toban.keys(":shell\r");
    toban.shows("This shell is simulated");
    toban.keys("hostname\r");
    toban.shows("]$ hostname");
    // An editor that is left in the middle: alternate screen, mouse, paste marks and a hidden cursor stay on.
    toban.keys("vim\r");
    toban.shows("A simulated editor");
    toban.keys("\r~.");
    toban.shows("The session was closed from here");
    toban.wait_screen("the console's screen", |screen| {
        screen.alternate_screen() && screen.mouse_protocol_mode() != vt100::MouseProtocolMode::None
    });
    toban.shows("kajimaru-ec2-01");
    toban.keys("?");
    toban.shows("keys and commands of this place");
    toban.keys("\u{3}");
    assert_restored(&toban, home.path());
}

#[test]
fn a_signal_during_a_shell_ends_all_with_the_terminal_restored() {
    let home = tempfile::tempdir().expect("a home");
    let line = "sh -c 'echo $$ > \"$HOME/pid\"; exec toban --demo connect kajimaru/kajimaru-ec2-01'";
    let mut toban = in_shell(&apart(home.path()), line);
    toban.shows("This shell is simulated");
    toban.keys("vim\r");
    toban.shows("A simulated editor");
    let pid = std::fs::read_to_string(home.path().join("pid")).expect("a process id");
    let killed = Command::new("kill").args(["-TERM", pid.trim()]).status().expect("kill runs");
    assert!(killed.success());
    toban.shows("ended 0");
    assert_restored(&toban, home.path());
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_real_shell_on_an_instance_by_the_gateway() {
    let context = Site::with(&["kajimaru"]).await;
    context.gateway.weather(Weather { not_ready: 1, short_headers: true, ..Weather::default() });
    let mut toban = context.terminal("toban connect kajimaru/kajimaru-ec2-01");
    tokio::task::block_in_place(|| {
        toban.shows("enter ~ . leaves");
        toban.shows("$ ");
        toban.keys("while [ \"$(stty size)\" != '35 120' ]; do :; done; echo si''zed\r");
        toban.shows("sized");
        toban.resize(100, 30);
        toban.keys("while [ \"$(stty size)\" != '30 100' ]; do :; done; echo re''sized\r");
        toban.shows("resized");
        toban.keys("cat\r");
        toban.keys("ping\r");
        toban.wait("the echo and its answer", |screen| screen.matches("ping").count() >= 2);
        toban.keys("\u{3}");
        // An interrupt also throws away what was typed and not yet read.
        toban.wait("the prompt again", |screen| screen.contains("^C") && screen.trim_end().ends_with('$'));
        toban.keys("echo al''ive; exit\r");
        toban.shows("alive");
        toban.shows("The session ended");
        toban.shows("ended 0");
        assert_restored(&toban, context.peer.home());
    });
    assert_eq!(context.gateway.calls(), ["StartSession"]);
    context.gateway.assert_clean();
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn leaving_by_the_escape_terminates_the_session() {
    let context = Site::with(&["kajimaru"]).await;
    let mut toban = context.terminal("toban connect kajimaru/kajimaru-ec2-01");
    tokio::task::block_in_place(|| {
        toban.shows("$ ");
        toban.keys("\r~.");
        toban.shows("ended 0");
        assert_restored(&toban, context.peer.home());
    });
    context.gateway.wait_for_calls("TerminateSession", 1).await;
    context.gateway.assert_clean();
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn commands_through_the_gateway_tell_streams_and_exit_codes_apart() {
    let context = Site::with(&["kajimaru"]).await;
    let done = context.run(&["connect", "kajimaru/kajimaru-ec2-01", "--", "echo out; echo oops >&2; exit 3"]);
    assert_eq!((done.code, done.out.as_str()), (Some(3), "out\n"), "{}", done.err);
    assert!(done.err.contains("oops"), "{}", done.err);
    let damaged = Weather { damages: Some(5), cuts: vec![9], swallows: 4, encrypts: true, ..Weather::default() };
    context.gateway.weather(damaged);
    let many = context.run(&["connect", "kajimaru/kajimaru-ec2-01", "--", "seq", "2000"]);
    assert_eq!(many.code, Some(0), "{}", many.err);
    assert!(many.out.lines().filter_map(|line| line.parse::<u32>().ok()).eq(1..=2000), "lines were lost");
    context.gateway.assert_clean();
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_task_tells_its_exit_code_too() {
    let context = Site::with(&["prooflink"]).await;
    let done = context.run(&["connect", "prooflink-prod/prooflink-prod", "--", "printf 'a b\\n'; exit 5"]);
    assert_eq!((done.code, done.out.as_str()), (Some(5), "a b\n"), "{}", done.err);
    assert_eq!(context.gateway.calls(), ["ExecuteCommand", "TerminateSession"]);
    context.gateway.assert_clean();
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_plugin_that_is_killed_leaves_the_terminal_as_it_was_and_no_session() {
    use std::os::unix::fs::PermissionsExt;
    let context = Site::with(&["kajimaru"]).await;
    let home = context.peer.home();
    let plugin = home.join("bin/session-manager-plugin");
    std::fs::create_dir_all(home.join("bin")).expect("a directory");
    // Says what it was given, then ruins the terminal and dies.
    let script = "#!/bin/sh\n[ \"$1\" = --version ] && { echo 1.2.677.0; exit 0; }\n\
        printf '%s\\n' \"$@\" > \"$HOME/arguments\"\n\
        printf '%s' \"$AWS_SSM_START_SESSION_RESPONSE\" > \"$HOME/response\"\n\
        printf '%s' \"$AWS_ACCESS_KEY_ID\" > \"$HOME/key\"\n\
        printf 'in the plugin\\033[?1049h\\033[?1002h\\033[?25l'\nstty -echo -icanon isig\nkill -9 $$\n";
    std::fs::write(&plugin, script).expect("a plugin");
    std::fs::set_permissions(&plugin, std::fs::Permissions::from_mode(0o755)).expect("it can be run");
    let toban = context.terminal("PATH=\"$HOME/bin:$PATH\" toban connect --plugin kajimaru/kajimaru-ec2-01");
    tokio::task::block_in_place(|| {
        toban.shows("ended 1");
        assert_restored(&toban, home);
        toban.shows("1.2.764.0 or later");
    });
    let read = |name: &str| std::fs::read_to_string(home.join(name)).expect("what the plugin was given");
    let response: Value = serde_json::from_str(&read("response")).expect("AWS's answer");
    let token = response["TokenValue"].as_str().expect("a token");
    assert!(!token.is_empty() && !read("arguments").contains(token), "the token is seen by everybody");
    let arguments = read("arguments");
    let arguments: Vec<&str> = arguments.lines().collect();
    assert_eq!(arguments[..4], ["AWS_SSM_START_SESSION_RESPONSE", "ap-northeast-1", "StartSession", ""]);
    assert_eq!(arguments[5], context.gateway.endpoint());
    assert_eq!(read("key"), gateway::KEY);
    assert_eq!(context.gateway.calls(), ["StartSession", "TerminateSession"]);
}
