//! The frame around every place: the path and the clock on top, the place, the hints or what is
//! typed at the bottom, and at most one thing laid over it. Draws a model; changes nothing.

mod beside;
mod status;

use std::collections::HashSet;

use ratatui::{
    Frame,
    buffer::Buffer,
    layout::{Position, Rect},
    widgets::Widget,
};

use super::frame_info::{FrameInfo, Zone};
use super::model::Model;
use super::notifications::Level;
use super::overlay::Overlay;
use super::page::Page;
use super::screens::sheet::view::{Paint, draw as sheet};
use super::screens::{charts, confirm, fleet, hours, logs, palette, viewer};
use super::widgets::area::{split_bottom, split_top};
use super::widgets::hints::{Hint, Hints};
use super::widgets::input::Prompt;
use super::widgets::menu;
use super::widgets::span_styles::{put, put_line, small, tint_row};
use crate::command::{COMMANDS, Command};
use crate::overview::EnvironmentStatus;
use crate::text::{counted, harmless, truncate, width, wrap};
use crate::theme::Role;
use crate::world::Scope;

/// Draws the model and says what went where.
pub fn view(model: &Model, frame: &mut Frame<'_>) -> FrameInfo {
    let area = frame.area();
    let (shown, cursor) = paint(model, area, frame.buffer_mut());
    if let Some(cursor) = cursor {
        frame.set_cursor_position(cursor);
    }
    shown
}

/// The same into a buffer, with the place of the terminal's cursor.
pub fn paint(model: &Model, area: Rect, buf: &mut Buffer) -> (FrameInfo, Option<Position>) {
    let mut shown = FrameInfo::default();
    let (top, rest) = split_top(area, 1);
    let prompts =
        matches!(model.overlay, Overlay::Filter(_) | Overlay::Palette(_) | Overlay::Ask(_) | Overlay::Unlock(_));
    let lines = said(model, rest.width).len();
    let lines = if prompts { lines + 1 } else { lines }.clamp(1, usize::from(rest.height / 3).max(1));
    let (body, bottom) = split_bottom(rest, if rest.height > 1 { small(lines) } else { 0 });
    let (body, line) = split_bottom(body, u16::from(status::fits(area)));
    // What is said against what was typed stands below the prompt.
    let (bottom, below) = split_bottom(bottom, if prompts { bottom.height.saturating_sub(1) } else { 0 });
    header(model, top, buf, &mut shown);
    let body = framed(model, body, buf);
    // What is over grows no older on its page: its times are those of its end.
    let now = match model.here() {
        Some(Page::Progress(id, ..)) => model.ended_at(*id).unwrap_or(model.now),
        _ => model.now,
    };
    let (zone, hidden) = (&model.settings.zone, &model.preferences.hidden);
    let paint = Paint { theme: &model.theme, now, zone, marks: &model.marks, hidden, focused: true };
    match model.here() {
        Some(Page::Fleet(page)) => {
            let under = (model.environment(), model.preview.as_ref());
            fleet::view::draw(page, under, (paint, &model.world), body, buf, &mut shown);
        }
        Some(Page::Environment(_, page) | Page::Unassigned(page)) => {
            beside::draw(page, model, paint, body, buf, &mut shown);
        }
        Some(Page::List(page)) => beside::draw(&page.sheet, model, paint, body, buf, &mut shown),
        Some(
            Page::Schedule(_, page)
            | Page::Faults(page)
            | Page::Journal(page)
            | Page::Tunnels(page)
            | Page::Mutes(page)
            | Page::Progress(_, _, page),
        ) => {
            sheet(page, paint, body, buf, &mut shown);
        }
        Some(Page::Explain(page)) => sheet(&page.sheet, paint, body, buf, &mut shown),
        Some(Page::Timeline(page)) => sheet(&page.sheet, paint, body, buf, &mut shown),
        Some(Page::Detail(page)) => sheet(&page.sheet, paint, body, buf, &mut shown),
        Some(Page::Charts(page)) => {
            let zone = &model.settings.zone;
            let paint = charts::view::Paint { theme: &model.theme, world: &model.world, now: model.now, zone };
            charts::view::draw(page, paint, body, buf, &mut shown);
        }
        Some(Page::Logs(page)) => {
            let keys = (model.key_of(Command::Earlier), model.key_of(Command::Bottom));
            let zone = &model.settings.zone;
            let paint = logs::view::Paint { theme: &model.theme, now: model.now, zone, keys: (&keys.0, &keys.1) };
            logs::view::draw(page, paint, body, buf, &mut shown);
        }
        Some(Page::Viewer(page)) => viewer::view::draw(page, &model.theme, body, buf, &mut shown),
        None => {}
    }
    status::draw(model, line, buf, &mut shown);
    let whole = Rect { height: body.height + line.height + bottom.height, ..body };
    let cursor = match &model.overlay {
        Overlay::None => {
            footer(model, bottom, buf);
            None
        }
        Overlay::Filter(input) => Prompt { sign: "/", input, ghost: None, theme: &model.theme }.render(bottom, buf),
        Overlay::Palette(line) => palette::view::draw(line, &model.theme, whole, buf, &mut shown),
        Overlay::Menu(list) => {
            footer(model, bottom, buf);
            choices(model, list, body, buf, &mut shown);
            None
        }
        Overlay::Ask(ask) => {
            let sign = format!("{} ", ask.prompt);
            Prompt { sign: &sign, input: &ask.input, ghost: None, theme: &model.theme }.render(bottom, buf)
        }
        Overlay::Unlock(unlocking) => {
            let sign = format!("{} ", unlocking.prompt());
            Prompt { sign: &sign, input: &unlocking.input, ghost: None, theme: &model.theme }.render(bottom, buf)
        }
        Overlay::Hours(form) => {
            footer(model, bottom, buf);
            hours::view::draw(form, &super::hours::outcome(model, form), &model.theme, body, buf)
        }
        Overlay::Confirm(plan) => {
            footer(model, bottom, buf);
            confirm::view::draw(plan, &model.theme, body, buf, &mut shown)
        }
    };
    if prompts {
        notice(model, below, buf);
    }
    (shown, cursor)
}

/// The protected environment that the page is of, if it is of one: of rows over all environments it is of none.
fn protected(model: &Model) -> Option<&EnvironmentStatus> {
    let environment = match model.here()? {
        Page::Fleet(_) | Page::List(_) | Page::Mutes(_) | Page::Unassigned(_) | Page::Journal(_) | Page::Faults(_) => {
            None
        }
        Page::Progress(id, ..) => {
            let one = model.underway.iter().find(|one| one.id == *id)?;
            model.picture.environment(&one.plan.environment)
        }
        _ => model.environment().filter(|_| model.places.iter().any(Page::is_inside)),
    };
    environment.filter(|environment| environment.protected)
}

/// The body inside the frame of what is protected: on every page of such an environment, so that nobody takes it for
/// another. Its lines are double and it says so in words, so no colour is needed. A small terminal has the line alone.
fn framed(model: &Model, body: Rect, buf: &mut Buffer) -> Rect {
    let Some(environment) = protected(model) else { return body };
    if body.height < 4 || body.width < 20 {
        return body;
    }
    let style = model.theme.style(Role::Protected);
    let word =
        environment.stage.as_ref().map_or("protected".to_owned(), |stage| format!("{} · protected", harmless(stage)));
    let (line, rest) = split_top(body, 1);
    let whole = body.height >= FRAMED && body.width >= 40;
    let across = usize::from(line.width);
    let edge = if whole { format!("╔{}╗", "═".repeat(across.saturating_sub(2))) } else { "═".repeat(across) };
    put_line(buf, line, (0, 0), &edge, style);
    put_line(buf, line, (2, 0), &truncate(&format!(" ■ {word} "), across.saturating_sub(4)), style);
    if !whole {
        return rest;
    }
    let (rest, last) = split_bottom(rest, 1);
    put_line(buf, last, (0, 0), &format!("╚{}╝", "═".repeat(across.saturating_sub(2))), style);
    for y in 0..rest.height {
        put(buf, rest, (0, y), 1, "║", style);
        put(buf, rest, (rest.width.saturating_sub(1), y), 1, "║", style);
    }
    Rect { x: rest.x + 1, width: rest.width.saturating_sub(2), ..rest }
}

/// From so many rows on there is room for a frame.
const FRAMED: u16 = 12;

fn choices(model: &Model, list: &super::screens::menu::Menu, area: Rect, buf: &mut Buffer, shown: &mut FrameInfo) {
    let keyed = list.entries.iter().any(|entry| entry.key.is_some());
    let label = |entry: &super::screens::menu::Entry| match (&entry.key, keyed) {
        (_, false) => entry.label.clone(),
        (Some(key), true) => format!("{:<6} {}", key.to_string(), entry.label),
        (None, true) => format!("{:<6} {}", "", entry.label),
    };
    let entries: Vec<menu::Entry<'_>> = list
        .shown()
        .flatten()
        .map(|entry| menu::Entry {
            label: label(entry).into(),
            note: entry.note.as_str().into(),
            disabled_reason: entry.disabled_reason.as_deref().map(Into::into),
        })
        .collect();
    let filter = (list.typing || !list.filter.value().is_empty()).then(|| list.filter.value());
    let (inner, first) =
        menu::Menu { title: &list.title, filter, entries: &entries, selected: list.at, theme: &model.theme }
            .render(area, buf);
    for (line, at) in (first..entries.len()).enumerate().take(usize::from(inner.height)) {
        shown.entries.push((Zone { x: inner.x, y: inner.y + small(line), width: inner.width, height: 1 }, at));
    }
}

/// So many parts at the right of the header stand before the end of the path: faults, the banner, the clock.
const DEAR: usize = 3;

/// What the header says where nothing may be changed.
const READ_ONLY: &str = "read-only";

/// What stands at the right of the header, the dearest first.
fn status(model: &Model, shown: &mut FrameInfo) -> Vec<(String, Role)> {
    let mut parts = Vec::new();
    let faults = model.fault_count();
    if faults > 0 {
        parts.push((format!("{faults} {} !", if faults == 1 { "fault" } else { "faults" }), Role::Fault));
    }
    if let Some(banner) = &model.settings.banner {
        parts.push((banner.clone(), Role::Worrying));
    }
    parts.push((shown.clock(model.now, &model.settings.zone), Role::HeaderBar));
    parts.extend(age(model, shown));
    parts.extend(login(model));
    let tunnels = model.tunnels.len();
    if tunnels > 0 {
        parts.push((counted(tunnels, "tunnel"), Role::HeaderBar));
    }
    let underway = model.underway.iter().filter(|one| one.ended.is_none()).count();
    if underway > 0 {
        parts.push((format!("{underway} running"), Role::Changing));
    }
    if let Some((reading, since)) = model.waiting_for() {
        let waited = shown.ago(since, model.now);
        let waited = waited.strip_suffix(" ago").map_or("", |waited| waited).to_owned();
        parts.push((format!("waiting {waited} for {}", reading.kind).replace("  ", " "), Role::Changing));
    }
    parts
}

/// Until when the login lasts that ends first.
fn login(model: &Model) -> Option<(String, Role)> {
    let first = crate::engine::login::first_to_end(model.scopes.as_deref().unwrap_or_default().iter(), &model.world)?;
    let role = if first.ends_soon(model.now) { Role::Worrying } else { Role::HeaderBar };
    crate::engine::login::header(first, model.now, &model.settings.zone).map(|text| (text, role))
}

/// The accounts and regions that are read, the longest wording first: by name, else counted.
fn looked_at(model: &Model) -> Vec<String> {
    match model.scopes.as_deref().unwrap_or_default() {
        [] => Vec::new(),
        [one] => {
            let account = model.world.account(one).map(|account| format!(" {account}")).unwrap_or_default();
            vec![format!("{one}{account}")]
        }
        many => vec![many.iter().map(ToString::to_string).collect::<Vec<_>>().join(", "), places_counted(many)],
    }
}

/// `2 accounts`, `3 regions`, or both where both differ.
fn places_counted(scopes: &[Scope]) -> String {
    let sources: HashSet<_> = scopes.iter().map(|scope| &scope.source).collect();
    let regions: HashSet<_> = scopes.iter().map(|scope| &scope.region).collect();
    match (sources.len(), regions.len()) {
        (1, regions) => counted(regions, "region"),
        (sources, 1) => counted(sources, "account"),
        (sources, regions) => format!("{}, {}", counted(sources, "account"), counted(regions, "region")),
    }
}

fn age(model: &Model, shown: &mut FrameInfo) -> Option<(String, Role)> {
    let (done, all) = model.pacer.progress();
    if model.scopes.is_some() && done < all {
        return Some((format!("reading {done}/{all}"), Role::Changing));
    }
    let inside = model.places.iter().any(Page::is_inside);
    let oldest = match model.environment().filter(|_| inside) {
        Some(environment) => environment.read_at,
        None => model.picture.environments.iter().filter_map(|environment| environment.read_at).min(),
    };
    oldest.map(|at| (shown.ago(at, model.now), Role::HeaderBar))
}

/// What keeps rows from being shown, with how many are.
fn narrowed(sheet: &super::screens::sheet::Sheet) -> Option<String> {
    let mut message = String::new();
    if sheet.unwell() {
        message.push_str(" · only what is not well");
    }
    if !sheet.filter().is_empty() {
        message.push_str(&format!(" · /{}", sheet.filter()));
    }
    (!message.is_empty()).then(|| format!("{message} · {} of {}", sheet.len(), sheet.total()))
}

fn header(model: &Model, area: Rect, buf: &mut Buffer, shown: &mut FrameInfo) {
    let theme = &model.theme;
    tint_row(buf, area, 0, theme.style(Role::HeaderBar));
    let mut x = put(buf, area, (1, 0), 6, "toban", theme.style(Role::Accent)) + 3;
    if model.gate.read_only {
        // At any size: whoever may change nothing must see it. Where there is no room for both, the name gives way.
        let at = if usize::from(area.width) < 10 + width(READ_ONLY) { 0 } else { x - 1 };
        x = at + put_line(buf, area, (at, 0), READ_ONLY, theme.style(Role::Worrying).patch(bar(model))) + 2;
    }
    if let Some((lock, next)) = super::locks::sign(model).filter(|_| !model.gate.read_only) {
        x = x.saturating_sub(1)
            + put_line(buf, area, (x.saturating_sub(1), 0), &lock, theme.style(Role::Worrying).patch(bar(model)))
            + 2;
        if let Some(secs) = next {
            shown.until_in(secs, model.now);
        }
    }
    let titles: Vec<String> = model.places.iter().map(Page::title).collect();
    let narrowed = model.sheet().and_then(narrowed);
    let mut path = match titles.as_slice() {
        [_] if narrowed.is_none() && !model.picture.environments.is_empty() => {
            format!("fleet · {}", fleet::summary(&model.picture))
        }
        [_] => "fleet".to_owned(),
        [_, below @ ..] => below.join(" › "),
        [] => String::new(),
    };
    if let Some(narrowed) = narrowed {
        path.push_str(&narrowed);
    }
    if !model.marks.is_empty() {
        let of = model.marks.first().and_then(|mark| model.home_of(mark));
        let here = model.environment().map(|environment| environment.name.clone());
        let inside = of.as_ref().filter(|of| here.as_ref() != Some(of)).map(|of| format!(" in {of}"));
        path.push_str(&format!(" · {} marked{}", model.marks.len(), inside.unwrap_or_default()));
    }
    let path = harmless(&path).into_owned();
    // The path may take what it needs beside faults, the banner and the clock; of the rest, what is dearest stays.
    let status = status(model, shown);
    let is_dear = |role: Role| matches!(role, Role::Fault | Role::Worrying | Role::HeaderBar);
    let dear = status.iter().take(DEAR).filter(|(_, role)| is_dear(*role)).map(|(text, _)| width(text) + 3).sum();
    let free = usize::from(area.width.saturating_sub(x));
    let least = usize::from(area.width) / 3;
    let mut room = free.saturating_sub(width(&path).min(free.saturating_sub(dear).max(least)));
    let mut kept = Vec::new();
    for (text, role) in status {
        let text = harmless(&text).into_owned();
        if width(&text) + 3 <= room {
            room -= width(&text) + 3;
            kept.push((text, role));
        }
    }
    // A high screen tells them in its status line.
    let below = status::fits(buf.area);
    let places = looked_at(model).into_iter().map(|text| harmless(&text).into_owned());
    kept.extend(places.filter(|text| !below && width(text) + 3 <= room).take(1).map(|text| (text, Role::Dim)));
    kept.reverse();
    let taken: usize = kept.iter().map(|(text, _)| width(text) + 3).sum();
    let room = usize::from(area.width.saturating_sub(x)).saturating_sub(taken);
    put(buf, area, (x, 0), small(room), &nearest(&path, room), theme.style(Role::Title).patch(bar(model)));
    x = area.width.saturating_sub(small(taken));
    for (at, (text, role)) in kept.iter().enumerate() {
        let gap = if at == 0 { "  " } else { "· " };
        x += put_line(buf, area, (x, 0), gap, theme.style(Role::Faint).patch(bar(model)));
        x += put_line(buf, area, (x, 0), text, theme.style(*role).patch(bar(model))) + 1;
    }
}

/// A path in so many columns: where one is stays, and what leads there goes, from its beginning.
fn nearest(path: &str, columns: usize) -> String {
    const STEP: &str = " › ";
    let mut rest = path;
    while width(rest) + if rest.len() < path.len() { width("… › ") } else { 0 } > columns {
        let Some((_, after)) = rest.split_once(STEP) else { break };
        rest = after;
    }
    if rest.len() == path.len() { truncate(path, columns) } else { truncate(&format!("…{STEP}{rest}"), columns) }
}

/// The header's ground without its ink, so that roles keep their colour on it.
fn bar(model: &Model) -> ratatui::style::Style {
    let style = model.theme.style(Role::HeaderBar);
    ratatui::style::Style { fg: None, ..style }
}

/// What is said at the moment; `false` if nothing is.
fn notice(model: &Model, area: Rect, buf: &mut Buffer) -> bool {
    let theme = &model.theme;
    if let Some((level, _)) = model.notices.now() {
        let role = match level {
            Level::Info => Role::Notice,
            Level::Fault => Role::Fault,
        };
        let lines = said(model, area.width);
        let cut = lines.len() > usize::from(area.height);
        for (at, line) in lines.iter().take(usize::from(area.height)).enumerate() {
            let goes_on = if cut && at + 1 == usize::from(area.height) { " …" } else { "" };
            put_line(buf, area, (1, small(at)), &format!("{line}{goes_on}"), theme.style(role));
        }
        return true;
    }
    false
}

fn footer(model: &Model, area: Rect, buf: &mut Buffer) {
    if notice(model, area, buf) {
        return;
    }
    let theme = &model.theme;
    let hints = match model.overlay {
        Overlay::Menu(_) => menu_hints(model),
        // A plan says itself which keys answer it.
        Overlay::Confirm(_) | Overlay::Hours(_) => Vec::new(),
        Overlay::None | Overlay::Filter(_) | Overlay::Palette(_) | Overlay::Ask(_) | Overlay::Unlock(_) => {
            place_hints(model)
        }
    };
    let (_, line) = crate::console::widgets::area::split_left(area, 1);
    Hints { hints: &hints, theme }.render(line, buf);
}

/// The lines of what is said at the moment, at the bottom; below a prompt where there is one.
fn said(model: &Model, columns: u16) -> Vec<String> {
    let text = model.notices.now().map(|(_, text)| harmless(text));
    text.map(|text| wrap(&text, usize::from(columns.saturating_sub(2)))).unwrap_or_default()
}

fn hint(model: &Model, command: Command, words: &'static str) -> Option<Hint<'static>> {
    Some(Hint::new(model.settings.keymap.shown(command)?, words))
}

/// What can be done in a place. Commands that need something which is not there are left to the help.
fn place_hints(model: &Model) -> Vec<Hint<'static>> {
    let place = model.place();
    let mut hints: Vec<Hint<'_>> = Vec::new();
    if model.places.len() > 1 {
        hints.extend(hint(model, Command::Back, "back"));
    }
    if model.expired().is_some() && model.login_source().is_some() {
        hints.push(Hint::new(":login", "log in again"));
    }
    if COMMANDS.iter().any(|spec| spec.command == Command::RollBack && spec.at.contains(&place))
        && super::roll_back::failing(model).is_some()
    {
        hints.extend(hint(model, Command::RollBack, "roll back"));
    }
    let here = COMMANDS.iter().filter(|spec| spec.at.contains(&place) && model.usable(spec.needs));
    hints.extend(here.filter_map(|spec| hint(model, spec.command, spec.hint?)));
    hints
}

/// What can be done in a menu: it moves as a table does.
fn menu_hints(model: &Model) -> Vec<Hint<'static>> {
    let moves = [(Command::Open, "choose"), (Command::Back, "close"), (Command::Down, "down"), (Command::Up, "up")];
    let moves = moves.into_iter().filter_map(|(command, words)| hint(model, command, words));
    moves.chain(hint(model, Command::Filter, "filter")).collect()
}

#[cfg(test)]
mod tests;
