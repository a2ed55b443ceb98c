//! Draws what is no row of a table: sentences, facts, moments, courses of metrics, broken to the width.
//! How high an item is and how it is drawn come from the same lines.

use ratatui::{buffer::Buffer, layout::Rect, widgets::Widget};

use super::{Paint, role};
use crate::console::screens::sheet::{Item, RowStyle};
use crate::console::widgets::graph::Graph;
use crate::console::widgets::span_styles::{put, put_line, small};
use crate::console::widgets::spark::{extent, spark};
use crate::display::{Cell, Moment, Series, StateBand, Tone};
use crate::text::{self, harmless, width, wrap};
use crate::theme::{Role, mark};
use crate::world::Health;

/// The margin that holds the cursor.
const MARGIN: u16 = 2;
/// Rows of a graph with a threshold.
const GRAPH: u16 = 6;

/// A text in lines.
pub(super) fn text_lines(text: &str, columns: u16) -> Vec<String> {
    wrap(&clean_lines(text), usize::from(columns.saturating_sub(MARGIN + 1)).max(1))
}

/// Hostile characters out, line ends kept: they are ours.
fn clean_lines(text: &str) -> String {
    text.split('\n').map(harmless).collect::<Vec<_>>().join("\n")
}

/// Draws lines of one role.
pub(super) fn lines(lines: &[String], skip: usize, role: Role, paint: Paint<'_>, place: Rect, buf: &mut Buffer) {
    for (at, line) in lines.iter().skip(skip).take(usize::from(place.height)).enumerate() {
        put_line(buf, place, (MARGIN, small(at)), line, paint.theme.style(role));
    }
}

/// How many lines an item takes in `columns` columns.
pub(super) fn height(item: &Item, columns: u16, (paint, clock): (Paint<'_>, u16)) -> usize {
    match &item.look {
        RowStyle::Cells(_) => 1,
        RowStyle::Prose(cells) => prose(cells, item.health.is_some(), columns).len(),
        RowStyle::Fact(_, value) => fact(value, columns).len(),
        RowStyle::Moment(moment) => when(moment, columns, (paint, clock)).1.len(),
        RowStyle::Course(series) if series.threshold.is_some() => usize::from(GRAPH) + 1,
        RowStyle::Course(_) | RowStyle::States(_) => 1,
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
    wrap(&harmless(&value.text), room)
}

/// The columns that the times of a block's moments take: what is told stands in one column behind them.
pub(super) fn clock<'i>(items: impl Iterator<Item = &'i Item>, paint: Paint<'_>) -> u16 {
    let times = items.filter_map(|item| match &item.look {
        RowStyle::Moment(moment) => Some(small(width(&text::when(moment.at, paint.now, paint.zone)))),
        RowStyle::Cells(_) | RowStyle::Prose(_) | RowStyle::Fact(..) | RowStyle::Course(_) | RowStyle::States(_) => {
            None
        }
    });
    times.max().unwrap_or(0)
}

fn when(moment: &Moment, columns: u16, (paint, clock): (Paint<'_>, u16)) -> (String, Vec<String>, u16) {
    let when = text::when(moment.at, paint.now, paint.zone);
    let indent = clock.max(small(width(&when))) + MARGIN + 2;
    let indent = if indent > columns / 2 { MARGIN } else { indent };
    let room = usize::from(columns.saturating_sub(indent + 1)).max(1);
    let mut message = wrap(&harmless(&moment.message), room);
    if indent == MARGIN {
        message.insert(0, String::new());
    }
    (when, message, indent)
}

/// Draws an item that is no row of a table, without its first `skip` lines.
pub(super) fn draw_item(item: &Item, skip: usize, (paint, clock): (Paint<'_>, u16), place: Rect, buf: &mut Buffer) {
    let style = |tone: Tone| paint.theme.style(if item.stale { Role::Dim } else { role(tone) });
    let rows = usize::from(place.height);
    match &item.look {
        RowStyle::Cells(_) => {}
        RowStyle::Prose(cells) => {
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
        RowStyle::Fact(label, value) => {
            let columns = label_columns(place.width);
            if skip == 0 {
                put(buf, place, (MARGIN, 0), columns.saturating_sub(1), label, paint.theme.style(Role::Dim));
            }
            for (at, line) in fact(value, place.width).iter().skip(skip).take(rows).enumerate() {
                put_line(buf, place, (MARGIN + columns, small(at)), line, style(value.tone));
            }
        }
        RowStyle::Moment(moment) => {
            let (when, message, indent) = when(moment, place.width, (paint, clock));
            if skip == 0 {
                put_line(buf, place, (MARGIN, 0), &when, paint.theme.style(Role::Dim));
            }
            for (at, line) in message.iter().skip(skip).take(rows).enumerate() {
                put_line(buf, place, (indent, small(at)), line, style(moment.tone));
            }
        }
        RowStyle::Course(series) => course(series, skip, paint, place, buf),
        RowStyle::States(band) if skip == 0 => states(band, item.stale, paint, place, buf),
        RowStyle::States(_) => {}
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
    // Beside a small line titles stand below each other; above a graph there is room for all of one.
    let own = small(width(&series.title)).saturating_add(2).min(place.width / 2);
    let columns = label_columns(place.width);
    let columns = if series.threshold.is_some() { columns.max(own) } else { columns };
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

/// The columns behind a band: the state at its end, or why something is not known.
const STATE: u16 = 40;

/// A band: its name, its states side by side, the last one in words. All bands of a page have the same columns, because
/// they have the same clock.
fn states(band: &StateBand, stale: bool, paint: Paint<'_>, place: Rect, buf: &mut Buffer) {
    let style = |role: Role| paint.theme.style(if stale { Role::Dim } else { role });
    let columns = (place.width / 3).min(34);
    put(buf, place, (MARGIN, 0), columns.saturating_sub(1), &harmless(&band.title), style(Role::Dim));
    let mut x = MARGIN + columns;
    let behind = if place.width >= 100 { STATE } else { 14 };
    let room = place.width.saturating_sub(x + behind).min(96);
    for health in band.parts(room) {
        let (sign, role) = match health {
            Some(Health::Bad) => ("█", Role::Bad),
            Some(Health::Well) => ("▂", Role::Well),
            Some(_) => ("▒", Role::Unknown),
            None => ("·", Role::Faint),
        };
        x += put(buf, place, (x, 0), 1, sign, style(role)).max(1);
    }
    // What was so at the beginning may have been so for long.
    let last = band.last().map(|last| match last.from <= band.from {
        true => format!("{} all the time", last.word),
        false => format!("{} since {}", last.word, text::when(last.from, paint.now, paint.zone)),
    });
    let words = band.note.clone().or(last).unwrap_or_else(|| "no state is known".to_owned());
    put_line(buf, place, (x + 1, 0), &harmless(&words), style(Role::Dim));
}
