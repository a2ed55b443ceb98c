//! Draws a page of several blocks, which scrolls as a whole: rules between them, tables row by row,
//! everything else by `item`. Only what is on the screen is built.

use ratatui::{buffer::Buffer, layout::Rect, widgets::StatefulWidget};

use super::Paint;
use super::item::{clock, draw_item, height, lines, text_lines};
use super::table::Table;
use crate::console::frame_info::{FrameInfo, Zone};
use crate::console::screens::sheet::{Item, Panel, RowStyle, Sheet};
use crate::console::widgets::grid::{Grid, GridState};
use crate::console::widgets::span_styles::{put, put_line, small, tint_row};
use crate::text::{self, harmless, width};
use crate::theme::{Role, Theme};

/// A piece of a page, from top to bottom. Blocks are known by their place among those shown.
enum Piece<'a> {
    Gap,
    Rule(usize),
    Empty(usize),
    /// Rows of a table that stand together, below the table's heading where they are its first.
    Rows(Rows),
    /// Anything else, with its block, its place among all rows, and the columns that times take in its block.
    Item(usize, usize, u16, &'a Item),
}

/// Rows of a table that stand together.
#[derive(Clone, Copy)]
struct Rows {
    block: usize,
    heading: bool,
    /// The first one's place in its block.
    from: usize,
    /// The first one's place among all rows.
    row: usize,
    count: usize,
}

impl Rows {
    fn head(self) -> usize {
        usize::from(self.heading)
    }

    /// The place in here of the row at `position` among all rows.
    fn place(self, position: usize) -> Option<usize> {
        position.checked_sub(self.row).filter(|at| *at < self.count)
    }
}

struct Laid<'a> {
    y: usize,
    height: usize,
    piece: Piece<'a>,
}

fn lay<'a>(panels: &[Panel<'a>], columns: u16, paint: Paint<'_>) -> Vec<Laid<'a>> {
    let mut laid: Vec<Laid<'a>> = Vec::new();
    let mut y = 0;
    let mut add = |height: usize, piece: Piece<'a>| {
        laid.push(Laid { y, height, piece });
        y += height;
    };
    let mut row = 0;
    for (at, panel) in panels.iter().enumerate() {
        if at > 0 {
            add(1, Piece::Gap);
        }
        if !panel.block.title.is_empty() {
            add(1, Piece::Rule(at));
        }
        if panel.is_empty() {
            add(text_lines(&panel.block.empty, columns).len(), Piece::Empty(at));
            continue;
        }
        // Bars and the like have columns that are called nothing: a heading of them would be an empty line.
        let clock = clock(panel.items(), paint);
        let heading = panel.block.columns.iter().any(|column| !column.title.is_empty());
        let mut rows = Rows { block: at, heading, from: 0, row, count: 0 };
        for (from, item) in panel.items().enumerate() {
            if matches!(item.look, RowStyle::Cells(_)) {
                rows.count += 1;
            } else {
                if rows.head() + rows.count > 0 {
                    add(rows.head() + rows.count, Piece::Rows(rows));
                }
                add(height(item, columns, (paint, clock)), Piece::Item(at, row, clock, item));
                rows = Rows { block: at, heading: false, from: from + 1, row: row + 1, count: 0 };
            }
            row += 1;
        }
        if rows.head() + rows.count > 0 {
            add(rows.head() + rows.count, Piece::Rows(rows));
        }
    }
    laid
}

/// The first line to show so that the cursor's row is in sight, with its block's head where it is the first.
fn scroll(laid: &[Laid<'_>], position: usize, offset: usize, rows: usize) -> usize {
    let total = laid.last().map_or(0, |last| last.y + last.height);
    let mut start = 0;
    let mut span = (0, 0);
    for piece in laid {
        let end = piece.y + piece.height;
        match &piece.piece {
            Piece::Gap => start = end,
            Piece::Item(_, row, _, _) if *row == position => {
                span = (start, end);
                break;
            }
            Piece::Rows(rows) => match rows.place(position) {
                Some(at) => {
                    let top = piece.y + rows.head() + at;
                    span = (if at == 0 { start } else { top }, top + 1);
                    break;
                }
                None if rows.count > 0 => start = end,
                None => {}
            },
            Piece::Item(..) => start = end,
            Piece::Rule(_) | Piece::Empty(_) => {}
        }
    }
    let last_row = laid.last().is_some_and(|last| match &last.piece {
        Piece::Item(_, row, _, _) => *row == position,
        Piece::Rows(rows) => rows.place(position).is_some_and(|at| at + 1 == rows.count),
        Piece::Gap | Piece::Rule(_) | Piece::Empty(_) => false,
    });
    let (from, to) = if last_row { (span.0, total) } else { span };
    // What is higher than the screen shows its beginning; its end comes with the row below it.
    let to = if span.1 - span.0 > rows && (!last_row || position == 0) { from + rows } else { to };
    let lowest = to.saturating_sub(rows);
    offset.max(lowest).min(from.max(lowest)).min(total.saturating_sub(rows))
}

/// Draws the blocks of `sheet`.
pub(super) fn page(
    sheet: &Sheet,
    panels: &[Panel<'_>],
    paint: Paint<'_>,
    area: Rect,
    buf: &mut Buffer,
    shown: &mut FrameInfo,
) {
    let bar = u16::from(area.width > 4 && paint.focused);
    let inner = Rect { width: area.width - bar, ..area };
    let laid = lay(panels, inner.width, paint);
    let rows = usize::from(area.height);
    let position = if paint.focused { sheet.position() } else { usize::MAX };
    let offset = if paint.focused { scroll(&laid, position, sheet.offset, rows) } else { 0 };
    (shown.offset, shown.page) = (offset, rows);
    let focus = laid.iter().find_map(|laid| match laid.piece {
        Piece::Item(block, row, _, _) if row == position => Some(block),
        Piece::Rows(rows) if rows.place(position).is_some() => Some(rows.block),
        _ => None,
    });
    for laid in laid.iter().filter(|laid| laid.y + laid.height > offset && laid.y < offset + rows) {
        let skip = offset.saturating_sub(laid.y);
        let y = small(laid.y.saturating_sub(offset));
        let height = small(laid.height - skip).min(area.height.saturating_sub(y));
        let place = Rect { y: inner.y + y, height, ..inner };
        match &laid.piece {
            Piece::Gap => {}
            Piece::Rule(at) => {
                if let Some(panel) = panels.get(*at) {
                    // A panel is reached by its digit, which counts as `Sheet::panel_at` does.
                    let digit = (paint.focused && !panel.is_empty() && panels.len() > 2)
                        .then(|| panels.iter().take(at + 1).filter(|panel| !panel.is_empty()).count())
                        .filter(|digit| *digit < 10);
                    rule((*panel, digit), focus == Some(*at), paint, place, buf, shown);
                }
            }
            Piece::Empty(at) => {
                let text = panels.get(*at).map_or("", |panel| &panel.block.empty);
                lines(&text_lines(text, inner.width), skip, Role::Faint, paint, place, buf);
            }
            Piece::Rows(rows) => {
                if let Some(panel) = panels.get(rows.block) {
                    slice(sheet, *panel, (*rows, skip), paint, place, buf);
                }
                let hidden = skip.saturating_sub(rows.head());
                let head = small(rows.head().saturating_sub(skip));
                for line in head..place.height {
                    let row = rows.row + hidden + usize::from(line - head);
                    shown.rows.push((Zone { x: place.x, y: place.y + line, width: place.width, height: 1 }, row));
                }
            }
            Piece::Item(_, row, clock, item) => {
                shown.rows.push((Zone { x: place.x, y: place.y, width: place.width, height }, *row));
                if *row == position {
                    // One line says where the cursor is; a whole paragraph would shout.
                    tint_row(buf, place, 0, paint.theme.style(Role::Selected));
                    put(buf, place, (0, 0), 1, "▸", paint.theme.style(Role::Accent));
                }
                draw_item(item, skip, (paint, *clock), place, buf);
                let marked = item.door.as_ref().is_some_and(|door| paint.marks.contains(door));
                if marked && skip == 0 {
                    put(buf, place, (0, 0), 1, "◆", paint.theme.style(Role::Marked));
                }
            }
        }
    }
    let total = laid.last().map_or(0, |last| last.y + last.height);
    if bar == 1 && total > rows {
        scrollbar(buf, area, (offset, rows, total), paint.theme);
    }
}

/// Draws the part of a table that is on the screen: all but its first `skip` lines, as far as there is room.
fn slice(
    sheet: &Sheet,
    panel: Panel<'_>,
    (rows, skip): (Rows, usize),
    paint: Paint<'_>,
    place: Rect,
    buf: &mut Buffer,
) {
    let heading = rows.heading && skip == 0;
    let hidden = skip.saturating_sub(rows.head());
    let count = usize::from(place.height.saturating_sub(u16::from(heading))).min(rows.count.saturating_sub(hidden));
    let plan = Table::of(sheet, panel, (place.width, paint));
    let cursor = sheet.position().checked_sub(rows.row + hidden).filter(|at| *at < count && paint.focused);
    let mut state = GridState { selected: cursor.unwrap_or(0), offset: 0 };
    Grid::new(&plan.columns, count, paint.theme, |at| plan.row(panel.item(rows.from + hidden + at), paint))
        .sort(plan.sort)
        .slice(heading, cursor.is_some())
        .render(place, buf, &mut state);
}

fn rule(
    (panel, digit): (Panel<'_>, Option<usize>),
    focused: bool,
    paint: Paint<'_>,
    place: Rect,
    buf: &mut Buffer,
    shown: &mut FrameInfo,
) {
    let block = panel.block;
    let (dash, role) = if focused { ("━", Role::BorderFocus) } else { ("─", Role::Border) };
    let transition = paint.theme.style(role);
    put_line(buf, place, (0, 0), &dash.repeat(usize::from(place.width)), transition);
    let mut x = 1;
    x += put_line(buf, place, (x, 0), " ", transition);
    // Resources are counted; hours and dates are not.
    let counted = !block.columns.is_empty() && (panel.marked() || panel.is_empty());
    if let Some(digit) = digit {
        x += put_line(buf, place, (x, 0), &format!("{digit} "), paint.theme.style(Role::Key));
    }
    let title = if counted { format!("{} {}", block.title, panel.wholes()) } else { block.title.clone() };
    x += put_line(buf, place, (x, 0), &title, paint.theme.style(if focused { Role::Accent } else { Role::Title }));
    x += put_line(buf, place, (x, 0), " ", transition);
    let age = block.note.read_at.map(|at| shown.ago(at, paint.now));
    let (note, role) = match (&block.note.fault, age) {
        (Some(fault), Some(age)) => {
            (format!("{age} · {fault}"), if block.note.quiet { Role::Dim } else { Role::Fault })
        }
        (Some(fault), None) => (fault.clone(), if block.note.quiet { Role::Dim } else { Role::Fault }),
        (None, Some(age)) => (age, Role::Dim),
        (None, None) => return,
    };
    let room = usize::from(place.width.saturating_sub(x + 4));
    if room < 4 {
        return;
    }
    let note = text::truncate(&harmless(&note), room);
    let at = place.width.saturating_sub(small(width(&note)) + 3);
    put_line(buf, place, (at, 0), &format!(" {note} "), paint.theme.style(role));
}

fn scrollbar(buf: &mut Buffer, area: Rect, (offset, rows, total): (usize, usize, usize), theme: &Theme) {
    let thumb = (rows * rows / total.max(1)).max(1);
    let hidden = total.saturating_sub(rows).max(1);
    let top = (offset * (rows - thumb.min(rows)) + hidden / 2) / hidden;
    for row in 0..rows {
        let sign = if (top..top + thumb).contains(&row) { "█" } else { "│" };
        put(buf, area, (area.width - 1, small(row)), 1, sign, theme.style(Role::Border));
    }
}
