//! A resource's page: what its kind says, what is learnt while it is open, and what goes wrong.

use crate::console::effect::Effect;
use crate::console::model::Model;
use crate::console::msg::Event;
use crate::console::page::Page;
use crate::console::screens::rig::{at, demo, denied, press, tell, tell_at, text};
use crate::display::{Ahead, Cell, Extra, Moment, Series, Tone};
use crate::world::ResourceId;

/// The page of the first service of `prooflink-prod`, and what opening it asked for.
fn opened() -> (Model, ResourceId, Vec<Effect>) {
    let mut model = demo(0);
    let home = model.picture.environments.iter().find(|home| home.name.as_str() == "prooflink-prod").expect("it");
    let service = home.members.iter().find(|member| member.id.kind.0 == "ecs-service").expect("a service").id.clone();
    let page = model.page_of(&service);
    model.enter(page);
    let effects = tell(&mut model, Event::Tick);
    (model, service, effects)
}

/// The number of the look at it among these effects.
fn looked(effects: &[Effect], of: &ResourceId) -> Option<u64> {
    effects.iter().find_map(|effect| match effect {
        Effect::Look(number, id) if id == of => Some(*number),
        _ => None,
    })
}

fn extra() -> Extra {
    let points = (0..30).map(|n| (at(n), Some(f64::from(u8::try_from(n).unwrap_or(0))))).collect();
    Extra {
        series: vec![Series { title: "CPU".into(), unit: "%", points, threshold: None }],
        moments: vec![Moment { at: at(-60), message: "steady state".into(), tone: Tone::Plain }],
        ..Extra::default()
    }
}

#[test]
fn opening_asks_for_more_and_says_that_it_is_read() {
    let (mut model, id, effects) = opened();
    assert!(effects.contains(&Effect::Look(1, id)), "{effects:?}");
    assert!(text(&mut model, 100, 90).contains("reading metrics and history"));
    assert!(!tell(&mut model, Event::Tick).iter().any(|effect| matches!(effect, Effect::Look(..))), "only once");
}

#[test]
fn what_is_learnt_is_shown_and_learnt_again_after_a_minute() {
    let (mut model, id, _) = opened();
    tell(&mut model, Event::Looked(1, id.clone(), Ok(extra())));
    let page = text(&mut model, 100, 90);
    assert!(page.contains("CPU") && page.contains("29%") && page.contains("steady state"), "{page}");
    let minute = model.now + jiff::SignedDuration::from_secs(60);
    assert_eq!(model.wake_at().map(|at| at <= minute), Some(true));
    assert!(looked(&tell_at(&mut model, minute, Event::Tick), &id).is_some());
}

#[test]
fn what_a_firing_alarm_is_about_is_not_well_on_its_page() {
    use super::{Around, Detail, blocks};
    use crate::kinds::testing_samples::{Shelves, balancer, firing, now, scope};
    use crate::world::{Health, Resource};
    let (mine, mut alarm) = (balancer(), firing());
    let id = mine.id(&scope());
    let alone = Shelves::default().with([mine.clone()]).0;
    let metric = crate::kinds::catalog::kind(id.kind).expect("a kind").metrics(&alone, &id).remove(0).name;
    alarm.metrics.truncate(1);
    let one = &mut alarm.metrics[0];
    (one.namespace, one.name) = (Some(metric.namespace), Some(metric.metric));
    (one.dimensions, one.statistic) = (metric.dimensions, Some(metric.statistic));
    let fires = Shelves::default().with([mine.clone()]).with([alarm.clone()]).0;
    let picture = crate::overview::Picture::default();
    let head = |world: &crate::world::World| {
        let zone = jiff::tz::TimeZone::UTC;
        let around = Around { world, picture: &picture, now: now(), zone: &zone };
        let mut head = blocks(&Detail::new(id.clone(), mine.name.clone()), around).remove(0).items.remove(0);
        (head.health.take(), head.look.texts().join(" "))
    };
    assert_eq!(head(&alone).0, Some(Health::Well));
    let (health, text) = head(&fires);
    assert!(matches!(health, Some(Health::Bad | Health::Worrying)) && text.contains(&alarm.name), "{health:?} {text}");
}

#[test]
fn equal_moments_are_folded_and_times_stand_in_a_column() {
    let (mut model, id, _) = opened();
    let moment = |ago: i64, message: &str| Moment { at: at(-ago), message: message.into(), tone: Tone::Plain };
    let moments = vec![
        moment(60, "steady state"),
        moment(600, "steady state"),
        moment(900, "began"),
        moment(900_000, "steady state"),
    ];
    tell(&mut model, Event::Looked(1, id, Ok(Extra { moments, ..extra() })));
    let page = text(&mut model, 100, 90);
    let told: Vec<&str> = page.lines().filter(|line| line.contains("steady state") || line.contains("began")).collect();
    assert_eq!(told.len(), 3, "{page}");
    assert!(told[0].contains("steady state · 2 times") && !told[2].contains("times"), "{page}");
    let columns = |line: &str, word: &str| line.find(word).map(|at| crate::text::width(&line[..at]));
    assert_eq!(columns(told[0], "steady"), columns(told[1], "began"), "{page}");
    assert_eq!(columns(told[0], "steady"), columns(told[2], "steady"), "{page}");
}

#[test]
fn what_waits_to_be_done_stands_with_its_dates_before_the_history() {
    let (mut model, id, _) = opened();
    let dates = vec![("applied", at(9 * 86_400)), ("at any time after", at(3_600))];
    let undated = Ahead { message: Cell::dim("not shown: denied"), dates: Vec::new() };
    let ahead = vec![Ahead { message: Cell::plain("system-update: a new system"), dates }, undated];
    tell(&mut model, Event::Looked(1, id, Ok(Extra { ahead, ..extra() })));
    let page = text(&mut model, 100, 90);
    let lines: Vec<&str> = page.lines().map(|line| line.trim_matches([' ', '│', '█', '║'])).collect();
    let from = lines.iter().position(|line| line.contains(" pending maintenance ")).expect(&page);
    let (action, forced) = (lines[from + 1], lines[from + 3]);
    assert!(action.starts_with("pending") && action.ends_with("system-update: a new system"), "{page}");
    assert!(lines[from + 2].starts_with("applied") && lines[from + 2].ends_with("in 9 d"), "{page}");
    assert!(forced.starts_with("at any time after   ") && forced.ends_with("in 1 h"), "{page}");
    assert!(lines[from + 4].ends_with("not shown: denied"), "{page}");
    assert!(lines.iter().position(|line| line.contains("steady state")) > Some(from), "{page}");
}

#[test]
fn where_nothing_waits_nothing_is_said_of_it() {
    let (mut model, id, _) = opened();
    tell(&mut model, Event::Looked(1, id, Ok(extra())));
    assert!(!text(&mut model, 100, 90).to_lowercase().contains("pending maintenance"));
}

#[test]
fn a_late_or_foreign_answer_is_dropped() {
    let (mut model, id, _) = opened();
    tell(&mut model, Event::Looked(9, id.clone(), Ok(extra())));
    assert!(!text(&mut model, 100, 90).contains("29%"));
    press(&mut model, &["esc"]);
    tell(&mut model, Event::Looked(1, id, Ok(extra())));
    assert_eq!(model.places.len(), 1);
}

#[test]
fn a_fault_stands_beside_what_was_learnt_before() {
    let (mut model, id, _) = opened();
    tell(&mut model, Event::Looked(1, id.clone(), Ok(extra())));
    let minute = model.now + jiff::SignedDuration::from_secs(61);
    let again = looked(&tell_at(&mut model, minute, Event::Tick), &id).expect("it is looked at again");
    tell(&mut model, Event::Looked(again, id, Err(denied())));
    let page = text(&mut model, 100, 90);
    assert!(page.contains("29%") && page.contains("is not allowed"), "{page}");
}

#[test]
fn the_raw_document_is_json_and_comes_back_with_esc() {
    let (mut model, _, _) = opened();
    press(&mut model, &["y"]);
    assert!(matches!(model.here(), Some(Page::Viewer(viewer)) if viewer.lines[0].text == "{"));
    press(&mut model, &["esc"]);
    assert!(matches!(model.here(), Some(Page::Detail(_))));
}

#[test]
fn the_description_tells_why_it_is_placed_where_it_is() {
    let (mut model, id, _) = opened();
    press(&mut model, &["d"]);
    let page = text(&mut model, 120, 60);
    assert!(page.contains("placed in prooflink-prod") && page.contains("why"), "{page}");
    assert!(page.contains(id.kind.0), "{page}");
}

#[test]
fn one_that_is_gone_says_so() {
    let (mut model, _, _) = opened();
    model.world = std::sync::Arc::default();
    model.refill(false);
    assert!(text(&mut model, 100, 20).contains("it is not there any more"));
}

#[test]
fn a_kind_without_a_panel_of_its_own_is_called_in_words() {
    let mut model = demo(0);
    let all = model.picture.environments.iter().flat_map(|home| &home.members);
    let balancer = all.map(|member| &member.id).find(|id| id.kind.0 == "load-balancer").expect("one").clone();
    let page = model.page_of(&balancer);
    model.enter(page);
    let shown = text(&mut model, 120, 20);
    assert!(shown.contains("load balancer of "), "{shown}");
}

/// What the simulated account tells of one resource.
fn looked_at(id: &ResourceId) -> Extra {
    use crate::cloud::Cloud;
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
    let kind = crate::kinds::catalog::kind(id.kind).unwrap();
    let (cloud, known) = (crate::demo::Demo::at(7, 0), crate::world::World::default());
    runtime.block_on(cloud.look(kind, id, &known, jiff::Timestamp::UNIX_EPOCH)).unwrap()
}

#[test]
fn an_alarm_without_a_metric_is_shown_by_its_states_and_those_below_it() {
    use crate::kinds::alarm::Alarm;
    use crate::world::Resource;
    let mut model = demo(0);
    for (name, rows) in [("prooflink-site-down", 3), ("shop-staging-slow-requests", 1), ("shop-staging-fatal-lines", 1)]
    {
        let found = model.world.everywhere::<Alarm>().find(|(_, alarm)| alarm.name == name);
        let (scope, alarm) = found.map(|(scope, alarm)| (scope.clone(), alarm.clone())).expect(name);
        let id = alarm.id(&scope);
        let page = model.page_of(&id);
        model.enter(page);
        let effects = tell(&mut model, Event::Tick);
        let number = looked(&effects, &id).expect("it asks for more");
        tell(&mut model, Event::Looked(number, id.clone(), Ok(looked_at(&id))));
        let page = text(&mut model, 150, 60);
        assert!(page.contains("states of the last 24 h"), "{page}");
        let bands = page.lines().skip_while(|line| !line.contains("states of the last 24 h")).skip(1);
        let bands: Vec<&str> = bands.take_while(|line| line.contains('▂') || line.contains('█')).collect();
        assert_eq!(bands.len(), rows, "{page}");
        if name == "prooflink-site-down" {
            let unframed: Vec<&str> = bands.iter().map(|line| line.trim_matches(['║', ' '])).collect();
            insta::assert_snapshot!("composite_alarm_bands", unframed.join("\n"));
        }
    }
}
