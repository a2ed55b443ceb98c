//! The last lines of one log stream. Our own type for it.
//! Plain data; secrets are masked where it is read.

use std::hash::{DefaultHasher, Hash};

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use crate::world::{KindName, Resource};

/// The end of a log stream.
#[derive(Clone, PartialEq, Debug, Serialize, Deserialize)]
pub struct LogTail {
    /// Its [`part`].
    pub key: String,
    /// Its last lines, oldest first.
    pub lines: Vec<Line>,
}

/// A line of a log.
#[derive(Clone, PartialEq, Debug, Serialize, Deserialize)]
pub struct Line {
    /// When.
    pub at: Option<Timestamp>,
    /// What, with secrets masked.
    #[serde(rename = "says")]
    pub message: String,
}

/// The part that a stream of a group is read as. Neither name may hold a colon.
#[must_use]
pub fn part(group: &str, stream: &str) -> String {
    format!("{group}:{stream}")
}

impl Resource for LogTail {
    const KIND: KindName = KindName("log-tail");

    fn key(&self) -> &str {
        &self.key
    }

    fn fingerprint(&self, into: &mut DefaultHasher) {
        self.lines.len().hash(into);
    }
}
