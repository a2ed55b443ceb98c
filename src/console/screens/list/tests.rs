//! Flat lists over all environments, and what is found: what stands in them, in which order, and how one gets there.

use rstest::rstest;

use crate::console::model::Model;
use crate::console::overlay::Overlay;
use crate::console::page::Page;
use crate::console::screens::rig::{demo, draw, press, text, type_in};
use crate::kinds::alarm::Alarm;
use crate::world::{Coverage, Health, Reading, Resource};

fn say(model: &mut Model, line: &str) {
    press(model, &[":"]);
    type_in(model, line);
    press(model, &["enter"]);
}

fn rows(model: &Model) -> Vec<(String, Option<Health>)> {
    let rows = model.sheet().into_iter().flat_map(|sheet| sheet.rows());
    rows.map(|(_, item)| (item.name.clone(), item.health)).collect()
}

#[rstest]
#[case::alarms("alarms", "ALARM")]
#[case::services("services", "SERVICE")]
#[case::databases("databases", "DATABASE")]
#[case::tasks("tasks", "TASK")]
#[case::targets("targets", "TARGET")]
#[case::instances("instances", "INSTANCE")]
#[case::functions("functions", "FUNCTION")]
#[case::jobs("jobs", "JOB")]
fn a_list_holds_all_of_all_environments_the_sick_first(#[case] list: &str, #[case] heading: &str) {
    let mut model = demo(0);
    say(&mut model, list);
    let shown = text(&mut model, 140, 40);
    assert!(shown.contains(heading) && shown.contains("ENVIRONMENT"), "{shown}");
    assert!(!rows(&model).is_empty(), "{shown}");
    let Some(Page::List(page)) = model.here() else { panic!("a list") };
    let wholes = page.sheet.rows().filter(|(_, item)| item.part_of.is_none()).filter_map(|(_, item)| item.health);
    let bad: Vec<bool> = wholes.map(|health| health == Health::Bad).collect();
    assert!(bad.iter().rposition(|bad| *bad) < bad.iter().position(|bad| !*bad) || !bad.contains(&true), "{shown}");
}

#[test]
fn tasks_of_services_stand_in_the_list_of_tasks() {
    let mut model = demo(0);
    say(&mut model, "tasks");
    let listed = rows(&model).len();
    let running: u32 = model.picture.environments.iter().map(|it| it.counts.tasks_running).sum();
    assert!(listed >= usize::try_from(running).unwrap_or(usize::MAX), "{listed} of {running}");
}

#[test]
fn a_task_behind_an_unhealthy_target_says_so() {
    let mut model = demo(0);
    say(&mut model, "tasks");
    let sick = |row: &(String, Option<Health>)| matches!(row.1, Some(Health::Bad | Health::Worrying));
    assert!(rows(&model).first().is_some_and(sick));
    let texts: Vec<String> = model.sheet().expect("rows").rows().map(|(_, item)| item.look.texts().join(" ")).collect();
    let behind: Vec<&String> = texts.iter().filter(|text| text.contains("answers 502")).collect();
    assert_eq!(behind.len(), 3, "{texts:?}");
    assert!(behind.iter().all(|text| text.contains("running") && text.contains("in prooflink-tg")), "{behind:?}");
}

#[test]
fn a_row_of_a_list_is_of_its_environment_and_leads_to_its_page_and_back() {
    let mut model = demo(0);
    say(&mut model, "databases");
    let name = rows(&model).first().map(|(name, _)| name.clone()).expect("a database");
    assert!(model.environment().is_some());
    press(&mut model, &["enter"]);
    assert!(matches!(model.here(), Some(Page::Detail(page)) if page.name == name));
    press(&mut model, &["esc"]);
    assert!(matches!(model.here(), Some(Page::List(_))));
}

#[test]
fn find_asks_for_a_text_and_lists_where_it_was_found() {
    let mut model = demo(0);
    say(&mut model, "find");
    assert!(matches!(&model.overlay, Overlay::Palette(line) if line.input.value() == "find "), "{:?}", model.overlay);
    type_in(&mut model, "prooflink-dev-db");
    press(&mut model, &["enter"]);
    let shown = text(&mut model, 120, 30);
    assert!(shown.contains("FOUND IN") && shown.contains("prooflink-dev-db"), "{shown}");
    say(&mut model, "find nothing-is-called-so");
    let shown = text(&mut model, 120, 30);
    assert!(shown.contains("nothing that was read holds \"nothing-is-called-so\""), "{shown}");
}

#[test]
fn places_visited_and_bookmarks_lead_back() {
    let mut model = demo(0);
    press(&mut model, &["B"]);
    let bookmarked = model.row().map(|row| row.name.clone()).expect("an environment");
    say(&mut model, "alarms");
    say(&mut model, "env kajimaru");
    press(&mut model, &["`", "enter"]);
    assert!(matches!(model.here(), Some(Page::List(_))), "the place before this one");
    press(&mut model, &["'", "enter"]);
    assert!(matches!(model.here(), Some(Page::Environment(name, _)) if name.as_str() == bookmarked));
    press(&mut model, &["B"]);
    press(&mut model, &["esc", "esc", "esc", "esc"]);
}

#[test]
fn columns_that_are_put_away_are_gone_from_the_list_until_they_are_shown_again() {
    let mut model = demo(0);
    say(&mut model, "alarms");
    assert!(text(&mut model, 140, 30).contains("SINCE"));
    press(&mut model, &["C", "/"]);
    type_in(&mut model, "since");
    press(&mut model, &["enter"]);
    let shown = text(&mut model, 140, 30);
    assert!(!shown.contains("SINCE") && shown.contains("put away"), "{shown}");
    assert!(model.preferences.is_hidden("alarms", "SINCE"));
}

#[test]
fn a_key_sorts_by_the_next_column_and_another_turns_it_around() {
    let mut model = demo(0);
    say(&mut model, "alarms");
    press(&mut model, &[">"]);
    let up = rows(&model);
    press(&mut model, &["I"]);
    let down = rows(&model);
    let names = |rows: &[(String, Option<Health>)]| rows.first().map(|(name, _)| name.to_lowercase());
    assert!(names(&up) < names(&down), "{up:?}");
    assert!(text(&mut model, 140, 40).contains("by alarm ▼"));
    press(&mut model, &["<"]);
    assert_eq!(model.sheet().and_then(|sheet| sheet.sorting()), None, "before the first column its own order");
}

#[rstest]
#[case::alarms("alarms", &["STATE", "SINCE", "WHY"])]
#[case::tasks("tasks", &["STATE", "WHY"])]
#[case::services("services", &["TASKS", "WHY"])]
#[case::databases("databases", &["STATUS", "WHY"])]
#[case::instances("instances", &["STATE", "WHY"])]
#[case::targets("targets", &["STATE", "WHY"])]
fn at_eighty_columns_names_are_cut_and_what_is_said_of_them_stays(#[case] list: &str, #[case] wanted: &[&str]) {
    let mut model = demo(0);
    say(&mut model, list);
    let shown = text(&mut model, 80, 24);
    let heading = shown.lines().nth(1).unwrap_or_default();
    assert!(wanted.iter().all(|title| heading.contains(title)), "{shown}");
    assert!(heading.contains("ENVIRON"), "{shown}");
}

#[test]
fn names_of_two_cells_a_character_keep_the_columns_in_line_at_eighty_columns() {
    let mut model = demo(0);
    let scopes: Vec<_> = model.world.scopes();
    for scope in scopes {
        let renamed = |(at, alarm): (usize, &Alarm)| Alarm {
            name: format!("本番環境の応答時間が長すぎるときの警報その{at}番目"),
            ..alarm.clone()
        };
        let all: Vec<Alarm> = model.world.all::<Alarm>(&scope).enumerate().map(renamed).collect();
        let now = model.now;
        let world = std::sync::Arc::make_mut(&mut model.world);
        world.put(&scope, Alarm::KIND, &Coverage::All, Ok(Reading::whole(all).into()), now);
    }
    say(&mut model, "alarms");
    let buffer = draw(&mut model, 80, 24);
    let symbol = |x: u16, y: u16| buffer[(x, y)].symbol();
    let shown = text(&mut model, 80, 24);
    let state = (0..75).find(|x| (0..5).map(|at| symbol(x + at, 1)).collect::<String>() == "STATE");
    let state = state.unwrap_or_else(|| panic!("{shown}"));
    for y in 2..10 {
        assert!(symbol(state - 1, y).trim().is_empty() && !symbol(state, y).trim().is_empty(), "row {y}: {shown}");
    }
    assert!(shown.contains("本番環境") && shown.contains('…') && shown.contains("WHY"), "{shown}");
}

#[test]
fn a_list_takes_the_place_of_another_and_going_back_leads_to_where_one_came_from() {
    let mut model = demo(0);
    let row = model.row().map(|row| row.name.clone());
    for list in ["alarms", "services", "find prooflink", "mutes", "unassigned", "tasks"] {
        say(&mut model, list);
        assert_eq!(model.places.len(), 2, "{list}");
    }
    press(&mut model, &["esc"]);
    assert!(matches!(model.here(), Some(Page::Fleet(_))));
    assert_eq!(model.row().map(|row| row.name.clone()), row);
}

#[test]
fn a_name_loses_its_environments_name_only_where_it_does_not_fit() {
    let mut model = demo(0);
    say(&mut model, "services");
    assert!(text(&mut model, 200, 40).contains("shop-staging-api"));
    say(&mut model, "alarms");
    let narrow = text(&mut model, 80, 24);
    assert!(narrow.contains("…backend-cpu") && narrow.contains("city-prod"), "{narrow}");
}
