//! Moving about: the cursor, panels, places, and back again; and what a line of advice does.
//! Changes the model only.

use std::collections::BTreeSet;

use crate::command::Command;
use crate::console::effect::Effect;
use crate::console::model::Model;
use crate::console::page::Page;
use crate::console::screens::journal;
use crate::console::screens::sheet::{Block, Item, NextStep, RowTarget, Sheet};
use crate::console::screens::timeline::next_kind;
use crate::console::screens::viewer;
use crate::console::{actions, health_check, logs, tunnels};
use crate::world::ResourceId;

/// Moves the cursor, or the text.
pub(crate) fn step(model: &mut Model, delta: isize) {
    let shown = model.shown.clone();
    let theme = model.theme.clone();
    match model.places.last_mut() {
        Some(Page::Charts(view)) => {
            let most = shown.above + shown.below;
            view.offset = shown.above.saturating_add_signed(delta).min(most);
        }
        Some(Page::Logs(view)) => view.step(delta, shown.page),
        Some(Page::Viewer(viewer)) => viewer.place = viewer::view::moved(viewer, &theme, delta, &shown),
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
pub(super) fn seen(model: &mut Model) {
    let Some(door) = model.door().cloned() else { return };
    let before = model.changed.len();
    match &door {
        RowTarget::Resource(id) | RowTarget::Step(_, id) => model.changed.retain(|changed, _| changed.key != id.key),
        RowTarget::Entry(_) | RowTarget::Tunnel(_) => {}
        RowTarget::Environment(name) => {
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

pub(super) fn page(model: &Model) -> isize {
    isize::try_from(model.shown.page.saturating_sub(1).max(1)).unwrap_or(1)
}

pub(super) fn panel(model: &mut Model, forward: bool) {
    let alone = model.sheet().is_some_and(|sheet| sheet.panels().filter(|panel| !panel.is_empty()).count() < 2);
    if alone {
        model.notices.info(model.now, "there is no other panel here");
    }
    if let Some(sheet) = model.sheet_mut() {
        sheet.panel(forward);
    }
    seen(model);
}

pub(super) fn open(model: &mut Model) -> Vec<Effect> {
    // Whoever comes back finds the row they left from, whatever moved meanwhile.
    if let Some(sheet) = model.sheet_mut() {
        sheet.go(sheet.position());
    }
    match model.door().cloned() {
        Some(RowTarget::Environment(name)) => {
            seen(model);
            model.enter(Page::Environment(name, Sheet::default()));
        }
        // The head of a page leads to the page it is on.
        Some(RowTarget::Resource(id)) if matches!(model.here(), Some(Page::Detail(page)) if page.id == id) => {
            model.notices.info(model.now, "this is its page");
        }
        Some(RowTarget::Resource(id)) => {
            seen(model);
            let page = model.page_of(&id);
            model.enter(page);
        }
        Some(RowTarget::Entry(id)) => {
            if let Some(page) = journal::page(&model.journal, &id, model.now, &model.settings.zone) {
                model.enter(Page::Viewer(page));
            }
        }
        Some(RowTarget::Tunnel(id)) => tunnels::menu(model, id),
        Some(RowTarget::Step(step, id)) => return take(model, step, &id),
        None => {}
    }
    Vec::new()
}

/// Does what a line of advice says.
fn take(model: &mut Model, step: NextStep, id: &ResourceId) -> Vec<Effect> {
    match step {
        NextStep::Logs(at) => {
            logs::open_at(model, id, at);
            Vec::new()
        }
        NextStep::Act(verb) => actions::take_up(model, verb, None),
        NextStep::HealthCheck => health_check::run(model, id),
    }
}

/// Shows only the next kind of events that there are, or all again.
pub(super) fn event_kind(model: &mut Model) {
    if let Some(Page::Timeline(page)) = model.places.last_mut() {
        page.kind = next_kind(page);
    }
    model.refill(true);
}

/// Takes back one thing: what narrows the rows, then the place; in the fleet, the order is found again.
pub(super) fn back(model: &mut Model) {
    let narrowed = model.sheet().is_some_and(|sheet| !sheet.filter().is_empty() || sheet.unwell());
    if let Some(Page::Viewer(viewer)) = model.places.last_mut()
        && !viewer.search.is_empty()
    {
        viewer.search.clear();
        return;
    }
    if let Some(Page::Logs(view)) = model.places.last_mut()
        && view.widen()
    {
        return;
    }
    if narrowed {
        if let Some(sheet) = model.sheet_mut() {
            sheet.set_filter("");
            sheet.set_unwell(false);
        }
        return;
    }
    let marked = |(_, item): (&Block, &Item)| item.door.as_ref().is_some_and(|door| model.marks.contains(door));
    if model.sheet().is_some_and(|sheet| sheet.rows().any(marked)) {
        let message = format!("{} marked no more", model.marks.len());
        model.marks.clear();
        model.notices.info(model.now, message);
        return;
    }
    if model.places.len() > 1 {
        leave(model);
        return;
    }
    // Whoever wants to leave presses this key first, and must learn which one it is.
    if model.sheet().is_some_and(|sheet| sheet.position() == 0) {
        let key = model.key_of(Command::Leave);
        model.notices.info(model.now, format!("this is the first page; {key} quits"));
    }
    if let Some(sheet) = model.sheet_mut() {
        sheet.release();
    }
    model.refill(true);
}

pub(super) fn leave(model: &mut Model) {
    if model.places.len() > 1 {
        model.places.pop();
        model.refocus();
        model.refill(false);
    }
}

/// Goes to a place; says so where the reader is there already.
pub(super) fn go(model: &mut Model, place: Page) {
    if model.place() == place.place() {
        there(model);
    } else {
        model.enter(place);
    }
}

/// The same for a list over all environments, which takes the place of another: lists do not pile up.
pub(super) fn flat(model: &mut Model, place: Page) {
    if model.place() == place.place() {
        there(model);
    } else {
        super::lists::beside(model, place);
    }
}

/// The reader is where they want to go.
pub(super) fn there(model: &mut Model) {
    let title = model.here().map(Page::title).unwrap_or_default();
    model.notices.info(model.now, format!("already here: {title}"));
}
