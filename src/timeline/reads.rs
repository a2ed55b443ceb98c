//! What a timeline reads beyond the picture, and what each reading would tell. Pure.
//! What could not be read is named from the faults that stand in the world.

use jiff::Timestamp;

use crate::environment::Environment;
use crate::kinds::alarm::Alarm;
use crate::kinds::alarm_history::AlarmChange;
use crate::kinds::db_cluster::DbCluster;
use crate::kinds::db_event::PowerEvents;
use crate::kinds::db_instance::DbInstance;
use crate::kinds::ecs_service::Service;
use crate::kinds::scaling_activity::ScalingActivity;
use crate::kinds::service_deployment::ServiceDeployment;
use crate::kinds::trail_event::{TrailEvent, part};
use crate::world::read_request::ReadRequest;
use crate::world::{Coverage, Fault, Resource, World};

/// So many services and databases of one environment have a history of their own read.
const MOST: usize = 20;

/// One thing to be read, and what for.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Want {
    /// What.
    pub request: ReadRequest,
    /// The operation, as IAM names it.
    pub operation: &'static str,
    /// What it would tell.
    pub would_tell: &'static str,
}

/// What to read for the timeline of an environment since a moment.
#[must_use]
pub fn wants(environment: &Environment, world: &World, from: Timestamp) -> Vec<Want> {
    let mut wants = Vec::new();
    let since = part(from);
    for scope in &environment.scopes {
        let here = || environment.members.iter().filter(|member| member.id.scope == *scope);
        if here().any(|member| member.id.kind == Alarm::KIND) {
            wants.push(Want {
                request: ReadRequest::part(scope, AlarmChange::KIND, &since),
                operation: "cloudwatch:DescribeAlarmHistory",
                would_tell: "when alarms changed before",
            });
        }
        if here().any(|member| member.id.kind == Service::KIND) {
            wants.push(Want {
                request: ReadRequest::all(scope, ScalingActivity::KIND),
                operation: "application-autoscaling:DescribeScalingActivities",
                would_tell: "what autoscaling did",
            });
        }
        wants.push(trail(scope, from));
        let parts = here().filter_map(|member| {
            let (kind, operation, would_tell) = if world.get::<Service>(&member.id).is_some() {
                (ServiceDeployment::KIND, "ecs:DescribeServiceDeployments", "earlier deployments and why they ended")
            } else if world.get::<DbInstance>(&member.id).is_some() || world.get::<DbCluster>(&member.id).is_some() {
                (PowerEvents::KIND, "rds:DescribeEvents", "what RDS said of databases")
            } else {
                return None;
            };
            Some(Want { request: ReadRequest::part(scope, kind, &member.id.key), operation, would_tell })
        });
        wants.extend(parts.take(MOST));
    }
    wants
}

/// What tells who changed something in a scope since a moment.
#[must_use]
pub fn trail(scope: &crate::world::Scope, from: Timestamp) -> Want {
    Want {
        request: ReadRequest::part(scope, TrailEvent::KIND, &part(from)),
        operation: "cloudtrail:LookupEvents",
        would_tell: "who changed what",
    }
}

/// What was wanted and could not be read: the operation, the class of the fault, what it would tell. Each once.
#[must_use]
pub fn missing(world: &World, wants: &[Want]) -> Vec<(String, &'static str, &'static str)> {
    let mut all: Vec<(String, &'static str, &'static str)> = Vec::new();
    for want in wants {
        let told = unmet(world, &want.request, want.operation);
        if let Some((operation, why)) = told
            && all.iter().all(|(known, other, _)| (known.as_str(), *other) != (operation.as_str(), why))
        {
            all.push((operation, why, want.would_tell));
        }
    }
    all
}

/// Why a request was not met: the operation that failed and its class; `None` where it was read whole.
#[must_use]
pub fn unmet(world: &World, request: &ReadRequest, operation: &str) -> Option<(String, &'static str)> {
    let not_yet = || Some((operation.to_owned(), "not_read"));
    let Some(store) = world.store(&request.scope, request.kind) else { return not_yet() };
    let told = |fault: &Fault| Some((fault.operation.clone(), fault.kind.word()));
    if let Some(fault) = &store.fault {
        return told(fault);
    }
    match &request.coverage {
        Coverage::All => match (store.oldest(), store.faults().next()) {
            (_, Some(fault)) => told(fault),
            (None, None) => not_yet(),
            (Some(_), None) => None,
        },
        // A part that stands among others without a name of its own was read with all of them.
        Coverage::Parts(parts) => parts.iter().find_map(|part| match store.bin(part) {
            Some(bin) => bin.fault.as_ref().and_then(told),
            None if store.bin("").is_some() => None,
            None => not_yet(),
        }),
    }
}
