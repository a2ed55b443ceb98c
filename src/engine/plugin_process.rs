//! Running the session-manager-plugin on this terminal. We hold the terminal's state: raw before, as it was after,
//! whatever becomes of the plugin. In raw mode ctrl-C is a byte that it passes on, so no signal hits us both.

use std::io::{self, IsTerminal};
use std::process::Stdio;
use std::time::Duration;

use tokio::process::Command;

use super::session_terminal::Handed;
use crate::ssm::channel::End;
use crate::ssm::plugin::{PROGRAM, Plugged, warning};
use crate::ssm::terminate_guard::Guard;

/// How long the plugin may take to say its version.
const VERSION: Duration = Duration::from_secs(5);

/// What is to be said about the plugin that is here; `None` if it is new enough.
///
/// # Errors
/// When there is none.
pub async fn look() -> Result<Option<String>, String> {
    let said = Command::new(PROGRAM).arg("--version").stdin(Stdio::null()).kill_on_drop(true).output();
    match tokio::time::timeout(VERSION, said).await {
        Ok(Ok(said)) => Ok(warning(&String::from_utf8_lossy(&said.stdout))),
        Ok(Err(fault)) => Err(format!("{PROGRAM} could not be started: {fault}; install it, or leave --plugin out")),
        Err(_) => Ok(Some(format!("{PROGRAM} does not say its version"))),
    }
}

/// Runs it until it ends or `stop` comes. The session is ended remotely in every case.
pub async fn run(plugged: Plugged, stop: impl Future<Output = ()>) -> End {
    let Plugged { id, arguments, environment, source } = plugged;
    let mut guard = Guard::new(source, id);
    let end = hold_clock(arguments, environment, stop).await;
    guard.end().await;
    end.unwrap_or_else(|fault| End::Broken(format!("{PROGRAM} could not be run: {fault}")))
}

async fn hold_clock(
    arguments: Vec<String>,
    environment: Vec<(&'static str, crate::ssm::start_request::Token)>,
    stop: impl Future<Output = ()>,
) -> io::Result<End> {
    let mut command = Command::new(PROGRAM);
    command.args(arguments).kill_on_drop(true);
    for (name, value) in &environment {
        command.env(name, value.reveal());
    }
    let handed = if io::stdin().is_terminal() { Some(Handed::take()?) } else { None };
    let mut child = command.spawn()?;
    let end = tokio::select! {
        status = child.wait() => match status? {
            status if status.success() => End::Closed(String::new()),
            status => End::Broken(format!("{PROGRAM} ended with {status}")),
        },
        () = stop => {
            child.kill().await?;
            End::Left
        }
    };
    drop(handed);
    Ok(end)
}
