//! What a run of the binary said, and a binary with a home of its own to run without any peer.
//! Never asserts anything itself but that a run comes to an end.
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::sync::OnceLock;
use std::sync::mpsc::channel;
use std::time::Duration;

/// How long a run may take before it is taken for one that never ends; far above what the slowest takes on a busy machine.
const LIMIT: Duration = Duration::from_secs(300);

/// The program that is tried: the one that was built with these tests, or, to try another build of it by the same tests,
/// the one that `TOBAN_TEST_PROGRAM` names.
pub(crate) fn program() -> &'static str {
    static PROGRAM: OnceLock<String> = OnceLock::new();
    let named = || std::env::var("TOBAN_TEST_PROGRAM").unwrap_or_else(|_| env!("CARGO_BIN_EXE_toban").to_owned());
    PROGRAM.get_or_init(named)
}

/// What a run said, and how it ended.
pub(crate) struct Said {
    /// Its exit code; `None` if a signal ended it.
    pub(crate) code: Option<i32>,
    /// Its standard output.
    pub(crate) out: String,
    /// Its standard error.
    pub(crate) err: String,
}

/// Runs it to its end without any input.
pub(crate) fn said(command: &mut Command) -> Said {
    let child = command.stdin(Stdio::null()).stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().expect("toban runs");
    ended(child)
}

/// Waits for the end of a run; one that does not end is killed, and what it said until then is told.
pub(crate) fn ended(run: Child) -> Said {
    let id = run.id().to_string();
    let (tell, told) = channel();
    std::thread::spawn(move || tell.send(run.wait_with_output()));
    let (output, over) = match told.recv_timeout(LIMIT) {
        Ok(output) => (output, true),
        Err(_) => {
            let killed = Command::new("kill").args(["-KILL", &id]).status();
            assert!(killed.is_ok_and(|killed| killed.success()), "a run does not end and cannot be killed");
            (told.recv().expect("it is over"), false)
        }
    };
    let output = output.expect("what it said can be read");
    let text = |bytes| String::from_utf8(bytes).expect("UTF-8");
    let said = Said { code: output.status.code(), out: text(output.stdout), err: text(output.stderr) };
    assert!(over, "a run had not ended after {LIMIT:?}; it said: {}{}", said.out, said.err);
    said
}

/// The binary, with a home of its own and nothing of the developer's settings.
pub(crate) fn toban(home: &Path, arguments: &[&str]) -> Command {
    let mut command = Command::new(program());
    command.env_clear().args(arguments);
    command.env("HOME", home).env("AWS_EC2_METADATA_DISABLED", "true").env("LANG", "C.UTF-8").env("TZ", "Asia/Tokyo");
    command
}
