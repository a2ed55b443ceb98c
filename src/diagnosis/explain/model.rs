//! What an explanation is made of: causes with evidence for and against them, symptoms nobody explains, and what could
//! not be read. Plain data, as `explain --json` prints it; the rules that make it stand beside.

use jiff::Timestamp;

use crate::timeline::Event;
use crate::world::{Health, ResourceId};

/// Why an environment is not well.
#[derive(Clone, PartialEq, Debug, Default)]
pub struct Explanation {
    /// How it is: the verdict's own word.
    pub health: Health,
    /// Since when, as far as anything that was read tells.
    pub since: Option<Timestamp>,
    /// Causes, most probable first; independent incidents each with their own.
    pub findings: Vec<Cause>,
    /// Symptoms that no cause explains.
    pub unexplained: Vec<Unexplained>,
    /// What was not read, and what it would tell.
    pub missing: Vec<Missing>,
}

/// How sure a cause is.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug)]
pub enum Confidence {
    /// It would explain what is seen; so may others.
    Possible,
    /// What was read speaks for it; something that could contradict it was not read, or does.
    Likely,
    /// What was read excludes its rivals.
    Certain,
}

impl Confidence {
    /// Its word.
    #[must_use]
    pub const fn word(self) -> &'static str {
        match self {
            Self::Possible => "possible",
            Self::Likely => "likely",
            Self::Certain => "certain",
        }
    }
}

/// A resource with the name a person calls it by.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Named {
    /// Who.
    pub id: ResourceId,
    /// Its name.
    pub name: String,
}

/// One cause.
#[derive(Clone, PartialEq, Debug)]
pub struct Cause {
    /// The rule that found it.
    pub rule: &'static str,
    /// One sentence.
    pub message: String,
    /// How sure it is.
    pub confidence: Confidence,
    /// How bad what it explains is.
    pub health: Health,
    /// Where it sits.
    pub resource: Named,
    /// Since when it shows.
    pub since: Option<Timestamp>,
    /// What speaks for it, in the order of time.
    pub evidence: Vec<Evidence>,
    /// What speaks against it, rivals that are left included.
    pub against: Vec<Evidence>,
    /// What suffers from it.
    pub effects: Vec<Named>,
    /// What was changed before it, nearest first.
    pub changes_before: Vec<Event>,
    /// What to look at or do.
    pub next: Vec<String>,
}

/// One thing that was read and speaks for or against a cause.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Evidence {
    /// A sentence.
    pub what: String,
    /// When it happened, where that is known.
    pub at: Option<Timestamp>,
    /// The operation that told it, as IAM names it.
    pub source: &'static str,
    /// What it was told of.
    pub resource: Option<Named>,
}

/// A symptom that no cause explains.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Unexplained {
    /// A sentence.
    pub what: String,
    /// Whose.
    pub resource: Named,
    /// Since when.
    pub since: Option<Timestamp>,
}

/// Something that was not read.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Debug)]
pub struct Missing {
    /// The operation, as IAM names it.
    pub operation: String,
    /// The class of the fault, or why it was not even tried.
    pub why: &'static str,
    /// What it would tell.
    pub would_tell: String,
}
