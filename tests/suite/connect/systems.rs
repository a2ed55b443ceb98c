//! Every instance, service and database of the customers' systems, reached through the gateway: by command, and by key
//! in one console. The municipal system's production is in another account, behind an assumed role.

use std::io::{Read, Write};
use std::net::{SocketAddr, TcpStream};

use serde_json::Value;

use super::tunnels::database;
use super::{Site, assert_restored, gateway};
use crate::terminal::Terminal;

pub(crate) const ALL: [&str; 4] = ["kajimaru", "prooflink", "backend", "city"];

/// `ENVIRONMENT/NAME` of all in these lists of `status`.
fn names(context: &Site, lists: &[(&str, &str)]) -> Vec<(String, String)> {
    let status = context.run(&["status", "--json"]);
    let document: Value = serde_json::from_str(&status.out).expect("JSON");
    let mut all = Vec::new();
    for environment in document["environments"].as_array().into_iter().flatten() {
        for (list, key) in lists {
            for one in environment[*list].as_array().into_iter().flatten() {
                let text = |value: &Value| value.as_str().expect("a name").to_owned();
                all.push((text(&environment["name"]), text(&one[*key])));
            }
        }
    }
    all
}

/// How many of them are in each environment, in the order of names.
fn counted(all: &[(String, String)]) -> Vec<(&str, usize)> {
    let mut counts = std::collections::BTreeMap::new();
    for (environment, _) in all {
        *counts.entry(environment.as_str()).or_default() += 1;
    }
    counts.into_iter().collect()
}

const INSIDES: [(&str, &str); 2] = [("instances", "name"), ("services", "name")];
const EACH: [(&str, usize); 7] = [
    ("backend-dev", 1),
    ("backend-prod", 1),
    ("city-poc", 2),
    ("city-prod", 2),
    ("kajimaru", 2),
    ("prooflink-dev", 1),
    ("prooflink-prod", 1),
];

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn every_instance_and_service_is_entered_by_command() {
    let context = Site::with(&ALL).await;
    let all = names(&context, &INSIDES);
    assert_eq!(counted(&all), EACH);
    let mut openers = Vec::new();
    for (environment, name) in &all {
        let done = context.run(&["connect", &format!("{environment}/{name}"), "--", "echo here; exit 4"]);
        assert_eq!((done.code, done.out.as_str()), (Some(4), "here\n"), "{environment}/{name}: {}", done.err);
        openers.push((environment == "city-prod", context.gateway.openers().last().cloned().expect("a caller")));
    }
    assert_eq!(context.gateway.openers().len(), all.len());
    for (elsewhere, key) in openers {
        assert_eq!(key != gateway::KEY, elsewhere, "the other account is entered by the role's keys, and only that");
    }
    context.gateway.assert_clean();
}

/// Puts the console's cursor on the row called `name` of an environment.
fn find(toban: &mut Terminal, environment: &str, name: &str) {
    toban.keys(&format!(":env {environment}\r"));
    toban.wait(environment, |screen| screen.lines().next().is_some_and(|line| line.contains(environment)));
    toban.keys(&format!("/^{name}$\r"));
    toban.wait("the filter", |screen| screen.contains(&format!("/^{name}$")) && screen.contains(name));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn every_instance_service_and_database_is_reached_by_key() {
    let context = Site::with(&ALL).await;
    context.gateway.databases(database());
    let insides = names(&context, &INSIDES);
    let databases = names(&context, &[("databases", "id")]);
    assert_eq!((counted(&insides), databases.len()), (EACH.to_vec(), 7));
    let mut toban = context.terminal("toban");
    tokio::task::block_in_place(|| {
        for name in EACH.map(|(name, _)| name) {
            toban.shows(name);
        }
        for (count, (environment, name)) in insides.iter().enumerate() {
            find(&mut toban, environment, name);
            toban.keys("s");
            toban.wait_screen(&format!("a shell in {environment}/{name}"), |screen| {
                !screen.alternate_screen() && screen.contents().trim_end().ends_with(['$', '#'])
            });
            // Where an editor of theirs would leave things: on, all of it.
            toban.keys(&format!("printf '\\033[?1049h\\033[?1002h\\033[?25l'; echo in''side {count}\r"));
            toban.shows(&format!("inside {count}"));
            toban.keys("exit\r");
            toban.shows("The session ended");
        }
        for (environment, name) in &databases {
            find(&mut toban, environment, name);
            toban.keys("F");
            let shown = toban.wait(&format!("a tunnel to {environment}/{name}"), |screen| {
                screen.lines().any(|line| line.contains(name.as_str()) && line.contains(" open "))
            });
            let line = shown.lines().find(|line| line.contains(name.as_str()) && line.contains(" open "));
            let address = line.and_then(|line| line.split_whitespace().find(|word| word.starts_with("127.0.0.1:")));
            let address: SocketAddr = address.expect("an address").parse().expect("an address");
            let mut socket = TcpStream::connect(address).expect("it listens");
            socket.write_all(b"hello\n").expect("it takes bytes");
            let mut got = [0; 6];
            socket.read_exact(&mut got).expect("an answer");
            assert_eq!(&got, b"HELLO\n", "{environment}/{name}");
        }
        toban.keys("\u{3}");
        toban.shows("press again to quit");
        toban.keys("\u{3}");
        assert_restored(&toban, context.peer.home());
    });
    assert_eq!(context.gateway.reached().len(), databases.len());
    let foreign = context.gateway.openers().iter().filter(|key| *key != gateway::KEY).count();
    assert_eq!(foreign, 3, "two services and a database of the other account, by the role's keys");
    context.gateway.wait_for_calls("TerminateSession", databases.len()).await;
    context.gateway.assert_clean();
}
