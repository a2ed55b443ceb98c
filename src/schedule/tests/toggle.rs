//! The toggle: every cell of its table, and every transition of its machine.

use rstest::rstest;

use super::*;
use crate::schedule::observed::power_state::of_db_instance;
use crate::schedule::stoppable::Ineligible;
use crate::schedule::transition::start_stop::{Effect, Event, State, Toggle};
use crate::schedule::transition::{Decision, Rejection, decide};

fn now() -> Timestamp {
    "2026-11-20T13:00:00Z".parse().unwrap()
}

fn seen(status: &str) -> Actual {
    of_db_instance(status)
}

fn checked(status: &str) -> Event {
    Event::Checked { actual: seen(status), ineligible: None, up_for: None }
}

fn call(verb: PowerAction) -> Decision {
    Decision::Issue { verb, note: None }
}

#[rstest]
#[case::up("available", Decision::Done, call(PowerAction::Stop))]
#[case::down("stopped", call(PowerAction::Start), Decision::Done)]
#[case::going_up("starting", Decision::Attach, Decision::Queue { reason: "it is starting; it can be stopped once it is up".into(), moving: true })]
#[case::going_down("stopping", Decision::Queue { reason: "it is stopping; it can be started once it is down".into(), moving: true }, Decision::Attach)]
#[case::busy_serving("backing-up", Decision::Done, Decision::Queue { reason: "it is busy (backing-up)".into(), moving: false })]
#[case::busy("modifying", Decision::Attach, Decision::Queue { reason: "it is busy (modifying)".into(), moving: false })]
#[case::blocked("storage-full", Decision::Refuse("it is storage-full, which needs a person".into()), Decision::Refuse("it is storage-full, which needs a person".into()))]
#[case::gone("deleting", Decision::Gone, Decision::Gone)]
fn the_table_of_actual_and_want(#[case] status: &str, #[case] up: Decision, #[case] down: Decision) {
    assert_eq!(decide(&seen(status), TargetState::Running, None, None), up);
    assert_eq!(decide(&seen(status), TargetState::Stopped, None, None), down);
}

#[test]
fn the_table_for_what_may_not_stop_what_is_unknown_and_what_has_just_started() {
    let why = Ineligible::SqlServerMultiAz;
    let refused = Decision::Refuse("SQL Server Multi-AZ cannot be stopped".into());
    assert_eq!(decide(&Actual::Up, TargetState::Stopped, Some(&why), None), refused);
    assert_eq!(decide(&Actual::Up, TargetState::Running, Some(&why), None), Decision::Done);
    assert_eq!(decide(&Actual::Down, TargetState::Running, Some(&why), None), call(PowerAction::Start));
    for (want, verb) in [(TargetState::Running, PowerAction::Start), (TargetState::Stopped, PowerAction::Stop)] {
        let decision = decide(&seen("novel"), want, None, None);
        assert!(
            matches!(decision, Decision::Issue { verb: found, note: Some(note) } if found == verb && note.contains("novel"))
        );
    }
    let young = decide(&Actual::Up, TargetState::Stopped, None, Some(minutes(9)));
    assert!(matches!(young, Decision::Issue { note: Some(note), .. } if note.contains("10 minutes are billed")));
    assert_eq!(decide(&Actual::Up, TargetState::Stopped, None, Some(minutes(10))), call(PowerAction::Stop));
}

fn toggle() -> Toggle {
    Toggle::new(minutes(60))
}

/// A toggle whose stop has been confirmed and is out.
fn issued() -> Toggle {
    let mut toggle = toggle();
    assert_eq!(toggle.handle(Event::Request(TargetState::Stopped), now()), [Effect::Check]);
    assert_eq!(toggle.handle(checked("available"), now()), [Effect::Ask(call(PowerAction::Stop))]);
    assert_eq!(toggle.handle(Event::Confirmed, now()), [Effect::Call(PowerAction::Stop)]);
    toggle
}

fn in_progress() -> Toggle {
    let mut toggle = issued();
    assert_eq!(toggle.handle(Event::Accepted, now()), [Effect::Read(SignedDuration::from_secs(15))]);
    toggle
}

#[test]
fn a_stop_from_request_to_done() {
    let mut toggle = in_progress();
    toggle.handle(Event::Observed(seen("stopping")), now() + minutes(3));
    assert_eq!(toggle.state, State::InProgress { since: now() });
    assert_eq!(toggle.handle(Event::Observed(seen("stopped")), now() + minutes(6)), []);
    assert_eq!(toggle.state, State::Done);
    assert!(toggle.state.is_over());
}

#[test]
fn only_what_is_seen_makes_it_done() {
    let toggle = in_progress();
    assert_eq!(toggle.state, State::InProgress { since: now() });
}

#[test]
fn declined_refused_and_done_already() {
    let mut declined = toggle();
    declined.handle(Event::Request(TargetState::Stopped), now());
    declined.handle(checked("available"), now());
    assert_eq!(declined.handle(Event::Declined, now()), []);
    assert_eq!(declined.state, State::Cancelled);

    let mut refused = toggle();
    refused.handle(Event::Request(TargetState::Stopped), now());
    let ineligible = Some(Ineligible::ServerlessV1);
    refused.handle(Event::Checked { actual: Actual::Up, ineligible, up_for: None }, now());
    assert!(matches!(refused.state, State::Refused { why } if why.contains("Serverless v1")));

    let mut done = toggle();
    done.handle(Event::Request(TargetState::Running), now());
    done.handle(checked("available"), now());
    assert_eq!(done.state, State::Done);

    let mut gone = toggle();
    gone.handle(Event::Request(TargetState::Running), now());
    gone.handle(checked("deleting"), now());
    assert!(matches!(gone.state, State::Refused { why } if why.contains("configuration")));
}

#[test]
fn polls_get_slower_and_nothing_gives_up_on_a_start() {
    let mut toggle = Toggle::resumed(TargetState::Running, now(), minutes(60));
    let pause =
        |toggle: &mut Toggle, after: i64| toggle.handle(Event::Observed(Actual::GoingUp), now() + minutes(after));
    assert_eq!(pause(&mut toggle, 1), [Effect::Read(SignedDuration::from_secs(15))]);
    assert_eq!(pause(&mut toggle, 5), [Effect::Read(SignedDuration::from_secs(30))]);
    assert_eq!(toggle.state, State::InProgress { since: now() });
    assert_eq!(pause(&mut toggle, 30), [Effect::Read(SignedDuration::from_secs(30))]);
    assert_eq!(toggle.state, State::Slow { since: now() });
    assert_eq!(pause(&mut toggle, 600), [Effect::Read(SignedDuration::from_secs(30))]);
    toggle.handle(Event::Observed(Actual::Up), now() + minutes(601));
    assert_eq!(toggle.state, State::Done);
}

#[test]
fn a_stale_answer_is_not_a_diversion_but_a_lasting_one_is() {
    let mut toggle = in_progress();
    toggle.handle(Event::Observed(Actual::Up), now() + SignedDuration::from_secs(59));
    assert_eq!(toggle.state, State::InProgress { since: now() });
    toggle.handle(Event::Observed(seen("modifying")), now() + SignedDuration::from_secs(61));
    assert_eq!(toggle.state, State::Diverted { status: "modifying".into() });
}

fn rejected(code: &str, actual: Option<&str>) -> Event {
    Event::Rejected { rejection: Rejection::of(code, ""), actual: actual.map(seen) }
}

#[test]
fn a_refusal_because_it_is_so_already_is_a_success() {
    let mut done = issued();
    done.handle(rejected("InvalidDBInstanceState", Some("stopped")), now());
    assert_eq!(done.state, State::Done);
    let mut moving = issued();
    moving.handle(rejected("InvalidDBClusterStateFault", Some("stopping")), now());
    assert_eq!(moving.state, State::InProgress { since: now() });
}

#[test]
fn a_busy_one_is_tried_every_minute_until_the_window_closes() {
    let mut toggle = issued();
    let retry = [Effect::Read(SignedDuration::from_secs(60))];
    assert_eq!(toggle.handle(rejected("InvalidDBInstanceState", Some("backing-up")), now()), retry);
    assert!(matches!(toggle.state, State::Queued { moving: false, .. }));
    for minute in 1..60 {
        assert_eq!(toggle.handle(Event::Observed(seen("backing-up")), now() + minutes(minute)), retry);
    }
    // Free at last: called at once.
    let mut freed = toggle.clone();
    assert_eq!(freed.handle(Event::Observed(Actual::Up), now() + minutes(59)), [Effect::Call(PowerAction::Stop)]);
    // A refused try does not open the window anew.
    freed.handle(rejected("InvalidDBInstanceState", Some("backing-up")), now() + minutes(60));
    assert!(matches!(freed.state, State::Missed { .. }), "{freed:?}");
    toggle.handle(Event::Observed(seen("backing-up")), now() + minutes(60));
    assert_eq!(toggle.state, State::Missed { reason: "it is busy (backing-up)".into() });
}

#[test]
fn the_opposite_wish_waits_until_it_has_settled() {
    let mut toggle = in_progress();
    toggle.handle(Event::Request(TargetState::Running), now() + minutes(1));
    assert!(matches!(toggle.state, State::Queued { moving: true, .. }));
    // What is seen may be from before the stop: it is not up, it is about to go down.
    toggle.handle(Event::Observed(Actual::Up), now() + minutes(1));
    assert!(matches!(toggle.state, State::Queued { moving: true, .. }));
    // Stopping may take longer than the retry window.
    toggle.handle(Event::Observed(Actual::GoingDown), now() + minutes(90));
    assert!(matches!(toggle.state, State::Queued { moving: true, .. }));
    let effects = toggle.handle(Event::Observed(Actual::Down), now() + minutes(91));
    assert_eq!(effects, [Effect::Call(PowerAction::Start)]);
}

#[test]
fn the_same_wish_again_changes_nothing_while_one_is_in_flight() {
    for mut toggle in [issued(), in_progress()] {
        let before = toggle.state.clone();
        assert_eq!(toggle.handle(Event::Request(TargetState::Stopped), now()), []);
        assert_eq!(toggle.state, before);
    }
}

#[test]
fn throttling_is_tried_five_times_with_growing_pauses() {
    let mut toggle = issued();
    for pause in [2, 4, 8, 16] {
        let effects = toggle.handle(rejected("ThrottlingException", None), now());
        assert_eq!(effects, [Effect::CallAfter(PowerAction::Stop, SignedDuration::from_secs(pause))]);
    }
    toggle.handle(rejected("ThrottlingException", None), now());
    assert_eq!(toggle.state, State::Failed { why: "ThrottlingException".into() });
}

#[rstest]
#[case("AccessDenied")]
#[case("DBInstanceNotFound")]
#[case("InvalidParameterCombination")]
#[case("KMSKeyNotAccessibleFault")]
#[case("InsufficientDBInstanceCapacity")]
fn what_a_person_must_look_at_fails(#[case] code: &str) {
    let mut toggle = issued();
    assert_eq!(toggle.handle(rejected(code, None), now()), []);
    assert_eq!(toggle.state, State::Failed { why: code.into() });
}

#[test]
fn messages_are_read_only_when_the_code_says_nothing() {
    let message = "DbCluster c is in backing-up state but expected it to be one of available.";
    assert_eq!(Rejection::of("InvalidParameterValue", message), Rejection::InvalidState);
    assert_eq!(Rejection::of("Whatever", "Instance d is not in available state."), Rejection::InvalidState);
    assert_eq!(Rejection::of("AccessDenied", "no"), Rejection::Final("AccessDenied: no".into()));
}

#[test]
fn what_another_wrote_at_the_same_moment_is_worth_another_try() {
    for code in ["ConflictException", "ConcurrentUpdateException", "InternalServerException"] {
        assert_eq!(Rejection::of(code, ""), Rejection::Transient(code.into()));
    }
}

#[test]
fn an_event_that_does_not_belong_changes_nothing() {
    let mut toggle = toggle();
    for event in [Event::Confirmed, Event::Declined, Event::Accepted, Event::Observed(Actual::Up), checked("stopped")] {
        assert_eq!(toggle.handle(event, now()), []);
        assert_eq!(toggle.state, State::Idle);
    }
}
