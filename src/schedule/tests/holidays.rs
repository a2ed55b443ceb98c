//! Holidays of 2026 and 2027 by name, the rule against the published list, and what calendars make of days.

use jiff::civil::{Date, date};
use rstest::rstest;

use super::*;
use crate::schedule::calendar::japan::{by_rule, is_published, name_of};

fn year(of: i16, name: fn(Date) -> Option<&'static str>) -> Vec<(i8, i8, &'static str)> {
    date(of, 1, 1)
        .series(jiff::Span::new().days(1))
        .take_while(|day| day.year() == of)
        .filter_map(|day| name(day).map(|name| (day.month(), day.day(), name)))
        .collect()
}

#[test]
fn holidays_of_2026_by_name() {
    let expected = [
        (1, 1, "元日"),
        (1, 12, "成人の日"),
        (2, 11, "建国記念の日"),
        (2, 23, "天皇誕生日"),
        (3, 20, "春分の日"),
        (4, 29, "昭和の日"),
        (5, 3, "憲法記念日"),
        (5, 4, "みどりの日"),
        (5, 5, "こどもの日"),
        (5, 6, "休日"),
        (7, 20, "海の日"),
        (8, 11, "山の日"),
        (9, 21, "敬老の日"),
        (9, 22, "休日"),
        (9, 23, "秋分の日"),
        (10, 12, "スポーツの日"),
        (11, 3, "文化の日"),
        (11, 23, "勤労感謝の日"),
    ];
    assert_eq!(year(2026, name_of), expected);
}

#[test]
fn holidays_of_2027_by_name() {
    let expected = [
        (1, 1, "元日"),
        (1, 11, "成人の日"),
        (2, 11, "建国記念の日"),
        (2, 23, "天皇誕生日"),
        (3, 21, "春分の日"),
        (3, 22, "休日"),
        (4, 29, "昭和の日"),
        (5, 3, "憲法記念日"),
        (5, 4, "みどりの日"),
        (5, 5, "こどもの日"),
        (7, 19, "海の日"),
        (8, 11, "山の日"),
        (9, 20, "敬老の日"),
        (9, 23, "秋分の日"),
        (10, 11, "スポーツの日"),
        (11, 3, "文化の日"),
        (11, 23, "勤労感謝の日"),
    ];
    assert_eq!(year(2027, name_of), expected);
}

#[rstest]
#[case(2026)]
#[case(2027)]
fn the_rule_agrees_with_the_published_list(#[case] of: i16) {
    assert_eq!(year(of, by_rule), year(of, name_of));
}

#[rstest]
#[case::substitute_in_a_row_2025(date(2025, 5, 6), Some("休日"))]
#[case::substitute_2025(date(2025, 11, 24), Some("休日"))]
#[case::equinox_2028(date(2028, 3, 20), Some("春分の日"))]
#[case::equinox_2030(date(2030, 9, 23), Some("秋分の日"))]
#[case::sandwiched_2032(date(2032, 9, 21), Some("休日"))]
#[case::plain_2028(date(2028, 9, 21), None)]
fn the_rule_beyond_the_list(#[case] day: Date, #[case] name: Option<&str>) {
    assert!(!is_published(day));
    assert_eq!(name_of(day), name);
}

#[test]
fn open_wins_over_everything_and_own_dates_have_names() {
    let mut calendar = jp(&["2026-12-29..2027-01-03"], &["2026-11-23", "2026-11-25"]).unwrap().calendar;
    calendar.own = date_range::read_dates("2026-10-01 創立記念日\n2026-10-02").unwrap();
    let off = |name: &str| DayClass::Off { name: name.into() };
    for (day, class) in [
        (date(2026, 11, 23), DayClass::OpenInspite),
        (date(2026, 11, 25), DayClass::Weekday),
        (date(2026, 11, 24), DayClass::Weekday),
        (date(2026, 11, 3), off("文化の日")),
        (date(2026, 12, 29), off("closed")),
        (date(2027, 1, 1), off("元日")),
        (date(2027, 1, 3), off("closed")),
        (date(2027, 1, 4), DayClass::Weekday),
        (date(2026, 10, 1), off("創立記念日")),
        (date(2026, 10, 2), off("closed")),
    ] {
        assert_eq!(calendar.class(day), class, "{day}");
    }
    assert!(calendar.is_published(date(2027, 12, 31)));
    assert!(!calendar.is_published(date(2028, 1, 1)));
    assert!(Calendar::default().is_published(date(2028, 1, 1)));
}

#[test]
fn builtins_are_found_by_name_and_say_where_they_come_from() {
    assert_eq!(Builtin::named("jp-national-holidays"), Some(Builtin::JpNationalHolidays));
    assert_eq!(Builtin::named("jp"), None);
    assert!(Builtin::JpNationalHolidays.source().0.contains("Cabinet Office"));
}
