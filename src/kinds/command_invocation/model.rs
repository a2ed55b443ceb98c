//! A command's run on one node. Our own type for it: what is kept of AWS's answer, in our words.
//! Plain data; no SDK type, no judgement, no drawing.

use std::hash::{DefaultHasher, Hash};

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use crate::world::{KindName, Resource};

/// A command's run on one node.
#[derive(Clone, PartialEq, Debug, Serialize, Deserialize)]
pub struct Invocation {
    /// `COMMAND/NODE` or `[MARK]/NODE`: also the part it is read by.
    pub key: String,
    /// `Pending`, `InProgress`, `Delayed`, `Success`, `Cancelled`, `TimedOut`, `Failed`, `Cancelling`: an open string.
    pub status: String,
    /// The same in finer words: `DeliveryTimedOut`, `Undeliverable`, …
    pub details: Option<String>,
    /// Its exit code, once it ended.
    pub code: Option<i32>,
    /// The last of what it printed; Systems Manager keeps 24,000 characters. May hold secrets: mask before showing.
    pub output: String,
    /// The last of what it complained of; 8,000 characters.
    pub errors: String,
    /// When it began.
    pub started: Option<Timestamp>,
    /// When it ended.
    pub ended: Option<Timestamp>,
}

/// The part that the run of `command` on `node` is read by. Where nobody heard the command's id, its mark in brackets
/// stands for it.
#[must_use]
pub fn part(command: &str, node: &str) -> String {
    format!("{command}/{node}")
}

impl Invocation {
    /// Whether nothing more will come of it.
    #[must_use]
    pub fn is_over(&self) -> bool {
        !matches!(self.status.as_str(), "Pending" | "InProgress" | "Delayed" | "Cancelling")
    }

    /// Whether it did what it should.
    #[must_use]
    pub fn succeeded(&self) -> bool {
        self.status == "Success"
    }

    /// Why it failed, in words: `failed with exit code 1`, `could not be delivered`.
    #[must_use]
    pub fn words(&self) -> String {
        match (self.status.as_str(), self.details.as_deref()) {
            ("Success", _) => "succeeded".to_owned(),
            (_, Some("DeliveryTimedOut" | "Undeliverable")) => {
                "could not be delivered: the agent did not take it".to_owned()
            }
            (_, Some("ExecutionTimedOut")) | ("TimedOut", _) => "ran out of time".to_owned(),
            ("Cancelled", _) => "was cancelled".to_owned(),
            ("Failed", _) => match self.code {
                Some(code) => format!("failed with exit code {code}"),
                None => "failed".to_owned(),
            },
            (other, details) => format!("is {}", details.unwrap_or(other)),
        }
    }

    /// The last line it printed or complained of, if any.
    #[must_use]
    pub fn last_line(&self) -> Option<&str> {
        [&self.errors, &self.output]
            .into_iter()
            .find_map(|text| text.lines().rev().map(str::trim).find(|line| !line.is_empty()))
    }
}

impl Resource for Invocation {
    const KIND: KindName = KindName("command-invocation");

    fn key(&self) -> &str {
        &self.key
    }

    fn fingerprint(&self, into: &mut DefaultHasher) {
        self.status.hash(into);
    }
}
