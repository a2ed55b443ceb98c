//! Durations as people write them in the configuration: `15s`, `2m`, `1h`, `1m30s`.
//! Text in, a span out; nothing else.

use jiff::SignedDuration;

/// Reads a duration of whole seconds, largest unit first, as jiff's friendly format has it: `1h30m`, `2 minutes`.
/// `None` if it is none, is zero or less, or will not fit.
pub fn interval(text: &str) -> Option<SignedDuration> {
    let length: SignedDuration = text.trim().parse().ok()?;
    (length.is_positive() && length.subsec_nanos() == 0).then_some(length)
}

#[cfg(test)]
mod tests {
    use super::interval;
    use rstest::rstest;

    #[rstest]
    #[case("15s", Some(15))]
    #[case("2m", Some(120))]
    #[case("1m 30s", Some(90))]
    #[case("1h", Some(3600))]
    #[case("15", None)]
    #[case("s", None)]
    #[case("0s", None)]
    #[case("-5s", None)]
    #[case("1s1m", None)]
    #[case("1.5m", Some(90))]
    #[case("0.5s", None)]
    #[case("1h30m", Some(5400))]
    #[case("2 hours, 5 minutes", Some(7500))]
    #[case("5m ago", None)]
    #[case("2d", None)]
    #[case("99999999999999999999s", None)]
    #[case("9223372036854775807h", None)]
    #[case("", None)]
    fn durations(#[case] text: &str, #[case] seconds: Option<i64>) {
        assert_eq!(interval(text).map(|span| span.as_secs()), seconds);
    }
}
