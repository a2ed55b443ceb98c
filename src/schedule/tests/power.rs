//! What RDS tells of stops and starts, and what follows for drift and hours.

use rstest::rstest;

use super::*;
use crate::schedule::power::{Power, Told, is_auto_restarted, off, since};

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
fn messages(#[case] says: &str, #[case] expected: Option<Power>) {
    assert_eq!(Power::of(says), expected);
}

fn told(events: &[(&str, Power)]) -> Vec<Told> {
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
#[case(&[("2026-11-18 22:00", Power::Stopped), ("2026-11-19 09:00", Power::Started)], Actual::Up, Some(11))]
// Stopped before the time looked at.
#[case(&[("2026-11-18 09:00", Power::Started)], Actual::Up, Some(9))]
// Still off.
#[case(&[("2026-11-19 22:00", Power::Stopped)], Actual::Down, Some(2))]
#[case(&[], Actual::Up, Some(0))]
#[case(&[], Actual::Down, Some(48))]
// Contradictions, and states that tell nothing.
#[case(&[("2026-11-19 22:00", Power::Stopped)], Actual::Up, None)]
#[case(&[("2026-11-19 22:00", Power::Started)], Actual::Down, None)]
#[case(&[], Actual::Unknown { status: "x".into() }, None)]
fn hours_off_are_those_that_were_seen(
    #[case] events: &[(&str, Power)],
    #[case] actual: Actual,
    #[case] hours: Option<i64>,
) {
    let window = (at(&office(), "2026-11-18 00:00"), at(&office(), "2026-11-20 00:00"));
    assert_eq!(off(&told(events), &actual, window), hours.map(SignedDuration::from_hours));
}
