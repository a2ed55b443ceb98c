//! What happened beside the lines: tasks that started and stopped, deployments, what ECS says of trouble, alarms, changes of
//! functions; and, where there are no lines, why there may be none. Pure; told from what was read of the account.

use std::hash::{DefaultHasher, Hash, Hasher};

use jiff::Timestamp;

use crate::kinds::alarm::{Alarm, scales};
use crate::kinds::db_instance::DbInstance;
use crate::kinds::ecs_service::Service;
use crate::kinds::ecs_service::event_meanings::meaning;
use crate::kinds::ecs_task::Task;
use crate::kinds::ecs_task::stop_cause::cause;
use crate::kinds::lambda_function::Function;
use crate::kinds::task_definition::revision_name;
use crate::text::{first_line, word};
use crate::world::{Health, ResourceId, World};

/// What sort of thing happened.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum MarkKind {
    /// A task started.
    Start,
    /// A task stopped.
    Stop,
    /// A deployment began, or ended.
    Deployment,
    /// A service said something.
    Event,
    /// An alarm's state changed.
    Alarm,
}

/// Something that happened.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Mark {
    /// What tells it from every other.
    pub id: u64,
    /// When, in milliseconds of the Unix epoch.
    pub at: i64,
    /// What sort.
    pub kind: MarkKind,
    /// What happened.
    pub text: String,
    /// How it reads.
    pub health: Health,
}

impl Mark {
    fn new(at: Timestamp, kind: MarkKind, health: Health, text: String) -> Self {
        let mut hasher = DefaultHasher::new();
        ("mark", at.as_millisecond(), &text).hash(&mut hasher);
        Self { id: hasher.finish(), at: at.as_millisecond(), kind, text, health }
    }
}

fn short(id: &str) -> String {
    id.chars().take(6).collect()
}

/// What happened to these resources, oldest first.
#[must_use]
pub fn marks(world: &World, owners: &[ResourceId]) -> Vec<Mark> {
    let mut marks: Vec<Mark> = owners.iter().flat_map(|id| of(world, id)).collect();
    marks.sort_by(|a, b| (a.at, &a.text).cmp(&(b.at, &b.text)));
    marks.dedup_by_key(|mark| mark.id);
    marks
}

fn of(world: &World, id: &ResourceId) -> Vec<Mark> {
    if let Some(service) = world.get::<Service>(id) {
        return of_service(world, id, service);
    }
    if let Some(task) = world.get::<Task>(id) {
        return of_task(task);
    }
    if let Some(function) = world.get::<Function>(id) {
        let text = format!("{}: code or settings changed", function.name);
        return function
            .changed_at
            .map(|at| Mark::new(at, MarkKind::Deployment, Health::Changing, text))
            .into_iter()
            .collect();
    }
    if let Some(alarm) = world.get::<Alarm>(id).filter(|alarm| !scales(alarm)) {
        let health = if alarm.state == "ALARM" { Health::Bad } else { Health::Well };
        let text = format!("alarm {} is {}", alarm.name, word(&alarm.state));
        return alarm.since.map(|at| Mark::new(at, MarkKind::Alarm, health, text)).into_iter().collect();
    }
    Vec::new()
}

fn of_service(world: &World, id: &ResourceId, service: &Service) -> Vec<Mark> {
    let mut marks = Vec::new();
    for deployment in &service.deployments {
        let revision = revision_name(&deployment.task_definition);
        if let Some(at) = deployment.created_at {
            let text = format!("{}: deployment of {revision} started", service.name);
            marks.push(Mark::new(at, MarkKind::Deployment, Health::Changing, text));
        }
        let ended = match deployment.rollout.as_deref() {
            Some("COMPLETED") => Some((Health::Well, "completed")),
            Some("FAILED") => Some((Health::Bad, "failed")),
            _ => None,
        };
        if let (Some((health, how)), Some(at)) = (ended, deployment.updated_at) {
            let text = format!("{}: deployment of {revision} {how}", service.name);
            marks.push(Mark::new(at, MarkKind::Deployment, health, text));
        }
    }
    for event in &service.events {
        let health = meaning(&event.message).map_or(Health::Changing, |known| known.health);
        if let Some(at) = event.at.filter(|_| health != Health::Well) {
            marks.push(Mark::new(at, MarkKind::Event, health, first_line(&event.message, 300)));
        }
    }
    let mine =
        |task: &&Task| task.service() == Some(service.name.as_str()) && task.cluster.last() == service.cluster.last();
    marks.extend(world.all::<Task>(&id.scope).filter(mine).flat_map(of_task));
    marks
}

fn of_task(task: &Task) -> Vec<Mark> {
    let name = short(task.arn.last());
    let revision = revision_name(&task.task_definition);
    let started = task.started_at.map(|at| {
        let text = format!("task {name} of {revision} started");
        Mark::new(at, MarkKind::Start, Health::Well, text)
    });
    let stopped = cause(task).zip(task.stopped_at).map(|(cause, at)| {
        let codes: Vec<String> = task
            .containers
            .iter()
            .filter_map(|container| {
                Some(format!("{} exit code {}", container.name, container.exit_code.filter(|code| *code != 0)?))
            })
            .collect();
        let codes = if codes.is_empty() { String::new() } else { format!(" ({})", codes.join(", ")) };
        Mark::new(at, MarkKind::Stop, cause.health, format!("task {name} stopped: {}{codes}", cause.message))
    });
    started.into_iter().chain(stopped).collect()
}

/// When the newest deployment of these resources began: what is new since then may have come with it.
#[must_use]
pub fn deployed_at(world: &World, owners: &[ResourceId]) -> Option<Timestamp> {
    let newest = |id: &ResourceId| {
        let service = world.get::<Service>(id);
        let of_service =
            service.and_then(|it| it.deployments.iter().filter_map(|deployment| deployment.created_at).max());
        of_service.or_else(|| world.get::<Function>(id).and_then(|function| function.changed_at))
    };
    owners.iter().filter_map(newest).max()
}

/// Why there may be no lines of these resources.
#[must_use]
pub fn silence(world: &World, owners: &[ResourceId]) -> Vec<String> {
    let mut reasons: Vec<String> = owners.iter().flat_map(|id| silent(world, id)).collect();
    reasons.dedup();
    reasons
}

fn silent(world: &World, id: &ResourceId) -> Vec<String> {
    if let Some(service) = world.get::<Service>(id) {
        let mine = |task: &&Task| {
            task.service() == Some(service.name.as_str()) && task.cluster.last() == service.cluster.last()
        };
        if service.desired == 0 && service.running == 0 {
            return vec![format!("{}: no task is wanted, so none writes", service.name)];
        }
        return world.all::<Task>(&id.scope).filter(mine).filter_map(waiting).collect();
    }
    if let Some(task) = world.get::<Task>(id) {
        return waiting(task).into_iter().collect();
    }
    if let Some(database) = world.get::<DbInstance>(id)
        && database.status != "available"
    {
        return vec![format!("{} is {}", database.id, word(&database.status))];
    }
    Vec::new()
}

/// Why a task writes nothing.
fn waiting(task: &Task) -> Option<String> {
    let name = short(task.arn.last());
    if let Some(cause) = cause(task) {
        return task.started_at.is_none().then(|| format!("task {name} never started: {}", cause.message));
    }
    let state = task.last_status.as_str();
    (state != "RUNNING" && task.started_at.is_none())
        .then(|| format!("task {name} is {}: its containers have not started yet", word(state)))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::kinds::testing_samples::{Shelves, ago, event, firing, rolling, scope, service, stopped, task};
    use crate::world::Resource;

    #[test]
    fn stops_deployments_and_trouble_stand_between_the_lines() {
        let mut dead = stopped("dead", 5, "EssentialContainerExited", "Essential container in task exited");
        dead.containers[0].exit_code = Some(137);
        dead.containers[0].reason = Some("OutOfMemoryError: Container killed due to memory usage".to_owned());
        dead.started_at = Some(ago(9));
        let events = vec![
            event(3, "(service Backend) is unable to consistently start tasks successfully."),
            event(4, "(service Backend) has reached a steady state."),
        ];
        let service = Service { deployments: vec![rolling(118, 1, 2, 10)], events, ..service() };
        let owners = [service.id(&scope()), firing().id(&scope())];
        let world = Shelves::default().with([service]).with([dead]).with([firing()]).0;
        let told: Vec<String> = marks(&world, &owners).into_iter().map(|mark| mark.text).collect();
        assert!(told.windows(2).all(|pair| pair[0] != pair[1]));
        let has = |part: &str| told.iter().any(|text| text.contains(part));
        assert!(has("deployment of city-prod-backend:118 started"), "{told:?}");
        assert!(has("task dead stopped: ") && has("exit code 137"), "{told:?}");
        assert!(has("unable to consistently") && !has("steady state"), "{told:?}");
        assert!(has(&format!("alarm {} is alarm", firing().name)), "{told:?}");
        assert_eq!(deployed_at(&world, &owners), Some(ago(10)));
        let times: Vec<i64> = marks(&world, &owners).iter().map(|mark| mark.at).collect();
        assert!(times.is_sorted());
    }

    #[test]
    fn silence_has_its_reasons() {
        let mut pending = task("beef");
        (pending.last_status, pending.started_at) = ("PENDING".to_owned(), None);
        let mut unpulled = stopped("dead", 1, "TaskFailedToStart", "CannotPullContainerError: not found");
        unpulled.started_at = None;
        let id = service().id(&scope());
        let world = Shelves::default().with([service()]).with([pending, unpulled]).0;
        let why = silence(&world, std::slice::from_ref(&id));
        assert!(why.iter().any(|why| why.contains("task beef is pending")), "{why:?}");
        assert!(why.iter().any(|why| why.contains("task dead never started")), "{why:?}");
        let asleep = Service { desired: 0, running: 0, ..service() };
        let world = Shelves::default().with([asleep]).0;
        assert!(silence(&world, &[id])[0].contains("no task is wanted"));
    }
}
