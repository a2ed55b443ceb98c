//! What is known of a record, what may be written on it, and what keeps it from being deleted.

use rstest::rstest;

use super::*;
use crate::kinds::testing::{know, parts, scope};
use crate::kinds::testing_samples;
use crate::schedule::{Actual, Member};
use crate::world::{AnyReading, Fault, Reading, ResourceId};

const GROUP: &str = "toban-dev";

fn environment() -> Environment {
    Environment { record: Record::Group(GROUP.to_owned()), ..Environment::new("dev", vec![scope()]) }
}

fn tags(of: &[(&str, &str)]) -> Tags {
    of.iter().map(|(key, value)| ((*key).to_owned(), (*value).to_owned())).collect()
}

/// A world in which the group was read with these tags; `None` is a group that is not there.
fn world(worn: Option<&[(&str, &str)]>) -> World {
    let mut world = World::default();
    let notes = worn.map(|worn| Notes { group: GROUP.to_owned(), tags: tags(worn) });
    put(&mut world, Ok(notes.into_iter().collect()));
    world
}

fn put(world: &mut World, got: Result<Vec<Notes>, Fault>) {
    let found = AnyReading::from(Reading::of(vec![(GROUP.into(), got)]));
    world.put(&scope(), Notes::KIND, &parts(&[GROUP]), Ok(found), Timestamp::UNIX_EPOCH);
}

#[test]
fn what_is_known_of_it_is_told_and_an_old_word_beside_a_fault_is_none() {
    let environment = environment();
    let told = |world: &World| standing(&environment, &scope(), world);
    assert!(told(&World::default()).unknown().is_some_and(|message| message.ends_with("was not read yet")));
    assert!(told(&world(None)).gone().is_some_and(|message| message.contains("toban-dev, its record, is not there")));
    assert!(
        told(&world(Some(&[("toban:env", "prod")])))
            .unknown()
            .is_some_and(|message| message.contains("belongs to prod"))
    );
    assert!(told(&world(Some(&[]))).unknown().is_some_and(|message| message.contains("lacks the tag toban:env=dev")));
    let mut seen = world(Some(&[("toban:env", "dev")]));
    assert_eq!(told(&seen), RecordState::Known);
    put(&mut seen, Err(Fault::new(FaultKind::Denied, "scheduler:ListTagsForResource", "no")));
    assert!(
        told(&seen)
            .unknown()
            .is_some_and(|message| message.contains("could not be read: scheduler:ListTagsForResource"))
    );
    put(&mut seen, Err(Fault::new(FaultKind::Gone, "read schedule-record", "not found")));
    assert!(told(&seen).gone().is_some());
    let plain = Environment { record: Record::Tags, ..environment };
    assert_eq!(standing(&plain, &scope(), &World::default()), RecordState::Known, "nothing is read of it");
    assert_eq!(record_reads(&plain, &World::default()), []);
}

#[test]
fn what_a_group_of_its_own_forbids_counts_and_no_strangers_word_does() {
    let environment = environment();
    let message = |worn: &[(&str, &str)]| record_forbids(&environment, &scope(), &world(Some(worn)));
    let why = message(&[("toban:env", "dev"), ("toban:protect", "true")]);
    assert_eq!(why.as_deref(), Some("its record, the schedule group toban-dev, has the tag toban:protect=true"));
    assert_eq!(message(&[("toban:env", "dev"), ("toban:protect", "false")]), None);
    assert_eq!(message(&[("toban:env", "prod"), ("toban:protect", "true")]), None);
}

#[test]
fn only_what_differs_is_written_and_nothing_where_nobody_knows_what_is_there() {
    let environment = environment();
    let place = SchedulePlace { environment: "dev".into(), scope: scope(), group: GROUP.to_owned() };
    let words = |of: &[(&str, Option<&str>)]| {
        of.iter().map(|(key, value)| ((*key).to_owned(), value.map(str::to_owned))).collect()
    };
    let mut known = world(Some(&[("toban:env", "dev"), ("a", "1")]));
    know(&mut known, vec![testing_samples::service()]);
    let Ok(Some(Mark::Note(one))) = note(&environment, &place, &known, words(&[("a", None), ("b", None)])) else {
        panic!("a note")
    };
    assert_eq!((one.tags, one.known), (words(&[("a", None)]), true));
    assert!(note(&environment, &place, &known, words(&[("b", None)])).unwrap().is_none(), "it is not there");
    assert!(note(&environment, &place, &World::default(), words(&[("b", Some("1"))])).is_err());
}

#[rstest]
#[case::the_last_place(49, &[("new", true)], true)]
#[case::one_too_many(49, &[("new", true), ("newer", true)], false)]
#[case::what_is_there_takes_no_more(50, &[("key-1", true)], true)]
#[case::one_goes_for_another(50, &[("key-1", false), ("new", true)], true)]
#[case::what_is_not_there_makes_no_room(50, &[("other", false), ("new", true)], false)]
fn there_is_room_for_fifty(#[case] has: usize, #[case] words: &[(&str, bool)], #[case] fits: bool) {
    let held: Tags = (0..has).map(|at| (format!("key-{at}"), String::new())).collect();
    assert_eq!(room(GROUP, Some(&held), words.iter().copied()).is_ok(), fits);
}

#[test]
fn a_group_without_room_says_what_to_do() {
    let words: Vec<(String, bool)> = (0..50).map(|at| (format!("new-{at}"), true)).collect();
    let message = room(GROUP, None, words.iter().map(|(key, set)| (key.as_str(), *set))).unwrap_err();
    assert!(message.contains("no room for 50 more (AWS allows 50): record = \"tags\""), "{message}");
}

#[test]
fn what_it_holds_keeps_it_and_what_nobody_needs_does_not() {
    let now = "2026-11-24T12:00:00Z".parse().unwrap();
    let asleep = Service { desired: 0, ..testing_samples::service() };
    let keys = |what: &str| key_of(what, asleep.cluster.last(), &asleep.name);
    let (memory, wakes) = (keys("toban:remembered"), keys("toban:wakes-to"));
    let stays = |worn: &[(&str, &str)], services: Vec<Service>| {
        let mut world = World::default();
        know(&mut world, services);
        must_stay((GROUP, &tags(worn)), "dev", (&scope(), &world), (now, &TimeZone::UTC))
    };
    assert_eq!(stays(&[("toban:env", "dev"), ("toban:override", "running/2026-11-24T11:00Z/a")], Vec::new()), None);
    let over = stays(&[("toban:override", "running/2026-11-24T23:30Z/a")], Vec::new()).unwrap();
    assert!(over.contains("holds an override until") && over.contains("`toban schedule clear dev`"), "{over}");
    let remembers = stays(&[(&memory, "desired=2")], vec![asleep.clone()]).unwrap();
    assert!(remembers.contains(&format!("what {} had before it slept", asleep.name)), "{remembers}");
    assert!(remembers.contains("`toban wake dev`"), "{remembers}");
    assert!(stays(&[(&wakes, "desired=2")], vec![asleep.clone()]).is_some(), "its schedule put it to sleep");
    let awake = Service { desired: 2, ..asleep.clone() };
    assert_eq!(stays(&[(&wakes, "desired=2")], vec![awake.clone()]), None);
    assert!(stays(&[(&memory, "desired=2")], vec![awake]).is_some(), "a wake that nobody finished");
    assert_eq!(stays(&[(&memory, "desired=2")], Vec::new()), None, "of a service that is gone");
}

#[rstest]
#[case::the_record_first(Some("desired=3"), Some("desired=9"), 0, Some("desired=3"))]
#[case::a_tag_from_before_while_it_sleeps(None, Some("desired=9"), 0, Some("desired=9"))]
#[case::and_not_once_it_is_up(None, Some("desired=9"), 2, None)]
#[case::the_record_while_it_wakes(Some("desired=3"), None, 2, Some("desired=3"))]
fn whose_memory_counts(
    #[case] noted: Option<&str>,
    #[case] worn: Option<&str>,
    #[case] desired: u32,
    #[case] memory: Option<&str>,
) {
    let key = key_of("toban:remembered", "c", "web");
    let mut held = vec![("toban:env", "dev")];
    held.extend(noted.map(|text| (key.as_str(), text)));
    let world = world(Some(&held));
    let mut member = Member::new(MemberKind::EcsService, "web");
    member.cluster = Some("c".to_owned());
    let it = ScheduledMember {
        member,
        id: Some(ResourceId { kind: Service::KIND, scope: scope(), key: "arn:web".into() }),
        arn: "arn:web".to_owned(),
        actual: Actual::Down,
        desired: Some(desired),
        tags: worn.map(|text| ("toban:remembered".to_owned(), text.to_owned())).into_iter().collect(),
        restarts_at: None,
    };
    let tags = recorded(it.clone(), &environment(), &world).tags;
    assert_eq!(tags.get("toban:remembered").map(String::as_str), memory);
    let plain = Environment { record: Record::Tags, ..environment() };
    let tags = recorded(it, &plain, &world).tags;
    assert_eq!(tags.get("toban:remembered").map(String::as_str), worn, "its own tags are the record");
}
