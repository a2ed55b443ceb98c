//! Lines of the log files that RDS keeps: which of them tell a time, and how. PostgreSQL begins every line with one, MySQL's
//! error log too, its slow-query log has `# Time:` lines. Lines without one are as old as the line before. Pure.

use jiff::civil::DateTime;
use jiff::tz::TimeZone;
use jiff::{SignedDuration, Timestamp};

/// The moment a line begins with, in milliseconds of the Unix epoch.
pub(super) fn time_of(line: &str) -> Option<i64> {
    let line = line.strip_prefix("# Time: ").unwrap_or(line);
    let date = line.get(..10).filter(|date| date.bytes().filter(|byte| *byte == b'-').count() == 2)?;
    let rest = line.get(10..)?;
    let rest = rest.strip_prefix('T').or_else(|| rest.strip_prefix(' '))?;
    let end = rest.find(|c: char| !c.is_ascii_digit() && c != ':' && c != '.').unwrap_or(rest.len());
    let clock = rest.get(..end)?;
    // PostgreSQL goes on with a colon where the prefix of a line has no zone.
    let clock = clock.get(..clock.len().min(15)).map(|clock| clock.trim_end_matches([':', '.']))?;
    let at: DateTime = format!("{date}T{clock}").parse().ok()?;
    // Databases of RDS log in UTC unless log_timezone says another: what is told of it is an offset behind the time.
    let at = at.to_zoned(TimeZone::UTC).ok()?.timestamp();
    Some(shifted(at, rest.get(end..).unwrap_or_default()).as_millisecond())
}

/// The same moment where an offset such as `+09:00` or `JST` stands behind it.
fn shifted(at: Timestamp, behind: &str) -> Timestamp {
    let behind = behind.trim_start();
    let hours = match behind.get(..3) {
        Some("JST") => Some(9),
        Some(hours) if hours.starts_with(['+', '-']) => hours.parse::<i64>().ok(),
        _ => None,
    };
    hours.and_then(|hours| at.checked_sub(SignedDuration::from_hours(hours)).ok()).unwrap_or(at)
}

#[cfg(test)]
mod tests {
    use rstest::rstest;

    use super::time_of;

    #[rstest]
    #[case::postgres(
        "2026-11-30 14:00:01 UTC:10.0.1.5(4711):app@app:[123]:ERROR:  deadlock detected",
        Some("2026-11-30T14:00:01Z")
    )]
    #[case::postgres_millis(
        "2026-11-30 14:00:01.250 UTC::@:[7]:LOG:  checkpoint starting: time",
        Some("2026-11-30T14:00:01.25Z")
    )]
    #[case::mysql_error(
        "2026-11-30T14:00:01.123456Z 0 [Warning] [MY-010055] [Server] IP address",
        Some("2026-11-30T14:00:01.123Z")
    )]
    #[case::slow_query("# Time: 2026-11-30T14:00:01.500000Z", Some("2026-11-30T14:00:01.5Z"))]
    #[case::an_offset("2026-11-30 23:00:01 JST:[local]", Some("2026-11-30T14:00:01Z"))]
    #[case::a_numeric_offset("2026-11-30T23:00:01.000+09:00 1 [Note]", Some("2026-11-30T14:00:01Z"))]
    #[case::continued("\tSTATEMENT:  select 1", None)]
    #[case::wide("二〇二六-11-30 14:00:01", None)]
    #[case::nothing("", None)]
    fn a_line_tells_its_time(#[case] line: &str, #[case] at: Option<&str>) {
        let at = at.map(|at| at.parse::<jiff::Timestamp>().unwrap().as_millisecond());
        assert_eq!(time_of(line), at);
    }
}
