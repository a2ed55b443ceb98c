//! A signal while AWS is still opening a session: whoever asked is gone, and nothing stays open behind it. Each way in
//! that there is, with each signal that ends a program.

use std::process::{Command, Stdio};

use rstest::rstest;

use super::{Site, assert_restored};
use crate::gateway::Weather;
use crate::support::said::{ended, program};

const INSTANCE: &str = "kajimaru/kajimaru-ec2-01";

async fn silent() -> Site {
    let context = Site::with(&["kajimaru"]).await;
    context.gateway.weather(Weather { keeps_silent: true, ..Weather::default() });
    context
}

fn kill(signal: &str, pid: &str) {
    assert!(Command::new("kill").args([&format!("-{signal}"), pid]).status().expect("kill runs").success());
}

#[rstest]
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_command_that_is_left_ends_the_session_that_aws_opens_meanwhile(
    #[values(&["connect", INSTANCE, "--", "true"][..], &["tunnel", INSTANCE, "--to", "80"])] arguments: &[&str],
    #[values("INT", "TERM", "HUP")] signal: &str,
) {
    let context = silent().await;
    let mut command = Command::new(program());
    command.env_clear().envs(context.env()).args(arguments);
    command.stdin(Stdio::null()).stdout(Stdio::piped()).stderr(Stdio::piped());
    let child = command.spawn().expect("toban runs");
    context.gateway.wait_for_calls("StartSession", 1).await;
    kill(signal, &child.id().to_string());
    let said = tokio::task::block_in_place(|| ended(child));
    context.gateway.wait_for_calls("TerminateSession", 1).await;
    assert_eq!(context.gateway.calls().iter().filter(|call| *call == "StartSession").count(), 1, "{}", said.err);
    assert!(said.err.contains("was found and ended"), "{:?}: {}", said.code, said.err);
}

#[rstest]
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_shell_that_is_left_ends_the_session_that_aws_opens_meanwhile(
    #[values("toban connect kajimaru/kajimaru-ec2-01", "toban kajimaru")] line: &str,
    #[values("INT", "TERM", "HUP")] signal: &str,
) {
    let context = silent().await;
    let mut toban = context.terminal(&format!("sh -c 'echo $$ > \"$HOME/pid\"; exec {line}'"));
    if line == "toban kajimaru" {
        tokio::task::block_in_place(|| {
            toban.shows("kajimaru-ec2-02");
            toban.keys("/^kajimaru-ec2-01$\r");
            toban.hides("kajimaru-ec2-02");
            toban.keys("s");
        });
    }
    context.gateway.wait_for_calls("StartSession", 1).await;
    let pid = std::fs::read_to_string(context.peer.home().join("pid")).expect("a process id");
    kill(signal, pid.trim());
    context.gateway.wait_for_calls("TerminateSession", 1).await;
    tokio::task::block_in_place(|| {
        if line == "toban kajimaru" && signal == "INT" {
            // An interrupt gives up what is being opened, and the console stays.
            toban.shows("was found and ended");
            toban.keys("\u{3}");
        }
        assert_restored(&toban, context.peer.home());
    });
    context.gateway.assert_clean();
}
