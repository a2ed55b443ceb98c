//! Short forms for sentences and cells: a first line, a counted noun, an AWS enum as a plain word.
//! Pure text; nothing here knows a service, and nothing is made harmless here (`harmless` does that).

use super::truncate;

/// The first non-empty line of `text`, at most `columns` wide; `…` shows that something was left out.
#[must_use]
pub fn first_line(text: &str, columns: usize) -> String {
    // Replies can be huge: look at no more bytes than could ever be shown.
    let session_access = text.char_indices().nth(columns.saturating_mul(4)).map_or(text.len(), |(at, _)| at);
    let head = text.get(..session_access).unwrap_or(text);
    let mut lines = head.lines().map(str::trim).filter(|line| !line.is_empty());
    let first = lines.next().unwrap_or_default();
    if lines.next().is_some() && super::width(first) < columns {
        return format!("{first}…");
    }
    truncate(first, columns)
}

/// A counted noun: `1 task`, `3 tasks`.
#[must_use]
pub fn counted(n: usize, one: &str) -> String {
    if n == 1 { format!("1 {one}") } else { format!("{n} {one}s") }
}

/// An AWS enum value as a lower-case word with underscores: `IN_PROGRESS` and `InProgress` give `in_progress`.
#[must_use]
pub fn word(value: &str) -> String {
    let shouting = !value.chars().any(char::is_lowercase);
    let mut out = String::with_capacity(value.len() + 4);
    for (at, c) in value.chars().enumerate() {
        if c.is_uppercase() && at > 0 && !shouting {
            out.push('_');
        }
        out.extend(c.to_lowercase());
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;
    use rstest::rstest;

    #[rstest]
    #[case("one", 10, "one")]
    #[case("\n  one\ntwo", 10, "one…")]
    #[case("a long sentence", 8, "a long …")]
    #[case("", 8, "")]
    fn a_first_line(#[case] text: &str, #[case] columns: usize, #[case] expected: &str) {
        assert_eq!(first_line(text, columns), expected);
    }

    #[test]
    fn a_huge_text_gives_a_short_line() {
        assert!(super::super::width(&first_line(&"あ".repeat(100_000), 40)) <= 40);
    }

    #[rstest]
    #[case("COMPLETED", "completed")]
    #[case("IN_PROGRESS", "in_progress")]
    #[case("ConnectionLost", "connection_lost")]
    #[case("Online", "online")]
    #[case("shutting-down", "shutting-down")]
    fn words(#[case] value: &str, #[case] expected: &str) {
        assert_eq!(word(value), expected);
    }
}
