//! "Until when", as people type it: `23:30`, `+2h`, `2026-11-24 23:30`, or RFC 3339; with `running` or `stopped`
//! before it if they like. Pure: the moment and the zone come in.

use jiff::civil::DateTime;
use jiff::tz::TimeZone;
use jiff::{SignedDuration, Timestamp};

use super::intervals::{local_date, moved};
use super::time_of_day::{ClockTime, settle, settle_local};
use crate::schedule::desired_state::plus;
use crate::schedule::model::TargetState;

/// Reads an end. A bare time is the next one by the clock in `zone`.
///
/// # Errors
/// A sentence with what would do.
pub fn until(text: &str, now: Timestamp, zone: &TimeZone) -> Result<Timestamp, String> {
    let text = text.trim();
    let wrong = || format!("{text:?} is no time; write 23:30, +2h, 2026-11-24 23:30, or 2026-11-24T23:30:00+09:00");
    if let Some(span) = text.strip_prefix('+') {
        return Ok(plus(now, span_of(span).ok_or_else(wrong)?));
    }
    if let Ok(time) = text.parse::<ClockTime>() {
        let today = local_date(zone, now);
        let next = (0..=2).map(|by| settle(zone, moved(today, by), time).at).find(|at| *at > now);
        return next.ok_or_else(wrong);
    }
    if let Ok(at) = text.parse::<Timestamp>() {
        return Ok(at);
    }
    let local = text.replacen(' ', "T", 1).parse::<DateTime>().map_err(|_| wrong())?;
    Ok(settle_local(zone, local).at)
}

/// The same with what shall be until then before it; `running` if nothing is said.
///
/// # Errors
/// As [`until`].
pub fn environment_config(text: &str, now: Timestamp, zone: &TimeZone) -> Result<(TargetState, Timestamp), String> {
    let (first, rest) = text.trim().split_once(' ').unwrap_or((text.trim(), ""));
    match TargetState::named(first) {
        Some(keep) => Ok((keep, until(rest, now, zone)?)),
        None => Ok((TargetState::Running, until(text, now, zone)?)),
    }
}

/// A length of time, with or without the sign that makes an end of it: `3h`, `+45m`.
#[must_use]
pub fn span(text: &str) -> Option<SignedDuration> {
    let text = text.trim();
    span_of(text.strip_prefix('+').unwrap_or(text))
}

fn span_of(text: &str) -> Option<SignedDuration> {
    let (number, unit) = text.split_at_checked(text.len().checked_sub(1)?)?;
    let number: i64 = number.parse().ok().filter(|number| (1..=100_000).contains(number))?;
    match unit {
        "m" => Some(SignedDuration::from_mins(number)),
        "h" => Some(SignedDuration::from_hours(number)),
        "d" => Some(SignedDuration::from_hours(number * 24)),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use rstest::rstest;

    #[rstest]
    #[case("23:30", Some("2026-11-20T14:30:00Z"))]
    #[case("09:00", Some("2026-11-21T00:00:00Z"))]
    #[case("+2h", Some("2026-11-20T14:50:00Z"))]
    #[case("2026-11-24 23:30", Some("2026-11-24T14:30:00Z"))]
    #[case("2026-11-24T23:30:00+09:00", Some("2026-11-24T14:30:00Z"))]
    #[case("soon", None)]
    #[case("+2x", None)]
    #[case("", None)]
    fn ends(#[case] text: &str, #[case] expected: Option<&str>) {
        let zone = TimeZone::get("Asia/Tokyo").unwrap();
        let now: Timestamp = "2026-11-20T12:50:00Z".parse().unwrap();
        let expected = expected.map(|text| text.parse::<Timestamp>().unwrap());
        assert_eq!(until(text, now, &zone).ok(), expected);
        let stopped = environment_config(&format!("stopped {text}"), now, &zone).ok();
        assert_eq!(stopped, expected.map(|at| (TargetState::Stopped, at)));
    }
}
