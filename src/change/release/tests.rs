//! Releases whose parts end as they are told to: the order, what stands where, and what is taken back.

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

/// Every part but the jobs knows what ran before.
fn back(name: &str) -> Option<TakeBack> {
    let on = ResourceId { kind: KindName("ecs-service"), scope: scope(), key: name.into() };
    let command = format!("toban deploy {name} --revision 6");
    (name != "dev/jobs").then(|| TakeBack { command, on, verb: "revision", value: "6".to_owned() })
}

fn release(endings: [Ending; 3]) -> Release {
    let parts = ["dev/web", "dev/api", "dev/jobs"].into_iter().zip(endings);
    let part = |(name, ending): (&'static str, Ending)| ReleasePart {
        name: name.to_owned(),
        procedure: Box::new(Once(name, Some(ending), false)),
        take_back: back(name),
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
    assert!(
        Release::new(Vec::new(), vec![SkippedPart { name: "dev/web".to_owned(), message: "is there".to_owned() }])
            .is_none()
    );
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
                   deploy dev/web --revision 6`";
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

/// How each part stands after every look, and whether it can be taken back then.
fn standings(mut release: Release) -> Vec<Vec<(PartPhase, bool)>> {
    let (world, now) = (World::default(), Timestamp::UNIX_EPOCH);
    let observation = Observation { world: &world, faults: &[], now };
    let mut all = Vec::new();
    loop {
        let step = release.step(&observation);
        let parts = release.report(&observation).parts;
        all.push(parts.into_iter().map(|part| (part.state, part.take_back.is_some())).collect());
        if matches!(step, Step::End(_)) {
            return all;
        }
    }
}

#[test]
fn what_stands_where_is_told_at_every_look_and_only_what_changed_is_taken_back() {
    use PartPhase::{Already, Done, Failed, Incomplete, NotBegun, Underway};
    let failed = release([Ending::done("on 7"), Ending::incomplete("rolled back"), Ending::done("on 9")]);
    let all = standings(failed);
    assert_eq!(all[0], [(Underway, true), (NotBegun, false), (NotBegun, false)]);
    assert_eq!(all[1], [(Done, true), (NotBegun, false), (NotBegun, false)]);
    assert_eq!(all[3], [(Done, true), (Incomplete, true), (NotBegun, false)]);
    let refused = standings(release([Ending::failed("denied"), Ending::done(""), Ending::done("")]));
    assert_eq!(refused[1], [(Failed, false), (NotBegun, false), (NotBegun, false)]);
    let part = ReleasePart {
        name: "dev/jobs".to_owned(),
        procedure: Box::new(Once("dev/jobs", Some(Ending::done("on 9")), false)),
        take_back: back("dev/jobs"),
    };
    let skipped = SkippedPart { name: "dev/web".to_owned(), message: "on it already".to_owned() };
    let rest = standings(Release::new(vec![part], vec![skipped]).expect("something to do"));
    assert_eq!(rest[1], [(Already, false), (Done, false)], "to what it goes back is not known");
}

#[test]
fn a_release_that_is_taken_back_says_so() {
    let plan = release([Ending::done(""), Ending::done(""), Ending::done("")]).taking_back().plan();
    assert_eq!(plan.message, "take back the release of dev/web, dev/api, dev/jobs, one after the other");
}
