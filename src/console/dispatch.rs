//! What each command does to the model. One arm a command; the table in `command` says where each
//! is offered and what it needs, and that is checked here once for all.

mod context;
mod lists;
mod menus;
mod navigation;
mod text_pages;
use tui_input::Input;

use super::effect::Effect;
use super::model::Model;
use super::overlay::Overlay;
use super::page::Page;
use super::screens::palette::{Meaning, Palette};
use super::screens::sheet::{RowTarget, Sheet};
use crate::command::Command;

pub(super) use context::known;
use context::{env, explain, meant, profile, prolong, region, schedule, theme, timeline};
pub(super) use menus::choose;
use menus::{actions, copy_cell, sort};
pub(super) use navigation::step;
use navigation::{back, flat, go, leave, open, page, panel};
use text_pages::{copy_name, describe, help, raw};

/// What happens once the first frame is on the screen.
pub(super) fn start(model: &mut Model) -> Vec<Effect> {
    model.asking = true;
    let mut effects = vec![Effect::Scopes, Effect::Journal, Effect::LeftSessions];
    // One of an environment waits until that is found.
    if model.open_on.is_none() {
        effects.extend(begin(model));
    }
    effects
}

/// Goes to the view that was asked for on the command line, with its filter.
pub(super) fn begin(model: &mut Model) -> Vec<Effect> {
    let view = model.settings.view.take().filter(|view| *view != Command::Env);
    let effects = view.map(|view| perform(model, view, None)).unwrap_or_default();
    if let Some(text) = model.settings.filter.take() {
        super::update::set_filter(model, &text);
    }
    effects
}

/// Runs a command, with what was typed behind it, if it can be used here.
pub fn perform(model: &mut Model, command: Command, argument: Option<&str>) -> Vec<Effect> {
    if let Some(why) = model.disabled_reason(command.spec().needs) {
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
        Command::HalfDown => step(model, page(model) / 2 + 1),
        Command::HalfUp => step(model, -(page(model) / 2 + 1)),
        Command::NextPanel => panel(model, true),
        Command::PreviousPanel => panel(model, false),
        Command::Open if matches!(model.here(), Some(Page::Logs(_))) => super::logs::open_line(model),
        Command::Open => return open(model),
        Command::Back => back(model),
        Command::Leave if model.places.len() > 1 => leave(model),
        Command::Leave | Command::Quit => return model.quit(),
        Command::Filter => filter(model),
        Command::Search => search(model),
        Command::Charts => super::charts::open(model),
        Command::Longer => super::charts::zoom(model, true),
        Command::Shorter => super::charts::zoom(model, false),
        Command::Logs => super::logs::open(model),
        Command::Pause => super::logs::pause(model),
        Command::Group => super::logs::group(model),
        Command::OneTask => super::logs::one_task(model),
        Command::Context => context_of_lines(model),
        Command::Earlier => super::logs::earlier(model),
        Command::Previous => super::logs::previous(model),
        Command::Wrap => super::logs::wrap(model),
        Command::Fields => super::logs::fields(model),
        Command::GoTo => super::logs::go_to(model, argument),
        Command::Since => super::logs::since(model, argument),
        Command::Grep => super::logs::grep(model, argument),
        Command::Save => return super::logs::save(model, argument),
        Command::CopyLine => return super::logs::copy_line(model),
        Command::SearchNext => seek(model, false),
        Command::SearchPrevious => seek(model, true),
        Command::Palette => model.overlay = Overlay::Palette(Box::new(Palette::new(model.place(), known(model)))),
        Command::Help => help(model),
        Command::Actions => actions(model),
        Command::Unwell => unwell(model),
        Command::Sort => sort(model),
        Command::Faults => {
            go(model, Page::Faults(Sheet::default()));
            return vec![Effect::Journal];
        }
        Command::Journal => {
            go(model, Page::Journal(Sheet::default()));
            return vec![Effect::Journal];
        }
        Command::EndSessions => return end_sessions(model),
        Command::Panel => lists::panel(model, argument),
        Command::Events => lists::events(model),
        Command::Find => lists::find(model, argument),
        Command::Alarms
        | Command::Services
        | Command::Databases
        | Command::Tasks
        | Command::Targets
        | Command::Instances
        | Command::Functions
        | Command::Jobs => lists::list(model, command),
        Command::Recent => lists::recent(model),
        Command::Bookmark => lists::bookmark(model),
        Command::Bookmarks => lists::bookmarks(model),
        Command::SortNext => lists::sort_by(model, true),
        Command::SortPrevious => lists::sort_by(model, false),
        Command::SortTurn => lists::turn_order(model),
        Command::Columns => lists::columns(model),
        Command::CopyId => return lists::copy_id(model, false),
        Command::CopyArn => return lists::copy_id(model, true),
        Command::Unassigned => flat(model, Page::Unassigned(Sheet::default())),
        Command::Describe => describe(model),
        Command::Raw => raw(model),
        Command::Mark => mark(model),
        Command::Compare => super::compare::open(model),
        Command::CopyName => return copy_name(model),
        Command::CopyCell => copy_cell(model),
        Command::Web => return model.web().map(Effect::Browse).into_iter().collect(),
        Command::Run => super::run_on_marked::run(model, argument),
        Command::Release => return super::release_marked::ask(model, argument),
        Command::TakeBack => return super::take_back::ask(model),
        Command::Shell => return super::sessions::shell(model),
        Command::Tunnel => return super::tunnels::ask(model, argument),
        Command::Tunnels => go(model, Page::Tunnels(Sheet::default())),
        Command::Mutes => flat(model, Page::Mutes(Sheet::default())),
        Command::Login => return model.login_source().cloned().map(Effect::Login).into_iter().collect(),
        Command::Refresh => return refresh(model),
        Command::Mouse => return mouse(model),
        Command::Suspend => return vec![Effect::Suspend],
        Command::Savings => lists::savings(model),
        Command::Progress => menus::underway(model),
        Command::Schedule => schedule(model, argument),
        Command::Explain => {
            explain(model, argument);
            return vec![Effect::Journal];
        }
        Command::Timeline => {
            timeline(model, argument);
            return vec![Effect::Journal];
        }
        Command::EventKind => navigation::event_kind(model),
        Command::OfficeHours => match meant(model, argument, "office-hours") {
            Ok(name) => super::hours::open(model, name),
            Err(why) => model.notices.fault(model.now, why),
        },
        Command::RollBack => return super::roll_back::roll_back(model),
        Command::Prolong => return prolong(model),
        Command::Notify => super::watch::toggle(model),
        Command::Unlock => super::locks::unlock(model, argument),
        Command::Lock => return super::locks::lock(model),
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
        Meaning::Offer(verb, value) => super::actions::take_up(model, verb, value.as_deref()),
        Meaning::Command(command, argument) => perform(model, *command, argument.as_deref()),
    }
}

fn filter(model: &mut Model) {
    let text = match model.here() {
        Some(Page::Logs(view)) => view.filter.text.clone(),
        _ => model.sheet().map(|sheet| sheet.filter().to_owned()).unwrap_or_default(),
    };
    model.overlay = Overlay::Filter(Input::new(text));
}

fn search(model: &mut Model) {
    model.overlay = Overlay::Filter(Input::default());
}

fn seek(model: &mut Model, backwards: bool) {
    let now = model.now;
    let height = model.shown.page;
    if let Some(Page::Logs(view)) = model.places.last_mut() {
        if !view.seek(backwards, height) {
            let what = if view.filter.is_empty() { "line of trouble" } else { "line that matches" };
            let way = if backwards { "before" } else { "after" };
            let message = format!("there is no {what} {way} this one");
            model.notices.info(now, message);
        }
        return;
    }
    if let Some(Page::Viewer(viewer)) = model.places.last_mut() {
        let before = viewer.place;
        if !viewer.seek(backwards) {
            let message = format!("{:?} is not found in this text", viewer.search);
            model.notices.info(now, message);
        } else if viewer.place == before {
            let message = format!("{:?} is in no other line of this text", viewer.search);
            model.notices.info(now, message);
        }
    }
}

fn context_of_lines(model: &mut Model) {
    let now = model.now;
    let Some(Page::Logs(view)) = model.places.last_mut() else { return };
    if view.filter.is_empty() {
        model.notices.info(now, "no filter is set: all lines are shown");
        return;
    }
    view.context = !view.context;
    view.select();
    let message =
        if view.context { "all lines are shown, those that match are lit" } else { "only lines that match are shown" };
    model.notices.info(now, message);
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
    model.peeked.clear();
    model.identified.clear();
    if let Some(Page::Detail(page)) = model.places.last_mut() {
        page.asked_at = None;
    }
    if let Some(Page::List(mut page)) = model.places.pop_if(|page| matches!(page, Page::List(_))) {
        page.look(text_pages::around(model));
        model.places.push(Page::List(page));
        model.refill(true);
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
    let key = model.key_of(Command::Mouse);
    model.notices.info(
        model.now,
        if model.mouse {
            "mouse captured: it selects and scrolls again".to_owned()
        } else {
            format!("mouse released: select text with it; {key} captures it again")
        },
    );
    vec![Effect::Mouse(model.mouse)]
}

fn mark(model: &mut Model) {
    // A line of advice stands for what it is about.
    let door = match model.door().cloned() {
        Some(RowTarget::Step(_, id)) => Some(RowTarget::Resource(id)),
        door => door,
    };
    match door {
        Some(door) => {
            if !model.marks.remove(&door) {
                let home = model.home_of(&door);
                if let Some(other) = model.marks.iter().map(|mark| model.home_of(mark)).find(|other| *other != home) {
                    let of = other.map_or_else(|| "elsewhere".to_owned(), |name| format!("in {name}"));
                    let gone = model.marks.len();
                    model.marks.clear();
                    let message =
                        format!("{gone} marked {of} before are marked no more: marks belong to one environment");
                    model.notices.info(model.now, message);
                }
                model.marks.insert(door);
            }
            if let Some(sheet) = model.sheet_mut() {
                sheet.step(1);
            }
        }
        None => model.notices.info(model.now, "this row cannot be marked"),
    }
}

/// Ends what a toban that was killed left open, unless nothing may be changed.
fn end_sessions(model: &mut Model) -> Vec<Effect> {
    model.dirty = true;
    if model.left_sessions.is_empty() {
        model.notices.info(model.now, "no session was left open");
        return Vec::new();
    }
    if model.gate.read_only {
        model.notices.fault(model.now, crate::change::gate::Refused::ReadOnly.to_string());
        return Vec::new();
    }
    vec![Effect::EndSessions(std::mem::take(&mut model.left_sessions))]
}
