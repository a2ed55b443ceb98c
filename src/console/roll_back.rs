//! Going back to what ran well before: which service or function is meant, whether its rollout fails, and which of its
//! operations goes back. Changes the model only; nothing happens before the plan was answered.

use jiff::SignedDuration;

use super::actions::take_best;
use super::effect::Effect;
use super::model::Model;
use super::screens::sheet::RowTarget;
use crate::kinds::ecs_service::{Service, moving, primary};
use crate::kinds::ecs_task::Task;
use crate::kinds::lambda_function::Function;
use crate::kinds::target_group::TargetGroup;
use crate::world::{Health, Resource, ResourceId};

/// The operation that goes back.
const VERB: &str = "rollback";

/// For so long a service that is not well may be so because of what was deployed.
const RECENT: SignedDuration = SignedDuration::from_hours(24);

/// What would go back: what is under the cursor, the service of a task, or the one service here whose rollout fails.
pub(super) fn target(model: &Model) -> Option<ResourceId> {
    let here = model.resource().and_then(|id| deployed(model, id));
    here.or_else(|| failing_here(model))
}

/// What is deployed of a resource: itself, or what runs it.
fn deployed(model: &Model, id: &ResourceId) -> Option<ResourceId> {
    let owner = (id.kind == Task::KIND).then(|| service_of(model, id)).flatten();
    let id = owner.as_ref().unwrap_or(id);
    let recipe = || model.picture.home(id).is_some_and(|home| home.deploy.is_some());
    let goes_back = match id.kind {
        Service::KIND | Function::KIND => true,
        TargetGroup::KIND => recipe(),
        _ => false,
    };
    goes_back.then(|| id.clone())
}

/// The service of a task.
fn service_of(model: &Model, id: &ResourceId) -> Option<ResourceId> {
    let task = model.world.get::<Task>(id)?;
    let name = task.service()?;
    let found = model.world.all::<Service>(&id.scope).find(|it| it.name == name && it.cluster == task.cluster)?;
    Some(found.id(&id.scope))
}

/// The one service of the environment here whose rollout fails; none where there are several.
fn failing_here(model: &Model) -> Option<ResourceId> {
    let members = &model.environment()?.members;
    let mut failing = members.iter().map(|member| &member.id).filter(|id| fails(model, id));
    failing.next().filter(|_| failing.next().is_none()).cloned()
}

/// What would go back, where its rollout fails.
pub(super) fn failing(model: &Model) -> Option<ResourceId> {
    target(model).filter(|id| fails(model, id))
}

/// Whether it is a service that is not well, and another deployment is on its way or came in the last day.
fn fails(model: &Model, id: &ResourceId) -> bool {
    let Some(service) = model.world.get::<Service>(id).filter(|_| id.kind == Service::KIND) else { return false };
    let member = model.picture.home(id).and_then(|home| home.members.iter().find(|member| member.id == *id));
    let health = member.and_then(|member| member.assessment.as_ref()).map(|assessment| assessment.health);
    let began = primary(service).and_then(|deployment| deployment.created_at);
    let is_new = began.is_some_and(|began| model.now.duration_since(began) <= RECENT);
    matches!(health, Some(Health::Bad | Health::Worrying)) && (moving(service) || is_new)
}

/// Opens the plan that goes back: of a rollout on its way to stop it, else to the last that was successful before.
pub(super) fn roll_back(model: &mut Model) -> Vec<Effect> {
    let Some(id) = target(model) else { return Vec::new() };
    take_best(model, RowTarget::Resource(id), VERB)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::command::Command;
    use crate::console::msg::Event;
    use crate::console::overlay::Overlay;
    use crate::console::screens::rig::{demo, press, read_of_demo, tell, text};

    fn on(name: &str) -> Model {
        let mut model = demo(0);
        let (home, name) = name.split_once('/').unwrap_or(("", name));
        let is_home = |it: &crate::overview::EnvironmentStatus| it.name.as_str().starts_with(home);
        let found = model.world.everywhere::<Service>().find(|(scope, service)| {
            service.name == name && model.picture.home(&service.id(scope)).is_some_and(is_home)
        });
        let id = found.map(|(scope, service)| service.id(scope)).expect("the service");
        let home = model.picture.home(&id).map(|home| home.name.clone()).expect("its environment");
        model.enter_environment(home);
        model.sheet_mut().expect("rows").seek(&RowTarget::Resource(id));
        model
    }

    /// Presses the key and hands in what it asks for; the plan that opens.
    fn planned(model: &mut Model) -> String {
        let effects = press(model, &["R"]);
        let [Effect::Consult(question, reads)] = effects.as_slice() else {
            panic!("{effects:?} {:?}", model.notices.now())
        };
        let got = read_of_demo(reads);
        tell(model, Event::Consulted(*question, got));
        match &model.overlay {
            Overlay::Confirm(_) => text(model, 120, 40),
            other => panic!("{other:?} {:?}", model.notices.now()),
        }
    }

    #[test]
    fn where_a_rollout_fails_its_key_stands_first_and_opens_the_plan_to_what_ran_well() {
        let mut model = on("prooflink-prod-service");
        let shown = text(&mut model, 80, 24);
        assert!(shown.lines().last().is_some_and(|hints| hints.contains("R roll back")), "{shown}");
        let plan = planned(&mut model);
        assert!(plan.contains("roll prooflink-prod-service back to") && plan.contains("117"), "{plan}");
    }

    #[test]
    fn a_rollout_on_its_way_is_taken_back() {
        let mut model = on("city-prod/Backend");
        let plan = planned(&mut model);
        assert!(plan.contains("take back the rollout of Backend"), "{plan}");
    }

    #[test]
    fn on_the_page_of_the_service_and_on_the_row_of_the_sick_environment_it_works_too() {
        let mut model = on("prooflink-prod-service");
        press(&mut model, &["enter"]);
        assert!(text(&mut model, 120, 30).contains("R roll back"));
        assert!(planned(&mut model).contains("roll prooflink-prod-service back"));
        let mut fleet = demo(0);
        fleet.sheet_mut().expect("rows").seek(&RowTarget::Environment("prooflink-prod".into()));
        assert!(text(&mut fleet, 80, 24).contains("R roll back"));
        assert!(planned(&mut fleet).contains("roll prooflink-prod-service back"));
    }

    #[test]
    fn what_is_well_has_no_hint_and_can_go_back_all_the_same() {
        let mut model = on("Frontend");
        assert!(!text(&mut model, 160, 40).contains("R roll back"));
        assert!(matches!(press(&mut model, &["R"]).as_slice(), [Effect::Consult(..)]), "{:?}", model.notices.now());
        assert_eq!(model.settings.keymap.shown(Command::RollBack).as_deref(), Some("R"));
    }

    #[test]
    fn where_nothing_is_deployed_it_says_for_what_it_is() {
        let mut model = demo(0);
        model.enter_environment("kajimaru".into());
        assert_eq!(press(&mut model, &["R"]), []);
        let said = model.notices.now().map(|(_, said)| said.to_owned()).unwrap_or_default();
        assert!(said.contains("only services") && said.contains("rolled back"), "{said}");
    }
}
