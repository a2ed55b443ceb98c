//! A table for each rule of the model, in a zone without daylight saving and in one with it.

use rstest::rstest;

use super::*;

#[rstest]
#[case::tokyo("Asia/Tokyo")]
#[case::new_york("America/New_York")]
fn the_same_week_on_either_side_of_the_world(#[case] zone: &str) {
    let schedule = of(zone, &["mon-fri 09:00-22:00"]);
    let none = Exceptions::default();
    for (time, expected) in [
        ("2026-11-20 08:59", Desired::Off),
        ("2026-11-20 09:00", Desired::On),
        ("2026-11-20 21:59", Desired::On),
        ("2026-11-20 22:00", Desired::Off),
        ("2026-11-21 12:00", Desired::Off),
        ("2026-11-23 09:00", Desired::On),
    ] {
        assert_eq!(Intent::new(&schedule, &none).desired(at(&schedule, time)), expected, "{time}");
    }
    assert_eq!(
        plain(&schedule, "2026-11-20 12:00", "2026-11-23 12:00"),
        ["stop Fri 11-20 22:00", "start Mon 11-23 08:45"]
    );
}

#[rstest]
#[case::protect(true, None, None, Desired::Any)]
#[case::schedule(false, None, None, Desired::On)]
#[case::override_wins(false, Some(TargetState::Stopped), Some(TargetState::Running), Desired::Off)]
#[case::then_hold(false, None, Some(TargetState::Stopped), Desired::Off)]
#[case::protect_wins(true, Some(TargetState::Stopped), Some(TargetState::Stopped), Desired::Any)]
fn first_match_decides(
    #[case] protect: bool,
    #[case] over_state: Option<TargetState>,
    #[case] hold: Option<TargetState>,
    #[case] expected: Desired,
) {
    let schedule = office();
    let until = at(&schedule, "2026-11-20 20:00");
    let exceptions = Exceptions {
        protect,
        over: over_state.map(|state| over(&schedule, state, "2026-11-20 20:00")),
        hold: hold.map(|state| Hold { state, until, by: "sato".into(), reason: None }),
    };
    let intent = Intent::new(&schedule, &exceptions);
    assert_eq!(intent.desired(at(&schedule, "2026-11-20 12:00")), expected);
    assert_eq!(intent.desired(until), if protect { Desired::Any } else { Desired::On }, "over at its end");
    assert_eq!(
        intent.transitions(at(&schedule, "2026-11-20 12:00"), at(&schedule, "2026-11-27 12:00")).is_empty(),
        protect
    );
}

#[test]
fn a_holiday_may_be_only_shown() {
    let mut schedule = office();
    if let Some(holidays) = &mut schedule.holidays {
        holidays.policy = HolidayPolicy::Ignore;
    }
    assert_eq!(plain(&schedule, "2026-11-23 00:00", "2026-11-23 12:00"), ["start Mon 11-23 08:45"]);
    let none = Exceptions::default();
    let shown = preview(Intent::new(&schedule, &none), at(&schedule, "2026-11-22 12:00"), &[]);
    assert!(
        shown
            .lines
            .iter()
            .any(|(_, line)| matches!(line, preview::Line::DayOff { name, off: false, .. } if name == "勤労感謝の日"))
    );
}

#[test]
fn an_edge_that_only_the_calendar_makes_names_the_holiday() {
    let mut schedule = of("Asia/Tokyo", &["mon-fri 00:00-24:00"]);
    schedule.holidays = jp(&[], &[]);
    let none = Exceptions::default();
    // Tuesday 2026-11-03 is a holiday in the middle of an unbroken week.
    let transitions =
        Intent::new(&schedule, &none).transitions(at(&schedule, "2026-11-02 12:00"), at(&schedule, "2026-11-07 12:00"));
    let told: Vec<(String, &Cause)> =
        transitions.iter().map(|transition| (said(&schedule, transition.at), &transition.cause)).collect();
    let holiday = Cause::Holiday { name: "文化の日".into() };
    assert_eq!(
        told,
        [
            ("Tue 11-03 00:00".to_owned(), &holiday),
            ("Wed 11-04 00:00".to_owned(), &holiday),
            ("Sat 11-07 00:00".to_owned(), &Cause::Period),
        ]
    );
}

#[test]
fn always_on_has_no_edges() {
    let schedule = of("America/New_York", &["mon-sun 00:00-24:00"]);
    assert_eq!(plain(&schedule, "2026-02-20 12:00", "2026-03-20 12:00"), Vec::<String>::new());
}

#[rstest]
#[case::overlap(&["mon 09:00-12:00", "mon 11:00-15:00"], &["start Mon 11-16 08:45", "stop Mon 11-16 15:00"])]
#[case::inside(&["mon 09:00-18:00", "mon 11:00-15:00"], &["start Mon 11-16 08:45", "stop Mon 11-16 18:00"])]
#[case::over_midnight_into_the_next(&["mon 20:00-02:00", "tue 02:00-05:00"], &["start Mon 11-16 19:45", "stop Tue 11-17 05:00"])]
#[case::pause(&["mon 09:00-12:00", "mon 13:00-15:00"], &["start Mon 11-16 08:45", "stop Mon 11-16 12:00", "start Mon 11-16 12:45", "stop Mon 11-16 15:00"])]
#[case::pause_shorter_than_the_lead(&["mon 09:00-12:00", "mon 12:10-15:00"], &["start Mon 11-16 08:45", "stop Mon 11-16 12:00", "start Mon 11-16 12:00", "stop Mon 11-16 15:00"])]
fn periods_are_joined(#[case] periods: &[&str], #[case] expected: &[&str]) {
    assert_eq!(plain(&of("Asia/Tokyo", periods), "2026-11-16 00:00", "2026-11-17 12:00"), expected);
}

#[test]
fn the_guard_repeats_the_stop_on_days_that_are_off() {
    let mut schedule = office();
    schedule.guard = Guard::Daily;
    schedule.on.push("wed 09:00-18:00".parse().unwrap());
    let none = Exceptions::default();
    let guards = |exceptions: &Exceptions, from: &str, to: &str| -> Vec<String> {
        let transitions = Intent::new(&schedule, exceptions).transitions(at(&schedule, from), at(&schedule, to));
        transitions
            .iter()
            .filter(|transition| transition.cause == Cause::Guard)
            .map(|transition| said(&schedule, transition.at))
            .collect()
    };
    assert_eq!(
        guards(&none, "2026-11-18 00:00", "2026-11-25 00:00"),
        ["Sat 11-21 22:00", "Sun 11-22 22:00", "Mon 11-23 22:00"]
    );
    // Not while somebody keeps it up; its end is a stop of its own.
    let live = with_override(over(&schedule, TargetState::Running, "2026-11-21 23:00"));
    assert_eq!(guards(&live, "2026-11-21 12:00", "2026-11-22 23:59"), ["Sun 11-22 22:00"]);
    // Over midnight, the latest end is the morning's.
    let mut nights = of("Asia/Tokyo", &["mon-fri 20:00-02:00", "sat 10:00-22:00"]);
    nights.guard = Guard::Daily;
    let transitions = plain(&nights, "2026-11-21 00:00", "2026-11-24 00:00");
    assert_eq!(
        transitions,
        [
            "stop Sat 11-21 02:00",
            "start Sat 11-21 09:45",
            "stop Sat 11-21 22:00",
            "stop Sun 11-22 02:00",
            "stop Mon 11-23 02:00",
            "start Mon 11-23 19:45",
        ]
    );
}

#[test]
fn leads_are_hours_that_pass_not_hours_on_the_wall() {
    let mut schedule = of("America/New_York", &["sun 03:00-12:00"]);
    schedule.start_lead = minutes(90);
    // The hour from 02:00 to 03:00 does not exist on 2026-03-08: 90 minutes before 03:00 is 00:30.
    assert_eq!(plain(&schedule, "2026-03-07 12:00", "2026-03-08 10:00"), ["start Sun 03-08 00:30"]);
    // The hour from 01:00 to 02:00 comes twice on 2026-11-01: 90 minutes before 03:00 is the second 01:30.
    let start = Intent::new(&schedule, &Exceptions::default()).next(at(&schedule, "2026-10-31 12:00")).unwrap();
    assert_eq!(start.issue_at.to_string(), "2026-11-01T06:30:00Z");
}

#[test]
fn late_edges_are_executed_within_the_window_and_reported_after_it() {
    let schedule = office();
    let none = Exceptions::default();
    let due = |now: &str| {
        let since = at(&schedule, "2026-11-18 12:00");
        Intent::new(&schedule, &none).due("arn", since, at(&schedule, now), &std::collections::BTreeSet::new())
    };
    assert_eq!(due("2026-11-18 21:59"), Due::Nothing);
    assert!(matches!(due("2026-11-18 22:00"), Due::Execute(transition) if transition.verb == PowerAction::Stop));
    assert!(matches!(due("2026-11-18 23:00"), Due::Execute(_)));
    assert!(matches!(due("2026-11-18 23:01"), Due::Missed { late, .. } if late == minutes(61)));
    // The morning's start makes the evening's stop history.
    assert!(matches!(due("2026-11-19 08:50"), Due::Execute(transition) if transition.verb == PowerAction::Start));
}

#[test]
fn a_key_names_resource_edge_and_verb_and_makes_a_token() {
    let schedule = office();
    let transition = Intent::new(&schedule, &Exceptions::default()).next(at(&schedule, "2026-11-19 12:00")).unwrap();
    let key = ActionKey::new("arn:aws:rds:ap-northeast-1:123456789012:db:d", &transition);
    assert_eq!(key.to_string(), "arn:aws:rds:ap-northeast-1:123456789012:db:d|2026-11-19T13:00:00Z|stop");
    assert_eq!(key.token().len(), 64);
    // The standard test vector of SHA-256.
    assert_eq!(client_token("abc"), "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
}
