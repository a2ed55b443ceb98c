//! Expressions that others wrote: what they name and when they fire, by tables; and that Scheduler's own reading of
//! ours agrees with it.

use jiff::Timestamp;
use jiff::tz::TimeZone;
use rstest::rstest;

use crate::schedule::expression::parse::Expression;
use crate::schedule::expression::write::Weekly;
use crate::schedule::{ClockTime, Days};

fn at(text: &str) -> Timestamp {
    text.parse().unwrap()
}

/// The next three firings from 2026-11-21 (a Saturday) 05:00 UTC, in UTC.
fn next(text: &str) -> Vec<String> {
    let from = at("2026-11-21T05:00:00Z");
    let expression = Expression::parse(text).unwrap_or_else(|| panic!("{text} is not read"));
    let to = at("2029-01-01T00:00:00Z");
    expression.firings(&TimeZone::UTC, from, to, 3).iter().map(|at| at.strftime("%m-%d %a %H:%M").to_string()).collect()
}

#[rstest]
#[case::daily("cron(0 22 * * ? *)", &["11-21 Sat 22:00", "11-22 Sun 22:00", "11-23 Mon 22:00"])]
#[case::the_hour_it_is("cron(0 5 * * ? *)", &["11-21 Sat 05:00", "11-22 Sun 05:00", "11-23 Mon 05:00"])]
#[case::work_days("cron(45 8 ? * MON-FRI *)", &["11-23 Mon 08:45", "11-24 Tue 08:45", "11-25 Wed 08:45"])]
#[case::numbers_from_sunday("cron(0 9 ? * 1,7 *)", &["11-21 Sat 09:00", "11-22 Sun 09:00", "11-28 Sat 09:00"])]
#[case::over_the_weekend("cron(0 9 ? * FRI-MON *)", &["11-21 Sat 09:00", "11-22 Sun 09:00", "11-23 Mon 09:00"])]
#[case::monthly("cron(0 3 1 * ? *)", &["12-01 Tue 03:00", "01-01 Fri 03:00", "02-01 Mon 03:00"])]
#[case::steps_from_zero("cron(0/20 6 * * ? *)", &["11-21 Sat 06:00", "11-21 Sat 06:20", "11-21 Sat 06:40"])]
#[case::steps_from_anywhere("cron(5/25 */12 * * ? *)", &["11-21 Sat 12:05", "11-21 Sat 12:30", "11-21 Sat 12:55"])]
#[case::last_day("cron(0 0 L * ? *)", &["11-30 Mon 00:00", "12-31 Thu 00:00", "01-31 Sun 00:00"])]
#[case::last_work_day("cron(0 0 LW * ? *)", &["11-30 Mon 00:00", "12-31 Thu 00:00", "01-29 Fri 00:00"])]
#[case::nearest_work_day("cron(0 0 15W * ? *)", &["12-15 Tue 00:00", "01-15 Fri 00:00", "02-15 Mon 00:00"])]
#[case::nearest_stays_in_its_month("cron(0 0 1W MAY ? *)", &["05-03 Mon 00:00", "05-01 Mon 00:00"])]
#[case::second_tuesday("cron(0 0 ? * 3#2 *)", &["12-08 Tue 00:00", "01-12 Tue 00:00", "02-09 Tue 00:00"])]
#[case::last_friday("cron(0 0 ? * 6L *)", &["11-27 Fri 00:00", "12-25 Fri 00:00", "01-29 Fri 00:00"])]
#[case::a_year("cron(0 0 1 1 ? 2028)", &["01-01 Sat 00:00"])]
#[case::names_in_any_case("cron(0 12 ? jan,feb sun *)", &["01-03 Sun 12:00", "01-10 Sun 12:00", "01-17 Sun 12:00"])]
#[case::once("at(2026-12-24T18:30:00)", &["12-24 Thu 18:30"])]
#[case::a_rate_has_no_times("rate(5 minutes)", &[])]
fn when_they_fire(#[case] text: &str, #[case] wanted: &[&str]) {
    assert_eq!(next(text), wanted);
}

#[rstest]
#[case("cron(0 22 * * ?)")]
#[case("cron(60 22 * * ? *)")]
#[case("cron(0 22 * * MON-XYZ *)")]
#[case("cron(0/0 22 * * ? *)")]
#[case("cron(0 22 32W * ? *)")]
#[case("rate(five minutes)")]
#[case("rate(0 minutes)")]
#[case("at(tomorrow)")]
#[case("")]
#[case("cron(")]
#[case("日次(22:00)")]
fn what_is_none_is_not_read(#[case] text: &str) {
    assert_eq!(Expression::parse(text), None);
}

#[test]
fn times_of_day_are_told_where_they_are_few() {
    let times = |text: &str| -> Vec<String> {
        Expression::parse(text).unwrap().times().iter().map(ToString::to_string).collect()
    };
    assert_eq!(times("cron(30 8,20 * * ? *)"), ["08:30", "20:30"]);
    assert_eq!(times("at(2026-12-24T18:30:00)"), ["18:30"]);
    assert!(times("cron(0/5 * * * ? *)").is_empty() && times("rate(1 day)").is_empty());
}

#[test]
fn a_time_meant_for_tokyo_is_written_for_a_rule() {
    let (tokyo, now) = (TimeZone::get("Asia/Tokyo").unwrap(), at("2026-11-21T05:00:00Z"));
    let moved = |text: &str| Expression::parse(text).unwrap().moved_to(&tokyo, now);
    assert_eq!(moved("cron(0 22 * * ? *)").as_deref(), Some("cron(0 13 * * ? *)"));
    assert_eq!(moved("cron(30 22 ? * MON-FRI *)").as_deref(), Some("cron(30 13 ? * MON-FRI *)"));
    assert_eq!(moved("cron(0 2 * * ? *)").as_deref(), Some("cron(0 17 * * ? *)"));
    assert_eq!(moved("cron(0 8 ? * MON-FRI *)"), None, "Sunday to Thursday, at 23:00");
    assert_eq!(moved("cron(0/5 * * * ? *)"), None);
}

#[test]
fn clocks_that_change_skip_and_do_not_double() {
    let new_york = TimeZone::get("America/New_York").unwrap();
    let fired =
        |text: &str, from: &str, to: &str| Expression::parse(text).unwrap().firings(&new_york, at(from), at(to), 9);
    assert!(fired("cron(30 2 * * ? *)", "2026-03-08T00:00:00Z", "2026-03-08T20:00:00Z").is_empty());
    let twice = fired("cron(30 1 * * ? *)", "2026-11-01T00:00:00Z", "2026-11-01T20:00:00Z");
    assert_eq!(twice, [at("2026-11-01T05:30:00Z")]);
}

#[test]
fn what_is_written_for_the_server_fires_as_it_is_read() {
    let tokyo = TimeZone::get("Asia/Tokyo").unwrap();
    let (from, to) = (at("2026-11-01T00:00:00Z"), at("2026-12-01T00:00:00Z"));
    for days in ["mon-fri", "mon-sun", "sat,sun", "tue"] {
        let days: Days = days.parse().unwrap();
        let weekly = Weekly { days, time: ClockTime::new(22, 5).unwrap() };
        let read = Expression::parse(&weekly.expression()).unwrap();
        assert_eq!(read.firings(&tokyo, from, to, 99), weekly.firings(&tokyo, from, to), "{}", weekly.expression());
    }
}
