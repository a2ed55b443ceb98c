//! A text to be read: a raw document with its secrets masked, a description, help. Can be
//! scrolled and searched. State only; `view` draws it.

pub mod view;

use crate::console::widgets::lines::ScrollPosition;
use crate::display::{Cell, Tone};
use crate::text;

/// A text and the reader's place in it.
#[derive(Clone, Debug)]
pub struct Viewer {
    /// What it is.
    pub title: String,
    /// Its lines, masked already.
    pub lines: Vec<Cell>,
    /// Where the reader is.
    pub place: ScrollPosition,
    /// What is looked for.
    pub search: String,
    /// What copying the name copies.
    pub name: String,
}

impl Viewer {
    /// A text from its first line.
    #[must_use]
    pub fn new(title: impl Into<String>, name: impl Into<String>, lines: Vec<Cell>) -> Self {
        Self { title: title.into(), lines, place: ScrollPosition::default(), search: String::new(), name: name.into() }
    }

    /// A document as indented JSON, secrets masked.
    #[must_use]
    pub fn document(name: &str, mut document: serde_json::Value) -> Self {
        text::mask_value(&mut document);
        let json = serde_json::to_string_pretty(&document).unwrap_or_else(|fault| fault.to_string());
        let lines = json.lines().map(|line| Cell { text: line.to_owned(), tone: Tone::Plain }).collect();
        Self::new(format!("{name} as JSON"), name, lines)
    }

    /// The line to go to for what is looked for, from the line at the top; around the ends.
    #[must_use]
    pub fn found(&self, from: usize, backwards: bool) -> Option<usize> {
        let wanted = self.search.to_lowercase();
        if wanted.is_empty() {
            return None;
        }
        let len = self.lines.len();
        let at = |step: usize| if backwards { (from % len + len - step) % len } else { (from % len + step) % len };
        (1..=len).map(at).find(|at| {
            self.lines.get(*at).is_some_and(|line| text::harmless(&line.text).to_lowercase().contains(&wanted))
        })
    }

    /// Goes to the next (or previous) line that holds what is looked for; `false` if there is none.
    pub fn seek(&mut self, backwards: bool) -> bool {
        let found = self.found(self.place.line, backwards);
        if let Some(line) = found {
            self.place = ScrollPosition { line, ..ScrollPosition::default() };
        }
        found.is_some()
    }
}

#[cfg(test)]
mod tests;
