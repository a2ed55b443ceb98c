//! Several processes that execute edges over one state directory and one account, as `toban schedule run` does on two
//! hosts with a common disk or twice by mistake: a simulated month, and one of them killed in the midst of an edge. The
//! processes are this very test, started again; the account and its time are the first one's (`keepers/account.rs`).
#![expect(
    clippy::expect_used,
    clippy::indexing_slicing,
    clippy::unwrap_used,
    reason = "a test whose processes do not run must fail at once"
)]

mod account;
mod process;

use std::collections::BTreeMap;
use std::path::Path;

use account::{Account, Kill};
use jiff::Timestamp;
use rstest::rstest;
use serde_json::Value;
use tempfile::TempDir;
use toban::schedule::{Exceptions, Intent, PowerAction};

fn at(text: &str) -> Timestamp {
    text.parse().expect("a moment")
}

/// The edges of the office's hours.
fn computed(from: Timestamp, to: Timestamp) -> Vec<(Timestamp, PowerAction)> {
    let office = toban::demo::configured_environments().schedules.remove(0);
    let none = Exceptions::default();
    Intent::new(&office, &none)
        .transitions(from, to)
        .into_iter()
        .map(|transition| (transition.issue_at, transition.verb))
        .collect()
}

/// How often each edge began, by the journal: when, to the minute, and what.
fn journaled(state: &Path) -> BTreeMap<(Timestamp, PowerAction), u32> {
    let text = std::fs::read_to_string(state.join("journal.jsonl")).unwrap_or_default();
    let mut transitions = BTreeMap::new();
    for line in text.lines() {
        let line: Value = serde_json::from_str(line).expect("a whole line");
        let Some(words) = line["reason"].as_str().and_then(|reason| reason.strip_prefix("schedule: ")) else {
            continue;
        };
        if !line["part_of"].is_null() {
            continue;
        }
        let verb = if words.starts_with("stop") { PowerAction::Stop } else { PowerAction::Start };
        let began = at(line["at"].as_str().expect("a time")).as_second();
        *transitions.entry((Timestamp::from_second(began.div_euclid(60) * 60).unwrap(), verb)).or_default() += 1;
    }
    transitions
}

/// What the execution log says of edges in the end.
fn settled(state: &Path) -> BTreeMap<(Timestamp, PowerAction), String> {
    let text = std::fs::read_to_string(state.join("schedule-ledger.jsonl")).expect("a ledger");
    let mut last = BTreeMap::new();
    for line in text.lines() {
        let line: Value = serde_json::from_str(line).expect("a whole line");
        let verb = if line["verb"] == "stop" { PowerAction::Stop } else { PowerAction::Start };
        last.insert((at(line["at"].as_str().unwrap()), verb), line["state"].as_str().unwrap().to_owned());
    }
    last
}

#[test]
fn two_processes_act_on_each_edge_of_a_month_once() {
    let (from, to) = (at("2026-11-21T14:10:00+09:00"), at("2026-12-21T23:30:00+09:00"));
    let state = TempDir::new().expect("a state directory");
    let mut account = Account::begin(from);
    account.start(2, state.path());
    account.run(to, None);
    assert_eq!(account.alive(), 2, "both lived through it");
    let transitions = journaled(state.path());
    assert_eq!(transitions.keys().copied().collect::<Vec<_>>(), computed(from, to));
    assert!(transitions.values().all(|times| *times == 1), "{transitions:?}");
    let mut ends = settled(state.path());
    // What came before is nobody's any more.
    ends.retain(|(at, _), _| *at > from);
    assert!(ends.len() == transitions.len() && ends.values().all(|end| end == "done"), "{ends:?}");
    let days = computed(from, to).iter().filter(|(_, verb)| *verb == PowerAction::Start).count();
    // A database and a service, down and up each day.
    assert_eq!(account.power().len(), 4 * days, "{:#?}", account.power());
}

/// A day with a wake at 08:45 and a stop at 22:00; whoever sends the `nth` call dies before it, after it, or in the pause
/// behind it.
#[rstest]
#[case::before(0, Kill::Before)]
#[case::after(1, Kill::After)]
#[case::in_the_pause_behind(2, Kill::Resting)]
fn one_of_two_is_killed_in_the_midst_of_an_edge_and_the_other_finishes(
    #[case] first: usize,
    #[case] kill: fn(usize) -> Kill,
) {
    let (from, to) = (at("2026-11-24T08:30:00+09:00"), at("2026-11-24T23:30:00+09:00"));
    let day = |kill: Option<Kill>| {
        let state = TempDir::new().expect("a state directory");
        let mut account = Account::begin(from);
        account.start(2, state.path());
        account.run(to, kill);
        (state, account)
    };
    let (_, whole) = day(None);
    let (calls, power) = (whole.calls(), whole.power());
    assert_eq!(power.len(), 4, "{power:#?}");
    for kill in (first..calls).step_by(3).map(kill) {
        let (state, account) = day(Some(kill));
        assert_eq!(account.alive(), 1, "{kill:?}");
        assert_eq!(account.power(), power, "{kill:?}: nothing is done twice, and nothing is left out");
        assert!(account.is_asleep(), "{kill:?}: it runs all night");
        let settled = settled(state.path());
        let ours = computed(from, to);
        for transition in &ours {
            let named = |at: &Timestamp| *at == transition.0 || at.duration_since(transition.0).as_mins() == 15;
            let ends: Vec<&String> = settled
                .iter()
                .filter(|((at, verb), _)| *verb == transition.1 && named(at))
                .map(|(_, end)| end)
                .collect();
            assert_eq!(ends, ["done"], "{kill:?} {transition:?}: {settled:?}");
        }
    }
}

/// One of several: started by the tests above, never by itself.
#[test]
#[ignore = "a process of the other tests, which start it with an account to work on"]
fn a_process_that_keeps() {
    process::keep();
}
