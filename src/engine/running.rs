//! What is under way: procedures that were let through, where each stands, and those that ended here.
//! State only; its page is the progress screen.

use jiff::Timestamp;

use crate::change::plan::Plan;
use crate::change::{Ending, Report};

/// A procedure of this console.
#[derive(Clone, PartialEq, Debug)]
pub struct Underway {
    /// Tells it from the others.
    pub id: u64,
    /// What it does.
    pub plan: Plan,
    /// Since when.
    pub since: Timestamp,
    /// Where it stands.
    pub report: Report,
    /// When it was last seen.
    pub seen_at: Option<Timestamp>,
    /// When and how it ended.
    pub ended: Option<(Timestamp, Ending)>,
}

impl Underway {
    /// One that begins now.
    #[must_use]
    pub fn new(id: u64, plan: Plan, since: Timestamp) -> Self {
        Self { id, plan, since, report: Report::default(), seen_at: None, ended: None }
    }
}
