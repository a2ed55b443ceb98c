//! Secrets that are assigned to a telling name inside a text: `password=…`, `"apiKey": "…"`,
//! `--token …`. Finds where the value ends; which names tell is `keys`' to say.

use super::keys::is_secret_key;
use regex_lite::Regex;
use std::ops::Range;
use std::sync::LazyLock;

/// Words without one of which no name speaks of a secret.
pub(super) const ASSIGNMENT_WORDS: [&str; 14] =
    ["pass", "secret", "token", "key", "cred", "hook", "auth", "conn", "url", "uri", "pwd", "dsn", "cookie", "jwt"];

/// A name, perhaps quoted or escaped, and what assigns to it.
pub(super) const ASSIGNMENT: &str = r#"(?P<key>[A-Za-z0-9_.-]*[A-Za-z0-9])(?P<sign>\\*["']?\s*(?:=>|:=|=|:)\s*|\s+)"#;

pub(super) static ASSIGN: LazyLock<Option<Regex>> = LazyLock::new(|| Regex::new(ASSIGNMENT).ok());

/// `password=…`, `"apiKey": "…"`, `--token …`.
pub(super) fn assignments(text: &str, assign: &Regex, secrets: &mut Vec<Range<usize>>) {
    let mut from = 0;
    while let Some(found) = text.get(from..).and_then(|rest| assign.captures(rest)) {
        let (Some(whole), Some(key), Some(sign)) = (found.get(0), found.name("key"), found.name("sign")) else {
            return;
        };
        let (key_start, start) = (from + key.start(), from + whole.end());
        from = start;
        if !is_secret_key(key.as_str()) || in_arn(text, key_start) {
            continue;
        }
        let value = value_at(text, start, key.as_str());
        let Some(content) = text.get(value.clone()) else {
            continue;
        };
        if is_secret_value(key.as_str(), sign.as_str(), content) {
            from = value.end.max(from);
            secrets.push(value);
        }
    }
}

/// The value that starts at `start`: to its closing quote, or to the end of the word. A header
/// such as `Authorization: Token x` runs to the end of its line.
fn value_at(text: &str, start: usize, key: &str) -> Range<usize> {
    let rest = text.get(start..).unwrap_or_default();
    let slashes = rest.len() - rest.trim_start_matches('\\').len();
    let opening = rest.get(slashes..).and_then(|rest| rest.chars().next());
    if let Some(quote @ ('"' | '\'')) = opening {
        let from = start + slashes + 1;
        let inside = text.get(from..).unwrap_or_default();
        return from..from + closing(inside, quote, slashes);
    }
    if key.to_ascii_lowercase().ends_with("authorization") {
        return start..start + word(text, start, |c| matches!(c, '\r' | '\n' | '"' | '\'')).len();
    }
    // In a connection string the value ends at the semicolon, spaces and all.
    let line = word(text, start, |c| matches!(c, '\r' | '\n' | '"' | '\''));
    if let Some((value, _)) = line.split_once(';')
        && !value.contains(['=', '&'])
    {
        return start..start + value.len();
    }
    let value = word(text, start, |c| c.is_whitespace() || matches!(c, ',' | ';' | '&' | '"' | '\'' | '}' | ')' | ']'));
    start..start + value.len()
}

/// Where the quote closes: behind as many backslashes as it opened with, and not doubled as SQL
/// does inside a text. An open end is the end.
fn closing(inside: &str, quote: char, slashes: usize) -> usize {
    let mut run = 0;
    let mut rest = inside.char_indices().peekable();
    while let Some((at, c)) = rest.next() {
        if c == '\\' {
            run += 1;
            continue;
        }
        if c == quote && run <= slashes {
            let doubled = quote == '\'' && rest.next_if(|(_, next)| *next == quote).is_some();
            if !doubled {
                return at - run;
            }
        }
        run = 0;
    }
    inside.len()
}

/// Prose such as `failed to fetch secret: AccessDenied` must stay readable: after a colon a bare
/// word is a secret only if the key is a password's or the word looks like no word.
fn is_secret_value(key: &str, sign: &str, value: &str) -> bool {
    if matches!(value, "" | "null" | "None" | "true" | "false") || value.starts_with("arn:aws") {
        return false;
    }
    if sign.trim().is_empty() {
        return key.starts_with('-') && !value.starts_with('-');
    }
    if sign.contains('=') || sign.contains(['"', '\'']) {
        return true;
    }
    let lower = key.to_ascii_lowercase();
    lower.contains("pass") || lower.contains("authorization") || value.chars().any(|c| c.is_ascii_digit())
}

/// `arn:aws:secretsmanager:…:secret:prod/db` speaks of secrets and is none.
fn in_arn(text: &str, at: usize) -> bool {
    let before = text.get(..at).unwrap_or_default();
    let start = before
        .rfind(|c: char| c.is_whitespace() || matches!(c, '"' | '\'' | ',' | '(' | '[' | '=' | '{'))
        .map_or(0, |found| found + 1);
    text.get(start..).is_some_and(|word| word.starts_with("arn:aws"))
}

/// What stands at `start`, up to where it `ends`.
pub(super) fn word(text: &str, start: usize, ends: impl Fn(char) -> bool) -> &str {
    text.get(start..).unwrap_or_default().split(ends).next().unwrap_or_default()
}
