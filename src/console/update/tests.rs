//! Transitions of the console, each named after what happens: no clock, no task, no terminal.

use jiff::SignedDuration;

use super::super::effect::Effect;
use super::super::model::Model;
use super::super::msg::Event;
use super::super::overlay::Overlay;
use super::super::settings::Choice;
use crate::console::page::Page;
use crate::console::screens::rig::{
    at, demo, denied, expired, fleet, model, picture, press, scope, showing, tell, tell_at, text, type_in,
};
use crate::engine::poller::PollRequest;
use crate::kinds::ecs_cluster::Cluster;
use crate::theme::Theme;
use crate::world::{AnyReading, Arn, Coverage, KindName, Reading, Resource, Scope, SourceName, World};

fn clusters(name: &str) -> AnyReading {
    let arn = Arn::from(format!("arn:aws:ecs:ap-northeast-1:123456789012:cluster/{name}"));
    let cluster: Cluster = serde_cluster(arn, name);
    AnyReading::from(Reading::whole(vec![cluster]))
}

fn serde_cluster(arn: Arn, name: &str) -> Cluster {
    Cluster {
        arn,
        name: name.to_owned(),
        status: "ACTIVE".to_owned(),
        exec: crate::kinds::ecs_cluster::Exec::default(),
        tags: std::collections::BTreeMap::new(),
    }
}

/// A console that knows where to look, with the readings it started.
fn started() -> (Model, Vec<PollRequest>) {
    let mut model = model();
    assert_eq!(tell(&mut model, Event::Started), [Effect::Scopes, Effect::Journal, Effect::LeftSessions]);
    let effects = tell(&mut model, Event::Scopes(0, Ok(vec![scope()])));
    let readings = effects
        .iter()
        .filter_map(|effect| match effect {
            Effect::Read(reading) => Some(reading.clone()),
            _ => None,
        })
        .collect();
    assert!(effects.contains(&Effect::Identify(scope())));
    assert!(effects.contains(&Effect::Recall(vec![scope()])));
    (model, readings)
}

fn of_clusters(readings: &[PollRequest]) -> PollRequest {
    readings.iter().find(|reading| reading.kind == Cluster::KIND).expect("clusters need nothing").clone()
}

#[test]
fn an_arrival_is_put_on_its_shelf_and_asks_for_a_picture() {
    let (mut model, readings) = started();
    let now = model.picture.clone();
    let effects = tell(&mut model, Event::Gathered(0, now));
    assert!(!effects.contains(&Effect::Gather));
    let effects = tell(&mut model, Event::Read(0, of_clusters(&readings), Ok(clusters("c"))));
    assert_eq!(model.world.all::<Cluster>(&scope()).count(), 1);
    assert!(effects.contains(&Effect::Gather));
}

#[test]
fn arrivals_while_a_picture_is_made_ask_for_one_more_afterwards() {
    let (mut model, readings) = started();
    let ask = |effects: &[Effect]| effects.iter().filter(|effect| **effect == Effect::Gather).count();
    let first = tell(&mut model, Event::Read(0, of_clusters(&readings), Ok(clusters("c"))));
    assert_eq!(ask(&first), 0, "one is being made since it is known where to look");
    let now = model.picture.clone();
    let after = tell(&mut model, Event::Gathered(0, now));
    assert_eq!(ask(&after), 1);
}

#[test]
fn a_late_answer_is_dropped() {
    let (mut model, readings) = started();
    let late = PollRequest { ask: 999, ..of_clusters(&readings) };
    tell(&mut model, Event::Read(0, late, Ok(clusters("late"))));
    assert_eq!(model.world.all::<Cluster>(&scope()).count(), 0);
}

#[test]
fn a_fault_keeps_what_was_there() {
    let (mut model, readings) = started();
    tell(&mut model, Event::Read(0, of_clusters(&readings), Ok(clusters("c"))));
    let later = model.now + SignedDuration::from_mins(12);
    let again = tell_at(&mut model, later, Event::Tick);
    let again: Vec<PollRequest> = again
        .into_iter()
        .filter_map(|effect| match effect {
            Effect::Read(reading) => Some(reading),
            _ => None,
        })
        .collect();
    tell(&mut model, Event::Read(0, of_clusters(&again), Err(denied())));
    assert_eq!(model.world.all::<Cluster>(&scope()).count(), 1);
    assert_eq!(model.fault_count(), 1);
}

#[test]
fn what_earlier_runs_knew_is_taken_in_where_nothing_was_read_since() {
    let earlier = || {
        let mut earlier = World::default();
        earlier.remember(&scope(), Cluster::KIND, &"".into(), clusters("remembered"), at(-9000));
        earlier.recalled(&scope(), "123456789012".into());
        Box::new(earlier)
    };
    let names = |model: &Model| -> Vec<String> {
        model.world.all::<Cluster>(&scope()).map(|cluster| cluster.name.clone()).collect()
    };
    let (mut model, readings) = started();
    let now = model.picture.clone();
    tell(&mut model, Event::Gathered(0, now));
    assert!(tell(&mut model, Event::Recalled(9, earlier())).is_empty(), "of another cloud");
    assert_eq!(names(&model), Vec::<String>::new());
    assert!(tell(&mut model, Event::Recalled(0, earlier())).contains(&Effect::Gather));
    assert_eq!(names(&model), ["remembered"]);
    tell(&mut model, Event::Read(0, of_clusters(&readings), Ok(clusters("read"))));
    tell(&mut model, Event::Recalled(0, earlier()));
    assert_eq!(names(&model), ["read"]);
}

#[test]
fn answers_of_a_cloud_that_was_left_are_dropped() {
    let (mut model, readings) = started();
    press(&mut model, &[":"]);
    type_in(&mut model, "profile other");
    let effects = press(&mut model, &["enter"]);
    let choice = Choice { profile: Some("other".into()), region: None };
    assert_eq!(effects, [Effect::Reopen(choice), Effect::Scopes]);
    tell(&mut model, Event::Read(0, of_clusters(&readings), Ok(clusters("c"))));
    tell(&mut model, Event::Scopes(0, Ok(vec![scope()])));
    assert_eq!((model.world.scopes(), model.scopes.clone()), (vec![], None));
    tell(&mut model, Event::Scopes(1, Ok(vec![Scope::new("other", "eu-west-1")])));
    assert_eq!(model.scopes.as_ref().map(Vec::len), Some(1));
}

#[test]
fn where_to_look_is_asked_again_after_a_fault() {
    let mut model = model();
    tell(&mut model, Event::Started);
    tell(&mut model, Event::Scopes(0, Err(expired())));
    let wake = model.wake_at().expect("a next try");
    assert!(tell_at(&mut model, wake, Event::Tick).contains(&Effect::Scopes));
    assert!(!tell_at(&mut model, wake, Event::Tick).contains(&Effect::Scopes), "one question at a time");
}

#[test]
fn esc_takes_back_one_thing_at_a_time_and_never_quits() {
    let mut model = showing(fleet());
    press(&mut model, &["enter", "!"]);
    press(&mut model, &["/"]);
    type_in(&mut model, "x");
    press(&mut model, &["enter"]);
    assert_eq!((model.places.len(), model.sheet().map(|sheet| sheet.filter().to_owned())), (3, Some("x".into())));
    press(&mut model, &["esc"]);
    assert_eq!((model.places.len(), model.sheet().map(|sheet| sheet.filter().to_owned())), (3, Some(String::new())));
    press(&mut model, &["esc", "esc"]);
    assert_eq!(model.places.len(), 1);
    assert!(press(&mut model, &["esc", "esc"]).is_empty());
}

#[test]
fn q_goes_back_and_quits_only_at_the_root() {
    let mut model = showing(fleet());
    assert!(press(&mut model, &["enter", "q"]).is_empty());
    assert_eq!(model.places.len(), 1);
    assert_eq!(press(&mut model, &["q"]), [Effect::Quit]);
}

#[test]
fn ctrl_c_quits_from_anywhere() {
    for keys in [&["/"][..], &[":"], &["a"], &["enter", "?"], &["S"]] {
        let mut model = showing(fleet());
        press(&mut model, keys);
        assert_eq!(press(&mut model, &["ctrl-c"]), [Effect::Quit], "{keys:?}");
    }
}

#[test]
fn letters_are_text_while_a_prompt_is_open() {
    let mut model = showing(fleet());
    press(&mut model, &["/"]);
    type_in(&mut model, "qprod");
    assert!(matches!(&model.overlay, Overlay::Filter(input) if input.value() == "qprod"));
    press(&mut model, &["esc"]);
    assert_eq!(model.sheet().map(|sheet| sheet.len()), Some(4));
}

#[test]
fn a_paste_is_text_and_never_keys() {
    let mut model = showing(fleet());
    assert!(tell(&mut model, Event::Pasted("q\r:quit\r".into())).is_empty());
    assert_eq!(model.places.len(), 1);
    press(&mut model, &["/"]);
    tell(&mut model, Event::Pasted("city\n-dev".into()));
    assert_eq!(model.sheet().map(|sheet| sheet.filter().to_owned()), Some("city-dev".into()));
    assert_eq!(model.row().map(|row| row.name.clone()), Some("city-dev".into()));
}

#[test]
fn only_what_is_not_well_and_back() {
    let mut model = showing(fleet());
    press(&mut model, &["ctrl-z"]);
    assert_eq!(model.sheet().map(|sheet| sheet.len()), Some(3));
    assert!(text(&mut model, 80, 10).contains("only what is not well · 3 of 4"));
    press(&mut model, &["ctrl-z"]);
    assert_eq!(model.sheet().map(|sheet| sheet.len()), Some(4));
}

#[test]
fn a_named_environment_opens_as_soon_as_it_is_there() {
    let mut model = model();
    model.open_on = Some("kajimaru".into());
    tell(&mut model, Event::Gathered(0, crate::overview::Picture::default()));
    assert_eq!(model.places.len(), 1);
    let environments = fleet();
    tell(&mut model, Event::Gathered(0, crate::overview::Picture { environments, ..Default::default() }));
    assert!(matches!(model.here(), Some(Page::Environment(name, _)) if name.as_str() == "kajimaru"));
}

#[test]
fn a_shortened_name_waits_until_all_are_known() {
    let mut model = showing(fleet());
    (model.open_on, model.stirred) = (Some("kaji".into()), true);
    let now = crate::overview::Picture { environments: fleet(), ..model.picture.clone() };
    tell(&mut model, Event::Gathered(0, now.clone()));
    assert_eq!(model.places.len(), 1, "another one might begin so too");
    tell(&mut model, Event::Gathered(0, now));
    assert_eq!(model.places.len(), 2);
}

#[test]
fn logging_in_is_offered_where_credentials_ran_out_and_a_command_is_known() {
    let mut model = showing(fleet());
    press(&mut model, &[":"]);
    type_in(&mut model, "login");
    assert!(press(&mut model, &["enter"]).is_empty());
    assert!(text(&mut model, 80, 10).contains("no credentials ran out"));
    let world = std::sync::Arc::make_mut(&mut model.world);
    world.put(&scope(), KindName("db-instance"), &Coverage::All, Err(expired()), at(0));
    tell(&mut model, Event::Logins(0, [SourceName::from("prooflink")].into()));
    press(&mut model, &["a"]);
    assert!(text(&mut model, 100, 24).contains("log in again"));
    press(&mut model, &["esc", ":"]);
    type_in(&mut model, "login");
    assert_eq!(press(&mut model, &["enter"]), [Effect::Login(SourceName::from("prooflink"))]);
    let effects = tell(&mut model, Event::LoggedIn(SourceName::from("prooflink"), Ok(())));
    assert!(effects.contains(&Effect::Identify(scope())), "{effects:?}");
}

#[test]
fn marked_rows_are_copied_together() {
    let mut model = showing(fleet());
    assert_eq!(press(&mut model, &["c"]), [Effect::Copy("prooflink-prod".into())]);
    press(&mut model, &["m", "j", "m"]);
    assert!(text(&mut model, 100, 12).contains("2 marked"));
    assert_eq!(press(&mut model, &["c"]), [Effect::Copy("prooflink-prod\ncity-dev".into())]);
    press(&mut model, &["esc"]);
    assert!(model.marks.is_empty());
}

#[test]
fn one_cell_is_copied_by_choosing_it() {
    let mut model = showing(fleet());
    press(&mut model, &["Y"]);
    let page = text(&mut model, 100, 24);
    let cell = page.lines().find(|line| line.contains("┃ verdict")).unwrap_or_else(|| panic!("{page}"));
    assert!(cell.contains("3 of 4 targets answer 502"), "each cell by its name: {page}");
    assert_eq!(press(&mut model, &["j", "j", "enter"]), [Effect::Copy("3 of 4 targets answer 502 since 13:58".into())]);
}

#[test]
fn a_resource_opens_its_page_in_the_web_console() {
    let mut model = demo(0);
    let id = model
        .picture
        .environments
        .iter()
        .flat_map(|home| &home.members)
        .find_map(|member| (member.id.kind.0 == "db-instance").then(|| member.id.clone()));
    let page = model.page_of(&id.expect("a database"));
    model.enter(page);
    let effects = press(&mut model, &["b"]);
    let [Effect::Browse(url), ..] = effects.as_slice() else { panic!("{effects:?}") };
    assert!(url.starts_with("https://"), "{url}");
    let effects = tell(&mut model, Event::NotBrowsed(url.clone(), "no browser over SSH".into()));
    assert!(matches!(effects.first(), Some(Effect::Copy(copied)) if copied == url));
    assert!(text(&mut model, 200, 24).contains(url.as_str()), "the address can be read");
}

#[test]
fn the_readers_own_themes_can_be_chosen() {
    let mut model = showing(fleet());
    model.settings.themes.push("mine".into());
    press(&mut model, &[":"]);
    type_in(&mut model, "theme");
    press(&mut model, &["enter", "G"]);
    let Overlay::Menu(menu) = &model.overlay else { panic!("a menu of themes") };
    assert_eq!(menu.entries.last().map(|entry| entry.label.as_str()), Some("mine"));
    let effects = press(&mut model, &["enter"]);
    assert!(effects.contains(&Effect::Theme("mine".into())), "{effects:?}");
}

#[test]
fn a_theme_changes_at_once_and_a_bad_one_changes_nothing() {
    let mut model = showing(fleet());
    press(&mut model, &[":"]);
    type_in(&mut model, "theme day");
    assert_eq!(press(&mut model, &["enter"]), [Effect::Theme("day".into())]);
    let before = picture(&mut model, 40, 6);
    tell(&mut model, Event::Themed(Err("no theme of this name".into())));
    assert_eq!(model.theme.name(), "night");
    tell(&mut model, Event::Themed(Ok(Box::new(Theme::built_in("day")))));
    assert_ne!(picture(&mut model, 40, 6), before);
}

#[test]
fn the_mouse_is_let_go_and_taken_again() {
    let mut model = showing(fleet());
    assert_eq!(press(&mut model, &["M"]), [Effect::Mouse(false)]);
    assert!(text(&mut model, 100, 10).contains("M captures it again"));
    assert_eq!(press(&mut model, &["M"]), [Effect::Mouse(true)]);
}

#[test]
fn refreshing_reads_again_what_is_in_sight() {
    let (mut model, _) = started();
    let all = |effects: &[Effect]| effects.iter().filter(|effect| matches!(effect, Effect::Read(_))).count();
    loop {
        let flights: Vec<PollRequest> = model.flights.values().map(|(reading, _)| reading.clone()).collect();
        if flights.is_empty() {
            break;
        }
        for reading in flights {
            tell(&mut model, Event::Read(0, reading, Err(denied())));
        }
    }
    assert!(model.pacer.complete());
    assert!(all(&press(&mut model, &["ctrl-r"])) > 5);
}

#[test]
fn a_slow_reading_is_said_to_be_waited_for() {
    let (mut model, readings) = started();
    assert!(!text(&mut model, 160, 10).contains("waiting"));
    let slow = model.now + SignedDuration::from_secs(3);
    assert!(model.wake_at().is_some_and(|at| at <= slow));
    tell_at(&mut model, slow, Event::Tick);
    assert!(model.dirty);
    let first = readings.iter().min_by_key(|reading| reading.ask).expect("a reading").kind;
    assert!(text(&mut model, 160, 10).contains(&format!("for {first}")));
}

#[test]
fn a_notice_goes_with_the_next_key() {
    let mut model = showing(fleet());
    press(&mut model, &["c"]);
    assert!(text(&mut model, 80, 10).contains("copied prooflink-prod"));
    press(&mut model, &["j"]);
    assert!(!text(&mut model, 80, 10).contains("copied"));
}

#[test]
fn going_to_an_environment_by_name_replaces_where_one_was() {
    let mut model = showing(fleet());
    press(&mut model, &["enter", "!", ":"]);
    type_in(&mut model, "env city");
    press(&mut model, &["enter"]);
    assert_eq!(model.places.iter().map(Page::title).collect::<Vec<_>>(), ["fleet", "city-dev"]);
    press(&mut model, &[":"]);
    type_in(&mut model, "env prod");
    press(&mut model, &["enter"]);
    assert!(text(&mut model, 120, 10).contains("could be prooflink-prod, 本番環境-prod"));
}

#[test]
fn what_a_dead_toban_left_open_is_said_and_ended_when_asked_for() {
    use crate::engine::left_sessions::LeftSession;
    let (mut model, _) = started();
    let ask = |model: &mut Model| {
        press(model, &[":"]);
        type_in(model, "end-sessions");
        press(model, &["enter"])
    };
    let ends = |effects: &[Effect]| effects.iter().any(|effect| matches!(effect, Effect::EndSessions(_)));
    tell(&mut model, Event::LeftSessions(Vec::new()));
    assert!(!ends(&ask(&mut model)), "there is none");
    let left = vec![LeftSession::sample("s-1"), LeftSession::sample("s-2")];
    tell(&mut model, Event::LeftSessions(left.clone()));
    let said = model.notices.now().map(|(_, text)| text.to_owned()).unwrap_or_default();
    assert!(said.contains("left 2 sessions open") && said.contains("`:end-sessions`"), "{said}");
    model.gate.read_only = true;
    assert!(!ends(&ask(&mut model)), "nothing may be changed");
    // What was refused stays in the prompt.
    press(&mut model, &["esc"]);
    model.gate.read_only = false;
    assert!(ask(&mut model).contains(&Effect::EndSessions(left)));
    let after = tell(&mut model, Event::EndedSessions(Ok(2)));
    assert!(after.contains(&Effect::LeftSessions) && after.contains(&Effect::Journal), "{after:?}");
}
