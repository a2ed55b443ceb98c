//! As much of Rust's grammar as telling code from text takes: comments, literals, and what belongs to a `#[cfg(test)]`.
//! Knows no rule and no file; whatever it takes out becomes spaces, so that lines and columns stay as they are.

/// What is to be taken out.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) enum Without {
    /// Comments.
    Comments,
    /// Comments, and what strings and characters hold.
    CommentsAndLiterals,
}

/// `text` without them.
pub(crate) fn bare(text: &str, without: Without) -> String {
    let mut left: Vec<char> = text.chars().collect();
    let mut at = 0;
    while at < left.len() {
        let (end, is_comment) = match (left[at], left.get(at + 1)) {
            ('/', Some('/')) => (line_end(&left, at), true),
            ('/', Some('*')) => (comment_end(&left, at), true),
            ('"', _) => (string_end(&left, at, hashes_before(&left, at)), false),
            ('\'', _) => (character_end(&left, at), false),
            _ => {
                at += 1;
                continue;
            }
        };
        if is_comment || without == Without::CommentsAndLiterals {
            blank(&mut left, at, end);
        }
        at = end;
    }
    left.into_iter().collect()
}

fn blank(text: &mut [char], from: usize, to: usize) {
    for one in text.iter_mut().take(to).skip(from) {
        if *one != '\n' {
            *one = ' ';
        }
    }
}

fn line_end(text: &[char], from: usize) -> usize {
    text.iter().skip(from).position(|c| *c == '\n').map_or(text.len(), |length| from + length)
}

fn comment_end(text: &[char], from: usize) -> usize {
    let (mut at, mut depth) = (from, 0);
    while at < text.len() {
        match (text[at], text.get(at + 1)) {
            ('/', Some('*')) => (at, depth) = (at + 2, depth + 1),
            ('*', Some('/')) => (at, depth) = (at + 2, depth - 1),
            _ => at += 1,
        }
        if depth == 0 {
            break;
        }
    }
    at
}

/// How many `#` stand between this quote and the `r` of a raw string; `None` if it is none.
fn hashes_before(text: &[char], quote: usize) -> Option<usize> {
    let hashes = text[..quote].iter().rev().take_while(|c| **c == '#').count();
    let before = &text[..quote - hashes];
    let word: String = before.iter().rev().take_while(|c| c.is_alphanumeric() || **c == '_').collect();
    ["r", "rb", "rc"].contains(&word.as_str()).then_some(hashes)
}

/// Behind a string that begins at `quote`.
fn string_end(text: &[char], quote: usize, raw: Option<usize>) -> usize {
    let mut at = quote + 1;
    while at < text.len() {
        match (text[at], raw) {
            ('\\', None) => at += 2,
            ('"', None) => return at + 1,
            ('"', Some(hashes)) if text[at + 1..].iter().take_while(|c| **c == '#').count() >= hashes => {
                return at + 1 + hashes;
            }
            _ => at += 1,
        }
    }
    text.len()
}

/// Behind a character that begins at `quote`; a lifetime is none and loses nothing but its quote.
fn character_end(text: &[char], quote: usize) -> usize {
    match (text.get(quote + 1), text.get(quote + 2)) {
        (Some('\\'), _) => {
            let closing = text.iter().skip(quote + 3).position(|c| *c == '\'');
            closing.map_or(text.len(), |length| quote + 4 + length)
        }
        (Some(_), Some('\'')) => quote + 3,
        _ => quote + 1,
    }
}

/// From where to where each item goes that only tests are built with, its attributes included. `text` is without comments
/// and literals.
pub(crate) fn test_items(text: &str) -> Vec<(usize, usize)> {
    let all: Vec<char> = text.chars().collect();
    let mut found: Vec<(usize, usize)> = Vec::new();
    for (at, _) in all.iter().enumerate().filter(|(at, c)| **c == '#' && all.get(at + 1) == Some(&'[')) {
        let inside = found.last().is_some_and(|(_, end)| at < *end);
        let end = closing(&all, at + 1);
        if !inside && is_for_tests(&all[at + 2..end - 1]) {
            found.push((at, item_end(&all, end)));
        }
    }
    found
}

/// `text` with these stretches blanked.
pub(crate) fn blanked(text: &str, stretches: &[(usize, usize)]) -> String {
    let mut left: Vec<char> = text.chars().collect();
    for (from, to) in stretches {
        blank(&mut left, *from, *to);
    }
    left.into_iter().collect()
}

fn is_for_tests(attribute: &[char]) -> bool {
    let attribute: String = attribute.iter().filter(|c| !c.is_whitespace()).collect();
    attribute == "cfg(test)" || attribute.starts_with("cfg(all(test,")
}

/// Behind the bracket that closes the one at `from`.
fn closing(text: &[char], from: usize) -> usize {
    let mut depth = 0;
    for (at, c) in text.iter().enumerate().skip(from) {
        match c {
            '(' | '[' | '{' => depth += 1,
            ')' | ']' | '}' => depth -= 1,
            _ => {}
        }
        if depth == 0 {
            return at + 1;
        }
    }
    text.len()
}

/// Behind the item that begins after an attribute which ends at `from`.
fn item_end(text: &[char], from: usize) -> usize {
    let mut at = from;
    loop {
        at += text[at..].iter().take_while(|c| c.is_whitespace()).count();
        if text.get(at) != Some(&'#') {
            break;
        }
        at = closing(text, at + 1);
    }
    let head: String = text[at..].iter().take_while(|c| !"{;=,}".contains(**c)).collect();
    let words: Vec<&str> = head.split(|c: char| !c.is_alphanumeric() && c != '_').collect();
    const ITEMS: [&str; 9] = ["fn", "mod", "impl", "struct", "enum", "trait", "union", "macro_rules", "extern"];
    let has_body = words.iter().any(|word| ITEMS.contains(word)) && !words.contains(&"use");
    while let Some(c) = text.get(at) {
        match c {
            ';' => return at + 1,
            // Of a field, a variant or an arm.
            ',' if !has_body && !words.contains(&"use") => return at + 1,
            ')' | ']' | '}' => return at,
            '{' if has_body => return closing(text, at),
            '(' | '[' | '{' => at = closing(text, at),
            _ => at += 1,
        }
    }
    text.len()
}

fn code(text: &str) -> String {
    let bare = bare(text, Without::CommentsAndLiterals);
    let left = blanked(&bare, &test_items(&bare));
    assert_eq!(left.chars().count(), text.chars().count(), "everything stays where it was");
    left.split_whitespace().collect()
}

#[test]
fn comments_and_literals_are_no_code() {
    assert_eq!(code("a(); // b\n/* c /* d */ e */ f();"), "a();f();");
    assert_eq!(code(r#"g("h \" i", 'j', '\'', '\u{6a}', b'k', b"l")"#), "g(,,,,b,b)");
    assert_eq!(code("m(r\"\\\", n, r#\"o\" p\"#, br##\"q\"# r\"##, s)"), "m(r,n,r#,br##,s)");
    assert_eq!(code("fn t<'u>(v: &'u str) -> char { 'w' }"), "fnt<u>(v:&ustr)->char{}");
    assert_eq!(bare("\"kept\" // gone", Without::Comments).trim_end(), "\"kept\"");
}

#[test]
fn what_only_tests_are_built_with_is_no_code_and_what_follows_it_is() {
    for (text, left) in [
        ("a; #[cfg(test)] mod tests; b;", "a;b;"),
        ("a; #[cfg(test)] mod tests { fn c() { d } } b;", "a;b;"),
        ("a; #[cfg(all(test, unix))] #[path = \"x.rs\"] pub(crate) mod tests; b;", "a;b;"),
        ("#[cfg(test)] pub use c::{d, e}; b;", "b;"),
        ("#[cfg(test)] macro_rules! c { ($d:ident) => {{ e }}; } b;", "b;"),
        ("#[cfg(test)] impl C<'_> { fn d<E, F>(g: [u8; 2]) -> G { h } } b;", "b;"),
        ("#[cfg(test)] pub(crate) async fn c<D, E>(f: G) where D: H { i } b;", "b;"),
        ("#[cfg(test)] const C: [u8; 2] = [1, 2]; b;", "b;"),
        ("S { #[cfg(test)] c: d(e, f), b }", "S{b}"),
        ("S { b, #[cfg(test)] c }", "S{b,}"),
        ("#[cfg(test)] #[derive(C)] struct D(E, F); b;", "b;"),
        (
            "#[cfg(not(test))] b; #[cfg(unix)] c; #[cfg(any(test, unix))] d;",
            "#[cfg(not(test))]b;#[cfg(unix)]c;#[cfg(any(test,unix))]d;",
        ),
    ] {
        assert_eq!(code(text), left, "{text}");
    }
}
