//! What a typed line means: a number opens a row or chooses an entry, a word is a command or an operation as behind `:`, and
//! over a plan, a menu or a question a line is the answer to it. Changes the model only.

use tui_input::Input;

use crate::command::Command;
use crate::console::dispatch::{choose, known, perform, run_line};
use crate::console::effect::Effect;
use crate::console::model::Model;
use crate::console::overlay::Overlay;
use crate::console::screens::confirm::Confirm;
use crate::console::screens::hours::HoursForm;
use crate::console::screens::menu::Menu;
use crate::console::screens::palette::Palette;
use crate::console::update::{over, set_filter};
use crate::keys::{Chord, Key};

const ENTER: Chord = Chord::plain(Key::Enter);
const ESC: Chord = Chord::plain(Key::Esc);

/// Takes a line.
pub(in crate::console) fn line(model: &mut Model, typed: &str) -> Vec<Effect> {
    model.keys += 1;
    model.notices.dismiss();
    model.dirty = true;
    let leaves = matches!(typed, "back" | "no" | "leave");
    match std::mem::take(&mut model.overlay) {
        Overlay::None => order(model, typed),
        overlay if leaves => over(model, overlay, ESC),
        Overlay::Menu(menu) => entry(model, menu, typed),
        Overlay::Confirm(confirm) => answer(model, confirm, typed),
        Overlay::Ask(mut ask) => {
            if !typed.is_empty() {
                (ask.input, ask.fresh) = (Input::new(typed.to_owned()), false);
            }
            over(model, Overlay::Ask(ask), ENTER)
        }
        Overlay::Unlock(mut unlocking) => {
            unlocking.input = Input::new(typed.to_owned());
            let effects = over(model, Overlay::Unlock(unlocking), ENTER);
            // A name that was wrong is no reason to be asked for ever.
            if let Overlay::Unlock(_) = model.overlay {
                model.overlay = Overlay::None;
            }
            effects
        }
        Overlay::Filter(_) => {
            set_filter(model, typed);
            Vec::new()
        }
        Overlay::Palette(palette) => {
            let whole = format!("{} {typed}", palette.input.value().trim_end());
            order(model, &whole)
        }
        Overlay::Hours(form) => hours(model, form, typed),
    }
}

/// A line over nothing: where to go, or what to do.
fn order(model: &mut Model, typed: &str) -> Vec<Effect> {
    let typed = typed.strip_prefix(':').unwrap_or(typed).trim();
    if matches!(typed, "" | "again") {
        return Vec::new();
    }
    if let Some(text) = typed.strip_prefix('/') {
        set_filter(model, text);
        return Vec::new();
    }
    let (first, rest) = typed.split_once(' ').unwrap_or((typed, ""));
    if let Ok(number) = first.parse::<usize>() {
        return row(model, number, rest.trim());
    }
    // The keys of the console that are signs or letters mean here what they mean there.
    let mut chars = typed.chars();
    if let (Some(only), None) = (chars.next(), chars.next())
        && let Some(command) = model.settings.keymap.command(model.place(), Chord::char(only))
    {
        return perform(model, command, None);
    }
    let meaning = Palette::with(model.place(), known(model), typed).meaning();
    run_line(model, &meaning)
}

/// Puts the cursor on the row of that number and opens it, or does with it what stands behind the number.
fn row(model: &mut Model, number: usize, then: &str) -> Vec<Effect> {
    let count = model.sheet().map_or(0, |sheet| sheet.len());
    let Some(sheet) = model.sheet_mut().filter(|_| (1..=count).contains(&number)) else {
        let message = if count == 0 { "there are no rows here".to_owned() } else { format!("rows are 1 to {count}") };
        model.notices.fault(model.now, message);
        return Vec::new();
    };
    sheet.go(number - 1);
    if then.is_empty() { perform(model, Command::Open, None) } else { order(model, then) }
}

/// The entry of a menu by its number, its key or its name.
fn entry(model: &mut Model, mut menu: Box<Menu>, typed: &str) -> Vec<Effect> {
    let named = |menu: &Menu| {
        let is_it = |label: &str| label.trim() == typed || label.split_whitespace().next() == Some(typed);
        menu.shown().position(|entry| {
            entry.is_some_and(|entry| is_it(&entry.label) || entry.key.is_some_and(|key| key.to_string() == typed))
        })
    };
    let number =
        typed.parse::<usize>().ok().filter(|number| (1..=menu.len()).contains(number)).map(|number| number - 1);
    match number.or_else(|| named(&menu)) {
        Some(at) => {
            menu.at = at;
            choose(model, *menu)
        }
        None => {
            model.notices.fault(model.now, format!("{typed:?} is none of them; they are 1 to {}", menu.len()));
            model.overlay = Overlay::Menu(menu);
            Vec::new()
        }
    }
}

/// The answer to a plan: only the whole word is a yes.
fn answer(model: &mut Model, mut confirm: Box<Confirm>, typed: &str) -> Vec<Effect> {
    if let Some(reason) = typed.strip_prefix("why ") {
        confirm.reason = Input::new(reason.trim().to_owned());
        model.notices.info(model.now, format!("the reason is: {}", reason.trim()));
        model.overlay = Overlay::Confirm(confirm);
        return Vec::new();
    }
    let name = confirm.plan.environment.to_string();
    let wants_name = confirm.wants_name();
    let is_yes = typed == if wants_name { name.as_str() } else { "yes" };
    if !is_yes {
        return over(model, Overlay::Confirm(confirm), ESC);
    }
    if wants_name {
        confirm.input = Input::new(name);
        return over(model, Overlay::Confirm(confirm), ENTER);
    }
    over(model, Overlay::Confirm(confirm), Chord::char('y'))
}

/// An answer to the form of office hours; an empty one takes what stands there.
fn hours(model: &mut Model, mut form: Box<HoursForm>, typed: &str) -> Vec<Effect> {
    if form.asking {
        let chord = if typed == "yes" { Chord::char('y') } else { ESC };
        return over(model, Overlay::Hours(form), chord);
    }
    let at = form.at;
    if let Some(field) = form.fields.get_mut(at).filter(|_| !typed.is_empty()) {
        *field = Input::new(typed.to_owned());
    }
    over(model, Overlay::Hours(form), ENTER)
}
