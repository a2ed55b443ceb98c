//! How the console takes what a hand does: nothing opens over what the reader went on to, nothing typed is lost, every
//! letter that is shown works, going back leads to where one came from. Tests only.

use super::tests_rig::{at, planned, read_all, say};
use crate::change::Report;
use crate::change::plan::Plan;
use crate::console::effect::Effect;
use crate::console::model::Model;
use crate::console::msg::Event;
use crate::console::overlay::Overlay;
use crate::console::page::Page;
use crate::console::screens::rig::{
    demo, environment, fleet, press, read_of_demo, scope, showing, tell, tell_at, text, type_in,
};
use crate::console::screens::sheet::RowTarget;
use crate::engine::running::Underway;
use crate::operations::verbs::operation;
use crate::overview::Picture;
use crate::world::{Health, KindName, ResourceId};
use jiff::SignedDuration;
use rstest::rstest;

#[rstest]
#[case::kept_up_and_asleep("prooflink-dev", "override +2h", true, false)]
#[case::kept_up_and_up("backend-dev", "override 23:30", false, false)]
#[case::kept_down_and_asleep("prooflink-dev", "override stopped 2026-11-24 10:00", false, false)]
#[case::kept_down_and_up("backend-dev", "override stopped +2h", false, true)]
fn an_override_makes_itself_true_or_says_that_it_does_not(
    #[case] name: &str,
    #[case] line: &str,
    #[case] wakes: bool,
    #[case] stays: bool,
) {
    let mut model = at(name);
    let effects = say(&mut model, line);
    read_all(&mut model, effects);
    let Some(plan) = planned(&model) else { panic!("{line}: no plan, but {:?}", model.notices) };
    assert!(plan.message.starts_with("keep "), "{plan:?}");
    let starts = plan.calls.iter().any(|call| call.contains("StartDBInstance"));
    assert_eq!(starts, wakes, "{plan:#?}");
    let said = plan.notices.iter().any(|notice| notice.contains("is asleep: it is woken"));
    assert_eq!(said, wakes, "{plan:#?}");
    assert_eq!(plan.notices.iter().any(|notice| notice.contains("does not stop it")), stays, "{plan:#?}");
}

#[test]
fn a_plan_that_arrives_late_opens_over_nothing_else() {
    let mut model = at("backend-dev");
    let effects = say(&mut model, "migrate");
    let [Effect::Consult(ask, wants)] = effects.as_slice() else { panic!("nothing is read: {effects:?}") };
    press(&mut model, &["esc"]);
    tell(&mut model, Event::Consulted(*ask, read_of_demo(wants)));
    assert!(planned(&model).is_none(), "it lies over the fleet");
    let said = model.notices.now().map(|(_, said)| said.to_owned()).unwrap_or_default();
    assert_eq!(said, "migrate of backend-dev: its plan is ready; ask for it again");
}

#[test]
fn a_key_that_was_on_its_way_is_no_answer_to_a_plan_that_opens() {
    let mut model = at("backend-dev");
    let effects = say(&mut model, "migrate");
    let [Effect::Consult(ask, wants)] = effects.as_slice() else { panic!("nothing is read: {effects:?}") };
    press(&mut model, &["j", "j"]);
    tell(&mut model, Event::Consulted(*ask, read_of_demo(wants)));
    assert!(planned(&model).is_some());
    assert_eq!(press(&mut model, &["y"]), []);
    assert!(planned(&model).is_some(), "neither yes nor no");
    let later = model.now + SignedDuration::from_secs(1);
    let effects = tell_at(&mut model, later, Event::Key("y".parse().expect("a chord")));
    assert!(matches!(effects.as_slice(), [Effect::Run(_), ..]), "{effects:?}");
    // Whoever waited for it may answer as soon as it stands there.
    let mut model = at("backend-dev");
    let effects = say(&mut model, "migrate");
    read_all(&mut model, effects);
    assert!(matches!(press(&mut model, &["y"]).as_slice(), [Effect::Run(_), ..]));
}

/// Something under way that stops with the console, unless it goes on inside AWS.
fn under_way(model: &mut Model, goes_on: bool) {
    let on = ResourceId { kind: KindName("environment"), scope: scope(), key: "city-dev".into() };
    let mut plan = Plan::new("put city-dev to sleep", "city-dev".into(), on, vec!["rds:StopDBInstance".to_owned()]);
    plan.command = Some("toban sleep city-dev".to_owned());
    let mut one = Underway::new(99, plan, model.now);
    one.report = Report { goes_on, ..Report::default() };
    model.underway.push(one);
}

#[test]
fn quitting_over_what_would_stop_asks_once_and_tells_afterwards_how_to_go_on() {
    for key in ["q", "ctrl-c"] {
        let mut model = showing(fleet());
        under_way(&mut model, false);
        assert_eq!(press(&mut model, &[key]), [], "{key}");
        let said = model.notices.now().map(|(_, said)| said.to_owned()).unwrap_or_default();
        assert!(said.contains("put city-dev to sleep is still running and would stop half way"), "{said}");
        assert_eq!(press(&mut model, &[key]), [Effect::Quit], "{key}");
        let parting = ["put city-dev to sleep stopped half way; `toban sleep city-dev` goes on from what is there"];
        assert_eq!(model.parting(), parting);
    }
    let mut model = showing(fleet());
    under_way(&mut model, true);
    assert_eq!(press(&mut model, &["q"]), [Effect::Quit], "it goes on without us");
    assert_eq!(model.parting(), ["put city-dev to sleep goes on inside AWS; `toban status city-dev` shows it"]);
}

#[test]
fn every_letter_that_a_menu_shows_works_there() {
    let mut model = at("prooflink-dev");
    press(&mut model, &["a"]);
    let Overlay::Menu(menu) = &model.overlay else { panic!("no menu") };
    let first = menu.entries.first().expect("an entry");
    assert!(operation(&first.label).is_some(), "operations stand first: {}", first.label);
    let keys: Vec<_> = menu.entries.iter().filter_map(|entry| Some((entry.key?, entry.label.clone()))).collect();
    let mut once = keys.clone();
    once.sort();
    once.dedup_by_key(|(key, _)| *key);
    assert_eq!(once.len(), keys.len(), "one key, one entry: {keys:?}");
    let operations = menu.entries.iter().filter(|entry| operation(&entry.label).is_some());
    assert!(operations.clone().count() >= 5 && operations.clone().all(|entry| entry.key.is_some()), "{keys:?}");
    let wake = keys.iter().find(|(_, label)| label == "wake").expect("wake").0.to_string();
    press(&mut model, &[&wake]);
    assert_eq!(planned(&model).map(|plan| plan.message.as_str()), Some("wake prooflink-dev"), "{:?}", model.notices);
}

#[test]
fn typing_filters_a_menu_and_esc_widens_it_before_it_closes() {
    let mut model = at("prooflink-dev");
    press(&mut model, &["a", "/"]);
    type_in(&mut model, "overr");
    let shown = text(&mut model, 100, 30);
    assert!(shown.contains("· /overr") && shown.contains("override") && !shown.contains("copy-name"), "{shown}");
    press(&mut model, &["esc"]);
    assert!(text(&mut model, 100, 30).contains("copy-name"));
    press(&mut model, &["esc"]);
    assert!(matches!(model.overlay, Overlay::None));
    let mut model = showing(fleet());
    model.settings.themes = vec!["night".to_owned(), "day".to_owned()];
    press(&mut model, &[":"]);
    type_in(&mut model, "theme");
    press(&mut model, &["enter"]);
    type_in(&mut model, "da");
    assert_eq!(press(&mut model, &["enter"]), [Effect::Theme("day".to_owned())], "a list without letters needs no /");
}

#[test]
fn what_is_typed_takes_the_place_of_what_was_proposed() {
    let mut model = at("prooflink-prod");
    while model.row().is_none_or(|row| row.name != "prooflink-prod-service") {
        let before = model.row().map(|row| row.key.clone());
        press(&mut model, &["j"]);
        assert_ne!(before, model.row().map(|row| row.key.clone()), "no such service");
    }
    let asked = |model: &Model| match &model.overlay {
        Overlay::Ask(ask) => ask.input.value().to_owned(),
        other => panic!("{other:?}"),
    };
    say(&mut model, "scale");
    assert_eq!(asked(&model), "4");
    type_in(&mut model, "6");
    assert_eq!(asked(&model), "6");
    press(&mut model, &["esc"]);
    say(&mut model, "scale");
    press(&mut model, &["backspace"]);
    type_in(&mut model, "12");
    assert_eq!(asked(&model), "12");
}

#[test]
fn what_was_refused_stays_in_the_prompt_with_the_reason() {
    let mut model = showing(fleet());
    say(&mut model, "deploy v2");
    assert!(matches!(&model.overlay, Overlay::Palette(palette) if palette.input.value() == "deploy v2"));
    let shown = text(&mut model, 120, 30);
    assert!(shown.contains(":deploy v2") && shown.contains("is for a service, a function, a target group"), "{shown}");
    let mut model = at("prooflink-dev");
    let effects = say(&mut model, "override");
    read_all(&mut model, effects);
    type_in(&mut model, "soon");
    press(&mut model, &["enter"]);
    assert!(matches!(&model.overlay, Overlay::Ask(ask) if ask.input.value() == "soon"), "{:?}", model.overlay);
    assert!(text(&mut model, 120, 30).contains("\"soon\" is no time"));
    press(&mut model, &["esc"]);
    assert!(matches!(model.overlay, Overlay::None));
}

#[test]
fn esc_returns_to_the_row_one_came_from_however_rows_moved() {
    let mut model = showing(fleet());
    assert_eq!(model.row().map(|item| item.name.as_str()), Some("prooflink-prod"), "the first, never moved to");
    press(&mut model, &["enter"]);
    let mut environments = fleet();
    environments.insert(0, environment("aaa-prod", Health::Bad, "worse"));
    tell(&mut model, Event::Gathered(0, Picture { environments, ..Picture::default() }));
    press(&mut model, &["esc"]);
    assert_eq!(model.row().map(|item| item.name.as_str()), Some("prooflink-prod"));
    say(&mut model, "env city-dev");
    press(&mut model, &["esc"]);
    assert_eq!(model.row().map(|item| item.name.as_str()), Some("city-dev"), ":env lands on it too");
    let mut model = showing(Vec::new());
    model.open_on = Some("city-dev".to_owned());
    tell(&mut model, Event::Gathered(0, Picture { environments: fleet(), ..Picture::default() }));
    assert!(matches!(model.here(), Some(Page::Environment(..))));
    press(&mut model, &["esc"]);
    assert_eq!(model.row().map(|item| item.name.as_str()), Some("city-dev"), "toban ENV as well");
}

#[test]
fn the_filter_of_the_fleet_looks_into_environments_and_says_where_it_hit() {
    let mut model = demo(0);
    press(&mut model, &["/"]);
    type_in(&mut model, "prooflink-dev-db");
    press(&mut model, &["enter"]);
    let rows: Vec<String> =
        model.sheet().map(|sheet| sheet.rows().map(|(_, item)| item.name.clone()).collect()).expect("rows");
    assert_eq!(rows, ["prooflink-dev"]);
    let shown = text(&mut model, 140, 30);
    assert!(shown.contains("prooflink-dev-db · "), "{shown}");
}

#[test]
fn marks_are_taken_back_by_esc_before_the_page_is_left() {
    let mut model = at("prooflink-prod");
    let door = |model: &Model| model.door().cloned();
    for _ in 0..50 {
        if matches!(door(&model), Some(RowTarget::Resource(_))) {
            break;
        }
        press(&mut model, &["j"]);
    }
    press(&mut model, &["space", "esc"]);
    assert!(model.marks.is_empty() && matches!(model.here(), Some(Page::Environment(..))));
    press(&mut model, &["esc"]);
    assert!(matches!(model.here(), Some(Page::Fleet(_))));
}

#[test]
fn help_lists_the_operations_of_the_place() {
    let mut model = at("prooflink-dev");
    press(&mut model, &["?"]);
    let shown = text(&mut model, 120, 50);
    for word in ["operations on", ":wake", ":override", ":sleep", "not now, it is asleep already"] {
        assert!(shown.contains(word), "{word}: {shown}");
    }
}

#[test]
fn every_operation_that_is_offered_stands_in_the_table() {
    let model = demo(0);
    for environment in &model.picture.environments {
        let whole = RowTarget::Environment(environment.name.clone());
        let members = environment.members.iter().map(|member| RowTarget::Resource(member.id.clone()));
        for of in std::iter::once(whole).chain(members) {
            for action in crate::console::actions::offers_of(&model, &of) {
                assert!(operation(action.verb).is_some(), "{} of {of:?} is not in the table", action.verb);
            }
        }
    }
}
