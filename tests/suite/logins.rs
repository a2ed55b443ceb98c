//! Logging in: whatever a login starts is gone once toban is, however that ends. Every process that it starts carries a mark
//! in its environment, by which they are counted after each case.
#![cfg(target_os = "linux")]
#![expect(clippy::expect_used, reason = "a test whose program does not run must fail at once")]

use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

use rstest::rstest;

use crate::support::peer::Peer;
use crate::support::said::{Said, ended, said};
use crate::terminal::{Terminal, console};

/// Nothing here takes this long unless it hangs.
const PATIENCE: Duration = Duration::from_secs(60);
const KEYS: &str = r#"{"Version":1,"AccessKeyId":"AKIATOBANTESTPEER000","SecretAccessKey":"peer-secret-of-nobody"}"#;
const MARK: &str = "LOGIN_TEST_MARK";

/// A home whose only credentials are those of `config`'s profile `p`, over a peer.
struct Home {
    peer: Peer,
}

impl Home {
    /// `config` may name `@` for the home's folder. `keys.sh` is what a `credential_process` runs, `aws` what a login does.
    fn new(config: &str, process: &str) -> Self {
        let peer = Peer::with(&["prooflink"]);
        let home = Self { peer };
        let write = |name: &str, text: &str| std::fs::write(home.path(name), text).expect("written");
        std::fs::create_dir_all(home.path(".aws")).expect("made");
        std::fs::create_dir_all(home.path("bin")).expect("made");
        let folder = home.path("").display().to_string();
        write(".aws/config", &config.replace('@', folder.trim_end_matches('/')));
        let begun = format!("echo $$ >> {}\n", home.path("runs").display());
        write("keys.sh", &format!("{begun}{process}\n"));
        write("bin/aws", &format!("#!/bin/sh\n{begun}sleep 600 & sh -c 'sleep 600 & wait' & wait\n"));
        let made = Command::new("chmod").arg("+x").arg(home.path("bin/aws")).status();
        assert!(made.is_ok_and(|made| made.success()));
        home
    }

    fn path(&self, name: &str) -> PathBuf {
        self.peer.home().join(name)
    }

    /// The environment of a program that has nothing but the profile.
    fn env(&self) -> Vec<(String, String)> {
        let own = ["AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY"];
        let mut env: Vec<_> = self.peer.env().into_iter().filter(|(name, _)| !own.contains(&name.as_str())).collect();
        let path = format!("{}:{}", self.path("bin").display(), std::env::var("PATH").unwrap_or_default());
        let more = [("AWS_PROFILE", "p".to_owned()), ("PATH", path), (MARK, self.mark())];
        env.extend(more.map(|(name, value)| (name.to_owned(), value)));
        env
    }

    fn mark(&self) -> String {
        self.peer.endpoint().to_owned()
    }

    fn toban(&self, arguments: &[&str]) -> Command {
        let mut command = self.peer.toban();
        command.env_clear().envs(self.env()).args(arguments);
        command
    }

    /// How often something was run.
    fn runs(&self) -> usize {
        std::fs::read_to_string(self.path("runs")).unwrap_or_default().lines().count()
    }

    /// Waits until something runs.
    fn waits(&self) {
        until("the login to run", || self.runs() > 0 && marked(&self.mark()).len() > 2);
    }

    /// Nothing that was started is left, toban itself included.
    fn nothing_is_left(&self) {
        until("all that was started to be gone", || marked(&self.mark()).is_empty());
    }
}

/// The command lines of the processes that carry the mark.
fn marked(mark: &str) -> Vec<String> {
    let wanted = format!("{MARK}={mark}");
    let carries = |path: &Path| {
        let environment = std::fs::read(path.join("environ")).unwrap_or_default();
        environment.split(|byte| *byte == 0).any(|one| one == wanted.as_bytes())
    };
    let all = std::fs::read_dir("/proc").expect("the processes").flatten().map(|one| one.path());
    let line = |path: PathBuf| std::fs::read_to_string(path.join("cmdline")).unwrap_or_default().replace('\0', " ");
    all.filter(|path| carries(path)).map(line).collect()
}

fn until(what: &str, good: impl Fn() -> bool) {
    let end = Instant::now() + PATIENCE;
    while !good() {
        assert!(Instant::now() < end, "waited for {what} in vain");
        std::thread::yield_now();
    }
}

const PROCESS: &str = "[profile p]\nregion = ap-northeast-1\ncredential_process = sh @/keys.sh\n";
const ROLE: &str = "[profile base]\ncredential_process = sh @/keys.sh\n[profile p]\nregion = ap-northeast-1\n\
    source_profile = base\nrole_arn = arn:aws:iam::210987654321:role/toban\n";
const MFA: &str = "[profile base]\ncredential_process = sh @/keys.sh\n[profile p]\nregion = ap-northeast-1\n\
    source_profile = base\nrole_arn = arn:aws:iam::210987654321:role/toban\nmfa_serial = arn:aws:iam::123456789012:mfa/yuki\n";
const SSO: &str = "[sso-session s]\nsso_start_url = https://example.awsapps.com/start\nsso_region = ap-northeast-1\n\
    [profile p]\nregion = ap-northeast-1\nsso_session = s\nsso_account_id = 123456789012\nsso_role_name = r\n";
const LOGIN: &str = "[profile p]\nregion = ap-northeast-1\nlogin_session = arn:aws:iam::123456789012:user/yuki\n";

/// Each login that ends by itself: how, how often its command ran, and what is said.
#[rstest]
#[case::answers(PROCESS, true, (0, 1), "")]
#[case::answers_for_a_role(ROLE, true, (0, 1), "")]
#[case::fails(PROCESS, false, (4, 1), "no card in the reader")]
#[case::wants_a_code(MFA, true, (4, 1), "mfa/yuki")]
#[case::identity_center(SSO, true, (4, 0), "aws sso login --profile p")]
#[case::aws_login(LOGIN, true, (4, 0), "aws login --profile p")]
fn nothing_is_left_of_a_login_that_ends(
    #[case] config: &str,
    #[case] works: bool,
    #[case] (code, runs): (i32, usize),
    #[case] says: &str,
) {
    let process = if works { format!("echo '{KEYS}'") } else { "echo 'no card in the reader' >&2; exit 1".to_owned() };
    let home = Home::new(config, &process);
    let Said { code: ended, out, err } = said(&mut home.toban(&["status"]));
    home.nothing_is_left();
    let all = format!("{out}{err}");
    let well = if code == 0 { ended.is_some_and(|code| [0, 10, 20].contains(&code)) } else { ended == Some(code) };
    assert!(well && all.contains(says), "{ended:?}: {all}");
    assert!(home.runs() <= runs, "it ran {} times", home.runs());
}

#[rstest]
fn nothing_is_left_of_a_process_that_waits(#[values("INT", "TERM", "HUP", "KILL")] signal: &str) {
    let home = Home::new(PROCESS, "sleep 600 & sh -c 'sleep 600 & wait' & wait");
    let child = home.toban(&["status"]).stdin(Stdio::null()).stdout(Stdio::piped()).stderr(Stdio::piped()).spawn();
    let child = child.expect("toban runs");
    home.waits();
    let sent = Command::new("kill").args([&format!("-{signal}"), &child.id().to_string()]).status();
    assert!(sent.is_ok_and(|sent| sent.success()));
    let said = ended(child);
    home.nothing_is_left();
    assert_eq!(home.runs(), 1, "{}", said.err);
}

#[rstest]
fn nothing_is_left_of_a_process_that_waits_beside_the_console(#[values("TERM", "HUP")] signal: &str) {
    let home = Home::new(PROCESS, "sleep 600 & sh -c 'sleep 600 & wait' & wait");
    let mut toban = Terminal::run(console(&home.env(), &[]), 120, 30);
    toban.shows("waiting for credential_process");
    home.waits();
    toban.signal(signal);
    assert!(toban.exits().success());
    home.nothing_is_left();
    assert_eq!(home.runs(), 1);
}

/// The console lends its terminal to the login: ctrl-c is the login's, and who ends toban ends both.
#[rstest]
#[case::identity_center(SSO, "TERM")]
#[case::aws_login(LOGIN, "HUP")]
fn nothing_is_left_of_a_login_in_the_terminal(#[case] config: &str, #[case] signal: &str) {
    let home = Home::new(config, "exit 1");
    let mut toban = Terminal::run(console(&home.env(), &[]), 120, 30);
    toban.shows(":login");
    toban.keys(":login\r");
    home.waits();
    toban.signal(signal);
    assert!(toban.exits().success());
    home.nothing_is_left();
    assert_eq!(home.runs(), 1);
}
