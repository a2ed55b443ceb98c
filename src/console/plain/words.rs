//! Text as it is read aloud: without lines, bars and signs that only an eye makes something of. Pure; knows no page and no
//! model.

use crate::text::harmless;

/// Whether a character is drawn rather than read: lines, blocks, signs in front of rows, braille.
const fn is_drawn(c: char) -> bool {
    matches!(c, '\u{2500}'..='\u{25ff}' | '\u{2800}'..='\u{28ff}' | '☾' | '✗' | '✓')
}

/// A text for the ear.
pub(super) fn plainly(text: &str) -> String {
    let text = harmless(text).replace(" ■", ", protected").replace('■', "protected").replace(" · ", ", ");
    let text = text.replace("→ ", "").replace("− ", "minus ").replace(['\n', '\t'], " ");
    let read: String = text.chars().filter(|c| !is_drawn(*c)).collect();
    let words = read.split_whitespace().collect::<Vec<_>>().join(" ");
    words.trim_matches([',', ' ']).to_owned()
}

/// A cell for the ear: `2/4` is said `2 of 4`; a dash says nothing.
pub(super) fn cell(text: &str) -> Option<String> {
    let text = plainly(text);
    let is_number = |part: &str| !part.is_empty() && part.bytes().all(|byte| byte.is_ascii_digit());
    match text.split_once('/') {
        Some((part, whole)) if is_number(part) && is_number(whole) => Some(format!("{part} of {whole}")),
        _ if text.is_empty() || text == "–" => None,
        _ => Some(text),
    }
}

/// A sentence: begins large, ends with a full stop.
pub(super) fn sentence(text: &str) -> String {
    let text = text.trim();
    let mut chars = text.chars();
    // What begins a line may be a name, and names keep their letters: only a phrase of ours begins large.
    let text = match (chars.next(), text.split(' ').next()) {
        (Some(first), Some(word)) if word.chars().all(|c| c.is_ascii_lowercase()) => {
            format!("{}{}", first.to_ascii_uppercase(), chars.as_str())
        }
        _ => text.to_owned(),
    };
    if text.ends_with(['.', '?', ':', '!', '…']) || text.is_empty() { text } else { format!("{text}.") }
}

#[cfg(test)]
mod tests {
    use super::*;
    use rstest::rstest;

    #[rstest]
    #[case("✗ prooflink-prod is bad ■ · since 13:58", "prooflink-prod is bad, protected, since 13:58")]
    #[case("→ look at its events", "look at its events")]
    #[case("▒▒▒███", "")]
    #[case("── 本番環境 ──", "本番環境")]
    #[case("a\u{1b}[31mb", "a␛[31mb")]
    fn what_is_drawn_is_not_read(#[case] text: &str, #[case] read: &str) {
        assert_eq!(plainly(text), read);
    }

    #[test]
    fn counts_are_said_and_dashes_are_not() {
        assert_eq!(cell("2/4").as_deref(), Some("2 of 4"));
        assert_eq!(cell("AWS/RDS").as_deref(), Some("AWS/RDS"));
        assert_eq!((cell("–"), cell(" ")), (None, None));
    }

    #[test]
    fn names_keep_their_letters() {
        assert_eq!(sentence("asleep until Tue"), "Asleep until Tue.");
        assert_eq!(sentence("city-prod is bad"), "city-prod is bad.");
    }
}
