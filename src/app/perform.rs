//! What each command does to the model. One arm a command; the table in `command` says where each
//! is offered and what it needs, and that is checked here once for all.

use std::collections::BTreeSet;

use tui_input::Input;

use super::effect::Effect;
use super::meant::meant;
use super::model::Model;
use super::overlay::Overlay;
use super::place::Place;
use super::settings::Choice;
use crate::command::{COMMANDS, Command, Need, Where};
use crate::kinds::{Cell, Tone, kind};
use crate::screens::detail::{Around, description};
use crate::screens::environment;
use crate::screens::menu::{Entry, Menu, Pick};
use crate::screens::palette::{Known, Meaning, Palette};
use crate::screens::sheet::{Door, Sheet, Sorting};
use crate::screens::viewer::{self, Viewer};
use crate::theme::Theme;
use crate::world::EnvironmentName;

/// What happens once the first frame is on the screen.
pub(super) fn start(model: &mut Model) -> Vec<Effect> {
    model.asking = true;
    vec![Effect::Scopes, Effect::Journal]
}

/// Runs a command, with what was typed behind it, if it can be used here.
pub fn perform(model: &mut Model, command: Command, argument: Option<&str>) -> Vec<Effect> {
    if let Some(why) = model.barred(command.spec().needs) {
        model.notices.info(model.now, why);
        model.dirty = true;
        return Vec::new();
    }
    model.dirty = true;
    match command {
        Command::Down => step(model, 1),
        Command::Up => step(model, -1),
        Command::Top => step(model, isize::MIN / 2),
        Command::Bottom => step(model, isize::MAX / 2),
        Command::PageDown => step(model, page(model)),
        Command::PageUp => step(model, -page(model)),
        Command::NextPanel => panel(model, true),
        Command::PreviousPanel => panel(model, false),
        Command::Open => open(model),
        Command::Back => back(model),
        Command::Leave if model.places.len() > 1 => leave(model),
        Command::Leave | Command::Quit => return vec![Effect::Quit],
        Command::Filter => filter(model),
        Command::Search => search(model),
        Command::SearchNext => seek(model, false),
        Command::SearchPrevious => seek(model, true),
        Command::Palette => model.overlay = Overlay::Palette(Box::new(Palette::new(model.place(), known(model)))),
        Command::Help => help(model),
        Command::Actions => actions(model),
        Command::Unwell => unwell(model),
        Command::Sort => sort(model),
        Command::Faults => {
            go(model, Place::Faults(Sheet::default()));
            return vec![Effect::Journal];
        }
        Command::Unassigned => go(model, Place::Unassigned(Sheet::default())),
        Command::Describe => describe(model),
        Command::Raw => raw(model),
        Command::Mark => mark(model),
        Command::CopyName => return copy_name(model),
        Command::CopyCell => copy_cell(model),
        Command::Web => return model.web().map(Effect::Browse).into_iter().collect(),
        Command::Login => return model.login_source().cloned().map(Effect::Login).into_iter().collect(),
        Command::Refresh => return refresh(model),
        Command::Mouse => return mouse(model),
        Command::Suspend => return vec![Effect::Suspend],
        Command::Env => env(model, argument),
        Command::Profile => return profile(model, argument),
        Command::Region => return region(model, argument),
        Command::Theme => return theme(model, argument),
    }
    Vec::new()
}

/// Runs what was typed.
pub(super) fn run_line(model: &mut Model, meaning: &Meaning) -> Vec<Effect> {
    match meaning {
        Meaning::Nothing => Vec::new(),
        Meaning::Unknown(why) => {
            model.notices.fault(model.now, why.clone());
            Vec::new()
        }
        Meaning::Command(command, argument) => perform(model, *command, argument.as_deref()),
    }
}

/// Does what the menu's entry under the cursor says; one that is barred says why and stays.
pub(super) fn choose(model: &mut Model, menu: Menu) -> Vec<Effect> {
    let Some(entry) = menu.current().cloned() else { return Vec::new() };
    if let Some(why) = entry.barred {
        model.notices.info(model.now, format!("{}: {why}", entry.label));
        model.overlay = Overlay::Menu(Box::new(menu));
        return Vec::new();
    }
    match entry.pick {
        Pick::Command(command) => perform(model, command, None),
        Pick::Profile(name) => profile(model, Some(&name)),
        Pick::Region(name) => region(model, Some(&name)),
        Pick::Theme(name) => theme(model, Some(&name)),
        Pick::Sort(sorting) => {
            if let Some(sheet) = model.sheet_mut() {
                sheet.sort(sorting);
            }
            Vec::new()
        }
        Pick::Copy(text) => copy(model, text),
    }
}

/// Moves the cursor, or the text.
pub(super) fn step(model: &mut Model, delta: isize) {
    let shown = model.shown.clone();
    let theme = model.theme.clone();
    match model.places.last_mut() {
        Some(Place::Viewer(viewer)) => viewer.place = viewer::view::moved(viewer, &theme, delta, &shown),
        Some(place) => {
            if let Some(sheet) = place.sheet_mut() {
                sheet.step(delta);
            }
        }
        None => {}
    }
    seen(model);
}

/// The reader looked at the row under the cursor: its mark of change goes.
fn seen(model: &mut Model) {
    let Some(door) = model.door().cloned() else { return };
    let before = model.changed.len();
    match &door {
        Door::Resource(id) => model.changed.retain(|changed, _| changed.key != id.key),
        Door::Environment(name) => {
            if let Some(environment) = model.picture.environment(name) {
                let mine: BTreeSet<_> = environment.members.iter().map(|member| &member.id.key).collect();
                model.changed.retain(|changed, _| !mine.contains(&changed.key));
            }
        }
    }
    if model.changed.len() != before {
        model.refill(false);
    }
}

fn page(model: &Model) -> isize {
    isize::try_from(model.shown.page.saturating_sub(1).max(1)).unwrap_or(1)
}

fn panel(model: &mut Model, forward: bool) {
    if let Some(sheet) = model.sheet_mut() {
        sheet.panel(forward);
    }
    seen(model);
}

fn open(model: &mut Model) {
    match model.door().cloned() {
        Some(Door::Environment(name)) => {
            seen(model);
            model.enter(Place::Environment(name, Sheet::default()));
        }
        // The head of a page leads to the page it is on.
        Some(Door::Resource(id)) if matches!(model.here(), Some(Place::Detail(page)) if page.id == id) => {
            model.notices.info(model.now, "this is its page");
        }
        Some(Door::Resource(id)) => {
            seen(model);
            let page = model.page_of(&id);
            model.enter(page);
        }
        None => {}
    }
}

/// Takes back one thing: what narrows the rows, then the place; in the fleet, the order is found again.
fn back(model: &mut Model) {
    let narrowed = model.sheet().is_some_and(|sheet| !sheet.filter().is_empty() || sheet.unwell());
    if let Some(Place::Viewer(viewer)) = model.places.last_mut()
        && !viewer.search.is_empty()
    {
        viewer.search.clear();
        return;
    }
    if narrowed {
        if let Some(sheet) = model.sheet_mut() {
            sheet.set_filter("");
            sheet.set_unwell(false);
        }
        return;
    }
    if model.places.len() > 1 {
        leave(model);
        return;
    }
    if !model.marks.is_empty() {
        model.marks.clear();
        return;
    }
    if let Some(sheet) = model.sheet_mut() {
        sheet.release();
    }
    model.refill(true);
}

fn leave(model: &mut Model) {
    if model.places.len() > 1 {
        model.places.pop();
        model.refocus();
        model.refill(false);
    }
}

/// Goes to a place, unless the reader is there already.
fn go(model: &mut Model, place: Place) {
    if model.place() != place.place() {
        model.enter(place);
    }
}

fn filter(model: &mut Model) {
    let text = model.sheet().map(|sheet| sheet.filter().to_owned()).unwrap_or_default();
    model.overlay = Overlay::Filter(Input::new(text));
}

fn search(model: &mut Model) {
    model.overlay = Overlay::Filter(Input::default());
}

fn seek(model: &mut Model, backwards: bool) {
    let now = model.now;
    if let Some(Place::Viewer(viewer)) = model.places.last_mut() {
        if viewer.search.is_empty() {
            model.notices.info(now, "nothing is looked for; / looks for a word");
        } else if !viewer.seek(backwards) {
            let says = format!("{:?} is nowhere in this text", viewer.search);
            model.notices.info(now, says);
        }
    }
}

fn unwell(model: &mut Model) {
    if let Some(sheet) = model.sheet_mut() {
        let unwell = !sheet.unwell();
        sheet.set_unwell(unwell);
    }
}

fn refresh(model: &mut Model) -> Vec<Effect> {
    model.refill(true);
    model.pacer.refresh(model.now);
    model.identified.clear();
    if let Some(Place::Detail(page)) = model.places.last_mut() {
        page.asked_at = None;
    }
    model.notices.info(model.now, "reading again…");
    if model.scopes.is_none() && !model.asking {
        model.asking = true;
        return vec![Effect::Scopes];
    }
    Vec::new()
}

fn mouse(model: &mut Model) -> Vec<Effect> {
    model.mouse = !model.mouse;
    let key = model.settings.keymap.shown(Command::Mouse).unwrap_or_else(|| ":mouse".to_owned());
    model.notices.info(
        model.now,
        if model.mouse {
            "the mouse selects and scrolls again".to_owned()
        } else {
            format!("the mouse is yours: select text with it; {key} takes it back")
        },
    );
    vec![Effect::Mouse(model.mouse)]
}

fn around(model: &Model) -> Around<'_> {
    Around { world: &model.world, picture: &model.picture, now: model.now, zone: &model.settings.zone }
}

fn describe(model: &mut Model) {
    let (name, lines) = match (model.door(), model.resource()) {
        (Some(Door::Environment(name)), _) => match model.picture.environment(name) {
            Some(found) => (name.to_string(), environment::description(found)),
            None => return,
        },
        (_, Some(id)) => {
            let title = kind(id.kind).and_then(|kind| kind.title(&model.world, id));
            (title.unwrap_or_else(|| id.key.to_string()), description(id, around(model)))
        }
        _ => match model.environment() {
            Some(found) => (found.name.to_string(), environment::description(found)),
            None => {
                model.notices.info(model.now, "there is nothing to describe in this row");
                return;
            }
        },
    };
    model.enter(Place::Viewer(Viewer::new(format!("about {name}"), name, lines)));
}

fn raw(model: &mut Model) {
    let Some(id) = model.resource().cloned() else { return };
    let of = kind(id.kind);
    match of.and_then(|kind| kind.document(&model.world, &id)) {
        Some(document) => {
            let name = of.and_then(|kind| kind.title(&model.world, &id)).unwrap_or_else(|| id.key.to_string());
            model.enter(Place::Viewer(Viewer::document(&name, document)));
        }
        None => model.notices.info(model.now, "it is not there any more"),
    }
}

fn mark(model: &mut Model) {
    match model.door().cloned() {
        Some(door) => {
            if !model.marks.remove(&door) {
                model.marks.insert(door);
            }
            if let Some(sheet) = model.sheet_mut() {
                sheet.step(1);
            }
        }
        None => model.notices.info(model.now, "only rows that lead somewhere can be marked"),
    }
}

fn copy(model: &mut Model, text: String) -> Vec<Effect> {
    let lines = text.lines().count();
    let says = if lines > 1 { format!("copied {lines} names") } else { format!("copied {text}") };
    model.notices.info(model.now, says);
    vec![Effect::Copy(text)]
}

fn copy_name(model: &mut Model) -> Vec<Effect> {
    let marked = model.sheet().map(|sheet| sheet.names_of(&model.marks.iter().collect())).unwrap_or_default();
    if !marked.is_empty() {
        return copy(model, marked.join("\n"));
    }
    let name = model.row().map(|item| item.name.clone()).unwrap_or_default();
    copy(model, crate::text::mask_text(&name).into_owned())
}

fn copy_cell(model: &mut Model) {
    let Some((block, item)) = model.sheet().and_then(Sheet::current) else { return };
    let entries = item
        .look
        .texts()
        .into_iter()
        .enumerate()
        .filter(|(_, text)| !text.trim().is_empty() && *text != "–")
        .map(|(at, text)| {
            let label = block.columns.get(at).map_or("", |column| column.title);
            let text = crate::text::mask_text(text).into_owned();
            Entry { label: text.clone(), note: label.to_lowercase(), barred: None, pick: Pick::Copy(text) }
        })
        .collect();
    model.overlay = Overlay::Menu(Box::new(Menu::new("copy", entries)));
}

fn actions(model: &mut Model) {
    let name = model.row().map(|item| item.name.clone()).unwrap_or_default();
    let place = model.place();
    let entries = COMMANDS
        .iter()
        .filter(|spec| spec.action && (spec.at.contains(&place)))
        // Logging in belongs to the actions only where something ran out, or nobody would find the others.
        .filter(|spec| spec.needs != Need::Login || model.expired().is_some())
        .map(|spec| Entry {
            label: format!("{:<6} {}", model.settings.keymap.shown(spec.command).unwrap_or_default(), spec.name),
            note: spec.says.to_owned(),
            barred: model.barred(spec.needs),
            pick: Pick::Command(spec.command),
        })
        .collect();
    model.overlay = Overlay::Menu(Box::new(Menu::new(name, entries)));
}

fn sort(model: &mut Model) {
    let Some(sheet) = model.sheet() else { return };
    let block = sheet.current().map(|(block, _)| block).filter(|block| !block.columns.is_empty());
    let Some(block) = block else {
        model.notices.info(model.now, "this panel has no columns to sort by; tab goes to the next");
        return;
    };
    let now = sheet.sorting().filter(|sorting| sorting.block == block.key).cloned();
    let own = Entry {
        label: "its own order".to_owned(),
        note: if now.is_none() { "now" } else { "worst first, then by name" }.to_owned(),
        barred: None,
        pick: Pick::Sort(None),
    };
    let columns = block.columns.iter().enumerate().map(|(column, spec)| {
        let current = now.as_ref().filter(|sorting| sorting.column == column);
        // Choosing the same column again turns it around.
        let descending = current.is_some_and(|sorting| !sorting.descending);
        let note = match current {
            Some(sorting) if sorting.descending => "now, largest first",
            Some(_) => "now, smallest first; again turns it around",
            None => "",
        };
        Entry {
            label: spec.title.to_lowercase(),
            note: note.to_owned(),
            barred: None,
            pick: Pick::Sort(Some(Sorting { block: block.key.clone(), column, descending })),
        }
    });
    let entries: Vec<Entry> = std::iter::once(own).chain(columns).collect();
    let mut menu = Menu::new("sort by", entries);
    menu.at = now.map_or(0, |sorting| sorting.column + 1);
    model.overlay = Overlay::Menu(Box::new(menu));
}

fn known(model: &Model) -> Known {
    Known {
        environments: model.picture.environments.iter().map(|environment| environment.name.to_string()).collect(),
        regions: regions(model),
        profiles: model.settings.profiles.clone(),
        themes: Theme::built_in_names().map(str::to_owned).collect(),
    }
}

fn regions(model: &Model) -> Vec<String> {
    let mut regions: Vec<String> = model.scopes.iter().flatten().map(|scope| scope.region.to_string()).collect();
    regions.extend(model.settings.regions.iter().cloned());
    let mut seen = BTreeSet::new();
    regions.retain(|region| seen.insert(region.clone()));
    regions
}

fn env(model: &mut Model, name: Option<&str>) {
    let Some(name) = name else {
        model.places.truncate(1);
        model.refocus();
        return;
    };
    let names: Vec<&EnvironmentName> = model.picture.environments.iter().map(|environment| &environment.name).collect();
    match meant(name, &names).cloned() {
        Ok(name) => {
            model.places.truncate(1);
            model.enter(Place::Environment(name, Sheet::default()));
        }
        Err(why) => model.notices.fault(model.now, why),
    }
}

fn picker(model: &mut Model, title: &str, nothing: &str, entries: Vec<(String, bool, Pick)>) {
    if entries.is_empty() {
        model.notices.info(model.now, nothing);
        return;
    }
    let at = entries.iter().position(|(_, now, _)| *now).unwrap_or(0);
    let entries = entries
        .into_iter()
        .map(|(label, now, pick)| Entry { label, note: if now { "now" } else { "" }.to_owned(), barred: None, pick })
        .collect();
    let mut menu = Menu::new(title, entries);
    menu.at = at;
    model.overlay = Overlay::Menu(Box::new(menu));
}

fn profile(model: &mut Model, name: Option<&str>) -> Vec<Effect> {
    let Some(name) = name else {
        let now = model.choice.profile.clone();
        let entry = |name: &String| (name.clone(), now.as_ref() == Some(name), Pick::Profile(name.clone()));
        let entries = model.settings.profiles.iter().map(entry).collect();
        picker(model, "profile", "no profiles were found; :profile NAME takes one by its name", entries);
        return Vec::new();
    };
    let choice = Choice { profile: Some(name.to_owned()), ..model.choice.clone() };
    reopen(model, choice)
}

fn region(model: &mut Model, name: Option<&str>) -> Vec<Effect> {
    let Some(name) = name else {
        let now: Vec<String> = model.scopes.iter().flatten().map(|scope| scope.region.to_string()).collect();
        let entry = |name: String| (name.clone(), now.contains(&name), Pick::Region(name));
        let entries = regions(model).into_iter().map(entry).collect();
        picker(model, "region", "no regions are known; :region NAME takes one by its name", entries);
        return Vec::new();
    };
    let choice = Choice { region: Some(name.to_owned()), ..model.choice.clone() };
    reopen(model, choice)
}

/// Everything known belongs to the cloud that is left.
fn reopen(model: &mut Model, choice: Choice) -> Vec<Effect> {
    model.generation += 1;
    model.choice = choice.clone();
    model.world = std::sync::Arc::default();
    model.picture = crate::environment::Picture::default();
    model.pacer.watch(&[], model.now);
    model.flights.clear();
    (model.scopes, model.nowhere, model.retry_at) = (None, None, None);
    (model.gathering, model.stirred, model.asking) = (false, false, true);
    model.identified.clear();
    model.changed.clear();
    model.marks.clear();
    model.logins.clear();
    model.places = vec![Place::Fleet(Sheet::default())];
    model.refocus();
    model.refill(true);
    let words: Vec<&str> = [choice.profile.as_deref(), choice.region.as_deref()].into_iter().flatten().collect();
    model.notices.info(model.now, format!("looking at {}", words.join(" ")));
    vec![Effect::Reopen(choice), Effect::Scopes]
}

fn theme(model: &mut Model, name: Option<&str>) -> Vec<Effect> {
    let Some(name) = name else {
        let now = model.theme.name().to_owned();
        let entry = |name: &str| (name.to_owned(), name == now, Pick::Theme(name.to_owned()));
        let entries = Theme::built_in_names().map(entry).collect();
        picker(model, "theme", "there are no themes", entries);
        return Vec::new();
    };
    vec![Effect::Theme(name.to_owned())]
}

fn help(model: &mut Model) {
    if matches!(model.here(), Some(Place::Viewer(viewer)) if viewer.title == "help") {
        return;
    }
    let lines = help_lines(model, model.place());
    model.enter(Place::Viewer(Viewer::new("help", "help", lines)));
}

/// The commands of a place with their keys as they are now, then all others.
fn help_lines(model: &Model, place: Where) -> Vec<Cell> {
    let heading = |text: String| Cell { text, tone: Tone::Strong };
    let line = |spec: &crate::command::Spec| {
        let keys: Vec<String> = model.settings.keymap.keys(spec.command).iter().map(ToString::to_string).collect();
        Cell::plain(format!("  {:<11} :{:<14} {}", keys.join(" "), spec.name, spec.says))
    };
    let mut lines = vec![heading(format!("in {}", place.words()))];
    let here = |spec: &&crate::command::Spec| spec.at.contains(&place) && spec.at != Where::ALL;
    lines.extend(COMMANDS.iter().filter(here).map(line));
    lines.extend([Cell::plain(""), heading("anywhere".to_owned())]);
    lines.extend(COMMANDS.iter().filter(|spec| spec.at == Where::ALL).map(line));
    lines.extend([Cell::plain(""), heading("signs".to_owned())]);
    let signs = [
        ("●", "well"),
        ("◌", "changing, nobody need act"),
        ("☾", "asleep on purpose"),
        ("?", "could not be told"),
        ("!", "worrying"),
        ("✗", "bad"),
        ("⛨", "protected: a change wants the environment's name typed"),
        ("•", "changed in the last minute"),
        ("◆", "marked"),
    ];
    lines.extend(signs.iter().map(|(sign, words)| Cell::plain(format!("  {sign}  {words}"))));
    let about = [
        "",
        "The mouse: a click selects, a click on what is selected opens, the wheel scrolls.",
        "In the filter, words may stand in any order and need not be whole; !word leaves out.",
        "Dimmed rows are older than their panel says: the last reading of them failed.",
    ];
    lines.extend(about.iter().map(|text| Cell::dim(*text)));
    lines
}
