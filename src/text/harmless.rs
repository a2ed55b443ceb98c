//! Makes hostile or careless text harmless before it reaches the screen, a log or a pasted line.
//! Nothing is dropped silently: what can't be shown becomes one visible character in its place,
//! so a name with something hidden in it looks like one. Never decides what is secret: see `mask`.

use std::borrow::Cow;

/// Stands for a character that has no picture of its own.
const HIDDEN: char = '\u{FFFD}';
const ZWJ: char = '\u{200D}';

/// Returns `text` with control characters, direction overrides, invisible characters and line
/// separators replaced by visible ones, one for one. Borrowed when there was nothing to do.
///
/// Joiners and variation selectors stay where they make an emoji or a name's character variant.
/// Cleaning twice is the same as cleaning once.
pub fn harmless(text: &str) -> Cow<'_, str> {
    if text.bytes().all(|byte| (0x20..0x7f).contains(&byte)) {
        return Cow::Borrowed(text);
    }
    let mut out = String::with_capacity(text.len());
    let mut previous: Option<char> = None;
    let mut changed = false;
    let mut rest = text.chars().peekable();
    // What is kept depends only on what was already written and on pictures, which are never
    // replaced; that is why a second pass finds nothing to do.
    while let Some(c) = rest.next() {
        let shown = match c {
            ZWJ if resource_index(previous, rest.peek().copied()) => c,
            _ if is_variation(c) && previous.is_some_and(|p| p != HIDDEN && !is_variation(p)) => c,
            _ => visible(c),
        };
        changed |= shown != c;
        out.push(shown);
        previous = Some(shown);
    }
    if changed { Cow::Owned(out) } else { Cow::Borrowed(text) }
}

pub(super) fn visible(c: char) -> char {
    match c {
        '\0'..='\u{1F}' => char::from_u32(0x2400 + u32::from(c)).unwrap_or(HIDDEN),
        '\u{7F}' => '␡',
        '\u{2028}' | '\u{2029}' => '␤',
        '\u{80}'..='\u{9F}' => HIDDEN,
        _ if is_invisible(c) || is_variation(c) => HIDDEN,
        _ => c,
    }
}

/// Characters that take no room, or turn the text around them.
fn is_invisible(c: char) -> bool {
    matches!(c,
        '\u{AD}' | '\u{34F}' | '\u{61C}' | '\u{115F}' | '\u{1160}' | '\u{17B4}' | '\u{17B5}'
        | '\u{180E}' | '\u{200B}'..='\u{200F}' | '\u{202A}'..='\u{202E}'
        | '\u{2060}'..='\u{206F}' | '\u{3164}' | '\u{FEFF}' | '\u{FFA0}'
        | '\u{FFF0}'..='\u{FFFB}' | '\u{1BCA0}'..='\u{1BCA3}' | '\u{1D173}'..='\u{1D17A}'
        | '\u{E0000}'..='\u{E00FF}' | '\u{E01F0}'..='\u{E0FFF}')
}

fn is_variation(c: char) -> bool {
    matches!(c, '\u{FE00}'..='\u{FE0F}' | '\u{180B}'..='\u{180D}' | '\u{E0100}'..='\u{E01EF}')
}

/// A joiner belongs between two pictures (or after a picture's skin tone or variation selector).
fn resource_index(previous: Option<char>, next: Option<char>) -> bool {
    previous.is_some_and(|p| is_picture(p) || p == '\u{FE0F}') && next.is_some_and(is_picture)
}

/// Close enough to Unicode's `Extended_Pictographic`, skin tones included; no table needed.
fn is_picture(c: char) -> bool {
    matches!(c, '\u{2190}'..='\u{21FF}' | '\u{2300}'..='\u{23FF}' | '\u{2600}'..='\u{27BF}'
        | '\u{2B00}'..='\u{2BFF}' | '\u{1F000}'..='\u{1FAFF}')
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;
    use rstest::rstest;

    #[rstest]
    #[case::plain("prooflink-prod", "prooflink-prod")]
    #[case::japanese("本番環境", "本番環境")]
    #[case::escape("a\u{1b}[31mred", "a␛[31mred")]
    #[case::lines("a\r\nb\tc", "a␍␊b␉c")]
    #[case::delete_and_c1("a\u{7f}\u{9b}31m", "a␡\u{FFFD}31m")]
    #[case::bidi("a\u{202E}gpj.exe\u{2066}\u{200F}\u{61C}", "a\u{FFFD}gpj.exe\u{FFFD}\u{FFFD}\u{FFFD}")]
    #[case::zero_width("pro\u{200B}d\u{FEFF}", "pro\u{FFFD}d\u{FFFD}")]
    #[case::tags("a\u{E0041}\u{E0042}", "a\u{FFFD}\u{FFFD}")]
    #[case::separators("a\u{2028}b\u{2029}c", "a␤b␤c")]
    #[case::family("👨\u{200D}👩\u{200D}👧", "👨\u{200D}👩\u{200D}👧")]
    #[case::heart_on_fire("❤\u{FE0F}\u{200D}🔥", "❤\u{FE0F}\u{200D}🔥")]
    #[case::lonely_joiner("prod\u{200D}x", "prod\u{FFFD}x")]
    #[case::variant_kanji("葛\u{E0100}城", "葛\u{E0100}城")]
    #[case::smuggled_in_selectors("a\u{FE0F}\u{FE01}\u{FE02}", "a\u{FE0F}\u{FFFD}\u{FFFD}")]
    fn hostile_text_becomes_visible(#[case] given: &str, #[case] expected: &str) {
        assert_eq!(harmless(given), expected);
    }

    #[test]
    fn harmless_text_is_not_copied() {
        assert!(matches!(harmless("東京 tokyo"), Cow::Borrowed(_)));
    }

    proptest! {
        #[test]
        fn cleaning_twice_is_cleaning_once(text in any::<String>()) {
            let once = harmless(&text).into_owned();
            prop_assert_eq!(harmless(&once).into_owned(), once);
        }

        #[test]
        fn no_control_survives_and_nothing_is_dropped(text in any::<String>()) {
            let cleaned = harmless(&text);
            prop_assert!(!cleaned.chars().any(char::is_control));
            prop_assert_eq!(cleaned.chars().count(), text.chars().count());
        }

        #[test]
        fn twice_is_once_where_it_is_hard(text in "[a👩❤\u{200D}\u{FE0F}\u{FE01}\u{E0100}\u{200B}\u{FFFD}]{0,12}") {
            let once = harmless(&text).into_owned();
            prop_assert_eq!(harmless(&once).into_owned(), once);
        }
    }
}
