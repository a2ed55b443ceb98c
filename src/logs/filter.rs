//! What a reader typed to see fewer lines, as in k9s: a regular expression; `!` in front leaves lines out; `-f` finds letters
//! in order. What is no expression is looked for as it is written. Case counts only where something is upper case. Pure.

use std::ops::Range;

use regex_lite::{Regex, RegexBuilder};

/// Which lines are wanted.
#[derive(Clone, Debug)]
pub struct LineFilter {
    /// As it was typed.
    pub text: String,
    negative: bool,
    pattern: Pattern,
}

#[derive(Clone, Debug)]
enum Pattern {
    /// Everything.
    All,
    /// A text as it is; by the bytes where case does not count.
    Literal { needle: String, any_case: bool },
    /// An expression.
    Regex(Box<Regex>),
    /// Letters in this order, whatever stands between them.
    Fuzzy(Vec<char>),
}

/// Expressions may not grow beyond this: a program, not a reader, would write one.
const LARGEST: usize = 1 << 20;
/// Longer lines are looked through as far as this by expressions and letters.
const REACH: usize = 16 * 1024;

impl LineFilter {
    /// What was typed, understood.
    #[must_use]
    pub fn new(text: &str) -> Self {
        let typed = text.trim();
        let (negative, rest) = match typed.strip_prefix('!') {
            Some(rest) => (true, rest.trim_start()),
            None => (false, typed),
        };
        let pattern = match rest.strip_prefix("-f ") {
            Some(letters) => Pattern::Fuzzy(letters.chars().filter(|c| !c.is_whitespace()).collect()),
            None => Pattern::of(rest),
        };
        Self { text: typed.to_owned(), negative: negative && !rest.is_empty(), pattern }
    }

    /// Wants lines with this text as it is written.
    #[must_use]
    pub fn literal(text: &str) -> Self {
        let pattern = Pattern::Literal { needle: text.to_owned(), any_case: false };
        Self { text: text.to_owned(), negative: false, pattern }
    }

    /// Whether every line is wanted.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        match &self.pattern {
            Pattern::All => true,
            Pattern::Fuzzy(letters) => letters.is_empty(),
            Pattern::Literal { .. } | Pattern::Regex(_) => false,
        }
    }

    /// Whether a line is wanted.
    #[must_use]
    pub fn wants(&self, line: &str) -> bool {
        self.pattern.is_in(line) != self.negative
    }

    /// Where in a line it is found, for highlighting; nothing for what is left out.
    #[must_use]
    pub fn found(&self, line: &str) -> Vec<Range<usize>> {
        if self.negative { Vec::new() } else { self.pattern.found(reached(line)) }
    }
}

/// What AWS is to look for: a text as it is written, or a pattern of its own syntax, which begins with a sign.
#[must_use]
pub fn server_pattern(text: &str) -> String {
    if text.starts_with(['{', '[', '?', '%']) {
        return text.to_owned();
    }
    format!("\"{}\"", text.replace('\\', "\\\\").replace('"', "\\\""))
}

fn reached(line: &str) -> &str {
    let mut end = line.len().min(REACH);
    while !line.is_char_boundary(end) {
        end -= 1;
    }
    line.get(..end).unwrap_or(line)
}

impl Pattern {
    fn of(text: &str) -> Self {
        if text.is_empty() {
            return Self::All;
        }
        let any_case = !text.chars().any(char::is_uppercase);
        let literal = || Self::Literal { needle: text.to_owned(), any_case };
        if !text.contains(['\\', '^', '$', '.', '|', '?', '*', '+', '(', ')', '[', ']', '{', '}']) {
            return literal();
        }
        match RegexBuilder::new(text).case_insensitive(any_case).size_limit(LARGEST).build() {
            Ok(regex) => Self::Regex(Box::new(regex)),
            Err(_) => literal(),
        }
    }

    fn is_in(&self, line: &str) -> bool {
        match self {
            Self::All => true,
            Self::Literal { needle, any_case: false } => line.contains(needle.as_str()),
            Self::Literal { needle, any_case: true } => find_any_case(line, needle, 0).is_some(),
            Self::Regex(regex) => regex.is_match(reached(line)),
            Self::Fuzzy(letters) => letters_in(reached(line), letters).is_some(),
        }
    }

    fn found(&self, line: &str) -> Vec<Range<usize>> {
        match self {
            Self::All => Vec::new(),
            Self::Literal { needle, any_case: false } => {
                line.match_indices(needle.as_str()).map(|(at, found)| at..at + found.len()).collect()
            }
            Self::Literal { needle, any_case: true } => {
                let mut found = Vec::new();
                let mut from = 0;
                while let Some(at) = find_any_case(line, needle, from) {
                    from = at + needle.len();
                    found.push(at..from);
                }
                found
            }
            Self::Regex(regex) => {
                regex.find_iter(line).map(|found| found.range()).filter(|range| !range.is_empty()).collect()
            }
            Self::Fuzzy(letters) => letters_in(line, letters).unwrap_or_default(),
        }
    }
}

/// Where `needle` is in `line` from a byte on, whatever the case of ASCII letters.
fn find_any_case(line: &str, needle: &str, from: usize) -> Option<usize> {
    let (hay, wanted) = (line.as_bytes().get(from..)?, needle.as_bytes());
    let (first, last) = (*wanted.first()?, hay.len().checked_sub(wanted.len())?);
    let other = first.to_ascii_uppercase();
    let starts = hay.iter().take(last + 1).enumerate().filter(|(_, byte)| **byte == first || **byte == other);
    let fits = |at: usize| hay.get(at..at + wanted.len()).is_some_and(|found| found.eq_ignore_ascii_case(wanted));
    starts.map(|(at, _)| at).find(|at| fits(*at)).map(|at| from + at)
}

fn letters_in(line: &str, letters: &[char]) -> Option<Vec<Range<usize>>> {
    let mut found: Vec<Range<usize>> = Vec::new();
    let mut rest = line.char_indices();
    for letter in letters {
        let same = |c: char| c == *letter || (letter.is_lowercase() && c.to_lowercase().eq(std::iter::once(*letter)));
        let (at, c) = rest.find(|(_, c)| same(*c))?;
        match found.last_mut() {
            Some(last) if last.end == at => last.end = at + c.len_utf8(),
            _ => found.push(at..at + c.len_utf8()),
        }
    }
    Some(found)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;
    use rstest::rstest;

    use super::LineFilter;

    const LINE: &str = "14:02:11 ERROR db-1 timed out after 5000 ms (予約)";

    #[rstest]
    #[case::words("timed out", true, &["timed out"])]
    #[case::any_case("error", true, &["ERROR"])]
    #[case::case_counts("Error", false, &[])]
    #[case::left_out("!error", false, &[])]
    #[case::left_out_elsewhere("!debug", true, &[])]
    #[case::expression(r"after \d+ ms", true, &["after 5000 ms"])]
    #[case::either("refused|timed", true, &["timed"])]
    #[case::no_expression("(予約", true, &["(予約"])]
    #[case::letters("-f edb1", true, &["E", "db", "1"])]
    #[case::no_letters("-f zz", false, &[])]
    #[case::wide("予約", true, &["予約"])]
    #[case::everything("", true, &[])]
    fn lines_are_wanted(#[case] typed: &str, #[case] wanted: bool, #[case] lit: &[&str]) {
        let filter = LineFilter::new(typed);
        assert_eq!(filter.wants(LINE), wanted, "{typed}");
        let found: Vec<&str> = filter.found(LINE).into_iter().map(|range| &LINE[range]).collect();
        assert_eq!(found, lit, "{typed}");
        assert_eq!(filter.is_empty(), typed.is_empty());
    }

    proptest! {
        #[test]
        fn whatever_is_typed_finds_ranges_of_the_line(typed in any::<String>(), line in any::<String>()) {
            let filter = LineFilter::new(&typed);
            let mut end = 0;
            for range in filter.found(&line) {
                prop_assert!(range.start >= end && line.get(range.clone()).is_some(), "{range:?} of {line:?}");
                end = range.end;
            }
        }

        #[test]
        fn a_word_of_the_line_is_found(line in "[a-z0-9 本]{1,40}", from in 0_usize..40, len in 1_usize..8) {
            let part: String = line.chars().skip(from % line.chars().count()).take(len).collect();
            prop_assert!(LineFilter::new(&part).wants(&line));
        }
    }
}
