//! Stops and starts that were made from this machine, as its journal tells them: what toban did itself is not a riddle to it.
//! Plain data; the journal is read elsewhere.

use std::collections::BTreeMap;

use jiff::Timestamp;

/// The last time that one thing was stopped or started from here.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct OwnTurn {
    /// When it was asked for.
    pub at: Timestamp,
    /// Whether it was started; else it was stopped.
    pub up: bool,
}

/// The last of each resource, by kind and key.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub struct OwnTurns(BTreeMap<(String, String), OwnTurn>);

impl OwnTurns {
    /// Takes note of one; an earlier one is forgotten.
    pub fn note(&mut self, kind: &str, key: &str, turn: OwnTurn) {
        let known = self.0.entry((kind.to_owned(), key.to_owned())).or_insert(turn);
        if turn.at >= known.at {
            *known = turn;
        }
    }

    /// The last of one resource.
    #[must_use]
    pub fn of(&self, kind: &str, key: &str) -> Option<OwnTurn> {
        self.0.get(&(kind.to_owned(), key.to_owned())).copied()
    }

    /// Whether nothing was ever stopped or started from here.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }
}
