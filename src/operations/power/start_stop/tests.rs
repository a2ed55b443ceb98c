//! One machine started and stopped: every row of the table of what is and what is wanted, refusals, kills at every
//! step. A little RDS of its own moves by the minute.

use rstest::rstest;

use super::*;
use crate::change::How as Ended;
use crate::kinds::db_instance::DbInstance;
use crate::kinds::testing_samples::{database, now, scope, tokyo};
use crate::world::{Coverage, Reading, Resource};

/// An RDS with one instance: what it is, what comes after it, and how it answers.
struct Rds {
    status: &'static str,
    /// Status and how long it lasts from now.
    course: Vec<(&'static str, i64)>,
    at: Timestamp,
    calls: Vec<&'static str>,
    refusals: Vec<Fault>,
}

impl Rds {
    fn at(status: &'static str) -> Self {
        Self { status, course: Vec::new(), at: now(), calls: Vec::new(), refusals: Vec::new() }
    }

    fn then(mut self, status: &'static str, after: i64) -> Self {
        self.course.push((status, after));
        self
    }

    fn refusing(mut self, faults: impl IntoIterator<Item = Fault>) -> Self {
        self.refusals = faults.into_iter().collect();
        self
    }

    fn passes(&mut self, span: SignedDuration) {
        self.at += span;
        let mut left = span.as_secs();
        while let Some((status, after)) = self.course.first().copied() {
            if after > left {
                self.course[0].1 -= left;
                break;
            }
            left -= after;
            self.status = status;
            self.course.remove(0);
        }
    }

    fn world(&self) -> World {
        let one = DbInstance { status: self.status.to_owned(), ..database() };
        let mut world = World::default();
        world.put(&scope(), DbInstance::KIND, &Coverage::All, Ok(Reading::whole(vec![one]).into()), self.at);
        world
    }

    /// What the API says to a call now.
    fn asked(&mut self, verb: &'static str) -> Result<Receipt, Fault> {
        if let Some(fault) = self.refusals.pop() {
            return Err(fault);
        }
        self.calls.push(verb);
        match (verb, self.status) {
            ("stop", "available" | "storage-optimization" | "shiny") => {
                self.status = "stopping";
                self.course = vec![("stopped", 150)];
                Ok(Receipt::default())
            }
            ("start", "stopped" | "inaccessible-encryption-credentials-recoverable" | "shiny") => {
                self.status = "starting";
                self.course = vec![("available", 240)];
                Ok(Receipt::default())
            }
            _ => Err(invalid()),
        }
    }
}

fn invalid() -> Fault {
    let mut fault = Fault::new(FaultKind::Refused, "rds:StopDBInstance", "Instance city-db is not in available state.");
    fault.code = Some("InvalidDBInstanceState".to_owned());
    fault
}

fn switch(want: TargetState) -> Switch {
    let plan = Plan::new("turn it", "city-dev".into(), database().id(&scope()), Vec::new());
    Switch::new(plan, "DB instance city-db".into(), want, vec![ReadRequest::all(&scope(), DbInstance::KIND)], tokyo())
}

/// Runs to the end, or for ten hours; a fresh procedure takes over before each step that `killed` names.
fn run(rds: &mut Rds, want: TargetState, killed: &[usize]) -> (Option<Ending>, Vec<String>) {
    let mut one = switch(want);
    let mut said = Vec::new();
    for at in 0..2000 {
        if killed.contains(&at) {
            one = switch(want);
        }
        let world = rds.world();
        let observation = Observation { world: &world, faults: &[], now: rds.at };
        let step = one.step(&observation);
        said.push(one.report(&observation).message);
        match step {
            Step::End(ending) => return (Some(ending), said),
            Step::Wait(span) => rds.passes(span),
            Step::Act(changes) => {
                for change in changes {
                    let change_request = change.change_request();
                    let got = rds.asked(change_request.verb);
                    one.told(&change_request, &got, rds.at);
                }
            }
        }
        if rds.at > now() + SignedDuration::from_hours(10) {
            break;
        }
    }
    (None, said)
}

#[rstest]
#[case::up("available", TargetState::Stopped, &["stop"], Ended::Done)]
#[case::down("stopped", TargetState::Stopped, &[], Ended::Done)]
#[case::up_already("available", TargetState::Running, &[], Ended::Done)]
#[case::down_to_up("stopped", TargetState::Running, &["start"], Ended::Done)]
#[case::serving("backing-up", TargetState::Running, &[], Ended::Done)]
#[case::optimizing("storage-optimization", TargetState::Stopped, &["stop"], Ended::Done)]
#[case::optimizing_up("storage-optimization", TargetState::Running, &[], Ended::Done)]
#[case::blocked("failed", TargetState::Stopped, &[], Ended::Failed)]
#[case::blocked_up("failed", TargetState::Running, &[], Ended::Failed)]
#[case::cured_by_a_start("inaccessible-encryption-credentials-recoverable", TargetState::Running, &["start"], Ended::Done)]
#[case::full("storage-full", TargetState::Stopped, &[], Ended::Failed)]
#[case::going("deleting", TargetState::Stopped, &[], Ended::Failed)]
#[case::unknown("shiny", TargetState::Stopped, &["stop"], Ended::Done)]
fn every_row_of_the_table(
    #[case] status: &'static str,
    #[case] want: TargetState,
    #[case] calls: &[&str],
    #[case] how: Ended,
) {
    let mut rds = Rds::at(status);
    let (ending, said) = run(&mut rds, want, &[]);
    assert_eq!((ending.map(|ending| ending.how), rds.calls.as_slice()), (Some(how), calls), "{said:#?}");
}

#[rstest]
#[case::attach_down(Rds::at("stopping").then("stopped", 60), TargetState::Stopped, &[])]
#[case::attach_up(Rds::at("starting").then("available", 60), TargetState::Running, &[])]
#[case::stop_after_start(Rds::at("starting").then("available", 300), TargetState::Stopped, &["stop"])]
#[case::start_after_stop(Rds::at("stopping").then("stopped", 300), TargetState::Running, &["start"])]
#[case::busy_then_stop(Rds::at("backing-up").then("available", 1200), TargetState::Stopped, &["stop"])]
#[case::attach_to_busy(Rds::at("modifying").then("available", 1200), TargetState::Running, &[])]
#[case::slow(Rds::at("starting").then("available", 9_000), TargetState::Running, &[])]
fn what_moves_is_waited_for(#[case] mut rds: Rds, #[case] want: TargetState, #[case] calls: &[&str]) {
    let (ending, said) = run(&mut rds, want, &[]);
    let goal = if want == TargetState::Stopped { "stopped" } else { "available" };
    assert_eq!((ending.map(|ending| ending.how), rds.status), (Some(Ended::Done), goal), "{said:#?}");
    assert_eq!(rds.calls, calls);
}

#[test]
fn what_stays_busy_is_missed_in_the_end_and_nothing_was_changed() {
    let mut rds = Rds::at("backing-up");
    let (ending, _) = run(&mut rds, TargetState::Stopped, &[]);
    let ending = ending.expect("it gives up");
    assert_eq!(ending.how, Ended::Failed);
    assert!(ending.message.contains("busy (backing-up)") && ending.message.contains("1 h"), "{}", ending.message);
    assert_eq!(rds.at.duration_since(now()), RETRY_WINDOW);
}

#[test]
fn what_goes_elsewhere_was_diverted() {
    let mut rds = Rds::at("available");
    let mut one = switch(TargetState::Stopped);
    let mut end = None;
    for _ in 0..20 {
        let world = rds.world();
        match one.step(&Observation { world: &world, faults: &[], now: rds.at }) {
            Step::Act(changes) => {
                let got = rds.asked("stop");
                one.told(&changes[0].change_request(), &got, rds.at);
                rds.course = vec![("modifying", 90)];
            }
            Step::Wait(span) => rds.passes(span),
            Step::End(ending) => {
                end = Some(ending);
                break;
            }
        }
    }
    let end = end.expect("it ends");
    assert_eq!(end.how, Ended::Incomplete);
    assert!(end.message.contains("\"modifying\""), "{}", end.message);
}

#[test]
fn a_refusal_that_is_final_ends_it_and_nothing_was_changed() {
    let mut fault = Fault::new(FaultKind::Denied, "rds:StopDBInstance", "not authorized");
    fault.code = Some("AccessDenied".to_owned());
    let mut rds = Rds::at("available").refusing([fault]);
    let (ending, _) = run(&mut rds, TargetState::Stopped, &[]);
    let ending = ending.expect("it ends");
    assert_eq!(ending.how, Ended::Failed);
    assert!(ending.message.contains("rds:StopDBInstance is not allowed: not authorized"), "{}", ending.message);
}

#[rstest]
#[case::throttled(Fault::new(FaultKind::Throttled, "rds:StopDBInstance", "Rate exceeded"))]
#[case::offline(Fault::new(FaultKind::Offline, "rds:StopDBInstance", "no route"))]
#[case::expired(Fault::new(FaultKind::Expired, "rds:StopDBInstance", "the token has expired"))]
#[case::not_ready(invalid())]
fn a_call_that_got_lost_is_made_again(#[case] fault: Fault) {
    let mut rds = Rds::at("available").refusing([fault]);
    let (ending, said) = run(&mut rds, TargetState::Stopped, &[]);
    assert_eq!(
        (ending.map(|ending| ending.how), rds.calls.as_slice()),
        (Some(Ended::Done), &["stop"][..]),
        "{said:#?}"
    );
}

#[test]
fn a_call_that_was_taken_though_its_answer_got_lost_is_not_made_again() {
    let mut rds = Rds::at("available");
    let mut one = switch(TargetState::Stopped);
    let mut calls = 0;
    for _ in 0..40 {
        let world = rds.world();
        match one.step(&Observation { world: &world, faults: &[], now: rds.at }) {
            Step::Act(changes) => {
                calls += 1;
                assert!(rds.asked("stop").is_ok());
                let lost = Err(Fault::new(FaultKind::Timeout, "rds:StopDBInstance", "no answer"));
                one.told(&changes[0].change_request(), &lost, rds.at);
            }
            Step::Wait(span) => rds.passes(span),
            Step::End(ending) => {
                assert_eq!((ending.how, calls), (Ended::Done, 1), "{}", ending.message);
                return;
            }
        }
    }
    panic!("it does not end");
}

#[test]
fn killed_before_any_step_it_is_taken_up_again() {
    for (from, want) in
        [("available", TargetState::Stopped), ("stopped", TargetState::Running), ("stopping", TargetState::Running)]
    {
        for killed in 0..14 {
            let mut rds = Rds::at(from);
            if from == "stopping" {
                rds = rds.then("stopped", 100);
            }
            let (ending, said) = run(&mut rds, want, &[killed]);
            assert_eq!(ending.map(|ending| ending.how), Some(Ended::Done), "{from}, killed before {killed}: {said:#?}");
            assert_eq!(rds.calls.len(), 1, "{from}, killed before {killed}: called once");
        }
    }
}

#[test]
fn it_may_be_left_only_once_aws_has_taken_it() {
    let mut rds = Rds::at("available");
    let mut one = switch(TargetState::Stopped);
    let world = rds.world();
    let observation = Observation { world: &world, faults: &[], now: rds.at };
    let Step::Act(changes) = one.step(&observation) else { panic!("it calls") };
    assert!(!one.goes_on());
    let got = rds.asked("stop");
    one.told(&changes[0].change_request(), &got, rds.at);
    let world = rds.world();
    let observation = Observation { world: &world, faults: &[], now: rds.at };
    assert!(matches!(one.step(&observation), Step::Wait(_)) && one.goes_on());
    let stands = one.report(&observation).stands.unwrap_or_default();
    assert_eq!(stands, "DB instance city-db is stopping; AWS goes on by itself");
}

#[test]
fn who_cannot_be_seen_any_more_is_not_called_done() {
    let mut one = switch(TargetState::Stopped);
    let world = Rds::at("available").world();
    let fault = Fault::new(FaultKind::Denied, "rds:DescribeDBInstances", "not authorized");
    let faults = [(ReadRequest::all(&scope(), DbInstance::KIND), fault)];
    let Step::End(ending) = one.step(&Observation { world: &world, faults: &faults, now: now() }) else {
        panic!("it ends")
    };
    assert_eq!(ending.how, Ended::Failed);
    assert!(ending.message.contains("cannot be seen any more"), "{}", ending.message);
}

#[test]
fn a_call_that_is_never_answered_ends_with_its_reason() {
    let lost = || {
        let fault = Fault::new(FaultKind::Odd, "rds:StopDBInstance", "An internal error occurred");
        Fault { answer_lost: true, ..fault }
    };
    let mut rds = Rds::at("available").refusing((0..500).map(|_| lost()));
    let (ending, said) = run(&mut rds, TargetState::Stopped, &[]);
    let ending = ending.expect("an end");
    assert_eq!(ending.how, Ended::Incomplete, "{said:#?}");
    for told in ["is not known", "rds:StopDBInstance", "An internal error occurred"] {
        assert!(ending.message.contains(told), "{}", ending.message);
    }
    let tries = 500 - rds.refusals.len();
    assert!((40..90).contains(&tries), "{tries} tries within an hour");
    // One that is answered in the end is no worse for it.
    let mut rds = Rds::at("available").refusing((0..5).map(|_| lost()));
    let (ending, said) = run(&mut rds, TargetState::Stopped, &[]);
    assert_eq!(ending.map(|ending| ending.how), Some(Ended::Done), "{said:#?}");
}
