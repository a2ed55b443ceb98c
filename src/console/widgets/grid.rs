//! The table of the whole program. Rows are asked for one by one and only while they are visible,
//! so ten thousand of them cost as much as one screen. Knows text and roles, no kinds of rows.

mod columns;
mod state;

pub use columns::{Column, Rule, spaced, widths};
pub use state::GridState;

use super::span_styles::{put, put_line, small, tint_row};
use crate::text::{Align, harmless, width};
use crate::theme::{Role, Theme};
use ratatui::{buffer::Buffer, layout::Rect, style::Style, widgets::StatefulWidget};
use std::borrow::Cow;
use std::ops::Range;

/// What stands for a beginning that was cut.
const CUT: &str = "…";

/// One cell: text, what it means, and which bytes of it a filter matched.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Cell<'a> {
    /// What it says. Hostile characters are made visible when drawn.
    pub text: Cow<'a, str>,
    /// What it means.
    pub role: Role,
    /// Byte ranges of `text` to highlight.
    pub matched: Vec<Range<usize>>,
    /// So many bytes at its beginning all its neighbours begin with too: drawn faint, and cut first.
    pub common: usize,
    /// Those bytes are this row's own affair: they are cut only where it does not fit itself.
    pub alone: bool,
}

impl<'a> Cell<'a> {
    /// A cell without highlights.
    pub fn new(text: impl Into<Cow<'a, str>>, role: Role) -> Self {
        Cell { text: text.into(), role, matched: Vec::new(), common: 0, alone: false }
    }

    /// Ordinary text.
    pub fn text(text: impl Into<Cow<'a, str>>) -> Self {
        Cell::new(text, Role::Text)
    }

    /// The same cell with these byte ranges highlighted.
    #[must_use]
    pub fn matched(self, matched: Vec<Range<usize>>) -> Self {
        Cell { matched, ..self }
    }

    /// The same cell, of which so many bytes are what its neighbours begin with too.
    #[must_use]
    pub fn common(self, common: usize) -> Self {
        Cell { common, ..self }
    }

    /// The same cell, whose beginning of so many bytes says what stands beside it already.
    #[must_use]
    pub fn said_beside(self, common: usize) -> Self {
        Cell { common, alone: true, ..self }
    }

    /// Without what it has in common with its neighbours.
    fn shortened(&self) -> Option<Cell<'a>> {
        let rest = self.text.get(self.common..).filter(|_| self.common > CUT.len())?;
        let gone = self.common - CUT.len();
        let matched = self.matched.iter().filter(|range| range.start >= self.common);
        let matched = matched.map(|range| range.start - gone..range.end - gone).collect();
        Some(Cell { text: format!("{CUT}{rest}").into(), role: self.role, matched, common: 0, alone: false })
    }
}

/// One row, in the order of the columns; missing cells are empty.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Row<'a> {
    /// Its cells.
    pub cells: Vec<Cell<'a>>,
    /// Changed a moment ago: marked in the gutter.
    pub changed: bool,
    /// Marked by the reader.
    pub marked: bool,
    /// Known only from before: drawn dim, whatever its roles.
    pub stale: bool,
}

/// Which way the sorted column runs.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Order {
    /// Smallest first.
    Ascending,
    /// Largest first.
    Descending,
}

/// A grid to be drawn; `row(i)` makes row `i` of `len`.
pub struct Grid<'a, F> {
    columns: &'a [Column<'a>],
    len: usize,
    row: F,
    theme: &'a Theme,
    sort: Option<(usize, Order)>,
    empty: &'a str,
    focused: bool,
    parts: Parts,
}

/// How much of a grid is drawn: a page that scrolls as a whole shows a part of it, and scrolls by itself.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Parts {
    Whole,
    Slice { heading: bool, cursor: bool },
}

impl<'a, F: Fn(usize) -> Row<'a>> Grid<'a, F> {
    /// A focused grid without sort mark.
    pub fn new(columns: &'a [Column<'a>], len: usize, theme: &'a Theme, row: F) -> Self {
        let parts = Parts::Whole;
        Grid { columns, len, row, theme, sort: None, empty: "nothing here", focused: true, parts }
    }

    /// Which column the rows are sorted by.
    #[must_use]
    pub fn sort(self, sort: Option<(usize, Order)>) -> Self {
        Grid { sort, ..self }
    }

    /// What to say when there are no rows: why, and what to do.
    #[must_use]
    pub fn empty(self, empty: &'a str) -> Self {
        Grid { empty, ..self }
    }

    /// Whether the keys go here.
    #[must_use]
    pub fn focused(self, focused: bool) -> Self {
        Grid { focused, ..self }
    }

    /// Draws a slice of a table inside a page that scrolls as a whole: all of the rows given, without a bar,
    /// with or without the heading, and with or without the cursor.
    #[must_use]
    pub fn slice(self, heading: bool, cursor: bool) -> Self {
        Grid { parts: Parts::Slice { heading, cursor }, ..self }
    }

    fn head(&self) -> u16 {
        u16::from(!matches!(self.parts, Parts::Slice { heading: false, .. }))
    }

    fn title(&self, at: usize, column: &Column<'a>) -> Cow<'a, str> {
        match self.sort {
            Some((sorted, Order::Ascending)) if sorted == at => Cow::Owned(format!("{} ▲", column.title)),
            Some((sorted, Order::Descending)) if sorted == at => Cow::Owned(format!("{} ▼", column.title)),
            _ => Cow::Borrowed(column.title),
        }
    }

    /// The widest text of each column among the visible rows and the titles.
    fn natural(&self, rows: &[Row<'a>], titles: &[Cow<'a, str>]) -> Vec<u16> {
        let mut natural: Vec<u16> = titles.iter().map(|title| small(width(title))).collect();
        for row in rows {
            for (widest, cell) in natural.iter_mut().zip(&row.cells) {
                *widest = (*widest).max(small(width(&harmless(&cell.text))));
            }
        }
        natural
    }

    fn paint_row(&self, buf: &mut Buffer, area: Rect, row: &Row<'a>, slots: &[Slot], under_cursor: bool) {
        if under_cursor && self.focused {
            tint_row(buf, area, 0, self.theme.style(Role::Selected));
        }
        let (mark, role) = match (row.marked, under_cursor) {
            (true, _) => ("◆", Role::Marked),
            (false, true) => ("▸", Role::Accent),
            (false, false) => ("", Role::Text),
        };
        if let Some(first) = slots.first() {
            put(buf, area, (0, 0), first.x, mark, self.theme.style(role));
            if row.changed && first.x > 0 {
                // In a gutter of one column the change is the news, and wins.
                put(buf, area, (first.x - 1, 0), 1, "•", self.theme.style(Role::Changed));
            }
        }
        for slot in slots {
            if let Some(cell) = row.cells.get(slot.column) {
                self.paint_cell(buf, area, slot, cell, row.stale);
            }
        }
    }

    fn paint_cell(&self, buf: &mut Buffer, area: Rect, slot: &Slot, cell: &Cell<'a>, stale: bool) {
        // Where not all names fit, all lose what they have in common: they stay comparable.
        let wanted = if cell.alone { small(width(&harmless(&cell.text))) } else { slot.wanted };
        let shortened = cell.shortened().filter(|_| slot.width < wanted);
        let cell = shortened.as_ref().unwrap_or(cell);
        let role = if stale { Role::Dim } else { cell.role };
        let text = harmless(&cell.text);
        let used = small(width(&text)).min(slot.width);
        let x = slot.x + slot.indent(used);
        put(buf, area, (x, 0), slot.width, &text, self.theme.style(role));
        if let Some(common) = cell.text.get(..cell.common).filter(|common| !common.is_empty()) {
            let faint = small(width(&harmless(common))).min(used);
            let place = Rect::new(area.x.saturating_add(x), area.y, faint, 1);
            buf.set_style(place.intersection(buf.area), self.theme.style(Role::Dim));
        }
        let mark = self.theme.style(Role::Match);
        for range in &cell.matched {
            // Cleaning may lengthen the text: measure what stands before the match, cleaned alike.
            let (Some(before), Some(found)) = (cell.text.get(..range.start), cell.text.get(range.clone())) else {
                continue;
            };
            let start = small(width(&harmless(before)));
            let end = start.saturating_add(small(width(&harmless(found)))).min(used);
            let lit = Rect::new(area.x.saturating_add(x).saturating_add(start), area.y, end.saturating_sub(start), 1);
            buf.set_style(lit.intersection(buf.area), mark);
        }
    }
}

/// A column that is shown, and where.
struct Slot {
    column: usize,
    x: u16,
    width: u16,
    /// What its widest text would take.
    wanted: u16,
    align: Align,
}

impl Slot {
    fn indent(&self, used: u16) -> u16 {
        match self.align {
            Align::Left => 0,
            Align::Right => self.width.saturating_sub(used),
        }
    }
}

fn slots(columns: &[Column<'_>], natural: &[u16], (gap, widths): (u16, &[Option<u16>]), gutter: u16) -> Vec<Slot> {
    let mut x = gutter;
    let mut slots = Vec::new();
    for (column, ((spec, natural), width)) in columns.iter().zip(natural).zip(widths).enumerate() {
        if let Some(width) = *width {
            let wanted = spec.widest.max(*natural);
            slots.push(Slot { column, x, width, wanted, align: spec.align });
            x = x.saturating_add(width).saturating_add(gap);
        }
    }
    slots
}

impl<'a, F: Fn(usize) -> Row<'a>> StatefulWidget for Grid<'a, F> {
    type State = GridState;

    fn render(self, area: Rect, buf: &mut Buffer, state: &mut GridState) {
        let area = area.intersection(buf.area);
        let head = self.head();
        let whole = self.parts == Parts::Whole;
        let visible = usize::from(area.height.saturating_sub(head));
        *state = if whole { state.shown(self.len, visible) } else { GridState { offset: 0, ..*state } };
        if area.is_empty() {
            return;
        }
        let shown = state.offset..self.len.min(state.offset + visible);
        let rows: Vec<Row<'a>> = shown.clone().map(&self.row).collect();
        let titles: Vec<_> = self.columns.iter().enumerate().map(|(at, column)| self.title(at, column)).collect();
        let gutter = if area.width < 20 { 1 } else { 2 };
        let bar = u16::from(whole && self.len > visible);
        let room = area.width.saturating_sub(gutter + bar);
        let natural = self.natural(&rows, &titles);
        let (gap, given) = spaced(self.columns, &natural, room);
        let slots = slots(self.columns, &natural, (gap, &given), gutter);
        for slot in slots.iter().filter(|_| head == 1) {
            if let Some(title) = titles.get(slot.column) {
                let x = slot.x + slot.indent(small(width(title)));
                put(buf, area, (x, 0), slot.width, title, self.theme.style(Role::Title));
            }
        }
        if self.len == 0 && whole {
            put_line(buf, area, (gutter, 1), self.empty, self.theme.style(Role::Faint));
        }
        let cursor = !matches!(self.parts, Parts::Slice { cursor: false, .. });
        for (line, (at, row)) in (head..).zip(shown.zip(&rows)) {
            let line_area = Rect { y: area.y + line, height: 1, width: area.width - bar, ..area };
            self.paint_row(buf, line_area, row, &slots, cursor && at == state.selected);
        }
        if bar == 1 {
            let role = if self.focused { Role::BorderFocus } else { Role::Border };
            scrollbar(buf, area, *state, self.len, self.theme.style(role));
        }
    }
}

/// A thumb at the right edge, below the heading.
fn scrollbar(buf: &mut Buffer, area: Rect, state: GridState, len: usize, style: Style) {
    let track = usize::from(area.height.saturating_sub(1));
    if track == 0 || area.width == 0 {
        return;
    }
    let thumb = (track * track / len.max(1)).max(1);
    let hidden = len.saturating_sub(track).max(1);
    let top = (state.offset * (track - thumb.min(track)) + hidden / 2) / hidden;
    for row in 0..track {
        let mark = if (top..top + thumb).contains(&row) { "█" } else { "│" };
        put(buf, area, (area.width - 1, small(row + 1)), 1, mark, style);
    }
}

#[cfg(test)]
mod tests;
