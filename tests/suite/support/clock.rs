//! The real clock, where a test cannot do without it: a schedule is judged at the moment the test runs, which may be any
//! of the day and of the week. What is given here lies far from every edge, whenever that is. Never asserts anything.
use jiff::Timestamp;
use jiff::tz::TimeZone;

/// The time zone in which noon was less than an hour ago. A schedule there that is on from morning to evening is on, and
/// stays so for hours.
pub(crate) fn where_it_is_noon() -> String {
    let hour = Timestamp::now().to_zoned(TimeZone::UTC).hour();
    match 12 - hour {
        // The signs in these names are turned around.
        behind @ ..0 => format!("Etc/GMT+{}", -behind),
        ahead => format!("Etc/GMT-{ahead}"),
    }
}
