//! Writing or deleting mute rules, and seeing that they are there or gone.
//! Pure: it decides from what is seen; the calls are the kind's.

use jiff::{SignedDuration, Timestamp};

use crate::change::gate::Change;
use crate::change::plan::{ChangeRequest, Plan};
use crate::change::procedure::{Observation, Procedure, Step};
use crate::change::receipt::Receipt;
use crate::change::{Ending, Report};
use crate::kinds::alarm::change::{MuteByHand, RuleWrite};
use crate::kinds::mute_rule::MuteRule;
use crate::text::counted;
use crate::world::read_request::ReadRequest;
use crate::world::{Fault, Health, KindName, Resource};

/// How long is waited for what was written to be seen.
const SEEN_WITHIN: SignedDuration = SignedDuration::from_secs(30);
/// Between looks.
const AGAIN: SignedDuration = SignedDuration::from_secs(3);

/// The procedure.
#[derive(Debug)]
pub(super) struct MuteProcedure {
    plan: Plan,
    changes: Vec<MuteByHand>,
    sent: bool,
    /// What AWS did not do, in sentences.
    refused: Vec<String>,
    /// What it may have done, in sentences: what is seen tells.
    unheard: Vec<String>,
    /// When all was answered.
    done_at: Option<Timestamp>,
    answered: usize,
}

impl MuteProcedure {
    pub(super) fn new(plan: Plan, changes: Vec<MuteByHand>) -> Self {
        Self { plan, changes, sent: false, refused: Vec::new(), unheard: Vec::new(), done_at: None, answered: 0 }
    }

    /// Whether a rule is as it should be.
    fn stands(change: &MuteByHand, observation: &Observation<'_>) -> bool {
        let there = observation.world.all::<MuteRule>(&change.scope).any(|rule| rule.name == change.rule);
        there != (change.write == RuleWrite::Delete)
    }

    fn end(&self, observation: &Observation<'_>) -> Ending {
        let unseen = self.changes.iter().filter(|change| !Self::stands(change, observation)).count();
        let rules = counted(self.changes.len(), "rule");
        let done = match self.changes.first().map(|change| &change.write) {
            Some(RuleWrite::Delete) => format!("unmuted: {rules} deleted"),
            _ => format!("muted: {rules} written"),
        };
        match (self.refused.as_slice(), unseen) {
            ([], 0) => Ending::done(done),
            ([], unseen) if !self.unheard.is_empty() => Ending::incomplete(format!(
                "whether it was done is not known, and {unseen} of {rules} are not seen so: {}",
                self.unheard.join("; ")
            )),
            ([], unseen) => Ending::incomplete(format!("{done}; {unseen} of them not seen so yet")),
            (refused, _) if refused.len() == self.changes.len() => Ending::failed(refused.join("; ")),
            (refused, _) => Ending::incomplete(format!("only some of {rules}: {}", refused.join("; "))),
        }
    }
}

impl Procedure for MuteProcedure {
    fn plan(&self) -> Plan {
        self.plan.clone()
    }

    fn optional(&self) -> &'static [KindName] {
        // AWS's answers say what was done; the list of rules only shows it.
        &[MuteRule::KIND]
    }

    fn wants(&self, _now: Timestamp) -> Vec<ReadRequest> {
        if !self.sent {
            return Vec::new();
        }
        let mut all: Vec<ReadRequest> = Vec::new();
        for change in &self.changes {
            let want = ReadRequest::all(&change.scope, MuteRule::KIND);
            if !all.contains(&want) {
                all.push(want);
            }
        }
        all
    }

    fn step(&mut self, observation: &Observation<'_>) -> Step {
        if !self.sent {
            self.sent = true;
            let changes = self.changes.iter().cloned().map(|change| Box::new(change) as Box<dyn Change>);
            return Step::Act(changes.collect());
        }
        let since = *self.done_at.get_or_insert(observation.now);
        let seen = self.changes.iter().all(|change| Self::stands(change, observation));
        let late = observation.now.duration_since(since) >= SEEN_WITHIN;
        let blind = observation.faults.iter().any(|(want, _)| want.kind == MuteRule::KIND);
        if seen || late || blind || !self.refused.is_empty() {
            return Step::End(match (blind && self.refused.is_empty(), self.unheard.as_slice()) {
                // What AWS answered stands, seen or not.
                (true, []) => Ending::done("AWS accepted it; the rules may not be read here"),
                (true, unheard) => {
                    let unheard = unheard.join("; ");
                    Ending::incomplete(format!(
                        "whether it was done is not known: the rules may not be read here; {unheard}"
                    ))
                }
                (false, _) => self.end(observation),
            });
        }
        Step::Wait(AGAIN)
    }

    fn told(&mut self, _change_request: &ChangeRequest, got: &Result<Receipt, Fault>, _now: Timestamp) {
        self.answered += 1;
        match got {
            Ok(_) => {}
            Err(fault) if fault.answer_lost => self.unheard.push(fault.sentence()),
            Err(fault) => self.refused.push(fault.sentence()),
        }
    }

    fn report(&self, _observation: &Observation<'_>) -> Report {
        let all = self.changes.len();
        let message = format!("{} of {} answered by AWS", self.answered, counted(all, "mute rule"));
        let stands = Some(match self.answered {
            0 => "nothing was changed".to_owned(),
            answered => format!("{answered} of {} done", counted(all, "mute rule")),
        });
        Report { message, health: Health::Changing, stands, ..Report::default() }
    }
}
