//! Overrides and holds: what is granted, trimmed and refused, and the edges that follow.

use super::*;
use crate::schedule::override_rules::Limit;

fn grant(
    schedule: &Schedule,
    exceptions: &Exceptions,
    state: TargetState,
    until: &str,
    now: &str,
) -> Result<Granted, Refusal> {
    Intent::new(schedule, exceptions).grant(over(schedule, state, until), at(schedule, now))
}

fn fresh(schedule: &Schedule, state: TargetState, until: &str, now: &str) -> Result<Granted, Refusal> {
    grant(schedule, &Exceptions::default(), state, until, now)
}

#[test]
fn an_override_is_no_longer_than_the_longest_and_not_past_the_hard_end() {
    let schedule = office();
    let too_long = |until, now| match fresh(&schedule, TargetState::Running, until, now) {
        Err(Refusal::TooLong { latest, limit }) => (said(&schedule, latest), limit),
        other => panic!("{other:?}"),
    };
    assert_eq!(too_long("2026-11-20 03:30", "2026-11-19 21:50"), ("Fri 11-20 03:00".into(), Limit::HardEnd));
    // What is up until 22:00 anyway is kept up for six hours from then on, but for the hard end.
    assert!(fresh(&schedule, TargetState::Running, "2026-11-20 01:00", "2026-11-19 18:30").is_ok());
    let mut short = office();
    short.max_override = SignedDuration::from_hours(2);
    let latest = |until, now| match fresh(&short, TargetState::Running, until, now) {
        Err(Refusal::TooLong { latest, limit: Limit::MaxOverride }) => said(&short, latest),
        other => panic!("{other:?}"),
    };
    assert_eq!(latest("2026-11-20 00:30", "2026-11-19 09:30"), "Fri 11-20 00:00");
    assert_eq!(latest("2026-11-20 01:00", "2026-11-19 22:30"), "Fri 11-20 00:30");
    // An hour before the period is an hour against the schedule too: one is left after it.
    assert_eq!(latest("2026-11-19 23:30", "2026-11-19 08:00"), "Thu 11-19 23:00");
    assert!(fresh(&schedule, TargetState::Running, "2026-11-20 03:00", "2026-11-19 21:50").is_ok());
}

#[test]
fn an_override_in_the_past_or_on_something_protected_is_refused() {
    let schedule = office();
    let past = fresh(&schedule, TargetState::Running, "2026-11-19 21:50", "2026-11-19 21:50").unwrap_err();
    assert!(matches!(past, Refusal::Past { .. }));
    let protected = Exceptions { protect: true, ..Exceptions::default() };
    let refused = grant(&schedule, &protected, TargetState::Running, "2026-11-19 23:00", "2026-11-19 21:50");
    assert_eq!(refused.unwrap_err(), Refusal::Protected);
}

#[test]
fn within_two_minutes_of_the_stop_it_is_too_late() {
    let schedule = office();
    for (now, late) in [
        ("2026-11-19 21:57", false),
        ("2026-11-19 21:58", true),
        ("2026-11-19 22:00", true),
        ("2026-11-19 22:01", false),
    ] {
        match fresh(&schedule, TargetState::Running, "2026-11-19 23:30", now) {
            Err(Refusal::TooLate { transition, instead }) => {
                assert!(late, "{now}");
                assert_eq!((said(&schedule, transition.at).as_str(), instead), ("Thu 11-19 22:00", PowerAction::Start));
            }
            other => assert!(other.is_ok() && !late, "{now}: {other:?}"),
        }
    }
    // Stopping early is no postponement of the stop.
    assert!(fresh(&schedule, TargetState::Stopped, "2026-11-19 23:30", "2026-11-19 21:59").is_ok());
    // A start is held back only while its issue, not the period, is far enough away.
    let start = fresh(&schedule, TargetState::Stopped, "2026-11-20 10:00", "2026-11-20 08:44").unwrap_err();
    let Refusal::TooLate { transition, instead: PowerAction::Stop } = start else { panic!("{start:?}") };
    assert_eq!(
        (transition.verb, said(&schedule, transition.issue_at)),
        (PowerAction::Start, "Fri 11-20 08:45".to_owned())
    );
}

#[test]
fn the_end_of_a_live_override_is_an_edge_that_can_be_too_near() {
    let schedule = office();
    let live = with_override(over(&schedule, TargetState::Running, "2026-11-19 23:30"));
    let refused = grant(&schedule, &live, TargetState::Running, "2026-11-20 00:30", "2026-11-19 23:29").unwrap_err();
    assert!(matches!(refused, Refusal::TooLate { instead: PowerAction::Start, .. }));
}

#[test]
fn what_changes_nothing_says_so() {
    let schedule = office();
    let granted = fresh(&schedule, TargetState::Running, "2026-11-19 14:00", "2026-11-19 12:00").unwrap();
    assert_eq!(granted.notes, [Note::NothingToPostpone]);
    let granted = fresh(&schedule, TargetState::Running, "2026-11-19 23:00", "2026-11-19 20:00").unwrap();
    assert_eq!(granted.notes, []);
}

#[test]
fn an_override_that_would_end_inside_the_lead_ends_at_the_start() {
    let schedule = office();
    let granted = fresh(&schedule, TargetState::Running, "2026-11-20 08:50", "2026-11-20 06:00").unwrap();
    assert_eq!(said(&schedule, granted.over.until), "Fri 11-20 09:00");
    assert_eq!(
        transitions(&schedule, &with_override(granted.over), "2026-11-20 06:00", "2026-11-20 23:00"),
        ["stop Fri 11-20 22:00"]
    );
}

#[test]
fn an_override_that_reaches_past_the_stop_lasts_as_long_as_was_asked() {
    let schedule = office();
    let granted = fresh(&schedule, TargetState::Running, "2026-11-19 23:30", "2026-11-19 07:00").unwrap();
    assert_eq!(said(&schedule, granted.over.until), "Thu 11-19 23:30");
    assert_eq!(
        transitions(&schedule, &with_override(granted.over), "2026-11-19 07:00", "2026-11-20 03:00"),
        ["stop Thu 11-19 23:30"]
    );
}

#[test]
fn what_only_bridges_the_time_until_the_schedule_agrees_ends_there() {
    let schedule = office();
    let none = Exceptions::default();
    let bridge = |state, now| {
        let end = Intent::new(&schedule, &none).bridge(state, at(&schedule, now));
        said(&schedule, end)
    };
    assert_eq!(bridge(TargetState::Running, "2026-11-20 05:00"), "Fri 11-20 09:00");
    assert_eq!(bridge(TargetState::Stopped, "2026-11-19 18:00"), "Thu 11-19 22:00");
}

proptest::proptest! {
    #![proptest_config(proptest::prelude::ProptestConfig { cases: 60, failure_persistence: None, ..Default::default() })]

    #[test]
    fn the_latest_end_that_is_suggested_is_granted(minute in 0_i64..7 * 1440, running: bool) {
        let mut schedule = office();
        schedule.override_hard_end = None;
        let state = if running { TargetState::Running } else { TargetState::Stopped };
        let now = at(&schedule, "2026-11-16 00:00") + SignedDuration::from_mins(minute);
        let none = Exceptions::default();
        let intent = Intent::new(&schedule, &none);
        let ask = |until| intent.grant(Override { state, until, by: "a".into(), reason: None }, now);
        if let Err(Refusal::TooLong { latest, .. }) = ask(now + SignedDuration::from_hours(24 * 8)) {
            let granted = ask(latest);
            let late = matches!(granted, Err(Refusal::TooLate { .. }));
            proptest::prop_assert!(granted.is_ok() || late, "{now} {latest} {granted:?}");
        } else {
            proptest::prop_assert!(false, "eight days are too long");
        }
    }
}

#[test]
fn woken_on_a_saturday_it_sleeps_again_when_the_override_ends() {
    let schedule = office();
    let live = with_override(over(&schedule, TargetState::Running, "2026-11-21 15:00"));
    assert_eq!(
        transitions(&schedule, &live, "2026-11-21 12:00", "2026-11-24 10:00"),
        ["stop Sat 11-21 15:00", "start Tue 11-24 08:45"]
    );
}

#[test]
fn kept_stopped_the_lead_does_not_reach_into_the_override() {
    let schedule = office();
    for (until, expected) in [
        ("2026-11-20 08:30", "start Fri 11-20 08:45"),
        ("2026-11-20 08:50", "start Fri 11-20 08:50"),
        ("2026-11-20 09:00", "start Fri 11-20 09:00"),
        ("2026-11-20 10:30", "start Fri 11-20 10:30"),
    ] {
        let live = with_override(over(&schedule, TargetState::Stopped, until));
        let next = transitions(&schedule, &live, "2026-11-20 06:00", "2026-11-20 21:00");
        assert_eq!(next, [expected], "{until}");
    }
    // Past the evening's stop, it never comes up that day.
    let live = with_override(over(&schedule, TargetState::Stopped, "2026-11-20 23:00"));
    assert_eq!(transitions(&schedule, &live, "2026-11-20 06:00", "2026-11-20 23:59"), Vec::<String>::new());
}

#[test]
fn a_hold_keeps_it_as_it_is_and_ends_with_an_edge() {
    let schedule = office();
    let hold =
        Hold { state: TargetState::Running, until: at(&schedule, "2026-11-21 12:00"), by: "sato".into(), reason: None };
    let held = Exceptions { hold: Some(hold.clone()), ..Exceptions::default() };
    let intent = Intent::new(&schedule, &held);
    assert_eq!(transitions(&schedule, &held, "2026-11-19 12:00", "2026-11-23 12:00"), ["stop Sat 11-21 12:00"]);
    let end = intent.next(at(&schedule, "2026-11-19 12:00")).unwrap();
    assert_eq!(end.cause, Cause::HoldEnd { by: "sato".into() });
    // An override stands above it while it lasts.
    let both = Exceptions { over: Some(over(&schedule, TargetState::Stopped, "2026-11-19 20:00")), ..held };
    assert_eq!(
        transitions(&schedule, &both, "2026-11-19 12:00", "2026-11-23 12:00"),
        ["start Thu 11-19 20:00", "stop Sat 11-21 12:00"]
    );
}

#[test]
fn a_hold_that_keeps_it_stopped_ends_within_seven_days() {
    let schedule = office();
    let none = Exceptions::default();
    let hold = |state, until| {
        let hold = Hold { state, until: at(&schedule, until), by: "sato".into(), reason: None };
        Intent::new(&schedule, &none).grant_hold(hold, at(&schedule, "2026-11-19 12:00"))
    };
    assert!(hold(TargetState::Stopped, "2026-11-26 12:00").is_ok());
    assert!(matches!(
        hold(TargetState::Stopped, "2026-11-26 12:01"),
        Err(Refusal::TooLong { limit: Limit::SevenDays, .. })
    ));
    assert!(hold(TargetState::Running, "2026-12-31 12:00").is_ok());
}

#[test]
fn in_stop_only_mode_the_stop_is_postponed_too() {
    let mut schedule = Schedule::new("nights_off", tokyo());
    schedule.mode = Mode::StopOnly;
    schedule.stop = vec![StopAt::parse("mon-sun", "22:00").unwrap()];
    let night = ("2026-11-19 21:00", "2026-11-20 23:00");
    let tonight = with_override(over(&schedule, TargetState::Running, "2026-11-19 23:30"));
    assert_eq!(transitions(&schedule, &tonight, night.0, night.1), ["stop Thu 11-19 23:30", "stop Fri 11-20 22:00"]);
    // Also seen from after the stop it postponed.
    assert_eq!(
        transitions(&schedule, &tonight, "2026-11-19 22:30", night.1),
        ["stop Thu 11-19 23:30", "stop Fri 11-20 22:00"]
    );
    // In the afternoon nothing was postponed, and nothing stops people at work.
    let noon = with_override(over(&schedule, TargetState::Running, "2026-11-19 14:00"));
    assert_eq!(
        transitions(&schedule, &noon, "2026-11-19 12:00", night.1),
        ["stop Thu 11-19 22:00", "stop Fri 11-20 22:00"]
    );
    assert_eq!(Intent::new(&schedule, &noon).desired(at(&schedule, "2026-11-19 18:00")), Desired::Any);
}
