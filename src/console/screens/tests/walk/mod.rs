//! A walk through the whole console: every command in every place it is offered in, on every sort of row, small and
//! large, dark and light. No key does nothing, nothing breaks, and there is always a way back. For tests only.

mod chance;
mod places;
mod stage;

use std::collections::BTreeSet;

use ratatui::buffer::Buffer;
use rstest::rstest;

use super::rig::{draw, tell};
use super::viewer;
use crate::command::{Argument, COMMANDS, Command, Need, Spec, Where};
use crate::console::effect::Effect;
use crate::console::model::Model;
use crate::console::msg::Event;
use crate::console::overlay::Overlay;
use crate::console::page::Page;
use crate::theme::Theme;
use places::Stop;
use stage::{answer, back_to_the_fleet};

const SIZES: [(u16, u16); 2] = [(80, 24), (200, 60)];

/// Whether a picture is one: no text outside it, none that could move the terminal.
fn sound(buffer: &Buffer) -> Result<(), String> {
    let (columns, rows) = (buffer.area.width, buffer.area.height);
    for y in 0..rows {
        for x in 0..columns {
            let symbol = buffer[(x, y)].symbol();
            if symbol.chars().any(char::is_control) {
                return Err(format!("a control character at {x},{y}: {symbol:?}"));
            }
            if usize::from(x) + crate::text::width(symbol) > usize::from(columns) {
                return Err(format!("{symbol:?} at {x},{y} leaves a screen of {columns} columns"));
            }
        }
    }
    Ok(())
}

/// The picture: a small one in a light theme, a large one in a dark theme.
fn drawn(model: &mut Model, (columns, rows): (u16, u16)) -> Buffer {
    let theme = if (columns, rows) == SIZES[0] { "day" } else { "night" };
    let own = std::mem::replace(&mut model.theme, Theme::built_in(theme));
    let drawn = draw(model, columns, rows);
    model.theme = own;
    drawn
}

/// Whether a command that moves has nowhere to go: the cursor is at that end, or the whole text is in sight.
fn at_the_end(model: &Model, command: Command) -> bool {
    let down = match command {
        Command::Down | Command::Bottom | Command::PageDown | Command::HalfDown => true,
        Command::Up | Command::Top | Command::PageUp | Command::HalfUp => false,
        _ => return false,
    };
    match model.here() {
        Some(Page::Viewer(text)) => {
            let by = if down { 1 } else { -1 };
            viewer::view::moved(text, &model.theme, by, &model.shown) == text.place
        }
        Some(place) => place.sheet().is_none_or(|sheet| {
            let end = if down { sheet.len().saturating_sub(1) } else { 0 };
            sheet.position() == end
        }),
        None => true,
    }
}

/// Puts the cursor where a command that moves has somewhere to go, if there is such a place.
fn make_room(model: &mut Model, command: Command, size: (u16, u16)) {
    let away = match command {
        Command::Down | Command::Bottom | Command::PageDown | Command::HalfDown => "g",
        Command::Up | Command::Top | Command::PageUp | Command::HalfUp => "G",
        _ => return,
    };
    stage::key(model, away);
    model.notices.dismiss();
    draw(model, size.0, size.1);
}

/// Runs a command as a reader would: by its key, or by its name where it has none.
fn run(model: &mut Model, spec: &Spec) -> Vec<Effect> {
    if let Some(chord) = model.settings.keymap.keys(spec.command).first() {
        let chord = *chord;
        return tell(model, Event::Key(chord));
    }
    tell(model, Event::Key(":".parse().expect("a chord")));
    for c in spec.name.chars() {
        tell(model, Event::Key(crate::keys::Chord::char(c)));
    }
    tell(model, Event::Key("enter".parse().expect("a chord")))
}

/// What is wrong with a command on a stop in one size; nothing if all is well.
fn wrong(stop: &Stop, spec: &Spec, size: (u16, u16)) -> Option<String> {
    let mut model = stop.stand(size);
    make_room(&mut model, spec.command, size);
    let nowhere = at_the_end(&model, spec.command);
    let before = drawn(&mut model, size);
    let effects = run(&mut model, spec);
    let leaves = effects.iter().any(|effect| matches!(effect, Effect::Quit | Effect::Suspend));
    answer(&mut model, effects);
    let after = drawn(&mut model, size);
    if let Err(why) = sound(&after) {
        return Some(why);
    }
    let told = model.notices.now().is_some();
    if !(told || before != after || leaves || nowhere) {
        return Some("it does nothing and says nothing".to_owned());
    }
    let back = back_to_the_fleet(&mut model);
    back.is_none().then(|| "esc does not lead back to the fleet".to_owned())
}

fn all_well(wrong: &[String]) {
    assert!(wrong.is_empty(), "{} of them:\n{}", wrong.len(), wrong.join("\n"));
}

#[test]
fn the_stops_are_in_every_place_and_at_every_kind_that_is_shown() {
    let stops = places::all();
    let places = places::covered(&stops);
    assert_eq!(places, Where::ALL.iter().copied().collect::<BTreeSet<_>>());
    let names: BTreeSet<&str> = stops.iter().map(|stop| stop.name.as_str()).collect();
    assert_eq!(names.len(), stops.len(), "two stops of one name");
    for kind in crate::kinds::catalog::KINDS.iter().filter(|kind| kind.shown().is_some()) {
        assert!(stops.iter().any(|stop| stop.name.ends_with(&format!("of a {}", kind.name()))), "no {}", kind.name());
    }
}

/// Every place with every command that is offered there; of the sorts of rows in one place each takes every fourth of the
/// commands, begun elsewhere, so that each command meets many of them. In parts, which run beside each other.
#[rstest]
fn no_command_does_nothing_wherever_it_is_offered(#[values(0, 1, 2, 3)] part: usize) {
    let mut found = Vec::new();
    for (at, stop) in places::all().into_iter().enumerate().filter(|(at, _)| at % 4 == part) {
        let place = stop.stand((80, 24)).place();
        // What needs no row does the same whatever the cursor is on.
        let anywhere = |spec: &Spec| spec.needs == Need::Nothing && spec.at == Where::ALL;
        let ties = |spec: &&Spec| !stop.row || !anywhere(spec);
        let offered = COMMANDS.iter().filter(|spec| spec.at.contains(&place)).filter(ties);
        for (turn, spec) in offered.enumerate().filter(|(turn, _)| !stop.row || (at / 4 + turn) % 4 == 0) {
            // What is about a place in both sizes, the rest in one of them by turns.
            let turn = (at + turn) % 2;
            let sizes = if stop.row || anywhere(spec) { &SIZES[turn..=turn] } else { &SIZES[..] };
            for size in sizes.iter().copied() {
                let why = wrong(&stop, spec, size);
                found.extend(why.map(|why| format!("{} · {} · {size:?}: {why}", stop.name, spec.name)));
            }
        }
    }
    all_well(&found);
}

#[test]
fn a_command_with_something_typed_behind_it_does_it_or_says_why_not() {
    let mut found = Vec::new();
    for spec in COMMANDS.iter().filter(|spec| spec.takes != Argument::Nothing) {
        for typed in ["kajimaru", "no such thing", "本番\u{202e}"] {
            for stop in places::all().iter().filter(|stop| ["the fleet", "faults"].contains(&stop.name.as_str())) {
                let mut model = stop.stand((80, 24));
                let before = draw(&mut model, 80, 24);
                stage::line(&mut model, &format!("{} {typed}", spec.name));
                let after = draw(&mut model, 80, 24);
                if let Err(why) = sound(&after) {
                    found.push(format!("{} · :{} {typed}: {why}", stop.name, spec.name));
                }
                if after == before && model.notices.now().is_none() {
                    found.push(format!("{} · :{} {typed}: nothing happens", stop.name, spec.name));
                }
            }
        }
    }
    all_well(&found);
}

#[test]
fn everything_a_row_offers_leads_to_a_plan_a_question_or_a_reason() {
    let mut found = Vec::new();
    let mut seen = BTreeSet::new();
    for stop in places::all() {
        let model = stop.stand((80, 24));
        let actions = crate::console::actions::actions(&model);
        let kind = model.resource().map(|id| id.kind.0);
        for (_, action) in
            actions.into_iter().filter(|(_, action)| seen.insert((kind, action.verb, action.disabled_reason.is_some())))
        {
            let mut letters = action.message.chars();
            if letters.next().is_some_and(char::is_uppercase) && letters.next().is_some_and(char::is_lowercase) {
                found.push(format!("{} · :{}: it begins large, the commands beside it do not", stop.name, action.verb));
            }
            for size in SIZES {
                let mut model = stop.stand(size);
                let before = drawn(&mut model, size);
                stage::line(&mut model, action.verb);
                let after = drawn(&mut model, size);
                let message = |why: &str| format!("{} · :{} · {size:?}: {why}", stop.name, action.verb);
                found.extend(sound(&after).err().map(|why| message(&why)));
                let told = model.notices.now().is_some();
                if !told && before == after {
                    found.push(message("it does nothing and says nothing"));
                }
                if action.disabled_reason.is_some() && !told {
                    found.push(message("it is barred and does not say why"));
                }
                if back_to_the_fleet(&mut model).is_none() {
                    found.push(message("esc does not lead back to the fleet"));
                }
            }
        }
    }
    assert!(seen.len() > 20, "the demo offers too little to try: {seen:?}");
    all_well(&found);
}

#[test]
fn a_key_that_means_nothing_says_so_and_names_the_help() {
    for stop in places::all() {
        let mut model = stop.stand((80, 24));
        for unbound in ["z", "f7", "ctrl-y", "語"] {
            stage::key(&mut model, unbound);
            let said = model.notices.now().map(|(_, text)| text.to_owned()).unwrap_or_default();
            assert!(said.contains("? shows what can be done here"), "{} · {unbound}: {said:?}", stop.name);
        }
    }
}

#[test]
fn whatever_lies_over_a_place_takes_every_key_and_lets_go() {
    let keys: BTreeSet<&str> = COMMANDS.iter().flat_map(|spec| spec.keys).copied().collect();
    for stop in places::overlays() {
        for size in SIZES {
            for one in keys.iter().chain(&["backspace", "left", "y", "本"]) {
                let mut model = stop.stand(size);
                assert!(!matches!(model.overlay, Overlay::None), "{} is not there", stop.name);
                stage::key(&mut model, one);
                sound(&drawn(&mut model, size)).unwrap_or_else(|why| panic!("{} · {one}: {why}", stop.name));
                assert!(back_to_the_fleet(&mut model).is_some(), "{} · {one}: no way back", stop.name);
            }
        }
    }
}
