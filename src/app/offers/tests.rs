//! From what was typed to a plan: what the plan tells of is read first, by whichever way it was asked for.

use crate::app::effect::Effect;
use crate::app::model::Model;
use crate::app::msg::News;
use crate::app::overlay::Overlay;
use crate::kinds::ecr_repository::Repository;
use crate::screens::rig::{demo, press, read_of_demo, tell, text, type_in};
use crate::world::Resource;

/// A console on the page of a service of the simulation, `typed` behind a colon.
fn typed(line: &str) -> (Model, Vec<Effect>) {
    let mut model = demo(0);
    press(&mut model, &["/"]);
    type_in(&mut model, "city-poc");
    press(&mut model, &["enter", "enter", "/"]);
    type_in(&mut model, "Frontend");
    press(&mut model, &["enter", "enter", ":"]);
    type_in(&mut model, line);
    let effects = press(&mut model, &["enter"]);
    (model, effects)
}

#[test]
fn a_tag_that_is_typed_is_looked_up_in_the_registry_before_the_plan() {
    let (mut model, effects) = typed("deploy v2");
    let [Effect::Consult(ask, wants)] = &effects[..] else { panic!("nothing is read: {effects:?}") };
    assert!(wants.iter().all(|want| want.kind == Repository::KIND) && !wants.is_empty(), "{wants:?}");
    assert!(matches!(model.overlay, Overlay::None), "no plan is shown before");
    tell(&mut model, News::Consulted(*ask, read_of_demo(wants)));
    let shown = text(&mut model, 140, 50);
    assert!(shown.contains("city-poc-frontend:v2 is sha256:") && shown.contains("y does it"), "{shown}");
}

#[test]
fn a_tag_that_is_not_there_is_refused_with_those_that_are() {
    let (mut model, effects) = typed("deploy v99");
    let [Effect::Consult(ask, wants)] = &effects[..] else { panic!("nothing is read: {effects:?}") };
    tell(&mut model, News::Consulted(*ask, read_of_demo(wants)));
    assert!(matches!(model.overlay, Overlay::None));
    let said = model.notices.now().map(|(_, says)| says.to_owned()).unwrap_or_default();
    assert!(said.starts_with("there is no tag \"v99\" in the repository city-poc-frontend"), "{said}");
}
