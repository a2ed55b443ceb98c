//! Texts: help, descriptions, raw documents,
//! and what goes to the clipboard.

use super::menus::action_entries;
use super::navigation::leave;
use crate::command::{COMMANDS, Command, Where};
use crate::console::effect::Effect;
use crate::console::model::Model;
use crate::console::page::Page;
use crate::console::screens::detail::{Around, description};
use crate::console::screens::environment;
use crate::console::screens::sheet::RowTarget;
use crate::console::screens::viewer::Viewer;
use crate::display::{Cell, Tone};
use crate::kinds::catalog::kind;
use crate::text::{fit, width};

pub(super) fn around(model: &Model) -> Around<'_> {
    Around { world: &model.world, picture: &model.picture, now: model.now, zone: &model.settings.zone }
}

pub(super) fn describe(model: &mut Model) {
    let (name, lines) = match (model.door(), model.resource()) {
        (Some(RowTarget::Environment(name)), _) => match model.picture.environment(name) {
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
    model.enter(Page::Viewer(Viewer::new(format!("about {name}"), name, lines)));
}

pub(super) fn raw(model: &mut Model) {
    let Some(id) = model.resource().cloned() else { return };
    let of = kind(id.kind);
    match of.and_then(|kind| kind.document(&model.world, &id)) {
        Some(document) => {
            let name = of.and_then(|kind| kind.title(&model.world, &id)).unwrap_or_else(|| id.key.to_string());
            model.enter(Page::Viewer(Viewer::document(&name, document)));
        }
        None => model.notices.info(model.now, "it is not there any more"),
    }
}

pub(super) fn copy(model: &mut Model, text: String) -> Vec<Effect> {
    let lines = text.lines().count();
    let message = if lines > 1 { format!("copied {lines} names") } else { format!("copied {text}") };
    model.notices.info(model.now, message);
    vec![Effect::Copy(text)]
}

pub(super) fn copy_name(model: &mut Model) -> Vec<Effect> {
    let marked = model.sheet().map(|sheet| sheet.names_of(&model.marks.iter().collect())).unwrap_or_default();
    if !marked.is_empty() {
        return copy(model, marked.join("\n"));
    }
    let name = model.row().map(|item| item.name.clone()).unwrap_or_default();
    copy(model, crate::text::mask_text(&name).into_owned())
}

pub(super) fn help(model: &mut Model) {
    // The key that shows the help hides it too.
    if matches!(model.here(), Some(Page::Viewer(viewer)) if viewer.title == "help") {
        leave(model);
        return;
    }
    let lines = help_lines(model, model.place());
    model.enter(Page::Viewer(Viewer::new("help", "help", lines)));
}

/// The operations of the row or page here, each with its letter under the actions, and the reason where it is not allowed.
fn operations(model: &Model) -> Vec<Cell> {
    let (entries, _) = action_entries(model);
    if entries.is_empty() {
        return Vec::new();
    }
    let widest = entries.iter().map(|entry| width(&entry.label)).max().unwrap_or(0);
    let actions = model.key_of(Command::Actions);
    let title = match model.row() {
        Some(item) if !item.name.is_empty() => format!("operations on {}", item.name),
        _ => "operations".to_owned(),
    };
    let mut lines = vec![Cell { text: title, tone: Tone::Strong }];
    for entry in entries {
        let key = entry.key.map(|key| format!("{actions} {key}")).unwrap_or_default();
        let label = format!("  {}  {}", fit(&key, 6), fit(&format!(":{}", entry.label), widest + 1));
        lines.push(match &entry.disabled_reason {
            Some(why) => Cell::dim(format!("{label}  {}: not now, {why}", entry.note)),
            None => Cell::plain(format!("{label}  {}", entry.note)),
        });
    }
    lines.push(Cell::plain(""));
    lines
}

/// The commands of a place with their keys as they are now, then all others.
pub(super) fn help_lines(model: &Model, place: Where) -> Vec<Cell> {
    let heading = |text: String| Cell { text, tone: Tone::Strong };
    let keys = |spec: &crate::command::Spec| -> String {
        let keys = model.settings.keymap.keys(spec.command).iter().map(ToString::to_string);
        keys.collect::<Vec<_>>().join(" ")
    };
    // Whatever keys the reader chose, the columns stand below each other.
    let offered = || COMMANDS.iter().filter(|spec| spec.at.contains(&place));
    let (first, second) = (
        offered().map(|spec| width(&keys(spec))).max().unwrap_or(0),
        offered().map(|spec| width(spec.name)).max().unwrap_or(0),
    );
    let line = |spec: &crate::command::Spec| {
        let name = format!(":{}", spec.name);
        Cell::plain(format!("  {}  {}  {}", fit(&keys(spec), first), fit(&name, second + 1), spec.message))
    };
    let mut lines = vec![Cell::dim("keys and commands of this place, then of any"), Cell::plain("")];
    lines.extend(operations(model));
    lines.push(heading(format!("in {}", place.words())));
    let here = |spec: &&crate::command::Spec| spec.at.contains(&place) && spec.at != Where::ALL;
    lines.extend(COMMANDS.iter().filter(here).map(line));
    lines.extend([Cell::plain(""), heading("anywhere".to_owned())]);
    lines.extend(COMMANDS.iter().filter(|spec| spec.at == Where::ALL).map(line));
    lines.extend([Cell::plain(""), heading("signs".to_owned())]);
    let signs = [
        ("●", "well"),
        ("◌", "changing, no action needed"),
        ("☾", "asleep on purpose"),
        ("?", "could not be told"),
        ("!", "worrying"),
        ("✗", "bad"),
        ("■", "protected: a change needs the environment's name typed"),
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
