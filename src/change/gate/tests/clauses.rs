//! The gate's clauses one by one: each row differs from a change that is let through in one thing alone.

use rstest::rstest;

use super::*;

const HERE: (&str, &str) = ("p", "ap-northeast-1");

fn scope((source, region): (&str, &str)) -> Scope {
    Scope::new(source, region)
}

/// A step as it says of itself.
struct Told(Plan);

impl Change for Told {
    fn plan(&self) -> Plan {
        self.0.clone()
    }
    fn change_request(&self) -> ChangeRequest {
        Stop.change_request()
    }
    fn perform<'a>(&'a self, _aws: &'a Clients, _pass: Pass) -> BoxFuture<'a, Result<Receipt, Fault>> {
        Box::pin(async { Ok(Receipt::default()) })
    }
}

/// The plan of [`Stop`] in that environment, in `at`, on something in `on`.
fn plan(environment: &str, at: (&str, &str), on: (&str, &str)) -> Plan {
    let mut plan = Plan { environment: environment.into(), scope: scope(at), ..Stop.plan() };
    plan.on.scope = scope(on);
    plan
}

const ABROAD: (&str, &str) = ("p", "eu-west-1");
const OTHERS: (&str, &str) = ("q", "ap-northeast-1");
const BESIDES: (&str, &str) = ("p", "us-east-1");

#[rstest]
#[case::as_planned(plan("prooflink-dev", HERE, HERE), true)]
#[case::in_a_further_place_of_the_plan(plan("prooflink-dev", BESIDES, BESIDES), true)]
#[case::of_another_environment(plan("prooflink-prod", HERE, HERE), false)]
#[case::of_the_environment_in_other_letters(plan("Prooflink-dev", HERE, HERE), false)]
#[case::in_another_region(plan("prooflink-dev", ABROAD, ABROAD), false)]
#[case::by_other_credentials(plan("prooflink-dev", OTHERS, OTHERS), false)]
#[case::on_something_elsewhere(plan("prooflink-dev", HERE, BESIDES), false)]
#[case::elsewhere_on_something_here(plan("prooflink-dev", BESIDES, HERE), false)]
fn a_grant_admits_steps_inside_its_plan_only(#[case] step: Plan, #[case] admitted: bool) {
    let grant = ProcedureGrant { plan: Plan { besides: vec![scope(BESIDES)], ..Stop.plan() }, reason: None };
    let allowed = grant.plan().message.clone();
    let message = step.message.clone();
    let got = grant.admit(Box::new(Told(step)));
    match admitted {
        true => assert!(got.is_ok(), "{got:?}"),
        false => assert_eq!(got.unwrap_err(), Refused::Outside { message, allowed }),
    }
}

#[rstest]
#[case(Some("ticket 7"))]
#[case(None)]
fn a_reason_goes_with_the_change_and_with_each_step(#[case] reason: Option<&str>) {
    let own = reason.map(str::to_owned);
    let approved = Gate::default().approve(Box::new(Stop), &Confirmation::Yes, own.clone(), &fair());
    assert_eq!(approved.expect("let through").reason(), reason);
    let allowed = Gate::default().allow(Proposal::Change(Box::new(Stop)), &Confirmation::Yes, own.clone(), &fair());
    let Ok(Admitted::Change(approved)) = allowed else { panic!("one change is let through") };
    assert_eq!(approved.reason(), reason);
    let grant = ProcedureGrant { plan: Stop.plan(), reason: own };
    assert_eq!(grant.reason(), reason);
    assert_eq!(grant.admit(Box::new(Stop)).expect("admitted").reason(), reason);
}

#[rstest]
#[case::here("ap-northeast-1", &[], None)]
#[case::elsewhere("eu-west-1", &[], Some("ap-northeast-1"))]
#[case::a_further_place_elsewhere("ap-northeast-1", &[ABROAD], Some("eu-west-1"))]
#[case::a_further_place_here("ap-northeast-1", &[OTHERS], None)]
#[case::the_last_of_several("ap-northeast-1", &[OTHERS, HERE, BESIDES], Some("us-east-1"))]
#[case::the_further_place_alone_is_pinned("eu-west-1", &[ABROAD], Some("ap-northeast-1"))]
fn a_region_pin_holds_for_every_place(
    #[case] pinned: &str,
    #[case] besides: &[(&str, &str)],
    #[case] other: Option<&str>,
) {
    let plan = Plan { besides: besides.iter().copied().map(scope).collect(), ..Stop.plan() };
    let pin = Region::from(pinned);
    let at = GateContext { region: Some(pin.clone()), ..fair() };
    let refused = other.map(|actual| Refused::Region {
        environment: plan.environment.clone(),
        pinned: pin,
        actual: actual.into(),
    });
    assert_eq!(Gate::default().hindrance(&plan, &at), refused);
    assert_eq!(Gate::default().hindrance(&plan, &fair()), None, "without a pin");
}

#[rstest]
#[case::as_it_is("prooflink-dev", true)]
#[case::in_capitals("PROOFLINK-DEV", false)]
#[case::one_letter_in_another_case("Prooflink-dev", false)]
#[case::with_a_space_before(" prooflink-dev", false)]
#[case::with_a_line_behind("prooflink-dev\n", false)]
#[case::a_part_of_it("prooflink", false)]
#[case::more_than_it("prooflink-dev2", false)]
#[case::wide_letters("ｐrooflink-dev", false)]
#[case::nothing("", false)]
fn a_name_is_typed_to_the_letter(#[case] typed: &str, #[case] fits: bool) {
    let answer = || Confirmation::Named(typed.to_owned());
    let protected = GateContext { protected: true, ..fair() };
    let needed = Refused::NameNeeded("prooflink-dev".into());
    assert_eq!(ask(Gate::default(), answer(), &protected).err(), (!fits).then_some(needed));
    assert_eq!(ask(Gate::default(), answer(), &fair()).err(), (!fits).then_some(Refused::NotConfirmed));
}

#[test]
fn no_is_no_in_a_protected_environment_too() {
    let protected = GateContext { protected: true, ..fair() };
    assert_eq!(ask(Gate::default(), Confirmation::No, &protected), Err(Refused::NotConfirmed));
}

#[rstest]
#[case::read_only_first(Gate { read_only: true }, GateContext { account: None, region: Some("eu-west-1".into()), read_at: None, ..fair() }, Refused::ReadOnly)]
#[case::then_the_account(
    Gate::default(),
    GateContext { account: None, region: Some("eu-west-1".into()), read_at: None, ..fair() },
    Refused::Account { environment: "prooflink-dev".into(), pinned: "123456789012".into(), actual: "an unknown account".to_owned() }
)]
#[case::then_the_region(
    Gate::default(),
    GateContext { region: Some("eu-west-1".into()), read_at: None, ..fair() },
    Refused::Region { environment: "prooflink-dev".into(), pinned: "eu-west-1".into(), actual: "ap-northeast-1".into() }
)]
#[case::then_age(Gate::default(), GateContext { read_at: None, ..fair() }, Refused::Undated)]
fn what_cannot_be_helped_is_said_before_what_can(
    #[case] gate: Gate,
    #[case] at: GateContext,
    #[case] refused: Refused,
) {
    assert_eq!(ask(gate, Confirmation::No, &at), Err(refused));
}

#[rstest]
#[case::nothing_is_pinned(None, &[("p", Some("1")), ("q", Some("2"))], Some("1"))]
#[case::all_are_the_one(Some("1"), &[("p", Some("1")), ("q", Some("1"))], Some("1"))]
#[case::the_first_is_another(Some("1"), &[("p", Some("2")), ("q", Some("1"))], Some("2"))]
#[case::the_second_is_another(Some("1"), &[("p", Some("1")), ("q", Some("2"))], Some("2"))]
#[case::the_second_is_not_known(Some("1"), &[("p", Some("1")), ("q", None)], None)]
#[case::the_first_is_not_known(Some("1"), &[("p", None), ("q", Some("1"))], None)]
fn an_account_pin_is_held_against_every_place(
    #[case] pinned: Option<&str>,
    #[case] known: &[(&str, Option<&str>)],
    #[case] held: Option<&str>,
) {
    let plan = Plan { besides: vec![scope(OTHERS)], ..Stop.plan() };
    let account = |scope: &Scope| {
        let found = known.iter().find(|(source, _)| *source == scope.source.as_str());
        found.and_then(|(_, account)| account.map(AccountId::from))
    };
    let pinned = pinned.map(AccountId::from);
    assert_eq!(plan.account(pinned.as_ref(), account), held.map(AccountId::from));
}
