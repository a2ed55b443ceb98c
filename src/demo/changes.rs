//! What was done to the simulated account: a change becomes an act with its second, and scripts
//! play on from there. Decides what the account would refuse, in AWS's words. Pure.

use super::account::SimulatedAccount;
use super::scenario_context::ScenarioContext;
use super::{rules, schedule_tags, scheduler};
use crate::change::plan::ChangeRequest;
use crate::kinds::alarm::Alarm;
use crate::kinds::ec2_instance::Instance;
use crate::kinds::ecs_service::delivery::Delivery;
use crate::kinds::ecs_task::Task;
use crate::kinds::task_definition::{TaskDefinition, revision_name};
use crate::kinds::{db_cluster::DbCluster, db_instance::DbInstance, ecs_service::Service, ecs_service::primary};
use crate::kinds::{lambda_function::Function, managed_node::Node, target_group::TargetGroup};
use crate::schedule::{Bounds, Remembered};
use crate::text::counted;
use crate::world::{Arn, Fault, FaultKind, Resource};

/// Something done at a second to the resource with that key.
#[derive(Clone, PartialEq, Eq, Debug)]
pub(super) struct AppliedChange {
    /// When, in seconds of the simulation.
    pub at: i64,
    /// The resource's key.
    pub key: String,
    /// What.
    pub what: ChangeKind,
}

impl AppliedChange {
    /// `what`, done at a second because `change_request` was asked for.
    pub(super) fn of(at: i64, change_request: &ChangeRequest, what: ChangeKind) -> Self {
        let key = match &what {
            ChangeKind::StopTask { service, .. } => service.clone(),
            _ => change_request.on.key.to_string(),
        };
        Self { at, key, what }
    }
}

/// What can be done.
#[derive(Clone, PartialEq, Eq, Debug)]
pub(super) enum ChangeKind {
    /// Stop a database.
    Stop,
    /// Start a database.
    Start,
    /// Want that many tasks.
    Scale(u32),
    /// Replace every task.
    Redeploy,
    /// Write these tags; an empty value removes one.
    Label(Vec<(&'static str, String)>),
    /// Add a revision with these images, each for its container.
    Register(i32, Vec<(String, String)>),
    /// Go to a revision.
    Deploy(i32),
    /// Go back from the rollout on its way.
    TakeBack,
    /// Answer the pause of the deployment on its way: whether it may go on.
    Answer(bool),
    /// What scripts of instances and functions read for themselves.
    Request(Box<ChangeRequest>),
    /// Write down what a service had, or take that away.
    Remember(Option<Remembered>),
    /// Scale a service between these.
    Bounds(Bounds),
    /// Reboot a database.
    Reboot,
    /// Let a database's standby take over, or that member of a cluster, or any.
    FailOver(Option<String>),
    /// Stop a task of a service, whose script plays it.
    StopTask {
        /// The service's ARN.
        service: String,
        /// The task's id.
        task: String,
    },
}

/// What comes of a change: an act, or nothing to do because it is so already.
#[derive(Clone, PartialEq, Eq, Debug)]
pub(super) enum Outcome {
    /// It is done; what stands now, in words.
    Done(ChangeKind, String),
    /// The same, with what else AWS's answer tells.
    Told(ChangeKind, String, (&'static str, String)),
    /// It was so already.
    Already(String),
}

/// What `change_request` does to an account that looks like `simulated`.
pub(super) fn outcome(change_request: &ChangeRequest, simulated: &SimulatedAccount) -> Result<Outcome, Fault> {
    let kind = change_request.on.kind;
    let key = &*change_request.on.key;
    if change_request.verb == "label" {
        let message =
            change_request.arguments.iter().map(|(key, value)| format!("{key}={value}")).collect::<Vec<_>>().join(", ");
        return Ok(Outcome::Done(ChangeKind::Label(change_request.arguments.clone()), message));
    }
    let at_aws = scheduler::outcome(change_request)
        .or_else(|| rules::outcome(change_request))
        .or_else(|| schedule_tags::outcome(change_request));
    if let Some(message) = at_aws {
        return Ok(Outcome::Done(ChangeKind::Request(Box::new(change_request.clone())), message));
    }
    let missing = |code: &str| fault(FaultKind::Gone, change_request, code, format!("{key} not found"));
    if kind == DbInstance::KIND {
        let db = simulated.get::<DbInstance>(key).ok_or_else(|| missing("DBInstanceNotFound"))?;
        if matches!(change_request.verb, "reboot" | "failover") {
            return restart(change_request, (&db.id, &db.status), "InvalidDBInstanceState");
        }
        if let Some(cluster) = &db.cluster {
            let message = format!(
                "{} is a member of the DB cluster {cluster}; {} the cluster instead",
                db.id, change_request.verb
            );
            return Err(fault(FaultKind::Refused, change_request, "InvalidParameterCombination", message));
        }
        return database(change_request, &db.id, &db.status, "InvalidDBInstanceState");
    }
    if kind == DbCluster::KIND {
        let db = simulated.get::<DbCluster>(key).ok_or_else(|| missing("DBClusterNotFoundFault"))?;
        if change_request.verb == "failover" {
            return restart(change_request, (&db.id, &db.status), "InvalidDBClusterStateFault");
        }
        return database(change_request, &db.id, &db.status, "InvalidDBClusterStateFault");
    }
    if kind == Service::KIND {
        let service = simulated.get::<Service>(key).ok_or_else(|| missing("ServiceNotFoundException"))?;
        return tasks(change_request, service, simulated);
    }
    if kind == Task::KIND {
        let task = simulated.get::<Task>(key).ok_or_else(|| missing("InvalidParameterException"))?;
        let of = task.service().and_then(|name| simulated.all::<Service>().find(|one| one.name == name));
        return match (change_request.verb, of) {
            (crate::kinds::ecs_task::change::VERB, Some(service)) => {
                let (service, task) = (service.arn.to_string(), task.arn.last().to_owned());
                let message = format!("task {task} is stopping");
                Ok(Outcome::Done(ChangeKind::StopTask { service, task }, message))
            }
            _ => Err(unknown(change_request)),
        };
    }
    if kind == Instance::KIND {
        let instance = simulated.get::<Instance>(key).ok_or_else(|| missing("InvalidInstanceID.NotFound"))?;
        return machine(change_request, instance);
    }
    if change_request.verb == "take-snapshot" {
        let message = "the snapshot is being made".to_owned();
        return Ok(Outcome::Done(ChangeKind::Request(Box::new(change_request.clone())), message));
    }
    if change_request.verb == "run-job" {
        return Ok(Outcome::Done(
            ChangeKind::Request(Box::new(change_request.clone())),
            "the run was begun".to_owned(),
        ));
    }
    if kind == Alarm::KIND && matches!(change_request.verb, "mute" | "unmute") {
        let message = if change_request.verb == "mute" { "muted until the rule ends" } else { "alarms unmuted" };
        return Ok(Outcome::Done(ChangeKind::Request(Box::new(change_request.clone())), message.to_owned()));
    }
    let there = [
        (TargetGroup::KIND, simulated.get::<TargetGroup>(key).is_some(), "TargetGroupNotFound"),
        (Node::KIND, simulated.get::<Node>(key).is_some(), "InvalidInstanceId"),
        (Function::KIND, simulated.get::<Function>(key).is_some(), "ResourceNotFoundException"),
    ];
    match there.into_iter().find(|(name, ..)| *name == kind) {
        Some((_, true, _)) => Ok(Outcome::Done(
            ChangeKind::Request(Box::new(change_request.clone())),
            format!("{} command accepted", change_request.verb),
        )),
        Some((_, false, code)) => Err(missing(code)),
        None => Err(unknown(change_request)),
    }
}

fn restart(change_request: &ChangeRequest, (id, status): (&str, &str), code: &str) -> Result<Outcome, Fault> {
    if status != "available" {
        let message = format!("{id} is {status}; it must be available to {}", change_request.verb);
        return Err(fault(FaultKind::Refused, change_request, code, message));
    }
    let to = super::commands::argument(change_request, "to").map(str::to_owned);
    Ok(match change_request.verb {
        "reboot" => Outcome::Done(ChangeKind::Reboot, format!("{id} reboots")),
        _ => Outcome::Done(ChangeKind::FailOver(to), format!("{id} fails over")),
    })
}

fn machine(change_request: &ChangeRequest, instance: &Instance) -> Result<Outcome, Fault> {
    let name = instance.name.as_deref().unwrap_or(&instance.id);
    match (change_request.verb, instance.state.as_str()) {
        ("stop", "running") => Ok(Outcome::Done(ChangeKind::Stop, format!("{name} is stopping"))),
        ("start", "stopped") => Ok(Outcome::Done(ChangeKind::Start, format!("{name} is starting"))),
        ("stop", "stopping" | "stopped") | ("start", "pending" | "running") => {
            Ok(Outcome::Already(format!("{name} is {} already", instance.state)))
        }
        // Nothing of it is seen from outside, as at AWS.
        ("reboot", "running") => Ok(Outcome::Already(format!("{name} is being rebooted"))),
        ("start" | "stop" | "reboot", state) => {
            let message = format!("{name} is {state}; it cannot be {}ed now", change_request.verb);
            Err(fault(FaultKind::Refused, change_request, "IncorrectInstanceState", message))
        }
        _ => Err(unknown(change_request)),
    }
}

fn database(change_request: &ChangeRequest, id: &str, status: &str, code: &str) -> Result<Outcome, Fault> {
    let refused = |wanted: &str| {
        Err(fault(
            FaultKind::Refused,
            change_request,
            code,
            format!("{id} is {status}; it must be {wanted} to {}", change_request.verb),
        ))
    };
    match (change_request.verb, status) {
        ("stop", "available") => Ok(Outcome::Done(ChangeKind::Stop, format!("{id} is stopping"))),
        ("start", "stopped") => Ok(Outcome::Done(ChangeKind::Start, format!("{id} is starting"))),
        ("stop", "stopping" | "stopped") | ("start", "starting" | "available") => {
            Ok(Outcome::Already(format!("{id} is {status} already")))
        }
        ("stop", _) => refused("available"),
        ("start", _) => refused("stopped"),
        _ => Err(unknown(change_request)),
    }
}

fn tasks(change_request: &ChangeRequest, service: &Service, simulated: &SimulatedAccount) -> Result<Outcome, Fault> {
    match change_request.verb {
        "register-revision" => register(change_request, service, simulated),
        "deploy-revision" => deploy(change_request, service, simulated),
        "take-back" => take_back(change_request, service),
        "continue-deployment" | "reject-deployment" => answer(change_request, service),
        "force-deploy" => {
            let message = format!("{} is replacing {}", service.name, counted(service.desired as usize, "task"));
            Ok(Outcome::Done(ChangeKind::Redeploy, message))
        }
        "scale" => {
            let wanted =
                change_request.arguments.iter().find(|(name, _)| *name == "desired").map(|(_, count)| count.as_str());
            let count = wanted.and_then(|count| count.parse::<u32>().ok()).filter(|count| *count <= 5000);
            let Some(count) = count else {
                let message = format!("`scale` needs the argument `desired`, 0 to 5000, and got {wanted:?}");
                return Err(fault(FaultKind::Refused, change_request, "InvalidParameterException", message));
            };
            if count == service.desired {
                return Ok(Outcome::Already(format!("{} has the desired count {count} already", service.name)));
            }
            let message = format!("{} has the desired count {count}, {} before", service.name, service.desired);
            Ok(Outcome::Done(ChangeKind::Scale(count), message))
        }
        "remember" | "forget" => {
            let memory = change_request.arguments.iter().find(|(name, _)| *name == "memory");
            let memory = memory.and_then(|(_, text)| text.parse::<Remembered>().ok());
            let message =
                format!("{} remembers {}", service.name, memory.map_or("nothing".to_owned(), |had| had.to_string()));
            Ok(Outcome::Done(ChangeKind::Remember(memory), message))
        }
        "bounds" => {
            let number = |wanted: &str| {
                let found = change_request.arguments.iter().find(|(name, _)| *name == wanted);
                found.and_then(|(_, count)| count.parse::<u32>().ok())
            };
            let (Some(min), Some(max)) = (number("min"), number("max")) else {
                let message = "`bounds` needs the arguments `min` and `max`".to_owned();
                return Err(fault(FaultKind::Refused, change_request, "ValidationException", message));
            };
            let message = format!("{} is scaled between {min} and {max} tasks", service.name);
            Ok(Outcome::Done(ChangeKind::Bounds(Bounds { min, max }), message))
        }
        _ => Err(unknown(change_request)),
    }
}

/// The revisions of the service's family that there are.
fn revisions<'s>(service: &Service, simulated: &'s SimulatedAccount) -> impl Iterator<Item = &'s TaskDefinition> {
    let family = revision_name(&service.task_definition).rsplit_once(':').map_or("", |(family, _)| family).to_owned();
    simulated.all::<TaskDefinition>().filter(move |one| one.family == family)
}

fn register(change_request: &ChangeRequest, service: &Service, simulated: &SimulatedAccount) -> Result<Outcome, Fault> {
    let images: Vec<(String, String)> = change_request
        .arguments
        .iter()
        .filter_map(|(_, pair)| pair.split_once('='))
        .map(|(container, image)| (container.to_owned(), image.to_owned()))
        .collect();
    let number = revisions(service, simulated).map(|one| one.revision).max().unwrap_or_default() + 1;
    let arn = at(service, number);
    let message = format!("{} is registered", revision_name(&arn));
    Ok(Outcome::Told(ChangeKind::Register(number, images), message, ("revision", arn.as_str().to_owned())))
}

/// The ARN of another revision of its family.
fn at(service: &Service, number: i32) -> Arn {
    let here = service.task_definition.as_str();
    Arn::from(format!("{}:{number}", here.rsplit_once(':').map_or(here, |(before, _)| before)))
}

fn deploy(change_request: &ChangeRequest, service: &Service, simulated: &SimulatedAccount) -> Result<Outcome, Fault> {
    let wanted =
        change_request.arguments.iter().find(|(name, _)| *name == "revision").map(|(_, arn)| Arn::from(arn.as_str()));
    let found = wanted.as_ref().and_then(|wanted| revisions(service, simulated).find(|one| one.arn == *wanted));
    let Some(found) = found else {
        let message =
            "The specified task definition does not exist. Specify a valid account, family, revision and try again.";
        return Err(fault(FaultKind::Refused, change_request, "ClientException", message.to_owned()));
    };
    let message = format!("{} goes to {}", service.name, revision_name(&found.arn));
    Ok(Outcome::Done(ChangeKind::Deploy(found.revision), message))
}

fn answer(change_request: &ChangeRequest, service: &Service) -> Result<Outcome, Fault> {
    let hook = change_request.arguments.iter().find(|(name, _)| *name == "hook").map(|(_, hook)| hook.as_str());
    let delivery = Delivery::of(service);
    let (Some(record), Some(awaiting)) = (delivery.record, delivery.awaiting()) else {
        let message = "The lifecycle hook is not awaiting an action.".to_owned();
        return Err(fault(FaultKind::Refused, change_request, "ConflictException", message));
    };
    if hook != Some(awaiting.hook) {
        let message = "The specified lifecycle hook does not exist.".to_owned();
        return Err(fault(FaultKind::Refused, change_request, "ClientException", message));
    }
    let go_on = change_request.verb == "continue-deployment";
    let message = format!("{} {}", service.name, if go_on { "goes on" } else { "goes back" });
    Ok(Outcome::Told(ChangeKind::Answer(go_on), message, ("record", record.arn.as_str().to_owned())))
}

fn take_back(change_request: &ChangeRequest, service: &Service) -> Result<Outcome, Fault> {
    if let Some(record) = Delivery::of(service).record {
        let message = format!("{} is being taken back", record.arn.last());
        return Ok(Outcome::Told(ChangeKind::TakeBack, message, ("record", record.arn.as_str().to_owned())));
    }
    let Some(first) = primary(service).filter(|first| first.rollout.as_deref() == Some("IN_PROGRESS")) else {
        let message = "The service deployment is not in progress.".to_owned();
        return Err(fault(FaultKind::Refused, change_request, "ConflictException", message));
    };
    Ok(Outcome::Told(
        ChangeKind::TakeBack,
        format!("{} is being taken back", first.id),
        ("deployment", first.id.clone()),
    ))
}

fn unknown(change_request: &ChangeRequest) -> Fault {
    let message =
        format!("the simulated account does not know how to `{}` a {}", change_request.verb, change_request.on.kind);
    fault(FaultKind::Refused, change_request, "DemoCannot", message)
}

fn fault(kind: FaultKind, change_request: &ChangeRequest, code: &str, message: String) -> Fault {
    let mut fault = Fault::new(kind, format!("demo:{}", change_request.verb), message).on(&*change_request.on.key);
    fault.code = Some(code.to_owned());
    fault
}

/// Puts the tags that were written on what they were written on.
pub(super) fn label(simulated: &mut SimulatedAccount, scenario: &ScenarioContext<'_>) {
    for act in scenario.acts.iter().filter(|act| act.at <= scenario.now) {
        let ChangeKind::Label(tags) = &act.what else { continue };
        let Some(known) = simulated.tags_mut(&act.key) else { continue };
        for (key, value) in tags {
            known.remove(*key);
            if !value.is_empty() {
                known.insert((*key).to_owned(), value.clone());
            }
        }
    }
}
