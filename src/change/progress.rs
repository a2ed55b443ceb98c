//! Where a procedure stands and how it ended, in words both faces show.
//! Plain data.

use serde::Serialize;

use super::release::ReleasePartState;
use crate::display::Section;
use crate::world::Health;

/// How far something has come: so many of so many, with a word for it.
#[derive(Clone, PartialEq, Eq, Debug, Serialize)]
pub struct Bar {
    /// What is counted: `new tasks`, `old tasks`, `DB cluster city-poc-db`.
    pub label: String,
    /// How many.
    pub done: u32,
    /// Of how many.
    pub all: u32,
    /// More about it, in words.
    pub note: String,
    /// How it is.
    pub health: Health,
}

/// Where it stands.
#[derive(Clone, PartialEq, Debug, Default)]
pub struct Report {
    /// In one line.
    pub message: String,
    /// How it is: changing while it goes on, worrying when it stalls, bad once something failed.
    pub health: Health,
    /// What stands if it is left now, and how it is picked up again.
    pub stands: Option<String>,
    /// The same while AWS has not answered what was sent last: it may have been done.
    pub unanswered: Option<String>,
    /// Whether something is on its way to AWS; set by whoever drives it.
    pub sends: bool,
    /// AWS's request ids of the last change; set by whoever drives it.
    pub request_ids: Vec<String>,
    /// Whether the rest happens inside AWS by itself; set by whoever drives it.
    pub goes_on: bool,
    /// How far its parts have come.
    pub bars: Vec<Bar>,
    /// What stands where, where it is a release of several parts.
    pub parts: Vec<ReleasePartState>,
    /// More: events, stopped tasks, targets, output.
    pub sections: Vec<Section>,
}

impl Report {
    /// What to say to whoever leaves it now.
    #[must_use]
    pub fn if_left(&self) -> &str {
        let unanswered = self.unanswered.as_deref().filter(|_| self.sends);
        unanswered.or(self.stands.as_deref()).unwrap_or(&self.message)
    }
}

/// How a procedure ended.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum How {
    /// As planned; seen to be so.
    Done,
    /// Something was changed and it is not as planned.
    Incomplete,
    /// It failed before anything was changed.
    Failed,
}

/// The end, in words.
#[derive(Clone, PartialEq, Eq, Debug, Serialize)]
pub struct Ending {
    /// How.
    pub how: How,
    /// What happened, what stands now and what to do.
    #[serde(rename = "says")]
    pub message: String,
}

impl Ending {
    /// As planned.
    #[must_use]
    pub fn done(message: impl Into<String>) -> Self {
        Self { how: How::Done, message: message.into() }
    }

    /// Not as planned.
    #[must_use]
    pub fn incomplete(message: impl Into<String>) -> Self {
        Self { how: How::Incomplete, message: message.into() }
    }

    /// Nothing was changed.
    #[must_use]
    pub fn failed(message: impl Into<String>) -> Self {
        Self { how: How::Failed, message: message.into() }
    }
}
