//! The values of Lights Off's tags: the examples of its README, what its order means, and what is not read.

use jiff::Timestamp;
use jiff::tz::TimeZone;
use rstest::rstest;

use crate::schedule::expression::lights_off_tags::TagTimes;
use crate::schedule::expression::parse::Expression;

/// The first firings from Friday, the first of January 2027, on.
fn firings(value: &str, most: usize) -> Vec<String> {
    let from: Timestamp = "2027-01-01T00:00:00Z".parse().unwrap();
    let to: Timestamp = "2027-02-01T00:00:00Z".parse().unwrap();
    let times = Expression::Tag(Box::new(TagTimes::parse(value).expect("a schedule")));
    let fired = times.firings(&TimeZone::UTC, from, to, most).into_iter();
    fired.map(|at| at.strftime("%d %H:%M").to_string()).collect()
}

#[rstest]
#[case("d=_ H:M=13:00", &["01 13:00", "02 13:00", "03 13:00"])]
#[case("d=01 d=15 H=03 H=19 M=00", &["01 03:00", "01 19:00", "15 03:00", "15 19:00"])]
#[case("uTH:M=2T03:00 uTH:M=5T19:00 d=_ H=11 M=10", &["01 11:10", "01 19:00", "02 11:10", "03 11:10", "04 11:10", "05 03:00"])]
#[case("dTH:M=01T03:00 u=3 H=19 M=10", &["01 03:00", "06 19:10", "13 19:10"])]
#[case("u=6 H=_ M=50", &["02 00:50", "02 01:50", "02 02:50"])]
#[case("d=_ H:M=03:00 H=_ M=20 M=40", &["01 00:20", "01 00:40", "01 01:20", "01 01:40", "01 02:20", "01 02:40", "01 03:00"])]
#[case("  u=7   H:M=22:00 ", &["03 22:00", "10 22:00"])]
fn what_its_readme_shows_is_read(#[case] value: &str, #[case] first: &[&str]) {
    assert_eq!(firings(value, first.len()), first);
}

#[rstest]
#[case::no_time("d=_")]
#[case::no_day("H:M=13:00")]
#[case::times_before_days("H:M=13:00 d=_")]
#[case::minutes_before_hours("d=_ M=00 H=13")]
#[case::one_digit("d=1 H:M=13:00")]
#[case::no_ten("d=_ H:M=13:05")]
#[case::no_wildcard_there("u=_ H:M=13:00")]
#[case::another_alphabet("d=* H:M=13:00")]
#[case::commas("d=_,H:M=13:00")]
#[case::cron("0 13 * * *")]
#[case::hours_past_the_day("d=_ H:M=24:00")]
#[case::days_past_the_week("u=8 H:M=13:00")]
#[case::signs("d=+1 H:M=13:00")]
#[case::one_word_too_many("d=_ H:M=13:00 tz=Asia/Tokyo")]
#[case::nothing("")]
fn the_rest_is_not_read_at_all(#[case] value: &str) {
    assert_eq!(TagTimes::parse(value), None);
}

#[test]
fn operations_at_the_same_time_take_each_others_turn_away() {
    let read = |value| TagTimes::parse(value).unwrap();
    let stop = read("d=_ H:M=13:00").beside([&read("u=5 H:M=13:00")]);
    let from: Timestamp = "2027-01-01T00:00:00Z".parse().unwrap();
    let stop = Expression::Tag(Box::new(stop));
    let next = stop.next(&TimeZone::UTC, from).unwrap();
    assert_eq!(next.to_string(), "2027-01-02T13:00:00Z", "not on the Friday");
    assert_eq!(stop.times().len(), 1);
    let tokyo = TimeZone::get("Asia/Tokyo").unwrap();
    assert_eq!(stop.moved_to(&tokyo, from).as_deref(), Some("d=_ H:M=04:00"));
    let weekly = Expression::Tag(Box::new(read("u=5 H:M=22:00")));
    assert_eq!(weekly.moved_to(&tokyo, from), None, "its day would have to move");
}
