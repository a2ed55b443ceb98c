//! Running a `credential_process`: one command in a process group of its own, ended as a group when it takes too long or
//! nobody wants its answer any more. What it prints are secrets: nothing of its output is kept or told but its errors.

use std::process::Stdio;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use aws_credential_types::Credentials;
use jiff::Timestamp;
use rustix::process::{Pid, Signal, kill_process_group};
use serde_json::Value;
use tokio::io::{AsyncRead, AsyncReadExt, AsyncWriteExt};
use tokio::process::Command;
use tokio::time::timeout;
use zeroize::Zeroizing;

use crate::text::mask_text;
use crate::world::{Fault, FaultKind};

/// How long it may take: a person may have to confirm on a phone.
const PATIENCE: Duration = Duration::from_secs(300);
/// How long what it printed may still be on its way once it has ended.
const DRAIN: Duration = Duration::from_millis(500);
/// More than this is no answer.
const LONGEST_ANSWER: u64 = 64 << 10;
/// Longest reason repeated, in characters.
const LONGEST_REASON: usize = 300;
const OPERATION: &str = "credential_process";

/// The process group that runs, if one does; so that it can be ended from outside.
#[derive(Clone, Debug, Default)]
pub(crate) struct Running(Arc<Mutex<Option<Pid>>>);

impl Running {
    fn set(&self, group: Option<Pid>) {
        *self.0.lock().unwrap_or_else(PoisonError::into_inner) = group;
    }

    /// Ends the group.
    pub(crate) fn end(&self) {
        if let Some(group) = self.0.lock().unwrap_or_else(PoisonError::into_inner).take() {
            // It may have ended by itself: then there is nothing to end.
            let _ = kill_process_group(group, Signal::KILL);
        }
    }
}

/// Ends the group when it goes out of scope.
struct Ending<'a>(&'a Running);

impl Drop for Ending<'_> {
    fn drop(&mut self) {
        self.0.end();
    }
}

/// Runs `command` for `profile`. With `terminal` it may ask there: then it stays in our own group, for only that one may
/// read from the terminal.
///
/// # Errors
/// It could not be run, failed, took too long, or printed something else.
pub(crate) async fn run(command: &str, profile: &str, terminal: bool, running: &Running) -> Result<Credentials, Fault> {
    let broken = |why: String| Fault::new(FaultKind::Credentials, OPERATION, why).on(format!("profile {profile}"));
    let mut child =
        shell(command, terminal).spawn().map_err(|error| broken(format!("it could not be started: {error}")))?;
    if !terminal {
        let group = child.id().and_then(|id| i32::try_from(id).ok()).and_then(Pid::from_raw);
        running.set(group);
    }
    let _ending = Ending(running);
    let leash = child.stdin.take();
    let (out, err) = (child.stdout.take(), child.stderr.take());
    let (said, complaint) = (Said::default(), Said::default());
    let reading = [tokio::spawn(read(out, said.clone())), tokio::spawn(read(err, complaint.clone()))];
    let status = match timeout(PATIENCE, child.wait()).await {
        Ok(status) => status.map_err(|error| broken(format!("it could not be waited for: {error}")))?,
        Err(_) => return Err(broken(format!("it did not end within {} s and was ended", PATIENCE.as_secs()))),
    };
    // What it started may go on, as an agent does, and hold the pipes open.
    running.set(None);
    if let Some(mut leash) = leash {
        // Where nobody holds the other end there is nothing to let go of.
        let _ = leash.write_all(b"\n").await;
    }
    let _ = timeout(DRAIN, futures_util::future::join_all(reading)).await;
    let (out, err) = (said.take(), complaint.take());
    if !status.success() {
        let code = status.code().map_or_else(|| "by a signal".to_owned(), |code| format!("with {code}"));
        let said = reason(&err);
        return Err(broken(if said.is_empty() {
            format!("it ended {code}")
        } else {
            format!("it ended {code}: {said}")
        }));
    }
    answer(&out).map_err(|why| broken(why.to_owned()))
}

/// Runs a command without a terminal on a leash: standard input is ours, and what reads it ends the whole group when we
/// are gone without a word, killed as well as not. A line lets go of the group.
const LEASHED: &str = "exec 3<&0 </dev/null; { read -r _ <&3 || kill -KILL 0; } >/dev/null 2>&1 & \
                       exec 3<&-; exec sh -c \"$1\"";

/// The command, not yet run.
fn shell(command: &str, terminal: bool) -> Command {
    let mut shell = Command::new("sh");
    shell.stdout(Stdio::piped()).stderr(Stdio::piped()).kill_on_drop(true);
    if terminal {
        shell.args(["-c", command]).stdin(Stdio::inherit());
    } else {
        shell.args(["-c", LEASHED, "toban", command]).stdin(Stdio::piped()).process_group(0);
    }
    shell
}

/// What came out of a pipe so far.
#[derive(Clone, Default)]
struct Said(Arc<Mutex<Zeroizing<Vec<u8>>>>);

impl Said {
    fn add(&self, bytes: &[u8]) {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).extend_from_slice(bytes);
    }

    fn take(&self) -> Zeroizing<Vec<u8>> {
        std::mem::take(&mut *self.0.lock().unwrap_or_else(PoisonError::into_inner))
    }
}

async fn read(pipe: Option<impl AsyncRead + Unpin>, said: Said) {
    let Some(pipe) = pipe else { return };
    let mut pipe = pipe.take(LONGEST_ANSWER);
    let mut piece = Zeroizing::new([0; 4096]);
    // A pipe that breaks has said what it said.
    while let Ok(count @ 1..) = pipe.read(piece.as_mut_slice()).await {
        said.add(piece.get(..count).unwrap_or_default());
    }
}

/// What it said was wrong, in a line without secrets.
fn reason(said: &[u8]) -> String {
    let said = String::from_utf8_lossy(said);
    let lines: Vec<&str> = said.lines().map(str::trim).filter(|line| !line.is_empty()).collect();
    let text = mask_text(&lines.join(" ")).chars().take(LONGEST_REASON).collect::<String>();
    crate::text::harmless(&text).into_owned()
}

/// The credentials it printed.
fn answer(said: &[u8]) -> Result<Credentials, &'static str> {
    let value: Value = serde_json::from_slice(said).map_err(|_| "it did not print JSON")?;
    let fields = value.as_object().ok_or("it did not print a JSON object")?;
    let field = |name: &str| fields.iter().find(|(key, _)| key.eq_ignore_ascii_case(name)).map(|(_, value)| value);
    let text = |name| field(name).and_then(Value::as_str).filter(|text| !text.is_empty());
    if field("Version").and_then(Value::as_i64) != Some(1) {
        return Err("what it printed has no \"Version\": 1");
    }
    let id = text("AccessKeyId").ok_or("what it printed has no AccessKeyId")?;
    let secret = text("SecretAccessKey").ok_or("what it printed has no SecretAccessKey")?;
    let token = text("SessionToken").map(str::to_owned);
    let end = match text("Expiration") {
        Some(text) => Some(text.parse::<Timestamp>().map_err(|_| "the Expiration it printed is no time")?),
        None => None,
    };
    Ok(Credentials::new(id, secret, token, end.map(Into::into), "credential_process"))
}

#[cfg(test)]
mod tests {
    use rstest::rstest;
    use rustix::process::{Pid, Signal, kill_process, test_kill_process};

    use super::{Running, answer, run, shell};
    use crate::world::FaultKind;

    const GOOD: &str = r#"{"Version":1,"AccessKeyId":"AKID","SecretAccessKey":"hush","SessionToken":"T","Expiration":"2030-01-31T12:00:00+00:00"}"#;

    #[tokio::test]
    async fn its_answer_becomes_credentials() {
        let command = format!("echo '{GOOD}'");
        let keys = run(&command, "p", false, &Running::default()).await.expect("credentials");
        assert_eq!((keys.access_key_id(), keys.session_token()), ("AKID", Some("T")));
        assert!(keys.expiry().is_some());
    }

    #[tokio::test]
    async fn its_failure_is_told_without_its_command() {
        let fault = run("echo 'no such user' >&2; exit 3 # --password hush", "p", false, &Running::default()).await;
        let fault = fault.expect_err("it failed");
        assert_eq!(fault.kind, FaultKind::Credentials);
        assert_eq!(fault.message, "it ended with 3: no such user");
        assert!(!fault.sentence().contains("hush"));
    }

    #[tokio::test]
    async fn what_it_started_does_not_hold_up_its_answer() {
        let dir = tempfile::tempdir().expect("a directory");
        let file = dir.path().join("pid");
        let command = format!("sleep 600 & echo $! > {}; echo '{GOOD}'", file.display());
        assert!(run(&command, "p", false, &Running::default()).await.is_ok());
        let pid = std::fs::read_to_string(&file).expect("written").trim().parse().ok().and_then(Pid::from_raw);
        assert!(kill_process(pid.expect("a number"), Signal::KILL).is_ok(), "an agent may go on");
    }

    #[tokio::test]
    async fn who_does_not_want_the_answer_any_more_ends_all_that_it_started() {
        let dir = tempfile::tempdir().expect("a directory");
        let file = dir.path().join("pid");
        let command = format!("sleep 600 & echo $! > {}; wait", file.display());
        let running = Running::default();
        let (task, at) = (running.clone(), file.clone());
        let task = tokio::spawn(async move { run(&command, "p", false, &task).await.is_ok() });
        let pid = until(|| std::fs::read_to_string(&at).ok()?.trim().parse().ok().and_then(Pid::from_raw)).await;
        task.abort();
        // Whoever adopts the orphan may take a moment to bury it.
        until(|| (!is_alive(pid)).then_some(())).await;
        assert!(running.0.lock().expect("whole").is_none());
    }

    #[tokio::test]
    async fn who_is_killed_takes_all_that_was_started_along() {
        let dir = tempfile::tempdir().expect("a directory");
        let file = dir.path().join("pid");
        let command = format!("sleep 600 & echo $! > {}; wait", file.display());
        let mut child = shell(&command, false).spawn().expect("it runs");
        let pid = until(|| std::fs::read_to_string(&file).ok()?.trim().parse().ok().and_then(Pid::from_raw)).await;
        // What the system does with the pipe of a process that is gone.
        drop(child.stdin.take());
        until(|| (!is_alive(pid)).then_some(())).await;
        assert!(!child.wait().await.expect("its end").success());
    }

    async fn until<T>(mut what: impl FnMut() -> Option<T>) -> T {
        loop {
            if let Some(got) = what() {
                return got;
            }
            tokio::task::yield_now().await;
        }
    }

    fn is_alive(pid: Pid) -> bool {
        let state = std::fs::read_to_string(format!("/proc/{}/stat", pid.as_raw_nonzero()));
        let dead = |state: String| state.rsplit_once(") ").is_some_and(|(_, rest)| rest.starts_with(['Z', 'X']));
        if cfg!(target_os = "linux") { state.is_ok_and(|state| !dead(state)) } else { test_kill_process(pid).is_ok() }
    }

    #[rstest]
    #[case("", "it did not print JSON")]
    #[case("[1]", "it did not print a JSON object")]
    #[case(r#"{"Version":2}"#, "what it printed has no \"Version\": 1")]
    #[case(r#"{"Version":1,"AccessKeyId":"A"}"#, "what it printed has no SecretAccessKey")]
    #[case(
        r#"{"version":1,"accesskeyid":"A","SECRETACCESSKEY":"S","Expiration":"soon"}"#,
        "the Expiration it printed is no time"
    )]
    fn another_answer_is_refused(#[case] said: &str, #[case] why: &str) {
        assert_eq!(answer(said.as_bytes()).err(), Some(why));
    }
}
