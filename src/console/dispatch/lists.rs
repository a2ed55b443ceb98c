//! Reaching what is elsewhere: flat lists over all environments, what is found by a text, places visited before, bookmarks;
//! and how a list is shown: its order by a key, its columns. Changes the model only.

use super::menus::picker;
use super::navigation::{go, there};
use crate::command::Command;
use crate::console::effect::Effect;
use crate::console::model::Model;
use crate::console::model::pages::visited;
use crate::console::overlay::Overlay;
use crate::console::page::Page;
use crate::console::preferences::{Visited, VisitedPlace};
use crate::console::screens::list::{ListOf, ListPage};
use crate::console::screens::menu::{Entry, Menu, Pick};
use crate::console::screens::palette::Palette;
use crate::console::screens::sheet::{Block, RowTarget, Sheet, Sorting};
use crate::engine::resolve_name::resolve_name;
use crate::kinds::catalog::{KINDS, kind};
use crate::overview::find;
use crate::world::EnvironmentName;

use super::context::known;

/// The panel that a command lists.
fn panel_of(command: Command) -> Option<&'static str> {
    match command {
        Command::Targets => Some("target_groups"),
        Command::Alarms
        | Command::Services
        | Command::Databases
        | Command::Tasks
        | Command::Instances
        | Command::Functions
        | Command::Jobs => Some(command.spec().name),
        _ => None,
    }
}

/// Opens the list of a command.
pub(super) fn list(model: &mut Model, command: Command) {
    if let Some(list) = panel_of(command) {
        open_list(model, list);
    }
}

fn open_list(model: &mut Model, list: &'static str) {
    let of = ListOf::Panel(list);
    match model.here() {
        Some(Page::List(page)) if page.of == of => there(model),
        _ => beside(model, Page::List(Box::new(ListPage::new(of)))),
    }
}

/// Opens what sleeping saves.
pub(super) fn savings(model: &mut Model) {
    match model.here() {
        Some(Page::List(page)) if page.of == ListOf::Savings => there(model),
        _ => beside(model, Page::List(Box::new(ListPage::new(ListOf::Savings)))),
    }
}

/// Opens a list in place of another: lists do not pile up, and going back leads to where one came from.
pub(super) fn beside(model: &mut Model, page: Page) {
    if model.places.len() > 1 && matches!(model.here(), Some(Page::List(_) | Page::Mutes(_) | Page::Unassigned(_))) {
        model.places.pop();
    }
    model.enter(page);
}

/// Finds what holds a text; without one, asks for it.
pub(super) fn find(model: &mut Model, text: Option<&str>) {
    match text {
        Some(text) => beside(model, Page::List(Box::new(ListPage::new(ListOf::Text(text.to_owned()))))),
        None => {
            let line = format!("{} ", Command::Find.spec().name);
            model.overlay = Overlay::Palette(Box::new(Palette::with(model.place(), known(model), &line)));
        }
    }
}

/// Goes to the panel of a digit, or of a name.
pub(super) fn panel(model: &mut Model, which: Option<&str>) {
    let Some(which) = which else {
        model.notices.info(model.now, ":panel takes the digit or the name of a panel");
        return;
    };
    let number = which.parse::<usize>().ok().or_else(|| model.sheet().and_then(|sheet| sheet.panel_called(which)));
    if !goes_to(model, number) {
        model.notices.info(model.now, format!("there is no panel {which} here"));
    }
}

/// Puts the cursor on the first row of a panel, and says so where it stood there; whether there is such a panel.
fn goes_to(model: &mut Model, number: Option<usize>) -> bool {
    let Some((number, sheet)) = number.zip(model.sheet_mut()) else { return false };
    let before = sheet.position();
    if !sheet.panel_at(number) {
        return false;
    }
    if sheet.position() == before {
        model.notices.info(model.now, "the cursor is on the first row of that panel");
    }
    super::navigation::seen(model);
    true
}

/// Goes to the events on the page of the resource that is meant; opens that page first.
pub(super) fn events(model: &mut Model) {
    let Some(id) = model.resource().cloned() else { return };
    if !matches!(model.here(), Some(Page::Detail(page)) if page.id == id) {
        let page = model.page_of(&id);
        model.enter(page);
    }
    let called = ["events", "history"].iter().find_map(|name| model.sheet()?.panel_called(name));
    if !goes_to(model, called) {
        let key = model.key_of(Command::Timeline);
        model.notices.info(model.now, format!("no events of it are known (yet); {key} shows the timeline"));
    }
}

/// What stands under the cursor, or the page, as a place to come back to.
fn here(model: &Model) -> Option<Visited> {
    match model.door() {
        Some(RowTarget::Environment(name)) => {
            Some(Visited { name: name.to_string(), place: VisitedPlace::Environment(name.to_string()) })
        }
        Some(RowTarget::Resource(id)) => {
            let name = kind(id.kind).and_then(|kind| kind.title(&model.world, id));
            Some(Visited { name: name.unwrap_or_else(|| id.key.to_string()), place: VisitedPlace::of(id) })
        }
        _ => model.here().and_then(visited),
    }
}

/// Sets a bookmark on what is here, or takes it back.
pub(super) fn bookmark(model: &mut Model) {
    let Some(visited) = here(model) else {
        model.notices.info(model.now, "only environments, resources and lists can be bookmarked");
        return;
    };
    let name = visited.name.clone();
    let set = model.preferences.turn_bookmark(visited);
    model.remembered = false;
    let key = model.key_of(Command::Bookmarks);
    let message = if set {
        format!("bookmarked {name}; {key} shows the bookmarks")
    } else {
        format!("{name} is bookmarked no more")
    };
    model.notices.info(model.now, message);
}

fn choose_from(model: &mut Model, title: &str, nothing: &str, places: Vec<Visited>) {
    let now = model.here().and_then(visited).map(|visited| visited.place);
    let entries = places
        .into_iter()
        .map(|visited| {
            let home = visited.place.resource().map(|id| {
                let home = model.picture.home(&id).map(|home| format!(" of {}", home.name)).unwrap_or_default();
                format!("{}  {}{home}", visited.name, find::singular(&id))
            });
            let label = home.unwrap_or_else(|| visited.name.clone());
            (label, now.as_ref() == Some(&visited.place), Pick::Revisit(visited.place))
        })
        .collect();
    picker(model, title, nothing, entries);
}

/// The places visited last, without the one the reader is in.
pub(super) fn recent(model: &mut Model) {
    let now = model.here().and_then(visited).map(|visited| visited.place);
    let mut places = model.preferences.recent.clone();
    places.retain(|known| Some(&known.place) != now.as_ref());
    choose_from(model, "recent places", "nothing was visited yet", places);
}

/// The bookmarks.
pub(super) fn bookmarks(model: &mut Model) {
    let key = model.key_of(Command::Bookmark);
    let nothing = format!("there are no bookmarks; {key} sets one on what is under the cursor");
    choose_from(model, "bookmarks", &nothing, model.preferences.bookmarks.clone());
}

/// Goes to a place visited before.
pub(super) fn visit(model: &mut Model, place: &VisitedPlace) {
    match place {
        VisitedPlace::Environment(name) => {
            let names: Vec<&EnvironmentName> = model.picture.environments.iter().map(|it| &it.name).collect();
            match resolve_name(name, &names).cloned() {
                Ok(name) => model.enter_environment(name),
                Err(why) => model.notices.fault(model.now, why),
            }
        }
        VisitedPlace::List(list) => {
            let known = KINDS.iter().filter_map(|kind| kind.shown()).map(|shown| shown.list);
            match known.into_iter().find(|known| known == list) {
                Some(list) => open_list(model, list),
                None => model.notices.fault(model.now, format!("there is no list {list}")),
            }
        }
        VisitedPlace::Resource { key, .. } => {
            let there =
                place.resource().filter(|id| kind(id.kind).and_then(|kind| kind.title(&model.world, id)).is_some());
            match there {
                Some(id) => {
                    let page = model.page_of(&id);
                    go_to(model, page);
                }
                None => model.notices.fault(model.now, format!("{key} was not found: it is gone, or not read yet")),
            }
        }
    }
}

fn go_to(model: &mut Model, page: Page) {
    match (&page, model.here()) {
        (Page::Detail(page), Some(Page::Detail(here))) if page.id == here.id => there(model),
        (Page::Detail(_), _) => model.enter(page),
        _ => go(model, page),
    }
}

/// The table under the cursor.
fn table(model: &Model) -> Option<&Block> {
    let sheet = model.sheet()?;
    let block = sheet.current().map(|(block, _)| block).or_else(|| sheet.blocks().first());
    block.filter(|block| !block.columns.is_empty())
}

fn no_table(model: &mut Model) {
    let next = model.key_of(Command::NextPanel);
    model.notices.info(model.now, format!("this panel has no columns; {next} goes to the next"));
}

/// Sorts the table by the next column that is shown, or by the one before; past the last comes its own order.
pub(super) fn sort_by(model: &mut Model, forward: bool) {
    let Some(block) = table(model) else { return no_table(model) };
    let columns = block.columns.iter().enumerate();
    let shown: Vec<(usize, &'static str)> = columns
        .filter(|(_, it)| !it.title.is_empty() && !model.preferences.is_hidden(&block.key, it.title))
        .map(|(at, it)| (at, it.title))
        .collect();
    let key = block.key.clone();
    let sorting = model.sheet().and_then(Sheet::sorting).filter(|sorting| sorting.block == key);
    let now = sorting.and_then(|sorting| shown.iter().position(|(at, _)| *at == sorting.column));
    let next = match (now, forward) {
        (None, true) => Some(0),
        (None, false) => shown.len().checked_sub(1),
        (Some(at), true) => Some(at + 1),
        (Some(at), false) => at.checked_sub(1),
    };
    let chosen = next.and_then(|next| shown.get(next)).copied();
    let message =
        chosen.map_or_else(|| "its own order".to_owned(), |(_, title)| format!("by {}", title.to_lowercase()));
    let sorting = chosen.map(|(column, _)| Sorting { block: key, column, descending: false });
    if let Some(sheet) = model.sheet_mut() {
        sheet.sort(sorting);
    }
    model.notices.info(model.now, message);
}

/// Turns the order chosen around.
pub(super) fn turn_order(model: &mut Model) {
    let Some(sorting) = model.sheet().and_then(Sheet::sorting).cloned() else {
        let (next, menu) = (model.key_of(Command::SortNext), model.key_of(Command::Sort));
        model.notices.info(model.now, format!("the rows are in their own order; {next} or {menu} sorts them"));
        return;
    };
    let turned = Sorting { descending: !sorting.descending, ..sorting };
    let message = if turned.descending { "the largest first" } else { "the smallest first" };
    if let Some(sheet) = model.sheet_mut() {
        sheet.sort(Some(turned));
    }
    model.notices.info(model.now, message);
}

/// A menu of the columns of the table under the cursor.
pub(super) fn columns(model: &mut Model) {
    let Some(block) = table(model) else { return no_table(model) };
    let (key, columns) = (block.key.clone(), block.columns);
    let entries = columns
        .iter()
        .skip(1)
        .filter(|column| !column.title.is_empty())
        .map(|column| {
            let shown = !model.preferences.is_hidden(&key, column.title);
            Entry {
                key: None,
                label: format!("[{}] {}", if shown { "x" } else { " " }, column.title.to_lowercase()),
                note: if shown { "shown where there is room" } else { "put away" }.to_owned(),
                disabled_reason: None,
                pick: Pick::Column(key.clone(), column.title),
            }
        })
        .collect();
    model.overlay = Overlay::Menu(Box::new(Menu::new("columns", entries)));
}

/// Shows a column again or puts it away, and lets the reader choose on.
pub(super) fn turn_column(model: &mut Model, list: &str, title: &str, at: usize) {
    model.preferences.turn_column(list, title);
    model.remembered = false;
    columns(model);
    if let Overlay::Menu(menu) = &mut model.overlay {
        menu.at = at;
    }
}

/// Copies the id of what is here, or its ARN.
pub(super) fn copy_id(model: &mut Model, arn: bool) -> Vec<Effect> {
    let Some(id) = model.resource().cloned() else { return Vec::new() };
    let text = if arn { find::arn(&model.world, &id) } else { Some(id.key.to_string()) };
    match text {
        Some(text) => super::text_pages::copy(model, text),
        None => {
            model.notices.info(model.now, "its ARN is not among what was read of it");
            Vec::new()
        }
    }
}
