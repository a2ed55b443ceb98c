//! A reader for long text: logs, documents, help. Long lines are cut or broken, searches are lit,
//! and only what is on the screen is laid out. Hostile characters are made visible here.

mod scroll_position;
pub use scroll_position::ScrollPosition;

use super::area::split_left;
use super::span_styles::{put, small};
use crate::text::{harmless, width};
use crate::theme::{Role, Theme};
use ratatui::{buffer::Buffer, layout::Rect, style::Style};
use std::borrow::Cow;
use std::ops::Range;
use unicode_segmentation::UnicodeSegmentation;

/// A line of text in parts that each mean something.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Line<'a> {
    /// The parts, in order.
    pub parts: Vec<(Cow<'a, str>, Role)>,
}

impl<'a> Line<'a> {
    /// A line of one part.
    pub fn new(text: impl Into<Cow<'a, str>>, role: Role) -> Self {
        Line { parts: vec![(text.into(), role)] }
    }

    /// The same line with one more part.
    #[must_use]
    pub fn then(mut self, text: impl Into<Cow<'a, str>>, role: Role) -> Self {
        self.parts.push((text.into(), role));
        self
    }

    /// Its text, cleaned, without its parts: what a search looks at.
    pub fn text(&self) -> String {
        self.parts.iter().map(|(text, _)| harmless(text)).collect()
    }
}

/// A reader to be drawn.
pub struct Lines<'a> {
    /// The text.
    pub lines: &'a [Line<'a>],
    /// Whether long lines are broken; otherwise they are cut, and can be scrolled sideways.
    pub wrap: bool,
    /// What is being looked for, in any case; empty for nothing.
    pub search: &'a str,
    /// How it looks.
    pub theme: &'a Theme,
}

impl Lines<'_> {
    /// Draws what is at `place`.
    pub fn render(&self, area: Rect, buf: &mut Buffer, place: ScrollPosition) {
        let area = area.intersection(buf.area);
        let mut y = 0;
        for (at, line) in self.lines.iter().enumerate().skip(place.line) {
            if y >= area.height {
                return;
            }
            let skip = if at == place.line { place.row } else { 0 };
            let left = if self.wrap { 0 } else { place.left };
            let (graphemes, text) = self.graphemes(line);
            let rows = rows(&text, area.width, self.wrap);
            for row in rows.iter().skip(if self.wrap { skip } else { 0 }) {
                let (_, line) = split_left(area, row.indent);
                self.row(
                    buf,
                    Rect { y: area.y + y, height: u16::from(y < area.height), ..line },
                    graphemes.get(row.graphemes.clone()).unwrap_or_default(),
                    left,
                );
                y = y.saturating_add(1);
            }
        }
    }

    /// How many rows line `at` takes in `columns` columns; none if there is no such line.
    pub fn rows_of(&self, at: usize, columns: u16) -> usize {
        self.lines.get(at).map_or(0, |line| rows(&line.text(), columns, self.wrap).len())
    }

    /// The next line after `from` (or before it) that holds what is looked for, around the end.
    pub fn find(&self, from: usize, backwards: bool) -> Option<usize> {
        let len = self.lines.len();
        (1..=len)
            .map(|step| if backwards { (from % len + len - step) % len } else { (from % len + step) % len })
            .find(|at| self.lines.get(*at).is_some_and(|line| !matches(&line.text(), self.search).is_empty()))
    }

    fn graphemes(&self, line: &Line<'_>) -> (Vec<(String, Style)>, String) {
        let text = line.text();
        let found = matches(&text, self.search);
        let mut styles = line.parts.iter().map(|(part, role)| (harmless(part).len(), self.theme.style(*role)));
        let mut part = styles.next().unwrap_or_default();
        let mut part_end = part.0;
        let lit = self.theme.style(Role::Match);
        let graphemes = text
            .grapheme_indices(true)
            .map(|(at, grapheme)| {
                while at >= part_end {
                    let Some(next) = styles.next() else { break };
                    part = next;
                    part_end += part.0;
                }
                let matched = found.iter().any(|range| range.contains(&at));
                (grapheme.to_owned(), if matched { part.1.patch(lit) } else { part.1 })
            })
            .collect();
        (graphemes, text)
    }

    fn row(&self, buf: &mut Buffer, area: Rect, graphemes: &[(String, Style)], left: usize) {
        let mut at = 0;
        let right = left.saturating_add(usize::from(area.width));
        // What is cut says so, at the edge where it goes on.
        let goes_on = graphemes.iter().map(|(grapheme, _)| width(grapheme)).sum::<usize>() > right;
        let limit = if goes_on { right.saturating_sub(1) } else { right };
        let faint = self.theme.style(Role::Faint);
        for (grapheme, style) in graphemes {
            let end = at + width(grapheme);
            if at >= left && end <= limit {
                put(buf, area, (small(at - left), 0), u16::MAX, grapheme, *style);
            }
            at = end;
            if at > right {
                break;
            }
        }
        if goes_on {
            put(buf, area, (area.width.saturating_sub(1), 0), 1, "…", faint);
        }
        if left > 0 && at > 0 {
            put(buf, area, (0, 0), 1, "…", faint);
        }
    }
}

/// A row of a line that was broken.
#[derive(Debug, PartialEq, Eq)]
struct Row {
    /// Columns left empty before it, so that what goes on is told from what begins.
    indent: u16,
    /// Its graphemes, by their numbers.
    graphemes: Range<usize>,
}

/// Narrower texts need every column they have.
const INDENTED: u16 = 40;

/// The rows of a line: broken between words where possible, inside one where not.
fn rows(text: &str, columns: u16, wrap: bool) -> Vec<Row> {
    let graphemes: Vec<&str> = text.graphemes(true).collect();
    if !wrap {
        return vec![Row { indent: 0, graphemes: 0..graphemes.len() }];
    }
    let is_space = |at: usize| graphemes.get(at).is_some_and(|grapheme| grapheme.trim().is_empty());
    let lead = (0..graphemes.len()).take_while(|at| is_space(*at)).count();
    // What stands in columns goes on below its last column, anything else below its beginning.
    let ends = |at: &usize| is_space(*at) && is_space(at + 1) && !is_space(at + 2);
    let column = (lead..graphemes.len()).rev().find(ends);
    let column = column.map(|at| width(&graphemes.get(..at + 2).unwrap_or_default().concat()));
    let column = column.filter(|column| *column <= usize::from(columns / 2));
    let hang = if columns < INDENTED { 0 } else { small(column.unwrap_or(lead + 2)).min(columns / 2) };
    let word_from = |from: usize| -> usize {
        let word = graphemes.iter().skip(from).take_while(|grapheme| !grapheme.trim().is_empty());
        word.map(|grapheme| width(grapheme)).sum()
    };
    let mut rows = Vec::new();
    let (mut start, mut used) = (0, 0);
    // The last space of the row, where it can be broken.
    let mut space = None;
    let mut at = 0;
    while let Some(grapheme) = graphemes.get(at) {
        let indent = if rows.is_empty() { 0 } else { hang };
        if used + width(grapheme) > usize::from(columns - indent) && at > start {
            // A break eats the space it stands on.
            let (end, next) = match space {
                _ if is_space(at) => (at, at + 1),
                // A word that fits on no line may as well begin on this one.
                Some(space) if word_from(space + 1) <= usize::from(columns - hang) => (space, space + 1),
                Some(_) | None => (at, at),
            };
            rows.push(Row { indent, graphemes: start..end });
            (start, used, space, at) = (next, 0, None, next);
            continue;
        }
        if is_space(at) && at >= lead {
            space = Some(at);
        }
        used += width(grapheme);
        at += 1;
    }
    if start < graphemes.len() || rows.is_empty() {
        let indent = if rows.is_empty() { 0 } else { hang };
        rows.push(Row { indent, graphemes: start..graphemes.len() });
    }
    rows
}

/// Where `wanted` is in `text`, in any case. Where lower case changes the length of a text, the
/// places would not be true, and letters are compared as they are.
fn matches(text: &str, wanted: &str) -> Vec<Range<usize>> {
    if wanted.is_empty() {
        return Vec::new();
    }
    let (low, low_wanted) = (text.to_lowercase(), wanted.to_lowercase());
    let same = low.len() == text.len() && low_wanted.len() == wanted.len();
    let (text, wanted) = if same { (low.as_str(), low_wanted.as_str()) } else { (text, wanted) };
    text.match_indices(wanted).map(|(at, found)| at..at + found.len()).collect()
}

#[cfg(test)]
mod tests;
