//! Several deployments of one environment as one release: planned together, let through the gate once, one after the other
//! in the order they were named, each watched to its end. One that does not go well stops the rest, and the end says what
//! stands where and how what is done is taken back. Pure.

mod standing;

use jiff::{SignedDuration, Timestamp};

use super::plan::{ChangeRequest, Plan};
use super::procedure::{Observation, Procedure, Step};
use super::receipt::Receipt;
use super::{Ending, How, Report};
use crate::world::read_request::ReadRequest;
use crate::world::{Fault, KindName, ResourceId, Scope};

pub use standing::{PartPhase, ReleasePartState, TakeBack};

/// One deployment of a release.
#[derive(Debug)]
pub struct ReleasePart {
    /// What it is called on the command line: `ENV/NAME`.
    pub name: String,
    /// What deploys it.
    pub procedure: Box<dyn Procedure>,
    /// What takes it back once it is done; `None` where nothing can or need be.
    pub take_back: Option<TakeBack>,
}

/// A part that needs nothing: it is so already.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct SkippedPart {
    /// What it is called on the command line: `ENV/NAME`.
    pub name: String,
    /// That it is so, in a sentence.
    pub message: String,
}

impl SkippedPart {
    /// Both in a sentence.
    #[must_use]
    pub fn sentence(&self) -> String {
        format!("{}: {}", self.name, self.message)
    }
}

/// The release.
#[derive(Debug)]
pub struct Release {
    plan: Plan,
    parts: Vec<ReleasePart>,
    /// How those ended that are over, in order.
    ended: Vec<Ending>,
    /// What was there already and needs nothing.
    skipped: Vec<SkippedPart>,
    /// Whether the part that is next was looked at.
    begun: bool,
}

impl Release {
    /// A release of `parts` in this order; `skipped` says what needs nothing. `None` if there is nothing to do.
    #[must_use]
    pub fn new(parts: Vec<ReleasePart>, skipped: Vec<SkippedPart>) -> Option<Self> {
        let plans: Vec<Plan> = parts.iter().map(|part| part.procedure.plan()).collect();
        let mut plan = plans.first()?.clone();
        let names: Vec<&str> = parts.iter().map(|part| part.name.as_str()).collect();
        plan.message = format!("release {}, one after the other", names.join(", "));
        (plan.calls, plan.notices, plan.differences) = (Vec::new(), Vec::new(), Vec::new());
        for (part, one) in parts.iter().zip(&plans) {
            plan.calls.extend(one.calls.iter().map(|call| format!("{}: {call}", part.name)));
            plan.differences.extend(one.differences.iter().cloned().map(|mut difference| {
                difference.what = format!("{}: {}", part.name, difference.what);
                difference
            }));
            for notice in &one.notices {
                if !plan.notices.contains(notice) {
                    plan.notices.push(notice.clone());
                }
            }
            let further: Vec<Scope> =
                one.scopes().filter(|scope| plan.scopes().all(|known| known != *scope)).cloned().collect();
            plan.besides.extend(further);
            plan.irreversible = plan.irreversible.take().or_else(|| one.irreversible.clone());
        }
        plan.notices.extend(skipped.iter().map(SkippedPart::sentence));
        plan.notices.push("if one does not end well the rest is not begun".to_owned());
        Some(Self { plan, parts, ended: Vec::new(), skipped, begun: false })
    }

    /// The same, but what is done is that a release which failed is taken back.
    #[must_use]
    pub fn taking_back(mut self) -> Self {
        let names: Vec<&str> = self.parts.iter().map(|part| part.name.as_str()).collect();
        self.plan.message = format!("take back the release of {}, one after the other", names.join(", "));
        self
    }

    /// Whether one did not end well, so that no other begins.
    fn is_stopped(&self) -> bool {
        self.ended.iter().any(|ending| ending.how != How::Done)
    }

    fn here(&self) -> Option<&ReleasePart> {
        self.parts.get(self.ended.len()).filter(|_| !self.is_stopped())
    }

    /// What stands where, with what each part is of.
    fn standing(&self, now: Option<&str>) -> Vec<(ReleasePartState, Option<ResourceId>)> {
        let skipped = self.skipped.iter().map(|one| {
            let message = Some(one.message.clone());
            (ReleasePartState { name: one.name.clone(), state: PartPhase::Already, message, take_back: None }, None)
        });
        let parts = self.parts.iter().enumerate().map(|(at, part)| {
            let (state, message) = match self.ended.get(at) {
                Some(ending) => (PartPhase::of(ending.how), Some(ending.message.clone())),
                None if at == self.ended.len() && self.begun && !self.is_stopped() => {
                    (PartPhase::Underway, now.map(str::to_owned))
                }
                None => (PartPhase::NotBegun, None),
            };
            let take_back = part.take_back.clone().filter(|_| state.has_changed());
            (ReleasePartState { name: part.name.clone(), state, message, take_back }, Some(part.procedure.plan().on))
        });
        skipped.chain(parts).collect()
    }

    /// The commands that take back what is done, last done first.
    fn commands_back(&self) -> Vec<String> {
        let ended = self.parts.iter().zip(&self.ended).rev();
        let done = ended.filter(|(_, ending)| ending.how == How::Done);
        done.filter_map(|(part, _)| part.take_back.as_ref().map(|back| back.command.clone())).collect()
    }

    /// How what is done is taken back, in words; nothing where nothing is.
    fn way_back(&self) -> Option<String> {
        let back = self.commands_back();
        (!back.is_empty()).then(|| format!("what is done is taken back by `{}`", back.join("`, `")))
    }

    fn here_mut(&mut self) -> Option<&mut ReleasePart> {
        let at = self.ended.len();
        if self.is_stopped() { None } else { self.parts.get_mut(at) }
    }

    /// The end, with what stands where.
    fn end(&self) -> Ending {
        let told =
            self.parts.iter().zip(&self.ended).map(|(part, ending)| format!("{}: {}", part.name, ending.message));
        let mut lines: Vec<String> = self.skipped.iter().map(SkippedPart::sentence).chain(told).collect();
        let well = self.ended.iter().all(|ending| ending.how == How::Done) && self.ended.len() == self.parts.len();
        if well {
            return Ending::done(lines.join("; "));
        }
        let left = self.parts.get(self.ended.len()..).unwrap_or_default();
        if !left.is_empty() {
            let names: Vec<&str> = left.iter().map(|part| part.name.as_str()).collect();
            lines.push(format!("not begun: {}", names.join(", ")));
        }
        lines.extend(self.way_back());
        // What was done before one failed stands.
        let untouched = self.ended.len() == 1 && self.ended.iter().all(|ending| ending.how == How::Failed);
        if untouched { Ending::failed(lines.join("; ")) } else { Ending::incomplete(lines.join("; ")) }
    }
}

impl Procedure for Release {
    fn plan(&self) -> Plan {
        self.plan.clone()
    }

    fn wants(&self, now: Timestamp) -> Vec<ReadRequest> {
        self.here().map(|part| part.procedure.wants(now)).unwrap_or_default()
    }

    fn step(&mut self, observation: &Observation<'_>) -> Step {
        self.begun = true;
        let Some(part) = self.here_mut() else { return Step::End(self.end()) };
        match part.procedure.step(observation) {
            Step::End(ending) => {
                self.ended.push(ending);
                self.begun = false;
                if self.here().is_some() {
                    // What comes next wants to see other things first.
                    return Step::Wait(SignedDuration::ZERO);
                }
                Step::End(self.end())
            }
            step => step,
        }
    }

    fn told(&mut self, change_request: &ChangeRequest, got: &Result<Receipt, Fault>, now: Timestamp) {
        if let Some(part) = self.here_mut() {
            part.procedure.told(change_request, got, now);
        }
    }

    fn optional(&self) -> &'static [KindName] {
        self.here().map_or(&[], |part| part.procedure.optional())
    }

    fn goes_on(&self) -> bool {
        // What is not begun yet does not begin by itself.
        self.ended.len() + 1 == self.parts.len() && self.here().is_some_and(|part| part.procedure.goes_on())
    }

    fn report(&self, observation: &Observation<'_>) -> Report {
        let Some(part) = self.here() else {
            // What the last one showed is what its end is understood by.
            let last = self.parts.get(self.ended.len().saturating_sub(1)).filter(|_| self.is_stopped());
            let report = last.map(|part| part.procedure.report(observation)).unwrap_or_default();
            return self.with_parts(Report { message: self.end().message, stands: None, ..report }, None);
        };
        let report = part.procedure.report(observation);
        let place = format!("{} of {}", self.ended.len() + 1, self.parts.len());
        let left: Vec<&str> = self.parts.iter().skip(self.ended.len() + 1).map(|part| part.name.as_str()).collect();
        let not_begun = if left.is_empty() { String::new() } else { format!("; not begun: {}", left.join(", ")) };
        let back = self.way_back().map(|back| format!("; {back}")).unwrap_or_default();
        let now = report.message.clone();
        let report = Report {
            message: format!("{place}, {}: {}", part.name, report.message),
            stands: report.stands.map(|stands| format!("{stands}{not_begun}{back}")),
            unanswered: report.unanswered.map(|unanswered| format!("{unanswered}{not_begun}{back}")),
            ..report
        };
        self.with_parts(report, Some(&now))
    }
}

impl Release {
    /// The report with what stands where, `now` being said of the part that is on its way.
    fn with_parts(&self, mut report: Report, now: Option<&str>) -> Report {
        let standing = self.standing(now);
        report.sections.insert(0, standing::section(&standing));
        report.parts = standing.into_iter().map(|(part, _)| part).collect();
        report
    }
}

#[cfg(test)]
mod tests;
