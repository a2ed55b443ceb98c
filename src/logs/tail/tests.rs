//! A group and its reader against a made-up AWS: pages, late lines, faults, floods; nothing is lost without being said.

use std::collections::BTreeSet;

use proptest::prelude::*;
use std::sync::Arc;

use super::*;
use crate::kinds::log_page::{DbLogFile, Streams};
use crate::kinds::testing_samples::{scope, service};
use crate::logs::store::{Kind, LineStore, NewLine};
use crate::world::Resource;

fn at(second: i64) -> Timestamp {
    Timestamp::from_second(1_795_237_331 + second).unwrap()
}

fn source() -> LogSource {
    let origin = Origin::Group { group: "/ecs/app".to_owned(), streams: Streams::Prefix("ecs/app/".to_owned()) };
    LogSource { scope: scope(), origin, owner: service().id(&scope()), name: "app".to_owned(), container: None }
}

fn span(follow: bool) -> Span {
    Span { from: at(-900), to: None, follow, pattern: None, patience: 30 }
}

fn event(id: u64, second: i64, seen: i64) -> LogEvent {
    LogEvent {
        id,
        at: at(second).as_millisecond(),
        ingested: Some(at(seen).as_millisecond()),
        stream: Arc::from("ecs/app/1"),
        message: format!("line {id}"),
    }
}

fn throttled() -> Fault {
    Fault::new(FaultKind::Throttled, "logs:FilterLogEvents", "Rate exceeded").on("/ecs/app")
}

/// A group whose events are seen from the second on that they were taken in.
struct Aws {
    events: Vec<LogEvent>,
    page: usize,
}

impl Aws {
    fn answer(&self, request: &LogRequest, now: Timestamp) -> LogPage {
        let LogRequest::Events(request) = request else { panic!("{request:?}") };
        let there = self.events.iter().filter(|event| {
            event.ingested.is_some_and(|seen| seen <= now.as_millisecond())
                && event.at >= request.from
                && request.to.is_none_or(|to| event.at < to)
        });
        let mut there: Vec<&LogEvent> = there.collect();
        there.sort_by_key(|event| (event.at, event.id));
        let from: usize = request.token.as_deref().map_or(0, |token| token.parse().unwrap());
        let events: Vec<LogEvent> = there.iter().skip(from).take(self.page).map(|event| (*event).clone()).collect();
        let next = (from + self.page < there.len()).then(|| (from + self.page).to_string());
        LogPage { events, more: next.is_some(), next, ..LogPage::default() }
    }
}

/// Reads from `begin` to `end` as fast as it may, with a fault wherever `fails` says so.
fn read(
    tail: &mut Tail,
    aws: &Aws,
    (begin, end): (i64, i64),
    fails: &mut dyn FnMut() -> bool,
) -> (LineStore, Vec<Heard>) {
    let (mut store, mut said, mut now) = (LineStore::default(), Vec::new(), at(begin));
    while now <= at(end) {
        for ask in tail.due(now) {
            let got = if fails() { Err(throttled()) } else { Ok(aws.answer(&ask.request, now)) };
            for heard in tail.hear(ask.number, got, now) {
                if let Heard::Lines { events, .. } = &heard {
                    for event in events {
                        let text = event.message.as_str();
                        let level = crate::logs::Level::None;
                        store.insert(NewLine {
                            id: event.id,
                            at: event.at,
                            stream: 0,
                            template: 0,
                            kind: Kind::Line,
                            level,
                            text,
                        });
                    }
                } else {
                    said.push(heard);
                }
            }
        }
        if tail.is_done() {
            break;
        }
        now = tail.next_at().unwrap_or_else(|| after(now, SOON)).max(now);
    }
    (store, said)
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]

    /// However pages are cut, lines are late, and calls fail: while it is followed, every line comes, once, in its place.
    #[test]
    fn followed_lines_all_come_once(
        lines in prop::collection::vec((-300_i64..600, 0_i64..12), 1..120),
        page in 2_usize..40,
        seed in any::<u64>(),
    ) {
        let events = lines.iter().enumerate().map(|(id, (second, late))| event(u64::try_from(id).unwrap(), *second, second + late));
        let aws = Aws { events: events.collect(), page };
        let mut dice = fastrand::Rng::with_seed(seed);
        let whole = Span { patience: usize::MAX, ..span(true) };
        let mut tail = Tail::new(vec![source()], whole, at(0));
        let (store, said) = read(&mut tail, &aws, (0, 900), &mut || dice.u8(0..10) == 0);
        let came: BTreeSet<&str> = store.iter().map(|line| line.text).collect();
        prop_assert_eq!(came.len(), aws.events.len());
        prop_assert_eq!(store.len(), aws.events.len());
        let times: Vec<i64> = store.iter().map(|line| line.key.at).collect();
        prop_assert!(times.is_sorted());
        // Whatever could not be read for a while was read afterwards, and that is said.
        let open = said.iter().filter(|heard| matches!(heard, Heard::Gap { to: None, .. })).count();
        let filled = said.iter().filter(|heard| matches!(heard, Heard::Filled { .. })).count();
        prop_assert!(open == filled || open == filled + 1, "{:?}", said);
        let closed = said.iter().filter(|heard| matches!(heard, Heard::Gap { to: Some(_), .. })).count();
        prop_assert_eq!(closed, 0);
    }
}

#[test]
fn what_is_not_followed_ends_with_its_last_page() {
    let events = (0..95).map(|id| event(id, -500 + i64::try_from(id).unwrap(), -400)).collect();
    let mut tail = Tail::new(vec![source()], span(false), at(0));
    let (store, said) = read(&mut tail, &Aws { events, page: 10 }, (0, 60), &mut || false);
    assert_eq!((store.len(), said.len(), tail.is_done(), tail.calls), (95, 0, true, 10));
}

#[test]
fn it_slows_down_when_nothing_comes_and_when_asked_to_and_never_ends() {
    let mut tail = Tail::new(vec![source()], span(true), at(0));
    let aws = Aws { events: Vec::new(), page: 10 };
    read(&mut tail, &aws, (0, 600), &mut || false);
    assert!((50..80).contains(&tail.calls), "a call each ten seconds: {}", tail.calls);
    let mut tail = Tail::new(vec![source()], span(true), at(0));
    let (_, said) = read(&mut tail, &aws, (0, 600), &mut || true);
    assert!((10..20).contains(&tail.calls) && !tail.is_done(), "{}", tail.calls);
    let [Heard::Gap { from, to: None, why, .. }] = said.as_slice() else { panic!("{said:?}") };
    assert_eq!((*from, why.contains("throttled")), (at(-900), true));
    assert_eq!(tail.unread().count(), 1);
}

#[test]
fn what_cannot_be_read_and_is_not_followed_is_a_gap_to_the_end() {
    let mut tail = Tail::new(vec![source()], span(false), at(0));
    let denied = || Fault::new(FaultKind::Denied, "logs:FilterLogEvents", "no");
    let ask = tail.due(at(0)).remove(0);
    let heard = tail.hear(ask.number, Err(denied()), at(1));
    assert!(matches!(heard.as_slice(), [Heard::Gap { to: Some(_), .. }]), "{heard:?}");
    assert!(tail.is_done());
    // A throttle is tried again before that.
    let mut tail = Tail::new(vec![source()], span(false), at(0));
    let (_, said) = read(&mut tail, &Aws { events: vec![], page: 1 }, (0, 600), &mut || true);
    assert!(tail.is_done() && tail.calls == 5, "{} {said:?}", tail.calls);
}

#[test]
fn a_flood_is_read_from_its_end_and_the_gap_is_said() {
    let events: Vec<LogEvent> =
        (0..5_000).map(|id| event(id, -900 + i64::try_from(id).unwrap() * 900 / 5_000, -900)).collect();
    let mut tail = Tail::new(vec![source()], Span { patience: 5, ..span(true) }, at(0));
    let (store, said) = read(&mut tail, &Aws { events, page: 100 }, (0, 30), &mut || false);
    let [Heard::Gap { from, to: Some(to), why, .. }] = said.as_slice() else { panic!("{said:?}") };
    assert!(from < to && *to >= at(-60) && why.contains("more lines than could be read"), "{said:?}");
    let newest = store.iter().next_back().map(|line| line.text.to_owned());
    assert_eq!(newest.as_deref(), Some("line 4999"));
    // Without following, everything is meant.
    let events = (0..5_000).map(|id| event(id, -100, -900)).collect();
    let mut tail = Tail::new(vec![source()], Span { patience: 5, ..span(false) }, at(0));
    assert_eq!(read(&mut tail, &Aws { events, page: 100 }, (0, 30), &mut || false).0.len(), 5_000);
}

#[test]
fn older_lines_are_read_when_asked_for_and_a_pause_asks_nothing() {
    let events = vec![event(1, -2_000, -1_999), event(2, -10, -9)];
    let aws = Aws { events, page: 10 };
    let mut tail = Tail::new(vec![source()], span(true), at(0));
    assert_eq!(read(&mut tail, &aws, (0, 5), &mut || false).0.len(), 1);
    tail.reach_back(at(-3_000), at(6));
    let (store, _) = read(&mut tail, &aws, (6, 60), &mut || false);
    assert_eq!(store.iter().next().map(|line| line.text), Some("line 1"));
    tail.pause(true);
    let calls = tail.calls;
    read(&mut tail, &aws, (100, 200), &mut || false);
    assert_eq!((tail.calls, tail.next_at()), (calls, None));
    tail.pause(false);
    assert_eq!(tail.due(at(300)).len(), 1);
}

#[test]
fn answers_to_questions_that_nobody_asks_any_more_mean_nothing() {
    let mut tail = Tail::new(vec![source()], span(true), at(0));
    let ask = tail.due(at(0)).remove(0);
    assert_eq!(tail.due(at(60)), [], "one question at a time");
    assert_eq!(tail.hear(ask.number + 7, Ok(LogPage::default()), at(1)), []);
    tail.hear(ask.number, Ok(LogPage::default()), at(1));
    assert_eq!(tail.hear(ask.number, Err(throttled()), at(1)), []);
}

#[test]
fn a_token_that_is_refused_begins_again_from_the_last_line() {
    let mut tail = Tail::new(vec![source()], span(true), at(0));
    let ask = tail.due(at(0)).remove(0);
    let page =
        LogPage { events: vec![event(1, -800, -799)], next: Some("1".to_owned()), more: true, ..LogPage::default() };
    tail.hear(ask.number, Ok(page), at(0));
    let ask = tail.due(at(0)).remove(0);
    let refused = Fault::new(FaultKind::Refused, "logs:FilterLogEvents", "The specified nextToken is invalid.");
    assert_eq!(tail.hear(ask.number, Err(refused), at(0)), []);
    let LogRequest::Events(again) = tail.due(at(10)).remove(0).request else { panic!("events") };
    assert_eq!((again.token, again.from), (None, at(-800).as_millisecond()));
}

#[test]
fn names_that_come_later_are_read_then() {
    let named = |names: &[&str]| {
        let names = names.iter().map(|name| (*name).to_owned()).collect();
        let origin = Origin::Group { group: "/ecs/app".to_owned(), streams: Streams::Names(names) };
        LogSource { origin, ..source() }
    };
    let mut tail = Tail::new(vec![named(&[])], span(true), at(0));
    assert_eq!(tail.due(at(0)), [], "without a name AWS would tell of all streams");
    tail.relocate(vec![named(&["ecs/app/1"])], at(5));
    assert_eq!(tail.due(at(5)).len(), 1);
    assert_eq!(tail.sources().count(), 1);
}

#[test]
fn files_are_listed_and_each_is_read_on_from_where_it_was() {
    let origin = Origin::Files { instance: "app-db".to_owned() };
    let mut tail = Tail::new(vec![LogSource { origin, ..source() }], span(true), at(0));
    let file = |name: &str, written: i64| DbLogFile { name: name.to_owned(), written, size: 5 };
    let asked = |tail: &mut Tail, now: i64| tail.due(at(now)).remove(0);
    let ask = asked(&mut tail, 0);
    assert!(matches!(ask.request, LogRequest::Files { .. }));
    let files = vec![file("error/old", 1), file("error/new", 2), file("audit/x", 3)];
    tail.hear(ask.number, Ok(LogPage { files: files.clone(), ..LogPage::default() }), at(0));
    let mut names = Vec::new();
    for _ in 0..2 {
        let ask = asked(&mut tail, 0);
        let LogRequest::File(request) = &ask.request else { panic!("{ask:?}") };
        names.push(request.file.clone());
        let page = LogPage { events: vec![event(1, -5, -5)], next: Some("9".to_owned()), ..LogPage::default() };
        tail.hear(ask.number, Ok(page), at(0));
    }
    assert_eq!(names, ["error/new", "error/old"]);
    let ask = asked(&mut tail, 60);
    let files = vec![file("error/old", 1), file("error/new", 7)];
    tail.hear(ask.number, Ok(LogPage { files, ..LogPage::default() }), at(60));
    let LogRequest::File(request) = asked(&mut tail, 60).request else { panic!("a file") };
    assert_eq!(
        (request.file.as_str(), request.marker.as_deref()),
        ("error/new", Some("9")),
        "only what was written to"
    );
}

#[test]
fn a_group_that_is_deleted_while_it_is_followed_is_said_and_read_again_when_it_is_there() {
    let mut tail = Tail::new(vec![source()], span(true), at(0));
    let aws = Aws { events: vec![event(1, -5, -4), event(2, 100, 101)], page: 10 };
    let ask = tail.due(at(0)).remove(0);
    tail.hear(ask.number, Ok(aws.answer(&ask.request, at(0))), at(0));
    let gone = || Fault::new(FaultKind::Gone, "logs:FilterLogEvents", "The specified log group does not exist.");
    let mut said = Vec::new();
    for second in 1..130 {
        for ask in tail.due(at(second)) {
            let got = if second < 110 { Err(gone()) } else { Ok(aws.answer(&ask.request, at(second))) };
            said.extend(tail.hear(ask.number, got, at(second)));
        }
    }
    assert!(!tail.is_done(), "it goes on: somebody may make it again");
    assert!(tail.calls < 12, "and asks seldom: {}", tail.calls);
    let gaps = said.iter().filter(|heard| matches!(heard, Heard::Gap { to: None, .. })).count();
    let filled = said.iter().filter(|heard| matches!(heard, Heard::Filled { .. })).count();
    assert_eq!((gaps, filled), (1, 1), "{said:?}");
    assert!(
        said.iter().any(|heard| matches!(heard, Heard::Lines { events, .. } if events.iter().any(|it| it.id == 2)))
    );
}

#[test]
fn a_machine_whose_clock_is_behind_reads_the_newest_lines_all_the_same() {
    // AWS's now is ten minutes ahead of ours.
    let mut tail = Tail::new(vec![source()], span(true), at(0));
    let aws = Aws { events: vec![event(1, 590, -1), event(2, 601, -1)], page: 10 };
    let ask = tail.due(at(0)).remove(0);
    let heard = tail.hear(ask.number, Ok(aws.answer(&ask.request, at(0))), at(0));
    let ids: Vec<u64> = heard
        .iter()
        .flat_map(|heard| match heard {
            Heard::Lines { events, .. } => events.iter().map(|event| event.id).collect(),
            _ => Vec::new(),
        })
        .collect();
    assert_eq!(ids, [1, 2]);
}
