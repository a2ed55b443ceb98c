//! A change whose end nobody wrote down, and what can be told of it from the resource as it is now.
//! Pure data; a kind answers in [`super::Kind::settled`].

use std::collections::BTreeMap;

use jiff::Timestamp;

/// A change as the journal remembers it.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct UnresolvedChange<'a> {
    /// What was done: `stop`, `scale`.
    pub verb: &'a str,
    /// With what.
    pub arguments: &'a BTreeMap<String, String>,
    /// What AWS's answer named, if there was an answer.
    pub facts: &'a BTreeMap<String, String>,
    /// When it was sent.
    pub at: Timestamp,
}

/// What can be told of it.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct ObservedOutcome {
    /// Whether what was planned stands.
    pub done: bool,
    /// What is seen, in words.
    pub message: String,
}

impl ObservedOutcome {
    /// What was planned stands.
    #[must_use]
    pub fn done(message: impl Into<String>) -> Self {
        Self { done: true, message: message.into() }
    }

    /// It does not.
    #[must_use]
    pub fn not(message: impl Into<String>) -> Self {
        Self { done: false, message: message.into() }
    }
}
