//! What becomes of each change that a deployment of a function sends: taken, not now, refused, or not heard of, and then
//! looked for before it is sent again. Pure.

use jiff::Timestamp;

use super::{AliasShift, BUSY, LOOK, Phase, UNSEEN};
use crate::change::Ending;
use crate::change::procedure::{Observation, Step};
use crate::change::receipt::Receipt;
use crate::kinds::lambda_function::Function;
use crate::operations::attempt::Sent;
use crate::world::{Fault, FaultKind, Resource};

/// A change whose answer is lost as often as this in a row is not sent again.
const LOSSES: u32 = 3;

impl AliasShift {
    /// Takes AWS's answer to what was sent last.
    pub(super) fn hear(&mut self, got: &Result<Receipt, Fault>, now: Timestamp) {
        let sent = self.attempt.told(got, now);
        match (got, sent) {
            (Ok(receipt), _) => self.went(receipt, now),
            (Err(fault), Sent::Later) => self.wait = Some(fault.sentence()),
            (Err(fault), Sent::Unsure(why)) => self.unsure(fault, why),
            (Err(fault), Sent::Taken | Sent::Refused(_)) => self.refused(fault, now),
        }
    }

    /// Whether it was done is not known. New code is looked for first; a version of the same code is the same; an alias is
    /// read before it is shifted.
    fn unsure(&mut self, fault: &Fault, why: String) {
        self.losses += 1;
        self.unheard = true;
        if self.phase == Phase::Update {
            self.lost |= fault.answer_lost || matches!(fault.kind, FaultKind::Offline | FaultKind::Timeout);
            self.phase = Phase::Unheard;
        }
        if self.losses >= LOSSES && self.phase != Phase::Unheard {
            self.not_known(&why);
        }
        (self.heard_last, self.wait) = (Some(why.clone()), Some(why));
    }

    /// It is over, and what the last change did is not known.
    fn not_known(&mut self, why: &str) {
        let known = self.unanswered().unwrap_or_else(|| self.stands());
        self.phase = Phase::Over(Ending::incomplete(format!("{known}: {why}")));
    }

    /// Whether new code whose answer was lost is in place: what changed since tells, and what did not is sent again.
    pub(super) fn look_for_code(&mut self, observation: &Observation<'_>) -> Step {
        // What cannot be looked at is as it was known before: that tells nothing, and nothing is sent on it.
        if let Some((_, fault)) = observation.faults.iter().find(|(want, _)| want.kind == Function::KIND) {
            let heard = self.heard_last.clone().unwrap_or_default();
            self.not_known(&format!("{heard}; it cannot be looked at: {}", fault.sentence()));
            return Step::Wait(LOOK);
        }
        let Some(function) = self.function(observation) else {
            return self.amiss(format!("{} is not there any more", self.name));
        };
        let moved = self.revision.is_some() && function.revision.is_some() && function.revision != self.revision;
        if moved || self.code_before != (function.code.clone(), function.changed_at) {
            self.changed_since();
        } else if self.losses >= LOSSES {
            let why = self.heard_last.clone().unwrap_or_default();
            self.not_known(&why);
        } else {
            self.phase = Phase::Update;
        }
        Step::Wait(LOOK)
    }

    /// The function was changed since a change whose answer was lost.
    fn changed_since(&mut self) {
        let why = self.heard_last.as_ref().map(|why| format!(" ({why})")).unwrap_or_default();
        let message = format!(
            "an answer was lost on the way, and {} was changed since: by that very change, or by somebody else; \
             look at it, and deploy again{why}",
            self.name
        );
        self.phase = Phase::Over(Ending::incomplete(message));
    }

    fn went(&mut self, receipt: &Receipt, now: Timestamp) {
        (self.busy_since, self.losses, self.unheard) = (None, 0, false);
        match self.phase.clone() {
            Phase::Update => {
                self.touched = true;
                self.code = receipt.fact("code").map(str::to_owned);
                self.phase = Phase::Updating(now);
            }
            Phase::Publish => self.published(receipt.fact("version").unwrap_or_default().to_owned()),
            Phase::Shift => {
                self.touched = true;
                self.phase = Phase::Shifting(now);
            }
            _ => {}
        }
    }

    fn refused(&mut self, fault: &Fault, now: Timestamp) {
        let code = fault.code.as_deref().unwrap_or_default();
        let since = *self.busy_since.get_or_insert(now);
        if code.contains("ResourceConflict") && now.duration_since(since) < BUSY {
            self.wait = Some("another update of the function is in progress".to_owned());
            return;
        }
        if code.contains("PreconditionFailed") && self.phase == Phase::Shift && now.duration_since(since) < UNSEEN {
            // What the alias is was read just before: it is read again, and judged again.
            self.wait = Some("the alias was changed at the same moment; it is read again".to_owned());
            return;
        }
        let why = match code.contains("PreconditionFailed") {
            true if self.lost && self.phase == Phase::Update => {
                // The change that was refused bore the revision of before the first try, so that may have been taken.
                self.changed_since();
                return;
            }
            true => format!(
                "somebody changed {} after this plan was made: a colleague, a pipeline or the stack that created it; look at \
                 it and plan anew",
                self.name
            ),
            false => fault.sentence(),
        };
        let message = format!("{why}; {}", self.stands());
        self.phase = Phase::Over(if self.touched { Ending::incomplete(message) } else { Ending::failed(message) });
    }
}
