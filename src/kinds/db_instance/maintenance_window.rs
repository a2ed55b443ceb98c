//! Backup and maintenance windows, which RDS gives in UTC, in the reader's time.
//! Pure: words and tones, no drawing, no colours, no clock.

use jiff::Timestamp;
use jiff::tz::TimeZone;

use crate::schedule::calendar::rds_window::{BackupWindow, MaintenanceWindow};

/// `hh:mm-hh:mm` or `ddd:hh:mm-ddd:hh:mm` (UTC) in local time with the UTC text beside it; `now` settles daylight
/// saving. Text of another shape stays as it is.
#[must_use]
pub fn window(utc: &str, now: Timestamp, zone: &TimeZone) -> String {
    let backup = utc.parse::<BackupWindow>().map(|window| window.told(now, zone));
    let told = backup.or_else(|_| utc.parse::<MaintenanceWindow>().map(|window| window.told(now, zone)));
    told.unwrap_or_else(|_| format!("{utc} (UTC)"))
}
