//! From a message to a new model and what is to be done: pure and at once, so that keys are
//! answered however slow AWS is. Late answers are dropped by their numbers.

use tui_input::Input;

use super::effect::Effect;
use super::gate::{Answer, Change, Plan};
use super::meant::meant;
use super::model::Model;
use super::msg::{Msg, News};
use super::overlay::Overlay;
use super::pace::{Outcome, Reading};
use super::perform::{choose, perform, run_line, start};
use super::place::Place;
use crate::cloud::Receipt;
use crate::command::Command;
use crate::environment::Picture;
use crate::keys::{Chord, Key, edit};
use crate::screens::confirm::Confirm;
use crate::screens::sheet::Sheet;
use crate::world::{Coverage, EnvironmentName, Fault, Found, Scope};

/// Takes note of what happened. What is to be done comes back as data.
pub fn update(model: &mut Model, msg: Msg) -> Vec<Effect> {
    model.now = model.now.max(msg.now);
    let mut effects = match msg.news {
        News::Started => start(model),
        News::Key(chord) => key(model, chord),
        News::Pasted(text) => pasted(model, &text),
        News::Clicked(x, y) => clicked(model, x, y),
        News::Wheeled(notches) => wheeled(model, notches),
        News::Resized => {
            model.dirty = true;
            Vec::new()
        }
        News::Watched(watched) => {
            model.pacer.watched(watched);
            Vec::new()
        }
        News::Tick => Vec::new(),
        News::Scopes(generation, got) if generation == model.generation => scopes(model, got),
        News::Identity(generation, scope, got) if generation == model.generation => {
            std::sync::Arc::make_mut(&mut model.world).identify(&scope, got);
            model.stirred = true;
            model.refill(false);
            Vec::new()
        }
        News::Read(generation, reading, got) if generation == model.generation => {
            read(model, &reading, got);
            Vec::new()
        }
        News::Gathered(generation, picture) if generation == model.generation => gathered(model, picture),
        News::NotGathered(generation) if generation == model.generation => {
            model.gathering = false;
            model.notices.fault(model.now, "the picture could not be made; the log file says why; please report it");
            model.dirty = true;
            Vec::new()
        }
        News::Logins(generation, logins) if generation == model.generation => {
            model.logins = logins;
            Vec::new()
        }
        // Answers of a cloud that was left.
        News::Scopes(..)
        | News::Logins(..)
        | News::Identity(..)
        | News::Read(..)
        | News::Gathered(..)
        | News::NotGathered(..) => Vec::new(),
        News::Looked(ask, id, got) => {
            let now = model.now;
            let page = model.places.iter_mut().find_map(|place| match place {
                Place::Detail(page) if page.id == id => Some(page),
                _ => None,
            });
            if page.is_some_and(|page| page.learn(ask, got, now)) {
                model.refill(false);
            }
            Vec::new()
        }
        News::Changed(plan, got) => changed(model, &plan, &got),
        News::LoggedIn(source, got) => {
            model.dirty = true;
            match got {
                Ok(()) => model.notices.info(model.now, format!("logged in to {source} again")),
                Err(why) => model.notices.fault(model.now, format!("logging in to {source} did not work: {why}")),
            }
            for scope in model.scopes.iter().flatten().filter(|scope| scope.source == source) {
                model.pacer.refresh_scope(scope, model.now);
                model.identified.remove(scope);
            }
            Vec::new()
        }
        News::Browsed(url) => {
            model.notices.info(model.now, format!("opened {url}"));
            model.dirty = true;
            Vec::new()
        }
        News::NotBrowsed(url, why) => {
            model.notices.info(model.now, format!("{why}; the address is on the clipboard: {url}"));
            model.dirty = true;
            vec![Effect::Copy(url)]
        }
        News::Reopened(Ok(())) => Vec::new(),
        News::Reopened(Err(why)) => {
            model.asking = false;
            model.nowhere = Some(Fault::new(crate::world::FaultKind::Credentials, "opening another source", why));
            model.refill(true);
            Vec::new()
        }
        News::Themed(Ok(theme)) => {
            model.notices.info(model.now, format!("theme {}", theme.name()));
            model.theme = *theme;
            model.dirty = true;
            vec![Effect::Redraw]
        }
        News::Themed(Err(why)) | News::Failed(why) => {
            model.notices.fault(model.now, why);
            model.dirty = true;
            Vec::new()
        }
        News::Journal(entries) => {
            model.journal = entries;
            model.refill(false);
            Vec::new()
        }
    };
    model.expire();
    effects.extend(model.settle());
    effects
}

fn scopes(model: &mut Model, got: Result<Vec<Scope>, Fault>) -> Vec<Effect> {
    model.asking = false;
    match got {
        Ok(scopes) => {
            model.nowhere = None;
            model.pacer.watch(&scopes, model.now);
            std::sync::Arc::make_mut(&mut model.world).retain(&scopes);
            model.scopes = Some(scopes);
            model.stirred = true;
        }
        Err(fault) => {
            model.nowhere = Some(fault);
            model.retry_later();
        }
    }
    model.refill(true);
    Vec::new()
}

fn read(model: &mut Model, reading: &Reading, got: Result<Found, Fault>) {
    let (scope, kind) = (&reading.scope, reading.kind);
    let before = model.world.shelf(scope, kind).map(|shelf| shelf.faults().count());
    let outcome = match &got {
        Ok(_) => Outcome::Read { changed: false },
        Err(fault) => Outcome::of(fault.kind),
    };
    model.flights.remove(&reading.ask);
    let failed = got.is_err();
    // Whether anything changed is known only once it is on its shelf, and a late answer must not get there.
    if !model.pacer.expects(reading) {
        return;
    }
    let world = std::sync::Arc::make_mut(&mut model.world);
    let changed = world.put(scope, kind, &reading.coverage, got, model.now);
    let outcome = match outcome {
        Outcome::Read { .. } => Outcome::Read { changed: !changed.is_empty() },
        other => other,
    };
    model.pacer.arrived(reading, outcome, model.now);
    for id in changed {
        model.changed.insert(id, model.now);
    }
    model.stirred = true;
    let first = reading.coverage == Coverage::All && before.is_none();
    if first || failed || before != model.world.shelf(scope, kind).map(|shelf| shelf.faults().count()) {
        model.dirty = true;
        // While there is nothing else to show, what is said about waiting moves with every arrival.
        if model.picture.environments.is_empty() || model.here().is_some_and(|place| matches!(place, Place::Faults(_)))
        {
            model.refill(false);
        }
    }
}

fn gathered(model: &mut Model, picture: Picture) -> Vec<Effect> {
    model.gathering = false;
    model.picture = picture;
    open_on(model);
    model.refill(false);
    model.refocus();
    Vec::new()
}

/// Opens the environment named at the start as soon as it is there; a shortened name waits for all of them.
fn open_on(model: &mut Model) {
    let Some(typed) = model.open_on.clone() else { return };
    let names: Vec<&EnvironmentName> = model.picture.environments.iter().map(|environment| &environment.name).collect();
    let exact = names.iter().any(|name| name.as_str() == typed);
    if !exact && !model.complete() {
        return;
    }
    model.open_on = None;
    match meant(&typed, &names).cloned() {
        Ok(name) if model.places.len() == 1 => model.enter(Place::Environment(name, Sheet::default())),
        // The reader went somewhere else meanwhile.
        Ok(_) => {}
        Err(why) => model.notices.fault(model.now, why),
    }
}

fn changed(model: &mut Model, plan: &Plan, got: &Result<Receipt, Fault>) -> Vec<Effect> {
    match got {
        Ok(receipt) => {
            let says = receipt.says.as_deref().unwrap_or("done");
            model.notices.info(model.now, format!("{}: {says}", plan.says));
        }
        Err(fault) => model.notices.fault(model.now, format!("{}: {}", plan.says, fault.sentence())),
    }
    model.dirty = true;
    model.pacer.refresh_scope(&plan.scope, model.now);
    vec![Effect::Journal]
}

/// Puts a change before the reader. Nothing happens without their answer and the gate's.
pub fn propose(model: &mut Model, change: Box<dyn Change>) {
    let plan = change.plan();
    let at = model.circumstances(&plan.environment, &plan.scope);
    model.overlay = Overlay::Confirm(Box::new(Confirm::new(change, model.gate, at)));
    model.dirty = true;
}

fn key(model: &mut Model, chord: Chord) -> Vec<Effect> {
    if chord == Chord::ctrl('c') {
        return vec![Effect::Quit];
    }
    model.dirty |= model.notices.hush();
    match std::mem::take(&mut model.overlay) {
        Overlay::None => match model.settings.keymap.command(model.place(), chord) {
            Some(command) => perform(model, command, None),
            None => Vec::new(),
        },
        overlay => {
            model.dirty = true;
            over(model, overlay, chord)
        }
    }
}

/// A key for what is on top. The overlay was taken off; whoever wants it to stay puts it back.
fn over(model: &mut Model, overlay: Overlay, chord: Chord) -> Vec<Effect> {
    match overlay {
        Overlay::None => Vec::new(),
        Overlay::Filter(input) => filter_key(model, input, chord),
        Overlay::Palette(mut palette) => {
            let down = matches!(chord.key, Key::Down) || chord == Chord::ctrl('n');
            let up = matches!(chord.key, Key::Up) || chord == Chord::ctrl('p');
            match chord.key {
                Key::Esc => return Vec::new(),
                Key::Backspace if palette.input.value().is_empty() => return Vec::new(),
                Key::Enter => return run_line(model, &palette.meaning()),
                Key::Tab if chord.shift => palette.step(-1),
                Key::Tab => palette.complete(),
                _ if down => palette.step(1),
                _ if up => palette.step(-1),
                _ => {
                    if edit(&mut palette.input, chord) {
                        palette.propose();
                    }
                }
            }
            model.overlay = Overlay::Palette(palette);
            Vec::new()
        }
        Overlay::Menu(mut menu) => {
            // A menu moves as a table does.
            match model.settings.keymap.command(crate::command::Where::Fleet, chord) {
                Some(Command::Back | Command::Leave) => return Vec::new(),
                Some(Command::Open) => return choose(model, *menu),
                Some(Command::Down) => menu.step(1),
                Some(Command::Up) => menu.step(-1),
                Some(Command::Top) => menu.at = 0,
                Some(Command::Bottom) => menu.at = menu.entries.len().saturating_sub(1),
                _ => {}
            }
            model.overlay = Overlay::Menu(menu);
            Vec::new()
        }
        Overlay::Confirm(confirm) => confirm_key(model, confirm, chord),
    }
}

fn filter_key(model: &mut Model, mut input: Input, chord: Chord) -> Vec<Effect> {
    let empty = input.value().is_empty();
    match chord.key {
        Key::Esc => {
            set_filter(model, "");
            return Vec::new();
        }
        Key::Backspace if empty => return Vec::new(),
        Key::Enter => {
            if let Some(Place::Viewer(viewer)) = model.places.last_mut()
                && !viewer.search.is_empty()
                && viewer.found(viewer.place.line.wrapping_sub(1), false).is_none()
            {
                let says = format!("{:?} is nowhere in this text", viewer.search);
                model.notices.info(model.now, says);
            }
            return Vec::new();
        }
        Key::Down | Key::Up => {
            let delta = if chord.key == Key::Down { 1 } else { -1 };
            if let Some(sheet) = model.sheet_mut() {
                sheet.step(delta);
            }
        }
        _ => {
            if edit(&mut input, chord) {
                let text = input.value().to_owned();
                set_filter(model, &text);
            }
        }
    }
    model.overlay = Overlay::Filter(input);
    Vec::new()
}

/// Narrows the rows, or goes to what is looked for in a text, while it is being typed.
pub(super) fn set_filter(model: &mut Model, text: &str) {
    match model.places.last_mut() {
        Some(Place::Viewer(viewer)) => {
            viewer.search = text.to_owned();
            let from = viewer.place.line;
            // The line at the top may hold it already.
            let here = viewer.lines.len().max(1);
            if let Some(line) = viewer.found((from + here - 1) % here, false) {
                viewer.place = crate::widgets::lines::Place { line, ..Default::default() };
            }
        }
        Some(place) => {
            if let Some(sheet) = place.sheet_mut() {
                sheet.set_filter(text);
            }
        }
        None => {}
    }
    model.dirty = true;
}

fn confirm_key(model: &mut Model, mut confirm: Box<Confirm>, chord: Chord) -> Vec<Effect> {
    let gate = model.gate;
    let answer = match (confirm.hindrance.is_some(), confirm.wants_name(), chord.key) {
        (true, ..) => return Vec::new(),
        (false, true, Key::Esc) => Answer::No,
        (false, true, Key::Enter) => Answer::Named(confirm.input.value().trim().to_owned()),
        (false, true, _) => {
            edit(&mut confirm.input, chord);
            model.overlay = Overlay::Confirm(confirm);
            return Vec::new();
        }
        (false, false, Key::Char('y')) if !chord.ctrl && !chord.alt => Answer::Yes,
        (false, false, _) => Answer::No,
    };
    match confirm.answer(&answer, gate, model.now) {
        Ok(approved) => {
            model.notices.info(model.now, format!("{}…", approved.plan().says));
            vec![Effect::Change(Box::new(approved))]
        }
        Err(refused) => {
            model.notices.info(model.now, refused.to_string());
            Vec::new()
        }
    }
}

fn pasted(model: &mut Model, text: &str) -> Vec<Effect> {
    // A paste is text for a prompt, never a row of keys.
    let typed: Vec<Chord> = text.chars().filter(|c| !c.is_control()).map(Chord::char).collect();
    match &mut model.overlay {
        Overlay::Filter(input) => {
            for chord in typed {
                edit(input, chord);
            }
            let text = input.value().to_owned();
            set_filter(model, &text);
        }
        Overlay::Palette(palette) => {
            for chord in typed {
                edit(&mut palette.input, chord);
            }
            palette.propose();
            model.dirty = true;
        }
        // A name that confirms is typed, so that it is read.
        Overlay::None | Overlay::Menu(_) | Overlay::Confirm(_) => {}
    }
    Vec::new()
}

fn clicked(model: &mut Model, x: u16, y: u16) -> Vec<Effect> {
    model.dirty |= model.notices.hush();
    let entry = model.shown.entry_at(x, y);
    match std::mem::take(&mut model.overlay) {
        Overlay::Menu(mut menu) => {
            model.dirty = true;
            let Some(entry) = entry else { return Vec::new() };
            menu.at = entry;
            choose(model, *menu)
        }
        Overlay::Palette(mut palette) => {
            model.dirty = true;
            let Some(entry) = entry else { return Vec::new() };
            palette.at = Some(entry);
            run_line(model, &palette.meaning())
        }
        Overlay::Confirm(confirm) => {
            model.overlay = Overlay::Confirm(confirm);
            Vec::new()
        }
        overlay @ (Overlay::None | Overlay::Filter(_)) => {
            model.overlay = overlay;
            let Some(row) = model.shown.row_at(x, y) else { return Vec::new() };
            let again = model.sheet().is_some_and(|sheet| sheet.position() == row);
            if again {
                model.overlay = Overlay::None;
                return perform(model, Command::Open, None);
            }
            if let Some(sheet) = model.sheet_mut() {
                sheet.go(row);
            }
            model.dirty = true;
            Vec::new()
        }
    }
}

fn wheeled(model: &mut Model, notches: isize) -> Vec<Effect> {
    match &mut model.overlay {
        Overlay::Menu(menu) => menu.step(notches.signum()),
        Overlay::Palette(palette) => palette.step(notches.signum()),
        Overlay::Confirm(_) => {}
        Overlay::None | Overlay::Filter(_) => super::perform::step(model, notches * 3),
    }
    model.dirty = true;
    Vec::new()
}

#[cfg(test)]
mod tests;
