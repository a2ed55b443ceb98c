//! Pages of log lines: opening one for whatever is under the cursor, what its keys do, and what comes for it. Changes the
//! model; reading is the runner's, the lines are `logs`'s.

mod keys;

use jiff::{SignedDuration, Timestamp};

use super::effect::Effect;
use super::model::Model;
use super::page::Page;
use super::screens::logs::{LogView, Subject};
use super::screens::sheet::{RowStyle, RowTarget};
use crate::kinds::catalog::kind;
use crate::kinds::ecs_service::Service;
use crate::kinds::ecs_task::Task;
use crate::kinds::log_page::LogPage;
use crate::logs::feed::{Brought, Feed};
use crate::logs::mark::{deployed_at, silence};
use crate::logs::{Limit, Located, Span, Wanted, locate_all, marks};
use crate::overview::EnvironmentStatus;
use crate::world::{Fault, ResourceId, World};

pub(super) use keys::{
    copy_line, earlier, fields, filter, go_to, grep, group, one_task, open_line, pause, previous, save, since, wrap,
};

/// Lines from so long before are read when a page is opened, and so many more when it reads further back.
pub(super) const WINDOW: SignedDuration = SignedDuration::from_mins(15);
/// Lines that a task wrote are taken in by AWS for so long after it ended.
const AFTER: SignedDuration = SignedDuration::from_mins(5);
/// The first reading of a source takes no more pages than that: then the newest lines go first.
const PATIENCE: usize = 30;
/// So many lines are taken in between two frames: far fewer than a page has.
const SLICE: usize = 2_500;

/// What has lines, by the lists it stands in.
const LISTS: [&str; 5] = ["services", "tasks", "functions", "databases", "instances"];

fn has_lines(id: &ResourceId) -> bool {
    kind(id.kind).and_then(|kind| kind.shown()).is_some_and(|shown| LISTS.contains(&shown.list))
}

/// Whether something here writes lines; cheap enough for every frame.
pub(super) fn is_offered(model: &Model) -> bool {
    match (model.resource(), model.door()) {
        (Some(id), _) if has_lines(id) => true,
        (_, Some(RowTarget::Environment(_))) => true,
        (_, Some(RowTarget::Resource(id) | RowTarget::Step(_, id))) => model.picture.home(id).is_some(),
        _ => {
            matches!(model.here(), Some(Page::Environment(..) | Page::Detail(_) | Page::Explain(_) | Page::Timeline(_)))
        }
    }
}

/// Whose lines are meant here: of the row under the cursor, else of its environment.
pub(super) fn subject(model: &Model) -> Option<Subject> {
    if let Some(id) = model.resource().filter(|id| has_lines(id) && !stands_for_all(model, id)) {
        return Some(of_resource(model, id.clone()));
    }
    let environment = match model.door() {
        Some(RowTarget::Environment(name)) => model.picture.environment(name),
        // What writes no lines itself, an alarm or a target group, shows in the lines of what is around it.
        Some(RowTarget::Resource(id) | RowTarget::Step(_, id)) => model.picture.home(id),
        _ => model.environment(),
    };
    environment.map(|environment| of_environment(model, environment))
}

/// Whether a row is a finding at the head of an environment's page about something whose own lines are not what a reader is
/// after: the cursor stands there when the page opens, and whoever asks for logs then wants those of the environment.
fn stands_for_all(model: &Model, id: &ResourceId) -> bool {
    let is_finding = model.row().is_some_and(|row| matches!(row.look, RowStyle::Prose(_)));
    let is_program = kind(id.kind)
        .and_then(|kind| kind.shown())
        .is_some_and(|shown| matches!(shown.list, "services" | "tasks" | "functions"));
    matches!(model.here(), Some(Page::Environment(..))) && is_finding && !is_program
}

fn alarms(environment: &EnvironmentStatus) -> impl Iterator<Item = ResourceId> {
    let alarms = environment.members.iter().filter(|member| {
        kind(member.id.kind).and_then(|kind| kind.shown()).is_some_and(|shown| shown.list == "alarms")
    });
    alarms.map(|member| member.id.clone())
}

fn of_resource(model: &Model, id: ResourceId) -> Subject {
    let name = kind(id.kind).and_then(|kind| kind.title(&model.world, &id)).unwrap_or_else(|| id.key.to_string());
    let home = model.picture.home(&id);
    // A task's name is long, and all of it is an id.
    let name = if model.world.get::<Task>(&id).is_some() { name.chars().take(8).collect() } else { name };
    let owners = vec![id];
    let beside = owners.iter().cloned().chain(home.into_iter().flat_map(alarms)).collect();
    let environment = home.map(|home| home.name.clone());
    Subject {
        title: format!("logs of {name}"),
        environment,
        owners,
        is_whole: false,
        beside,
        wanted: Wanted::default(),
    }
}

fn of_environment(model: &Model, environment: &EnvironmentStatus) -> Subject {
    let (owners, beside) = all_of(&model.world, environment);
    let title = format!("logs of {}", environment.name);
    let environment = Some(environment.name.clone());
    Subject { title, environment, owners, is_whole: true, beside, wanted: Wanted::default() }
}

/// Everything in an environment that writes lines, and what is told of between them.
fn all_of(world: &World, environment: &EnvironmentStatus) -> (Vec<ResourceId>, Vec<ResourceId>) {
    let members =
        environment.members.iter().filter(|member| has_lines(&member.id) && !is_of_service(world, &member.id));
    let owners: Vec<ResourceId> = members.map(|member| member.id.clone()).collect();
    let beside = owners.iter().cloned().chain(alarms(environment)).collect();
    (owners, beside)
}

/// Tasks of services are read with their service.
fn is_of_service(world: &World, id: &ResourceId) -> bool {
    let Some(task) = world.get::<Task>(id) else { return false };
    let mine = |service: &Service| {
        Some(service.name.as_str()) == task.service() && service.cluster.last() == task.cluster.last()
    };
    world.all::<Service>(&id.scope).any(mine)
}

/// Opens the page of lines for what is under the cursor.
pub(super) fn open(model: &mut Model) {
    let Some(subject) = subject(model) else {
        model.notices.info(model.now, "only environments, services, tasks, functions and databases have logs");
        return;
    };
    let span = span_of(model, &subject.owners);
    enter(model, subject, span);
}

/// Opens the lines of a resource around a moment; those of lately where none is given, or it is not long ago.
pub(super) fn open_at(model: &mut Model, id: &ResourceId, at: Option<Timestamp>) {
    let subject = of_resource(model, id.clone());
    let long_ago = at.filter(|at| model.now.duration_since(*at) > WINDOW);
    let span = match long_ago {
        Some(at) => {
            let from = at.checked_sub(WINDOW).unwrap_or(at);
            Span { from, to: at.checked_add(AFTER).ok(), follow: false, pattern: None, patience: PATIENCE }
        }
        None => span_of(model, &subject.owners),
    };
    enter(model, subject, span);
}

/// Which lines are read at first: of a task that stopped its own, of all else the last minutes and on.
fn span_of(model: &Model, owners: &[ResourceId]) -> Span {
    let before = |at: Timestamp, span: SignedDuration| at.checked_sub(span).unwrap_or(at);
    let recent = before(model.now, WINDOW);
    let stopped = match owners {
        [id] => model.world.get::<Task>(id).and_then(|task| Some((task, task.stopped_at?))),
        _ => None,
    };
    match stopped {
        Some((task, stopped)) => {
            let from = task.created_at.unwrap_or(recent).max(before(stopped, SignedDuration::from_hours(3)));
            let to = stopped.checked_add(AFTER).ok();
            // Its last lines may be on their way still.
            let follow = to.is_some_and(|to| to > model.now);
            Span { from, to: if follow { None } else { to }, follow, pattern: None, patience: PATIENCE }
        }
        None => Span { from: recent, to: None, follow: true, pattern: None, patience: PATIENCE },
    }
}

/// Opens a page of lines.
pub(super) fn enter(model: &mut Model, subject: Subject, span: Span) {
    let Located { sources, notes } = locate_all(&model.world, &subject.owners, &subject.wanted);
    model.asked += 1;
    let mut feed = Feed::new(sources, span, Limit::default(), (model.now, model.settings.zone.clone()));
    feed.tail = feed.tail.at_speed(model.settings.speed);
    let view = LogView::new(model.asked, subject, feed, notes);
    model.enter(Page::Logs(Box::new(view)));
    look_again(model);
}

/// The account was read: tasks that came have streams of their own, and what happened stands between the lines.
pub(super) fn look_again(model: &mut Model) {
    let mut places = std::mem::take(&mut model.places);
    for place in &mut places {
        let Page::Logs(view) = place else { continue };
        // While the account is read for the first time, an environment gets its services one after the other.
        let environment = view.environment.as_ref().filter(|_| view.is_whole);
        if let Some(environment) = environment.and_then(|name| model.picture.environment(name)) {
            (view.owners, view.beside) = all_of(&model.world, environment);
        }
        let Located { sources, notes } = locate_all(&model.world, &view.owners, &view.wanted);
        view.notes = notes;
        view.silence = silence(&model.world, &view.owners);
        view.deployed_at = deployed_at(&model.world, &view.owners);
        view.feed.tail.relocate(sources, model.now);
        let keys = view.feed.mark(&marks(&model.world, &view.beside), model.now);
        view.take(Brought { keys, ..Brought::default() });
    }
    model.places = places;
    model.dirty = true;
}

/// The pages to be read now.
pub(super) fn due(model: &mut Model) -> Vec<Effect> {
    let now = model.now;
    let mut effects = Vec::new();
    for place in &mut model.places {
        if let Page::Logs(view) = place {
            let number = view.number;
            effects.extend(view.feed.tail.due(now).into_iter().map(|ask| Effect::ReadLogs(number, ask)));
            if view.feed.backlog() > 0 {
                let keys = view.feed.digest(SLICE);
                view.take(Brought { keys, ..Brought::default() });
                model.dirty = true;
            }
        }
    }
    if let Some(Page::Logs(view)) = model.places.last_mut()
        && view.selection.is_open()
    {
        view.scan();
        model.dirty = true;
    }
    effects
}

/// When something of the pages is due.
pub(super) fn next_at(model: &Model) -> Option<Timestamp> {
    let searching = matches!(model.here(), Some(Page::Logs(view)) if view.selection.is_open());
    let tails = model.places.iter().filter_map(|place| match place {
        Page::Logs(view) if view.feed.backlog() > 0 => Some(model.now),
        Page::Logs(view) => view.feed.tail.next_at(),
        _ => None,
    });
    tails.chain(searching.then_some(model.now)).min()
}

/// Takes an answer; late ones, of pages that were left, mean nothing.
pub(super) fn heard(model: &mut Model, number: u64, ask: u64, got: Result<LogPage, Fault>) {
    let now = model.now;
    let here = model.places.len();
    for (at, place) in model.places.iter_mut().enumerate() {
        let Page::Logs(view) = place else { continue };
        if view.number == number {
            let brought = view.feed.take(ask, got, now);
            // Its lines are taken in a slice at a time, as they fall due.
            view.take(brought);
            model.dirty |= at + 1 == here;
            return;
        }
    }
}
