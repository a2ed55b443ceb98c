//! What AWS's answers mean for one deployment, the one that is ours: it moves, is through, failed, was rolled back or
//! gave way to another. One look, no memory; never takes a steady service for a deployed one. Pure.

use jiff::{SignedDuration, Timestamp};

use crate::kinds::ecs_service::delivery::{RecordState, Strategy, by_listener, rollback_reason, state_of};
use crate::kinds::ecs_service::{Deployment, Service, primary, rolled_back_to};
use crate::kinds::ecs_task::Task;
use crate::kinds::service_deployment::ServiceDeployment;
use crate::kinds::target_health::{Target, TargetHealth};
use crate::world::Arn;

/// How far apart the same deployment may begin in its two descriptions, where its number does not tell.
const SAME: SignedDuration = SignedDuration::from_secs(60);

/// The deployment that is followed.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Ours {
    /// Its id as UpdateService told it: `ecs-svc/0123…`.
    pub id: String,
    /// The revision it takes the service to.
    pub to: Arn,
    /// The revision the service was on before; `None` if that is not known.
    pub from: Option<Arn>,
    /// ECS's record of it, where its name is known.
    pub record: Option<Arn>,
}

/// One look at the service and what belongs to it.
#[derive(Clone, Copy, Default)]
pub struct ServiceObservation<'a> {
    /// The service; `None` once it is gone.
    pub service: Option<&'a Service>,
    /// Our deployment in the newer description, where that may be read.
    pub record: Option<&'a ServiceDeployment>,
    /// The service's tasks.
    pub tasks: &'a [&'a Task],
    /// Health of the targets in the service's target groups, where it may be read.
    pub health: &'a [&'a TargetHealth],
}

/// What a look means.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum Verdict {
    /// It goes on.
    Moving,
    /// ECS counts it as completed; so many of its targets do not pass their health checks yet.
    Settling(u32),
    /// ECS counts it as completed, and the listener does not send it all the traffic: the share it gets, in percent.
    Misrouted(u32),
    /// It is PRIMARY, complete, and its targets are healthy.
    Succeeded,
    /// ECS stopped trying, and it is still PRIMARY.
    Failed(Option<String>),
    /// The service goes back to what it was.
    RolledBack {
        /// To which revision.
        to: Arn,
        /// Whether it is there already.
        settled: bool,
        /// Why, in AWS's words.
        why: Option<String>,
    },
    /// Another deployment took its place.
    Superseded {
        /// Its id.
        by: String,
        /// Its revision.
        to: Arn,
    },
    /// It is not among the service's deployments: not yet, or not any more.
    Unseen,
    /// The service is gone or going.
    Deleted(String),
}

/// The newer description of a deployment: the one whose revision carries its number, else the one that began with it
/// and targets the same revision.
#[must_use]
pub fn record_of<'a>(
    records: impl IntoIterator<Item = &'a ServiceDeployment>,
    id: &str,
    to: &Arn,
    began: Option<Timestamp>,
) -> Option<&'a ServiceDeployment> {
    let number = id.rsplit('/').next().filter(|number| !number.is_empty())?;
    let records: Vec<&ServiceDeployment> = records.into_iter().collect();
    let numbered = records.iter().find(|record| record.revision.as_ref().is_some_and(|arn| arn.last() == number));
    let began_with = |record: &&&ServiceDeployment| {
        let apart = Some(began?.duration_since(record.created_at?).abs());
        let same = record.task_definition.as_ref().is_none_or(|other| other == to);
        apart.filter(|apart| same && *apart <= SAME)
    };
    let nearest = || records.iter().filter(|one| began_with(one).is_some()).min_by_key(|one| began_with(one));
    numbered.or_else(nearest).copied()
}

/// Whether ECS says by `record` that it takes the service back.
fn goes_back(record: &ServiceDeployment) -> bool {
    record.status.starts_with("ROLLBACK") || record.status == "STOP_REQUESTED"
}

/// Judges one look.
#[must_use]
pub fn judge(ours: &Ours, seen: &ServiceObservation<'_>) -> Verdict {
    let Some(service) = seen.service else { return Verdict::Deleted("the service is not there any more".to_owned()) };
    if matches!(service.status.as_str(), "DRAINING" | "INACTIVE") {
        return Verdict::Deleted(format!("the service is being deleted ({})", service.status));
    }
    let strategy = Strategy::of_deployment(service, seen.record);
    if let Some(record) = seen.record.filter(|_| strategy.shifts_traffic()) {
        return by_record(ours, record, seen, service);
    }
    let mine = service.deployments.iter().find(|one| one.id == ours.id);
    let first = primary(service);
    match (mine, first) {
        // The PRIMARY one is judged, whatever else bears its id.
        (Some(_), Some(first)) if ours.id == first.id => standing(ours, first, seen, service),
        (None, Some(first)) if first.id.is_empty() => Verdict::Unseen,
        (mine, Some(first)) => displaced(ours, mine, first, seen, service),
        (_, None) => Verdict::Unseen,
    }
}

/// Where traffic is shifted ECS's record decides: of the two revisions that run, the service calls now this and now that
/// one PRIMARY, and tells no rollout state.
fn by_record(ours: &Ours, record: &ServiceDeployment, seen: &ServiceObservation<'_>, service: &Service) -> Verdict {
    let to = ours.from.clone().unwrap_or_else(|| ours.to.clone());
    let newer = primary(service).filter(|first| {
        let other = service.delivery.current.as_ref().is_some_and(|current| *current != record.arn);
        other && first.id != ours.id && first.created_at > record.created_at
    });
    match (state_of(record), newer) {
        (RecordState::OnItsWay | RecordState::Unknown, _) => Verdict::Moving,
        (RecordState::GoingBack, _) => Verdict::RolledBack { to, settled: false, why: rollback_reason(record) },
        (RecordState::RolledBack, _) => Verdict::RolledBack { to, settled: true, why: rollback_reason(record) },
        (RecordState::RollbackFailed, _) => {
            let why = rollback_reason(record).map(|why| format!(": {why}")).unwrap_or_default();
            Verdict::Failed(Some(format!("ECS could not roll it back{why}")))
        }
        (RecordState::Stopped | RecordState::Successful, Some(first)) => {
            Verdict::Superseded { by: first.id.clone(), to: first.task_definition.clone() }
        }
        (RecordState::Stopped, None) => {
            Verdict::Failed(reason(record).or_else(|| Some("it was stopped (STOPPED)".to_owned())))
        }
        (RecordState::Successful, None) => through(ours, record, seen, service),
    }
}

/// ECS counts it as successful: whether its targets and the listener say the same.
fn through(ours: &Ours, record: &ServiceDeployment, seen: &ServiceObservation<'_>, service: &Service) -> Verdict {
    let waiting = not_healthy(&ours.id, seen);
    if waiting > 0 {
        return Verdict::Settling(waiting);
    }
    let health = |group: &Arn| seen.health.iter().find(|one| one.group == *group).copied();
    match by_listener(service, record, seen.tasks, &health) {
        Some(weights) if weights.new < 99.0 => {
            #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "a percent, 0 to 99")]
            let share = weights.new.clamp(0.0, 99.0) as u32;
            Verdict::Misrouted(share)
        }
        _ => Verdict::Succeeded,
    }
}

/// Ours is PRIMARY.
fn standing(ours: &Ours, mine: &Deployment, seen: &ServiceObservation<'_>, service: &Service) -> Verdict {
    if let Some(record) = seen.record.filter(|record| goes_back(record)) {
        let to = ours.from.clone().unwrap_or_else(|| ours.to.clone());
        return Verdict::RolledBack { to, settled: record.status == "ROLLBACK_FAILED", why: reason(record) };
    }
    let complete = match mine.rollout.as_deref() {
        Some("FAILED") => return Verdict::Failed(mine.reason.clone()),
        Some(rollout) => rollout == "COMPLETED",
        // Classic load balancers and other controllers tell no rollout state.
        None if Strategy::of(service).shifts_traffic() => alone_with_its_tasks(ours, mine, seen, service),
        None => service.deployments.len() == 1 && mine.running == mine.desired && mine.pending == 0,
    };
    if let Some(record) = seen.record.filter(|record| record.status == "STOPPED") {
        return Verdict::Failed(reason(record).or_else(|| Some("it was stopped (STOPPED)".to_owned())));
    }
    if !complete || mine.pending > 0 || mine.running < mine.desired {
        return Verdict::Moving;
    }
    match not_healthy(&ours.id, seen) {
        0 => Verdict::Succeeded,
        waiting => Verdict::Settling(waiting),
    }
}

/// Whether a deployment that shifts traffic is over, where its record may not be read: nothing else is there, and its own
/// tasks are seen to run. Before the second revision comes the service looks as steady as after the first has gone.
fn alone_with_its_tasks(ours: &Ours, mine: &Deployment, seen: &ServiceObservation<'_>, service: &Service) -> bool {
    let runs = |task: &&&Task| task.started_by.as_deref() == Some(&ours.id) && task.last_status == "RUNNING";
    let running = seen.tasks.iter().filter(runs).count();
    service.deployments.len() == 1 && mine.pending == 0 && mine.desired > 0 && running >= mine.desired as usize
}

/// Something else is PRIMARY.
fn displaced(
    ours: &Ours,
    mine: Option<&Deployment>,
    first: &Deployment,
    seen: &ServiceObservation<'_>,
    service: &Service,
) -> Verdict {
    let by_breaker = rolled_back_to(service, first).is_some()
        || first.reason.as_deref().is_some_and(|reason| reason.contains("rolling back"));
    let by_record = seen.record.is_some_and(goes_back);
    let gave_up = mine.is_some_and(|mine| mine.rollout.as_deref() == Some("FAILED"));
    let older =
        mine.is_some_and(|mine| first.created_at.zip(mine.created_at).is_some_and(|(first, mine)| first < mine));
    let to_the_old =
        ours.from.as_ref().is_some_and(|from| *from == first.task_definition) && ours.from.as_ref() != Some(&ours.to);
    if by_breaker || by_record || gave_up || older || to_the_old {
        let done = |rollout: &str| matches!(rollout, "COMPLETED" | "FAILED");
        let ended =
            seen.record.map(|record| matches!(record.status.as_str(), "ROLLBACK_SUCCESSFUL" | "ROLLBACK_FAILED"));
        let steady = first.rollout.as_deref().map_or(first.running == first.desired && first.pending == 0, done);
        let why = mine.and_then(|mine| mine.reason.clone()).or_else(|| seen.record.and_then(reason));
        return Verdict::RolledBack {
            to: first.task_definition.clone(),
            settled: ended.filter(|_| by_record).unwrap_or(steady),
            why,
        };
    }
    match mine {
        // Not told of at all: the answer may be older than our change.
        None if seen.record.is_none() => Verdict::Unseen,
        _ => Verdict::Superseded { by: first.id.clone(), to: first.task_definition.clone() },
    }
}

fn reason(record: &ServiceDeployment) -> Option<String> {
    record.rollback.clone().or_else(|| record.reason.clone())
}

/// The targets that are tasks of deployment `id`, with each task's address.
#[must_use]
pub(super) fn targets_of<'a>(id: &str, seen: &ServiceObservation<'a>) -> Vec<(&'a Task, Option<&'a Target>)> {
    let runs = |task: &&&Task| {
        task.started_by.as_deref() == Some(id) && task.last_status == "RUNNING" && task.desired_status == "RUNNING"
    };
    let tasks: Vec<&Task> = seen.tasks.iter().filter(runs).filter(|task| !task.ips.is_empty()).copied().collect();
    let in_one = |groups: &[&'a TargetHealth], task: &Task| {
        let found = groups.iter().flat_map(|health| &health.targets).filter(|target| task.ips.contains(&target.id));
        // Both groups of a pair may hold an address for a while: the live one counts.
        found.min_by_key(|target| target.state != "healthy")
    };
    let mut all = Vec::new();
    for groups in places(seen) {
        all.extend(tasks.iter().map(|task| (*task, in_one(&groups, task))));
    }
    all
}

/// The places its tasks register in: a target group, or the two of a pair of which one holds them.
fn places<'a>(seen: &ServiceObservation<'a>) -> Vec<Vec<&'a TargetHealth>> {
    let of = |group: &Arn| seen.health.iter().find(|one| one.group == *group).copied();
    let mut all: Vec<Vec<&TargetHealth>> = Vec::new();
    if let Some(service) = seen.service {
        // CodeDeploy's two groups are told by its task sets alone.
        let sets = service.delivery.task_sets.iter().flat_map(|set| &set.groups);
        let of_sets: Vec<&TargetHealth> = sets.filter_map(of).collect();
        match of_sets.is_empty() {
            true => all.extend(service.attachments.iter().map(|one| one.groups().filter_map(of).collect())),
            false => all.push(of_sets),
        }
    }
    all.retain(|groups| !groups.is_empty());
    // What was read of it and is no group of its any more is a place by itself.
    let alone = seen.health.iter().filter(|one| !all.iter().flatten().any(|known| known.group == one.group));
    let alone: Vec<Vec<&TargetHealth>> = alone.map(|one| vec![*one]).collect();
    all.extend(alone);
    all
}

/// How many of its targets do not pass their health checks. Instances and tasks without addresses cannot be told apart
/// by deployment: what ECS says counts for them.
fn not_healthy(id: &str, seen: &ServiceObservation<'_>) -> u32 {
    let by_address = seen.health.iter().any(|health| health.targets.iter().any(|target| !target.id.starts_with("i-")));
    let well = |target: Option<&Target>| {
        // Without health checks (`unavailable`) or a listener (`unused`) there is nothing to pass.
        target.is_some_and(|target| matches!(target.state.as_str(), "healthy" | "unavailable" | "unused"))
    };
    let waiting = targets_of(id, seen).into_iter().filter(|(_, target)| !well(*target)).count();
    if by_address { u32::try_from(waiting).unwrap_or(u32::MAX) } else { 0 }
}
