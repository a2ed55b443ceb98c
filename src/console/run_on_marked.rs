//! One command on the marked rows, or on the one under the cursor: collects the nodes and puts the plan before the
//! reader. Pure; sending and watching is the procedure's.

use super::actions::at_site;
use super::model::Model;
use super::overlay::Overlay;
use super::screens::sheet::RowTarget;
use super::sessions::session_access;
use super::update::propose;
use crate::change::procedure::Proposal;
use crate::operations::{MOST, RunCommand};
use crate::ssm::session_target::SessionTarget;
use crate::world::ResourceId;

/// Proposes to run `line`.
pub(super) fn run(model: &mut Model, line: Option<&str>) {
    model.dirty = true;
    let Some(line) = line.map(str::trim).filter(|line| !line.is_empty()) else {
        model.notices.info(model.now, "write the command behind it, as in `:run df -h`");
        return;
    };
    let marked = model.marked_here();
    match plan(model, &marked, line) {
        Ok((proposal, names)) => {
            propose(model, proposal, ("run", names.len()));
            if let Overlay::Confirm(confirm) = &mut model.overlay
                && !marked.is_empty()
            {
                confirm.marked = names;
            }
            let elsewhere = model.marks.len() - marked.len();
            if elsewhere > 0 {
                let message = format!("{elsewhere} marked in another environment are not meant here");
                model.notices.info(model.now, message);
            }
        }
        Err(why) => model.notices.fault(model.now, why),
    }
}

/// The plan, with the names of the instances it goes to.
fn plan(model: &Model, marked: &[ResourceId], line: &str) -> Result<(Proposal, Vec<String>), String> {
    let ids = if marked.is_empty() { model.resource().cloned().into_iter().collect() } else { marked.to_vec() };
    let Some(first) = ids.first() else { return Err("mark instances, or put the cursor on one".to_owned()) };
    let home = model.picture.home(first).map(|environment| environment.name.clone());
    let mut nodes: Vec<(String, String)> = Vec::new();
    for id in &ids {
        let session_access = session_access(model, id)
            .ok_or_else(|| format!("{} is no instance; only instances run commands", id.key))?;
        let Some(SessionTarget::Node(node)) = &session_access.way else {
            return Err(format!("{} is no instance; in tasks, `s` opens a shell", session_access.message));
        };
        if session_access.is_away() {
            return Err(format!("{} takes no command now; `s` on it shows why", session_access.message));
        }
        if id.scope != first.scope || model.picture.home(id).map(|environment| &environment.name) != home.as_ref() {
            return Err("a command goes to instances of one environment in one place; mark those only".to_owned());
        }
        if !nodes.iter().any(|(known, _)| known == node) {
            let name = session_access.message.strip_prefix("instance ").unwrap_or(&session_access.message);
            nodes.push((node.clone(), name.to_owned()));
        }
    }
    if nodes.len() > MOST {
        return Err(format!("{} instances are marked; one command goes to {MOST} at most", nodes.len()));
    }
    let names = nodes.iter().map(|(_, name)| name.clone()).collect();
    at_site(model, &RowTarget::Resource(first.clone()), |context| RunCommand::new(context, nodes, line))
        .flatten()
        .map(|run| (Proposal::Procedure(Box::new(run)), names))
        .ok_or_else(|| format!("{} is in no environment; nothing is run there", first.key))
}

#[cfg(test)]
mod tests {
    use crate::console::overlay::Overlay;
    use crate::console::page::Page;
    use crate::console::screens::rig::{demo, press, type_in};
    use crate::console::screens::sheet::RowTarget;
    use crate::kinds::ec2_instance::Instance;
    use crate::world::Resource;

    #[test]
    fn a_command_goes_to_every_marked_instance() {
        let mut model = demo(0);
        let all = model
            .world
            .everywhere::<Instance>()
            .filter(|(_, instance)| instance.name.as_deref().is_some_and(|name| name.starts_with("kajimaru")));
        let ids: Vec<_> = all.map(|(scope, instance)| instance.id(scope)).collect();
        assert!(ids.len() > 1, "{ids:?}");
        model.marks = ids.iter().cloned().map(RowTarget::Resource).collect();
        model
            .enter(Page::Detail(Box::new(crate::console::screens::detail::Detail::new(ids[0].clone(), String::new()))));
        press(&mut model, &[":"]);
        type_in(&mut model, "run df -h");
        press(&mut model, &["enter"]);
        let Overlay::Confirm(confirm) = &model.overlay else { panic!("no plan: {:?}", model.notices) };
        let plan = format!("{confirm:?}");
        assert!(
            plan.contains("df -h") && plan.contains("kajimaru-ec2-01") && plan.contains("kajimaru-ec2-02"),
            "{plan}"
        );
    }

    #[test]
    fn what_is_marked_in_another_environment_is_never_meant() {
        let mut model = demo(0);
        let all: Vec<_> =
            model.world.everywhere::<Instance>().map(|(scope, it)| (it.id(scope), it.name.clone())).collect();
        let home = |model: &crate::console::model::Model, id| model.picture.home(id).map(|home| home.name.to_string());
        let here =
            all.iter().find(|(_, name)| name.as_deref() == Some("kajimaru-ec2-01")).cloned().expect("an instance");
        let there = all
            .iter()
            .find(|(id, _)| home(&model, id).is_some_and(|home| home != "kajimaru"))
            .map(|(id, _)| id.clone())
            .or_else(|| model.world.everywhere::<crate::kinds::ecs_service::Service>().next().map(|(s, it)| it.id(s)))
            .expect("something of another environment");
        assert_ne!(home(&model, &there), home(&model, &here.0));
        model.marks = [RowTarget::Resource(there)].into();
        model.enter(Page::Detail(Box::new(crate::console::screens::detail::Detail::new(here.0, String::new()))));
        press(&mut model, &[":"]);
        type_in(&mut model, "run df -h");
        press(&mut model, &["enter"]);
        let Overlay::Confirm(confirm) = &model.overlay else { panic!("no plan: {:?}", model.notices) };
        assert!(confirm.marked.is_empty() && confirm.plan.message.contains("on kajimaru-ec2-01"), "{:?}", confirm.plan);
        assert!(model.notices.now().is_some_and(|(_, text)| text.contains("not meant here")), "{:?}", model.notices);
        type_in(&mut model, "kajimaru");
        press(&mut model, &["enter"]);
        assert_eq!(model.marks.len(), 1, "what was not meant stays marked");
        // Marking here takes back what was marked there, and says so.
        press(&mut model, &["esc"]);
        model.notices.dismiss();
        press(&mut model, &["m"]);
        assert!(model.notices.now().is_some_and(|(_, text)| text.contains("belong to one environment")));
        assert_eq!(model.marked_here().len(), 1);
        press(&mut model, &[":"]);
        type_in(&mut model, "run uptime");
        press(&mut model, &["enter"]);
        let Overlay::Confirm(confirm) = &model.overlay else { panic!("no plan: {:?}", model.notices) };
        assert!(confirm.marked.len() == 1 && confirm.marked[0].starts_with("kajimaru-ec2-01"), "{:?}", confirm.marked);
        type_in(&mut model, "kajimaru");
        press(&mut model, &["enter"]);
        assert!(model.marks.is_empty(), "marks end with what was done with them");
    }

    #[test]
    fn a_service_runs_no_command_and_the_reason_is_said() {
        let mut model = demo(0);
        let service = model.world.everywhere::<crate::kinds::ecs_service::Service>().find(|(_, it)| it.running > 0);
        let id = service.map(|(scope, service)| service.id(scope)).expect("a service");
        model.enter(Page::Detail(Box::new(crate::console::screens::detail::Detail::new(id, String::new()))));
        press(&mut model, &[":"]);
        type_in(&mut model, "run df");
        press(&mut model, &["enter"]);
        assert!(model.notices.now().is_some_and(|(_, text)| text.contains("no instance")), "{:?}", model.notices);
    }
}
