//! Matching AWS's sentences by their shortest stable fragments. Pure and without regular expressions:
//! case, curly quotes and unknown tails do not matter, the first row that fits wins.

use crate::world::Health;

/// One known sentence: when it fits, what it means, how bad that is, what to look at.
#[derive(Debug)]
pub struct Known {
    /// Its name in this table, for tests and for the reader of the code.
    pub id: &'static str,
    /// Fragments that must all occur, in lower case with straight quotes.
    pub all: &'static [&'static str],
    /// Fragments of which one must occur; none means no such condition.
    pub any: &'static [&'static str],
    /// What it means, as the tail of a sentence.
    pub message: &'static str,
    /// How bad it is; `Well` for what is routine.
    pub health: Health,
    /// Causal depth: 0 is a root cause.
    pub depth: u8,
    /// What to look at, in one sentence; empty when there is nothing to check.
    pub check: &'static str,
    /// A line as AWS writes it, which this row must be the first to fit.
    pub example: &'static str,
}

/// `text` as the tables expect it: lower case, straight quotes.
#[must_use]
pub fn normal(text: &str) -> String {
    text.chars()
        .flat_map(char::to_lowercase)
        .map(|c| match c {
            '’' | '‘' => '\'',
            '“' | '”' => '"',
            c => c,
        })
        .collect()
}

/// The first row of `table` that fits `normal` text.
#[must_use]
pub fn find(table: &'static [Known], normal: &str) -> Option<&'static Known> {
    table.iter().find(|row| {
        row.all.iter().all(|fragment| normal.contains(fragment))
            && (row.any.is_empty() || row.any.iter().any(|fragment| normal.contains(fragment)))
    })
}
