//! Menus: what can be done with a row, orders, cells,
//! and what choosing an entry does.

use crate::command::{COMMANDS, Command, Need};
use crate::console::actions;
use crate::console::effect::Effect;
use crate::console::model::Model;
use crate::console::overlay::Overlay;
use crate::console::page::Page;
use crate::console::screens::menu::{Entry, Menu, Pick};
use crate::console::screens::sheet::{RowTarget, Sheet, Sorting};
use crate::console::{sessions, tunnels};
use crate::keys::Chord;

use super::context::{profile, region, theme};
use super::lists;
use super::navigation::there;
use super::perform;
use super::text_pages::copy;

/// Does what the menu's entry under the cursor says; one that is barred says why and stays.
pub(crate) fn choose(model: &mut Model, menu: Menu) -> Vec<Effect> {
    let Some(entry) = menu.current().cloned() else { return Vec::new() };
    if let Some(why) = entry.disabled_reason {
        model.notices.info(model.now, format!("{}: {why}", entry.label.trim()));
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
        Pick::Revisit(place) => {
            lists::visit(model, &place);
            Vec::new()
        }
        Pick::Column(list, title) => {
            lists::turn_column(model, &list, title, menu.at);
            Vec::new()
        }
        Pick::Offer(verb) => actions::take_up(model, verb, None),
        Pick::Answer(verb, of, value, then) => actions::chosen(model, of, verb, value, then),
        Pick::Container(id, name) => sessions::enter(model, &id, Some(&name)),
        Pick::TunnelAgain(id) => vec![Effect::Reconnect(id)],
        Pick::TunnelClose(id) => vec![Effect::CloseTunnel(id)],
        Pick::Progress(id) => {
            if matches!(model.here(), Some(Page::Progress(here, ..)) if *here == id) {
                there(model);
            }
            actions::open(model, id);
            Vec::new()
        }
    }
}

pub(super) fn copy_cell(model: &mut Model) {
    let Some((block, item)) = model.sheet().and_then(Sheet::current) else { return };
    let entries = item
        .look
        .texts()
        .into_iter()
        .enumerate()
        .filter(|(_, text)| !text.trim().is_empty() && !matches!(*text, "–" | "■"))
        .map(|(at, text)| {
            let label = block.columns.get(at).map_or("", |column| column.title);
            let text = crate::text::mask_text(text).into_owned();
            // The name of the cell first: what stands in it may be long.
            let (label, note) = match label {
                "" => (text.clone(), String::new()),
                label => (label.to_lowercase(), text.clone()),
            };
            Entry { key: None, label, note, disabled_reason: None, pick: Pick::Copy(text) }
        })
        .collect();
    model.overlay = Overlay::Menu(Box::new(Menu::new("copy", entries)));
}

/// What can be done with the row here: operations first, then what only looks. Each has a key that works in the menu.
pub(crate) fn action_entries(model: &Model) -> (Vec<Entry>, Vec<Entry>) {
    let place = model.place();
    let looks: Vec<Entry> = COMMANDS
        .iter()
        .filter(|spec| spec.action && (spec.at.contains(&place)))
        // Logging in belongs to the actions only where something ran out, or nobody would find the others.
        .filter(|spec| spec.needs != Need::Login || model.expired().is_some())
        .map(|spec| Entry {
            // Enter chooses what is under the cursor, here as everywhere.
            key: model.settings.keymap.keys(spec.command).first().copied().filter(|_| spec.command != Command::Open),
            label: spec.name.to_owned(),
            note: spec.message.to_owned(),
            disabled_reason: model.disabled_reason(spec.needs),
            pick: Pick::Command(spec.command),
        })
        .collect();
    let taken: Vec<Chord> = looks.iter().filter_map(|entry| entry.key).collect();
    (actions::entries(model, &taken), looks)
}

pub(super) fn actions(model: &mut Model) {
    if let Some(RowTarget::Tunnel(id)) = model.door() {
        let id = *id;
        return tunnels::menu(model, id);
    }
    let name = model.row().map(|item| item.name.clone()).unwrap_or_default();
    let (operations, looks) = action_entries(model);
    model.overlay = Overlay::Menu(Box::new(Menu::new(name, operations.into_iter().chain(looks).collect())));
}

pub(super) fn sort(model: &mut Model) {
    let Some(sheet) = model.sheet() else { return };
    let block = sheet.current().map(|(block, _)| block).filter(|block| !block.columns.is_empty());
    let Some(block) = block else {
        let next = model.key_of(Command::NextPanel);
        model.notices.info(model.now, format!("this panel has no columns to sort by; {next} goes to the next"));
        return;
    };
    let now = sheet.sorting().filter(|sorting| sorting.block == block.key).cloned();
    let own = Entry {
        key: None,
        label: "its own order".to_owned(),
        note: if now.is_none() { "now" } else { "worst first, then by name" }.to_owned(),
        disabled_reason: None,
        pick: Pick::Sort(None),
    };
    let titled = block.columns.iter().enumerate().filter(|(_, spec)| !spec.title.is_empty());
    let columns = titled.map(|(column, spec)| {
        let current = now.as_ref().filter(|sorting| sorting.column == column);
        // Choosing the same column again turns it around.
        let descending = current.is_some_and(|sorting| !sorting.descending);
        let note = match current {
            Some(sorting) if sorting.descending => "now, largest first",
            Some(_) => "now, smallest first; again turns it around",
            None => "",
        };
        Entry {
            key: None,
            label: spec.title.to_lowercase(),
            note: note.to_owned(),
            disabled_reason: None,
            pick: Pick::Sort(Some(Sorting { block: block.key.clone(), column, descending })),
        }
    });
    let entries: Vec<Entry> = std::iter::once(own).chain(columns).collect();
    let mut menu = Menu::new("sort by", entries);
    let current = |entry: &Entry| matches!(&entry.pick, Pick::Sort(to) if to.as_ref().map(|it| it.column) == now.as_ref().map(|it| it.column));
    menu.at = menu.entries.iter().position(current).unwrap_or(0);
    model.overlay = Overlay::Menu(Box::new(menu));
}

pub(super) fn picker(model: &mut Model, title: &str, nothing: &str, entries: Vec<(String, bool, Pick)>) {
    if entries.is_empty() {
        model.notices.info(model.now, nothing);
        return;
    }
    let at = entries.iter().position(|(_, now, _)| *now).unwrap_or(0);
    let entries = entries
        .into_iter()
        .map(|(label, now, pick)| Entry {
            key: None,
            label,
            note: if now { "now" } else { "" }.to_owned(),
            disabled_reason: None,
            pick,
        })
        .collect();
    let mut menu = Menu::new(title, entries);
    menu.at = at;
    model.overlay = Overlay::Menu(Box::new(menu));
}

/// What is under way: its page if it is one, else a list to choose from.
pub(super) fn underway(model: &mut Model) {
    match model.underway.as_slice() {
        [] => model.notices.info(model.now, "no change is running; :journal shows what was done"),
        [one] if matches!(model.here(), Some(Page::Progress(here, ..)) if *here == one.id) => there(model),
        [one] => {
            let id = one.id;
            actions::open(model, id);
        }
        many => {
            let entries = many.iter().rev().map(|one| Entry {
                key: None,
                label: one.plan.message.clone(),
                note: match &one.ended {
                    Some((_, ending)) => ending.message.clone(),
                    None => one.report.message.clone(),
                },
                disabled_reason: None,
                pick: Pick::Progress(one.id),
            });
            model.overlay = Overlay::Menu(Box::new(Menu::new("changes", entries.collect())));
        }
    }
}
