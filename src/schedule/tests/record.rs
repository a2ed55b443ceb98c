//! What counts where the group and the members say something, and the keys of services.

use proptest::prelude::*;
use rstest::rstest;

use crate::schedule::stored::tag_record::{MAX_KEY, Tags, exceptions, key_of, live};

const NOW: &str = "2026-11-24T21:00:00+09:00";

fn worn(value: Option<&str>) -> Tags {
    value.map(|value| ("toban:override".to_owned(), value.to_owned())).into_iter().collect()
}

#[rstest]
#[case::nothing(None, &[], None)]
#[case::the_group_alone(Some("running/2026-11-24T23:30+09:00/a"), &[], Some("a"))]
#[case::the_members_alone(None, &["running/2026-11-24T22:30+09:00/b", "running/2026-11-24T23:00+09:00/c"], Some("c"))]
#[case::the_group_first(Some("stopped/2026-11-24T21:30+09:00/a"), &["running/2026-11-24T23:30+09:00/b"], Some("a"))]
#[case::a_live_one_before_one_that_ended(
    Some("running/2026-11-24T20:00+09:00/a"), &["running/2026-11-24T22:00+09:00/b"], Some("b")
)]
#[case::of_those_that_ended_the_last(
    Some("running/2026-11-24T19:00+09:00/a"), &["running/2026-11-24T20:30+09:00/b"], Some("b")
)]
#[case::what_is_none_counts_for_nothing(Some("for ever"), &["running/2026-11-24T22:00+09:00/b"], Some("b"))]
fn whose_override_counts(#[case] group: Option<&str>, #[case] members: &[&str], #[case] by: Option<&str>) {
    let (group, members) = (worn(group), members.iter().map(|text| worn(Some(text))).collect::<Vec<_>>());
    let members: Vec<&Tags> = members.iter().collect();
    let found = exceptions(Some(&group), &members, false, NOW.parse().unwrap());
    assert_eq!(found.over.map(|it| it.by).as_deref(), by);
    assert_eq!(found.hold, None);
}

#[test]
fn protection_counts_wherever_it_is_written_and_a_hold_like_an_override() {
    let now = NOW.parse().unwrap();
    let of = |key: &str, value: &str| Tags::from([(key.to_owned(), value.to_owned())]);
    let (on, off) = (of("toban:protect", "true"), of("toban:protect", "no"));
    assert!(exceptions(Some(&on), &[], false, now).protect && exceptions(None, &[&off, &on], false, now).protect);
    assert!(exceptions(None, &[], true, now).protect && !exceptions(Some(&off), &[&off], false, now).protect);
    let hold = of("toban:hold", "stopped/2026-11-26T09:00+09:00/a");
    let found = exceptions(Some(&hold), &[&of("toban:hold", "running/2026-11-27T09:00+09:00/b")], false, now);
    assert_eq!(found.hold.map(|it| it.by).as_deref(), Some("a"));
    assert_eq!(live(&hold, now).iter().map(|(what, _)| *what).collect::<Vec<_>>(), ["a hold"]);
    assert_eq!(live(&of("toban:override", "running/2026-11-24T21:00+09:00/a"), now), [], "it has just ended");
}

#[test]
fn a_service_has_a_key_that_fits_and_is_its_own() {
    assert_eq!(key_of("toban:remembered", "city-poc", "web"), "toban:remembered/city-poc/web");
    let long = |end: &str| key_of("toban:remembered", &"c".repeat(255), &format!("{}{end}", "s".repeat(250)));
    assert_eq!(long("a").chars().count(), MAX_KEY);
    assert_ne!(long("a"), long("b"));
    // No name of ECS has a dot: what was cut is never another's whole key.
    assert!(long("a").contains('.'));
}

proptest! {
    #[test]
    fn keys_keep_to_what_aws_takes(cluster in "\\PC{0,255}", service in "\\PC{0,255}") {
        let key = key_of("toban:wakes-to", &cluster, &service);
        prop_assert!((1..=MAX_KEY).contains(&key.chars().count()));
        prop_assert!(key.chars().all(|c| c.is_alphanumeric() || " _.:/=+-@".contains(c)), "{}", key);
    }

    #[test]
    fn two_services_never_share_a_key(a in "[a-zA-Z0-9_-]{1,255}", b in "[a-zA-Z0-9_-]{1,255}", c in "[a-zA-Z0-9_-]{1,255}") {
        let key = |cluster: &str, service: &str| key_of("toban:remembered", cluster, service);
        prop_assert_eq!(key(&a, &b) == key(&a, &c), b == c);
        prop_assert_eq!(key(&a, &c) == key(&b, &c), a == b);
    }
}
