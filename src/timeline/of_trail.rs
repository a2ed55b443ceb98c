//! What CloudTrail recorded, told of the resource it was done to: by the names that CloudTrail gives, else by the request's
//! parameters. Calls that name nothing of the environment are left out. Pure.

use std::collections::HashSet;

use super::TimelineInput;
use super::event::{Event, EventKind};
use crate::environment::Member;
use crate::kinds::db_cluster::DbCluster;
use crate::kinds::db_instance::DbInstance;
use crate::kinds::ec2_instance::Instance;
use crate::kinds::ecr_repository::place;
use crate::kinds::ecs_service::Service;
use crate::kinds::ecs_task::Task;
use crate::kinds::task_definition::{TaskDefinition, image_name, revision_name};
use crate::kinds::trail_event::TrailEvent;
use crate::world::{Arn, ResourceId, World};

const TRAIL: &str = "cloudtrail:LookupEvents";

/// Calls that only follow from others and tell a reader nothing.
const NOISE: [&str; 14] = [
    "AssumeRole",
    "CreateLogStream",
    "CreateNetworkInterface",
    "CreateNetworkInterfacePermission",
    "DeleteNetworkInterface",
    "DeregisterContainerInstance",
    "GenerateDataKey",
    "Decrypt",
    "PutMetricData",
    "RegisterTargets",
    "DeregisterTargets",
    "SubmitTaskStateChange",
    "SubmitContainerStateChange",
    "UpdateInstanceInformation",
];

pub(super) fn events(input: &TimelineInput<'_>) -> Vec<Event> {
    let world = input.kind.world;
    let mut events = Vec::new();
    for scope in &input.environment.scopes {
        let near: Vec<&Member> = input.environment.members.iter().filter(|member| member.id.scope == *scope).collect();
        let handles: Vec<(&Member, Vec<String>)> =
            near.into_iter().map(|member| (member, handles(world, &member.id))).collect();
        // What was read around a moment and what was read since one may be the same.
        let mut known = HashSet::new();
        let once = world.all::<TrailEvent>(scope).filter(|event| known.insert(event.id.as_str()));
        for event in once.filter(|event| !is_noise(event)) {
            if let Some(member) = member(event, &handles) {
                let told = Event::new(event.at, EventKind::Change, TRAIL, what(event, member));
                let mut told = told.about(member.id.clone(), &member.name).by(event.who.clone());
                told.requests.extend(event.request.clone());
                events.push(told);
            }
        }
    }
    events
}

/// Whether AWS itself did it in the course of its service.
fn is_noise(event: &TrailEvent) -> bool {
    let by_service = event.who.as_deref().is_some_and(|who| who.ends_with(".amazonaws.com"));
    NOISE.contains(&event.name.as_str()) && (by_service || event.who.is_none() || event.name != "RegisterTargets")
}

/// `UpdateService Backend (desiredCount 2, taskDefinition city:118) by terraform, refused: AccessDenied`.
fn what(event: &TrailEvent, member: &Member) -> String {
    const TOLD: [&str; 8] =
        ["taskDefinition", "desiredCount", "imageTag", "functionVersion", "groupId", "name", "secretId", "roleName"];
    let told = event.parameters.iter().filter(|(key, value)| TOLD.contains(&key.as_str()) && **value != member.name);
    let told: Vec<String> = told
        .map(|(key, value)| match key.as_str() {
            "taskDefinition" => format!("{key} {}", revision_name(&Arn::from(value.as_str()))),
            _ => format!("{key} {value}"),
        })
        .take(4)
        .collect();
    let with = if told.is_empty() { String::new() } else { format!(" ({})", told.join(", ")) };
    let via = event.via.as_deref().map(|via| format!(", through {via}")).unwrap_or_default();
    let error = event.error.as_deref().map(|error| format!(", refused: {error}")).unwrap_or_default();
    format!("{} {}{with}{via}{error}", event.name, member.name)
}

/// The member that an event is about: the one that has the most special of its names. A parameter that only says where
/// something is, as `cluster` does of a service, counts where nothing else names a member.
fn member<'m>(event: &TrailEvent, handles: &[(&'m Member, Vec<String>)]) -> Option<&'m Member> {
    let service = event.source.split('.').next().unwrap_or_default();
    let named = event.resources.iter().map(|value| (false, value));
    let values: Vec<(bool, &String)> =
        named.chain(event.parameters.iter().map(|(key, value)| (is_place(key), value))).collect();
    let mut best: Option<((bool, usize), &'m Member)> = None;
    for (member, own) in handles {
        let rank = values.iter().filter_map(|(place, value)| {
            let rank = own.iter().position(|handle| handle == *value || handle == Arn::from(value.as_str()).last())?;
            // A name counts for things of the service that was called; a whole ARN counts anywhere.
            let whole = value.starts_with("arn:") && own.get(rank) == Some(*value);
            (whole || concerns(service, &member.id)).then_some((*place, rank))
        });
        let Some(rank) = rank.min() else { continue };
        if best.is_none_or(|(known, _)| rank < known) {
            best = Some((rank, member));
        }
    }
    best.map(|(_, member)| member)
}

/// Whether a parameter names what something is in, and not what is changed.
fn is_place(key: &str) -> bool {
    matches!(key, "cluster" | "vpcId" | "loadBalancerArn")
}

/// Whether calls of that service can be about things of that kind.
fn concerns(service: &str, id: &ResourceId) -> bool {
    let kinds: &[&str] = match service {
        "ecs" | "application-autoscaling" | "ecr" | "iam" | "secretsmanager" | "codedeploy" => {
            &["ecs-service", "ecs-task", "ecs-cluster"]
        }
        "rds" => &["db-instance", "db-cluster"],
        "ec2" => &["ec2-instance", "ecs-service", "db-instance", "db-cluster", "load-balancer"],
        "elasticloadbalancing" => &["target-group", "load-balancer"],
        "lambda" => &["lambda-function"],
        "monitoring" => &["alarm"],
        "ssm" => &["ec2-instance", "managed-node"],
        _ => return true,
    };
    kinds.contains(&id.kind.0)
}

/// What a member may be called in a request, most special first: its key, its name, then what only belongs to it.
fn handles(world: &World, id: &ResourceId) -> Vec<String> {
    let key = id.key.to_string();
    let mut names = vec![key.clone(), Arn::from(key.as_str()).last().to_owned()];
    if let Some(service) = world.get::<Service>(id) {
        names.push(format!("service/{}/{}", service.cluster.last(), service.name));
        names.extend(service.security_groups.iter().cloned());
        names.extend(service.subnets.iter().cloned());
        if let Some(definition) = world.by_key::<TaskDefinition>(&id.scope, service.task_definition.as_str()) {
            names.push(definition.family.clone());
            let roles = [&definition.execution_role, &definition.task_role];
            names.extend(roles.into_iter().flatten().map(|role| role.last().to_owned()));
            let images = definition.containers.iter().filter_map(|one| one.image.as_deref());
            names.extend(
                images.map(|image| place(image).map_or_else(|| image_name(image).to_owned(), |at| at.name.to_owned())),
            );
        }
    } else if let Some(database) = world.get::<DbInstance>(id) {
        names.push(database.id.clone());
        names.extend(database.security_groups.iter().cloned());
    } else if let Some(cluster) = world.get::<DbCluster>(id) {
        names.push(cluster.id.clone());
        names.extend(cluster.members.iter().map(|member| member.id.clone()));
        names.extend(cluster.security_groups.iter().cloned());
    } else if let Some(instance) = world.get::<Instance>(id) {
        names.extend(instance.security_groups.iter().cloned());
    } else if let Some(task) = world.get::<Task>(id) {
        names.push(task.arn.last().to_owned());
    }
    names
}
