//! What a watched deployment shows: a line, bars of old and new tasks, its failed tasks with their reasons, the health
//! of its targets, what happened since it began, and the last words of a failing container. Pure words.

use super::verdict::{ServiceObservation, Verdict, targets_of};
use super::watch::Watch;
use crate::change::procedure::Observation;
use crate::change::{Bar, Report};
use crate::display::{Cell, Column, Moment, Row, Section, Tone, Width};
use crate::kinds::ecs_service::delivery::Delivery;
use crate::kinds::ecs_service::event_meanings::meaning;
use crate::kinds::ecs_service::primary;
use crate::kinds::ecs_task::Task;
use crate::kinds::ecs_task::stop_cause::cause;
use crate::kinds::log_tail::LogTail;
use crate::kinds::task_definition::revision_name;
use crate::text::{ago, counted, first_line, span};
use crate::world::Health;

const STOPPED: &[Column] = &[
    Column::text("TASK", Width::Fit(8, 12), 9),
    Column::text("STOPPED", Width::Fit(8, 14), 6),
    Column::text("WHY", Width::Fill(20), 9),
    Column::figure("CODE", Width::Fit(4, 5), 8),
    Column::text("MESSAGE", Width::Fill(20), 7),
];

const TARGETS: &[Column] = &[
    Column::text("TARGET", Width::Fit(8, 22), 9),
    Column::text("TASK", Width::Fit(8, 12), 6),
    Column::text("STATE", Width::Fit(7, 12), 9),
    Column::text("WHY", Width::Fill(20), 8),
];

/// How many lines of events and of a log are told.
const LINES: usize = 15;

/// Where it stands.
pub(super) fn report(watch: &Watch, observation: &Observation<'_>) -> Report {
    watch.seen(observation, |seen| {
        let (message, health) = line(watch, seen, observation);
        let name = watch.id.key.rsplit('/').next().unwrap_or(&watch.id.key);
        Report {
            message,
            health,
            stands: Some(stands(watch, name)),
            bars: bars(watch, seen),
            sections: sections(watch, seen, observation),
            ..Report::default()
        }
    })
}

/// What stands where nobody watches on.
fn stands(watch: &Watch, name: &str) -> String {
    let to = revision_name(&watch.ours.to);
    let over = matches!(watch.verdict, Verdict::Succeeded | Verdict::Settling(_) | Verdict::Misrouted(_));
    if over {
        return format!("ECS counts the rollout of {to} as completed; look at {name}'s targets and listener");
    }
    format!("the rollout of {to} goes on inside ECS ({}); `watch` on {name} picks it up again", watch.ours.id)
}

fn line(watch: &Watch, seen: &ServiceObservation<'_>, observation: &Observation<'_>) -> (String, Health) {
    let to = revision_name(&watch.ours.to);
    let mine = seen.service.and_then(|service| service.deployments.iter().find(|one| one.id == watch.ours.id));
    // Where traffic is shifted the record counts too, whatever the service calls its deployments.
    let by_record = || seen.record?.progress.target.as_ref().map(|target| (target.running, target.requested));
    let progress = mine
        .map(|mine| (mine.running, mine.desired))
        .or_else(by_record)
        .map(|(running, desired)| format!("{running} of {} running", counted(desired as usize, "new task")));
    let told = progress.as_ref().map(|progress| format!(" ({progress})")).unwrap_or_default();
    let failed = watch.stopped(seen);
    let trouble =
        failed.first().and_then(|task| cause(task)).map(|cause| format!(", a task failed: {}", cause.message));
    if let Some(since) = watch.stalled(observation.now) {
        let still = span(observation.now.duration_since(since).as_secs());
        return (format!("{to} stalled: no change for {still}{told}{}", trouble.unwrap_or_default()), Health::Worrying);
    }
    match &watch.verdict {
        Verdict::Unseen => (format!("{to}: waiting for ECS to begin"), Health::Changing),
        Verdict::Moving if watch.doing.is_some() => {
            let health = if trouble.is_some() { Health::Bad } else { Health::Changing };
            let doing = watch.doing.as_deref().unwrap_or_default();
            (format!("{to} {doing}{told}{}", trouble.unwrap_or_default()), health)
        }
        Verdict::Moving => {
            let health = if trouble.is_some() { Health::Bad } else { Health::Changing };
            let moving = progress.unwrap_or_else(|| "on its way".to_owned());
            (format!("{to}: {moving}{}", trouble.unwrap_or_default()), health)
        }
        Verdict::Settling(waiting) => {
            let there = progress.unwrap_or_else(|| "its tasks are there".to_owned());
            (format!("{to}: {there}, {waiting} of them not healthy in their target group yet"), Health::Changing)
        }
        Verdict::Misrouted(share) => {
            (format!("{to}: completed by ECS, the listener sends {share} % of the traffic to it"), Health::Worrying)
        }
        Verdict::Succeeded => {
            (format!("{to}: {}", progress.unwrap_or_else(|| "its tasks are there".to_owned())), Health::Well)
        }
        Verdict::Failed(why) => {
            let why = why.as_deref().unwrap_or("ECS stopped trying");
            (format!("{to} failed: {}{}", why.trim_end_matches('.'), trouble.unwrap_or_default()), Health::Bad)
        }
        Verdict::RolledBack { to: back, settled, .. } => {
            let word = if *settled { "was rolled back to" } else { "is being rolled back to" };
            (format!("{to} {word} {}{}", revision_name(back), trouble.unwrap_or_default()), Health::Bad)
        }
        Verdict::Superseded { to: other, .. } => {
            (format!("{to} was replaced by {}", revision_name(other)), Health::Worrying)
        }
        Verdict::Deleted(why) => (why.clone(), Health::Bad),
    }
}

fn bars(watch: &Watch, seen: &ServiceObservation<'_>) -> Vec<Bar> {
    let Some(service) = seen.service else { return Vec::new() };
    let mut bars = Vec::new();
    let mine = service.deployments.iter().find(|one| one.id == watch.ours.id);
    // Where the service has no deployment of that name the record counts both sides, if there is one.
    let by_record = seen.record.filter(|_| mine.is_none()).map(|record| &record.progress);
    // A record of a rolling update may count nothing: then the service's own deployments do.
    let by_record = by_record.filter(|progress| progress.target.is_some());
    if let Some(target) = by_record.and_then(|progress| progress.target.as_ref()) {
        let note = (target.pending > 0).then(|| format!("{} starting", target.pending));
        bars.push(Bar {
            label: "new tasks".into(),
            done: target.running,
            all: target.requested,
            note: [revision_name(&watch.ours.to).to_owned()].into_iter().chain(note).collect::<Vec<_>>().join(", "),
            health: done_or(Health::Changing, target.running, target.requested),
        });
    }
    if let Some(mine) = mine {
        let mut note = vec![revision_name(&mine.task_definition).to_owned()];
        note.extend((mine.pending > 0).then(|| format!("{} starting", mine.pending)));
        note.extend((mine.failed > 0).then(|| format!("{} failed", mine.failed)));
        let health = if mine.failed > 0 { Health::Bad } else { done_or(Health::Changing, mine.running, mine.desired) };
        bars.push(Bar {
            label: "new tasks".into(),
            done: mine.running,
            all: mine.desired,
            note: note.join(", "),
            health,
        });
    }
    let old = service.deployments.iter().filter(|one| one.id != watch.ours.id);
    let running: u32 = match by_record {
        Some(progress) => progress.sources.iter().map(|source| source.running).sum(),
        None => old.clone().map(|one| one.running).sum(),
    };
    let names: Vec<&str> = old.map(|one| revision_name(&one.task_definition)).collect();
    // What ran before is to go, and to stay where the service went back to it.
    let health = match &watch.verdict {
        Verdict::RolledBack { settled, .. } => {
            if *settled {
                Health::Well
            } else {
                done_or(Health::Changing, running, watch.most_old)
            }
        }
        _ if running == 0 => Health::Well,
        _ => Health::Changing,
    };
    bars.push(Bar { label: "old tasks".into(), done: running, all: watch.most_old, note: names.join(", "), health });
    let targets = targets_of(&watch.ours.id, seen);
    if !targets.is_empty() {
        let count = |number: usize| u32::try_from(number).unwrap_or(u32::MAX);
        let healthy = count(targets.iter().filter(|(_, one)| one.is_some_and(|one| one.state == "healthy")).count());
        let all = count(targets.len());
        let note = "of the new tasks, in their target group".to_owned();
        bars.push(Bar {
            label: "healthy targets".into(),
            done: healthy,
            all,
            note,
            health: done_or(Health::Changing, healthy, all),
        });
    }
    if let Some(weights) = seen.record.and_then(|record| Delivery::with(service, Some(record)).weights) {
        #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "a percent, 0 to 100")]
        let done = weights.new.clamp(0.0, 100.0).round() as u32;
        let note = "in percent, by ECS's record".to_owned();
        bars.push(Bar {
            label: "traffic on new".into(),
            done,
            all: 100,
            note,
            health: done_or(Health::Changing, done, 100),
        });
    }
    if let Some(record) = seen.record
        && let (Some(failures), Some(threshold)) = (record.failures.filter(|count| *count > 0), record.threshold)
    {
        let note = "failed tasks; the circuit breaker breaks when it is full".to_owned();
        bars.push(Bar { label: "circuit breaker".into(), done: failures, all: threshold, note, health: Health::Bad });
    }
    bars
}

fn done_or(otherwise: Health, done: u32, all: u32) -> Health {
    if done >= all { Health::Well } else { otherwise }
}

fn sections(watch: &Watch, seen: &ServiceObservation<'_>, observation: &Observation<'_>) -> Vec<Section> {
    let stopped = watch.stopped(seen);
    let mut all = Vec::new();
    if !stopped.is_empty() {
        all.push(Section::Table {
            title: "failed tasks of this deployment",
            columns: STOPPED,
            rows: stopped.iter().take(LINES).map(|task| failed(task, observation)).collect(),
            empty: "",
        });
    }
    if let Some((part, ..)) = &watch.log
        && let Some(tail) = observation.world.by_key::<LogTail>(&watch.id.scope, part)
    {
        let lines = tail.lines.iter().rev().take(LINES);
        let moment = |line: &crate::kinds::log_tail::Line| Moment {
            at: line.at.unwrap_or(observation.now),
            message: first_line(&line.message, 300),
            tone: Tone::Plain,
        };
        all.push(Section::Moments {
            title: "last log lines of the failing container",
            moments: lines.map(moment).collect(),
            empty: "no output",
        });
    }
    let targets = targets_of(&watch.ours.id, seen);
    if !targets.is_empty() {
        all.push(Section::Table {
            title: "targets of its tasks",
            columns: TARGETS,
            rows: targets.iter().map(|(task, found)| target(task, *found, watch)).collect(),
            empty: "",
        });
    }
    all.push(Section::Moments { title: "events since the start", moments: events(watch, seen), empty: "no event yet" });
    all
}

fn failed(task: &Task, observation: &Observation<'_>) -> Row {
    let why = cause(task);
    let bad = |container: &&crate::kinds::ecs_task::Container| container.exit_code.is_some_and(|code| code != 0);
    let code = task.containers.iter().find(bad).and_then(|container| container.exit_code);
    let words =
        task.containers.iter().find_map(|container| container.reason.as_deref()).or(task.stopped_reason.as_deref());
    let stopped = task.stopped_at.or(task.stopping_at).map(|at| ago(observation.now.duration_since(at).as_secs()));
    Row {
        key: task.arn.as_str().to_owned(),
        open: None,
        health: Some(Health::Bad),
        cells: vec![
            Cell::strong(short(task.arn.last())),
            Cell::or_none(stopped),
            Cell::of(Health::Bad, why.map(|why| why.message.into_owned()).unwrap_or_default()),
            Cell::or_none(code.map(|code| code.to_string())),
            Cell::dim(words.map(|words| first_line(words, 300)).unwrap_or_default()),
        ],
    }
}

fn target(task: &Task, found: Option<&crate::kinds::target_health::Target>, watch: &Watch) -> Row {
    let state = found.map_or("not registered yet", |target| target.state.as_str());
    let health = match state {
        "healthy" => Health::Well,
        "unhealthy" => Health::Bad,
        _ => Health::Changing,
    };
    let why = found.and_then(|target| target.description.as_deref().or(target.reason.as_deref()));
    let address = found.map(|target| target.id.clone()).or_else(|| task.ips.first().cloned());
    Row {
        key: format!("{}/{}", watch.ours.id, task.arn.last()),
        open: None,
        health: Some(health),
        cells: vec![
            Cell::or_none(address),
            Cell::dim(short(task.arn.last())),
            Cell::of(health, state),
            Cell::dim(why.map(|why| first_line(why, 200)).unwrap_or_default()),
        ],
    }
}

/// The beginning of a task's id: enough to know it by.
fn short(id: &str) -> String {
    id.chars().take(8).collect()
}

fn events(watch: &Watch, seen: &ServiceObservation<'_>) -> Vec<Moment> {
    let Some(service) = seen.service else { return Vec::new() };
    let began = watch.began.or_else(|| primary(service).and_then(|first| first.created_at));
    let new = service.events.iter().filter(|event| event.at.is_some_and(|at| began.is_none_or(|began| at >= began)));
    let moment = |event: &crate::kinds::ecs_service::Event| {
        let known = meaning(&event.message);
        let tone = match known.map(|known| known.health) {
            Some(Health::Well) => Tone::Dim,
            Some(health) => Tone::Of(health),
            None => Tone::Plain,
        };
        event.at.map(|at| Moment { at, message: first_line(&event.message, 300), tone })
    };
    new.filter_map(moment).take(LINES).collect()
}
