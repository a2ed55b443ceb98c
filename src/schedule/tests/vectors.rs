//! The agreed test vectors of the schedule, one test each.

use std::collections::BTreeSet;

use super::*;

#[test]
fn vector_1_a_holiday_does_not_start_and_an_open_day_does() {
    let mut schedule = office();
    let week = ("2026-11-20 12:00", "2026-11-24 12:00");
    assert_eq!(plain(&schedule, week.0, week.1), ["stop Fri 11-20 22:00", "start Tue 11-24 08:45"]);
    schedule.holidays = jp(&[], &["2026-11-23"]);
    assert_eq!(
        plain(&schedule, week.0, week.1),
        ["stop Fri 11-20 22:00", "start Mon 11-23 08:45", "stop Mon 11-23 22:00", "start Tue 11-24 08:45"]
    );
}

#[test]
fn vector_2_an_override_postpones_the_stop_to_its_end() {
    let schedule = office();
    let none = Exceptions::default();
    let first = Intent::new(&schedule, &none)
        .grant(over(&schedule, TargetState::Running, "2026-11-19 23:30"), at(&schedule, "2026-11-19 21:50"))
        .unwrap();
    let exceptions = with_override(first.over);
    let night = ("2026-11-19 21:50", "2026-11-20 12:00");
    assert_eq!(
        transitions(&schedule, &exceptions, night.0, night.1),
        ["stop Thu 11-19 23:30", "start Fri 11-20 08:45"]
    );
    // Postponing is a stop with a cause of its own.
    let stop = Intent::new(&schedule, &exceptions).next(at(&schedule, night.0)).unwrap();
    assert_eq!(stop.cause, Cause::Override { by: "tanaka".into() });

    let second = Intent::new(&schedule, &exceptions)
        .grant(over(&schedule, TargetState::Running, "2026-11-20 00:30"), at(&schedule, "2026-11-19 23:10"))
        .unwrap();
    assert!(matches!(second.notes.as_slice(), [Note::Replaces { .. }]));
    assert_eq!(
        transitions(&schedule, &with_override(second.over), "2026-11-19 23:10", night.1),
        ["stop Fri 11-20 00:30", "start Fri 11-20 08:45"]
    );
}

#[test]
fn vector_2_an_override_past_the_next_start_ends_there_and_nothing_stops() {
    let mut schedule = office();
    schedule.max_override = SignedDuration::from_hours(14);
    schedule.override_hard_end = None;
    let none = Exceptions::default();
    let granted = Intent::new(&schedule, &none)
        .grant(over(&schedule, TargetState::Running, "2026-11-20 10:00"), at(&schedule, "2026-11-19 21:50"))
        .unwrap();
    assert_eq!(said(&schedule, granted.over.until), "Fri 11-20 09:00");
    assert!(matches!(granted.notes.as_slice(), [Note::EndsAtStart { .. }]));
    assert_eq!(
        transitions(&schedule, &with_override(granted.over), "2026-11-19 21:50", "2026-11-20 23:00"),
        ["stop Fri 11-20 22:00"]
    );
}

#[test]
fn vector_3_a_period_over_midnight_runs_into_the_holiday_it_did_not_start_on() {
    let mut schedule = of("Asia/Tokyo", &["mon-fri 20:00-02:00"]);
    schedule.start_lead = SignedDuration::ZERO;
    schedule.holidays = jp(&[], &[]);
    // Thursday 2027-09-23 is the autumnal equinox.
    assert_eq!(
        plain(&schedule, "2027-09-22 12:00", "2027-09-25 12:00"),
        ["start Wed 09-22 20:00", "stop Thu 09-23 02:00", "start Fri 09-24 20:00", "stop Sat 09-25 02:00"]
    );
}

#[test]
fn vector_4_in_a_gap_the_first_instant_after_and_in_a_fold_the_first_of_two() {
    let mut schedule = of("America/New_York", &["mon-sun 02:30-12:00"]);
    schedule.start_lead = SignedDuration::ZERO;
    let start = Intent::new(&schedule, &Exceptions::default()).next(at(&schedule, "2026-03-08 00:30")).unwrap();
    assert_eq!(start.at.to_string(), "2026-03-08T07:00:00Z", "03:00 EDT");
    let schedule = of("America/New_York", &["mon-sun 09:00-01:30"]);
    let stop = Intent::new(&schedule, &Exceptions::default()).next(at(&schedule, "2026-10-31 23:00")).unwrap();
    assert_eq!(stop.at.to_string(), "2026-11-01T05:30:00Z", "01:30 EDT, the first");
}

#[test]
fn vector_5_silver_week_sleeps_from_friday_to_thursday() {
    let schedule = office();
    assert_eq!(
        plain(&schedule, "2026-09-18 12:00", "2026-09-24 12:00"),
        ["stop Fri 09-18 22:00", "start Thu 09-24 08:45"]
    );
    let slept = at(&schedule, "2026-09-24 08:45").duration_since(at(&schedule, "2026-09-18 22:00"));
    assert_eq!(slept, SignedDuration::from_mins(5 * 24 * 60 + 10 * 60 + 45));
    assert!(
        preview::auto_restarts(Intent::new(&schedule, &Exceptions::default()), at(&schedule, "2026-09-18 12:00"), None)
            .is_empty()
    );
}

#[test]
fn vector_6_one_day_more_of_closure_and_aws_starts_it() {
    let mut schedule = office();
    let now = "2026-12-28 12:00";
    assert_eq!(plain(&schedule, now, "2027-01-04 12:00"), ["stop Mon 12-28 22:00", "start Mon 01-04 08:45"]);
    let none = Exceptions::default();
    assert!(preview::auto_restarts(Intent::new(&schedule, &none), at(&schedule, now), None).is_empty());
    schedule.holidays = jp(&["2026-12-29..2027-01-04"], &[]);
    let forecast = preview::auto_restarts(Intent::new(&schedule, &none), at(&schedule, now), None);
    assert_eq!(forecast.len(), 1);
    assert_eq!(said(&schedule, forecast[0].at), "Mon 01-04 22:00");
    assert_eq!(forecast[0].stopped_again, None);
}

#[test]
fn vector_7_touching_periods_have_no_edge_between_them() {
    let schedule = of("Asia/Tokyo", &["mon-fri 09:00-12:00", "mon-fri 12:00-22:00"]);
    assert_eq!(
        plain(&schedule, "2026-11-18 06:00", "2026-11-18 23:00"),
        ["start Wed 11-18 08:45", "stop Wed 11-18 22:00"]
    );
}

#[test]
fn vector_8_a_clock_that_jumps_back_executes_no_edge_twice() {
    let schedule = office();
    let none = Exceptions::default();
    let intent = Intent::new(&schedule, &none);
    let (arn, since) = ("arn:aws:rds:ap-northeast-1:123456789012:db:d", at(&schedule, "2026-11-18 12:00"));
    let mut executed = BTreeSet::new();
    let Due::Execute(transition) = intent.due(arn, since, at(&schedule, "2026-11-18 22:00"), &executed) else {
        panic!("the stop is due")
    };
    executed.insert(ActionKey::new(arn, &transition));
    for again in ["2026-11-18 21:30", "2026-11-18 22:00", "2026-11-18 22:05"] {
        let due = intent.due(arn, since, at(&schedule, again), &executed);
        // Before the stop, the morning's start is the last edge: far too late to do by itself.
        assert!(!matches!(due, Due::Execute(_)), "{again}: {due:?}");
    }
    assert_eq!(intent.due(arn, since, at(&schedule, "2026-11-18 22:05"), &executed), Due::Nothing);
    assert!(matches!(intent.due(arn, since, at(&schedule, "2026-11-19 00:00"), &BTreeSet::new()), Due::Missed { .. }));
}

// Vector 9 (a service without memory is never guessed) is in `saga.rs`.
