//! Several deployments of one environment as one release: planned together, let through the gate once, one after the other
//! in the order they were named, each watched to its end. One that does not go well stops the rest, and the end says what
//! stands where and how what is done is taken back. Pure.

use jiff::{SignedDuration, Timestamp};

use super::plan::{ChangeRequest, Plan};
use super::procedure::{Observation, Procedure, Step};
use super::receipt::Receipt;
use super::{Ending, How, Report};
use crate::world::read_request::ReadRequest;
use crate::world::{Fault, KindName, Scope};

/// One deployment of a release.
#[derive(Debug)]
pub struct ReleasePart {
    /// What it is called on the command line: `ENV/NAME`.
    pub name: String,
    /// What deploys it.
    pub procedure: Box<dyn Procedure>,
}

/// The release.
#[derive(Debug)]
pub struct Release {
    plan: Plan,
    parts: Vec<ReleasePart>,
    /// How those ended that are over, in order.
    ended: Vec<Ending>,
    /// What was there already and needs nothing.
    skipped: Vec<String>,
}

impl Release {
    /// A release of `parts` in this order; `skipped` says what needs nothing. `None` if there is nothing to do.
    #[must_use]
    pub fn new(parts: Vec<ReleasePart>, skipped: Vec<String>) -> Option<Self> {
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
        plan.notices.extend(skipped.iter().cloned());
        plan.notices.push("if one does not end well the rest is not begun".to_owned());
        Some(Self { plan, parts, ended: Vec::new(), skipped })
    }

    fn here(&self) -> Option<&ReleasePart> {
        self.parts.get(self.ended.len())
    }

    fn here_mut(&mut self) -> Option<&mut ReleasePart> {
        self.parts.get_mut(self.ended.len())
    }

    /// The end, with what stands where.
    fn end(&self) -> Ending {
        let told =
            self.parts.iter().zip(&self.ended).map(|(part, ending)| format!("{}: {}", part.name, ending.message));
        let mut lines: Vec<String> = self.skipped.iter().cloned().chain(told).collect();
        let well = self.ended.iter().all(|ending| ending.how == How::Done) && self.ended.len() == self.parts.len();
        if well {
            return Ending::done(lines.join("; "));
        }
        let left = self.parts.get(self.ended.len()..).unwrap_or_default();
        if !left.is_empty() {
            let names: Vec<&str> = left.iter().map(|part| part.name.as_str()).collect();
            lines.push(format!("not begun: {}", names.join(", ")));
        }
        let done = self.parts.iter().zip(&self.ended).filter(|(_, ending)| ending.how == How::Done);
        let back: Vec<String> = done.map(|(part, _)| format!("toban deploy {} --rollback", part.name)).collect();
        if !back.is_empty() {
            lines.push(format!("what is done is taken back by `{}`", back.join("`, `")));
        }
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
        let Some(part) = self.here_mut() else { return Step::End(self.end()) };
        match part.procedure.step(observation) {
            Step::End(ending) => {
                let goes_on = ending.how == How::Done;
                self.ended.push(ending);
                if goes_on && self.here().is_some() {
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
        let Some(part) = self.here() else { return Report { message: self.end().message, ..Report::default() } };
        let report = part.procedure.report(observation);
        let place = format!("{} of {}", self.ended.len() + 1, self.parts.len());
        let left: Vec<&str> = self.parts.iter().skip(self.ended.len() + 1).map(|part| part.name.as_str()).collect();
        let not_begun = if left.is_empty() { String::new() } else { format!("; not begun: {}", left.join(", ")) };
        Report {
            message: format!("{place}, {}: {}", part.name, report.message),
            stands: report.stands.map(|stands| format!("{stands}{not_begun}")),
            ..report
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::kinds::testing::scope;
    use crate::world::{ResourceId, World};

    /// Ends as it was told at its second look.
    struct Once(&'static str, Option<Ending>, bool);

    impl Procedure for Once {
        fn plan(&self) -> Plan {
            let on = ResourceId { kind: KindName("ecs-service"), scope: scope(), key: self.0.into() };
            let mut plan = Plan::new(format!("deploy {}", self.0), "dev".into(), on, vec!["ecs:UpdateService".into()]);
            plan.notices = vec!["2 alarms fire".to_owned()];
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
        fn told(&mut self, _change_request: &ChangeRequest, _got: &Result<Receipt, Fault>, _now: Timestamp) {}
        fn goes_on(&self) -> bool {
            true
        }
        fn report(&self, _sight: &Observation<'_>) -> Report {
            Report { message: "moves".to_owned(), ..Report::default() }
        }
    }

    fn release(endings: [Ending; 3]) -> Release {
        let parts = ["dev/web", "dev/api", "dev/jobs"].into_iter().zip(endings);
        let part = |(name, ending): (&'static str, Ending)| ReleasePart {
            name: name.to_owned(),
            procedure: Box::new(Once(name, Some(ending), false)),
        };
        Release::new(parts.map(part).collect(), Vec::new()).expect("something to do")
    }

    /// What was looked at before each step, and the end.
    fn run(mut release: Release) -> (Vec<&'static str>, Ending) {
        let (world, now) = (World::default(), Timestamp::UNIX_EPOCH);
        let (mut seen, observation) = (Vec::new(), Observation { world: &world, faults: &[], now });
        loop {
            seen.push(release.wants(now)[0].kind.0);
            if let Step::End(ending) = release.step(&observation) {
                return (seen, ending);
            }
        }
    }

    #[test]
    fn one_plan_tells_of_all_in_order_and_nothing_twice() {
        let plan = release([Ending::done(""), Ending::done(""), Ending::done("")]).plan();
        assert_eq!(plan.message, "release dev/web, dev/api, dev/jobs, one after the other");
        assert_eq!(plan.calls[1], "dev/api: ecs:UpdateService");
        assert_eq!(plan.notices, ["2 alarms fire", "if one does not end well the rest is not begun"]);
        assert!(Release::new(Vec::new(), vec!["all is there".to_owned()]).is_none());
    }

    #[test]
    fn each_is_watched_to_its_end_before_the_next_begins() {
        let (seen, ending) = run(release([Ending::done("on 7"), Ending::done("on 8"), Ending::done("on 9")]));
        assert_eq!(seen, ["dev/web", "dev/web", "dev/api", "dev/api", "dev/jobs", "dev/jobs"]);
        assert_eq!(ending, Ending::done("dev/web: on 7; dev/api: on 8; dev/jobs: on 9"));
    }

    #[test]
    fn one_that_fails_stops_the_rest_and_says_what_stands() {
        let (_, ending) = run(release([Ending::done("on 7"), Ending::incomplete("rolled back"), Ending::done("on 9")]));
        let message = "dev/web: on 7; dev/api: rolled back; not begun: dev/jobs; what is done is taken back by `toban \
                       deploy dev/web --rollback`";
        assert_eq!(ending, Ending::incomplete(message));
        let (_, ending) = run(release([Ending::failed("denied"), Ending::done(""), Ending::done("")]));
        assert_eq!(ending, Ending::failed("dev/web: denied; not begun: dev/api, dev/jobs"));
        let (_, ending) = run(release([Ending::done("on 7"), Ending::failed("denied"), Ending::done("")]));
        assert_eq!(ending.how, How::Incomplete, "what was done stands");
    }

    #[test]
    fn only_the_last_may_be_left_to_itself() {
        let mut release = release([Ending::done(""), Ending::done(""), Ending::done("")]);
        let (world, now) = (World::default(), Timestamp::UNIX_EPOCH);
        let observation = Observation { world: &world, faults: &[], now };
        let mut may = Vec::new();
        for _ in 0..6 {
            may.push(release.goes_on());
            release.step(&observation);
        }
        assert_eq!(may, [false, false, false, false, true, true]);
    }
}
