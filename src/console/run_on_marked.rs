//! One command on the marked rows, or on the one under the cursor: collects the nodes or tasks and puts the plan before the
//! reader. Instances run it by Run Command, tasks by ECS Exec. Pure; sending and watching is the procedure's.

use super::actions::at_site;
use super::dispatch::known;
use super::model::Model;
use super::overlay::Overlay;
use super::screens::palette::Palette;
use super::screens::sheet::RowTarget;
use super::sessions::session_access;
use super::update::propose;
use crate::change::procedure::Proposal;
use crate::command::Command;
use crate::kinds::ecs_service::Service;
use crate::kinds::ecs_task::Task;
use crate::operations::{ExecOnTasks, MOST, MOST_TASKS, RunCommand, TaskDoor};
use crate::ssm::session_target::SessionTarget;
use crate::world::{Resource, ResourceId};

/// Proposes to run `line`.
pub(super) fn run(model: &mut Model, line: Option<&str>) {
    model.dirty = true;
    let Some(line) = line.map(str::trim).filter(|line| !line.is_empty()) else {
        // What is run is typed where it can be put right.
        let line = format!("{} ", Command::Run.spec().name);
        model.overlay = Overlay::Palette(Box::new(Palette::with(model.place(), known(model), &line)));
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

/// The tasks of a service that run, the newest first.
fn tasks_of(model: &Model, id: &ResourceId) -> Vec<ResourceId> {
    let Some(service) = model.world.get::<Service>(id) else { return Vec::new() };
    let is_its = |task: &&Task| {
        task.last_status == "RUNNING" && task.service() == Some(&service.name) && task.cluster == service.cluster
    };
    let mut tasks: Vec<&Task> = model.world.all::<Task>(&id.scope).filter(is_its).collect();
    tasks.sort_by_key(|task| std::cmp::Reverse(task.started_at));
    tasks.into_iter().map(|task| task.id(&id.scope)).collect()
}

/// The plan for tasks: in all that are marked, of a service in the first that can be entered.
fn in_tasks(model: &Model, ids: &[ResourceId], line: &str) -> Result<(Proposal, Vec<String>), String> {
    let (mut doors, mut left_out) = (Vec::new(), Vec::new());
    let services = ids.iter().filter(|id| id.kind == Service::KIND).count();
    let tasks: Vec<ResourceId> = match (ids, services) {
        ([service], 1) => tasks_of(model, service),
        (_, 0) => ids.to_vec(),
        _ => return Err("mark tasks to run it in several; of services one at a time is meant".to_owned()),
    };
    let (first, home) = (ids.first(), ids.first().and_then(|id| model.picture.home(id)).map(|home| &home.name));
    for id in &tasks {
        let access = session_access(model, id).ok_or_else(|| format!("{} is no task", id.key))?;
        if Some(&id.scope) != first.map(|first| &first.scope) || model.picture.home(id).map(|it| &it.name) != home {
            return Err("a command goes to tasks of one environment in one place; mark those only".to_owned());
        }
        let Some(way) = access.way.as_ref().filter(|_| !access.fails()) else {
            left_out.push(format!("{} is left out: it cannot be entered now; `s` on it shows why", access.message));
            continue;
        };
        match way.door(None) {
            Ok(door) => {
                let container = door.container().map(|name| format!(", container {name}")).unwrap_or_default();
                doors.push(TaskDoor { id: id.clone(), name: format!("{}{container}", access.message), door });
            }
            Err(_) => {
                left_out.push(format!("{} is left out: it has several containers; `s` asks which", access.message))
            }
        }
    }
    if doors.len() > MOST_TASKS {
        return Err(format!("{} tasks are meant; one command goes to {MOST_TASKS} at most", doors.len()));
    }
    let names = doors.iter().map(|door| door.name.clone()).collect();
    let nonce = format!("{:016x}", model.now.as_nanosecond().unsigned_abs());
    let Some(first) = doors.first().map(|door| door.id.clone()) else {
        return Err(left_out.first().cloned().unwrap_or_else(|| "no task runs there".to_owned()));
    };
    at_site(model, &RowTarget::Resource(first), |context| {
        ExecOnTasks::new(context, (doors, left_out), (line, services == 0), nonce)
    })
    .flatten()
    .map(|run| (Proposal::Procedure(Box::new(run)), names))
    .ok_or_else(|| "they are in no environment; nothing is run there".to_owned())
}

/// The plan, with the names of the instances or tasks it goes to.
fn plan(model: &Model, marked: &[ResourceId], line: &str) -> Result<(Proposal, Vec<String>), String> {
    let ids = if marked.is_empty() { model.resource().cloned().into_iter().collect() } else { marked.to_vec() };
    let Some(first) = ids.first() else {
        return Err("mark instances or tasks, or put the cursor on one".to_owned());
    };
    let is_task = |id: &ResourceId| id.kind == Task::KIND || id.kind == Service::KIND;
    match ids.iter().filter(|id| is_task(id)).count() {
        0 => {}
        all if all == ids.len() => return in_tasks(model, &ids, line),
        _ => return Err("mark instances or tasks: they run commands in ways of their own".to_owned()),
    }
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
    fn its_key_asks_for_the_command() {
        let mut model = demo(0);
        let instance =
            model.world.everywhere::<Instance>().next().map(|(scope, it)| it.id(scope)).expect("an instance");
        model.enter(Page::Detail(Box::new(crate::console::screens::detail::Detail::new(instance, String::new()))));
        press(&mut model, &["x"]);
        assert!(
            matches!(&model.overlay, Overlay::Palette(line) if line.input.value() == "run "),
            "{:?}",
            model.overlay
        );
        type_in(&mut model, "uptime");
        press(&mut model, &["enter"]);
        let Overlay::Confirm(confirm) = &model.overlay else { panic!("no plan: {:?}", model.notices) };
        assert!(confirm.plan.message.contains("uptime"), "{}", confirm.plan.message);
    }

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
    fn a_command_runs_in_every_marked_task_and_of_a_service_in_one() {
        use crate::kinds::ecs_task::Task;
        let mut model = demo(0);
        let service = model.world.everywhere::<crate::kinds::ecs_service::Service>();
        let (scope, service) = service
            .filter(|(_, it)| it.running > 1)
            .map(|(scope, it)| (scope.clone(), it.clone()))
            .next()
            .expect("a service");
        let tasks = super::tasks_of(&model, &service.id(&scope));
        assert!(tasks.len() > 1 && tasks.iter().all(|id| id.kind == Task::KIND), "{tasks:?}");
        model.marks = tasks.iter().cloned().map(RowTarget::Resource).collect();
        let page = crate::console::screens::detail::Detail::new(service.id(&scope), String::new());
        model.enter(Page::Detail(Box::new(page)));
        let typed = |model: &mut crate::console::model::Model| {
            press(model, &[":"]);
            type_in(model, "run uptime");
            press(model, &["enter"]);
            let Overlay::Confirm(confirm) = std::mem::take(&mut model.overlay) else {
                panic!("no plan: {:?}", model.notices)
            };
            confirm.plan
        };
        let all = typed(&mut model);
        assert_eq!(all.calls.len(), tasks.len(), "{all:?}");
        assert!(all.message.contains(&format!("in {} tasks", tasks.len())), "{}", all.message);
        model.marks.clear();
        let one = typed(&mut model);
        assert!(one.message.contains("in one of"), "{}", one.message);
        assert!(one.notices.iter().any(|notice| notice.contains("runs once")), "{:?}", one.notices);
        let database = model.world.everywhere::<crate::kinds::db_instance::DbInstance>().next();
        let id = database.map(|(scope, it)| it.id(scope)).expect("a database");
        model.enter(Page::Detail(Box::new(crate::console::screens::detail::Detail::new(id, String::new()))));
        press(&mut model, &[":"]);
        type_in(&mut model, "run df");
        press(&mut model, &["enter"]);
        assert!(model.notices.now().is_some_and(|(_, text)| text.contains("no instance")), "{:?}", model.notices);
    }
}
