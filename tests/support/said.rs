//! What a run of the binary said, and a binary with a home of its own to run without any peer.
//! Never asserts anything itself.
use std::path::Path;
use std::process::{Command, Output};

/// What a run said, and how it ended.
pub(crate) struct Said {
    /// Its exit code; `None` if a signal ended it.
    pub(crate) code: Option<i32>,
    /// Its standard output.
    pub(crate) out: String,
    /// Its standard error.
    pub(crate) err: String,
}

/// What a run that is over said.
pub(crate) fn said(output: Output) -> Said {
    let text = |bytes| String::from_utf8(bytes).expect("UTF-8");
    Said { code: output.status.code(), out: text(output.stdout), err: text(output.stderr) }
}

/// The binary, with a home of its own and nothing of the developer's settings.
pub(crate) fn toban(home: &Path, arguments: &[&str]) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_toban"));
    command.env_clear().args(arguments);
    command.env("HOME", home).env("AWS_EC2_METADATA_DISABLED", "true").env("LANG", "C.UTF-8").env("TZ", "Asia/Tokyo");
    command
}
