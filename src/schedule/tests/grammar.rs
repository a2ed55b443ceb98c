//! The small grammars: tables of named cases.

use rstest::rstest;

use super::*;
use crate::schedule::calendar::date_range::read_dates;

#[rstest]
#[case::range("mon-fri", "mon-fri")]
#[case::list("mon,wed", "mon,wed")]
#[case::one("sat", "sat")]
#[case::week("mon-sun", "mon-sun")]
#[case::wraps("fri-mon", "mon,fri-sun")]
#[case::mixed("mon-wed,fri", "mon-wed,fri")]
#[case::spaces_and_case(" Mon - Tue , SUN", "mon,tue,sun")]
#[case::twice("mon,mon", "mon")]
fn days_that_read(#[case] text: &str, #[case] shown: &str) {
    let days: Days = text.parse().unwrap();
    assert_eq!(days.to_string(), shown);
    assert_eq!(shown.parse(), Ok(days));
}

#[rstest]
#[case::nothing("", "the list of days is empty; write days such as mon-fri or mon,wed")]
#[case::long(
    "monday",
    "`monday` is not a day; days are mon, tue, wed, thu, fri, sat, sun, joined by `-` (a range) or `,` (a list)"
)]
#[case::hole(
    "mon,,tue",
    "`` is not a day; days are mon, tue, wed, thu, fri, sat, sun, joined by `-` (a range) or `,` (a list)"
)]
#[case::open(
    "mon-",
    "`` is not a day; days are mon, tue, wed, thu, fri, sat, sun, joined by `-` (a range) or `,` (a list)"
)]
fn days_that_do_not(#[case] text: &str, #[case] why: &str) {
    assert_eq!(text.parse::<Days>().unwrap_err().to_string(), why);
}

#[rstest]
#[case::first("00:00", Some(0))]
#[case::office("09:00", Some(540))]
#[case::last("23:59", Some(1439))]
#[case::end("24:00", Some(1440))]
#[case::one_digit("9:00", None)]
#[case::past_the_end("24:01", None)]
#[case::minute("10:60", None)]
#[case::bare("0900", None)]
#[case::sign("+9:00", None)]
#[case::seconds("09:00:00", None)]
fn times(#[case] text: &str, #[case] expected: Option<u16>) {
    let read = text.parse::<ClockTime>();
    assert_eq!(read.as_ref().ok().map(|time| time.minutes()), expected);
    if let Err(why) = read {
        assert!(why.to_string().contains(text), "{why}");
    }
}

#[rstest]
#[case::day("mon-fri 09:00-22:00", 22 * 60)]
#[case::over_midnight("fri 22:00-02:00", 26 * 60)]
#[case::whole_day("mon-sun 00:00-24:00", 24 * 60)]
#[case::until_midnight("mon 09:00-00:00", 24 * 60)]
fn periods_that_read(#[case] text: &str, #[case] end: i64) {
    let period: Period = text.parse().unwrap();
    assert_eq!(period.end_minutes(), end);
    assert_eq!(period.to_string(), text);
}

#[rstest]
#[case::no_length("mon 09:00-09:00", GrammarError::NoLength("09:00".into()))]
#[case::no_length_day("mon 00:00-00:00", GrammarError::NoLength("00:00".into()))]
#[case::starts_at_end("mon 24:00-02:00", GrammarError::EndOnly)]
#[case::one_time("mon 09:00", GrammarError::Hours("09:00".into()))]
#[case::no_days("09:00-10:00", GrammarError::Hours("09:00-10:00".into()))]
#[case::day("mo 09:00-10:00", GrammarError::Day("mo".into()))]
#[case::time("mon 09:00-25:00", GrammarError::Time("25:00".into()))]
fn periods_that_do_not(#[case] text: &str, #[case] why: GrammarError) {
    assert_eq!(text.parse::<Period>(), Err(why));
}

#[test]
fn a_stop_time_is_no_end_of_day() {
    assert_eq!(StopAt::parse("mon-sun", "22:00").unwrap().at.to_string(), "22:00");
    assert_eq!(StopAt::parse("mon-sun", "24:00"), Err(GrammarError::EndOnly));
}

#[rstest]
#[case::range("2026-12-29..2027-01-03", "2026-12-29..2027-01-03")]
#[case::one("2026-11-23", "2026-11-23")]
#[case::one_as_range("2026-11-23..2026-11-23", "2026-11-23")]
#[case::cabinet_office("2026/1/1", "2026-01-01")]
fn date_ranges_that_read(#[case] text: &str, #[case] shown: &str) {
    assert_eq!(text.parse::<DateRange>().unwrap().to_string(), shown);
}

#[rstest]
#[case::nothing(" ", "the date is empty; write a date such as 2026-12-29 or a range such as 2026-12-29..2027-01-03")]
#[case::backwards("2027-01-03..2026-12-29", "`2027-01-03..2026-12-29` runs backwards; write the earlier date first")]
#[case::no_such_day("2026-02-30", "`2026-02-30` is not a date; write 2026-12-29")]
#[case::no_such_day_slashed("2026/2/30", "`2026/2/30` is not a date; write 2026-12-29")]
#[case::too_many_parts("2026/2/3/4", "`2026/2/3/4` is not a date; write 2026-12-29")]
#[case::time_too("2026-02-03T10:00", "`2026-02-03T10:00` is not a date; write 2026-12-29")]
#[case::open_end("2026-02-03..", "`` is not a date; write 2026-12-29")]
fn date_ranges_that_do_not(#[case] text: &str, #[case] why: &str) {
    assert_eq!(text.parse::<DateRange>().unwrap_err().to_string(), why);
}

#[test]
fn a_file_of_dates_reads_line_by_line() {
    let text = "\u{feff}国民の祝日・休日月日,国民の祝日・休日名称\r\n2026/1/1,元日\r\n\r\n# ours\n2026-10-01 創立記念日 # every year\n2026-12-29..2026-12-31\n";
    let read: Vec<_> = read_dates(text).unwrap().into_iter().map(|day| (day.dates.to_string(), day.name)).collect();
    assert_eq!(
        read,
        [
            ("2026-01-01".to_owned(), Some("元日".to_owned())),
            ("2026-10-01".to_owned(), Some("創立記念日".to_owned())),
            ("2026-12-29..2026-12-31".to_owned(), None),
        ]
    );
    let wrong = read_dates("2026-01-01\nsoon\n").unwrap_err();
    assert_eq!(wrong.to_string(), "line 2: `soon` is not a date; write 2026-12-29");
}

#[test]
fn a_schedule_that_makes_no_sense_says_why() {
    let refused = |change: fn(&mut Schedule)| {
        let mut schedule = office();
        change(&mut schedule);
        schedule.check().unwrap_err()
    };
    assert_eq!(office().check(), Ok(()));
    assert_eq!(refused(|s| s.on.clear()), ScheduleError::NothingOn("office".into()));
    assert_eq!(refused(|s| s.mode = Mode::StopOnly), ScheduleError::OnInStopOnly("office".into()));
    assert_eq!(
        refused(|s| s.stop = vec![StopAt::parse("mon", "22:00").unwrap()]),
        ScheduleError::StopOutsideStopOnly("office".into())
    );
    assert_eq!(
        refused(|s| {
            s.mode = Mode::StopOnly;
            s.on.clear();
        }),
        ScheduleError::NothingStops("office".into())
    );
    assert_eq!(
        refused(|s| s.start_lead = minutes(-1)),
        ScheduleError::Negative { schedule: "office".into(), key: "start_lead" }
    );
    assert_eq!(
        refused(|s| s.zone = TimeZone::fixed(jiff::tz::offset(9))),
        ScheduleError::NamelessZone("office".into())
    );
}
