//! What is muted stands in one list, and is taken back from there by a plan.

use crate::console::effect::Effect;
use crate::console::model::Model;
use crate::console::msg::Event;
use crate::console::overlay::Overlay;
use crate::console::page::Page;
use crate::console::screens::rig::*;
use crate::console::screens::sheet::RowTarget;
use crate::kinds::alarm::Alarm;
use crate::kinds::mute_rule::{MuteRule, Window};
use crate::world::read_request::ReadRequest;
use crate::world::{AnyReading, Arn, Coverage, EnvironmentName, Fault, Reading, Resource, ResourceId};

const HOME: &str = "prooflink-prod";

/// The alarms of an environment of the demo.
fn alarms(model: &Model) -> Vec<(ResourceId, String)> {
    let home = model.picture.environment(&EnvironmentName::from(HOME)).expect("the environment");
    let named = home
        .members
        .iter()
        .filter_map(|member| model.world.get::<Alarm>(&member.id).map(|alarm| (member.id.clone(), alarm.name.clone())));
    named.collect()
}

/// A rule by hand until an hour from now.
fn rule(model: &Model, name: &str, alarms: Vec<String>) -> MuteRule {
    let until = model.now.checked_add(jiff::SignedDuration::from_hours(1)).expect("a time");
    MuteRule {
        arn: Arn::from(format!("arn:aws:cloudwatch:ap-northeast-1:1:alarm-mute-rule:{name}")),
        name: name.to_owned(),
        status: "ACTIVE".to_owned(),
        alarms,
        window: Some(Window { from: model.now, until }),
    }
}

/// The list over these rules; gives also the place they are in.
fn listing(rules: &dyn Fn(&Model) -> Vec<MuteRule>) -> (Model, Vec<MuteRule>) {
    let mut model = demo(0);
    let rules = rules(&model);
    let scope = alarms(&model)[0].0.scope.clone();
    let (all, now) = (AnyReading::from(Reading::whole(rules.clone())), model.now);
    std::sync::Arc::make_mut(&mut model.world).put(&scope, MuteRule::KIND, &Coverage::All, Ok(all), now);
    press(&mut model, &[":"]);
    type_in(&mut model, "mutes");
    press(&mut model, &["enter"]);
    assert!(matches!(model.here(), Some(Page::Mutes(_))), "{:?}", model.notices);
    (model, rules)
}

fn doors(model: &Model) -> Vec<RowTarget> {
    model.sheet().expect("rows").rows().filter_map(|(_, item)| item.door.clone()).collect()
}

/// Answers what is read before a plan with the same rules.
fn answer(model: &mut Model, mut effects: Vec<Effect>, rules: &[MuteRule]) {
    while let Some(effect) = effects.pop() {
        if let Effect::Consult(question, wants) = effect {
            let read = |want: ReadRequest| -> (ReadRequest, Result<AnyReading, Fault>) {
                (want, Ok(AnyReading::from(Reading::whole(rules.to_vec()))))
            };
            effects.extend(tell(model, Event::Consulted(question, wants.into_iter().map(read).collect())));
        }
    }
}

fn unmute(model: &mut Model, rules: &[MuteRule]) {
    press(model, &[":"]);
    type_in(model, "unmute");
    let effects = press(model, &["enter"]);
    answer(model, effects, rules);
}

#[test]
fn what_a_sleep_mutes_and_what_a_hand_mutes_stand_in_one_list() {
    let (mut model, _) = listing(&|model| {
        let names: Vec<String> = alarms(model).into_iter().map(|(_, name)| name).collect();
        vec![
            rule(model, "toban-mute-prooflink-prod-all-1", names.clone()),
            rule(model, "toban-sleep-prooflink-prod", vec![names[0].clone()]),
            rule(model, "night-shift", vec![names[0].clone()]),
        ]
    });
    insta::assert_snapshot!(picture(&mut model, 150, 12));
    let whole = RowTarget::Environment(EnvironmentName::from(HOME));
    assert_eq!(doors(&model).iter().filter(|door| **door == whole).count(), 1, "together they are one row");
}

#[test]
fn nothing_is_told_too() {
    let (mut model, _) = listing(&|_| Vec::new());
    let shown = text(&mut model, 100, 8);
    assert!(shown.contains("no alarm is muted"), "{shown}");
}

#[test]
fn what_mutes_all_alarms_of_an_environment_is_taken_back_as_a_whole_wherever_the_reader_came_from() {
    let (mut model, rules) = listing(&|model| {
        let names = alarms(model).into_iter().map(|(_, name)| name).collect();
        vec![rule(model, "toban-mute-prooflink-prod-all-1", names)]
    });
    assert_eq!(doors(&model), [RowTarget::Environment(EnvironmentName::from(HOME))]);
    unmute(&mut model, &rules);
    let Overlay::Confirm(confirm) = &model.overlay else { panic!("no plan: {:?}", model.notices) };
    assert_eq!(confirm.plan.message, "unmute the alarms of prooflink-prod");
    assert_eq!(confirm.plan.calls.len(), 1, "{:?}", confirm.plan.calls);
    assert!(confirm.plan.calls[0].contains("toban-mute-prooflink-prod-all-1"), "{:?}", confirm.plan.calls);
}

#[test]
fn one_muted_alone_is_taken_back_alone_and_a_rule_of_others_is_not() {
    let (mut model, rules) = listing(&|model| {
        let name = alarms(model)[0].1.clone();
        vec![rule(model, "toban-mute-prooflink-prod-5xx-1", vec![name])]
    });
    unmute(&mut model, &rules);
    let Overlay::Confirm(confirm) = &model.overlay else { panic!("no plan: {:?}", model.notices) };
    assert_eq!(confirm.plan.calls.len(), 1, "{:?}", confirm.plan.calls);

    let (mut model, rules) = listing(&|model| vec![rule(model, "night-shift", vec![alarms(model)[0].1.clone()])]);
    unmute(&mut model, &rules);
    assert!(!matches!(model.overlay, Overlay::Confirm(_)), "{:?}", model.overlay);
    let said = format!("{:?}", model.notices);
    assert!(said.contains("night-shift, which toban did not make"), "{said}");
}
