//! Where a thing's lines are: of a task or service by its revision's log configuration, of a function by its group, of a
//! database by what it exports and the files on its instance; and where nothing can be read, why. Pure.

use std::collections::{BTreeMap, BTreeSet};

use super::source::{LogSource, Origin};
use crate::kinds::db_cluster::DbCluster;
use crate::kinds::db_instance::DbInstance;
use crate::kinds::ec2_instance::Instance;
use crate::kinds::ecs_service::Service;
use crate::kinds::ecs_task::Task;
use crate::kinds::lambda_function::Function;
use crate::kinds::log_page::Streams;
use crate::kinds::task_definition::{ContainerDefinition, TaskDefinition, revision_name};
use crate::world::{Arn, Resource, ResourceId, Scope, World};

/// Which of a thing's lines are meant.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub struct Wanted {
    /// Only of the task whose id begins so.
    pub task: Option<String>,
    /// Only of this container.
    pub container: Option<String>,
}

/// Where lines are, and what is to be said of those that are nowhere.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub struct Located {
    /// Where they are.
    pub sources: Vec<LogSource>,
    /// Why there are none, or not all.
    pub notes: Vec<String>,
}

/// AWS takes no more names of streams than this.
const NAMES: usize = 100;

/// Where the lines of one resource are.
#[must_use]
pub fn locate(world: &World, id: &ResourceId, wanted: &Wanted) -> Located {
    locate_all(world, std::slice::from_ref(id), wanted)
}

/// Where the lines of several are, each place once.
#[must_use]
pub fn locate_all(world: &World, ids: &[ResourceId], wanted: &Wanted) -> Located {
    let mut located = Located::default();
    for id in ids {
        if let Some(service) = world.get::<Service>(id) {
            of_service(world, id, service, wanted, &mut located);
        } else if let Some(task) = world.get::<Task>(id) {
            of_task(world, id, task, wanted, &mut located);
        } else if let Some(function) = world.get::<Function>(id) {
            let origin = Origin::Group { group: function.log_group.clone(), streams: Streams::All };
            located.sources.push(source(&id.scope, origin, id, &function.name, None));
        } else if let Some(database) = world.get::<DbInstance>(id) {
            of_instance(id, database, &mut located);
        } else if let Some(cluster) = world.get::<DbCluster>(id) {
            of_cluster(world, id, cluster, &mut located);
        } else if let Some(instance) = world.get::<Instance>(id) {
            let name = instance.name.as_deref().unwrap_or(&instance.id);
            located.notes.push(format!(
                "{name}: AWS does not tell where programs on an instance log; a shell can read their files"
            ));
        }
    }
    let mut known = BTreeSet::new();
    located.sources.retain(|source| known.insert((source.scope.clone(), source.origin.clone())));
    located.notes.dedup();
    if let Some(container) = &wanted.container
        && located.sources.is_empty()
        && located.notes.is_empty()
    {
        located.notes.push(format!("there is no container {container}"));
    }
    located
}

fn source(scope: &Scope, origin: Origin, owner: &ResourceId, name: &str, container: Option<&str>) -> LogSource {
    LogSource {
        scope: scope.clone(),
        origin,
        owner: owner.clone(),
        name: name.to_owned(),
        container: container.map(str::to_owned),
    }
}

fn of_service(world: &World, id: &ResourceId, service: &Service, wanted: &Wanted, into: &mut Located) {
    let mine =
        |task: &&Task| task.service() == Some(service.name.as_str()) && task.cluster.last() == service.cluster.last();
    let tasks: Vec<&Task> = world.all::<Task>(&id.scope).filter(mine).collect();
    if let Some(prefix) = &wanted.task {
        let meant: Vec<&&Task> = tasks.iter().filter(|task| task.arn.last().starts_with(prefix.as_str())).collect();
        for task in &meant {
            of_task(world, &task.id(&id.scope), task, wanted, into);
        }
        if meant.is_empty() {
            // AWS forgets tasks after an hour; their streams stay.
            revisions((world, id, service), wanted, Some(prefix), &tasks, into);
        }
        return;
    }
    revisions((world, id, service), wanted, None, &tasks, into);
}

/// The places of all revisions that a service is on.
fn revisions(
    (world, id, service): (&World, &ResourceId, &Service),
    wanted: &Wanted,
    task: Option<&str>,
    tasks: &[&Task],
    into: &mut Located,
) {
    let deployed = service.deployments.iter().map(|deployment| &deployment.task_definition);
    let arns: BTreeSet<&Arn> =
        deployed.chain([&service.task_definition]).chain(tasks.iter().map(|task| &task.task_definition)).collect();
    let mut unknown = Vec::new();
    let mut found: BTreeMap<(String, Option<String>, String), &ContainerDefinition> = BTreeMap::new();
    for arn in arns {
        let Some(definition) = world.by_key::<TaskDefinition>(&id.scope, arn.as_str()) else {
            unknown.push(revision_name(arn).to_owned());
            continue;
        };
        for container in containers(definition, wanted) {
            let key =
                (container.log_group.clone().unwrap_or_default(), container.log_prefix.clone(), container.name.clone());
            found.insert(key, container);
        }
    }
    if found.is_empty() && !unknown.is_empty() {
        into.notes.push(format!(
            "{}: the revision {} was not read, so it is not known where it logs",
            service.name,
            unknown.join(", ")
        ));
    }
    for container in found.into_values() {
        let streams = |prefix: &str| {
            let stem = format!("{prefix}/{}/", container.name);
            match task {
                Some(task) => Streams::Prefix(format!("{stem}{task}")),
                None if shared(world, id, service, container) => {
                    Streams::Names(tasks.iter().take(NAMES).map(|task| format!("{stem}{}", task.arn.last())).collect())
                }
                None => Streams::Prefix(stem),
            }
        };
        of_container(id, &service.name, container, &streams, into);
    }
}

/// Whether tasks of other services write streams that begin like those of this one.
fn shared(world: &World, id: &ResourceId, service: &Service, container: &ContainerDefinition) -> bool {
    let others = world.all::<Service>(&id.scope).filter(|other| other.arn != service.arn);
    let definitions =
        others.filter_map(|other| world.by_key::<TaskDefinition>(&id.scope, other.task_definition.as_str()));
    definitions.flat_map(|definition| &definition.containers).any(|other| {
        (&other.log_group, &other.log_prefix, &other.name)
            == (&container.log_group, &container.log_prefix, &container.name)
    })
}

fn of_task(world: &World, id: &ResourceId, task: &Task, wanted: &Wanted, into: &mut Located) {
    if wanted.task.as_ref().is_some_and(|prefix| !task.arn.last().starts_with(prefix.as_str())) {
        return;
    }
    let name = task.service().unwrap_or_else(|| task.arn.last());
    let Some(definition) = world.by_key::<TaskDefinition>(&id.scope, task.task_definition.as_str()) else {
        let revision = revision_name(&task.task_definition);
        into.notes.push(format!("{name}: the revision {revision} was not read, so it is not known where it logs"));
        return;
    };
    for container in containers(definition, wanted) {
        let streams = |prefix: &str| Streams::Names(vec![format!("{prefix}/{}/{}", container.name, task.arn.last())]);
        of_container(id, name, container, &streams, into);
    }
}

fn containers<'d>(definition: &'d TaskDefinition, wanted: &Wanted) -> impl Iterator<Item = &'d ContainerDefinition> {
    let container = wanted.container.clone();
    definition.containers.iter().filter(move |it| container.as_ref().is_none_or(|container| it.name == *container))
}

/// Where a container's lines are, by its log configuration; `streams` names them by their prefix.
fn of_container(
    id: &ResourceId,
    name: &str,
    container: &ContainerDefinition,
    streams: &dyn Fn(&str) -> Streams,
    into: &mut Located,
) {
    let said = format!("{name}, container {}", container.name);
    let option = |key: &str| container.log_options.get(key).map(String::as_str).filter(|value| !value.is_empty());
    let scope_of = |region: Option<&str>| {
        region.map_or_else(|| id.scope.clone(), |region| Scope::new(id.scope.source.clone(), region))
    };
    match container.log_driver.as_deref() {
        Some("awslogs") => match (&container.log_group, &container.log_prefix) {
            (Some(group), Some(prefix)) => {
                let origin = Origin::Group { group: group.clone(), streams: streams(prefix) };
                into.sources.push(source(&scope_of(option("awslogs-region")), origin, id, name, Some(&container.name)));
            }
            (Some(group), None) => {
                // Streams are then called by the container's id, which tells no task.
                let origin = Origin::Group { group: group.clone(), streams: Streams::All };
                into.sources.push(source(&scope_of(option("awslogs-region")), origin, id, name, Some(&container.name)));
                into.notes.push(format!(
                    "{said}: without awslogs-stream-prefix its streams tell no task: the whole group {group} is read"
                ));
            }
            (None, _) => into.notes.push(format!("{said}: its log configuration names no log group")),
        },
        Some("awsfirelens") => firelens(id, name, container, into),
        Some("none") => into.notes.push(format!("{said}: its log driver is none: what it prints is lost")),
        Some(driver) => {
            let to = ["splunk-url", "fluentd-address", "gelf-address"].iter().find_map(|key| option(key));
            let to = to.map(|to| format!(" ({to})")).unwrap_or_default();
            into.notes.push(format!("{said}: its lines go by the log driver {driver}{to}, not to CloudWatch Logs"));
        }
        None => into.notes.push(format!("{said}: it has no log configuration: what it prints is not kept by AWS")),
    }
}

/// Lines that a router takes from container to somewhere: to CloudWatch Logs they can be read, elsewhere it is said where.
fn firelens(id: &ResourceId, name: &str, container: &ContainerDefinition, into: &mut Located) {
    let said = format!("{name}, container {}", container.name);
    let option = |key: &str| container.log_options.get(key).map(String::as_str).filter(|value| !value.is_empty());
    let Some(output) = option("Name").or_else(|| option("@type")) else {
        into.notes.push(format!(
            "{said}: its lines go through FireLens; where to stands in the router's own configuration, which AWS does not tell"
        ));
        return;
    };
    if output.contains("cloudwatch") {
        if let Some(group) = option("log_group_name").filter(|group| !group.contains('$')) {
            let scope =
                option("region").map_or_else(|| id.scope.clone(), |region| Scope::new(id.scope.source.clone(), region));
            let streams = match (option("log_stream_prefix"), option("log_stream_name")) {
                (Some(prefix), _) => Streams::Prefix(format!("{prefix}{}-firelens-", container.name)),
                (None, Some(stream)) if !stream.contains('$') => Streams::Names(vec![stream.to_owned()]),
                (None, _) => Streams::All,
            };
            let origin = Origin::Group { group: group.to_owned(), streams };
            into.sources.push(source(&scope, origin, id, name, Some(&container.name)));
            return;
        }
        into.notes.push(format!("{said}: FireLens chooses its log group line by line, so it is not known"));
        return;
    }
    let to = ["delivery_stream", "stream", "bucket", "Host", "host"].iter().find_map(|key| option(key));
    let to = to.map(|to| format!(" {to}")).unwrap_or_default();
    into.notes.push(format!("{said}: FireLens sends its lines to {output}{to}, not to CloudWatch Logs"));
}

fn of_instance(id: &ResourceId, database: &DbInstance, into: &mut Located) {
    for kind in &database.log_exports {
        // Members of a cluster export by the cluster.
        let owner = match &database.cluster {
            Some(cluster) => format!("cluster/{cluster}"),
            None => format!("instance/{}", database.id),
        };
        let origin = Origin::Group { group: format!("/aws/rds/{owner}/{kind}"), streams: Streams::All };
        into.sources.push(source(&id.scope, origin, id, &database.id, None));
    }
    let origin = Origin::Files { instance: database.id.clone() };
    into.sources.push(source(&id.scope, origin, id, &database.id, None));
}

fn of_cluster(world: &World, id: &ResourceId, cluster: &DbCluster, into: &mut Located) {
    for kind in &cluster.log_exports {
        let origin = Origin::Group { group: format!("/aws/rds/cluster/{}/{kind}", cluster.id), streams: Streams::All };
        into.sources.push(source(&id.scope, origin, id, &cluster.id, None));
    }
    for member in &cluster.members {
        if let Some(database) = world.all::<DbInstance>(&id.scope).find(|database| database.id == member.id) {
            let origin = Origin::Files { instance: database.id.clone() };
            into.sources.push(source(&id.scope, origin, &database.id(&id.scope), &database.id, None));
        }
    }
}

#[cfg(test)]
mod tests;
