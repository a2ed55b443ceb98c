//! Fuzzy matching for the palette and the filter: who matches, how well, and which letters.
//! Pure; one place for it, so that typing feels the same everywhere.

use std::ops::Range;

use nucleo_matcher::pattern::{Atom, AtomKind, CaseMatching, Normalization, Pattern};
use nucleo_matcher::{Config, Matcher, Utf32Str};

use super::COMMANDS;

/// A text that matches.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Matched {
    /// How well; higher is better.
    pub score: u32,
    /// Which bytes of it, in order, without overlaps.
    pub ranges: Vec<Range<usize>>,
}

/// What is looked for. Words may stand in any order; `!word` leaves out, `'word` wants it letter by letter.
#[derive(Debug)]
pub struct Matching {
    pattern: Pattern,
    matcher: Matcher,
}

impl Matching {
    /// Looks for `text`, in any case unless it has upper-case letters.
    #[must_use]
    pub fn new(text: &str) -> Self {
        let pattern = Pattern::parse(text, CaseMatching::Smart, Normalization::Smart);
        Self { pattern, matcher: Matcher::new(Config::DEFAULT) }
    }

    /// Whether and how `text` matches. Nothing looked for matches everything.
    pub fn matched(&mut self, text: &str) -> Option<Matched> {
        let (mut chars, mut indices) = (Vec::new(), Vec::new());
        let haystack = Utf32Str::new(text, &mut chars);
        let score = self.pattern.indices(haystack, &mut self.matcher, &mut indices)?;
        Some(Matched { score, ranges: sorted_ranges(text, indices) })
    }
}

/// Texts longer than this many characters hold any few letters somewhere: there, words must stand as they are.
const SHORT: usize = 24;

/// Which rows of a table are wanted. Each word must be found in one cell of the row: as it is where any row of the table
/// holds it so; else letter by letter in order, in short cells.
#[derive(Clone, Debug)]
pub struct RowFilter {
    words: Vec<Word>,
    matcher: Matcher,
}

#[derive(Clone, Debug)]
struct Word {
    fuzzy: Atom,
    exact: Atom,
    /// Whether some row holds it as it is: then nobody looks for its scattered letters.
    literal: bool,
}

impl Word {
    fn atom(&self, cell: &str) -> &Atom {
        if self.literal || is_long(cell) { &self.exact } else { &self.fuzzy }
    }
}

impl RowFilter {
    /// Wants rows that hold all words of `text`; `!word` wants rows that do not hold it.
    #[must_use]
    pub fn new(text: &str) -> Self {
        let words = text
            .split_whitespace()
            .map(|word| {
                let fuzzy = Atom::parse(word, CaseMatching::Smart, Normalization::Smart);
                let mut exact = fuzzy.clone();
                if exact.kind == AtomKind::Fuzzy {
                    exact.kind = AtomKind::Substring;
                }
                Word { fuzzy, exact, literal: false }
            })
            .collect();
        Self { words, matcher: Matcher::new(Config::DEFAULT) }
    }

    /// The same among these rows: `db` finds databases, and not each name that has a `d` before a `b`, as long as
    /// there is one.
    #[must_use]
    pub fn among<'a>(mut self, rows: impl Iterator<Item = Vec<&'a str>> + Clone) -> Self {
        let mut chars = Vec::new();
        for word in &mut self.words {
            // What a word to be left out is in is told by the same word to be found.
            let mut atom = word.exact.clone();
            atom.negative = false;
            let mut holds = |cell: &str| atom.score(Utf32Str::new(cell, &mut chars), &mut self.matcher).is_some();
            word.literal = rows.clone().any(|cells| cells.into_iter().any(&mut holds));
        }
        self
    }

    /// Whether the row is wanted, where each word may stand in a cell, or as it is in one of the texts `behind` the row.
    /// Where it took one of those, its place.
    pub fn wants_within(&mut self, cells: &[&str], behind: &[&str]) -> (bool, Option<usize>) {
        let mut chars = Vec::new();
        let mut hit = None;
        for word in &self.words {
            let mut holds =
                |cell: &&&str| word.atom(cell).score(Utf32Str::new(cell, &mut chars), &mut self.matcher).is_some();
            let hits = cells.iter().filter(&mut holds).count();
            if word.fuzzy.negative {
                if hits < cells.len() || cells.is_empty() {
                    return (false, None);
                }
                continue;
            }
            if hits > 0 {
                continue;
            }
            let mut chars = Vec::new();
            let within = |text: &&str| word.exact.score(Utf32Str::new(text, &mut chars), &mut self.matcher).is_some();
            match behind.iter().position(within) {
                Some(at) => hit = hit.or(Some(at)),
                None => return (false, None),
            }
        }
        (true, hit)
    }

    /// Whether nothing is looked for.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.words.is_empty()
    }

    /// Whether the row is wanted.
    pub fn wants(&mut self, cells: &[&str]) -> bool {
        let mut chars = Vec::new();
        self.words.iter().all(|word| {
            let mut hits = cells
                .iter()
                .filter(|cell| word.atom(cell).score(Utf32Str::new(cell, &mut chars), &mut self.matcher).is_some());
            // A word to be left out must be in no cell, any other in one.
            if word.fuzzy.negative { hits.count() == cells.len() && !cells.is_empty() } else { hits.next().is_some() }
        })
    }

    /// Which bytes of each cell match, if the row is wanted.
    pub fn matched(&mut self, cells: &[&str]) -> Option<Vec<Vec<Range<usize>>>> {
        let mut found: Vec<Vec<u32>> = vec![Vec::new(); cells.len()];
        for word in &self.words {
            let mut hits = 0;
            for (cell, indices) in cells.iter().zip(&mut found) {
                let mut chars = Vec::new();
                let cell_text = Utf32Str::new(cell, &mut chars);
                hits += usize::from(word.atom(cell).indices(cell_text, &mut self.matcher, indices).is_some());
            }
            if hits == 0 || (word.fuzzy.negative && hits < cells.len()) {
                return None;
            }
        }
        Some(cells.iter().zip(found).map(|(cell, indices)| sorted_ranges(cell, indices)).collect())
    }
}

fn is_long(cell: &str) -> bool {
    cell.chars().nth(SHORT).is_some()
}

fn sorted_ranges(text: &str, mut indices: Vec<u32>) -> Vec<Range<usize>> {
    indices.sort_unstable();
    indices.dedup();
    ranges(text, &indices)
}

/// Byte ranges of the graphemes at `indices`, which is how the matcher counts.
fn ranges(text: &str, indices: &[u32]) -> Vec<Range<usize>> {
    use unicode_segmentation::UnicodeSegmentation;
    let mut wanted = indices.iter().copied().peekable();
    let mut ranges: Vec<Range<usize>> = Vec::new();
    // The matcher takes ASCII text byte by byte, so that CR LF are two there.
    let ascii = text.is_ascii();
    let steps: Box<dyn Iterator<Item = (usize, usize)>> = if ascii {
        Box::new((0..text.len()).map(|at| (at, 1)))
    } else {
        Box::new(text.grapheme_indices(true).map(|(at, grapheme)| (at, grapheme.len())))
    };
    for (index, (at, len)) in (0u32..).zip(steps) {
        if wanted.peek() != Some(&index) {
            continue;
        }
        wanted.next();
        match ranges.last_mut() {
            Some(last) if last.end == at => last.end = at + len,
            _ => ranges.push(at..at + len),
        }
    }
    ranges
}

/// The command whose name is closest to a misspelt one, if any is close.
#[must_use]
pub fn nearest(name: &str) -> Option<&'static str> {
    let (distance, near) = COMMANDS.iter().map(|spec| (strsim::levenshtein(name, spec.name), spec.name)).min()?;
    // Half of a short name wrong is another word, not a slip.
    (distance <= 2 && distance * 2 < near.len()).then_some(near)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn letters_are_found_in_order_and_told_by_bytes() {
        let mut matching = Matching::new("pfdev");
        let found = matching.matched("prooflink-dev").expect("a match");
        let letters: String = found.ranges.iter().filter_map(|range| "prooflink-dev".get(range.clone())).collect();
        assert_eq!(letters, "pfdev");
        assert_eq!(matching.matched("city-prod"), None);
        let wide = Matching::new("環").matched("本番環境").expect("a match");
        assert_eq!(wide.ranges.first(), Some(&(6..9)));
        assert!(Matching::new("").matched("anything").is_some());
    }

    #[test]
    fn a_row_is_wanted_when_each_word_is_in_one_of_its_cells() {
        let row = ["prooflink-prod", "3 of 4 targets answer 502 since 13:58, and the service cannot place tasks"];
        let wanted = |text: &str| RowFilter::new(text).matched(&row).is_some();
        assert!(wanted("pprod 502") && wanted("TARGETS".to_lowercase().as_str()) && wanted(""));
        assert!(!wanted("pfx"), "scattered letters of a long sentence are no match");
        assert!(!wanted("dev") && wanted("!dev") && !wanted("!prod"));
        let found = RowFilter::new("502").matched(&row).expect("a match");
        assert_eq!((found[0].len(), found[1].first()), (0, Some(&(22..25))));
    }

    #[test]
    fn a_word_that_some_row_holds_is_not_looked_for_by_its_letters() {
        let rows = [["city-prod-backend-tg", "healthy"], ["city-prod-db", "available"], ["kajimaru", "stopped"]];
        let found = |text: &str| {
            let mut filter = RowFilter::new(text).among(rows.iter().map(|row| row.to_vec()));
            rows.iter().filter(|row| filter.wants(*row)).map(|row| row[0]).collect::<Vec<_>>()
        };
        assert_eq!(found("db"), ["city-prod-db"]);
        assert_eq!(found("!db"), ["city-prod-backend-tg", "kajimaru"]);
        assert_eq!(found("cpb"), ["city-prod-backend-tg", "city-prod-db"], "no row holds it: its letters do");
        assert_eq!(found("city db"), ["city-prod-db"]);
        assert_eq!(RowFilter::new("db").matched(&rows[0]).map(|found| found[0].len()), Some(2));
    }

    #[test]
    fn a_word_may_stand_behind_the_row_and_its_place_is_told() {
        let behind = ["service web", "db instance city-prod-db"];
        let within = |text: &str| {
            let rows = [vec!["city-prod", "well"], vec!["service web", "db instance city-prod-db"]];
            RowFilter::new(text).among(rows.iter().cloned()).wants_within(&["city-prod", "well"], &behind)
        };
        assert_eq!(within("city"), (true, None), "the row itself comes first");
        assert_eq!(within("city-prod-db"), (true, Some(1)));
        assert_eq!(within("web well"), (true, Some(0)));
        assert_eq!(within("nginx"), (false, None));
        assert_eq!(within("!prod"), (false, None));
    }

    #[test]
    fn a_misspelt_command_is_guessed_only_when_close() {
        assert_eq!(nearest("refersh"), Some("refresh"));
        assert_eq!(nearest("teh"), None);
        assert_eq!(nearest("deploy"), None);
    }
}
