//! Times, ages and durations in words. The clock is never read here: `now` and the zone come in.
//! Ages move in coarse steps on purpose, so that a quiet screen need not be drawn every second.

use jiff::{Timestamp, tz::TimeZone};

const MINUTE: i64 = 60;
const HOUR: i64 = 60 * MINUTE;
const DAY: i64 = 24 * HOUR;

/// How long ago something was, `secs` seconds back: `just now`, `20 s ago`, `4 min ago`, `3 h
/// ago`, `5 d ago`. Seconds move in tens. A time in the future (a clock that is off) is just now.
pub fn ago(secs: i64) -> String {
    if secs < 10 {
        return "just now".to_owned();
    }
    format!("{} ago", coarse(secs))
}

/// How far ahead something is, `secs` seconds from now: `in 4 min`; `now` when it is due.
pub fn until(secs: i64) -> String {
    if secs <= 0 {
        return "now".to_owned();
    }
    if secs < 10 {
        return "in 10 s".to_owned();
    }
    format!("in {}", coarse(secs))
}

/// A duration of `secs` seconds, to two units where the second one matters: `45 s`, `12 min`,
/// `3 h 20 min`, `5 d 10 h`. Negative durations count as none.
pub fn span(secs: i64) -> String {
    let secs = secs.max(0);
    match secs {
        ..MINUTE => format!("{secs} s"),
        MINUTE..HOUR => format!("{} min", secs / MINUTE),
        HOUR..DAY => two(secs / HOUR, "h", secs % HOUR / MINUTE, "min"),
        _ => two(secs / DAY, "d", secs % DAY / HOUR, "h"),
    }
}

/// After how many seconds [`ago`] would read differently than it does at `secs`. Never 0.
pub fn next_change(secs: i64) -> i64 {
    let step = step(secs);
    if secs < 10 {
        return 10_i64.saturating_sub(secs);
    }
    step - secs % step
}

/// The time of day in `zone`: `13:58`.
pub fn clock(at: Timestamp, zone: &TimeZone) -> String {
    let civil = zone.to_datetime(at);
    format!("{:02}:{:02}", civil.hour(), civil.minute())
}

/// A point in time, local and relative: `13:58, 4 min ago`. With the weekday within six days
/// (`Fri 08:45, in 2 d`) and the date beyond (`2026-11-03 13:58, 18 d ago`).
pub fn when(at: Timestamp, now: Timestamp, zone: &TimeZone) -> String {
    let secs = now.as_second().saturating_sub(at.as_second());
    let relative = if secs < 0 { until(-secs) } else { ago(secs) };
    format!("{}, {relative}", moment(at, now, zone))
}

/// A point in local time as a sentence names it: `13:58` today, `Fri 08:45` within six days, else with its date.
pub fn moment(at: Timestamp, now: Timestamp, zone: &TimeZone) -> String {
    let (day, today) = (zone.to_datetime(at).date(), zone.to_datetime(now).date());
    let time = clock(at, zone);
    if day == today {
        return time;
    }
    let apart = day.duration_since(today).as_hours().abs() / 24;
    if apart < 7 { format!("{} {time}", day.strftime("%a")) } else { format!("{day} {time}") }
}

/// A point in time for machines: RFC 3339 with the zone's offset, whole seconds.
pub fn stamp(at: Timestamp, zone: &TimeZone) -> String {
    at.to_zoned(zone.clone()).strftime("%Y-%m-%dT%H:%M:%S%:z").to_string()
}

/// One unit, rounded down.
fn coarse(secs: i64) -> String {
    let unit = match secs {
        ..MINUTE => return format!("{} s", secs / 10 * 10),
        MINUTE..HOUR => "min",
        HOUR..DAY => "h",
        _ => "d",
    };
    format!("{} {unit}", secs / step(secs))
}

fn step(secs: i64) -> i64 {
    match secs {
        ..MINUTE => 10,
        MINUTE..HOUR => MINUTE,
        HOUR..DAY => HOUR,
        _ => DAY,
    }
}

fn two(big: i64, big_unit: &str, small: i64, small_unit: &str) -> String {
    if small == 0 { format!("{big} {big_unit}") } else { format!("{big} {big_unit} {small} {small_unit}") }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;
    use rstest::rstest;

    #[rstest]
    #[case(-5, "just now")]
    #[case(9, "just now")]
    #[case(12, "10 s ago")]
    #[case(59, "50 s ago")]
    #[case(4 * 60 + 59, "4 min ago")]
    #[case(3 * 3600, "3 h ago")]
    #[case(5 * 86400 + 7, "5 d ago")]
    fn ages(#[case] secs: i64, #[case] expected: &str) {
        assert_eq!(ago(secs), expected);
    }

    #[rstest]
    #[case(-3, "0 s")]
    #[case(45, "45 s")]
    #[case(12 * 60 + 30, "12 min")]
    #[case(3 * 3600 + 20 * 60, "3 h 20 min")]
    #[case(3600, "1 h")]
    #[case(5 * 86400 + 10 * 3600, "5 d 10 h")]
    fn spans(#[case] secs: i64, #[case] expected: &str) {
        assert_eq!(span(secs), expected);
    }

    #[rstest]
    #[case(0, "now")]
    #[case(3, "in 10 s")]
    #[case(90, "in 1 min")]
    fn ahead(#[case] secs: i64, #[case] expected: &str) {
        assert_eq!(until(secs), expected);
    }

    #[rstest]
    #[case::today("2026-11-21T04:58:00Z", "13:58, 4 min ago")]
    #[case::ahead_today("2026-11-21T09:30:00Z", "18:30, in 4 h")]
    #[case::this_week("2026-11-19T23:45:00Z", "Fri 08:45, 1 d ago")]
    #[case::next_week("2026-11-23T23:45:00Z", "Tue 08:45, in 2 d")]
    #[case::long_ago("2026-11-03T04:58:00Z", "2026-11-03 13:58, 18 d ago")]
    fn local_and_relative(#[case] at: &str, #[case] expected: &str) {
        let zone = TimeZone::fixed(jiff::tz::offset(9));
        let now: Timestamp = "2026-11-21T05:02:11Z".parse().unwrap();
        assert_eq!(when(at.parse().unwrap(), now, &zone), expected);
    }

    #[test]
    fn a_stamp_has_its_offset() {
        let at: Timestamp = "2026-11-21T05:02:11.25Z".parse().unwrap();
        assert_eq!(stamp(at, &TimeZone::fixed(jiff::tz::offset(9))), "2026-11-21T14:02:11+09:00");
        assert_eq!(stamp(at, &TimeZone::UTC), "2026-11-21T05:02:11+00:00");
    }

    proptest! {
        #[test]
        fn the_next_change_is_when_the_text_changes(secs in -100i64..10_000_000) {
            let wait = next_change(secs);
            prop_assert!(wait > 0);
            prop_assert_eq!(ago(secs + wait - 1), ago(secs));
            prop_assert_ne!(ago(secs + wait), ago(secs));
        }
    }
}
