//! Lines merged: in order, once, late ones in their place, whatever pages come twice or out of order; and the ring's limit.

use std::collections::BTreeSet;

use proptest::prelude::*;

use super::*;

fn new(id: u64, at: i64, text: &str) -> NewLine<'_> {
    NewLine { id, at, stream: 0, template: 0, kind: Kind::Line, level: Level::None, text }
}

fn texts(store: &LineStore) -> Vec<&str> {
    store.iter().map(|line| line.text).collect()
}

#[test]
fn late_lines_are_placed_and_double_ones_dropped() {
    let mut store = LineStore::default();
    assert!(store.insert(new(1, 10, "first")).is_some());
    assert!(store.insert(new(3, 30, "third")).is_some());
    let late = store.insert(new(2, 20, "second, late")).expect("a place");
    assert_eq!(store.insert(new(3, 30, "third")), None);
    assert!(store.insert(new(4, 30, "third")).is_some(), "another that says the same is another");
    assert_eq!(texts(&store), ["first", "second, late", "third", "third"]);
    assert_eq!(store.find(late).map(|line| line.text), Some("second, late"));
    assert_eq!(store.place_of(late), 1);
}

#[test]
fn the_ring_lets_the_oldest_go_and_counts_them() {
    let mut store = LineStore::new(Limit { lines: 3, bytes: usize::MAX });
    for at in 0..10_i64 {
        store.insert(new(at.unsigned_abs(), at, "x"));
    }
    assert_eq!((store.len(), store.dropped()), (3, 7));
    assert_eq!(store.insert(new(99, 2, "too late")), None, "it would stand before what was let go");
    assert_eq!(store.insert(new(1, 1, "x")), None, "what was let go does not come back");
}

#[test]
fn a_line_larger_than_the_room_is_kept_alone() {
    let mut store = LineStore::new(Limit { lines: 10, bytes: 1000 });
    let long = "y".repeat(256 * 1024);
    store.insert(new(1, 1, "x"));
    store.insert(new(2, 2, &long));
    assert_eq!(store.get(0).map(|line| line.text.len()), Some(long.len()));
    store.insert(new(3, 3, "z"));
    assert_eq!((texts(&store), store.dropped()), (vec!["z"], 2));
    assert!(store.bytes() < 200);
}

#[test]
fn what_is_taken_away_leaves_no_trace() {
    let mut store = LineStore::default();
    store.insert(new(1, 1, "a"));
    store.insert(NewLine { kind: Kind::Gap, ..new(2, 2, "not read") });
    assert_eq!(store.remove(2).map(|key| key.at), Some(2));
    assert_eq!((store.remove(2), texts(&store), store.holds(2)), (None, vec!["a"], false));
}

#[test]
fn streams_are_known_by_source_and_name() {
    let mut store = LineStore::default();
    let name: Arc<str> = Arc::from("ecs/app/0123456789abcdef0123456789abcdef");
    let first = store.stream_number(0, &name);
    assert_eq!(store.stream_number(0, &name), first);
    assert_ne!(store.stream_number(1, &name), first);
    assert_eq!(store.stream(first).map(|stream| &*stream.told.short), Some("012345"));
}

proptest! {
    /// Pages may come twice, in any order, or not at all: what came is there once, in the order of time.
    #[test]
    fn pages_in_any_order_give_the_same_lines(
        times in prop::collection::vec(0_i64..50, 1..80),
        pages in prop::collection::vec((0_usize..80, 1_usize..20), 0..12),
    ) {
        let mut store = LineStore::default();
        let mut came = BTreeSet::new();
        for (from, len) in pages {
            for (id, at) in times.iter().enumerate().skip(from).take(len) {
                store.insert(new(u64::try_from(id).unwrap(), *at, &id.to_string()));
                came.insert(id.to_string());
            }
        }
        let kept: Vec<(i64, u32)> = store.iter().map(|line| (line.key.at, line.key.seq)).collect();
        prop_assert!(kept.windows(2).all(|pair| pair[0] < pair[1]));
        let there: BTreeSet<String> = texts(&store).into_iter().map(str::to_owned).collect();
        prop_assert_eq!(store.len(), came.len());
        prop_assert_eq!(there, came);
    }

    /// The ring never holds more than it may, and always the newest.
    #[test]
    fn the_limit_holds(times in prop::collection::vec(0_i64..1000, 1..200), lines in 1_usize..20) {
        let mut store = LineStore::new(Limit { lines, bytes: usize::MAX });
        for (id, at) in times.iter().enumerate() {
            store.insert(new(u64::try_from(id).unwrap(), *at, "x"));
        }
        prop_assert!(store.len() <= lines);
        let newest = times.iter().max().copied();
        prop_assert_eq!(store.iter().next_back().map(|line| line.key.at), newest);
    }
}
