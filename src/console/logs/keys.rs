//! What the keys of a page of log lines do.
//! Changes the model only; nothing here reads or draws.

use jiff::{SignedDuration, Timestamp};
use serde_json::json;

use super::{Subject, WINDOW, enter, span_of};
use crate::console::effect::Effect;
use crate::console::model::Model;
use crate::console::page::Page;
use crate::console::screens::logs::{LogView, Only};
use crate::console::screens::viewer::Viewer;
use crate::display::{Cell, Tone};
use crate::kinds::ecs_task::Task;
use crate::logs::field::pretty;
use crate::logs::filter::server_pattern;
use crate::logs::store::Kind;
use crate::logs::{LineFilter, Wanted, parse_moment};
use crate::text::{counted, stamp};
use crate::world::{Resource, ResourceId};

fn page(model: &mut Model) -> Option<&mut LogView> {
    match model.places.last_mut() {
        Some(Page::Logs(view)) => Some(view),
        _ => None,
    }
}

/// Shows fewer lines while it is typed; the cursor stays where it was, or follows.
pub(crate) fn filter(view: &mut LogView, text: &str) {
    view.filter = LineFilter::new(text);
    view.select();
}

/// Stops asking for lines, or goes on.
pub(crate) fn pause(model: &mut Model) {
    let now = model.now;
    let Some(view) = page(model) else { return };
    let paused = !view.feed.tail.is_paused();
    view.feed.tail.pause(paused);
    let message = if paused { "paused: nothing is read until you go on" } else { "reading on from the last line" };
    model.notices.info(now, message);
}

/// Shows lines of one task only, or of all again.
pub(crate) fn one_task(model: &mut Model) {
    let now = model.now;
    let Some(view) = page(model) else { return };
    if view.only != Only::All {
        view.only = Only::All;
        view.select();
        return;
    }
    match view.current().filter(|line| line.kind == Kind::Line).map(|line| line.stream) {
        Some(stream) => {
            view.only = Only::Stream(stream);
            view.grouped = None;
            view.select();
        }
        None => model.notices.info(now, "this line is no task's"),
    }
}

/// Shows templates instead of lines, or lines again.
pub(crate) fn group(model: &mut Model) {
    let Some(view) = page(model) else { return };
    view.grouped = match view.grouped {
        Some(_) => None,
        None => Some(view.templates().first().map_or(0, |template| template.id)),
    };
    if let Only::Template(_) = view.only {
        view.only = Only::All;
        view.select();
    }
}

/// Breaks long lines, or cuts them.
pub(crate) fn wrap(model: &mut Model) {
    let now = model.now;
    let Some(view) = page(model) else { return };
    view.wrap = !view.wrap;
    let message = if view.wrap { "long lines are broken" } else { "long lines are cut" };
    model.notices.info(now, message);
}

/// Shows JSON by its words and fields, or as it was written.
pub(crate) fn fields(model: &mut Model) {
    let now = model.now;
    let Some(view) = page(model) else { return };
    view.fields = !view.fields;
    let message = if view.fields { "JSON is shown by its words and fields" } else { "JSON is shown as it was written" };
    model.notices.info(now, message);
}

/// Reads what was before.
pub(crate) fn earlier(model: &mut Model) {
    let now = model.now;
    let zone = model.settings.zone.clone();
    let Some(view) = page(model) else { return };
    let from = view.feed.tail.span().from;
    let earlier = from.checked_sub(WINDOW).unwrap_or(from);
    view.feed.tail.reach_back(earlier, now);
    let message = format!("reading from {} on", crate::text::moment(earlier, now, &zone));
    model.notices.info(now, message);
}

/// Goes to a moment.
pub(crate) fn go_to(model: &mut Model, text: Option<&str>) {
    let now = model.now;
    let height = model.shown.page;
    let Some(text) = text else {
        model.notices.info(now, "type a time behind it: :at 14:02, :at 5m");
        return;
    };
    let at = match parse_moment(text, now, &model.settings.zone) {
        Ok(at) => at,
        Err(why) => {
            model.notices.fault(now, why);
            return;
        }
    };
    let Some(view) = page(model) else { return };
    if at < view.feed.tail.span().from {
        view.feed.tail.reach_back(at.checked_sub(SignedDuration::from_mins(1)).unwrap_or(at), now);
    }
    if !view.go_to(at, height) {
        model.notices.info(now, "no line is as late as that");
    }
}

/// Reads anew from a moment on.
pub(crate) fn since(model: &mut Model, text: Option<&str>) {
    let now = model.now;
    let Some(text) = text else {
        model.notices.info(now, "type a time behind it: :since 3h, :since 14:00");
        return;
    };
    match parse_moment(text, now, &model.settings.zone) {
        Ok(from) => again(model, |span| span.from = from),
        Err(why) => {
            model.notices.fault(now, why);
        }
    }
}

/// Lets AWS look for a text or pattern, or for everything again.
pub(crate) fn grep(model: &mut Model, text: Option<&str>) {
    let pattern = text.map(str::trim).filter(|text| !text.is_empty()).map(server_pattern);
    let known = page(model).map(|view| view.feed.tail.span().pattern.clone());
    if known == Some(pattern.clone()) {
        let now = model.now;
        let said = if pattern.is_none() { "AWS is asked for every line already" } else { "AWS looks for that already" };
        return model.notices.info(now, said);
    }
    again(model, |span| span.pattern = pattern);
}

/// Opens the page anew with another span, in place of this one.
fn again(model: &mut Model, change: impl FnOnce(&mut crate::logs::Span)) {
    let Some(view) = page(model) else { return };
    let mut span = view.feed.tail.span().clone();
    change(&mut span);
    let subject = Subject {
        title: view.title.clone(),
        environment: view.environment.clone(),
        owners: view.owners.clone(),
        is_whole: view.is_whole,
        beside: view.beside.clone(),
        wanted: view.wanted.clone(),
    };
    let (only, text) = (view.only.clone(), view.filter.text.clone());
    model.places.pop();
    enter(model, subject, span);
    if let (Some(view), Only::All) = (page(model), only) {
        filter(view, &text);
    }
}

/// Opens the logs of the task that stopped before the one that is shown or under the cursor.
pub(crate) fn previous(model: &mut Model) {
    let now = model.now;
    let Some((subject, id)) = before(model) else {
        model.notices.info(now, "no task that stopped before it is known: AWS forgets them after an hour");
        return;
    };
    let span = span_of(model, std::slice::from_ref(&id));
    enter(model, subject, span);
}

fn before(model: &Model) -> Option<(Subject, ResourceId)> {
    let Some(Page::Logs(view)) = model.here() else { return None };
    let owner = view.owners.first()?;
    let of_line = view.current().and_then(|line| view.feed.store.stream(line.stream)?.told.task.clone());
    let tasks = || model.world.all::<Task>(&owner.scope);
    let here = model.world.get::<Task>(owner).or_else(|| {
        let task = of_line?;
        tasks().find(|other| other.arn.last() == &*task)
    });
    let service = match here {
        Some(task) => (task.group.clone(), task.cluster.clone()),
        None => {
            let service = model.world.get::<crate::kinds::ecs_service::Service>(owner)?;
            (Some(format!("service:{}", service.name)), service.cluster.clone())
        }
    };
    // What stopped before this one began, or else before now: the newest of them.
    let begun = here.and_then(|task| task.created_at).unwrap_or(model.now);
    let older = tasks().filter(|task| task.group == service.0 && task.cluster.last() == service.1.last());
    let older = older.filter(|task| here.is_none_or(|here| here.arn != task.arn));
    let found = older.filter(|task| task.stopped_at.is_some_and(|at| at <= begun));
    let task = found.max_by_key(|task| task.stopped_at)?;
    let id = task.id(&owner.scope);
    let short: String = task.arn.last().chars().take(8).collect();
    let subject = Subject {
        title: format!("logs of {short}, which stopped"),
        environment: view.environment.clone(),
        owners: vec![id.clone()],
        is_whole: false,
        beside: vec![id.clone()],
        wanted: Wanted::default(),
    };
    Some((subject, id))
}

/// Shows the line under the cursor whole; of a template, its lines.
pub(crate) fn open_line(model: &mut Model) {
    let now = model.now;
    let zone = model.settings.zone.clone();
    let Some(view) = page(model) else { return };
    if let Some(id) = view.grouped.take() {
        view.only = Only::Template(id);
        view.cursor = None;
        view.select();
        return;
    }
    let Some(line) = view.current() else {
        model.notices.info(now, "there is no line here");
        return;
    };
    let stream = view.feed.store.stream(line.stream);
    let at = Timestamp::from_millisecond(line.key.at).unwrap_or_default();
    let place = stream.and_then(|stream| view.feed.tail.source(stream.source)).map(|source| source.origin.place());
    let mut lines = vec![Cell::dim(format!("{}  {}", stamp(at, &zone), line.level.word()))];
    if let (Some(place), Some(stream)) = (place, stream) {
        lines.push(Cell::dim(format!("{place}  {}", stream.name)));
    }
    lines.push(Cell::plain(""));
    let text = pretty(line.text).unwrap_or_else(|| line.text.to_owned());
    // A line of a quarter of a megabyte is broken here, or every key would lay it out again.
    let pieces = text.lines().flat_map(|line| pieces(line, 2_000));
    lines.extend(pieces.map(|text| Cell { text: text.to_owned(), tone: Tone::Plain }));
    let name = line.text.chars().take(200).collect::<String>();
    model.enter(Page::Viewer(Viewer::new("a line", name, lines)));
}

/// A text in pieces of at most so many bytes.
fn pieces(text: &str, most: usize) -> Vec<&str> {
    let mut pieces = Vec::new();
    let mut rest = text;
    while rest.len() > most {
        let mut end = most;
        while !rest.is_char_boundary(end) {
            end -= 1;
        }
        let (piece, after) = rest.split_at(end);
        pieces.push(piece);
        rest = after;
    }
    pieces.push(rest);
    pieces
}

/// Copies the line under the cursor, or the template.
pub(crate) fn copy_line(model: &mut Model) -> Vec<Effect> {
    let now = model.now;
    let Some(view) = page(model) else { return Vec::new() };
    let text = match view.grouped {
        Some(id) => view.feed.miner.template(id).map(|template| template.text()),
        None => view.current().map(|line| line.text.to_owned()),
    };
    let Some(text) = text else {
        model.notices.info(now, "there is no line to copy");
        return Vec::new();
    };
    model.notices.info(now, "copied the line");
    vec![Effect::Copy(text)]
}

/// Writes the lines that are shown to a file.
pub(crate) fn save(model: &mut Model, name: Option<&str>) -> Vec<Effect> {
    let zone = model.settings.zone.clone();
    let now = model.now;
    let Some(view) = page(model) else { return Vec::new() };
    let mut text = String::new();
    for line in (0..view.len()).filter_map(|place| view.line(place)) {
        let at = Timestamp::from_millisecond(line.key.at).unwrap_or_default().to_zoned(zone.clone());
        let at = at.strftime("%Y-%m-%dT%H:%M:%S%.3f%:z");
        let stream = view.feed.store.stream(line.stream).map(|stream| stream.name.to_string()).unwrap_or_default();
        match line.kind {
            Kind::Line => text.push_str(&format!("{at} {stream} {}\n", line.text)),
            Kind::Mark => text.push_str(&format!("{at} -- {}\n", json!(line.text))),
            Kind::Gap => text.push_str(&format!("{at} -- lines may be missing: {}\n", json!(line.text))),
        }
    }
    let lines = counted(view.len(), "line");
    let stem: String = view.title.chars().map(|c| if c.is_alphanumeric() || c == '-' { c } else { '-' }).collect();
    let named = name
        .map(str::to_owned)
        .unwrap_or_else(|| format!("{stem}-{}.log", now.to_zoned(zone).strftime("%Y%m%dT%H%M%S")));
    model.notices.info(now, format!("writing {lines} to {named}…"));
    vec![Effect::SaveText(named, text)]
}
