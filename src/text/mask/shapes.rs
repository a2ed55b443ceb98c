//! Secrets known by their shape inside any text. The patterns are short and the parts that need
//! judgement (URLs, randomness) are written out. If a pattern could not be built,
//! the whole text is hidden: failing open is the one thing this file must never do.

use super::MASK;
use super::assigned::{ASSIGN, ASSIGNMENT_WORDS, assignments, word};
use regex_lite::Regex;
use std::borrow::Cow;
use std::ops::Range;
use std::sync::LazyLock;

/// Capture group `s` of each goes, what is around it stays. Before each, words without one of which
/// (in lower case) it can't match: most lines of a log hold none, and need no pattern run.
const PATTERNS: [(&[&str], &str); 10] = [
    (&["private key"], r"(?s)-----BEGIN [A-Z0-9 ]*PRIVATE KEY(?: BLOCK)?-----(?P<s>.*?)(?:-----END|$)"),
    (
        &["hooks.", "/webhook", "webhook.", "chat.googleapis.com", "logic.azure.com", "api.telegram.org"],
        r#"(?i)(?:hooks\.slack\.com|chat\.googleapis\.com|discord(?:app)?\.com/api(?:/v\d+)?/webhooks|[a-z0-9-]+\.webhook\.office\.com|outlook\.office(?:365)?\.com/webhook|hooks\.zapier\.com|\.logic\.azure\.com[:0-9]*|api\.telegram\.org)/(?P<s>[^\s"'<>\\]+)"#,
    ),
    (&["akia", "asia"], r"\b(?:AKIA|ASIA)(?P<s>[A-Z0-9]{16})\b"),
    (&["eyj"], r"\b(?P<s>eyJ[A-Za-z0-9_-]{5,}\.[A-Za-z0-9_-]{5,}(?:\.[A-Za-z0-9_-]*)?)"),
    (&["bearer"], r"(?i)\bbearer\s+(?P<s>[A-Za-z0-9._~+/=-]{8,})"),
    (&["basic"], r"(?i)\bbasic\s+(?P<s>[A-Za-z0-9+/]{15,}={0,2})"),
    (
        &[
            "gh", "pat_", "xox", "xapp-", "sk-", "sk_", "_live_", "glpat-", "npm_", "whsec_", "pypi-", "hf_", "ya29.",
            "lin_api_", "sg.",
        ],
        r"\b(?P<s>(?:gh[pousr]_|github_pat_|xox[a-z]-|xapp-|sk-|sk_live_|sk_test_|rk_live_|glpat-|npm_|whsec_|dckr_pat_|pypi-|hf_|ya29\.|shpat_|lin_api_|SG\.)[A-Za-z0-9_.-]{16,})",
    ),
    (&["aiza"], r"\b(?P<s>AIza[A-Za-z0-9_-]{30,})"),
    (&["sig", "key=", "code="], r"(?i)[?&](?:sig|signature|x-amz-signature|key|code)=(?P<s>[^\s&\x22'<>]{12,})"),
    (&["-u"], r"(?:^|\s)(?:-u|--user)[\s=]+[^\s:]+:(?P<s>\S+)"),
];

/// Words of which one must be there, and the pattern.
type Shape = (&'static [&'static str], Regex);

static SHAPES: LazyLock<Option<Vec<Shape>>> =
    LazyLock::new(|| PATTERNS.iter().map(|(words, pattern)| Some((*words, Regex::new(pattern).ok()?))).collect());

/// See [`super::mask_text`].
pub(super) fn mask(text: &str) -> Cow<'_, str> {
    let (Some(shapes), Some(assign)) = (SHAPES.as_ref(), ASSIGN.as_ref()) else {
        return Cow::Borrowed(MASK);
    };
    let low = text.to_ascii_lowercase();
    let holds = |words: &[&str]| words.iter().any(|word| low.contains(word));
    let mut secrets: Vec<Range<usize>> = shapes
        .iter()
        .filter(|(words, _)| holds(words))
        .flat_map(|(_, shape)| shape.captures_iter(text).filter_map(|found| Some(found.name("s")?.range())))
        .collect();
    url_passwords(text, &mut secrets);
    if holds(&ASSIGNMENT_WORDS) {
        assignments(text, assign, &mut secrets);
    }
    random_words(text, &mut secrets);
    replace(text, secrets)
}

fn replace(text: &str, mut secrets: Vec<Range<usize>>) -> Cow<'_, str> {
    secrets.retain(|range| !range.is_empty() && text.get(range.clone()) != Some(MASK));
    if secrets.is_empty() {
        return Cow::Borrowed(text);
    }
    secrets.sort_by_key(|range| (range.start, range.end));
    let mut out = String::with_capacity(text.len());
    let mut done = 0;
    let mut masked_to = None;
    for range in secrets {
        if range.end <= done {
            continue;
        }
        let start = range.start.max(done);
        out.push_str(text.get(done..start).unwrap_or_default());
        // Findings that overlap or touch are one secret.
        if masked_to != Some(start) {
            out.push_str(MASK);
        }
        done = range.end;
        masked_to = Some(done);
    }
    out.push_str(text.get(done..).unwrap_or_default());
    Cow::Owned(out)
}

/// `scheme://user:password@host`, also where the password holds `/` or `@` that should have been
/// escaped, and a long lone user part, which is then a token.
fn url_passwords(text: &str, secrets: &mut Vec<Range<usize>>) {
    for (at, scheme) in text.match_indices("://") {
        let start = at + scheme.len();
        let run = word(text, start, |c| c.is_whitespace() || matches!(c, '"' | '\'' | '<' | '>' | '`'));
        let authority = run.split(['/', '?', '#']).next().unwrap_or_default();
        let end = authority.rfind('@').or_else(|| unescaped_password(run, authority));
        let Some(user) = end.and_then(|end| run.get(..end)) else {
            continue;
        };
        match user.find(':') {
            Some(colon) => secrets.push(start + colon + 1..start + user.len()),
            None if user.len() >= 20 => secrets.push(start..start + user.len()),
            None => {}
        }
    }
}

/// With no `@` before the first slash, `host:port/path@x` is ordinary and `user:pa/ss@host` is not.
fn unescaped_password(run: &str, authority: &str) -> Option<usize> {
    let (_, port) = authority.split_once(':')?;
    if !port.is_empty() && port.bytes().all(|byte| byte.is_ascii_digit()) {
        return None;
    }
    run.rfind('@')
}

/// AWS secret keys, session tokens and other long keys without a vendor's mark: forty characters
/// or more that no one would have written.
fn random_words(text: &str, secrets: &mut Vec<Range<usize>>) {
    let mut start = None;
    for (at, c) in text.char_indices().chain([(text.len(), ' ')]) {
        if c.is_ascii_alphanumeric() || matches!(c, '+' | '/') {
            start.get_or_insert(at);
            continue;
        }
        if let Some(from) = start.take()
            && text.get(from..at).is_some_and(is_random)
        {
            secrets.push(from..at);
        }
    }
}

/// Random text changes between capitals, small letters and digits far more often than names in
/// camel case or paths do. Ids in hex also do: they are set aside, inside a path and (as
/// CloudFormation adds them) behind a name.
fn is_random(word: &str) -> bool {
    if word.len() < 40 {
        return false;
    }
    let is_id = |part: &str| part.len() >= 16 && part.bytes().all(|byte| byte.is_ascii_hexdigit());
    let rest: Vec<&str> = word.split('/').filter(|part| !is_id(part)).collect();
    let rest = rest.join("/");
    let rest = rest.trim_end_matches(|c: char| c.is_ascii_digit() || ('A'..='F').contains(&c));
    let class = |byte: u8| match byte {
        b'A'..=b'Z' => 0,
        b'a'..=b'z' => 1,
        b'0'..=b'9' => 2,
        _ => 3,
    };
    let bytes = rest.as_bytes();
    let has = |wanted: u8| bytes.iter().any(|byte| class(*byte) == wanted);
    if bytes.len() < 28 || !(has(0) && has(1) && has(2)) {
        return false;
    }
    let changes = bytes.iter().zip(bytes.iter().skip(1)).filter(|(a, b)| class(**a) != class(**b)).count();
    changes * 100 >= bytes.len() * 38
}

#[cfg(test)]
mod tests {
    use super::super::keys::{TELLING, TELLING_AT_END};
    use super::*;

    #[test]
    fn every_pattern_can_be_built() {
        assert!(SHAPES.as_ref().is_some_and(|shapes| shapes.len() == PATTERNS.len()));
        assert!(ASSIGN.is_some());
    }

    #[test]
    fn no_telling_name_is_passed_over_for_speed() {
        for name in TELLING.iter().chain(&TELLING_AT_END) {
            assert!(ASSIGNMENT_WORDS.iter().any(|word| name.contains(word)), "{name}");
        }
    }
}
