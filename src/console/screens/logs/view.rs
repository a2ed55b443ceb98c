//! Draws the page of log lines: a line on how reading goes, then the lines, or their templates. Only what is on the screen
//! is laid out, and of a line no more than fits. Hostile text is made harmless here, and nowhere is it obeyed.

use jiff::Timestamp;
use jiff::tz::TimeZone;
use ratatui::style::Style;
use ratatui::{buffer::Buffer, layout::Rect};
use unicode_segmentation::UnicodeSegmentation;

use super::LogView;
use crate::console::frame_info::{FrameInfo, Zone};
use crate::console::widgets::area::split_top;
use crate::console::widgets::span_styles::{put, put_line, small, tint_row};
use crate::logs::store::{Kind, Line};
use crate::logs::{Level, Template, document};
use crate::text::{bytes, counted, fit, fit_right, harmless, moment, truncate, width, wrap};
use crate::theme::{Role, Theme};
use crate::world::Health;

/// What the page is drawn with.
#[derive(Clone, Copy)]
pub struct Paint<'a> {
    /// How it looks.
    pub theme: &'a Theme,
    /// Now.
    pub now: Timestamp,
    /// The reader's time zone.
    pub zone: &'a TimeZone,
    /// The keys that the page names: read further back, follow.
    pub keys: (&'a str, &'a str),
}

/// A piece of a line.
type Span = (String, Style);

/// Of a line no more than this is looked at for a frame.
const SHOWN: usize = 8 * 1024;

/// The role of a level.
fn role(level: Level) -> Role {
    match level {
        Level::Fatal | Level::Error => Role::Bad,
        Level::Warn => Role::Worrying,
        Level::Debug => Role::Dim,
        Level::None | Level::Info => Role::Text,
    }
}

fn tone(health: Option<Health>) -> Role {
    match health {
        Some(Health::Bad) => Role::Bad,
        Some(Health::Worrying) => Role::Worrying,
        Some(Health::Changing) => Role::Changing,
        Some(Health::Well | Health::Asleep | Health::Unknown) | None => Role::Dim,
    }
}

/// Draws `page` in `area`.
pub fn draw(page: &LogView, paint: Paint<'_>, area: Rect, buf: &mut Buffer, shown: &mut FrameInfo) {
    let (head, body) = split_top(area, u16::from(area.height > 2));
    heading(page, paint, head, buf, shown);
    (shown.columns, shown.page) = (body.width, usize::from(body.height));
    if page.grouped.is_some() {
        templates(page, paint, body, buf, shown);
    } else if page.is_empty() {
        nothing(page, paint, body, buf);
    } else {
        lines(page, paint, body, buf, shown);
    }
}

/// What stands above the lines: how many, how they are read, what keeps them from being read.
fn heading(page: &LogView, paint: Paint<'_>, area: Rect, buf: &mut Buffer, shown: &mut FrameInfo) {
    let feed = &page.feed;
    let (tail, store) = (&feed.tail, &feed.store);
    let mut parts: Vec<(String, Role)> = Vec::new();
    let state = match (tail.is_paused(), tail.span().follow, page.follows()) {
        (true, ..) => ("paused".to_owned(), Role::Worrying),
        (_, true, true) => ("following".to_owned(), Role::Changing),
        (_, true, false) => (format!("{} follows the end", paint.keys.1), Role::Text),
        (_, false, _) if tail.is_done() => ("read to its end".to_owned(), Role::Dim),
        (_, false, _) => ("reading".to_owned(), Role::Changing),
    };
    parts.push(state);
    if let Some((source, since, fault)) = tail.failing().next() {
        let since = shown.ago(since, paint.now);
        parts.push((format!("{}: {} ({since})", source.origin.place(), fault.sentence()), Role::Fault));
    }
    if page.selection.is_open() {
        parts.push(("searching…".to_owned(), Role::Changing));
    }
    if !page.filter.is_empty() {
        parts.push((format!("/{} {} of {}", page.filter.text, page.len(), store.len()), Role::Match));
    }
    match &page.only {
        super::Only::All => {}
        super::Only::Stream(stream) => {
            let short = store.stream(*stream).map(|stream| stream.told.short.to_string()).unwrap_or_default();
            parts.push((format!("only {short}"), Role::Accent));
        }
        super::Only::Template(_) => parts.push(("only one template".to_owned(), Role::Accent)),
    }
    let from = moment(tail.span().from, paint.now, paint.zone);
    parts.push((format!("{} since {from}", counted(store.len(), "line")), Role::Text));
    if let Some(pattern) = &tail.span().pattern {
        parts.push((format!("AWS looks for {pattern}"), Role::Accent));
    }
    if store.dropped() > 0 {
        let limit = store.limit();
        parts.push((
            format!(
                "the oldest {} went: {} lines or {} are kept",
                store.dropped(),
                limit.lines,
                bytes(u64::try_from(limit.bytes).unwrap_or(u64::MAX))
            ),
            Role::Worrying,
        ));
    }
    let calls = usize::try_from(tail.calls).unwrap_or(usize::MAX);
    parts.push((format!("{}, {}", counted(calls, "call"), bytes(tail.bytes)), Role::Dim));
    if let Some(said) = &page.said {
        parts.push((said.clone(), Role::Notice));
    }
    let mut x = 1;
    for (at, (text, role)) in parts.iter().enumerate() {
        if at > 0 {
            x += put_line(buf, area, (x, 0), " · ", paint.theme.style(Role::Faint));
        }
        x += put_line(buf, area, (x, 0), text, paint.theme.style(*role));
    }
}

/// Where there are no lines: why, as far as it is known.
fn nothing(page: &LogView, paint: Paint<'_>, area: Rect, buf: &mut Buffer) {
    let tail = &page.feed.tail;
    let mut told: Vec<(String, Role)> = Vec::new();
    if !page.feed.store.is_empty() {
        told.push(("no line matches".to_owned(), Role::Text));
    } else if tail.sources().next().is_none() {
        told.push(("there are no lines that could be read here".to_owned(), Role::Text));
    } else if tail.open() > 0 || tail.calls == 0 {
        told.push(("reading…".to_owned(), Role::Changing));
    } else {
        let since = moment(tail.span().from, paint.now, paint.zone);
        told.push((format!("no lines since {since}; {} reads what was before", paint.keys.0), Role::Text));
    }
    told.extend(page.silence.iter().map(|why| (why.clone(), Role::Worrying)));
    told.extend(page.notes.iter().map(|note| (note.clone(), Role::Dim)));
    for (source, _, fault) in tail.failing() {
        told.push((format!("→ {}", fault.remedy(&source.scope)), Role::Fault));
    }
    let places = tail.sources().map(|source| (format!("read from {}", source.origin.place()), Role::Faint));
    told.extend(places);
    let mut y = 1;
    for (text, role) in told {
        for line in wrap(&harmless(&text), usize::from(area.width.saturating_sub(4))) {
            put_line(buf, area, (2, y), &line, paint.theme.style(role));
            y += 1;
        }
    }
}

/// A line in pieces: when, whose, what.
fn spans(page: &LogView, line: &Line<'_>, paint: Paint<'_>) -> Vec<Span> {
    let style = |role: Role| paint.theme.style(role);
    let at = Timestamp::from_millisecond(line.key.at).unwrap_or_default().to_zoned(paint.zone.clone());
    let clock = at.strftime("%H:%M:%S%.3f ").to_string();
    match line.kind {
        Kind::Mark => {
            let role = tone(page.feed.tones.get(&line.key).copied());
            return vec![(clock, style(Role::Dim)), (format!("── {}", harmless(line.text)), style(role))];
        }
        Kind::Gap => {
            return vec![(clock, style(Role::Dim)), (format!("╌╌ {}", harmless(line.text)), style(Role::Fault))];
        }
        Kind::Line => {}
    }
    let stream = page.feed.store.stream(line.stream);
    let short = stream.map(|stream| stream.told.short.to_string()).unwrap_or_default();
    let mut pieces = vec![(clock, style(Role::Dim))];
    pieces.push((format!("{} ", fit(&harmless(&short), 6)), style(Role::lane(&short))));
    if page.feed.tail.sources().nth(1).is_some() {
        let source = stream.and_then(|stream| page.feed.tail.source(stream.source));
        let who = source.map(|source| source.container.clone().unwrap_or_else(|| source.name.clone()));
        pieces.push((format!("{} ", fit(&harmless(&who.unwrap_or_default()), 12)), style(Role::Dim)));
    }
    let mut end = line.text.len().min(SHOWN);
    while !line.text.is_char_boundary(end) {
        end -= 1;
    }
    let text = line.text.get(..end).unwrap_or_default();
    let found = page.fields.then(|| document(text)).flatten();
    let base = style(role(line.level));
    match found {
        Some(document) => {
            let words = document.message.unwrap_or_default();
            lit(page, &words, base, paint, &mut pieces);
            for (name, value) in document.fields {
                pieces.push((format!(" {}=", harmless(&name)), style(Role::Faint)));
                lit(page, &value, style(Role::Dim), paint, &mut pieces);
            }
        }
        None => lit(page, text, base, paint, &mut pieces),
    }
    if end < line.text.len() {
        let more = u64::try_from(line.text.len() - end).unwrap_or(u64::MAX);
        pieces.push((format!("… {} more", bytes(more)), style(Role::Faint)));
    }
    pieces
}

/// A text with what is looked for lit.
fn lit(page: &LogView, text: &str, base: Style, paint: Paint<'_>, into: &mut Vec<Span>) {
    let text = harmless(text);
    let mut from = 0;
    for range in page.filter.found(&text) {
        into.push((text.get(from..range.start).unwrap_or_default().to_owned(), base));
        into.push((text.get(range.clone()).unwrap_or_default().to_owned(), base.patch(paint.theme.style(Role::Match))));
        from = range.end;
    }
    into.push((text.get(from..).unwrap_or_default().to_owned(), base));
}

/// The rows of a line: one, cut where it ends; or as many as it takes, with what goes on set in.
fn rows(spans: Vec<Span>, columns: usize, wraps: bool) -> Vec<Vec<Span>> {
    let indent = if columns > 60 { 13 } else { 2 };
    let mut rows: Vec<Vec<Span>> = vec![Vec::new()];
    let mut used = 0;
    for (text, style) in spans {
        let mut piece = String::new();
        for grapheme in text.graphemes(true) {
            let columns_of = width(grapheme);
            if used + columns_of > columns {
                if !wraps {
                    if let Some(row) = rows.last_mut() {
                        row.push((std::mem::take(&mut piece), style));
                    }
                    return cut(rows, columns);
                }
                if let Some(row) = rows.last_mut() {
                    row.push((std::mem::take(&mut piece), style));
                }
                rows.push(vec![(" ".repeat(indent), style)]);
                used = indent;
            }
            piece.push_str(grapheme);
            used += columns_of;
        }
        if let Some(row) = rows.last_mut()
            && !piece.is_empty()
        {
            row.push((piece, style));
        }
    }
    rows
}

/// A row that goes on beyond its end says so in its last column.
fn cut(mut rows: Vec<Vec<Span>>, columns: usize) -> Vec<Vec<Span>> {
    if let Some(row) = rows.last_mut() {
        while let Some((text, style)) = row.pop() {
            let before: usize = row.iter().map(|(text, _)| width(text)).sum();
            if before < columns {
                let room = columns - before;
                let kept =
                    if width(&text) < room { format!("{text}…") } else { truncate(&format!("{text}…"), room) };
                row.push((kept, style));
                break;
            }
        }
    }
    rows
}

fn lines(page: &LogView, paint: Paint<'_>, area: Rect, buf: &mut Buffer, shown: &mut FrameInfo) {
    let inner = Rect { x: area.x + u16::from(area.width > 2), width: area.width.saturating_sub(1), ..area };
    let (columns, height) = (usize::from(inner.width), usize::from(inner.height));
    let cursor = page.position();
    let laid = |place: usize| page.line(place).map(|line| rows(spans(page, &line, paint), columns, page.wrap));
    let above = if page.follows() { height.saturating_sub(1) } else { page.row.min(height.saturating_sub(1)) };
    // A page before the cursor and a page from it on: what is shown lies among them, wherever the cursor stands in it.
    let page_of = |places: &mut dyn Iterator<Item = usize>| {
        let mut found: Vec<(usize, Vec<Vec<Span>>)> = Vec::new();
        let mut used = 0;
        for place in places {
            if used >= height {
                break;
            }
            if let Some(rows) = laid(place) {
                used += rows.len();
                found.push((place, rows));
            }
        }
        found
    };
    let before = page_of(&mut (0..cursor).rev());
    let after = page_of(&mut (cursor..page.len()));
    let flat: Vec<(usize, usize, Vec<Span>)> = before
        .into_iter()
        .rev()
        .chain(after)
        .flat_map(|(place, rows)| rows.into_iter().enumerate().map(move |(at, row)| (place, at, row)))
        .collect();
    let last = flat.len();
    let end_of_cursor = flat.iter().rposition(|(place, ..)| *place == cursor).map_or(0, |at| at + 1);
    let first_of_cursor = flat.iter().position(|(place, ..)| *place == cursor).unwrap_or(0);
    // The cursor's line is in sight, its first row before its last.
    let skip = first_of_cursor.saturating_sub(above).max(end_of_cursor.saturating_sub(height)).min(first_of_cursor);
    let skip = skip.min(last.saturating_sub(height));
    for (y, (place, at, row)) in flat.into_iter().skip(skip).take(height).enumerate() {
        let y = small(y);
        if place == cursor && !page.follows() {
            tint_row(buf, Rect { y: inner.y, ..area }, y, paint.theme.style(Role::Selected));
        }
        let mut x = 0;
        for (text, style) in row {
            let style =
                if place == cursor && !page.follows() { paint.theme.style(Role::Selected).patch(style) } else { style };
            x += put_line(buf, inner, (x, y), &text, style);
        }
        if at == 0 && place == cursor && !page.follows() {
            put(buf, area, (0, y), 1, "▸", paint.theme.style(Role::Accent));
        }
        shown.rows.push((Zone { x: inner.x, y: inner.y + y, width: inner.width, height: 1 }, place));
    }
}

/// The columns of the templates before their words.
const COUNT: usize = 8;

fn templates(page: &LogView, paint: Paint<'_>, area: Rect, buf: &mut Buffer, shown: &mut FrameInfo) {
    let all = page.templates();
    let style = |role: Role| paint.theme.style(role);
    let (head, body) = split_top(area, 1);
    let heading = format!(
        "{}  {}  {}  {}  {}  TEMPLATE",
        fit_right("COUNT", COUNT),
        fit("LEVEL", 5),
        fit("NEW", 3),
        fit("FIRST", 8),
        fit("LAST", 8)
    );
    put_line(buf, head, (1, 0), &heading, style(Role::Title));
    if all.is_empty() {
        put_line(buf, body, (2, 1), "no templates yet", style(Role::Dim));
        return;
    }
    let height = usize::from(body.height);
    let cursor = page.grouped.and_then(|id| all.iter().position(|template| template.id == id)).unwrap_or(0);
    let since = page.new_since();
    let offset = cursor.saturating_sub(height.saturating_sub(1) / 2).min(all.len().saturating_sub(height));
    let clock = |at: i64| {
        let at = Timestamp::from_millisecond(at).unwrap_or_default();
        at.to_zoned(paint.zone.clone()).strftime("%H:%M:%S").to_string()
    };
    for (y, (place, template)) in all.iter().enumerate().skip(offset).take(height).enumerate() {
        let y = small(y);
        if place == cursor {
            tint_row(buf, body, y, style(Role::Selected));
            put(buf, body, (0, y), 1, "▸", style(Role::Accent));
        }
        let mut x = 1;
        let new = since.is_some_and(|since| template.first >= since);
        let sign = if new { "new" } else { "" };
        let pieces = [
            (fit_right(&template.count.to_string(), COUNT), Role::Text),
            (fit(template.level.word(), 5), role(template.level)),
            (fit(sign, 3), Role::Changed),
            (clock(template.first), Role::Dim),
            (clock(template.last), Role::Dim),
        ];
        for (text, role) in pieces {
            x += put_line(buf, body, (x, y), &text, style(role)) + 2;
        }
        put_line(buf, body, (x, y), &words(template), style(role(template.level)));
        shown.rows.push((Zone { x: body.x, y: body.y + y, width: body.width, height: 1 }, place));
    }
}

fn words(template: &Template) -> String {
    truncate(&harmless(&template.text()), 400)
}
