//! An environment of the simulated account: its panels in order, and what stands in them.

use std::collections::BTreeSet;
use std::sync::Arc;

use crate::console::effect::Effect;
use crate::console::model::Model;
use crate::console::msg::Event;
use crate::console::screens::rig::{demo, denied, press, read_of_demo, tell, text, type_in};
use crate::engine::poller::PollRequest;
use crate::kinds::catalog::KINDS;
use crate::overview::assemble;
use crate::world::read_request::ReadRequest;
use crate::world::{Coverage, KindName, Part, Resource};

fn opened(name: &str) -> Model {
    let mut model = demo(0);
    press(&mut model, &[":"]);
    type_in(&mut model, &format!("env {name}"));
    press(&mut model, &["enter"]);
    model
}

/// What is known of all environments after the world has changed.
fn gathered(model: &mut Model) {
    let picture = assemble(&model.world, &crate::demo::configured_environments(), model.now, &model.settings.zone);
    tell(model, Event::Gathered(0, picture));
}

fn line_of(page: &str, words: &str) -> String {
    page.lines().find(|line| line.contains(words)).unwrap_or_else(|| panic!("{words} is missing:\n{page}")).to_owned()
}

#[test]
fn a_panel_is_as_old_as_the_state_of_its_own_resources_and_not_as_the_structure_or_as_others() {
    let mut model = opened("prooflink-prod");
    let home = model.environment().expect("the environment").scopes[0].clone();
    let health = KindName("target-health");
    let own = |arn: &str| arn.contains("targetgroup/prooflink-tg/");
    // Ten minutes later only the health of this environment's target group has been read again.
    model.now += jiff::SignedDuration::from_mins(10);
    let store = model.world.store(&home, health).expect("read");
    let again: BTreeSet<Part> = store.bins().map(|(part, _)| part.clone()).filter(|part| own(part)).collect();
    assert_eq!(again.len(), 1, "{again:?}");
    let want = ReadRequest { kind: health, scope: home.clone(), coverage: Coverage::Parts(again) };
    for (want, found) in read_of_demo(&[want]) {
        Arc::make_mut(&mut model.world).put(&home, health, &want.coverage, found, model.now);
    }
    gathered(&mut model);
    let page = text(&mut model, 140, 80);
    assert!(line_of(&page, " target groups ").contains("just now"), "{page}");
    assert!(line_of(&page, " databases ").contains("10 min ago"), "{page}");
}

#[test]
fn the_verdict_comes_first_then_what_is_sick_then_panels_in_the_order_of_kinds() {
    let mut model = opened("prooflink-prod");
    let page = text(&mut model, 120, 80);
    let at = |words: &str| page.find(words).unwrap_or_else(|| panic!("{words} is missing:\n{page}"));
    let order = [at("prooflink-prod is "), at(" target groups "), at(" services "), at(" alarms "), at(" databases ")];
    assert!(order.is_sorted(), "{page}");
}

#[test]
fn what_falls_ill_moves_its_panel_only_once_the_reader_is_not_amid_them() {
    let mut model = opened("kajimaru");
    let keys = |model: &Model| {
        let blocks = model.sheet().expect("rows").blocks();
        blocks.iter().map(|block| block.key.clone()).collect::<Vec<_>>()
    };
    press(&mut model, &["G"]);
    let before = keys(&model);
    let alarm = model.world.everywhere::<crate::kinds::alarm::Alarm>();
    let alarm = alarm.map(|(scope, alarm)| (scope.clone(), alarm.clone()));
    let (scope, mut alarm) = alarm
        .filter(|(scope, it)| model.picture.home(&it.id(scope)).is_some_and(|home| home.name.as_str() == "kajimaru"))
        .last()
        .expect("an alarm");
    alarm.state = "ALARM".to_owned();
    let all = model.world.all::<crate::kinds::alarm::Alarm>(&scope).cloned();
    let all: Vec<_> = all.map(|it| if it.name == alarm.name { alarm.clone() } else { it }).collect();
    let now = model.now;
    Arc::make_mut(&mut model.world).put(
        &scope,
        crate::kinds::alarm::Alarm::KIND,
        &Coverage::All,
        Ok(crate::world::Reading::whole(all).into()),
        now,
    );
    gathered(&mut model);
    assert_eq!(keys(&model), before, "nothing moves below the cursor");
    press(&mut model, &["esc", "enter"]);
    let after = keys(&model);
    let place = |keys: &[String]| keys.iter().position(|key| key == "alarms");
    assert!(place(&after) == Some(1) && place(&before) > Some(1), "{before:?} {after:?}");
}

#[test]
fn a_fault_stands_in_the_panel_that_it_feeds_beside_the_old_rows() {
    let mut model = opened("prooflink-prod");
    let before = text(&mut model, 140, 80);
    assert!(before.contains("prooflink-tg"));
    let health = KINDS.iter().map(|kind| kind.name()).find(|name| *name == KindName("target-health")).expect("a kind");
    let home = model.environment().expect("the environment").scopes[0].clone();
    Arc::make_mut(&mut model.world).put(&home, health, &Coverage::All, Err(denied()), model.now);
    gathered(&mut model);
    let after = text(&mut model, 140, 80);
    let panel = after.lines().find(|line| line.contains(" target groups ")).expect("the panel");
    assert!(panel.contains("DescribeTargetHealth"), "{panel}");
    assert!(after.contains("prooflink-tg"), "old rows stay");
}

#[test]
fn one_that_is_gone_says_so_and_leaves_the_way_back() {
    let mut model = opened("prooflink-prod");
    let mut picture = model.picture.clone();
    picture.environments.retain(|environment| environment.name.as_str() != "prooflink-prod");
    tell(&mut model, Event::Gathered(0, picture));
    assert!(text(&mut model, 100, 20).contains("there is no environment prooflink-prod"));
    press(&mut model, &["esc"]);
    assert_eq!(model.places.len(), 1);
}

#[test]
fn entering_puts_it_into_focus_and_leaving_takes_it_out() {
    let mut model = opened("prooflink-prod");
    let scopes = model.scopes.clone().expect("scopes");
    model.pacer.watch(&scopes, model.now);
    let due: Vec<PollRequest> = model.pacer.due(model.now);
    for reading in &due {
        model.pacer.arrived(reading, crate::engine::poller::Outcome::Failed, model.now);
    }
    let soon = model.pacer.wake_at().expect("a next reading");
    press(&mut model, &["q"]);
    let later = model.pacer.wake_at().expect("a next reading");
    assert!(soon <= later, "{soon} {later}");
}

#[test]
fn the_page_of_a_target_group_is_as_old_as_the_health_it_shows() {
    let mut model = opened("prooflink-prod");
    let home = model.environment().expect("the environment").scopes[0].clone();
    let health = KindName("target-health");
    model.now += jiff::SignedDuration::from_mins(10);
    let store = model.world.store(&home, health).expect("read");
    let parts = store.bins().map(|(part, _)| part.clone()).collect();
    let want = ReadRequest { kind: health, scope: home.clone(), coverage: Coverage::Parts(parts) };
    for (want, found) in read_of_demo(&[want]) {
        Arc::make_mut(&mut model.world).put(&home, health, &want.coverage, found, model.now);
    }
    gathered(&mut model);
    press(&mut model, &["tab", "enter"]);
    let page = text(&mut model, 140, 40);
    assert!(line_of(&page, "1 prooflink-tg ").contains("just now"), "{page}");
}

#[test]
fn what_is_marked_in_the_verdict_is_copied_once_and_by_its_name() {
    let mut model = opened("prooflink-prod");
    press(&mut model, &["g", "m"]);
    assert_eq!(press(&mut model, &["c"]), [Effect::Copy("prooflink-prod-service".into())]);
}
