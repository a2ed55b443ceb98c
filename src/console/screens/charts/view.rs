//! Draws the page of charts: for each metric a line with its last value and its bounds, the chart, and below each group the
//! axis of time. The page scrolls as a whole; only what is on the screen is drawn.

use jiff::{Timestamp, tz::TimeZone};
use ratatui::{buffer::Buffer, layout::Rect, widgets::Widget};

use super::ChartView;
use crate::charts::{Chart as Shown, ChartGroup, fault, series};
use crate::console::frame_info::FrameInfo;
use crate::console::widgets::chart::{Chart, LABELS, time_axis};
use crate::console::widgets::span_styles::{put, put_line, small};
use crate::console::widgets::spark::{extent, spark};
use crate::kinds::metric_series::SPANS;
use crate::logs::{MarkKind, marks};
use crate::text::{fit_right, harmless, span, truncate};
use crate::theme::{Role, Theme};
use crate::world::{Health, World};

/// What the page is drawn with.
#[derive(Clone, Copy)]
pub struct Paint<'a> {
    /// How it looks.
    pub theme: &'a Theme,
    /// What is believed.
    pub world: &'a World,
    /// Now.
    pub now: Timestamp,
    /// The reader's time zone.
    pub zone: &'a TimeZone,
}

/// Rows of a chart below its title.
const ROWS: u16 = 4;

enum Piece<'p> {
    Heading(&'p str),
    Chart(&'p Shown),
    Axis,
    Text(String, Role),
}

impl Piece<'_> {
    const fn height(&self) -> usize {
        match self {
            Self::Heading(_) | Self::Axis | Self::Text(..) => 1,
            Self::Chart(_) => 1 + ROWS as usize,
        }
    }
}

fn pieces<'p>(groups: &'p [ChartGroup], paint: Paint<'_>) -> Vec<Piece<'p>> {
    let mut all = Vec::new();
    let mut said = Vec::new();
    for group in groups {
        all.push(Piece::Heading(&group.title));
        for chart in &group.charts {
            if let Some(fault) = fault(paint.world, &chart.owner.scope)
                && !said.contains(&fault)
            {
                said.push(fault);
                all.push(Piece::Text(fault.sentence(), Role::Fault));
                all.push(Piece::Text(format!("→ {}", fault.remedy(&chart.owner.scope)), Role::Dim));
            }
            all.push(Piece::Chart(chart));
        }
        all.push(Piece::Axis);
    }
    if groups.is_empty() {
        all.push(Piece::Text("nothing is measured here".to_owned(), Role::Dim));
    }
    all
}

/// Draws `page` in `area`.
pub fn draw(page: &ChartView, paint: Paint<'_>, area: Rect, buf: &mut Buffer, shown: &mut FrameInfo) {
    let groups = page.groups(paint.world);
    let all = pieces(&groups, paint);
    let total: usize = all.iter().map(Piece::height).sum();
    let height = usize::from(area.height);
    let offset = page.offset.min(total.saturating_sub(height));
    (shown.columns, shown.page, shown.offset) = (area.width, height, offset);
    (shown.above, shown.below) = (offset, total.saturating_sub(offset + height));
    let (seconds, _) = page.span();
    let marks = marks_of(page, paint, seconds);
    let inner = Rect { x: area.x + u16::from(area.width > 2), width: area.width.saturating_sub(2), ..area };
    let mut y = 0_usize;
    for piece in &all {
        let (top, end) = (y, y + piece.height());
        y = end;
        // A chart that is cut would lie about its axis: it is drawn whole or not at all.
        if top < offset || end > offset + height {
            continue;
        }
        let place = Rect { y: inner.y + small(top - offset), height: small(piece.height()), ..inner };
        match piece {
            Piece::Heading(title) => {
                let style = paint.theme.style(Role::Title);
                let line = format!("{}  ({} back)", harmless(title), span(i64::from(seconds)));
                put_line(buf, place, (0, 0), &line, style);
            }
            Piece::Axis => time_axis(place, buf, &span(i64::from(seconds)), paint.theme),
            Piece::Text(text, role) => {
                put_line(buf, place, (0, 0), &harmless(text), paint.theme.style(*role));
            }
            Piece::Chart(chart) => one(chart, page.span(), &marks, paint, place, buf),
        }
    }
}

/// Columns of the title and of the last value in front of a line of bars, and of the bounds behind it.
const TITLE: u16 = 30;
const LAST: u16 = 9;
const BOUNDS: u16 = 18;

/// Rows that a chart with its title takes at least.
const TALL: u16 = 4;

/// The metrics of the last hour, as charts where there is room for them, else a line each with its bars; those beyond an
/// alarm's line first.
pub fn compact(groups: &[ChartGroup], paint: Paint<'_>, area: Rect, buf: &mut Buffer) {
    let area = area.intersection(buf.area);
    let over = SPANS.first().copied().unwrap_or((3_600, 60));
    let theme = paint.theme;
    let charts: Vec<&Shown> = groups.iter().flat_map(|group| &group.charts).collect();
    if charts.is_empty() || area.height < 2 {
        return;
    }
    put_line(buf, area, (0, 0), &"─".repeat(usize::from(area.width)), theme.style(Role::Border));
    put_line(buf, area, (1, 0), " last hour ", theme.style(Role::Title));
    let mut lines = Vec::new();
    for chart in charts {
        let Some(read) = series(paint.world, chart, over) else { continue };
        let values: Vec<Option<f64>> = read.iter().map(|(_, value)| *value).collect();
        let Some(last) = values.iter().rev().flatten().next().copied() else { continue };
        let line = chart.threshold.map(|threshold| (threshold.at(over.1), threshold.above));
        let bad = line.is_some_and(|(line, above)| if above { last > line } else { last < line });
        lines.push((!bad, chart, values, last));
    }
    if lines.is_empty() {
        let message = groups
            .iter()
            .flat_map(|group| &group.charts)
            .find_map(|chart| fault(paint.world, &chart.owner.scope).map(|fault| (fault.sentence(), Role::Fault)));
        let (message, role) = message.unwrap_or_else(|| ("reading metrics…".to_owned(), Role::Faint));
        put_line(buf, area, (2, 1), &harmless(&message), theme.style(role));
        return;
    }
    lines.sort_by_key(|(well, ..)| *well);
    let each = area.height.saturating_sub(2) / small(lines.len()).max(1);
    if each >= TALL && area.width > 2 * LABELS {
        let rows = each.min(1 + ROWS);
        for ((_, chart, ..), at) in lines.iter().zip(0..) {
            let place = Rect { x: area.x + 1, y: area.y + 1 + at * rows, width: area.width - 1, height: rows };
            one(chart, over, &[], paint, place, buf);
        }
        let below = area.y + 1 + small(lines.len()) * rows;
        let axis = Rect { x: area.x + 1, y: below, width: area.width - 1, height: 1 };
        time_axis(axis, buf, &span(i64::from(over.0)), theme);
        return;
    }
    let title = TITLE.min(area.width / 3);
    for ((well, chart, values, last), y) in lines.iter().zip(1..area.height) {
        let unit = chart.metric.unit;
        put(buf, area, (2, y), title, &harmless(&chart.title), theme.style(Role::Dim));
        let role = if *well { Role::Title } else { Role::Bad };
        let mut x = title + 3;
        put(buf, area, (x, y), LAST, &fit_right(&figure(*last, unit), usize::from(LAST)), theme.style(role));
        x += LAST + 1;
        let bars = area.width.saturating_sub(x + BOUNDS + 1).min(60);
        // A count says something by its distance from nothing.
        let bounds = extent(values).map(|(low, high)| (low.min(0.0), high));
        let role = if *well { Role::Graph } else { Role::Bad };
        put(buf, area, (x, y), bars, &spark(values, bars, bounds), theme.style(role));
        if let Some((low, high)) = extent(values) {
            let text = format!("{} to {}", figure(low, unit), figure(high, unit));
            put_line(buf, area, (x + bars + 1, y), &text, theme.style(Role::Faint));
        }
    }
}

/// What happened within the span, as parts of it.
fn marks_of(page: &ChartView, paint: Paint<'_>, seconds: u32) -> Vec<(f64, Role)> {
    let from = paint.now.as_second().saturating_sub(i64::from(seconds));
    let telling = marks(paint.world, &page.beside).into_iter().filter(|mark| {
        matches!(mark.kind, MarkKind::Deployment | MarkKind::Alarm)
            || (mark.kind == MarkKind::Stop && mark.health != Health::Well)
    });
    let place = |at: i64| {
        #[expect(clippy::cast_precision_loss, reason = "seconds of a span are far below 2^52")]
        let part = (at / 1_000 - from) as f64 / f64::from(seconds);
        part
    };
    let role = |kind: MarkKind| match kind {
        MarkKind::Deployment => Role::Changing,
        MarkKind::Stop => Role::Worrying,
        MarkKind::Alarm | MarkKind::Event | MarkKind::Start => Role::Marked,
    };
    let within = telling.map(|mark| (place(mark.at), role(mark.kind))).filter(|(part, _)| (0.0..=1.0).contains(part));
    within.collect()
}

/// A figure as short as it can be; counts are whole.
pub(crate) fn figure(value: f64, unit: &str) -> String {
    let (value, letter) = match value.abs() {
        size if size >= 1e9 => (value / 1e9, "G"),
        size if size >= 1e6 => (value / 1e6, "M"),
        size if size >= 1e4 => (value / 1e3, "k"),
        _ => (value, ""),
    };
    let places = if value.abs() >= 100.0 { 0 } else { usize::from(value.abs() < 10.0) + 1 };
    let figure = format!("{value:.places$}");
    let figure = if places > 0 { figure.trim_end_matches('0').trim_end_matches('.') } else { &figure };
    format!("{figure}{letter}{unit}")
}

fn one(
    chart: &Shown,
    (seconds, period): (u32, u32),
    marks: &[(f64, Role)],
    paint: Paint<'_>,
    place: Rect,
    buf: &mut Buffer,
) {
    let theme = paint.theme;
    let read = series(paint.world, chart, (seconds, period));
    let values: Vec<Option<f64>> = read.iter().flatten().map(|(_, value)| *value).collect();
    let unit = chart.metric.unit;
    let line = chart.threshold.map(|threshold| (threshold.at(period), threshold.above));
    let title = truncate(&harmless(&chart.title), usize::from(place.width / 2));
    let mut x = put(buf, place, (0, 0), place.width / 2, &title, theme.style(Role::Text)) + 2;
    let last = values.iter().rev().flatten().next();
    match (last, extent(&values)) {
        (Some(last), Some((low, high))) => {
            let bad = line.is_some_and(|(line, above)| if above { *last > line } else { *last < line });
            let role = if bad { Role::Bad } else { Role::Accent };
            x += put_line(buf, place, (x, 0), &figure(*last, unit), theme.style(role)) + 2;
            let most = chart.metric.most.map(|most| format!(" of {}", figure(most, unit))).unwrap_or_default();
            let bounds = format!("{} to {}{most}", figure(low, unit), figure(high, unit));
            x += put_line(buf, place, (x, 0), &bounds, theme.style(Role::Faint)) + 2;
        }
        _ if read.is_none() && fault(paint.world, &chart.owner.scope).is_none() => {
            x += put_line(buf, place, (x, 0), "reading…", theme.style(Role::Changing)) + 2;
        }
        _ => x += put_line(buf, place, (x, 0), "no data", theme.style(Role::Faint)) + 2,
    }
    if let Some((line, above)) = line {
        let sign = if above { ">" } else { "<" };
        put_line(
            buf,
            place,
            (x, 0),
            &format!("alarm {sign} {}", figure(line, unit)),
            theme.style(Role::GraphThreshold),
        );
    }
    let below = Rect { y: place.y + 1, height: place.height.saturating_sub(1), ..place };
    let label = |value: f64| truncate(&figure(value, unit), usize::from(LABELS - 1));
    let most = chart.metric.most;
    Chart { values: &values, threshold: line, most, marks, label: &label, theme }.render(below, buf);
}
