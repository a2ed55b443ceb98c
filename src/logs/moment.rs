//! Moments as people type them: back from now, a time of day, or a time with its offset.
//! Pure: now and the time zone are given.

use jiff::civil::Time;
use jiff::tz::TimeZone;
use jiff::{SignedDuration, Timestamp, ToSpan};

/// The moment that was typed: a span back from `now`, a time of day, or a time with its offset.
///
/// # Errors
/// A sentence, where it is none.
pub fn parse_moment(text: &str, now: Timestamp, zone: &TimeZone) -> Result<Timestamp, String> {
    let text = text.trim();
    if let Some(span) = span(text) {
        return now.checked_sub(span).map_err(|_| format!("`{text}` is too long ago"));
    }
    if let Ok(at) = text.parse::<Timestamp>() {
        return Ok(at);
    }
    let bad = || format!("`{text}` is no time: write 15m, 3h, 2d, 14:00 or 2026-11-30T14:00:00+09:00");
    let time: Time = text.parse().map_err(|_| bad())?;
    let today = zone.to_datetime(now).date();
    let at = |day: jiff::civil::Date| day.to_datetime(time).to_zoned(zone.clone()).map(|at| at.timestamp());
    let at_today = at(today).map_err(|_| bad())?;
    // A time of day that has not come yet is yesterday's.
    if at_today <= now { Ok(at_today) } else { today.checked_sub(1.day()).and_then(at).map_err(|_| bad()) }
}

fn span(text: &str) -> Option<SignedDuration> {
    let unit = text.chars().next_back()?;
    let number: i64 = text.strip_suffix(unit)?.trim_end().parse().ok().filter(|number| *number >= 0)?;
    let seconds = match unit {
        's' => 1,
        'm' => 60,
        'h' => 3_600,
        'd' => 86_400,
        'w' => 604_800,
        _ => return None,
    };
    number.checked_mul(seconds).map(SignedDuration::from_secs)
}

#[cfg(test)]
mod tests {
    use rstest::rstest;

    use super::*;

    #[rstest]
    #[case("15m", Some("2026-11-21T13:47:11+09:00"))]
    #[case("2d", Some("2026-11-19T14:02:11+09:00"))]
    #[case("14:00", Some("2026-11-21T14:00:00+09:00"))]
    #[case("23:30", Some("2026-11-20T23:30:00+09:00"))]
    #[case("2026-11-21T01:00:00Z", Some("2026-11-21T10:00:00+09:00"))]
    #[case("-3h", None)]
    #[case("soon", None)]
    #[case("9999999999999999d", None)]
    #[case("", None)]
    fn moments_are_understood(#[case] text: &str, #[case] expected: Option<&str>) {
        let now: Timestamp = "2026-11-21T14:02:11+09:00".parse().unwrap();
        let zone = TimeZone::fixed(jiff::tz::offset(9));
        let expected = expected.map(|at| at.parse::<Timestamp>().unwrap());
        assert_eq!(parse_moment(text, now, &zone).ok(), expected);
    }
}
