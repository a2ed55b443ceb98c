//! Durations as people write them in the configuration: `15s`, `2m`, `1h`, `1m30s`.
//! Text in, a span out; nothing else.

use jiff::SignedDuration;

/// Reads a duration of whole seconds, minutes and hours, largest unit first, spaces allowed.
/// `None` if it is none, is zero or will not fit.
pub fn interval(text: &str) -> Option<SignedDuration> {
    let mut seconds: i64 = 0;
    let mut digits = String::new();
    let mut last = i64::MAX;
    for c in text.trim().chars().filter(|c| *c != ' ') {
        if c.is_ascii_digit() {
            digits.push(c);
            continue;
        }
        let unit = match c {
            's' => 1,
            'm' => 60,
            'h' => 3600,
            _ => return None,
        };
        if unit >= last {
            return None;
        }
        last = unit;
        seconds = seconds.checked_add(digits.parse::<i64>().ok()?.checked_mul(unit)?)?;
        digits.clear();
    }
    (digits.is_empty() && seconds > 0).then(|| SignedDuration::from_secs(seconds))
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
    #[case("1.5m", None)]
    #[case("99999999999999999999s", None)]
    #[case("9223372036854775807h", None)]
    #[case("", None)]
    fn durations(#[case] text: &str, #[case] seconds: Option<i64>) {
        assert_eq!(interval(text).map(|span| span.as_secs()), seconds);
    }
}
