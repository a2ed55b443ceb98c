//! What was seen of something being up or down: by hand, and as a property against a minute-by-minute count.

use proptest::prelude::*;

use super::*;
use crate::schedule::calendar::intervals::OnSpan;
use crate::schedule::observed::uptime_history::{Mark, ObservedSpan, UptimeState, length};

fn minute(at: i64) -> Timestamp {
    Timestamp::from_second(at * 60).unwrap()
}

fn span(start: &str, end: &str) -> OnSpan {
    OnSpan { start: at(&office(), start), end: at(&office(), end) }
}

#[test]
fn spans_are_cut_to_the_time_looked_at_and_counted_once() {
    let seen = [
        span("2026-10-31 22:00", "2026-11-01 09:00"),
        span("2026-11-02 22:00", "2026-11-03 09:00"),
        span("2026-11-03 08:00", "2026-11-03 10:00"),
    ];
    let off = length(&seen, at(&office(), "2026-11-01 00:00"), at(&office(), "2026-12-01 00:00"));
    assert_eq!(off, SignedDuration::from_hours(9 + 12));
}

#[test]
fn only_what_both_ends_agree_on_was_seen() {
    let marks = vec![
        Mark::stood(minute(0), Some(UptimeState::Up)),
        Mark::left(minute(10), UptimeState::Up),
        Mark::found(minute(13), UptimeState::Down),
        Mark::turned(minute(30), UptimeState::Up),
        Mark::stood(minute(40), Some(UptimeState::Down)),
        Mark::stood(minute(50), None),
        Mark::stood(minute(60), Some(UptimeState::Down)),
    ];
    let watched = ObservedSpan::of(marks);
    let (from, to) = (minute(0), minute(60));
    assert_eq!((watched.seen(from, to), watched.off(from, to)), (minutes(27), minutes(17)));
    assert_eq!(watched.seen_from(minute(20), to), Some(minute(20)));
    assert_eq!((watched.seen_from(minute(30), to), ObservedSpan::default().seen_from(from, to)), (None, None));
}

#[test]
fn who_saw_it_first_hand_is_believed_and_another_fills_the_gaps() {
    let events = ObservedSpan::of(vec![
        Mark::stood(minute(20), Some(UptimeState::Down)),
        Mark::turned(minute(30), UptimeState::Up),
        Mark::stood(minute(40), Some(UptimeState::Up)),
    ]);
    let journal = ObservedSpan::of(vec![
        Mark::found(minute(0), UptimeState::Down),
        Mark::stood(minute(50), Some(UptimeState::Down)),
    ]);
    let both = events.or(journal);
    assert_eq!(both.seen(minute(0), minute(60)), minutes(50));
    assert_eq!(both.off(minute(0), minute(60)), minutes(20 + 10 + 10));
}

fn is() -> impl Strategy<Value = Option<UptimeState>> {
    prop_oneof![Just(None), Just(Some(UptimeState::Up)), Just(Some(UptimeState::Down))]
}

fn marks() -> impl Strategy<Value = Vec<Mark>> {
    let mark = (0..300_i64, is(), is()).prop_map(|(at, before, after)| Mark { at: minute(at), before, after });
    proptest::collection::vec(mark, 0..12)
}

/// How one minute was seen by marks in the order of time.
fn seen_in(marks: &[Mark], of: i64) -> Option<UptimeState> {
    let mut sorted = marks.to_vec();
    sorted.sort_by_key(|mark| mark.at);
    let next = sorted.iter().position(|mark| mark.at > minute(of))?;
    let (before, after) = (sorted.get(next.checked_sub(1)?)?, sorted[next]);
    before.after.filter(|is| after.before == Some(*is))
}

proptest! {
    #[test]
    fn off_is_never_more_than_seen_nor_seen_more_than_the_time_and_each_minute_counts_once(
        first in marks(),
        second in marks(),
        from in 0..300_i64,
        long in 0..300_i64,
    ) {
        let to = from + long;
        let watched = ObservedSpan::of(first.clone()).or(ObservedSpan::of(second.clone()));
        let (seen, off) = (watched.seen(minute(from), minute(to)), watched.off(minute(from), minute(to)));
        prop_assert!(SignedDuration::ZERO <= off && off <= seen && seen <= minutes(long));
        let each: Vec<UptimeState> = (from..to).filter_map(|at| seen_in(&first, at).or(seen_in(&second, at))).collect();
        let down = each.iter().filter(|is| **is == UptimeState::Down).count();
        prop_assert_eq!((seen, off), (minutes(each.len() as i64), minutes(down as i64)));
        prop_assert_eq!(watched.seen_from(minute(from), minute(to)).is_some(), seen > SignedDuration::ZERO);
    }
}
