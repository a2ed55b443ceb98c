//! Draws a page: rules between its blocks, tables by the grid, sentences broken to the width.
//! Only what is on the screen is built. Says where each row went.

use std::collections::BTreeSet;

use jiff::{Timestamp, tz::TimeZone};
use ratatui::{buffer::Buffer, layout::Rect, widgets::StatefulWidget, widgets::Widget};

use super::{Block, Door, Item, Look, Sheet};
use crate::app::shown::{Shown, Zone};
use crate::kinds::{Align, Cell, Column, Moment, Series, Tone, Width};
use crate::text::{self, clean, width, wrap};
use crate::theme::{Role, Theme, mark};
use crate::widgets::graph::Graph;
use crate::widgets::grid::{self, Grid, GridState, Order, Rule};
use crate::widgets::ink::{put, put_line, small, tint_row};
use crate::widgets::spark::{extent, spark};

/// What a page is drawn with.
#[derive(Clone, Copy)]
pub struct Paint<'a> {
    /// The look.
    pub theme: &'a Theme,
    /// Now.
    pub now: Timestamp,
    /// The reader's time zone.
    pub zone: &'a TimeZone,
    /// What the reader marked.
    pub marks: &'a BTreeSet<Door>,
}

/// The margin that holds the cursor.
const MARGIN: u16 = 2;
/// Rows of a graph with a threshold.
const GRAPH: u16 = 6;

/// Draws `sheet` in `area`.
pub fn draw(sheet: &Sheet, paint: Paint<'_>, area: Rect, buf: &mut Buffer, shown: &mut Shown) {
    let area = area.intersection(buf.area);
    shown.columns = area.width;
    let blocks: Vec<_> = sheet.shown().collect();
    match blocks.as_slice() {
        [(block, items)] if block.title.is_empty() && !block.columns.is_empty() => {
            table(sheet, (block, items), paint, area, buf, shown);
        }
        _ => page(sheet, &blocks, paint, area, buf, shown),
    }
}

/// A page that is one table: its heading stays when it scrolls.
fn table(
    sheet: &Sheet,
    (block, items): (&Block, &[&Item]),
    paint: Paint<'_>,
    area: Rect,
    buf: &mut Buffer,
    shown: &mut Shown,
) {
    let plan = Table::of(sheet, block, items, area.width);
    let mut state = GridState { selected: sheet.position(), offset: sheet.offset };
    Grid::new(&plan.columns, items.len(), paint.theme, |at| plan.row(items.get(at).copied(), paint))
        .sort(plan.sort)
        .empty(&block.empty)
        .render(area, buf, &mut state);
    shown.offset = state.offset;
    shown.page = usize::from(area.height.saturating_sub(1));
    for line in 1..area.height {
        let at = state.offset + usize::from(line) - 1;
        if at < items.len() {
            shown.rows.push((Zone { x: area.x, y: area.y + line, width: area.width, height: 1 }, at));
        }
    }
}

/// A block's table in terms of the grid.
struct Table<'a> {
    sheet: &'a Sheet,
    columns: Vec<grid::Column<'a>>,
    marked: bool,
    sort: Option<(usize, Order)>,
}

impl<'a> Table<'a> {
    fn of(sheet: &'a Sheet, block: &'a Block, items: &[&Item], room: u16) -> Self {
        let marked = items.iter().any(|item| item.health.is_some());
        let sign = marked.then(|| grid::Column::new("", Rule::Fixed(1), 9));
        let columns = block.columns.iter().enumerate().map(|(at, spec)| column(spec, widest(items, at), room));
        let columns = sign.into_iter().chain(columns).collect();
        let sort = sheet.sorting().filter(|sorting| sorting.block == block.key).map(|sorting| {
            let order = if sorting.descending { Order::Descending } else { Order::Ascending };
            (sorting.column + usize::from(marked), order)
        });
        Self { sheet, columns, marked, sort }
    }

    fn row<'r>(&self, item: Option<&'r Item>, paint: Paint<'_>) -> grid::Row<'r> {
        let Some(item) = item else { return grid::Row::default() };
        let Look::Cells(texts) = &item.look else { return grid::Row::default() };
        let mut matches = self.sheet.matches(item).into_iter();
        let sign = self.marked.then(|| {
            item.health.map_or_else(
                || grid::Cell::text(""),
                |health| {
                    let (glyph, _, role) = mark(health);
                    grid::Cell::new(glyph.to_string(), role)
                },
            )
        });
        let cells = texts.iter().map(|cell| {
            grid::Cell::new(cell.text.as_str(), role(cell.tone)).matched(matches.next().unwrap_or_default())
        });
        grid::Row {
            cells: sign.into_iter().chain(cells).collect(),
            changed: item.changed,
            marked: item.door.as_ref().is_some_and(|door| paint.marks.contains(door)),
            stale: item.stale,
        }
    }
}

/// The widest text in a column of all rows, not only of those on the screen: columns must not move while one scrolls.
fn widest(items: &[&Item], column: usize) -> u16 {
    let widths = items.iter().filter_map(|item| match &item.look {
        Look::Cells(cells) => cells.get(column).map(|cell| width(&cell.text)),
        _ => None,
    });
    small(widths.max().unwrap_or(0))
}

/// What is dearest to a reader is not cut while there are other columns that can go.
const DEAR: u8 = 7;
const WHOLE: u16 = 30;

fn column(column: &Column, natural: u16, room: u16) -> grid::Column<'_> {
    let rule = match column.width {
        Width::Fit(min, max) if column.keep >= DEAR => {
            let whole = natural.clamp(min, max.max(min)).min(WHOLE.max(min));
            Rule::Fit { min: whole, max: max.max(whole) }
        }
        Width::Fit(min, max) => Rule::Fit { min: natural.clamp(min, max.max(min)), max },
        // A sentence can be cut and still be read; on a narrow screen half of one is better than none.
        Width::Fill(min) if column.keep >= DEAR => {
            Rule::Fill { min: natural.clamp(min, WHOLE.max(min)).min((room / 3).max(8)), weight: 1 }
        }
        Width::Fill(min) => Rule::Fill { min, weight: 1 },
    };
    let column_of = grid::Column::new(column.title, rule, column.keep);
    match column.align {
        Align::Left => column_of,
        Align::Right => column_of.right(),
    }
}

/// What a tone looks like.
#[must_use]
pub fn role(tone: Tone) -> Role {
    match tone {
        Tone::Plain => Role::Text,
        Tone::Dim => Role::Dim,
        Tone::Strong => Role::Title,
        Tone::Of(health) => mark(health).2,
        Tone::Protected => Role::Protected,
        Tone::Fault => Role::Fault,
    }
}

/// A piece of a page, from top to bottom.
enum Piece<'a> {
    Gap,
    Rule(usize, &'a Block, usize),
    Heading(usize),
    Empty(&'a Block),
    Item(usize, usize, &'a Item),
}

struct Laid<'a> {
    y: usize,
    height: usize,
    piece: Piece<'a>,
}

fn lay<'a>(blocks: &[(&'a Block, Vec<&'a Item>)], columns: u16, paint: Paint<'_>) -> Vec<Laid<'a>> {
    let mut laid: Vec<Laid<'a>> = Vec::new();
    let mut y = 0;
    let mut add = |height: usize, piece: Piece<'a>| {
        laid.push(Laid { y, height, piece });
        y += height;
    };
    let mut row = 0;
    for (at, (block, items)) in blocks.iter().enumerate() {
        if at > 0 {
            add(1, Piece::Gap);
        }
        if !block.title.is_empty() {
            add(1, Piece::Rule(at, block, items.len()));
        }
        if items.is_empty() {
            add(text_lines(&block.empty, columns).len(), Piece::Empty(block));
        } else if !block.columns.is_empty() {
            add(1, Piece::Heading(at));
        }
        for item in items {
            add(height(item, columns, paint), Piece::Item(at, row, item));
            row += 1;
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
        match &piece.piece {
            Piece::Gap => start = piece.y + 1,
            Piece::Item(_, row, _) if *row == position => {
                span = (start, piece.y + piece.height);
                break;
            }
            Piece::Item(..) => start = piece.y + piece.height,
            Piece::Rule(..) | Piece::Heading(_) | Piece::Empty(_) => {}
        }
    }
    let last_row = laid.last().is_some_and(|last| matches!(last.piece, Piece::Item(_, row, _) if row == position));
    let (from, to) = if last_row { (span.0, total) } else { span };
    let lowest = to.saturating_sub(rows);
    offset.max(lowest).min(from.max(lowest)).min(total.saturating_sub(rows))
}

fn page(
    sheet: &Sheet,
    blocks: &[(&Block, Vec<&Item>)],
    paint: Paint<'_>,
    area: Rect,
    buf: &mut Buffer,
    shown: &mut Shown,
) {
    let bar = u16::from(area.width > 4);
    let inner = Rect { width: area.width - bar, ..area };
    let laid = lay(blocks, inner.width, paint);
    let rows = usize::from(area.height);
    let position = sheet.position();
    let offset = scroll(&laid, position, sheet.offset, rows);
    (shown.offset, shown.page) = (offset, rows);
    let focus = laid.iter().find_map(|laid| match laid.piece {
        Piece::Item(block, row, _) if row == position => Some(block),
        _ => None,
    });
    let total = laid.last().map_or(0, |last| last.y + last.height);
    let mut slice: Option<Slice<'_>> = None;
    for laid in laid.iter().filter(|laid| laid.y + laid.height > offset && laid.y < offset + rows) {
        let skip = offset.saturating_sub(laid.y);
        let y = small(laid.y.saturating_sub(offset));
        let height = small(laid.height - skip).min(area.height.saturating_sub(y));
        let place = Rect { y: inner.y + y, height, ..inner };
        match &laid.piece {
            Piece::Gap => {}
            Piece::Rule(at, block, count) => rule(block, (*count, focus == Some(*at)), paint, place, buf, shown),
            Piece::Empty(block) => lines(&text_lines(&block.empty, inner.width), skip, Role::Faint, paint, place, buf),
            Piece::Heading(at) => {
                flush(sheet, blocks, slice.take(), position, paint, buf);
                slice = Some(Slice { block: *at, heading: true, first: None, rows: Vec::new(), place });
            }
            Piece::Item(at, row, item) => {
                shown.rows.push((Zone { x: place.x, y: place.y, width: place.width, height }, *row));
                if matches!(item.look, Look::Cells(_)) {
                    if slice.as_ref().is_none_or(|slice| slice.block != *at) {
                        flush(sheet, blocks, slice.take(), position, paint, buf);
                    }
                    let empty = Rect { height: 0, ..place };
                    let slice = slice.get_or_insert_with(|| Slice {
                        block: *at,
                        heading: false,
                        first: None,
                        rows: Vec::new(),
                        place: empty,
                    });
                    slice.first.get_or_insert(*row);
                    slice.rows.push(item);
                    slice.place.height += height;
                } else {
                    if *row == position {
                        // One line says where the cursor is; a whole paragraph would shout.
                        tint_row(buf, place, 0, paint.theme.style(Role::Selected));
                        put(buf, place, (0, 0), 1, "▸", paint.theme.style(Role::Accent));
                    }
                    draw_item(item, skip, paint, place, buf);
                }
            }
        }
    }
    flush(sheet, blocks, slice, position, paint, buf);
    if bar == 1 && total > rows {
        scrollbar(buf, area, (offset, rows, total), paint.theme);
    }
}

/// The part of a table that is on the screen.
struct Slice<'a> {
    block: usize,
    heading: bool,
    first: Option<usize>,
    rows: Vec<&'a Item>,
    place: Rect,
}

fn flush(
    sheet: &Sheet,
    blocks: &[(&Block, Vec<&Item>)],
    slice: Option<Slice<'_>>,
    position: usize,
    paint: Paint<'_>,
    buf: &mut Buffer,
) {
    let Some(slice) = slice else { return };
    let Some((block, items)) = blocks.get(slice.block) else { return };
    let plan = Table::of(sheet, block, items, slice.place.width);
    let cursor = slice.first.and_then(|first| position.checked_sub(first)).filter(|at| *at < slice.rows.len());
    let mut state = GridState { selected: cursor.unwrap_or(0), offset: 0 };
    Grid::new(&plan.columns, slice.rows.len(), paint.theme, |at| plan.row(slice.rows.get(at).copied(), paint))
        .sort(plan.sort)
        .slice(slice.heading, cursor.is_some())
        .render(slice.place, buf, &mut state);
}

fn rule(
    block: &Block,
    (count, focused): (usize, bool),
    paint: Paint<'_>,
    place: Rect,
    buf: &mut Buffer,
    shown: &mut Shown,
) {
    let (dash, role) = if focused { ("━", Role::BorderFocus) } else { ("─", Role::Border) };
    let edge = paint.theme.style(role);
    put_line(buf, place, (0, 0), &dash.repeat(usize::from(place.width)), edge);
    let mut x = 1;
    x += put_line(buf, place, (x, 0), " ", edge);
    let title = if block.columns.is_empty() { block.title.clone() } else { format!("{} {count}", block.title) };
    x += put_line(buf, place, (x, 0), &title, paint.theme.style(if focused { Role::Accent } else { Role::Title }));
    x += put_line(buf, place, (x, 0), " ", edge);
    let age = block.note.read_at.map(|at| shown.ago(at, paint.now));
    let (note, role) = match (&block.note.fault, age) {
        (Some(fault), Some(age)) => (format!("{age} · {fault}"), Role::Fault),
        (Some(fault), None) => (fault.clone(), Role::Fault),
        (None, Some(age)) => (age, Role::Dim),
        (None, None) => return,
    };
    let room = usize::from(place.width.saturating_sub(x + 4));
    if room < 4 {
        return;
    }
    let note = text::truncate(&clean(&note), room);
    let at = place.width.saturating_sub(small(width(&note)) + 3);
    put_line(buf, place, (at, 0), &format!(" {note} "), paint.theme.style(role));
}

fn text_lines(text: &str, columns: u16) -> Vec<String> {
    wrap(&clean_lines(text), usize::from(columns.saturating_sub(MARGIN + 1)).max(1))
}

/// Hostile characters out, line ends kept: they are ours.
fn clean_lines(text: &str) -> String {
    text.split('\n').map(clean).collect::<Vec<_>>().join("\n")
}

fn lines(lines: &[String], skip: usize, role: Role, paint: Paint<'_>, place: Rect, buf: &mut Buffer) {
    for (at, line) in lines.iter().skip(skip).take(usize::from(place.height)).enumerate() {
        put_line(buf, place, (MARGIN, small(at)), line, paint.theme.style(role));
    }
}

/// How many lines an item takes in `columns` columns.
fn height(item: &Item, columns: u16, paint: Paint<'_>) -> usize {
    match &item.look {
        Look::Cells(_) => 1,
        Look::Prose(cells) => prose(cells, item.health.is_some(), columns).len(),
        Look::Fact(_, value) => fact(value, columns).len(),
        Look::Moment(moment) => when(moment, columns, paint).1.len(),
        Look::Course(series) if series.threshold.is_some() => usize::from(GRAPH) + 1,
        Look::Course(_) => 1,
    }
}

/// Prose as lines: the indent, the text, the tone.
fn prose(cells: &[Cell], marked: bool, columns: u16) -> Vec<(u16, String, Tone)> {
    let mut out = Vec::new();
    for (at, cell) in cells.iter().enumerate() {
        let indent = MARGIN + if marked { 2 } else { 0 } + if at == 0 { 0 } else { 2 };
        let room = usize::from(columns.saturating_sub(indent + 1)).max(1);
        out.extend(wrap(&clean_lines(&cell.text), room).into_iter().map(|line| (indent, line, cell.tone)));
    }
    if out.is_empty() {
        out.push((MARGIN, String::new(), Tone::Plain));
    }
    out
}

/// The column that values of facts begin at.
const LABEL: u16 = 20;

fn label_columns(columns: u16) -> u16 {
    LABEL.min(columns / 2)
}

fn fact(value: &Cell, columns: u16) -> Vec<String> {
    let room = usize::from(columns.saturating_sub(MARGIN + label_columns(columns) + 1)).max(1);
    wrap(&clean(&value.text), room)
}

fn when(moment: &Moment, columns: u16, paint: Paint<'_>) -> (String, Vec<String>, u16) {
    let when = text::when(moment.at, paint.now, paint.zone);
    let indent = small(width(&when)) + MARGIN + 2;
    let indent = if indent > columns / 2 { MARGIN } else { indent };
    let room = usize::from(columns.saturating_sub(indent + 1)).max(1);
    let mut says = wrap(&clean(&moment.says), room);
    if indent == MARGIN {
        says.insert(0, String::new());
    }
    (when, says, indent)
}

fn draw_item(item: &Item, skip: usize, paint: Paint<'_>, place: Rect, buf: &mut Buffer) {
    let style = |tone: Tone| paint.theme.style(if item.stale { Role::Dim } else { role(tone) });
    let rows = usize::from(place.height);
    match &item.look {
        Look::Cells(_) => {}
        Look::Prose(cells) => {
            for (at, (indent, line, tone)) in
                prose(cells, item.health.is_some(), place.width).iter().skip(skip).take(rows).enumerate()
            {
                put_line(buf, place, (*indent, small(at)), line, style(*tone));
            }
            if let Some(health) = item.health.filter(|_| skip == 0) {
                let (glyph, _, role) = mark(health);
                put(buf, place, (MARGIN, 0), 1, &glyph.to_string(), paint.theme.style(role));
            }
        }
        Look::Fact(label, value) => {
            let columns = label_columns(place.width);
            if skip == 0 {
                put(buf, place, (MARGIN, 0), columns.saturating_sub(1), label, paint.theme.style(Role::Dim));
            }
            for (at, line) in fact(value, place.width).iter().skip(skip).take(rows).enumerate() {
                put_line(buf, place, (MARGIN + columns, small(at)), line, style(value.tone));
            }
        }
        Look::Moment(moment) => {
            let (when, says, indent) = when(moment, place.width, paint);
            if skip == 0 {
                put_line(buf, place, (MARGIN, 0), &when, paint.theme.style(Role::Dim));
            }
            for (at, line) in says.iter().skip(skip).take(rows).enumerate() {
                put_line(buf, place, (indent, small(at)), line, style(moment.tone));
            }
        }
        Look::Course(series) => course(series, skip, paint, place, buf),
    }
}

fn figure(value: f64, unit: &str) -> String {
    let places = if value.abs() >= 100.0 { 0 } else { usize::from(value.abs() < 1.0) + 1 };
    let figure = format!("{value:.places$}");
    // What the rounding left of a whole number says nothing.
    let figure = if places > 0 { figure.trim_end_matches('0').trim_end_matches('.') } else { &figure };
    format!("{figure}{unit}")
}

fn course(series: &Series, skip: usize, paint: Paint<'_>, place: Rect, buf: &mut Buffer) {
    let values: Vec<Option<f64>> = series.points.iter().map(|(_, value)| *value).collect();
    let theme = paint.theme;
    let last = values.iter().rev().flatten().next().map(|value| figure(*value, series.unit));
    let bounds =
        extent(&values).map(|(low, high)| format!("{} to {}", figure(low, series.unit), figure(high, series.unit)));
    let columns = label_columns(place.width);
    if skip == 0 {
        put(buf, place, (MARGIN, 0), columns.saturating_sub(1), &series.title, theme.style(Role::Dim));
        let mut x = MARGIN + columns;
        x += put(buf, place, (x, 0), 12, last.as_deref().unwrap_or("no data"), theme.style(Role::Title)) + 1;
        x = x.max(MARGIN + columns + 9);
        if series.threshold.is_none() {
            let room = place.width.saturating_sub(x + 22).min(60);
            x += put_line(buf, place, (x, 0), &spark(&values, room, None), theme.style(Role::Graph)) + 1;
        }
        if let Some(bounds) = bounds {
            put_line(buf, place, (x, 0), &bounds, theme.style(Role::Faint));
        }
    }
    // A graph that is cut at the top would lie about its axis: it is drawn whole or not at all.
    if series.threshold.is_some() && skip <= 1 && place.height + small(skip) > GRAPH {
        let below = Rect {
            x: place.x + MARGIN,
            y: place.y + 1 - small(skip),
            width: place.width.saturating_sub(MARGIN + 1),
            height: GRAPH,
        };
        let label = |value: f64| figure(value, series.unit);
        Graph { values: &values, threshold: series.threshold, label: &label, theme }.render(below, buf);
    }
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
