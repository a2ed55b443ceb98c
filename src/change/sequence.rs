//! One procedure after another, as one piece of work: planned together, let through the gate once. What comes second is
//! what was asked for: it is done even where the first went wrong, and the end tells both. Pure.

use jiff::{SignedDuration, Timestamp};

use super::plan::{ChangeRequest, Plan};
use super::procedure::{Observation, Procedure, Step};
use super::receipt::Receipt;
use super::{Ending, How, Report};
use crate::world::read_request::ReadRequest;
use crate::world::{Fault, Scope};

/// The procedure.
#[derive(Debug)]
pub struct After {
    plan: Plan,
    /// What goes first; `None` once it ended.
    first: Option<Box<dyn Procedure>>,
    /// What goes first, in words.
    before: String,
    then: Box<dyn Procedure>,
    /// How the first ended, where it did not go well: in a sentence, with what that means.
    failed: Option<String>,
    /// What becomes of it if the first does not go well.
    otherwise: String,
}

impl After {
    /// `first`, then `then`, under the name of `then`. `otherwise` says what becomes of it without the first.
    #[must_use]
    pub fn new(first: Box<dyn Procedure>, then: Box<dyn Procedure>, otherwise: impl Into<String>) -> Self {
        let (before, mut plan) = (first.plan(), then.plan());
        plan.calls = before.calls.iter().cloned().chain(plan.calls.iter().cloned()).collect();
        plan.notices.insert(0, format!("first: {}", before.message));
        let told: Vec<String> =
            before.notices.iter().filter(|notice| !plan.notices.contains(notice)).cloned().collect();
        plan.notices.splice(1..1, told);
        plan.differences = before.differences.iter().cloned().chain(std::mem::take(&mut plan.differences)).collect();
        let further: Vec<Scope> =
            before.scopes().filter(|scope| plan.scopes().all(|known| known != *scope)).cloned().collect();
        plan.besides.extend(further);
        Self { plan, first: Some(first), before: before.message, then, failed: None, otherwise: otherwise.into() }
    }
}

impl After {
    /// `first` together with the `then` that makes it true, under the name of `first`: an override and the wake it
    /// takes. `notice` says why both, `otherwise` what becomes of it without the first.
    #[must_use]
    pub fn completed(
        first: Box<dyn Procedure>,
        then: Box<dyn Procedure>,
        notice: impl Into<String>,
        otherwise: impl Into<String>,
    ) -> Self {
        let mut both = Self::new(first, then, otherwise);
        both.plan.message.clone_from(&both.before);
        if let Some(said) = both.plan.notices.first_mut() {
            *said = notice.into();
        }
        both
    }

    /// The end of both, from that of the second.
    fn ended(&self, Ending { how, message }: Ending) -> Ending {
        match (&self.failed, how) {
            (Some(failed), How::Done | How::Incomplete) => {
                Ending::incomplete(format!("{message}; it could not {failed}"))
            }
            (Some(failed), How::Failed) => Ending::failed(format!("{message}; it could not {failed}")),
            // What went first stands.
            (None, How::Failed) => Ending::incomplete(format!("{message}; what went before stands: {}", self.before)),
            (None, how) => Ending { how, message },
        }
    }
}

impl Procedure for After {
    fn plan(&self) -> Plan {
        self.plan.clone()
    }

    fn wants(&self, now: Timestamp) -> Vec<ReadRequest> {
        self.first.as_ref().unwrap_or(&self.then).wants(now)
    }

    fn step(&mut self, observation: &Observation<'_>) -> Step {
        if let Some(first) = &mut self.first {
            return match first.step(observation) {
                Step::End(ending) => {
                    self.failed = (ending.how != How::Done)
                        .then(|| format!("{}: {}; {}", self.before, ending.message, self.otherwise));
                    self.first = None;
                    // What comes second wants to see other things first.
                    Step::Wait(SignedDuration::ZERO)
                }
                step => step,
            };
        }
        match self.then.step(observation) {
            Step::End(ending) => Step::End(self.ended(ending)),
            step => step,
        }
    }

    fn told(&mut self, change_request: &ChangeRequest, got: &Result<Receipt, Fault>, now: Timestamp) {
        self.first.as_mut().unwrap_or(&mut self.then).told(change_request, got, now);
    }

    fn goes_on(&self) -> bool {
        self.first.is_none() && self.failed.is_none() && self.then.goes_on()
    }

    fn report(&self, observation: &Observation<'_>) -> Report {
        self.first.as_ref().unwrap_or(&self.then).report(observation)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::kinds::testing::scope;
    use crate::world::{KindName, ResourceId, World};

    /// Waits once, and ends as it was told.
    struct Once(&'static str, Option<Ending>, bool);

    impl Procedure for Once {
        fn plan(&self) -> Plan {
            let on = ResourceId { kind: KindName("environment"), scope: scope(), key: "dev".into() };
            let mut plan = Plan::new(self.0, "dev".into(), on, vec![format!("call to {}", self.0)]);
            plan.notices = vec!["AWS is asked".to_owned()];
            plan
        }
        fn wants(&self, _now: Timestamp) -> Vec<ReadRequest> {
            vec![ReadRequest::all(&scope(), KindName(self.0))]
        }
        fn step(&mut self, _sight: &Observation<'_>) -> Step {
            if std::mem::replace(&mut self.2, true) {
                return Step::End(self.1.take().unwrap());
            }
            Step::Wait(SignedDuration::from_secs(5))
        }
        fn told(&mut self, _deed: &ChangeRequest, _got: &Result<Receipt, Fault>, _now: Timestamp) {}
        fn goes_on(&self) -> bool {
            true
        }
        fn report(&self, _sight: &Observation<'_>) -> Report {
            Report { message: self.0.to_owned(), ..Report::default() }
        }
    }

    /// What was looked at before each step, and the end.
    fn run(first: Ending, then: Ending) -> (Vec<&'static str>, Ending) {
        let first = Once("keep dev up", Some(first), false);
        let mut both =
            After::new(Box::new(first), Box::new(Once("wake dev", Some(then), false)), "it is stopped again");
        let plan = both.plan();
        assert_eq!(
            (plan.message.as_str(), plan.calls),
            ("wake dev", vec!["call to keep dev up".into(), "call to wake dev".into()])
        );
        assert_eq!(plan.notices, ["first: keep dev up", "AWS is asked"], "nothing is said twice");
        let (world, now) = (World::default(), Timestamp::UNIX_EPOCH);
        let observation = Observation { world: &world, faults: &[], now };
        let mut seen = Vec::new();
        loop {
            seen.push(both.wants(now)[0].kind.0);
            assert_eq!(both.report(&observation).message, *seen.last().unwrap());
            if let Step::End(ending) = both.step(&observation) {
                return (seen, ending);
            }
        }
    }

    #[test]
    fn one_goes_after_the_other_and_each_sees_what_it_wants() {
        let (seen, ending) = run(Ending::done("kept"), Ending::done("it is awake"));
        assert_eq!(seen, ["keep dev up", "keep dev up", "wake dev", "wake dev"]);
        assert_eq!(ending, Ending::done("it is awake"));
    }

    #[test]
    fn where_the_first_fails_the_second_is_done_and_the_end_tells_both() {
        let (_, ending) = run(Ending::failed("tags are denied"), Ending::done("it is awake"));
        let message = "it is awake; it could not keep dev up: tags are denied; it is stopped again";
        assert_eq!(ending, Ending::incomplete(message));
        let (_, ending) = run(Ending::incomplete("half of it"), Ending::failed("no capacity"));
        assert!(ending.how == How::Failed && ending.message.contains("no capacity; it could not keep"), "{ending:?}");
        let (_, ending) = run(Ending::done("kept"), Ending::failed("no capacity"));
        assert_eq!(ending, Ending::incomplete("no capacity; what went before stands: keep dev up"));
    }

    #[test]
    fn only_what_was_asked_for_may_go_on_by_itself() {
        let other = Once("wake dev", None, false);
        let both = After::new(Box::new(Once("keep dev up", None, false)), Box::new(other), "");
        assert!(!both.goes_on());
    }
}
