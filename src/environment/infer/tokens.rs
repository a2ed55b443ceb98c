//! From a name to its words: split at everything that is no letter or digit, at camel case and between
//! Japanese and Latin script; generated parts taken off. Knows no environment; never fails on odd text.

use std::borrow::Cow;

use super::lexicon::{Lexicon, Sym};
use super::words::{self, Meaning, Strength};

/// Longer names are read up to here: AWS allows some 255 characters, hostile text is longer.
const LONGEST: usize = 256;

/// The words of `name`, in lower case and in order. `ProofLink` is one word, `BackendCluster` is two: camel
/// case splits only where a part has a meaning of its own.
pub(super) fn tokens(name: &str, lexicon: &mut Lexicon) -> Vec<Sym> {
    let end = name.char_indices().nth(LONGEST).map_or(name.len(), |(at, _)| at);
    let plain = narrow(name.get(..end).unwrap_or(name));
    let name = &*plain;
    let mut tokens = Vec::with_capacity(8);
    if is_cut_short(name) {
        return tokens;
    }
    let mut lower = String::new();
    let mut plain = String::new();
    for word in name.split(is_separator).filter(|word| !word.is_empty()) {
        let word = without_hash(word);
        let mut rest = word;
        while let Some(part) = next_part(rest) {
            rest = rest.get(part.len()..).unwrap_or_default();
            lowered(part, &mut lower);
            let whole = part.len() == word.len();
            if part.starts_with(is_wide)
                && let Some((head, end)) = words::wide_end(&lower)
            {
                let (mut head, mut ends) = (head, vec![end]);
                while let Some((shorter, end)) = words::wide_end(head) {
                    head = shorter;
                    ends.push(end);
                }
                plain.push_str(head);
                flush(&mut plain, &mut tokens, lexicon);
                tokens.extend(ends.into_iter().rev().map(|end| lexicon.sym(end)));
                continue;
            }
            let sym = lexicon.sym(&lower);
            let splits = match lexicon.meaning(sym) {
                // `TestEvidence` and `LiveChat` begin with a word, not with a stage.
                Meaning::Stage(_, Strength::Weak) => whole || part.len() + rest.len() < word.len(),
                Meaning::Stage(..)
                | Meaning::Numbered
                | Meaning::Resource
                | Meaning::Soft
                | Meaning::Role
                | Meaning::Shared => !word.eq_ignore_ascii_case("devops"),
                Meaning::Noise | Meaning::Word | Meaning::Latent(_) | Meaning::Colour => whole,
            };
            if splits {
                flush(&mut plain, &mut tokens, lexicon);
                tokens.push(sym);
            } else {
                plain.push_str(&lower);
            }
        }
        flush(&mut plain, &mut tokens, lexicon);
    }
    joined(tokens, lexicon)
}

/// Words that mean something only together: `non-prod`, `pr-123`, `preview-pr-123`; a region goes away.
fn joined(mut tokens: Vec<Sym>, lexicon: &mut Lexicon) -> Vec<Sym> {
    tokens.retain(|token| !words::is_short_region(lexicon.text(*token)));
    let telling = |token: &Sym| {
        matches!(
            lexicon.text(*token),
            "aws" | "non" | "pre" | "pr" | "mr" | "us" | "eu" | "ap" | "sa" | "ca" | "me" | "af" | "il" | "mx" | "cn"
        )
    };
    if !tokens.iter().any(telling) {
        return tokens;
    }
    let mut at = 0;
    while at + 1 < tokens.len() {
        let (Some(one), Some(two)) = (tokens.get(at).copied(), tokens.get(at + 1).copied()) else { break };
        let (first, second) = (lexicon.text(one), lexicon.text(two));
        let one_word = match (first, second) {
            ("non" | "pre", "prod" | "prd" | "production") => Some([first, "prod"].concat()),
            ("aws", "batch") => Some("awsbatch".to_owned()),
            ("pr" | "mr", number) if number.bytes().all(|b| b.is_ascii_digit()) => {
                let before = at.checked_sub(1).and_then(|before| tokens.get(before));
                match before.map(|before| lexicon.text(*before)) {
                    Some("preview") => Some(["preview-pr-", number].concat()),
                    _ => Some(["pr-", number].concat()),
                }
            }
            _ if words::is_region(first, second) => {
                let zone = tokens.get(at + 2).map(|token| lexicon.text(*token));
                let zoned = zone.is_some_and(|zone| zone.len() <= 2 && zone.starts_with(|c: char| c.is_ascii_digit()));
                tokens.drain(at..at + 2 + usize::from(zoned));
                continue;
            }
            _ => None,
        };
        if let Some(word) = one_word {
            let sym = lexicon.sym(&word);
            let from = at - usize::from(word.starts_with("preview-"));
            tokens.splice(from..at + 2, [sym]);
            at = from;
        }
        at += 1;
    }
    tokens
}

/// Full-width letters and digits as plain ones.
fn narrow(name: &str) -> Cow<'_, str> {
    let wide = '\u{ff01}'..='\u{ff5e}';
    if !name.contains(|c| wide.contains(&c)) {
        return Cow::Borrowed(name);
    }
    let plain = |c: char| if wide.contains(&c) { char::from_u32(u32::from(c) - 0xfee0).unwrap_or(c) } else { c };
    Cow::Owned(name.chars().map(plain).collect())
}

/// What stands between words: everything of ASCII but letters and digits, and the punctuation of other scripts.
/// Emoji are words.
pub(super) fn is_separator(c: char) -> bool {
    if c.is_ascii() {
        return !c.is_ascii_alphanumeric();
    }
    matches!(c, '\u{80}'..='\u{bf}' | '\u{200b}'..='\u{206f}' | '\u{3000}'..='\u{3004}' | '\u{3008}'..='\u{3020}' | '\u{30fb}' | '\u{fe00}'..='\u{fe0f}' | '\u{feff}' | '\u{ff5f}'..='\u{ff65}')
        || c.is_whitespace()
        || c.is_control()
}

fn flush(plain: &mut String, tokens: &mut Vec<Sym>, lexicon: &mut Lexicon) {
    if !plain.is_empty() {
        tokens.push(lexicon.sym(plain));
        plain.clear();
    }
}

fn lowered(part: &str, into: &mut String) {
    into.clear();
    if part.is_ascii() {
        into.push_str(part);
        into.make_ascii_lowercase();
    } else {
        into.extend(part.chars().flat_map(char::to_lowercase));
    }
}

/// CloudFormation cuts the names of load balancers and target groups to `Comput-Backe-1A2B3C4D5E6F`:
/// six letters of the stack, five of the resource, an id. Such pieces say nothing.
fn is_cut_short(name: &str) -> bool {
    let mut parts = name.split('-');
    let (Some(stack), Some(resource), Some(id), None) = (parts.next(), parts.next(), parts.next(), parts.next()) else {
        return false;
    };
    let upper = id.bytes().all(|b| b.is_ascii_uppercase() || b.is_ascii_digit());
    let mixed = id.bytes().any(|b| b.is_ascii_digit())
        && id.bytes().any(|b| b.is_ascii_lowercase())
        && id.bytes().any(|b| b.is_ascii_uppercase());
    stack.len() <= 6
        && resource.len() <= 5
        && (10..=14).contains(&id.len())
        && id.bytes().all(|b| b.is_ascii_alphanumeric())
        && (mixed || (upper && id.bytes().any(|b| b.is_ascii_digit())))
}

/// The CDK ends logical ids with eight upper-case hexadecimal digits.
fn without_hash(word: &str) -> &str {
    let Some(at) = word.len().checked_sub(8).filter(|at| *at > 0 && word.is_char_boundary(*at)) else { return word };
    let (head, tail) = word.split_at(at);
    let hash = tail.bytes().all(|b| b.is_ascii_digit() || (b'A'..=b'F').contains(&b));
    let digits = tail.bytes().all(|b| b.is_ascii_digit());
    if hash && !digits && head.bytes().any(|b| b.is_ascii_lowercase()) { head } else { word }
}

/// The first camel-case part of `word`.
fn next_part(word: &str) -> Option<&str> {
    let mut chars = word.char_indices().peekable();
    let (_, mut before) = chars.next()?;
    while let Some((at, now)) = chars.next() {
        let after = chars.peek().map(|(_, c)| *c);
        let next_is_lower = after.is_some_and(char::is_lowercase);
        let boundary = (now.is_uppercase() && (before.is_lowercase() || (!before.is_lowercase() && next_is_lower)))
            || is_wide(before) != is_wide(now);
        if boundary {
            return word.get(..at);
        }
        before = now;
    }
    Some(word)
}

/// Chinese, Japanese and Korean script, roughly.
fn is_wide(c: char) -> bool {
    c >= '\u{2e80}'
}

#[cfg(test)]
mod tests {
    use super::tokens;
    use crate::environment::infer::lexicon::Lexicon;
    use rstest::rstest;

    fn split(name: &str) -> Vec<String> {
        let mut lexicon = Lexicon::default();
        tokens(name, &mut lexicon).into_iter().map(|sym| lexicon.text(sym).to_owned()).collect()
    }

    #[rstest]
    #[case::dashes("prooflink-dev-cluster", &["prooflink", "dev", "cluster"])]
    #[case::underscores("prooflink_dev_db", &["prooflink", "dev", "db"])]
    #[case::path("/ecs/prooflink-dev-app", &["ecs", "prooflink", "dev", "app"])]
    #[case::dots("city.poc.web", &["city", "poc", "web"])]
    #[case::upper("kajimaru-ALB", &["kajimaru", "alb"])]
    #[case::all_upper("PROOFLINK-PROD", &["prooflink", "prod"])]
    #[case::camel("prooflinkDevCluster", &["prooflink", "dev", "cluster"])]
    #[case::camel_word_kept("ProofLink-dev", &["prooflink", "dev"])]
    #[case::camel_pascal("ProofLinkProdDatabase", &["prooflink", "prod", "database"])]
    #[case::acronym("AWSBatch-prooflink-compute-env", &["awsbatch", "prooflink", "compute", "env"])]
    #[case::version("cat-data-v23-db", &["cat", "data", "v23", "db"])]
    #[case::cdk("ComputeStack-dev-BackendCluster6B7A9C1D-AbCdEf123456",
        &["compute", "stack", "dev", "backend", "cluster", "abcdef123456"])]
    #[case::cut_short("Comput-Backe-1A2B3C4D5E6F", &[])]
    #[case::cut_short_mixed("Comput-Backe-oCZ8mrgQKRfp", &[])]
    #[case::rds_of_cdk("databasestack-dev-auroraclusterb1c2d3-xyz",
        &["databasestack", "dev", "auroraclusterb1c2d3", "xyz"])]
    #[case::no_stage_in_devops("DevOps-dashboard", &["devops", "dashboard"])]
    #[case::no_stage_at_a_word_head("TestEvidence", &["testevidence"])]
    #[case::japanese("受付-本番-DB", &["受付", "本番", "db"])]
    #[case::japanese_glued("本番DB", &["本番", "db"])]
    #[case::japanese_in_one_piece("給与システム本番Web01", &["給与", "システム", "本番", "web01"])]
    #[case::full_width("ＡＢ－ｄｅｖ", &["ab", "dev"])]
    #[case::emoji("🐱-dev", &["🐱", "dev"])]
    #[case::pull_request("docs-preview-pr-12-web", &["docs", "preview-pr-12", "web"])]
    #[case::not_production("shop-non-prod-db", &["shop", "nonprod", "db"])]
    #[case::region("shop-ap-northeast-1a-web", &["shop", "web"])]
    #[case::equals("dstport=22", &["dstport", "22"])]
    #[case::empty("", &[])]
    #[case::only_separators("--__//", &[])]
    #[case::control("a\u{1b}[31mb", &["a", "31mb"])]
    fn names_fall_into_words(#[case] name: &str, #[case] expected: &[&str]) {
        assert_eq!(split(name), expected);
    }

    #[test]
    fn a_very_long_name_is_read_up_to_a_limit() {
        assert_eq!(split(&"猫".repeat(10_000)).concat().chars().count(), super::LONGEST);
        assert!(split(&"aB-".repeat(10_000)).len() <= super::LONGEST);
    }
}
