//! The promises of the store: old data stays, parts stand alone, identity is by key.

use std::hash::{DefaultHasher, Hash};

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use super::{Coverage, Fault, FaultKind, KindName, Part, Reading, Resource, Scope, World};

#[derive(Clone, PartialEq, Debug, Serialize, Deserialize)]
struct Thing {
    name: String,
    count: u32,
}

impl Resource for Thing {
    const KIND: KindName = KindName("thing");
    fn key(&self) -> &str {
        &self.name
    }
    fn fingerprint(&self, into: &mut DefaultHasher) {
        self.count.hash(into);
    }
}

fn scope() -> Scope {
    Scope::new("p", "eu-west-1")
}

fn at(second: i64) -> Timestamp {
    Timestamp::from_second(second).expect("a second in range")
}

fn part(name: &str, count: u32, thing: &'static str) -> (Part, Result<Vec<Thing>, Fault>) {
    (Part::from(name), Ok(vec![Thing { name: thing.to_owned(), count }]))
}

fn denied() -> Fault {
    Fault::new(FaultKind::Denied, "ecs:ListServices", "no")
}

#[test]
fn a_fault_keeps_the_items_and_their_age() {
    let mut world = World::default();
    world.put(&scope(), Thing::KIND, &Coverage::All, Ok(Reading::of(vec![part("a", 1, "x")]).into()), at(1));
    world.put(&scope(), Thing::KIND, &Coverage::All, Err(denied()), at(9));
    let store = world.store(&scope(), Thing::KIND).expect("the shelf");
    assert_eq!(world.all::<Thing>(&scope()).count(), 1);
    assert_eq!((store.oldest(), store.tried_at), (Some(at(1)), Some(at(9))));
    assert_eq!(store.faults().count(), 1);
}

#[test]
fn a_failing_part_stands_beside_a_fresh_one() {
    let mut world = World::default();
    let both = Reading::of(vec![part("a", 1, "x"), part("b", 1, "y")]);
    world.put(&scope(), Thing::KIND, &Coverage::All, Ok(both.into()), at(1));
    let half = Reading::of(vec![part("a", 2, "x"), (Part::from("b"), Err(denied()))]);
    let changed = world.put(&scope(), Thing::KIND, &Coverage::All, Ok(half.into()), at(2));
    assert_eq!(changed.iter().map(|id| &*id.key).collect::<Vec<_>>(), ["x"]);
    assert_eq!(world.by_key::<Thing>(&scope(), "y").map(|thing| thing.count), Some(1));
    let store = world.store(&scope(), Thing::KIND).expect("the shelf");
    assert_eq!(store.bin("a").and_then(|bin| bin.read_at), Some(at(2)));
    assert_eq!(store.bin("b").and_then(|bin| bin.read_at), Some(at(1)));
}

#[test]
fn a_newcomer_counts_as_changed_but_not_at_the_first_reading() {
    let mut world = World::default();
    let mut put = |reading: Reading<Thing>, second| {
        let changed = world.put(&scope(), Thing::KIND, &Coverage::All, Ok(reading.into()), at(second));
        changed.into_iter().map(|id| id.key.to_string()).collect::<Vec<_>>()
    };
    assert!(put(Reading::of(vec![part("a", 1, "x")]), 1).is_empty());
    assert_eq!(put(Reading::of(vec![part("a", 1, "x"), part("b", 1, "y")]), 2), ["y"]);
    assert!(put(Reading::of(vec![part("a", 1, "x"), part("b", 1, "y")]), 3).is_empty());
}

#[test]
fn a_reading_of_some_parts_leaves_the_others() {
    let mut world = World::default();
    let both = Reading::of(vec![part("a", 1, "x"), part("b", 1, "y")]);
    world.put(&scope(), Thing::KIND, &Coverage::All, Ok(both.into()), at(1));
    let only_a = Coverage::Parts([Part::from("a")].into());
    world.put(&scope(), Thing::KIND, &only_a, Ok(Reading::of(vec![part("a", 5, "x")]).into()), at(2));
    assert_eq!(world.all::<Thing>(&scope()).map(|thing| thing.count).collect::<Vec<_>>(), [5, 1]);
    world.put(&scope(), Thing::KIND, &Coverage::All, Ok(Reading::of(vec![part("a", 5, "x")]).into()), at(3));
    assert_eq!(world.all::<Thing>(&scope()).count(), 1, "a full reading drops parts that are gone");
}

#[test]
fn the_account_is_told_by_an_arn_when_sts_says_nothing() {
    let mut world = World::default();
    let arn = "arn:aws:ecs:eu-west-1:123456789012:cluster/c";
    world.put(&scope(), Thing::KIND, &Coverage::All, Ok(Reading::of(vec![part("", 1, arn)]).into()), at(1));
    assert_eq!(world.account(&scope()).map(|account| account.to_string()), Some("123456789012".into()));
}

#[test]
fn without_sts_the_account_is_the_one_that_most_name_and_none_where_that_is_a_draw() {
    const OURS: &str = "arn:aws:ecs:eu-west-1:123456789012:cluster/c";
    const ALSO_OURS: &str = "arn:aws:ecs:eu-west-1:123456789012:cluster/d";
    const SHARED: &str = "arn:aws:rds:eu-west-1:999999999999:cluster-snapshot:s";
    let account = |keys: &[&'static str]| {
        let items = keys.iter().map(|name| Thing { name: (*name).to_owned(), count: 1 }).collect();
        let mut world = World::default();
        let reading = Reading::of(vec![(Part::from(""), Ok(items))]);
        world.put(&scope(), Thing::KIND, &Coverage::All, Ok(reading.into()), at(1));
        world.account(&scope()).map(|account| account.to_string())
    };
    for keys in [[SHARED, OURS, ALSO_OURS], [OURS, SHARED, ALSO_OURS], [ALSO_OURS, OURS, SHARED]] {
        assert_eq!(account(&keys).as_deref(), Some("123456789012"), "{keys:?}");
    }
    assert_eq!(account(&[OURS, SHARED]), None);
    assert_eq!(account(&["a name", "arn:aws:s3:::bucket"]), None);
}

#[test]
fn what_another_read_later_or_last_is_taken_over_and_nothing_else() {
    let all = |parts| Ok(Reading::of(parts).into());
    let mut ours = World::default();
    ours.put(&scope(), Thing::KIND, &Coverage::All, all(vec![part("a", 1, "x"), part("b", 1, "y")]), at(1));
    let mut theirs = ours.clone();
    let one = |name: &str| Coverage::Parts([Part::from(name)].into());
    theirs.put(&scope(), Thing::KIND, &one("b"), all(vec![part("b", 2, "y")]), at(3));
    theirs.put(&scope(), Thing::KIND, &one("a"), all(vec![part("a", 2, "x")]), at(5));
    theirs.put(&Scope::new("left", "eu-west-1"), Thing::KIND, &Coverage::All, all(vec![part("c", 1, "z")]), at(5));
    // Both parts came here meanwhile: "b" was read after the other did; "a" arrived late with what was before.
    ours.put(&scope(), Thing::KIND, &Coverage::All, all(vec![part("a", 1, "x"), part("b", 3, "y")]), at(6));
    let changed = ours.adopt(&theirs);
    assert_eq!(changed.iter().map(|id| &*id.key).collect::<Vec<_>>(), ["x"]);
    let counts: Vec<u32> = ours.all::<Thing>(&scope()).map(|thing| thing.count).collect();
    assert_eq!(counts, [2, 3]);
    assert_eq!(ours.scopes(), [scope()], "a scope that was left stays away");
}

fn of_an_earlier_run(account: &str) -> World {
    let mut earlier = World::default();
    for (name, count) in [("a", 1), ("b", 2)] {
        let (part, got) = part(name, count, if name == "a" { "one" } else { "two" });
        earlier.remember(&scope(), Thing::KIND, &part, Reading::of(vec![(part.clone(), got)]).into(), at(5));
    }
    earlier.recalled(&scope(), account.into());
    earlier
}

#[test]
fn what_an_earlier_run_read_stands_marked_until_it_is_read_again() {
    let mut world = World::default();
    world.recall(of_an_earlier_run("1"));
    let remembered = |world: &World, part: &str| {
        world.store(&scope(), Thing::KIND).and_then(|store| store.bin(part)).map(|bin| bin.remembered)
    };
    assert!(world.is_recalled(&scope()));
    assert_eq!((remembered(&world, "a"), remembered(&world, "b")), (Some(true), Some(true)));
    assert_eq!(world.read_parts::<Thing>(&scope()).count(), 0);
    let some = Coverage::Parts([Part::from("a")].into());
    let changed = world.put(&scope(), Thing::KIND, &some, Ok(Reading::of(vec![part("a", 9, "one")]).into()), at(9));
    assert!(changed.is_empty(), "what differs from an earlier run is no news");
    assert_eq!((remembered(&world, "a"), remembered(&world, "b")), (Some(false), Some(true)));
    assert_eq!(world.by_key::<Thing>(&scope(), "one").map(|thing| thing.count), Some(9));
    let all = Ok(Reading::of(vec![part("a", 9, "one")]).into());
    world.put(&scope(), Thing::KIND, &Coverage::All, all, at(10));
    assert_eq!(remembered(&world, "b"), None, "what is gone is gone");
}

#[test]
fn what_was_read_meanwhile_is_not_covered_by_an_earlier_run() {
    let mut world = World::default();
    world.put(&scope(), Thing::KIND, &Coverage::All, Ok(Reading::of(vec![part("a", 7, "one")]).into()), at(9));
    world.recall(of_an_earlier_run("1"));
    assert_eq!(world.all::<Thing>(&scope()).count(), 1);
    assert_eq!(world.by_key::<Thing>(&scope(), "one").map(|thing| thing.count), Some(7));
}

#[test]
fn another_accounts_memory_goes_as_soon_as_it_is_known_whose_this_is() {
    use super::Identity;
    let who = || Ok(Identity { account: "2".into(), arn: "arn:aws:iam::2:user/x".into(), login: None });
    let mut world = World::default();
    world.recall(of_an_earlier_run("1"));
    world.identify(&scope(), who());
    assert!(!world.is_recalled(&scope()));
    assert_eq!(world.all::<Thing>(&scope()).count(), 0);
    // It may also be known before.
    let mut world = World::default();
    world.identify(&scope(), who());
    world.recall(of_an_earlier_run("1"));
    assert!(!world.is_recalled(&scope()));
    assert_eq!(world.all::<Thing>(&scope()).count(), 0);
}
