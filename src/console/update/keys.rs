//! Keys, pastes and the mouse: whatever is laid on top gets them,
//! else the place.

use tui_input::Input;

use crate::change::gate::{Admitted, Confirmation};
use crate::command::Command;
use crate::console::actions;
use crate::console::dispatch::{choose, perform, run_line};
use crate::console::effect::Effect;
use crate::console::frame_info::FrameInfo;
use crate::console::hours;
use crate::console::locks;
use crate::console::model::Model;
use crate::console::overlay::Overlay;
use crate::console::page::Page;
use crate::console::screens::confirm::{Confirm, ConfirmKey, PAGE};
use crate::console::screens::menu::Menu;
use crate::keys::{Chord, Key, edit};

pub(super) fn key(model: &mut Model, chord: Chord) -> Vec<Effect> {
    model.keys += 1;
    if chord == Chord::ctrl('c') {
        return model.quit();
    }
    model.dirty |= model.notices.dismiss();
    match std::mem::take(&mut model.overlay) {
        Overlay::None => match model.settings.keymap.command(model.place(), chord) {
            // Which digit it was is what it means.
            Some(Command::Panel) => perform(model, Command::Panel, Some(&chord.to_string())),
            Some(command) => perform(model, command, None),
            None => {
                nothing_here(model, chord);
                Vec::new()
            }
        },
        overlay => {
            model.dirty = true;
            over(model, overlay, chord)
        }
    }
}

/// A key that means nothing here: whoever presses it should not wonder whether it was heard.
fn nothing_here(model: &mut Model, chord: Chord) {
    let place = model.place();
    let help = model.key_of(Command::Help);
    let message = match model.settings.keymap.elsewhere(chord) {
        Some(command) => {
            let spec = command.spec();
            let places: Vec<&str> = spec.at.iter().map(|place| place.words()).collect();
            format!("{chord} ({}) is not for {}; it is for {}", spec.name, place.words(), places.join(", "))
        }
        None => format!("{chord} does nothing"),
    };
    model.notices.info(model.now, format!("{message}; {help} shows what can be done here"));
    model.dirty = true;
}

/// A key for what is on top. The overlay was taken off; whoever wants it to stay puts it back.
pub(crate) fn over(model: &mut Model, overlay: Overlay, chord: Chord) -> Vec<Effect> {
    match overlay {
        Overlay::None => Vec::new(),
        Overlay::Filter(input) => filter_key(model, input, chord),
        Overlay::Palette(mut palette) => {
            let down = matches!(chord.key, Key::Down) || chord == Chord::ctrl('n');
            let up = matches!(chord.key, Key::Up) || chord == Chord::ctrl('p');
            match chord.key {
                Key::Esc => return Vec::new(),
                Key::Backspace if palette.input.value().is_empty() => return Vec::new(),
                Key::Enter => {
                    let at = model.whereabouts();
                    let line = palette.line().to_owned();
                    if !line.is_empty() {
                        model.preferences.typed(&line);
                        model.remembered = false;
                    }
                    let effects = run_line(model, &palette.meaning());
                    // What was refused stays, to be put right.
                    if effects.is_empty() && model.refused(&at) {
                        model.overlay = Overlay::Palette(palette);
                    }
                    return effects;
                }
                Key::Tab if chord.shift => palette.step(-1),
                Key::Tab => palette.complete(),
                _ if down => palette.step(1),
                _ if up => palette.step(-1),
                _ => {
                    if edit(&mut palette.input, chord) {
                        palette.edited();
                    }
                }
            }
            model.overlay = Overlay::Palette(palette);
            Vec::new()
        }
        Overlay::Menu(menu) => menu_key(model, menu, chord),
        // A key that was on its way to something else is no answer to a plan that opened meanwhile.
        Overlay::Confirm(confirm) if confirm.is_unread(model.now, model.settings.speed) => {
            model.overlay = Overlay::Confirm(confirm);
            Vec::new()
        }
        Overlay::Confirm(mut confirm) => {
            // A plan is paged through by the keys that page elsewhere, but for those that could be meant as an answer.
            let answers = matches!(chord.key, Key::Char(_)) && !chord.ctrl && !chord.alt;
            let pages = match model.settings.keymap.command(crate::command::Where::Fleet, chord) {
                Some(Command::PageDown) if !answers => Some(PAGE),
                Some(Command::PageUp) if !answers => Some(-PAGE),
                _ => None,
            };
            if let Some(lines) = pages {
                scroll(&mut confirm, &model.shown, lines);
                model.overlay = Overlay::Confirm(confirm);
                return Vec::new();
            }
            confirm_key(model, confirm, chord)
        }
        Overlay::Unlock(unlocking) => locks::key(model, unlocking, chord),
        Overlay::Hours(form) => hours::key(model, form, chord),
        Overlay::Ask(ask) => actions::ask_key(model, ask, chord),
    }
}

/// A menu moves as a table does; the keys it shows choose; anything else that is typed narrows it.
fn menu_key(model: &mut Model, mut menu: Box<Menu>, chord: Chord) -> Vec<Effect> {
    let text = chord.typed().is_some() || matches!(chord.key, Key::Backspace);
    if !(menu.typing && text) {
        match model.settings.keymap.command(crate::command::Where::Fleet, chord) {
            Some(Command::Back) if menu.widen() => {
                model.overlay = Overlay::Menu(menu);
                return Vec::new();
            }
            Some(Command::Back | Command::Leave) => return Vec::new(),
            Some(Command::Open) if menu.current().is_some() => return choose(model, *menu),
            Some(Command::Down) => menu.step(1),
            Some(Command::Up) => menu.step(-1),
            Some(Command::Top) => menu.at = 0,
            Some(Command::Bottom) => menu.at = menu.len().saturating_sub(1),
            Some(Command::PageDown) => menu.page(true, model.shown.entries.len()),
            Some(Command::PageUp) => menu.page(false, model.shown.entries.len()),
            Some(Command::Filter) => menu.typing = true,
            _ if menu.go_to(chord) => return choose(model, *menu),
            _ if text => type_into(&mut menu, chord),
            _ => {}
        }
    } else {
        type_into(&mut menu, chord);
    }
    model.overlay = Overlay::Menu(menu);
    Vec::new()
}

fn type_into(menu: &mut Menu, chord: Chord) {
    if matches!(chord.key, Key::Backspace) && menu.filter.value().is_empty() {
        menu.typing = false;
        return;
    }
    if edit(&mut menu.filter, chord) {
        menu.typing = true;
        menu.narrow();
    }
}

pub(super) fn filter_key(model: &mut Model, mut input: Input, chord: Chord) -> Vec<Effect> {
    let empty = input.value().is_empty();
    match chord.key {
        Key::Esc => {
            set_filter(model, "");
            return Vec::new();
        }
        Key::Backspace if empty => return Vec::new(),
        Key::Enter => {
            if let Some(Page::Viewer(viewer)) = model.places.last_mut()
                && !viewer.search.is_empty()
                && viewer.found(viewer.place.line.wrapping_sub(1), false).is_none()
            {
                let message = format!("{:?} is not found in this text", viewer.search);
                model.notices.info(model.now, message);
            }
            return Vec::new();
        }
        Key::Down | Key::Up => {
            let delta = if chord.key == Key::Down { 1 } else { -1 };
            if let Some(Page::Logs(view)) = model.places.last_mut() {
                view.step(delta, model.shown.page);
            } else if let Some(sheet) = model.sheet_mut() {
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
pub(crate) fn set_filter(model: &mut Model, text: &str) {
    match model.places.last_mut() {
        Some(Page::Viewer(viewer)) => {
            viewer.search = text.to_owned();
            let from = viewer.place.line;
            // The line at the top may hold it already.
            let here = viewer.lines.len().max(1);
            if let Some(line) = viewer.found((from + here - 1) % here, false) {
                viewer.place = crate::console::widgets::lines::ScrollPosition { line, ..Default::default() };
            }
        }
        Some(Page::Logs(view)) => crate::console::logs::filter(view, text),
        Some(place) => {
            if let Some(sheet) = place.sheet_mut() {
                sheet.set_filter(text);
            }
        }
        None => {}
    }
    model.dirty = true;
}

pub(super) fn confirm_key(model: &mut Model, mut confirm: Box<Confirm>, chord: Chord) -> Vec<Effect> {
    let gate = model.gate;
    let refused = confirm.hindrance.is_some();
    let of_marks = !confirm.marked.is_empty();
    let answer = match confirm.hear(chord) {
        ConfirmKey::Answer(_) if refused => return Vec::new(),
        ConfirmKey::Answer(answer) => answer,
        heard @ (ConfirmKey::Stay | ConfirmKey::Scroll(_)) => {
            if let ConfirmKey::Scroll(lines) = heard {
                scroll(&mut confirm, &model.shown, lines);
            }
            model.overlay = Overlay::Confirm(confirm);
            return Vec::new();
        }
    };
    // At some hours one yes is not enough: the second is asked for as the first was.
    let yes = match &answer {
        Confirmation::Yes => !confirm.wants_name(),
        Confirmation::Named(name) => name == confirm.plan.environment.as_str(),
        Confirmation::No => false,
    };
    if yes && confirm.at.guard.twice.is_some() && !confirm.again {
        confirm.again = true;
        confirm.input = Input::default();
        model.overlay = Overlay::Confirm(confirm);
        return Vec::new();
    }
    match confirm.answer(&answer, gate, model.now) {
        Ok(allowed) => {
            if of_marks {
                // Marks end with what was done with them.
                model.marks.clear();
            }
            model.notices.info(model.now, format!("{}…", allowed.plan().message));
            match allowed {
                Admitted::Change(approved) => vec![Effect::Change(Box::new(approved))],
                Admitted::Procedure(license, procedure) => actions::begin(model, license, procedure),
            }
        }
        Err(refused) => {
            model.notices.info(model.now, refused.to_string());
            Vec::new()
        }
    }
}

/// Moves a plan that is longer than the screen, no further than it goes.
fn scroll(confirm: &mut Confirm, shown: &FrameInfo, lines: isize) {
    let most = shown.above + shown.below;
    confirm.offset = shown.above.saturating_add_signed(lines).min(most);
}

pub(super) fn pasted(model: &mut Model, text: &str) -> Vec<Effect> {
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
        Overlay::Ask(ask) => {
            for chord in typed {
                ask.type_in(chord);
            }
            model.dirty = true;
        }
        Overlay::Confirm(confirm) if confirm.writing => {
            for chord in typed {
                edit(&mut confirm.reason, chord);
            }
            model.dirty = true;
        }
        Overlay::Menu(menu) => {
            for chord in typed {
                edit(&mut menu.filter, chord);
            }
            menu.typing = true;
            menu.narrow();
            model.dirty = true;
        }
        Overlay::Hours(form) => {
            for chord in typed {
                form.hear(chord, false);
            }
            model.dirty = true;
        }
        // A name that confirms is typed, so that it is read.
        Overlay::None | Overlay::Confirm(_) | Overlay::Unlock(_) => {}
    }
    Vec::new()
}

pub(super) fn clicked(model: &mut Model, x: u16, y: u16) -> Vec<Effect> {
    model.dirty |= model.notices.dismiss();
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
        overlay @ (Overlay::Hours(_) | Overlay::Unlock(_)) => {
            model.overlay = overlay;
            Vec::new()
        }
        overlay @ (Overlay::None | Overlay::Filter(_) | Overlay::Ask(_)) => {
            model.overlay = overlay;
            let Some(row) = model.shown.row_at(x, y) else { return Vec::new() };
            if let Some(Page::Logs(view)) = model.places.last_mut() {
                model.dirty = true;
                if view.point(row) {
                    return perform(model, Command::Open, None);
                }
                return Vec::new();
            }
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

pub(super) fn wheeled(model: &mut Model, notches: isize) -> Vec<Effect> {
    match &mut model.overlay {
        Overlay::Menu(menu) => menu.step(notches.signum()),
        Overlay::Palette(palette) => palette.step(notches.signum()),
        Overlay::Confirm(confirm) => scroll(confirm, &model.shown, notches * 3),
        Overlay::Hours(_) | Overlay::Unlock(_) => {}
        Overlay::None | Overlay::Filter(_) | Overlay::Ask(_) => crate::console::dispatch::step(model, notches * 3),
    }
    model.dirty = true;
    Vec::new()
}
