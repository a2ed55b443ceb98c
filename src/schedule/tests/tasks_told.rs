//! What a service's events tell of its nights, and what they do not.

use proptest::prelude::*;
use rstest::rstest;

use super::*;
use crate::schedule::observed::ecs_event_history::{Count, TaskCountEvent, marks};
use crate::schedule::observed::uptime_history::ObservedSpan;

#[rstest]
#[case("(service web) has started 1 tasks: (task a1).", Some(TaskCountEvent::Started(vec!["a1".into()])))]
#[case(
    "(service web) has started 2 tasks: (task a1) (task a2).",
    Some(TaskCountEvent::Started(vec!["a1".into(), "a2".into()]))
)]
#[case("(service web, taskSet ecs-svc/7) has stopped 1 running tasks: (task a1).", Some(TaskCountEvent::Stopped(vec!["a1".into()])))]
#[case("(service web) has reached a steady state.", Some(TaskCountEvent::Steady))]
#[case("(service web) has begun draining connections on 1 tasks.", None)]
#[case("(service web) registered 1 targets in (target-group arn)", None)]
#[case("(service has started 3 tasks) has begun draining connections on 1 tasks.", None)]
#[case("(service web) has started 3 tasks: (task a1).", None)]
fn sentences(#[case] message: &str, #[case] expected: Option<TaskCountEvent>) {
    assert_eq!(TaskCountEvent::of(message), expected);
}

const FROM: &str = "2026-11-18 00:00";
const NOW: &str = "2026-11-20 00:00";

/// `+a b` started two, `-a` stopped one, `=` is steady; hours seen and off between midnight and midnight.
fn hours(events: &[(&str, &str)], now: usize, most: Option<usize>) -> (i64, i64) {
    let told: Vec<(Timestamp, TaskCountEvent)> = events
        .iter()
        .map(|(time, message)| {
            let ids = |text: &str| text.split_whitespace().map(str::to_owned).collect();
            let told = match message.split_at(1) {
                ("+", rest) => TaskCountEvent::Started(ids(rest)),
                ("-", rest) => TaskCountEvent::Stopped(ids(rest)),
                _ => TaskCountEvent::Steady,
            };
            (at(&office(), &format!("2026-11-{time}")), told)
        })
        .collect();
    let (from, to) = (at(&office(), FROM), at(&office(), NOW));
    let watched = ObservedSpan::of(marks(&told, Count { now, most }, (from, to)));
    (watched.seen(from, to).as_hours(), watched.off(from, to).as_hours())
}

const NIGHT: &[(&str, &str)] = &[("18 18:00", "="), ("18 22:00", "-a b"), ("19 09:00", "+c d"), ("19 09:02", "=")];

#[rstest]
#[case::a_night_between_two_days(NIGHT, 2, Some(2), (48, 11))]
#[case::two_nights(
    &[("18 06:00", "="), ("18 08:00", "-a"), ("18 10:00", "+b"), ("18 10:01", "="),
      ("18 22:00", "-b"), ("19 09:00", "+c"), ("19 09:01", "=")],
    1, Some(1), (48, 13)
)]
#[case::still_down(&[("19 22:00", "-a b")], 0, Some(2), (48, 2))]
#[case::down_all_the_time(&[("18 06:00", "="), ("18 12:00", "=")], 0, Some(2), (48, 48))]
#[case::up_all_the_time(&[("18 06:00", "=")], 1, Some(1), (48, 0))]
#[case::one_by_one(
    &[("18 06:00", "="), ("18 22:00", "-a"), ("18 22:01", "-b"),
      ("19 09:00", "+c"), ("19 09:01", "+d"), ("19 09:02", "=")],
    2, Some(2), (48, 10)
)]
// What was there before and after, or as long, kept it up.
#[case::one_of_two_stayed(
    &[("18 06:00", "="), ("18 22:00", "-a"), ("19 09:00", "+c"), ("19 09:02", "=")], 2, Some(2), (48, 0)
)]
#[case::one_of_two_stayed_until_evening(
    &[("18 22:00", "-a"), ("19 09:00", "+c"), ("19 09:02", "="), ("19 22:00", "-b c")], 0, Some(2), (48, 2)
)]
#[case::a_rollout(&[("18 10:00", "+c d"), ("18 10:05", "-a b"), ("18 10:06", "=")], 2, Some(2), (38, 0))]
#[case::a_rollout_with_half_missing(
    &[("18 10:00", "-a"), ("18 10:01", "+c"), ("18 10:05", "-b"), ("18 10:06", "+d"), ("18 10:07", "=")],
    2, Some(2), (48, 0)
)]
// One started without a stop before it may have taken the place of one that ended by itself, and so may one later.
#[case::a_crash(&[("18 10:00", "+b"), ("18 10:02", "=")], 1, Some(1), (38, 0))]
#[case::a_crash_after_a_rollout(
    &[("18 10:00", "+b"), ("18 10:02", "-a"), ("18 10:03", "="), ("19 10:00", "+c"), ("19 10:01", "=")],
    1, Some(1), (14, 0)
)]
#[case::a_night_after_a_crash(
    &[("18 10:00", "+b"), ("18 10:02", "="), ("18 12:00", "+c"), ("18 12:01", "="),
      ("18 22:00", "-c"), ("19 09:00", "+d"), ("19 09:01", "=")],
    1, Some(1), (38, 11)
)]
#[case::a_night_of_which_nobody_knows_who_was_there_before(
    &[("18 22:00", "-a b"), ("19 09:00", "+c d"), ("19 09:02", "=")], 2, Some(2), (37, 0)
)]
#[case::nobody_knows_how_many_there_may_be(NIGHT, 2, None, (37, 0))]
#[case::there_may_be_more_than_were_seen(NIGHT, 2, Some(4), (37, 0))]
// Gone, and no event tells when.
#[case::contradiction(&[("18 09:00", "+a b"), ("18 09:02", "=")], 0, Some(2), (0, 0))]
#[case::ended_by_itself(
    &[("18 18:00", "="), ("18 22:00", "-a"), ("19 09:00", "+c"), ("19 09:01", "=")], 0, Some(1), (33, 11)
)]
fn nights(
    #[case] events: &[(&str, &str)],
    #[case] now: usize,
    #[case] most: Option<usize>,
    #[case] expected: (i64, i64),
) {
    assert_eq!(hours(events, now, most), expected);
}

/// What may happen to a service that wants the same count whenever it is up.
#[derive(Clone, Copy, Debug)]
enum Course {
    Sleep,
    Wake,
    Crash,
    Rollout,
    Quiet,
}

/// A service of `size` tasks that lives through `courses`, each begun an hour after the one before: its events, by
/// minute, the minutes without a task, and how many tasks there are at last.
fn live(size: usize, courses: &[Course]) -> (Vec<(i64, TaskCountEvent)>, Vec<bool>, usize) {
    let (mut events, mut empty) = (Vec::new(), Vec::new());
    let (mut tasks, mut next): (Vec<String>, usize) = (Vec::new(), 0);
    let mut fresh = |count: usize| {
        next += count;
        (next - count..next).map(|id| id.to_string()).collect::<Vec<_>>()
    };
    for (at, course) in (0..).map(|hour| hour * 60).zip(courses) {
        let before = tasks.len();
        match course {
            Course::Sleep if before > 0 => events.push((at, TaskCountEvent::Stopped(std::mem::take(&mut tasks)))),
            Course::Wake if before == 0 => {
                tasks = fresh(size);
                events.push((at, TaskCountEvent::Started(tasks.clone())));
            }
            Course::Crash if before > 0 => {
                let one = fresh(1);
                events.push((at, TaskCountEvent::Started(one.clone())));
                tasks.remove(0);
                tasks.extend(one);
            }
            Course::Rollout if before > 0 => {
                let all = fresh(size);
                events.push((at, TaskCountEvent::Started(all.clone())));
                events.push((at + 5, TaskCountEvent::Stopped(std::mem::replace(&mut tasks, all))));
            }
            _ => {}
        }
        events.push((at + 6, TaskCountEvent::Steady));
        empty.extend(std::iter::repeat_n(tasks.is_empty(), 60));
    }
    (events, empty, tasks.len())
}

proptest! {
    #[test]
    fn a_minute_that_counts_as_off_was_without_a_task(
        size in 1..4_usize,
        courses in proptest::collection::vec(
            prop_oneof![
                Just(Course::Sleep), Just(Course::Wake), Just(Course::Crash), Just(Course::Rollout), Just(Course::Quiet)
            ],
            1..20,
        ),
        lost in 0..20_usize,
    ) {
        let minute = |at: i64| Timestamp::from_second(at * 60).unwrap();
        let (events, empty, now) = live(size, &courses);
        let told: Vec<(Timestamp, TaskCountEvent)> =
            events.into_iter().skip(lost).map(|(at, one)| (minute(at), one)).collect();
        prop_assume!(!told.is_empty());
        let (since, end) = (told[0].0, i64::try_from(empty.len()).unwrap());
        let count = Count { now, most: Some(size) };
        let watched = ObservedSpan::of(marks(&told, count, (since, minute(end))));
        for (at, empty) in (0..).zip(empty) {
            let off = watched.off(minute(at), minute(at + 1)) > SignedDuration::ZERO;
            prop_assert!(!off || empty, "minute {at} of {told:?}");
            let seen = watched.seen(minute(at), minute(at + 1)) > SignedDuration::ZERO;
            prop_assert!(off || !seen || !empty, "minute {at} was empty and counts as up: {told:?}");
        }
    }
}
