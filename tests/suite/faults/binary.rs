//! The program itself while operations fail: it ends by the contract, says what failed, and never panics. Which
//! operations there are comes from the catalog; each fails once here, in one of the ways.
#![expect(clippy::panic, reason = "a test that cannot go on has failed")]

use std::collections::BTreeSet;

use rstest::rstest;
use serde_json::{Value, json};
use toban::kinds::catalog::KINDS;

use super::ways::Way;
use crate::support::peer::Peer;
use crate::support::said::{Said, said};

fn status(peer: &Peer) -> (Said, Value) {
    let said = said(peer.toban().args(["status", "--json"]));
    let document = serde_json::from_str(&said.out).unwrap_or_else(|_| panic!("no document: {}{}", said.out, said.err));
    (said, document)
}

/// The operations that were called, as IAM names them.
fn called(peer: &Peer) -> BTreeSet<String> {
    let text = |call: &Value, key: &str| call[key].as_str().unwrap_or_default().to_owned();
    peer.calls().iter().map(|call| format!("{}:{}", text(call, "service"), text(call, "operation"))).collect()
}

/// The exit code that the contract gives the worst health in a document.
fn by_contract(document: &Value) -> i32 {
    let words = document["environments"].as_array().into_iter().flatten().map(|one| one["health"].as_str());
    let code = |word: Option<&str>| match word {
        Some("well" | "changing" | "asleep") => (0, 0),
        Some("unknown") => (1, 30),
        Some("worrying") => (2, 10),
        Some("bad") => (3, 20),
        other => panic!("a health {other:?}"),
    };
    words.map(code).max().unwrap_or((0, 0)).1
}

#[rstest]
fn a_run_ends_by_the_contract_and_says_what_failed(#[values(0, 1, 2, 3, 4, 5, 6, 7)] turn: usize) {
    let Some(way) = Way::ALL.into_iter().nth(turn) else { panic!("there is no way {turn}") };
    let peer = Peer::with(&["prooflink"]);
    let (whole, document) = status(&peer);
    assert_eq!((whole.code, &document["faults"]), (Some(by_contract(&document)), &json!([])), "{}", whole.err);
    let asked = called(&peer);
    let declared: BTreeSet<&str> = KINDS.iter().flat_map(|kind| kind.permissions().iter().copied()).collect();
    let operations: Vec<&str> = declared.into_iter().filter(|operation| asked.contains(*operation)).collect();
    let failing: Vec<&str> = operations.iter().copied().skip(turn).step_by(Way::ALL.len()).collect();
    assert!(failing.len() > 1, "{operations:?}");

    peer.script(&json!(failing.iter().map(|operation| way.script(operation)).collect::<Vec<_>>()));
    peer.forget_calls();
    let (said, document) = status(&peer);
    let asked = called(&peer);
    assert!(!said.err.contains("panicked"), "{}", said.err);
    assert_eq!(said.code, Some(by_contract(&document)), "{way:?} {failing:?}: {document}");
    let faults: Vec<&Value> = document["faults"].as_array().into_iter().flatten().collect();
    for operation in failing.iter().filter(|operation| asked.contains(**operation)) {
        let fault = faults.iter().find(|fault| fault["operation"] == *operation);
        let fault = fault.unwrap_or_else(|| panic!("{way:?}: nobody is told of {operation}: {}", document["faults"]));
        let class = fault["kind"].as_str().unwrap_or_default();
        assert!(way.classes().iter().any(|known| known.word() == class), "{way:?} {operation}: {fault}");
    }
}
