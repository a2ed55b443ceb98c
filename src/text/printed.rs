//! Whole texts on their way to a terminal that nothing else looks after: each line harmless, and documents for scripts
//! with what cannot be seen written as escapes. The last door: what was cleaned before stays as it is.

use std::borrow::Cow;
use std::fmt::Write;

use super::harmless::{harmless, visible};

/// `text` with its lines kept and everything in them harmless.
#[must_use]
pub fn lines(text: &str) -> String {
    text.split_inclusive('\n')
        .map(|line| match line.strip_suffix('\n') {
            Some(line) => Cow::Owned(format!("{}\n", harmless(line))),
            None => harmless(line),
        })
        .collect()
}

/// The same for a text with colours in it: the escape sequences that only change looks stay.
#[must_use]
pub fn painted(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    let mut rest = text;
    while let Some(at) = rest.find('\u{1b}') {
        let (before, from) = rest.split_at(at);
        out.push_str(&lines(before));
        let length = look(from).unwrap_or(0);
        let (look, after) = from.split_at(length);
        out.push_str(look);
        if length == 0 {
            out.push(visible('\u{1b}'));
        }
        rest = after.strip_prefix('\u{1b}').filter(|_| length == 0).unwrap_or(after);
    }
    out.push_str(&lines(rest));
    out
}

/// How long the sequence at the beginning of `text` is, if it changes looks and nothing else.
fn look(text: &str) -> Option<usize> {
    let parameters = text.strip_prefix("\u{1b}[")?;
    let end = parameters.find(|c: char| !(c.is_ascii_digit() || matches!(c, ';' | ':')))?;
    parameters.get(end..)?.starts_with('m').then_some(end + 3)
}

/// A JSON document in which every character that a terminal obeys or does not show is an escape. It says the same.
#[must_use]
pub fn json(document: &str) -> String {
    let mut out = String::with_capacity(document.len());
    for c in document.chars() {
        // Between its parts there may be lines and blanks; inside its strings they are escapes already.
        if c == '\n' || visible(c) == c {
            out.push(c);
            continue;
        }
        for unit in c.encode_utf16(&mut [0; 2]) {
            let _ = write!(out, "\\u{unit:04x}");
        }
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    const HOSTILE: &str = "a\u{1b}]0;x\u{7}b\u{9b}31mc\u{7f}d\u{202e}e\u{200b}f\u{e0041}g\u{feff}h\r";

    #[test]
    fn lines_stay_and_nothing_in_them_moves_the_cursor() {
        assert_eq!(lines("one\n\ttwo\u{1b}[2J\r\n\u{202e}three"), "one\n␉two␛[2J␍\n\u{fffd}three");
        assert_eq!(lines("toban: 夜 is bad\n"), "toban: 夜 is bad\n");
        assert!(!lines(HOSTILE).chars().any(char::is_control));
    }

    #[test]
    fn colours_stay_and_other_sequences_do_not() {
        let coloured = "\u{1b}[38;2;1;2;3mred\u{1b}[0m and \u{1b}[4:3mwavy\u{1b}[m\n";
        assert_eq!(painted(coloured), coloured);
        assert_eq!(painted("\u{1b}[31mred\u{1b}[2J\u{1b}]0;x\u{7}\u{1b}"), "\u{1b}[31mred␛[2J␛]0;x␇␛");
        assert_eq!(painted("\u{1b}[31\u{9b}m"), "␛[31\u{fffd}m");
    }

    #[test]
    fn a_document_says_the_same_and_shows_what_hides() {
        let value = serde_json::json!({ HOSTILE: [HOSTILE, "夜 👨\u{200d}👩", 1] });
        for document in [value.to_string(), format!("{value:#}\n")] {
            let shown = json(&document);
            assert!(shown.chars().all(|c| c == '\n' || visible(c) == c), "{shown:?}");
            assert!(shown.contains("\\u202e") && shown.contains("\\udb40\\udc41") && shown.contains("夜"), "{shown}");
            assert_eq!(serde_json::from_str::<serde_json::Value>(&shown).unwrap(), value);
        }
    }

    proptest! {
        #[test]
        fn any_text_survives_as_json(text in any::<String>()) {
            let document = serde_json::Value::String(text).to_string();
            let shown = json(&document);
            prop_assert_eq!(serde_json::from_str::<String>(&shown).unwrap(), serde_json::from_str::<String>(&document).unwrap());
        }

        #[test]
        fn only_looks_are_obeyed(text in "[a\\[\u{1b}\u{9b}0-9;:mHJ\u{7}\n夜]{0,24}") {
            let shown = painted(&text);
            for (at, _) in shown.match_indices('\u{1b}') {
                prop_assert!(look(&shown[at..]).is_some(), "{:?}", shown);
            }
            let obeyed = shown.chars().any(|c| c.is_control() && c != '\n' && c != '\u{1b}');
            prop_assert!(!obeyed, "{:?}", shown);
            prop_assert_eq!(painted(&shown), shown);
        }
    }
}
