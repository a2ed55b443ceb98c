//! Lines clustered into templates: what they share, with `<*>` where they differ, how many there are, since when and until
//! when. The miner is Drain (He, Zhu, Zheng, Lyu: "Drain: an online log parsing approach with fixed depth tree", 2017):
//! online, one look a line, bounded. Pure.

use std::collections::HashMap;

use super::field::document;
use super::level::Level;

/// Stands where lines differ.
pub const WILD: &str = "<*>";

/// A cluster of lines.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Template {
    /// Its number; 0 is no template.
    pub id: u32,
    /// What its lines share.
    pub tokens: Vec<String>,
    /// How grave they are.
    pub level: Level,
    /// How many there were.
    pub count: u64,
    /// When the first of them was written, in milliseconds of the Unix epoch.
    pub first: i64,
    /// When the last.
    pub last: i64,
}

impl Template {
    /// What its lines share, as a line.
    #[must_use]
    pub fn text(&self) -> String {
        self.tokens.join(" ")
    }
}

/// What lines must have in common before they are compared at all.
#[derive(Clone, PartialEq, Eq, Hash, Debug)]
struct Branch {
    level: Level,
    /// The first digit of an HTTP status that tells of a failure.
    status: u8,
    tokens: usize,
    first: String,
}

/// Finds the templates of lines as they come.
#[derive(Clone, Debug, Default)]
pub struct Miner {
    templates: Vec<Template>,
    branches: HashMap<Branch, Vec<usize>>,
    unclustered: u64,
}

/// So many templates are told apart; what comes then and fits none of them is counted together.
const MOST: usize = 2_000;
/// So much of a line is looked at.
const HEAD: usize = 2 * 1024;
const TOKENS: usize = 48;
/// A line belongs to a template if at least so many hundredths of what is fixed in it are the same.
const ALIKE: usize = 60;

impl Miner {
    /// Takes a line in; the number of its template, 0 where there is no room for another.
    pub fn learn(&mut self, message: &str, level: Level, at: i64) -> u32 {
        let tokens = tokens(message);
        if tokens.is_empty() {
            return 0;
        }
        let first = tokens.iter().find(|token| !token.contains(WILD)).cloned().unwrap_or_default();
        let branch = Branch { level, status: failing_status(message), tokens: tokens.len(), first };
        let leaves = self.branches.get(&branch);
        let best = leaves
            .into_iter()
            .flatten()
            .filter_map(|leaf| Some((*leaf, alike(&self.templates.get(*leaf)?.tokens, &tokens))));
        let best =
            best.max_by_key(|(leaf, score)| (*score, std::cmp::Reverse(*leaf))).filter(|(_, score)| *score >= ALIKE);
        if let Some((leaf, _)) = best
            && let Some(template) = self.templates.get_mut(leaf)
        {
            for (shared, token) in template.tokens.iter_mut().zip(&tokens) {
                if shared != token {
                    WILD.clone_into(shared);
                }
            }
            template.count += 1;
            template.first = template.first.min(at);
            template.last = template.last.max(at);
            return template.id;
        }
        if self.templates.len() >= MOST {
            self.unclustered += 1;
            return 0;
        }
        self.branches.entry(branch).or_default().push(self.templates.len());
        let id = u32::try_from(self.templates.len() + 1).unwrap_or(0);
        self.templates.push(Template { id, tokens, level, count: 1, first: at, last: at });
        id
    }

    /// The template of that number.
    #[must_use]
    pub fn template(&self, id: u32) -> Option<&Template> {
        self.templates.get(usize::try_from(id).ok()?.checked_sub(1)?)
    }

    /// All of them; worst first: what is new since `since`, then the gravest, then the most frequent.
    #[must_use]
    pub fn worst_first(&self, since: Option<i64>) -> Vec<&Template> {
        let mut all: Vec<&Template> = self.templates.iter().collect();
        let is_new = |template: &Template| since.is_some_and(|since| template.first >= since);
        // What is new is told first only where it is no good news.
        let rank = |template: &Template| {
            let grave = template.level >= Level::Warn;
            (grave && is_new(template), template.level.max(Level::Info), is_new(template), template.count, template.id)
        };
        all.sort_by_key(|template| std::cmp::Reverse(rank(template)));
        all
    }

    /// How many lines fit none of the templates when there was no room for another.
    #[must_use]
    pub const fn unclustered(&self) -> u64 {
        self.unclustered
    }
}

/// How much of what is fixed in both is the same, in hundredths.
fn alike(template: &[String], tokens: &[String]) -> usize {
    let (mut fixed, mut same) = (0_usize, 0_usize);
    for (shared, token) in template.iter().zip(tokens) {
        if shared != WILD {
            fixed += 1;
            same += usize::from(shared == token);
        }
    }
    (same * 100_usize).checked_div(fixed).unwrap_or(100)
}

/// The words of a line, with what varies by its looks replaced. Of a JSON record: its words and the names of its fields.
fn tokens(message: &str) -> Vec<String> {
    if let Some(document) = document(message) {
        let words = document.message.as_deref().unwrap_or_default().split_whitespace().map(masked);
        let fields = document.fields.iter().map(|(name, _)| format!("{name}={WILD}"));
        return words.chain(fields).take(TOKENS).collect();
    }
    let mut end = message.len().min(HEAD);
    while !message.is_char_boundary(end) {
        end -= 1;
    }
    message.get(..end).unwrap_or_default().split_whitespace().take(TOKENS).map(masked).collect()
}

/// A word with its numbers, times, addresses and ids replaced.
fn masked(word: &str) -> String {
    if !word.bytes().any(|byte| byte.is_ascii_digit()) {
        // Ids may have no digit at all, but then nothing tells them from words.
        return word.to_owned();
    }
    let mut out = String::with_capacity(word.len());
    let mut rest = word;
    while let Some(c) = rest.chars().next() {
        let run = id_run(rest);
        if run > 0 {
            if !out.ends_with(WILD) {
                out.push_str(WILD);
            }
            rest = rest.get(run..).unwrap_or_default();
        } else {
            out.push(c);
            rest = rest.get(c.len_utf8()..).unwrap_or_default();
            // A word goes on to its end: the digits of `v2` or `s3` are a name's.
            if c.is_alphabetic() {
                let end = rest.find(|c: char| !c.is_alphanumeric()).unwrap_or(rest.len());
                let (name, after) = rest.split_at(end);
                out.push_str(name);
                rest = after;
            }
        }
    }
    out
}

/// How long what varies is at the beginning of `text`: a number with its separators and unit, or eight or more hexadecimal
/// digits with a figure among them.
fn id_run(text: &str) -> usize {
    let hex = text.bytes().take_while(|byte| byte.is_ascii_hexdigit() || *byte == b'-').count();
    let id = text.get(..hex).unwrap_or_default().trim_end_matches('-');
    let is_id = id.len() >= 8 && id.bytes().any(|byte| byte.is_ascii_digit()) && !id.starts_with('-');
    let id = if is_id { id.len() } else { 0 };
    if !text.starts_with(|c: char| c.is_ascii_digit()) {
        return id;
    }
    let number = text.bytes().take_while(|byte| byte.is_ascii_digit() || b".:,-+/TZ".contains(byte)).count();
    let number = text.get(..number).unwrap_or_default().trim_end_matches(['.', ':', ',', '-', '+', '/']).len();
    let rest = text.get(number..).unwrap_or_default();
    let unit = rest.bytes().take_while(u8::is_ascii_alphanumeric).count();
    id.max(number + if unit <= 12 { unit } else { 0 })
}

/// The first digit of an HTTP status of 400 or more that stands alone in a line; 0 where there is none.
fn failing_status(message: &str) -> u8 {
    let words = message.split(|c: char| c.is_whitespace() || c == '"').take(TOKENS);
    let status = |word: &str| match word.as_bytes() {
        [class @ (b'4' | b'5'), b'0'..=b'9', b'0'..=b'9'] => Some(class - b'0'),
        _ => None,
    };
    words.filter_map(status).next().unwrap_or(0)
}

#[cfg(test)]
mod tests;
