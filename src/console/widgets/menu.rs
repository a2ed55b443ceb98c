//! A list laid over the screen to choose from. What can't be chosen is shown all the same, with
//! the reason: nobody should wonder where an action has gone.

use super::area::{centered, split_bottom};
use super::panel::Panel;
use super::span_styles::{put, put_line, small, tint_row};
use crate::text::{harmless, width, wrap};
use crate::theme::{Role, Theme};
use ratatui::{
    buffer::Buffer,
    layout::Rect,
    widgets::{Clear, Widget},
};
use std::borrow::Cow;

/// One entry of a menu.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Entry<'a> {
    /// What it does.
    pub label: Cow<'a, str>,
    /// More about it, such as its key or its command.
    pub note: Cow<'a, str>,
    /// Why it can't be chosen now.
    pub disabled_reason: Option<Cow<'a, str>>,
}

/// A menu to be drawn over `area`, in its middle.
pub struct Menu<'a> {
    /// What is being chosen.
    pub title: &'a str,
    /// What narrowed the entries, where the reader typed.
    pub filter: Option<&'a str>,
    /// The entries.
    pub entries: &'a [Entry<'a>],
    /// The entry under the cursor.
    pub selected: usize,
    /// How it looks.
    pub theme: &'a Theme,
}

const NOTHING: &str = "nothing to choose from";
const NO_MATCH: &str = "nothing matches";

impl Menu<'_> {
    /// Draws the menu and returns the room of its entries, for clicks, and the first entry in it.
    pub fn render(&self, area: Rect, buf: &mut Buffer) -> (Rect, usize) {
        let area = area.intersection(buf.area);
        let label_width = self.entries.iter().map(|entry| width(&harmless(&entry.label))).max().unwrap_or(0);
        let right_width = self.entries.iter().map(|entry| width(&harmless(right(entry)))).max().unwrap_or(0);
        let nothing = if self.filter.is_some() { NO_MATCH } else { NOTHING };
        let least = if self.entries.is_empty() { width(nothing) } else { 0 };
        let title = match self.filter {
            Some(filter) => format!("{} · /{filter}", self.title),
            None => self.title.to_owned(),
        };
        // Room for how many more there are, where not all fit.
        let counted = if self.entries.len() + 2 > usize::from(area.height) { 14 } else { 2 };
        let columns = (label_width + right_width + 3).max(width(&harmless(&title)) + counted).max(least) + 4;
        // What is cut in its line is told in full below, for the entry under the cursor.
        let room = small(columns).min(area.width).saturating_sub(4);
        let cut = |entry: &&Entry<'_>| label_width + 3 + width(&harmless(right(entry))) > usize::from(room) + 1;
        let told = |entry: &Entry<'_>| wrap(&harmless(right(entry)), usize::from(room));
        let wanted = self.entries.iter().filter(cut).map(|entry| told(entry).len() + 1).max().unwrap_or(0);
        let rows = self.entries.len().max(1);
        let tail = if rows + wanted + 2 <= usize::from(area.height) || area.height > 10 { wanted.min(4) } else { 0 };
        let here = self.entries.get(self.selected).filter(cut).map_or(0, |entry| told(entry).len() + 1);
        // Room is kept for the longest, so that the list stays where it is while the cursor moves; what the entry under
        // the cursor does not need of it is not taken from what is below.
        let (whole, tail, spare) = (rows + tail + 2, here.min(tail), tail - here.min(tail));
        let mut frame = centered(area, small(columns), small(whole));
        frame.height = frame.height.saturating_sub(small(spare));
        Clear.render(frame, buf);
        // What does not fit is counted in the edge, or nobody would know that there is more.
        let rows = usize::from(frame.height.saturating_sub(2)).saturating_sub(tail);
        let first = (self.selected.min(self.entries.len().saturating_sub(1)) + 1).saturating_sub(rows.max(1));
        let more = hidden(first, self.entries.len().saturating_sub(first + rows));
        let note = more.as_deref().map(|more| (more, Role::Dim));
        let inner = Panel { title: &title, note, focused: true, theme: self.theme }.render(frame, buf);
        let (inner, below) = split_bottom(inner, small(tail));
        if let Some(entry) = self.entries.get(self.selected).filter(|_| tail > 0) {
            let note = self.theme.style(if entry.disabled_reason.is_some() { Role::Worrying } else { Role::Dim });
            for (at, line) in told(entry).iter().enumerate() {
                put(buf, below, (1, small(at + 1)), room, line, note);
            }
        }
        if self.entries.is_empty() {
            put_line(buf, inner, (1, 0), nothing, self.theme.style(Role::Faint));
        }
        let rows = usize::from(inner.height);
        let selected = self.selected.min(self.entries.len().saturating_sub(1));
        let first = (selected + 1).saturating_sub(rows.max(1));
        for (line, (at, entry)) in self.entries.iter().enumerate().skip(first).take(rows).enumerate() {
            self.entry(buf, inner, small(line), entry, (at == selected, small(label_width)));
        }
        (inner, first)
    }

    fn entry(&self, buf: &mut Buffer, inner: Rect, y: u16, entry: &Entry<'_>, (selected, label_width): (bool, u16)) {
        if selected {
            tint_row(buf, inner, y, self.theme.style(Role::Selected));
            put(buf, inner, (0, y), 1, "▸", self.theme.style(Role::Accent));
        }
        let disabled_reason = entry.disabled_reason.is_some();
        let label = self.theme.style(if disabled_reason { Role::Faint } else { Role::Text });
        put(buf, inner, (1, y), inner.width.saturating_sub(2), &entry.label, label);
        let note = self.theme.style(if disabled_reason { Role::Worrying } else { Role::Dim });
        let x = label_width.saturating_add(3);
        put(buf, inner, (x, y), inner.width.saturating_sub(x + 1), right(entry), note);
    }
}

/// How many entries stand above and below what is on the screen.
pub fn hidden(above: usize, below: usize) -> Option<String> {
    match (above, below) {
        (0, 0) => None,
        (0, below) => Some(format!("↓ {below} more")),
        (above, 0) => Some(format!("↑ {above} more")),
        (above, below) => Some(format!("↑ {above} ↓ {below}")),
    }
}

fn right<'e>(entry: &'e Entry<'_>) -> &'e str {
    entry.disabled_reason.as_deref().unwrap_or(&entry.note)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::console::widgets::testing::{at_every_small_size, draw, night};

    fn entry(label: &'static str, note: &'static str, disabled_reason: Option<&'static str>) -> Entry<'static> {
        Entry { label: label.into(), note: note.into(), disabled_reason: disabled_reason.map(Into::into) }
    }

    fn actions() -> Vec<Entry<'static>> {
        vec![
            entry("deploy again", ":deploy", None),
            entry("停止する", ":db stop", Some("read-only mode; start with --write")),
            entry("scale", ":scale", None),
        ]
    }

    fn picture(columns: u16, rows: u16, entries: &[Entry<'_>], selected: usize) -> String {
        let theme = night();
        let buffer = draw(columns, rows, |area, buf| {
            put_line(buf, area, (0, 0), &"below ".repeat(12), theme.style(Role::Text));
            Menu { title: "actions", filter: None, entries, selected, theme: &theme }.render(area, buf);
        });
        format!("{buffer:?}")
    }

    #[test]
    fn empty() {
        insta::assert_snapshot!(picture(40, 5, &[], 0));
    }

    #[test]
    fn one() {
        insta::assert_snapshot!(picture(40, 5, &actions()[..1], 0));
    }

    #[test]
    fn barred_entries_say_why() {
        insta::assert_snapshot!(picture(60, 6, &actions(), 1));
    }

    #[test]
    fn what_is_cut_in_its_line_is_told_below_it() {
        let reason = "it is protected; allow_stop = true in the configuration lets it sleep all the same";
        let entries = [entry("sleep", "", Some(reason)), entry("wake", "databases first", None)];
        insta::assert_snapshot!(picture(50, 12, &entries, 0));
        let other = picture(50, 12, &entries, 1);
        assert!(!other.contains("the configuration lets"));
        // The list stays where it is, and no empty line is kept below it.
        let line = |of: &str, what: &str| of.lines().position(|line| line.contains(what));
        assert_eq!(line(&other, "sleep"), line(&picture(50, 12, &entries, 0), "sleep"));
        assert_eq!(line(&other, "┗"), line(&other, "databases first").map(|line| line + 1), "{other}");
    }

    #[test]
    fn a_low_screen_scrolls_to_the_cursor() {
        insta::assert_snapshot!(picture(30, 4, &actions(), 2));
    }

    #[test]
    fn no_size_breaks_it() {
        let (theme, entries) = (night(), actions());
        let drawn = at_every_small_size(|area, buf| {
            let (inner, first) =
                Menu { title: "行動", filter: Some("行"), entries: &entries, selected: 99, theme: &theme }
                    .render(area, buf);
            assert!(inner.area() <= area.area() && first < 3);
        });
        assert_eq!(drawn, 70);
    }
}
