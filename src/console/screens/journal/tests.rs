//! The journal's place: empty, with a procedure and its steps, with what failed and what nobody knows.

use crate::change::Ending;
use crate::change::plan::{ChangeRequest, Plan};
use crate::change::receipt::Receipt;
use crate::console::effect::Effect;
use crate::console::model::Model;
use crate::console::msg::Event;
use crate::console::screens::rig::{at, denied, fleet, picture, press, scope, showing, tell, text, type_in};
use crate::engine::journal::{Line, read};
use crate::engine::running::Underway;
use crate::world::{AccountId, Arn, Fault, FaultKind, Identity};

fn said(message: &str) -> Plan {
    Plan { message: message.to_owned(), ..crate::console::screens::confirm::tests::plan("city-dev") }
}

fn lines() -> Vec<Line> {
    let who = Identity {
        account: AccountId::from("123456789012"),
        arn: Arn::from("arn:aws:sts::123456789012:assumed-role/duty/me"),
        login: None,
    };
    let done = Receipt {
        request_ids: vec!["3a1f-77".to_owned()],
        message: Some("deployment ecs-svc/8 began".to_owned()),
        facts: vec![("deployment", "ecs-svc/8".to_owned())],
    };
    let started =
        |id: &str, second, message: &str, reason| Line::started(id, at(second), &said(message), Some(&who), reason);
    vec![
        started("1", -90_000, "stop DB instance city-dev-db", None),
        Line::ended("1", at(-89_990), &Err(denied())),
        started("2", -600, "deploy ウェブ:v12 to web", Some("緊急修正 #12")),
        started("3", -598, "point web at revision 8", None).of(Some("2")),
        Line::ended("3", at(-597), &Ok(done)),
        Line::closed("2", at(-300), &Ending::done("web runs revision 8: 2 of 2 tasks")),
        started("4", -60, "scale web to 4", None),
    ]
}

fn journaled(lines: &[Line]) -> Model {
    let mut model = showing(fleet());
    let text: String = lines.iter().map(|line| line.encode().expect("JSON")).collect();
    assert!(press(&mut model, &[":"]).is_empty());
    type_in(&mut model, "journal");
    assert_eq!(press(&mut model, &["enter"]), [Effect::Journal], "it is read anew");
    tell(&mut model, Event::Journal(read(&text).0));
    model
}

#[test]
fn nothing_was_changed() {
    insta::assert_snapshot!(picture(&mut journaled(&[]), 80, 8));
}

#[test]
fn newest_first_with_steps_below_their_procedure() {
    insta::assert_snapshot!(picture(&mut journaled(&lines()), 120, 12));
}

#[test]
fn at_eighty_columns_change_and_outcome_stay() {
    insta::assert_snapshot!(picture(&mut journaled(&lines()), 80, 12));
}

#[test]
fn a_row_opens_to_all_that_is_known() {
    let mut model = journaled(&lines());
    press(&mut model, &["j", "enter"]);
    insta::assert_snapshot!(picture(&mut model, 80, 30));
    press(&mut model, &["esc", "j", "enter"]);
    let page = text(&mut model, 80, 24);
    assert!(page.contains("3a1f-77") && page.contains("deployment ecs-svc/8"), "a step has its own page: {page}");
}

#[test]
fn a_row_is_no_resource_and_nothing_is_offered_for_it() {
    let mut model = journaled(&lines());
    press(&mut model, &["a"]);
    assert!(!text(&mut model, 100, 24).contains("deploy  "), "no verbs stand in the menu of what was done");
}

#[test]
fn what_broke_off_is_closed_once_it_can_be_seen() {
    let mut model = crate::console::screens::rig::demo(0);
    let world = std::sync::Arc::clone(&model.world);
    let (at_scope, db) = world
        .everywhere::<crate::kinds::db_instance::DbInstance>()
        .find(|(_, db)| db.status == "available" && db.cluster.is_none())
        .expect("a database that runs");
    let id = crate::world::Resource::id(db, at_scope);
    let plan = Plan::new("start it", "city-poc".into(), id.clone(), Vec::new());
    let change_request = ChangeRequest { verb: "start", on: id, arguments: Vec::new() };
    let line = Line::started("9", at(-3600), &plan, None, None).doing(&change_request);
    let entries = read(&line.encode().expect("JSON")).0;
    let effects = tell(&mut model, Event::Journal(entries.clone()));
    let closing =
        |effects: &[Effect]| effects.iter().any(|effect| matches!(effect, Effect::Close(lines) if lines.len() == 1));
    assert!(closing(&effects), "{effects:?}");
    assert!(!closing(&tell(&mut model, Event::Journal(entries))), "once is enough");
    assert_ne!(at_scope, &scope());
}

#[test]
fn what_is_under_way_here_is_not_said_to_be_unknown() {
    let mut model = journaled(&lines());
    let outcome = |model: &mut Model| {
        let page = text(model, 140, 12);
        page.lines().find(|line| line.contains("scale web to 4")).expect("its line").to_owned()
    };
    assert!(outcome(&mut model).contains("outcome unknown"));
    model.underway.push(Underway::new(1, said("scale web to 4"), at(-60)));
    model.refill(false);
    assert!(
        outcome(&mut model).contains("◌") && outcome(&mut model).contains("in progress"),
        "{}",
        outcome(&mut model)
    );
    // One like it that began at another time is another one.
    model.underway[0].since = at(-900);
    model.refill(false);
    assert!(outcome(&mut model).contains("outcome unknown"));
}

/// Who reads that toban was interrupted waits for it; what AWS did not tell is another thing.
#[test]
fn an_answer_that_was_lost_is_not_told_as_an_interruption() {
    let fault = Fault::new(FaultKind::Timeout, "ecs:UpdateService", "no answer");
    let lost = Fault { answer_lost: true, ..fault };
    let started = |id: &str| Line::started(id, at(-60), &said("replace every task of web"), None, None);
    let all = [started("1"), Line::ended("1", at(-50), &Err(lost)), started("2")];
    let text: String = all.iter().map(|line| line.encode().expect("JSON")).collect();
    let entries = read(&text).0;
    let lines = |at_entry: usize| {
        let told = super::about(&entries[at_entry], true, (at(0), &jiff::tz::TimeZone::UTC));
        told.into_iter().map(|line| line.text).collect::<Vec<_>>().join("\n")
    };
    assert!(lines(0).contains("AWS's answer was lost, so that it may have been done"), "{}", lines(0));
    assert!(!lines(0).contains("interrupted"), "{}", lines(0));
    assert!(lines(1).contains("toban was interrupted, or is still running it elsewhere"), "{}", lines(1));
}
