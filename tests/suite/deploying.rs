//! Deployments as people and scripts do them: the built binary by command and by key, against the peer's systems and
//! in the demo, with what goes wrong in between; and the engine in a time of its own where a rollout takes long.
#![expect(
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    reason = "a test whose program does not run must fail at once"
)]

mod commands;
mod keys;
mod leaving;
mod releases;
mod rollouts;
mod strategies;
mod strategies_seen;
mod weather;

use crate::support::peer::{PROD_ROLE, Peer};
use crate::support::said::{Said, said};
use serde_json::Value;

/// Runs against the peer and gives what was said; the code must be `code`.
fn at(peer: &Peer, arguments: &[&str], code: i32) -> Said {
    let said = said(peer.toban().args(arguments));
    assert_eq!(said.code, Some(code), "{arguments:?}: {}{}", said.out, said.err);
    said
}

/// Runs over the simulated account, three hundred times as fast as the clock, in a home of its own.
fn demo(arguments: &[&str]) -> Said {
    demo_at("300", arguments)
}

/// The same, so many times as fast as the clock.
fn demo_at(speed: &str, arguments: &[&str]) -> Said {
    let home = tempfile::TempDir::new().expect("a home");
    let mut command = std::process::Command::new(crate::support::said::program());
    command.env_clear().env("HOME", home.path()).env("TZ", "Asia/Tokyo").args(["--demo", "--demo-speed", speed]);
    said(command.args(arguments))
}

/// The parameters of each call of `operation` so far.
fn sent(peer: &Peer, operation: &str) -> Vec<Value> {
    peer.calls()
        .into_iter()
        .filter(|call| call["operation"] == operation)
        .map(|call| call.get("params").cloned().unwrap_or_default())
        .collect()
}

/// A peer with these systems, and a configuration that says how kajimaru is deployed and where city's production is.
fn context(systems: &[&str]) -> Peer {
    let peer = Peer::with(systems);
    let directory = peer.home().join(".config/toban");
    std::fs::create_dir_all(&directory).expect("a directory");
    let recipe = r#"
[[source]]

[environment.kajimaru.deploy]
kind = "compose"
directory = "/home/ssm-user/kajimaru"
file = "docker-compose.prod.yml"
health = { path = "/health", host = "kajimaru.example.jp" }
reference = "main"
migrate = "docker compose run --rm web python manage.py migrate"
"#;
    let role = format!("[[source]]\nrole_arn = \"{PROD_ROLE}\"\n");
    let sources = if systems.contains(&"city") { role } else { String::new() };
    std::fs::write(directory.join("config.toml"), format!("{recipe}{sources}")).expect("a configuration");
    peer.forget_calls();
    peer
}

/// The lines of the peer's journal.
fn journal(peer: &Peer) -> Vec<Value> {
    let text = std::fs::read_to_string(peer.home().join("state/journal.jsonl")).expect("a journal");
    text.lines().map(|line| serde_json::from_str(line).expect("a line of JSON")).collect()
}
