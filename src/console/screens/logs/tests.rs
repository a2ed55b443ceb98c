//! The page of log lines: followed, filtered, narrowed to a task, grouped; with gaps, hostile lines, and none at all.

use std::sync::Arc;

use jiff::SignedDuration;

use super::*;
use crate::console::effect::Effect;
use crate::console::model::Model;
use crate::console::msg::Event;
use crate::console::page::Page;
use crate::console::screens::rig::{answer_logs, demo, draw, picture, press, tell, tell_at, text, type_in};
use crate::console::screens::sheet::RowTarget;
use crate::kinds::ecs_service::Service;
use crate::kinds::log_page::{LogEvent, LogPage};
use crate::logs::Level;
use crate::world::{Fault, FaultKind, Resource};

/// The console on the logs of production's service, with what it wrote in the last minutes.
fn opened() -> Model {
    let mut model = demo(0);
    let (scope, service) = model
        .world
        .everywhere::<Service>()
        .find(|(_, service)| service.name == "prooflink-prod-service")
        .map(|(scope, service)| (scope.clone(), service.clone()))
        .expect("the service");
    let page = model.page_of(&service.id(&scope));
    model.enter(page);
    let effects = tell(&mut model, Event::Key("l".parse().unwrap()));
    answer_logs(&mut model, effects);
    draw(&mut model, 120, 30);
    model
}

fn view(model: &Model) -> &LogView {
    match model.here() {
        Some(Page::Logs(view)) => view,
        other => panic!("{other:?}"),
    }
}

/// The same with nothing but these lines.
fn with_lines(lines: &[(i64, &str)]) -> Model {
    let mut model = opened();
    let now = model.now;
    if let Some(Page::Logs(view)) = model.places.last_mut() {
        // Whatever streams the service's tasks have now.
        let all = |mut source: crate::logs::LogSource| {
            if let crate::logs::Origin::Group { streams, .. } = &mut source.origin {
                *streams = crate::kinds::log_page::Streams::All;
            }
            source
        };
        let sources = view.feed.tail.sources().cloned().map(all).collect();
        let span = view.feed.tail.span().clone();
        view.feed =
            Feed::new(sources, span, crate::logs::Limit::default(), (now, crate::console::screens::rig::zone()));
        view.selection = Selection::Whole;
        let ask = view.feed.tail.due(now).remove(0);
        let event = |(id, (before, message)): (usize, &(i64, &str))| LogEvent {
            id: u64::try_from(id).unwrap(),
            at: now.as_millisecond() - before * 1_000,
            ingested: None,
            stream: Arc::from(format!("ecs/app/{}", "0123456789abcdef".repeat(2)).as_str()),
            message: (*message).to_owned(),
        };
        let events = lines.iter().enumerate().map(event).collect();
        let brought = view.feed.hear(ask.number, Ok(LogPage { events, ..LogPage::default() }), now);
        view.take(brought);
    }
    model
}

#[test]
fn lines_of_all_tasks_stand_in_the_order_of_time_with_what_happened_between_them() {
    let mut model = opened();
    insta::assert_snapshot!(text(&mut model, 120, 30));
    let times: Vec<i64> = view(&model).feed.store.iter().map(|line| line.key.at).collect();
    assert!(times.is_sorted() && times.len() > 1_000, "{}", times.len());
    let kinds: Vec<Kind> = view(&model).feed.store.iter().map(|line| line.kind).collect();
    assert!(kinds.contains(&Kind::Mark));
}

#[test]
fn it_fits_a_small_terminal_with_its_styles() {
    let mut model = opened();
    insta::assert_snapshot!(picture(&mut model, 80, 24));
}

#[test]
fn a_filter_leaves_what_matches_lit_and_n_goes_through_them() {
    let mut model = opened();
    press(&mut model, &["/"]);
    type_in(&mut model, "heap out of memory");
    press(&mut model, &["enter"]);
    let found = view(&model).len();
    assert!((2..40).contains(&found), "{found}");
    assert!(view(&model).line(0).is_some_and(|line| line.text.contains("heap out of memory")));
    insta::assert_snapshot!(picture(&mut model, 100, 8));
    press(&mut model, &["x"]);
    assert!(view(&model).len() > 1_000, "all lines again, what matches is lit");
    press(&mut model, &["N"]);
    let here = |model: &Model| view(model).current().map(|line| line.text.to_owned()).unwrap();
    assert!(here(&model).contains("heap out of memory"), "{}", here(&model));
    press(&mut model, &["esc"]);
    assert!(view(&model).filter.is_empty());
    press(&mut model, &["N"]);
    assert!(view(&model).current().is_some_and(|line| line.level >= Level::Error || line.kind != Kind::Line));
}

#[test]
fn one_task_and_all_again() {
    let mut model = opened();
    press(&mut model, &["k", "k", "t"]);
    let page = view(&model);
    let streams: std::collections::BTreeSet<u32> = (0..page.len())
        .filter_map(|at| page.line(at))
        .filter(|line| line.kind == Kind::Line)
        .map(|line| line.stream)
        .collect();
    assert_eq!(streams.len(), 1);
    press(&mut model, &["t"]);
    assert_eq!(view(&model).only, Only::All);
}

#[test]
fn templates_are_worst_first_and_lead_to_their_lines() {
    let mut model = opened();
    press(&mut model, &["o"]);
    insta::assert_snapshot!(text(&mut model, 120, 16));
    assert!(view(&model).templates().first().is_some_and(|template| template.level >= Level::Error));
    press(&mut model, &["j", "enter"]);
    let page = view(&model);
    assert!(matches!(page.only, Only::Template(_)) && page.grouped.is_none() && !page.is_empty());
    press(&mut model, &["esc"]);
    assert_eq!(view(&model).only, Only::All);
}

#[test]
fn the_end_is_followed_until_the_reader_goes_elsewhere() {
    let mut model = opened();
    assert!(view(&model).follows());
    let last = view(&model).current().unwrap().key;
    press(&mut model, &["k", "k"]);
    let stands = view(&model).current().unwrap().key;
    assert!(!view(&model).follows() && stands < last);
    let later = model.now + SignedDuration::from_secs(30);
    let effects = tell_at(&mut model, later, Event::Tick);
    assert!(effects.iter().any(|effect| matches!(effect, Effect::ReadLogs(..))), "{effects:?}");
    assert_eq!(view(&model).current().unwrap().key, stands, "the cursor stays with its line");
    press(&mut model, &["G"]);
    assert!(view(&model).follows());
    press(&mut model, &["g"]);
    assert_eq!(view(&model).position(), 0);
}

#[test]
fn a_pause_asks_nothing_and_answers_of_pages_that_were_left_mean_nothing() {
    let mut model = opened();
    press(&mut model, &["p"]);
    let later = model.now + SignedDuration::from_secs(60);
    let effects = tell_at(&mut model, later, Event::Tick);
    assert!(!effects.iter().any(|effect| matches!(effect, Effect::ReadLogs(..))));
    assert!(text(&mut model, 100, 10).contains("paused"));
    let number = view(&model).number;
    press(&mut model, &["esc"]);
    tell(&mut model, Event::LogsRead(number, 1, Ok(LogPage::default())));
}

#[test]
fn the_task_that_stopped_before_is_one_key_away() {
    let mut model = opened();
    press(&mut model, &["P"]);
    let page = view(&model);
    assert!(page.title.ends_with("which stopped"), "{}", page.title);
    assert_eq!(page.owners.len(), 1);
    assert!(page.feed.tail.sources().next().is_some());
}

#[test]
fn a_group_that_cannot_be_read_is_said_to_be_and_what_to_do() {
    let mut model = opened();
    let later = model.now + SignedDuration::from_secs(30);
    let effects = tell_at(&mut model, later, Event::Tick);
    for effect in effects {
        if let Effect::ReadLogs(view, ask) = effect {
            let fault =
                Fault::new(FaultKind::Throttled, "logs:FilterLogEvents", "Rate exceeded").on("/ecs/prooflink-prod-app");
            tell(&mut model, Event::LogsRead(view, ask.number, Err(fault)));
        }
    }
    let page = text(&mut model, 160, 30);
    assert!(page.contains("is being throttled") && page.contains("cannot be read now"), "{page}");
}

#[test]
fn where_there_are_no_lines_the_page_says_why() {
    let mut model = demo(0);
    press(&mut model, &[":"]);
    type_in(&mut model, "env prooflink-dev");
    press(&mut model, &["enter"]);
    let row =
        model.sheet().and_then(|sheet| sheet.rows().position(|(block, _)| block.key == "services")).expect("a service");
    model.sheet_mut().unwrap().go(row);
    let effects = tell(&mut model, Event::Key("l".parse().unwrap()));
    answer_logs(&mut model, effects);
    insta::assert_snapshot!(text(&mut model, 100, 14));
    // What goes to a bucket by FireLens is said to.
    let mut model = demo(0);
    let (scope, service) = model
        .world
        .everywhere::<Service>()
        .find(|(_, service)| service.name.contains("BackendService"))
        .map(|(scope, service)| (scope.clone(), service.clone()))
        .expect("the service");
    let page = model.page_of(&service.id(&scope));
    model.enter(page);
    press(&mut model, &["l"]);
    assert!(view(&model).notes.iter().any(|note| note.contains("FireLens")), "{:?}", view(&model).notes);
}

#[test]
fn what_has_no_lines_says_so() {
    let mut model = demo(0);
    press(&mut model, &[":"]);
    type_in(&mut model, "unassigned");
    press(&mut model, &["enter"]);
    draw(&mut model, 120, 30);
    assert!(matches!(model.door(), Some(RowTarget::Resource(_))), "{:?}", model.door());
    press(&mut model, &["l"]);
    let (_, said) = model.notices.now().expect("a notice");
    assert!(said.contains("have logs"), "{said}");
}

#[test]
fn hostile_lines_stay_in_their_rows() {
    let long = "長い行 ".repeat(40_000);
    let lines = [
        (9, "\u{1b}[31mred\u{1b}[0m \u{202e}gnp.exe\u{2066}"),
        (8, long.as_str()),
        (7, "\0\u{1}\u{7f}binary\u{fffd}\u{85}"),
        (6, "tab\tand\r\nmore"),
        (5, ""),
    ];
    let mut model = with_lines(&lines);
    insta::assert_snapshot!(text(&mut model, 60, 9));
    press(&mut model, &["w"]);
    insta::assert_snapshot!(text(&mut model, 60, 12));
    press(&mut model, &["k", "k", "k", "enter"]);
    assert!(matches!(model.here(), Some(Page::Viewer(_))), "the line is shown whole");
    assert!(text(&mut model, 60, 12).contains("長い行"));
}

#[test]
fn json_is_shown_by_its_words_and_fields_or_as_it_was_written() {
    let line = r#"{"level":50,"time":1,"msg":"no answer","host":"db-1","took":31}"#;
    let mut model = with_lines(&[(5, line)]);
    let page = text(&mut model, 100, 6);
    assert!(page.contains("no answer host=db-1 took=31") && !page.contains("\"level\""), "{page}");
    press(&mut model, &["J"]);
    assert!(text(&mut model, 100, 6).contains(r#"{"level":50"#));
    press(&mut model, &["enter"]);
    assert!(text(&mut model, 100, 14).contains("\"host\": \"db-1\""));
}

#[test]
fn lines_go_to_the_clipboard_and_to_a_file() {
    let mut model = with_lines(&[(9, "first"), (5, "second")]);
    assert_eq!(press(&mut model, &["c"]), [Effect::Copy("second".to_owned())]);
    let effects = press(&mut model, &["ctrl-s"]);
    let [Effect::SaveText(name, text)] = effects.as_slice() else { panic!("{effects:?}") };
    assert!(name.ends_with(".log") && !name.contains('/'), "{name}");
    assert_eq!(text.lines().count(), 2);
    assert!(text.lines().next().is_some_and(|line| line.ends_with(" first")), "{text}");
}

#[test]
fn moments_can_be_gone_to_and_read_from() {
    let mut model = opened();
    press(&mut model, &[":"]);
    type_in(&mut model, "at 5m");
    press(&mut model, &["enter"]);
    let at = model.now - SignedDuration::from_mins(5);
    let key = view(&model).current().unwrap().key;
    assert!((0..5_000).contains(&(key.at - at.as_millisecond())), "{key:?}");
    press(&mut model, &[":"]);
    type_in(&mut model, "since 1h");
    press(&mut model, &["enter"]);
    assert_eq!(view(&model).feed.tail.span().from, model.now - SignedDuration::from_hours(1));
    press(&mut model, &[":"]);
    type_in(&mut model, "grep timed out");
    press(&mut model, &["enter"]);
    assert_eq!(view(&model).feed.tail.span().pattern.as_deref(), Some("\"timed out\""));
}

#[test]
fn what_comes_to_an_environment_later_is_followed_too() {
    let mut model = demo(0);
    let whole = model.picture.clone();
    // The account is still being read: of the environment only its database is known.
    for environment in &mut model.picture.environments {
        environment.members.retain(|member| member.id.kind != Service::KIND);
        environment.verdict.findings.clear();
    }
    model.enter(Page::Environment("prooflink-prod".into(), crate::console::screens::sheet::Sheet::default()));
    tell(&mut model, Event::Key("l".parse().unwrap()));
    let services = |model: &Model| view(model).owners.iter().filter(|id| id.kind == Service::KIND).count();
    assert_eq!(services(&model), 0);
    let generation = model.generation;
    tell(&mut model, Event::Gathered(generation, whole));
    assert_eq!(services(&model), 1);
    let groups = view(&model).feed.tail.sources().filter(|source| source.container.is_some()).count();
    assert!(groups > 0, "its lines are asked for");
}

#[test]
fn what_writes_no_lines_leads_to_those_of_its_environment() {
    let mut model = demo(0);
    model.enter(Page::Environment("prooflink-prod".into(), crate::console::screens::sheet::Sheet::default()));
    draw(&mut model, 120, 40);
    let mut tried = 0;
    for _ in 0..40 {
        let about = model.door().and_then(RowTarget::resource).map(|id| id.kind.0);
        if matches!(about, Some("alarm" | "target-group" | "load-balancer")) {
            assert!(crate::console::logs::is_offered(&model), "{about:?}");
            let subject = crate::console::logs::subject(&model).expect("it has lines around it");
            assert_eq!((subject.title.as_str(), subject.is_whole), ("logs of prooflink-prod", true), "{about:?}");
            tried += 1;
        }
        press(&mut model, &["j"]);
    }
    assert!(tried > 2, "{tried} rows");
}

#[test]
fn a_page_of_ten_thousand_lines_is_taken_in_between_frames_and_none_is_lost() {
    let mut model = with_lines(&[]);
    let now = model.now;
    let at = now.as_millisecond() - 60_000;
    let stream: Arc<str> = Arc::from("ecs/app/0123456789abcdef0123456789abcdef");
    let number = view(&model).number;
    let later = now + SignedDuration::from_secs(30);
    let ask = match model.places.last_mut() {
        Some(Page::Logs(view)) => view.feed.tail.due(later).remove(0),
        _ => panic!("the page of logs"),
    };
    let events = (0..10_000_u64).map(|id| LogEvent {
        id: 1_000_000 + id,
        at: at + i64::try_from(id).unwrap(),
        ingested: None,
        stream: Arc::clone(&stream),
        message: format!("request {id} done"),
    });
    let page = LogPage { events: events.collect(), ..LogPage::default() };
    let before = view(&model).len();
    tell_at(&mut model, later, Event::LogsRead(number, ask.number, Ok(page)));
    let mut frames = 0;
    let mut held = view(&model).len();
    assert!(held - before <= 2_500, "{held}");
    while view(&model).feed.backlog() > 0 {
        assert!(model.wake_at().is_some_and(|at| at <= model.now), "the rest is due at once");
        tell_at(&mut model, later, Event::Tick);
        let now_held = view(&model).len();
        assert!(now_held - held <= 2_500 && now_held > held, "{held} to {now_held}");
        held = now_held;
        frames += 1;
    }
    assert_eq!((held - before, frames), (10_000, 3));
}

#[test]
fn lines_of_a_moment_long_ago_are_those_around_it_and_of_lately_those_that_come() {
    let mut model = demo(0);
    let (scope, service) = {
        let found = model.world.everywhere::<Service>().find(|(_, one)| one.name == "prooflink-prod-service");
        let (scope, service) = found.expect("the service");
        (scope.clone(), service.id(scope))
    };
    assert_eq!(service.scope, scope);
    let at = model.now - SignedDuration::from_hours(3);
    crate::console::logs::open_at(&mut model, &service, Some(at));
    let span = view(&model).feed.tail.span().clone();
    assert!(!span.follow && span.from < at && span.to.is_some_and(|to| to > at), "{span:?}");
    crate::console::logs::open_at(&mut model, &service, None);
    assert!(view(&model).feed.tail.span().follow);
}
