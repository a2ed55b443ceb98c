//! A plan before it is carried out: what, where, what else is going on, what cannot be undone. An
//! ordinary one wants `y`, a protected environment its name; everything else means no. Whether it
//! may go through is the gate's to say. State only; `view` draws it.

pub mod view;

use tui_input::Input;

use crate::app::gate::{Answer, Circumstances, Gate, Let, Plan, Refused};
use crate::procedure::Proposal;

/// A plan waiting for its answer.
#[derive(Debug)]
pub struct Confirm {
    /// What would be done.
    pub plan: Plan,
    /// What the gate goes by.
    pub at: Circumstances,
    /// Why it cannot go through whatever is answered.
    pub hindrance: Option<Refused>,
    /// What is typed: the environment's name, where that is wanted.
    pub input: Input,
    proposal: Proposal,
}

impl Confirm {
    /// A plan to be asked about.
    #[must_use]
    pub fn new(proposal: Proposal, gate: Gate, at: Circumstances) -> Self {
        let plan = proposal.plan();
        let hindrance = gate.hindrance(&plan, &at);
        Self { plan, at, hindrance, input: Input::default(), proposal }
    }

    /// Whether its environment's name has to be typed.
    #[must_use]
    pub fn wants_name(&self) -> bool {
        self.hindrance.is_none() && self.at.protected
    }

    /// Asks the gate, as of `now`.
    ///
    /// # Errors
    /// [`Refused`]: nothing is changed.
    pub fn answer(self, answer: &Answer, gate: Gate, now: jiff::Timestamp) -> Result<Let, Refused> {
        gate.allow(self.proposal, answer, None, &Circumstances { now, ..self.at })
    }
}

#[cfg(test)]
pub(crate) mod tests;
