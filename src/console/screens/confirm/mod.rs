//! A plan before it is carried out: what, where, what else is going on, what cannot be undone, what will differ. An
//! ordinary one wants `y`, a protected environment its name; everything else means no. A reason can be written beside
//! it, for the journal. Whether it may go through is the gate's to say. State only; `view` draws it.

pub mod view;

use jiff::{SignedDuration, Timestamp};
use tui_input::Input;

use crate::change::gate::{Admitted, Confirmation, Gate, GateContext, Refused};
use crate::change::plan::Plan;
use crate::change::procedure::Proposal;
use crate::keys::{Chord, Key, edit};
use crate::world::Speed;

/// How many lines of a plan a page is.
pub const PAGE: isize = 10;

/// A plan waiting for its answer.
#[derive(Debug)]
pub struct Confirm {
    /// What would be done.
    pub plan: Plan,
    /// What the gate goes by.
    pub at: GateContext,
    /// Why it cannot go through whatever is answered.
    pub hindrance: Option<Refused>,
    /// What is typed: the environment's name, where that is wanted.
    pub input: Input,
    /// Why it is done, in the reader's words.
    pub reason: Input,
    /// Whether the reason is being typed.
    pub writing: bool,
    /// The first line of the plan on the screen.
    pub offset: usize,
    /// The names of the marked rows it is for.
    pub marked: Vec<String>,
    /// Where it opened by itself, once something was read: for how long a key may still have been meant for what was
    /// there before.
    pub late: Option<SignedDuration>,
    /// When it was first on the screen.
    pub drawn_at: Option<Timestamp>,
    /// Whether it was answered with yes once, at an hour when that is asked for twice.
    pub again: bool,
    proposal: Proposal,
}

/// What a key meant.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum ConfirmKey {
    /// The reader goes on reading or writing.
    Stay,
    /// This many lines down, or up.
    Scroll(isize),
    /// An answer.
    Answer(Confirmation),
}

impl Confirm {
    /// A plan to be asked about.
    #[must_use]
    pub fn new(proposal: Proposal, gate: Gate, at: GateContext) -> Self {
        let plan = proposal.plan();
        let hindrance = gate.hindrance(&plan, &at);
        let (input, reason) = (Input::default(), Input::default());
        let (marked, late, drawn_at) = (Vec::new(), None, None);
        let (writing, offset, again) = (false, 0, false);
        Self { plan, at, hindrance, input, reason, writing, offset, marked, late, drawn_at, again, proposal }
    }

    /// Whether nobody can have read it yet: it opened by itself, and was not on the screen for a moment.
    #[must_use]
    pub fn is_unread(&self, now: Timestamp, speed: Speed) -> bool {
        let Some(span) = self.late else { return false };
        self.drawn_at.is_none_or(|at| now.duration_since(at) < speed.of_ours(span))
    }

    /// Whether its environment's name has to be typed.
    #[must_use]
    pub fn wants_name(&self) -> bool {
        self.hindrance.is_none() && self.at.wants_name()
    }

    /// Takes a key. Only `y`, or the name, is ever a yes.
    pub fn hear(&mut self, chord: Chord) -> ConfirmKey {
        let plain = !chord.ctrl && !chord.alt;
        match chord.key {
            Key::Down => return ConfirmKey::Scroll(1),
            Key::Up => return ConfirmKey::Scroll(-1),
            Key::PageDown => return ConfirmKey::Scroll(PAGE),
            Key::PageUp => return ConfirmKey::Scroll(-PAGE),
            _ => {}
        }
        if self.hindrance.is_some() {
            return ConfirmKey::Answer(Confirmation::No);
        }
        if self.writing {
            match chord.key {
                Key::Enter | Key::Tab => self.writing = false,
                Key::Esc => {
                    self.reason = Input::default();
                    self.writing = false;
                }
                _ => {
                    edit(&mut self.reason, chord);
                }
            }
            return ConfirmKey::Stay;
        }
        match (self.wants_name(), chord.key) {
            (_, Key::Tab) => self.writing = true,
            (true, Key::Esc) => return ConfirmKey::Answer(Confirmation::No),
            (true, Key::Enter) => return ConfirmKey::Answer(Confirmation::Named(self.input.value().trim().to_owned())),
            (true, _) => {
                edit(&mut self.input, chord);
            }
            (false, Key::Char('r')) if plain => self.writing = true,
            (false, Key::Char('y')) if plain => return ConfirmKey::Answer(Confirmation::Yes),
            (false, Key::Char('j')) if plain => return ConfirmKey::Scroll(1),
            (false, Key::Char('k')) if plain => return ConfirmKey::Scroll(-1),
            (false, _) => return ConfirmKey::Answer(Confirmation::No),
        }
        ConfirmKey::Stay
    }

    /// Asks the gate, as of `now`.
    ///
    /// # Errors
    /// [`Refused`]: nothing is changed.
    pub fn answer(self, answer: &Confirmation, gate: Gate, now: Timestamp) -> Result<Admitted, Refused> {
        let reason = Some(self.reason.value().trim().to_owned()).filter(|reason| !reason.is_empty());
        gate.allow(self.proposal, answer, reason, &GateContext { now, ..self.at })
    }
}

#[cfg(test)]
pub(crate) mod tests;
