//! One command on the marked rows, or on the one under the cursor: collects the nodes and puts the plan before the
//! reader. Pure; sending and watching is the procedure's.

use super::actions::at_site;
use super::model::Model;
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
    match plan(model, line) {
        Ok(proposal) => propose(model, proposal),
        Err(why) => model.notices.fault(model.now, why),
    }
}

fn plan(model: &Model, line: &str) -> Result<Proposal, String> {
    let marked: Vec<ResourceId> = model.marks.iter().filter_map(RowTarget::resource).cloned().collect();
    let ids = if marked.is_empty() { model.resource().cloned().into_iter().collect() } else { marked };
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
    at_site(model, &RowTarget::Resource(first.clone()), |context| RunCommand::new(context, nodes, line))
        .flatten()
        .map(|run| Proposal::Procedure(Box::new(run)))
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
