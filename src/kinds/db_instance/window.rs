//! Backup and maintenance windows, which RDS gives in UTC, in the reader's time.
//! Pure: words and tones, no drawing, no colours, no clock.

use jiff::Timestamp;
use jiff::ToSpan;
use jiff::civil::{Time, Weekday};
use jiff::tz::TimeZone;

const DAYS: &[(&str, Weekday)] = &[
    ("mon", Weekday::Monday),
    ("tue", Weekday::Tuesday),
    ("wed", Weekday::Wednesday),
    ("thu", Weekday::Thursday),
    ("fri", Weekday::Friday),
    ("sat", Weekday::Saturday),
    ("sun", Weekday::Sunday),
];

/// `hh:mm-hh:mm` or `ddd:hh:mm-ddd:hh:mm` (UTC) in local time with the UTC text beside it; `now` settles daylight
/// saving. Text of another shape stays as it is.
#[must_use]
pub fn window(utc: &str, now: Timestamp, zone: &TimeZone) -> String {
    let local = utc.split_once('-').and_then(|(from, to)| Some((edge(from, now, zone)?, edge(to, now, zone)?)));
    match local {
        Some((from, to)) => format!("{from}–{to} ({utc} UTC)"),
        None => format!("{utc} (UTC)"),
    }
}

fn edge(text: &str, now: Timestamp, zone: &TimeZone) -> Option<String> {
    let (day, time) = match text.split(':').collect::<Vec<_>>().as_slice() {
        [day, hour, minute] => (Some(*day), (*hour, *minute)),
        [hour, minute] => (None, (*hour, *minute)),
        _ => return None,
    };
    let time = Time::new(time.0.trim().parse().ok()?, time.1.trim().parse().ok()?, 0, 0).ok()?;
    let today = TimeZone::UTC.to_datetime(now).date();
    let date = match day {
        Some(day) => {
            let day = day.trim().to_lowercase();
            let (_, weekday) = DAYS.iter().find(|(name, _)| *name == day)?;
            let ahead = i64::from(today.weekday().until(*weekday));
            today.checked_add(ahead.days()).ok()?
        }
        None => today,
    };
    let at = TimeZone::UTC.to_timestamp(date.to_datetime(time)).ok()?;
    let local = zone.to_datetime(at);
    Some(if day.is_some() { local.strftime("%a %H:%M").to_string() } else { local.strftime("%H:%M").to_string() })
}
