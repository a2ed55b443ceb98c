//! What the gate lets through and what it refuses: by answer, protection, pins, age and clocks.

mod clauses;

use super::*;
use crate::world::{KindName, ResourceId, Scope};
use futures_util::future::BoxFuture;

struct Stop;

impl Change for Stop {
    fn plan(&self) -> Plan {
        let scope = Scope::new("p", "ap-northeast-1");
        Plan {
            message: "stop DB instance prooflink-dev-db".into(),
            environment: "prooflink-dev".into(),
            on: self.change_request().on,
            scope,
            besides: Vec::new(),
            calls: vec!["rds:StopDBInstance prooflink-dev-db".into()],
            notices: Vec::new(),
            irreversible: None,
            differences: Vec::new(),
            command: None,
        }
    }
    fn change_request(&self) -> ChangeRequest {
        let scope = Scope::new("p", "ap-northeast-1");
        ChangeRequest {
            verb: "stop",
            on: ResourceId { kind: KindName("db-instance"), scope, key: "db".into() },
            arguments: Vec::new(),
        }
    }
    fn perform<'a>(&'a self, _aws: &'a Clients, _pass: Pass) -> BoxFuture<'a, Result<Receipt, Fault>> {
        Box::pin(async { Ok(Receipt::default()) })
    }
}

fn at(second: i64) -> Timestamp {
    Timestamp::from_second(second).expect("a second in range")
}

fn fair() -> GateContext {
    GateContext {
        protected: false,
        pinned: Some("123456789012".into()),
        region: None,
        account: Some("123456789012".into()),
        read_at: Some(at(100)),
        now: at(110),
        speed: Speed::REAL,
        guard: Guard::NONE,
    }
}

fn ask(gate: Gate, answer: Confirmation, at: &GateContext) -> Result<String, Refused> {
    gate.approve(Box::new(Stop), &answer, None, at).map(|approved| approved.plan().message)
}

#[test]
fn an_ordinary_change_needs_a_yes() {
    assert_eq!(ask(Gate::default(), Confirmation::No, &fair()), Err(Refused::NotConfirmed));
    assert!(ask(Gate::default(), Confirmation::Yes, &fair()).is_ok());
    assert!(ask(Gate::default(), Confirmation::Named("prooflink-dev".into()), &fair()).is_ok());
    assert_eq!(ask(Gate::default(), Confirmation::Named("prooflink".into()), &fair()), Err(Refused::NotConfirmed));
}

#[test]
fn a_protected_environment_needs_its_name() {
    let protected = GateContext { protected: true, ..fair() };
    let needed = Err(Refused::NameNeeded("prooflink-dev".into()));
    assert_eq!(ask(Gate::default(), Confirmation::Yes, &protected), needed);
    assert_eq!(ask(Gate::default(), Confirmation::Named("prooflink-prod".into()), &protected), needed);
    assert!(ask(Gate::default(), Confirmation::Named("prooflink-dev".into()), &protected).is_ok());
}

#[test]
fn read_only_lets_nothing_through() {
    let gate = Gate { read_only: true };
    assert_eq!(ask(gate, Confirmation::Named("prooflink-dev".into()), &fair()), Err(Refused::ReadOnly));
}

#[test]
fn a_plan_without_calls_goes_through_and_lets_no_change_through() {
    struct Look;
    impl Procedure for Look {
        fn plan(&self) -> Plan {
            Plan { calls: Vec::new(), ..Stop.plan() }
        }
        fn wants(&self, _now: Timestamp) -> Vec<crate::world::read_request::ReadRequest> {
            Vec::new()
        }
        fn step(&mut self, _sight: &crate::change::procedure::Observation<'_>) -> crate::change::procedure::Step {
            crate::change::procedure::Step::Act(vec![Box::new(Stop)])
        }
        fn told(&mut self, _deed: &ChangeRequest, _got: &Result<Receipt, Fault>, _now: Timestamp) {}
        fn report(&self, _sight: &crate::change::procedure::Observation<'_>) -> crate::change::Report {
            crate::change::Report::default()
        }
    }
    let gate = Gate { read_only: true };
    let stale = GateContext { read_at: None, protected: true, ..fair() };
    let allowed = gate.allow(Proposal::Procedure(Box::new(Look)), &Confirmation::No, None, &stale);
    let Ok(Admitted::Procedure(license, _)) = allowed else { panic!("it changes nothing") };
    assert!(matches!(license.admit(Box::new(Stop)), Err(Refused::Outside { .. })));
}

#[test]
fn a_pin_refuses_another_account_and_an_unknown_one() {
    for account in [Some(AccountId::from("999999999999")), None] {
        let elsewhere = GateContext { account, ..fair() };
        assert!(matches!(ask(Gate::default(), Confirmation::Yes, &elsewhere), Err(Refused::Account { .. })));
    }
}

#[test]
fn a_pin_refuses_another_region() {
    let here = Stop.plan().scope.region;
    let pinned = |region: Region| GateContext { region: Some(region), ..fair() };
    assert!(ask(Gate::default(), Confirmation::Yes, &pinned(here.clone())).is_ok());
    let elsewhere = Region::from("eu-west-1");
    let refused = ask(Gate::default(), Confirmation::Yes, &pinned(elsewhere.clone()));
    let environment = Stop.plan().environment;
    assert_eq!(refused, Err(Refused::Region { environment, pinned: elsewhere, actual: here }));
}

#[test]
fn a_session_is_barred_by_read_only_and_the_pin_and_nothing_else() {
    let name = EnvironmentName::from("prooflink-dev");
    let protected = GateContext { protected: true, read_at: None, ..fair() };
    assert_eq!(Gate::default().bars(&name, &protected), None);
    assert_eq!(Gate { read_only: true }.bars(&name, &protected), Some(Refused::ReadOnly));
    let elsewhere = GateContext { account: None, ..fair() };
    assert!(matches!(Gate::default().bars(&name, &elsewhere), Some(Refused::Account { .. })));
}

#[test]
fn a_plan_on_old_state_is_refused() {
    let old = GateContext { now: at(221), ..fair() };
    assert_eq!(ask(Gate::default(), Confirmation::Yes, &old), Err(Refused::Stale { age_seconds: 121 }));
    let never = GateContext { read_at: None, ..fair() };
    assert_eq!(ask(Gate::default(), Confirmation::Yes, &never), Err(Refused::Undated));
}

/// A person has the same two minutes however fast a simulated account lives.
#[test]
fn a_plan_grows_old_in_the_time_of_who_answers() {
    for (speed, ages, stale) in
        [(1.0, 120_i64, 121_i64), (60.0, 7_200, 7_260), (3_600.0, 432_000, 435_600), (0.5, 60, 61)]
    {
        let after = |seconds| GateContext { now: at(100 + seconds), speed: Speed::times(speed), ..fair() };
        assert!(ask(Gate::default(), Confirmation::Yes, &after(ages)).is_ok(), "{ages} s at {speed}");
        let refused = ask(Gate::default(), Confirmation::Yes, &after(stale));
        assert!(matches!(refused, Err(Refused::Stale { age_seconds: 121 | 122 })), "{refused:?} at {speed}");
    }
}

#[test]
fn a_clock_that_is_set_back_makes_no_plan_fresh() {
    // Read at 100; then the clock went back to before that, and the plan may be of any age.
    for now in [98, 40, -7_200] {
        let back = GateContext { now: at(now), ..fair() };
        assert_eq!(ask(Gate::default(), Confirmation::Yes, &back), Err(Refused::Undated), "at {now}");
    }
    let in_step = GateContext { now: at(99), ..fair() };
    assert!(ask(Gate::default(), Confirmation::Yes, &in_step).is_ok(), "a clock kept in step may go back a little");
}

#[test]
fn what_is_locked_or_denied_does_not_go_through_whatever_is_answered() {
    let named = Confirmation::Named("prooflink-dev".into());
    let guarded = |guard: Guard| GateContext { guard, ..fair() };
    let locked = guarded(Guard { locked: true, ..Guard::NONE });
    assert_eq!(ask(Gate::default(), named.clone(), &locked), Err(Refused::Locked("prooflink-dev".into())));
    assert_eq!(
        Gate::default().bars(&"prooflink-dev".into(), &locked),
        Some(Refused::Locked("prooflink-dev".into())),
        "whoever is inside can change it"
    );
    let denied = guarded(Guard { denied: Some("not on fridays".into()), ..Guard::NONE });
    assert_eq!(ask(Gate::default(), named.clone(), &denied), Err(Refused::Denied("not on fridays".into())));
    assert_eq!(Gate::default().bars(&"prooflink-dev".into(), &denied), None, "looking inside is no change");
    let strict = guarded(Guard { confirm: true, ..Guard::NONE });
    assert_eq!(ask(Gate::default(), Confirmation::Yes, &strict), Err(Refused::NameWanted("prooflink-dev".into())));
    assert!(ask(Gate::default(), named, &strict).is_ok());
}
