//! What RDS tells of stops and starts, and what follows for drift and hours.

use rstest::rstest;

use super::*;
use crate::schedule::observed::rds_power_events::{Power, PowerEvent, is_auto_restarted, marks, since};
use crate::schedule::observed::uptime_history::ObservedSpan;

#[rstest]
#[case("DB instance stopped", Some(Power::Stopped))]
#[case("DB instance stopped.", Some(Power::Stopped))]
#[case("DB cluster started", Some(Power::Started))]
#[case(
    "DB instance is being started due to it exceeding the maximum allowed time being stopped.",
    Some(Power::AutoRestarted)
)]
#[case(
    "DB cluster is being started due to it exceeding the maximum allowed time being stopped.",
    Some(Power::AutoRestarted)
)]
#[case("DB instance shutdown", None)]
#[case("DB instance restarted", None)]
#[case("DB cluster stop failed", None)]
#[case("Automated snapshot started", None)]
fn messages(#[case] message: &str, #[case] expected: Option<Power>) {
    assert_eq!(Power::of(message), expected);
}

fn told(events: &[(&str, Power)]) -> Vec<PowerEvent> {
    events.iter().map(|(at_, power)| (at(&office(), at_), *power)).collect()
}

#[test]
fn the_last_event_tells_since_when_unless_it_contradicts_what_is_seen() {
    let week = told(&[("2026-11-18 22:03", Power::Stopped), ("2026-11-19 08:50", Power::Started)]);
    assert_eq!(since(&week, &Actual::Up), Some(at(&office(), "2026-11-19 08:50")));
    assert_eq!(since(&week, &Actual::Down), None);
    assert_eq!(since(&[], &Actual::Up), None);
    assert!(!is_auto_restarted(&week) && !is_auto_restarted(&[]));
    let long = told(&[("2026-11-10 22:03", Power::Stopped), ("2026-11-17 22:04", Power::AutoRestarted)]);
    assert!(is_auto_restarted(&long), "while it still starts");
    let up = [long.clone(), told(&[("2026-11-17 22:12", Power::Started)])].concat();
    assert!(is_auto_restarted(&up));
    assert_eq!(since(&up, &Actual::Up), Some(at(&office(), "2026-11-17 22:12")));
    let again = [up, told(&[("2026-11-18 22:03", Power::Stopped), ("2026-11-18 23:00", Power::Started)])].concat();
    assert!(!is_auto_restarted(&again), "somebody else, since then");
}

#[rstest]
// Off for eleven hours, then up.
#[case(&[("2026-11-18 22:00", Power::Stopped), ("2026-11-19 09:00", Power::Started)], Actual::Up, (48, 11))]
// Stopped before the time looked at.
#[case(&[("2026-11-18 09:00", Power::Started)], Actual::Up, (48, 9))]
// Still off.
#[case(&[("2026-11-19 22:00", Power::Stopped)], Actual::Down, (48, 2))]
#[case(&[], Actual::Up, (48, 0))]
#[case(&[], Actual::Down, (48, 48))]
// Until it contradicts what is seen, or tells the same twice, it is believed.
#[case(&[("2026-11-19 22:00", Power::Stopped)], Actual::Up, (46, 0))]
#[case(&[("2026-11-19 22:00", Power::Started)], Actual::Down, (46, 46))]
#[case(&[("2026-11-18 10:00", Power::Stopped), ("2026-11-18 22:00", Power::Stopped)], Actual::Down, (36, 26))]
#[case(&[("2026-11-19 22:00", Power::Stopped)], Actual::Unknown { status: "x".into() }, (46, 0))]
#[case(&[], Actual::Unknown { status: "x".into() }, (0, 0))]
fn hours_off_are_those_that_were_seen(
    #[case] events: &[(&str, Power)],
    #[case] actual: Actual,
    #[case] (seen, off): (i64, i64),
) {
    let (from, now) = (at(&office(), "2026-11-18 00:00"), at(&office(), "2026-11-20 00:00"));
    let watched = ObservedSpan::of(marks(&told(events), &actual, (from, now)));
    assert_eq!((watched.seen(from, now).as_hours(), watched.off(from, now).as_hours()), (seen, off));
}

#[test]
fn a_stop_longer_than_any_may_be_has_its_beginning_elsewhere() {
    let (from, now) = (at(&office(), "2026-11-01 00:00"), at(&office(), "2026-11-15 00:00"));
    let hours = |events: &[(&str, Power)], actual: &Actual| {
        let watched = ObservedSpan::of(marks(&told(events), actual, (from, now)));
        (watched.seen(from, now).as_hours(), watched.off(from, now).as_hours())
    };
    assert_eq!(hours(&[], &Actual::Down), (0, 0));
    assert_eq!(hours(&[("2026-11-09 00:00", Power::Started)], &Actual::Up), (6 * 24, 0));
    assert_eq!(hours(&[("2026-11-07 00:00", Power::Started)], &Actual::Up), (14 * 24, 6 * 24));
}
