//! Pictures of schedules: in the demo at its fixed Saturday, at every width, and where there is none.

use crate::console::effect::Effect;
use crate::console::model::Model;
use crate::console::msg::Event;
use crate::console::question::Question;
use crate::console::screens::rig::{demo, picture, press, read_of_demo, tell, tell_at, text, type_in};
use crate::kinds::schedule_record::Notes;
use crate::schedule::Record;
use crate::world::Resource;
use crate::world::read_request::ReadRequest;

fn open(name: &str) -> Model {
    let mut model = demo(0);
    press(&mut model, &[":"]);
    type_in(&mut model, &format!("schedule {name}"));
    press(&mut model, &["enter"]);
    model
}

#[test]
fn a_week_in_the_usual_size() {
    insta::assert_snapshot!(picture(&mut open("prooflink-dev"), 120, 50));
}

#[test]
fn a_week_in_a_small_terminal() {
    insta::assert_snapshot!(picture(&mut open("prooflink-dev"), 80, 24));
}

#[test]
fn without_a_schedule_it_says_where_to_write_one() {
    let drawn = text(&mut open("city-poc"), 100, 12);
    assert!(drawn.contains("city-poc has no schedule") && drawn.contains("[environment.\"city-poc\"]"), "{drawn}");
}

#[test]
fn what_databases_really_did_is_read_once_when_the_page_opens() {
    let mut model = demo(0);
    press(&mut model, &[":"]);
    type_in(&mut model, "schedule prooflink-dev");
    let effects = press(&mut model, &["enter"]);
    let consult = effects.into_iter().find_map(|effect| match effect {
        Effect::Consult(ask, wants) => Some((ask, wants)),
        _ => None,
    });
    let (ask, wants) = consult.expect("it asks");
    assert_eq!(
        wants.iter().map(|want| want.kind.0).collect::<Vec<_>>(),
        ["db-event", "db-maintenance"],
        "its backend keeps nothing at AWS"
    );
    let effects = tell(&mut model, Event::Consulted(ask, read_of_demo(&wants)));
    assert!(!effects.iter().any(|effect| matches!(effect, Effect::Consult(..))), "once: {effects:?}");
    assert!(effects.iter().any(|effect| matches!(effect, Effect::Gather)), "what it tells is in the next picture");
    let drawn = text(&mut model, 140, 80);
    assert!(drawn.contains("really off in the last 14 days: prooflink-dev-db 9 h"), "{drawn}");
    assert!(drawn.contains("(sat:18:00-sat:18:30 UTC); nothing is pending"), "{drawn}");
}

/// What is asked for beside the pace about records, group by group.
fn asked(effects: &[Effect]) -> Vec<(Question, Vec<ReadRequest>)> {
    let consult = |effect: &Effect| match effect {
        Effect::Consult(ask, wants) => Some((*ask, wants.clone())),
        _ => None,
    };
    let of = |(ask, wants): (Question, Vec<ReadRequest>)| {
        (ask, wants.into_iter().filter(|want| want.kind == Notes::KIND).collect::<Vec<_>>())
    };
    effects.iter().filter_map(consult).map(of).filter(|(_, wants)| !wants.is_empty()).collect()
}

#[test]
fn a_record_is_read_each_minute_wherever_one_is_and_its_word_is_on_the_page() {
    let mut model = demo(0);
    let mut picture = model.picture.clone();
    let dev = picture.environments.iter_mut().find(|it| it.name.as_str() == "prooflink-dev").unwrap();
    dev.record = Record::Group("toban-prooflink-dev".to_owned());
    let effects = tell(&mut model, Event::Gathered(0, picture));
    let [(ask, wants)] = &asked(&effects)[..] else { panic!("{effects:?}") };
    assert_eq!(wants.len(), 1, "one call, however many members there are");
    let read = read_of_demo(wants);
    tell(&mut model, Event::Consulted(*ask, read));
    let later = |seconds| model.now + jiff::SignedDuration::from_secs(seconds);
    let (soon, then) = (later(59), later(61));
    assert_eq!(asked(&tell_at(&mut model, soon, Event::Tick)), [], "it is known");
    assert_eq!(asked(&tell_at(&mut model, then, Event::Tick)).len(), 1);
    press(&mut model, &[":"]);
    type_in(&mut model, "schedule prooflink-dev");
    press(&mut model, &["enter"]);
    let drawn = text(&mut model, 140, 20);
    assert!(drawn.contains("services had are written on the schedule group toban-prooflink-dev"), "{drawn}");
}
