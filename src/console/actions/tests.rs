//! From what was typed to a plan: what the plan tells of is read first, by whichever way it was asked for.

use super::{actions, offers_of};
use crate::change::Ending;
use crate::console::effect::Effect;
use crate::console::model::Model;
use crate::console::msg::Event;
use crate::console::overlay::Overlay;
use crate::console::screens::rig::{demo, press, read_of_demo, tell, text, type_in};
use crate::console::screens::sheet::RowTarget;
use crate::kinds::db_instance::DbInstance;
use crate::kinds::ecr_repository::Repository;
use crate::kinds::ecs_service::Service;
use crate::kinds::event_rule::Rule;
use crate::kinds::iam_simulation::Simulation;
use crate::kinds::schedule_group::Group;
use crate::kinds::scheduler_role::SchedulerRole;
use crate::operations::environment_actions;
use crate::world::{Coverage, Part, Reading, Resource, World};

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
    let got = Ok(Reading::of(vec![(part, Ok(vec![service]))]).into());
    world.put(&id.scope, Service::KIND, &coverage, got, model.now);
    model.world = std::sync::Arc::new(world);
    model
}

/// Answers what is read with what the simulation says.
fn read(model: &mut Model, effects: &[Effect]) {
    let [Effect::Consult(ask, wants)] = effects else { panic!("nothing is read: {effects:?}") };
    assert!(wants.iter().all(|want| want.kind == Repository::KIND) && !wants.is_empty(), "{wants:?}");
    tell(model, Event::Consulted(*ask, read_of_demo(wants)));
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
    type_in(&mut model, "2.33.0");
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
    let said = model.notices.now().map(|(_, message)| message.to_owned()).unwrap_or_default();
    assert!(said.starts_with("which container? There are app, log-router; name one: CONTAINER=TAG"), "{said}");
}

#[test]
fn a_tag_that_is_typed_is_looked_up_in_the_registry_before_the_plan() {
    let (mut model, effects) = typed("deploy v2");
    let [Effect::Consult(ask, wants)] = &effects[..] else { panic!("nothing is read: {effects:?}") };
    assert!(wants.iter().all(|want| want.kind == Repository::KIND) && !wants.is_empty(), "{wants:?}");
    assert!(matches!(model.overlay, Overlay::None), "no plan is shown before");
    assert!(model.notices.now().is_some_and(|(_, message)| message.ends_with("reading…")));
    tell(&mut model, Event::Consulted(*ask, read_of_demo(wants)));
    assert_eq!(model.notices.now(), None, "it is not being read any more");
    let shown = text(&mut model, 140, 50);
    assert!(shown.contains("city-poc-frontend:v2 is sha256:") && shown.contains("y: yes"), "{shown}");
}

#[test]
fn a_tag_that_is_not_there_is_refused_with_those_that_are() {
    let (mut model, effects) = typed("deploy v99");
    let [Effect::Consult(ask, wants)] = &effects[..] else { panic!("nothing is read: {effects:?}") };
    tell(&mut model, Event::Consulted(*ask, read_of_demo(wants)));
    assert!(matches!(model.overlay, Overlay::None));
    let said = model.notices.now().map(|(_, message)| message.to_owned()).unwrap_or_default();
    assert!(said.starts_with("there is no tag \"v99\" in the repository city-poc-frontend"), "{said}");
}

/// What the console of `model` would see if all were up.
fn all_up(model: &Model) -> World {
    let mut seen = (*model.world).clone();
    let later = model.now + jiff::SignedDuration::from_secs(60);
    for scope in seen.scopes() {
        let up = |db: &DbInstance| DbInstance { status: "available".to_owned(), ..db.clone() };
        let databases = Reading::whole(seen.all::<DbInstance>(&scope).map(up).collect());
        let up = |service: &Service| Service { desired: 2, running: 2, pending: 0, ..service.clone() };
        let parts = seen.store(&scope, Service::KIND).into_iter().flat_map(|store| store.bins());
        let services = parts.map(|(part, bin)| {
            (part.clone(), Ok(bin.keys().filter_map(|key| seen.by_key::<Service>(&scope, key)).map(up).collect()))
        });
        let services = Reading::of(services.collect());
        seen.put(&scope, DbInstance::KIND, &Coverage::All, Ok(databases.into()), later);
        seen.put(&scope, Service::KIND, &Coverage::All, Ok(services.into()), later);
    }
    seen
}

#[test]
fn once_a_change_has_ended_offers_are_judged_by_what_it_saw() {
    let mut model = demo(0);
    press(&mut model, &["/"]);
    type_in(&mut model, "prooflink-dev");
    press(&mut model, &["enter", "enter", ":"]);
    type_in(&mut model, "wake");
    press(&mut model, &["enter"]);
    let effects = press(&mut model, &["y"]);
    let [Effect::Run(procedure_run), ..] = &effects[..] else { panic!("nothing is begun: {effects:?}") };
    let id = procedure_run.id;
    press(&mut model, &["esc"]);
    let disabled_reason = |model: &Model, verb: &str| {
        let action = actions(model).into_iter().find(|(_, action)| action.verb == verb);
        action.expect("it is offered").1.disabled_reason
    };
    assert_eq!(disabled_reason(&model, "sleep").as_deref(), Some("it is asleep already"));
    let seen = Box::new(all_up(&model));
    let (now, here, scopes) = (model.now, model.generation, seen.scopes());
    model.pacer.watch(&scopes, now);
    tell(&mut model, Event::Ended(id, Ending::done("prooflink-dev is awake")));
    let why = disabled_reason(&model, "sleep").unwrap_or_default();
    assert_eq!(why, "it is asleep already (the state is being read again after a change)");
    tell(&mut model, Event::Saw(here, seen));
    assert_eq!(disabled_reason(&model, "sleep"), None);
}

#[test]
fn what_is_seen_of_a_cloud_that_was_left_is_dropped() {
    let mut model = demo(0);
    let before = model.world.clone();
    let seen = Box::new(all_up(&model));
    let other = model.generation + 1;
    tell(&mut model, Event::Saw(other, seen));
    assert!(std::sync::Arc::ptr_eq(&before, &model.world));
}

/// Whose plan lies before the reader.
fn planned(model: &Model) -> Option<&str> {
    match &model.overlay {
        Overlay::Confirm(confirm) => Some(confirm.plan.environment.as_str()),
        _ => None,
    }
}

#[test]
fn an_environment_named_behind_what_environments_offer_is_the_one_that_is_meant() {
    let mut model = demo(0);
    press(&mut model, &["g"]);
    assert_eq!(model.environment().map(|here| here.name.as_str()), Some("city-prod"), "the cursor is elsewhere");
    say(&mut model, "sleep backend-dev");
    assert_eq!(planned(&model), Some("backend-dev"), "{:?}", model.notices.now());
    press(&mut model, &["esc"]);
    // The name is completed as those of places are.
    press(&mut model, &[":"]);
    type_in(&mut model, "sleep backend-d");
    press(&mut model, &["tab", "enter"]);
    assert_eq!(planned(&model), Some("backend-dev"), "{:?}", model.notices.now());
}

#[test]
fn an_environment_is_asked_by_name_also_from_one_that_does_not_offer_it() {
    let mut model = demo(0);
    press(&mut model, &["g"]);
    let here: Vec<&str> = actions(&model).iter().map(|(_, action)| action.verb).collect();
    assert!(!here.contains(&"migrate"), "the test needs a row without rules: {here:?}");
    press(&mut model, &[":"]);
    type_in(&mut model, "migrate backend-d");
    let effects = press(&mut model, &["tab", "enter"]);
    assert!(matches!(effects.as_slice(), [Effect::Consult(..)]), "{effects:?} {:?}", model.notices.now());
    press(&mut model, &["esc"]);
    for (line, message) in [
        ("migrate", "no action migrate here; :migrate ENV asks it of an environment"),
        ("migrate kajimaru", "kajimaru has no action migrate"),
        ("migrate nowhere", ":migrate takes nothing but an environment's name; \"nowhere\" is none here"),
    ] {
        assert_eq!(say(&mut model, line), [], "{line}");
        let said = model.notices.now().map(|(_, said)| said.to_owned()).unwrap_or_default();
        assert_eq!(said, message, "{line}");
        // What was refused stays in the prompt.
        press(&mut model, &["esc"]);
    }
}

#[test]
fn all_that_environments_offer_can_be_asked_by_name() {
    let model = demo(0);
    let names: Vec<_> = model.picture.environments.iter().map(|environment| environment.name.clone()).collect();
    let offered = names.into_iter().flat_map(|name| offers_of(&model, &RowTarget::Environment(name)));
    let verbs: std::collections::BTreeSet<&str> = offered.map(|action| action.verb).collect();
    assert!(verbs.len() >= 5 && verbs.iter().all(|verb| environment_actions::VERBS.contains(verb)), "{verbs:?}");
}

#[test]
fn what_is_too_much_behind_an_offer_is_refused_and_never_passed_over() {
    let mut model = on("backend-dev", "BackendService");
    for line in ["sleep backendd", "force v2"] {
        say(&mut model, line);
        assert_eq!(planned(&model), None, "{line}");
        let typed = line.split_once(' ').expect("two words").1;
        let said = model.notices.now().map(|(_, said)| said.to_owned()).unwrap_or_default();
        assert!(said.contains(&format!("{typed:?}")) && said.contains("takes nothing"), "{line}: {said}");
        press(&mut model, &["esc"]);
    }
}

/// A console on the page of an environment of the simulation.
fn at(environment: &str) -> Model {
    let mut model = demo(0);
    press(&mut model, &["/"]);
    type_in(&mut model, environment);
    press(&mut model, &["enter", "enter"]);
    model
}

#[test]
fn rules_give_way_by_key_once_what_the_plan_rests_on_was_read() {
    let mut model = at("backend-dev");
    let effects = say(&mut model, "migrate");
    let [Effect::Consult(ask, wants)] = effects.as_slice() else { panic!("nothing is read: {effects:?}") };
    let kinds: Vec<_> = wants.iter().map(|want| want.kind).collect();
    for kind in [Group::KIND, Rule::KIND, SchedulerRole::KIND, Simulation::KIND] {
        assert!(kinds.contains(&kind), "{kind} is not read: {kinds:?}");
    }
    tell(&mut model, Event::Consulted(*ask, read_of_demo(wants)));
    assert_eq!(planned(&model), Some("backend-dev"), "{:?}", model.notices.now());
    let shown = text(&mut model, 140, 60);
    assert!(
        shown.contains("events:DisableRule backend-dev-cluster-stop, once the schedules above are seen"),
        "{shown}"
    );
    assert!(shown.contains("no rule is deleted") && !shown.contains("was not checked"), "{shown}");

    // ProofLink's schedule is carried out from here: nothing at AWS could take the rules' place.
    let mut model = at("prooflink-dev");
    assert_eq!(say(&mut model, "migrate"), []);
    let said = model.notices.now().map(|(_, said)| said.to_owned()).unwrap_or_default();
    assert!(said.contains("its backend is local") && said.contains("eventbridge-scheduler"), "{said}");
}

/// A deployment on its way has a page of its own: its pause is answered there as on the service's.
#[test]
fn the_pause_of_a_deployment_is_answered_on_its_own_page() {
    use crate::console::page::Page;
    use crate::console::screens::detail::Detail;
    use crate::kinds::service_deployment::ServiceDeployment;

    let mut model = demo(0);
    let found = model.world.everywhere::<Service>().find(|(_, service)| service.name == "shop-staging-web");
    let (scope, record) = found
        .and_then(|(scope, service)| Some((scope.clone(), service.delivery.record.clone()?)))
        .expect("a deployment on its way");
    let id = record.id(&scope);
    let part = Part::from(record.service.as_str());
    let (coverage, now) = (Coverage::Parts([part.clone()].into()), model.now);
    let got = Ok(Reading::of(vec![(part, Ok(vec![record]))]).into());
    std::sync::Arc::make_mut(&mut model.world).put(&scope, ServiceDeployment::KIND, &coverage, got, now);
    let offered = offers_of(&model, &RowTarget::Resource(id.clone()));
    let verbs: Vec<&str> = offered.iter().map(|action| action.verb).collect();
    assert!(["continue", "reject", "stop-rollout"].iter().all(|verb| verbs.contains(verb)), "{verbs:?}");
    assert!(!verbs.contains(&"deploy"), "{verbs:?}");
    model.enter(Page::Detail(Box::new(Detail::new(id, String::new()))));
    let shown = text(&mut model, 140, 40);
    for told in ["stages", "old side", "new side", "waits for you"] {
        assert!(shown.contains(told), "{told}: {shown}");
    }
    let mut effects = say(&mut model, "reject");
    while let Some(effect) = effects.pop() {
        if let Effect::Consult(question, wants) = effect {
            effects.extend(tell(&mut model, Event::Consulted(question, read_of_demo(&wants))));
        }
    }
    let Overlay::Confirm(confirm) = &model.overlay else { panic!("no plan: {:?}", model.notices) };
    assert!(confirm.plan.calls.iter().any(|call| call.contains("ContinueServiceDeployment")), "{:?}", confirm.plan);
}
