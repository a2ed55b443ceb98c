//! The command line: completion, meanings, and what is said when nothing fits.

use super::{Known, Meaning, OfferedAction, Palette};
use crate::command::{Command, Where};
use crate::console::screens::rig::{fleet, picture, press, showing, type_in};
use tui_input::Input;

fn typed(text: &str) -> Palette {
    let known = Known {
        environments: vec!["prooflink-dev".into(), "prooflink-prod".into(), "city-poc".into()],
        themes: vec!["night".into(), "day".into()],
        ..Known::default()
    };
    let mut palette = Palette::new(Where::Fleet, known);
    palette.input = Input::new(text.to_owned());
    palette.propose();
    palette
}

#[test]
fn a_name_may_be_shortened_while_only_one_begins_so() {
    assert_eq!(typed("q").meaning(), Meaning::Command(Command::Quit, None));
    assert_eq!(typed("susp").meaning(), Meaning::Command(Command::Suspend, None));
    assert_eq!(typed(" env city-poc ").meaning(), Meaning::Command(Command::Env, Some("city-poc".into())));
    assert_eq!(typed("").meaning(), Meaning::Nothing);
}

#[test]
fn what_a_row_offers_may_be_shortened_too_and_what_could_be_several_lists_them() {
    let offered = |verb, whole| OfferedAction { verb, message: String::new(), whole };
    let known = Known { actions: vec![offered("deploy", false), offered("restart", false)], ..Known::default() };
    let meaning = |text: &str| {
        let mut palette = Palette::new(Where::Detail, known.clone());
        palette.input = Input::new(text.to_owned());
        palette.propose();
        palette.meaning()
    };
    assert_eq!(meaning("dep v2"), Meaning::Offer("deploy", Some("v2".into())));
    assert_eq!(
        meaning("re"),
        Meaning::Unknown("\"re\" could be :release, :refresh, :recent, :region, :restart".into())
    );
}

#[test]
fn what_is_no_command_here_says_why() {
    let message = |text| match typed(text).meaning() {
        Meaning::Unknown(message) => message,
        other => panic!("{other:?}"),
    };
    assert_eq!(message("refersh"), "there is no command \"refersh\"; did you mean :refresh?");
    let raw = message("raw");
    assert!(raw.starts_with(":raw is not for the fleet; it is for an environment, a schedule"), "{raw}");
    let deploy = message("deploy");
    assert!(deploy.starts_with(":deploy (") && deploy.contains("is for a service"), "{deploy}");
    assert_eq!(message("quit now"), ":quit takes nothing; \"now\" is too much");
}

#[test]
fn tab_completes_and_goes_on_with_what_the_command_takes() {
    assert_eq!(typed("regi").ghost(), Some("on"));
    let mut palette = typed("env");
    palette.complete();
    assert_eq!(palette.input.value(), "env ");
    assert_eq!(palette.proposals.len(), 3);
    let mut palette = typed("env pprod");
    palette.complete();
    assert_eq!(palette.input.value().trim(), "env prooflink-prod");
}

#[test]
fn moving_among_proposals_goes_around_and_enter_takes_the_one_under_the_cursor() {
    let mut palette = typed("env p");
    palette.step(-1);
    palette.step(1);
    let first = palette.proposals[0].line.clone();
    assert_eq!(palette.meaning(), Meaning::Command(Command::Env, first.strip_prefix("env ").map(str::to_owned)));
    assert_eq!(typed("zzz").at, None);
}

#[test]
fn upwards_from_an_empty_line_stands_what_was_typed_before() {
    let history = vec!["theme day".to_owned(), "env city-poc".to_owned()];
    let known = Known { history, ..Known::default() };
    let mut palette = Palette::new(Where::Fleet, known);
    let mut lines = Vec::new();
    for delta in [-1, -1, -1, 1, 1] {
        palette.step(delta);
        lines.push(palette.line().to_owned());
    }
    assert_eq!(lines, ["env city-poc", "theme day", "theme day", "env city-poc", ""]);
    palette.step(1);
    assert_eq!(palette.at, Some(0), "below an empty line stand the proposals");
    let mut model = showing(fleet());
    for line in ["unassigned", "env kajimaru"] {
        press(&mut model, &[":"]);
        type_in(&mut model, line);
        press(&mut model, &["enter"]);
    }
    press(&mut model, &[":", "up", "up", "enter"]);
    assert!(
        matches!(model.here(), Some(crate::console::page::Page::Unassigned(_))),
        "{:?}",
        model.preferences.commands
    );
}

#[test]
fn over_the_fleet() {
    let mut model = showing(fleet());
    press(&mut model, &[":"]);
    type_in(&mut model, "un");
    insta::assert_snapshot!(picture(&mut model, 80, 12));
}
