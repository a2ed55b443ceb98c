//! A release of several services that fails half way, over the peer: what stands where, and how what is done is taken
//! back, by a flag, by an answer on a terminal and by a key of the console; each journaled, watched, safe to do twice.

use serde_json::{Value, json};

use super::{at, context, journal, sent};
use crate::support::peer::Peer;
use crate::terminal::{Terminal, console};

const FRONT: &str = "city-poc/city-poc-frontend";
const BACK: &str = "city-poc/city-poc-backend";
const RELEASE: [&str; 5] = ["deploy", FRONT, BACK, "--tag", "v2"];

/// A peer that does not take the second service anywhere.
fn failing() -> Peer {
    let peer = context(&["city"]);
    let error = json!({ "code": "AccessDeniedException", "status": 400, "message": "not this one" });
    let denied = json!({ "service": "ecs", "operation": "UpdateService",
        "match": { "service": "backend" }, "error": error });
    peer.script(&denied);
    peer
}

/// Which revision each service was told to go to, in order.
fn told(peer: &Peer) -> Vec<String> {
    let of = |call: &Value, field: &str| call[field].as_str().unwrap_or_default().rsplit('/').next().map(str::to_owned);
    let both = |call: &Value| of(call, "taskDefinition").unwrap_or_default();
    sent(peer, "UpdateService").iter().map(both).collect()
}

/// The messages of procedures that the journal says are over, in order.
fn over(peer: &Peer) -> Vec<String> {
    let lines = journal(peer);
    let of = |line: &Value| {
        let begun = lines.iter().find(|one| one["id"] == line["id"] && one["phase"] == "started");
        begun.and_then(|one| one["says"].as_str()).unwrap_or_default().to_owned()
    };
    lines.iter().filter(|line| line["phase"] == "ended").map(of).filter(|one| one.contains("release")).collect()
}

#[test]
fn without_a_terminal_a_flag_takes_back_what_is_done_and_json_says_what_stands_where() {
    let peer = failing();
    let named = at(&peer, &[&RELEASE[..], &["--yes", "--json"]].concat(), 6);
    let document: Value = serde_json::from_str(&named.out).expect("one document");
    let parts = document["parts"].as_array().expect("parts").clone();
    let of =
        |at: usize| (parts[at]["name"].clone(), parts[at]["state"].clone(), parts[at]["take_back"]["command"].clone());
    assert_eq!(of(0), (FRONT.into(), "done".into(), format!("toban deploy {FRONT} --revision 1").into()));
    assert_eq!(of(1), (BACK.into(), "incomplete".into(), format!("toban deploy {BACK} --revision 1").into()));
    assert_eq!(document["taken_back"], Value::Null, "nobody agreed to it");
    assert!(named.err.contains(&format!("taken back by `toban deploy {FRONT} --revision 1`")), "{}", named.err);
    at(&peer, &["deploy", FRONT, "--revision", "1", "--yes"], 0);
    let again = at(&peer, &["deploy", FRONT, "--revision", "1", "--yes"], 0);
    assert!(again.out.contains("already"), "{}", again.out);

    peer.forget_calls();
    let back = at(&peer, &[&RELEASE[..], &["--yes", "--take-back", "--json"]].concat(), 6);
    let document: Value = serde_json::from_str(&back.out).expect("one document");
    let taken_back = &document["taken_back"];
    assert_eq!(
        (&taken_back["outcome"], &taken_back["parts"][1]["state"]),
        (&"done".into(), &"done".into()),
        "{document}"
    );
    assert_eq!(taken_back["parts"][0]["state"], "already", "what was never taken there need not go back: {document}");
    assert!(back.err.contains("take back the release of city-poc/city-poc-frontend"), "{}", back.err);
    assert_eq!(told(&peer), ["city-poc-frontend:3", "city-poc-backend:3", "city-poc-frontend:1"]);
    assert_eq!(over(&peer).len(), 3, "{:?}", over(&peer));

    let single = at(&peer, &["deploy", FRONT, "--tag", "v2", "--take-back"], 2);
    assert!(single.err.contains("--take-back goes with several services"), "{}", single.err);
}

#[test]
fn on_a_terminal_it_is_asked_once_it_failed() {
    let peer = failing();
    let mut toban = Terminal::run(console(&peer.env(), &RELEASE), 160, 50);
    toban.shows("go on? [y/N]");
    toban.keys("y\r");
    toban.wait("the plan to take it back", |screen| {
        screen.contains("take back the release of city-poc/city-poc-frontend") && screen.contains("revision: 2 → 1")
    });
    toban.keys("y\r");
    assert_eq!(toban.end().exit_code(), 6);
    let shown = toban.look(vt100::Screen::contents);
    assert!(shown.contains("city-poc-frontend runs city-poc-frontend:1"), "{shown}");
    assert_eq!(told(&peer), ["city-poc-frontend:2", "city-poc-backend:2", "city-poc-frontend:1"]);
}

#[test]
fn whoever_says_no_on_a_terminal_leaves_it_as_it_stands() {
    let peer = failing();
    let mut toban = Terminal::run(console(&peer.env(), &RELEASE), 160, 50);
    toban.shows("go on? [y/N]");
    toban.keys("y\r");
    toban.shows("revision: 2 → 1");
    toban.keys("\r");
    assert_eq!(toban.end().exit_code(), 6);
    assert!(toban.look(vt100::Screen::contents).contains("it is not taken back"));
    assert_eq!(told(&peer), ["city-poc-frontend:2", "city-poc-backend:2"]);
}

#[test]
fn the_page_of_a_release_that_failed_has_a_key_that_opens_the_plan() {
    let peer = failing();
    let path = peer.home().join(".config/toban/config.toml");
    let before = std::fs::read_to_string(&path).expect("a configuration");
    let order = "[environment.city-poc]\nrelease_order = [\"*-frontend\", \"*-backend\"]\n";
    std::fs::write(&path, format!("{before}\n{order}")).expect("a configuration");
    let mut toban = Terminal::run(console(&peer.env(), &["city-poc"]), 160, 50);
    toban.shows("city-poc-frontend:1");
    toban.wait("the environment, read whole", |screen| {
        let head = screen.lines().next().unwrap_or_default();
        !head.contains(" fleet ") && !head.contains("waiting for ")
    });
    toban.keys(":panel services\r");
    toban.wait("the cursor on a service", |screen| {
        screen.lines().any(|line| line.contains('▸') && line.contains("end:1"))
    });
    // Their revisions are read: before, nothing can be deployed.
    toban.shows("city-poc-frontend:1.4.2");
    toban.shows("city-poc-backend:1.4.2");
    toban.keys("mm");
    toban.shows("2 marked");
    toban.keys(":release v2\r");
    toban.shows("release city-poc/city-poc-frontend, city-poc/city-poc-backend");
    toban.shows("y: yes");
    toban.keys("y");
    toban.shows("parts of the release");
    toban.shows("R opens the plan that takes back what was changed");
    toban.keys("R");
    toban.shows("take back the release of city-poc/city-poc-frontend");
    toban.shows("y: yes");
    toban.keys("y");
    toban.shows("city-poc-frontend runs city-poc-frontend:1, all its new tasks are there");
    assert_eq!(told(&peer), ["city-poc-frontend:2", "city-poc-backend:2", "city-poc-frontend:1"]);
    toban.keys(":quit\r");
    assert_eq!(toban.end().exit_code(), 0);
    assert_eq!(over(&peer).len(), 2, "{:?}", over(&peer));
}
