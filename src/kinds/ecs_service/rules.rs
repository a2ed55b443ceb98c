//! How a service is judged, with a sentence, and what it adds to its environment's counts.
//! Pure: the clock and the surroundings come in the context. What AWS's sentences mean stands
//! in `event_meanings` and in `kinds::ecs_task::stop_reasons`, as data.

use jiff::{SignedDuration, Timestamp};

use super::delivery::{self, Delivery, Phase, Strategy, Times, is_on_its_way};
use super::event_meanings::{ROLLING_BACK, STEADY, meaning};
use super::model::{Deployment, Event, Service};
use crate::kinds::Counts;
use crate::kinds::KindContext;
use crate::kinds::ecs_task::Task;
use crate::kinds::ecs_task::stop_cause::{Stops, cause, failures};
use crate::kinds::service_deployment::ServiceDeployment;
use crate::kinds::shared::phrase_table::Known;
use crate::kinds::target_health::TargetHealth;
use crate::kinds::task_definition::revision_number;
use crate::text::{counted, span};
use crate::world::{Assessment, Health};

/// A rollout that has not moved for this long is stalled.
const STALLED: SignedDuration = SignedDuration::from_mins(10);
/// A failed task that was replaced is worth a word for this long.
const FRESH: SignedDuration = SignedDuration::from_mins(30);
/// How many events are looked at: AWS keeps 100, and a sick service repeats itself.
const EVENTS: usize = 40;

/// A judged service: the opinion and what it rests on.
#[derive(Clone, PartialEq, Debug)]
pub struct Judged {
    /// How it is.
    pub assessment: Assessment,
    /// Causal depth of the reason.
    pub depth: u8,
    /// Tasks that failed since it was last steady.
    pub stops: Option<Stops>,
    /// What to look at; empty when there is nothing.
    pub check: &'static str,
}

impl Judged {
    fn new(health: Health, depth: u8, why: String) -> Self {
        Self { assessment: Assessment::new(health, why), depth, stops: None, check: "" }
    }
}

/// How `item` is; `None` if it has no say.
pub(super) fn assess(item: &Service, cx: &KindContext<'_>) -> Option<Assessment> {
    Some(judge(item, cx).assessment)
}

/// Adds `item` to `counts`.
pub(super) fn count(item: &Service, _cx: &KindContext<'_>, counts: &mut Counts) {
    if item.status == "INACTIVE" {
        return;
    }
    counts.services += 1;
    counts.tasks_running += item.running;
    counts.tasks_desired += item.desired;
    counts.deployed_at = counts.deployed_at.max(primary(item).and_then(|deployment| deployment.created_at));
}

/// The deployment that is to win.
#[must_use]
pub fn primary(service: &Service) -> Option<&Deployment> {
    service.deployments.iter().find(|deployment| deployment.status == "PRIMARY").or_else(|| service.deployments.first())
}

/// Whether a rollout is on its way.
#[must_use]
pub fn moving(service: &Service) -> bool {
    match &service.delivery.record {
        Some(record) if is_on_its_way(record) => return true,
        // What it is through with may leave old tasks behind for a while, and is over all the same.
        Some(_) if Strategy::of(service).shifts_traffic() => return false,
        _ => {}
    }
    service.deployments.iter().any(|deployment| deployment.rollout.as_deref() == Some("IN_PROGRESS"))
        || service.deployments.iter().filter(|deployment| deployment.running + deployment.pending > 0).count() > 1
        || (service.deployments.len() > 1 && service.deployments.iter().all(|deployment| deployment.rollout.is_none()))
}

/// Whether its tasks could tell of nothing that makes it worse: all run that should, nothing moves, and the last that ECS
/// said of it is that it is steady; a task that stops is said there as well.
#[must_use]
pub fn is_settled(service: &Service) -> bool {
    let steady = service.events.first().and_then(|event| meaning(&event.message)).is_some_and(|it| it.id == STEADY);
    let failed = primary(service).is_some_and(|primary| primary.rollout.as_deref() == Some("FAILED"));
    service.desired == 0
        || (steady && !failed && !moving(service) && service.pending == 0 && service.running == service.desired)
}

/// The moment before which events and stopped tasks are history: the last steady state, or the last rollout's start.
#[must_use]
pub fn history_ends(service: &Service) -> Option<Timestamp> {
    let steady = service
        .events
        .iter()
        .find(|event| meaning(&event.message).is_some_and(|known| known.id == STEADY))
        .and_then(|event| event.at);
    steady.max(primary(service).and_then(|deployment| deployment.created_at))
}

/// The latest event since then that says what is wrong, with what it means.
#[must_use]
pub fn trouble(service: &Service) -> Option<(&Event, &'static Known)> {
    let worst = worst_event(service, history_ends(service), service.running < service.desired)?;
    let event =
        service.events.iter().find(|event| meaning(&event.message).is_some_and(|known| known.id == worst.id))?;
    Some((event, worst))
}

/// What the events since then say at worst, newest first among equals.
fn worst_event(service: &Service, since: Option<Timestamp>, short: bool) -> Option<&'static Known> {
    service
        .events
        .iter()
        .take(EVENTS)
        .take_while(|event| event.at.is_none_or(|at| since.is_none_or(|since| at >= since)))
        .filter_map(|event| meaning(&event.message))
        .filter(|known| known.id != ROLLING_BACK)
        // A task that found no place matters only while one is missing.
        .filter(|known| {
            known.health > Health::Well && (short || known.health == Health::Worrying || known.id == "crash-loop")
        })
        .fold(None, |worst: Option<&Known>, known| match worst {
            Some(worst) if worst.health >= known.health => Some(worst),
            _ => Some(known),
        })
}

/// Whether the deployment on its way is a rollback.
#[must_use]
pub fn rolled_back_to<'a>(service: &'a Service, primary: &Deployment) -> Option<&'a Event> {
    // Nearly all of a hundred events tell of a steady state: a look for the one sign of an id leaves them out.
    let sign = if primary.id.contains('/') { Some(b'/') } else { None };
    service.events.iter().find(|event| {
        !primary.id.is_empty()
            && sign.is_none_or(|sign| event.message.as_bytes().contains(&sign))
            && event.message.contains(&*primary.id)
            && meaning(&event.message).is_some_and(|known| known.id == ROLLING_BACK)
    })
}

/// Judges a service with what it rests on.
#[must_use]
pub fn judge(service: &Service, cx: &KindContext<'_>) -> Judged {
    let name = &service.name;
    match service.status.as_str() {
        "ACTIVE" => {}
        "INACTIVE" => return Judged::new(Health::Well, 9, format!("{name} is deleted (INACTIVE)")),
        "DRAINING" => {
            let left = counted(service.running as usize, "task");
            return Judged::new(Health::Changing, 3, format!("{name} is being deleted, {left} left (DRAINING)"));
        }
        other => {
            return Judged::new(
                Health::Unknown,
                3,
                format!("{name} has the status {other}, which toban does not know"),
            );
        }
    }
    if service.desired == 0 {
        return if service.running + service.pending == 0 {
            let had = super::memory(service, cx.world, cx.scope).and_then(|memory| memory.desired);
            let wakes = had.map(|count| format!(", wakes to {}", counted(count as usize, "task"))).unwrap_or_default();
            Judged::new(Health::Asleep, 3, format!("{name} is asleep: 0 desired tasks{wakes}"))
        } else {
            let left = counted((service.running + service.pending) as usize, "task");
            Judged::new(Health::Changing, 3, format!("{name} is going to sleep: {left} left"))
        };
    }

    let primary = primary(service);
    let rollback = primary.and_then(|primary| rolled_back_to(service, primary));
    let since = history_ends(service);
    // The tasks that made ECS roll back are older than the rollback: look an hour back then.
    let stops_since = if rollback.is_some() { steady_only(service) } else { since };
    let stops = failures(cx.resource_index.tasks_of(cx.scope, service), stops_since);
    let short = service.running < service.desired;
    let event = worst_event(service, since, short);
    let taken = taken(cx.resource_index.tasks_of(cx.scope, service), cx.now);
    let delivery = Delivery::of(service);
    let disagreement = disagreement(service, &delivery, cx);
    let signs = Signs {
        primary,
        rollback: rollback.is_some(),
        stops: stops.as_ref(),
        event,
        delivery: &delivery,
        disagreement,
        taken,
    };
    let mut judged = verdict(service, cx, &signs);
    if judged.check.is_empty() {
        judged.check =
            stops.as_ref().map(|stops| stops.cause.check).or(event.map(|event| event.check)).unwrap_or_default();
    }
    judged.stops = stops;
    judged
}

/// Where ECS and the listener tell different shares, as a sentence.
pub(super) fn disagreement(service: &Service, delivery: &Delivery<'_>, cx: &KindContext<'_>) -> Option<String> {
    delivery::disagreement(delivery, listener_weights(service, delivery, cx), cx.now)
        .or_else(|| left_behind(service, cx))
}

/// That the newest deployment is over by ECS's record, and the listener tells another thing.
fn left_behind(service: &Service, cx: &KindContext<'_>) -> Option<String> {
    let record = service.delivery.record.as_ref()?;
    let strategy = Strategy::of_deployment(service, Some(record));
    delivery::left_behind(strategy, record, weights_at_listener(service, record, cx)?, cx.now)
}

/// The shares as the listener sends them, while a deployment is on its way.
pub(super) fn listener_weights(
    service: &Service,
    delivery: &Delivery<'_>,
    cx: &KindContext<'_>,
) -> Option<delivery::Weights> {
    weights_at_listener(service, delivery.record?, cx)
}

fn weights_at_listener(
    service: &Service,
    record: &ServiceDeployment,
    cx: &KindContext<'_>,
) -> Option<delivery::Weights> {
    let health = |group: &crate::world::Arn| cx.world.by_key::<TargetHealth>(cx.scope, group.as_str());
    delivery::by_listener(service, record, cx.resource_index.tasks_of(cx.scope, service), &health)
}

/// When it last said that it is steady.
#[must_use]
pub fn steady_only(service: &Service) -> Option<Timestamp> {
    service
        .events
        .iter()
        .find(|event| meaning(&event.message).is_some_and(|known| known.id == STEADY))
        .and_then(|event| event.at)
}

struct Signs<'a> {
    primary: Option<&'a Deployment>,
    rollback: bool,
    stops: Option<&'a Stops>,
    event: Option<&'static Known>,
    /// Tasks that AWS took away within the hour, and why.
    taken: Option<(usize, &'static str)>,
    delivery: &'a Delivery<'a>,
    disagreement: Option<String>,
}

/// Tasks that AWS took away within the hour: Spot capacity, or a retired host. No failure, but worth knowing.
fn taken(tasks: &[&Task], now: Timestamp) -> Option<(usize, &'static str)> {
    let lately = tasks.iter().filter(|task| task.stopped_at.is_some_and(|at| now.duration_since(at).as_hours() < 1));
    let mut of = lately.filter_map(|task| cause(task)).filter(|cause| matches!(cause.id, "spot" | "host"));
    let first = of.next()?;
    let message =
        if first.id == "spot" { "AWS took its Spot capacity back" } else { "its host was retired or stopped" };
    Some((1 + of.filter(|other| other.id == first.id).count(), message))
}

fn verdict(service: &Service, cx: &KindContext<'_>, signs: &Signs<'_>) -> Judged {
    let (name, now) = (&service.name, cx.now);
    let moving = moving(service);
    let short = service.running < service.desired;
    let tasks = format!("{} of {} running", service.running, counted(service.desired as usize, "task"));
    let cause = signs.stops.map(|stops| format!(": {}", stops.cause.message)).unwrap_or_default();
    let depth = signs.stops.map_or(3, |stops| stops.cause.depth.min(3));
    let by_tasks = if service.running == 0 { Health::Bad } else { Health::Worrying };

    if let Some(primary) = signs.primary.filter(|primary| primary.rollout.as_deref() == Some("FAILED")) {
        let revision = revision(primary);
        let reason = if cause.is_empty() { ": its tasks did not start".to_owned() } else { cause };
        return Judged::new(Health::Bad, depth, format!("{name} rollout{revision} failed{reason}"));
    }
    if signs.rollback && moving {
        let to = signs.primary.and_then(|primary| revision_number(&primary.task_definition));
        let to = to.map(|number| format!(" to revision {number}")).unwrap_or_default();
        let health = if service.running == 0 { Health::Bad } else { Health::Worrying };
        return Judged::new(health, depth, format!("{name} is rolling back{to}{cause}"));
    }
    if signs.delivery.phase == Phase::GoingBack {
        let health = if service.running == 0 { Health::Bad } else { Health::Worrying };
        let why = signs.delivery.record.and_then(delivery::rollback_reason);
        let why = why.map(|why| format!(": {}", why.trim_end_matches('.'))).unwrap_or(cause);
        return Judged::new(health, depth, format!("{name} is rolling back{why}"));
    }
    if let Some(event) = signs.event.filter(|event| event.health == Health::Bad) {
        // That tasks fail again and again is what is seen; the tasks tell why.
        let is_symptom = matches!(event.id, "crash-loop" | "breaker");
        let message = signs
            .stops
            .filter(|stops| is_symptom || stops.cause.depth <= event.depth)
            .map_or(event.message, |stops| &stops.cause.message);
        let depth = depth.min(event.depth);
        let mut judged = Judged::new(Health::Bad, depth, format!("{name}: {message} ({tasks})"));
        judged.check = event.check;
        return judged;
    }
    if let Some(stops) = signs.stops.filter(|stops| short || (moving && stops.count > 0)) {
        // Failures during a rollout: the old tasks may still serve, so zero tasks is what makes it bad.
        return Judged::new(
            if stops.cause.health == Health::Bad && short && !moving { Health::Bad } else { by_tasks },
            depth,
            format!("{name}: {} ({tasks})", stops.cause.message),
        );
    }
    if let Some(disagreement) = &signs.disagreement {
        let mut judged = Judged::new(Health::Worrying, 2, format!("{name}: {disagreement}"));
        judged.check = "look at the listener rule that the service names, and who else changes it";
        return judged;
    }
    if moving {
        return rollout(service, signs, cx);
    }
    if short {
        if signs.event.is_none() && service.running + service.pending >= service.desired {
            return Judged::new(Health::Changing, 3, format!("{name}: {tasks}, {} starting", service.pending));
        }
        let event = signs.event.map(|event| event.message).or(signs.taken.map(|(_, message)| message));
        let event = event.map(|event| format!(": {event}")).unwrap_or_default();
        return Judged::new(by_tasks, 3, format!("{name}: only {tasks}{event}"));
    }
    if let Some(event) = signs.event {
        return Judged::new(event.health, 3, format!("{name}: {}", event.message));
    }
    if let Some(stops) = signs.stops.filter(|stops| stops.latest.is_some_and(|at| now.duration_since(at) < FRESH)) {
        return Judged::new(Health::Worrying, depth, format!("{name}: {}; replaced", stops.line()));
    }
    if service.running > service.desired {
        return Judged::new(Health::Changing, 3, format!("{name}: {tasks}, the rest is being stopped"));
    }
    if let Some((count, message)) = signs.taken {
        let lost = counted(count, "task");
        return Judged::new(Health::Well, 9, format!("{name} lost {lost} within the hour, replaced: {message}"));
    }
    match signs.primary.filter(|_| signs.rollback) {
        Some(primary) => Judged::new(Health::Well, 9, format!("{name} runs{} after a rollback", revision(primary))),
        None => Judged { assessment: Assessment::well(), depth: 9, stops: None, check: "" },
    }
}

fn revision(deployment: &Deployment) -> String {
    revision_number(&deployment.task_definition).map(|number| format!(" revision {number}")).unwrap_or_default()
}

/// A rollout on its way without failures: changing, or worrying once it stands still where it ought to go on.
fn rollout(service: &Service, signs: &Signs<'_>, cx: &KindContext<'_>) -> Judged {
    let (name, now, delivery) = (&service.name, cx.now, signs.delivery);
    let idle = |at: Option<Timestamp>| at.map(|at| now.duration_since(at)).filter(|idle| *idle > STALLED);
    let moved = signs.primary.and_then(|primary| primary.updated_at.max(primary.created_at));
    if delivery.is_patient() {
        // Nobody can tell whether it ought to go on: after long that is no longer taken for a good sign.
        let unread = delivery.phase == Phase::Unread && idle(moved).is_some();
        let health = if unread { Health::Unknown } else { Health::Changing };
        return Judged::new(
            health,
            3,
            format!("{name} {}", delivery::standing(delivery, Times::by_clock(now, cx.zone))),
        );
    }
    let Some(primary) = signs.primary else {
        return Judged::new(Health::Changing, 3, format!("{name} is being deployed"));
    };
    let new = delivery.record.and_then(|record| record.progress.target.as_ref());
    let progress = match new.filter(|_| delivery.strategy.shifts_traffic()) {
        Some(new) => format!("{} of {} new", new.running, new.requested),
        None => format!("{} of {} new", primary.running, primary.desired),
    };
    if let Some(idle) = idle(moved.max(delivery.since())) {
        let mut judged = Judged::new(
            if service.running == 0 { Health::Bad } else { Health::Worrying },
            3,
            format!("{name} rollout stalled {} ({progress})", span(idle.as_secs())),
        );
        judged.check = "look at its events and at the health of its new tasks";
        return judged;
    }
    if primary.failed > 0 {
        let failed = counted(primary.failed as usize, "task");
        let health = if service.running == 0 { Health::Bad } else { Health::Worrying };
        return Judged::new(health, 3, format!("{name} rollout: {failed} failed to start ({progress})"));
    }
    if let Phase::Working(_) = delivery.phase {
        let message = format!("{name} {} ({progress})", delivery::standing(delivery, Times::by_clock(now, cx.zone)));
        return Judged::new(Health::Changing, 3, message);
    }
    Judged::new(Health::Changing, 3, format!("{name} is rolling out{} ({progress})", revision(primary)))
}
