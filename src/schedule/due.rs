//! What is due now for whoever executes edges itself, and the key that keeps one edge from being
//! executed twice. Pure: the journal's keys come in, a decision goes out.

use std::collections::BTreeSet;
use std::fmt;

use jiff::{SignedDuration, Timestamp};
use sha2::{Digest, Sha256};

use super::desired_state::{Intent, Transition, after};
use super::model::PowerAction;

/// What makes an action one and the same: the resource, the edge's instant and the verb.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
pub struct ActionKey {
    /// ARN of the resource.
    pub arn: String,
    /// `Edge::at`, so that a changed lead does not make a new action.
    pub at: Timestamp,
    /// What is done.
    pub verb: PowerAction,
}

impl ActionKey {
    /// The key of `edge` on `arn`.
    #[must_use]
    pub fn new(arn: impl Into<String>, transition: &Transition) -> Self {
        Self { arn: arn.into(), at: transition.at, verb: transition.verb }
    }

    /// The client token for it.
    #[must_use]
    pub fn token(&self) -> String {
        client_token(&self.to_string())
    }
}

impl fmt::Display for ActionKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}|{}|{}", self.arn, self.at, self.verb.word())
    }
}

/// A token AWS takes for repeating a request safely: the SHA-256 of `key` in hexadecimal, 64 characters.
#[must_use]
pub fn client_token(key: &str) -> String {
    Sha256::digest(key.as_bytes()).iter().take(32).map(|byte| format!("{byte:02x}")).collect()
}

/// What a late comer should do.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum Due {
    /// Nothing is open.
    Nothing,
    /// Do this now.
    Execute(Transition),
    /// It is too late to do this unasked.
    Missed {
        /// The edge.
        transition: Transition,
        /// How late it is.
        late: SignedDuration,
    },
}

impl Intent<'_> {
    /// What is due at `now` for `arn`, given everything already executed. Only the last edge since `since` counts:
    /// it undoes or repeats whatever came before it.
    #[must_use]
    pub fn due(self, arn: &str, since: Timestamp, now: Timestamp, executed: &BTreeSet<ActionKey>) -> Due {
        let Some(transition) = self.transitions(since, after(now)).into_iter().next_back() else { return Due::Nothing };
        if executed.contains(&ActionKey::new(arn, &transition)) {
            return Due::Nothing;
        }
        let late = now.duration_since(transition.issue_at);
        if late > self.schedule.late_window { Due::Missed { transition, late } } else { Due::Execute(transition) }
    }
}
