//! From what was typed to a plan: what the plan tells of is read first, by whichever way it was asked for.

use crate::app::effect::Effect;
use crate::app::model::Model;
use crate::app::msg::News;
use crate::app::overlay::Overlay;
use crate::kinds::ecr_repository::Repository;
use crate::kinds::ecs_service::Service;
use crate::screens::rig::{demo, press, read_of_demo, tell, text, type_in};
use crate::world::{Coverage, Harvest, Part, Resource};

/// A console on the page of a service of the simulation.
fn on(environment: &str, service: &str) -> Model {
    let mut model = demo(0);
    press(&mut model, &["/"]);
    type_in(&mut model, environment);
    press(&mut model, &["enter", "enter", "/"]);
    type_in(&mut model, service);
    press(&mut model, &["enter", "enter"]);
    model
}

/// Types a line behind a colon.
fn say(model: &mut Model, line: &str) -> Vec<Effect> {
    press(model, &[":"]);
    type_in(model, line);
    press(model, &["enter"])
}

/// A console on the page of a service of the simulation, `typed` behind a colon.
fn typed(line: &str) -> (Model, Vec<Effect>) {
    let mut model = on("city-poc", "Frontend");
    let effects = say(&mut model, line);
    (model, effects)
}

/// A console on the page of a service with two containers, of which none is on a target group.
fn of_two() -> Model {
    let mut model = on("backend-prod", "BackendService");
    let mut world = (*model.world).clone();
    let id = model.resource().cloned().expect("the page's own");
    let mut service = world.get::<Service>(&id).cloned().expect("a service");
    service.attachments.clear();
    let part = Part::from(service.cluster.as_str());
    let coverage = Coverage::Parts([part.clone()].into());
    let got = Ok(Harvest::of(vec![(part, Ok(vec![service]))]).into());
    world.put(&id.scope, Service::KIND, &coverage, got, model.now);
    model.world = std::sync::Arc::new(world);
    model
}

/// Answers what is read with what the simulation says.
fn read(model: &mut Model, effects: &[Effect]) {
    let [Effect::Consult(ask, wants)] = effects else { panic!("nothing is read: {effects:?}") };
    assert!(wants.iter().all(|want| want.kind == Repository::KIND) && !wants.is_empty(), "{wants:?}");
    tell(model, News::Consulted(*ask, read_of_demo(wants)));
}

#[test]
fn where_several_containers_may_be_meant_they_are_chosen_from_and_then_the_tag_is() {
    let mut model = of_two();
    assert_eq!(say(&mut model, "deploy"), [], "the containers are known");
    let shown = text(&mut model, 140, 50);
    assert!(shown.contains("which container gets another image"), "{shown}");
    for line in ["app ", "backend-api:", "log-router ", "aws-for-fluent-bit:2.32.2"] {
        assert!(shown.contains(line), "{line}: {shown}");
    }
    let effects = press(&mut model, &["enter"]);
    assert!(matches!(model.overlay, Overlay::None), "the tags are read first");
    read(&mut model, &effects);
    let shown = text(&mut model, 140, 50);
    assert!(shown.contains("which image of app (:deploy app=TAG types one)"), "{shown}");
    press(&mut model, &["enter"]);
    let shown = text(&mut model, 140, 50);
    assert!(shown.contains("image of app") && !shown.contains("image of log-router"), "{shown}");
}

#[test]
fn the_image_of_a_chosen_container_outside_ecr_is_typed() {
    let mut model = of_two();
    say(&mut model, "deploy");
    assert_eq!(press(&mut model, &["j", "enter"]), [], "no registry can be read");
    let Overlay::Ask(ask) = &model.overlay else { panic!("nothing is asked: {:?}", model.overlay) };
    let initial = ask.input.value().to_owned();
    assert!(initial.starts_with("log-router="), "{initial}");
    type_in(&mut model, "-2");
    press(&mut model, &["enter"]);
    let shown = text(&mut model, 140, 50);
    assert!(shown.contains("image of log-router") && !shown.contains("image of app"), "{shown}");
}

#[test]
fn a_container_that_is_typed_with_its_tag_is_not_asked_for() {
    let mut model = of_two();
    let effects = say(&mut model, "deploy app=v2");
    read(&mut model, &effects);
    let shown = text(&mut model, 140, 50);
    assert!(shown.contains("image of app") && shown.contains(":v2 is sha256:"), "{shown}");
}

#[test]
fn a_tag_without_the_container_it_is_for_is_refused_with_those_there_are() {
    let mut model = of_two();
    let effects = say(&mut model, "deploy v2");
    read(&mut model, &effects);
    assert!(matches!(model.overlay, Overlay::None));
    let said = model.notices.now().map(|(_, says)| says.to_owned()).unwrap_or_default();
    assert!(said.starts_with("which container? There are app, log-router; name one: CONTAINER=TAG"), "{said}");
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
