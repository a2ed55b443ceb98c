//! Two revisions or deployments of a service side by side: images by digest, sizes, ports, checks, names of variables, who
//! and when. What a plan, a page and a command tell of them comes from here. Values of variables are not known here, and
//! never told. Pure: no clock, no drawing.

use std::collections::BTreeSet;

use jiff::Timestamp;

use super::delivery::{RecordState, state_of};
use super::model::Service;
use crate::change::plan::Difference;
use crate::kinds::service_deployment::ServiceDeployment;
use crate::kinds::task_definition::{ContainerDefinition, TaskDefinition, image_name, revision_name, revision_number};
use crate::text::mask_text;
use crate::world::{Arn, Resource, Scope, World};

/// One of the two: a deployment, or a revision that may never have been deployed.
#[derive(Clone, Copy, PartialEq, Debug)]
pub struct Side<'a> {
    /// Its revision.
    pub revision: &'a Arn,
    /// What that defines, as far as it was read.
    pub definition: Option<&'a TaskDefinition>,
    /// The deployment, where one is meant or known.
    pub record: Option<&'a ServiceDeployment>,
}

/// What differs, and what could not be compared.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub struct Comparison {
    /// What differs, from the first to the second.
    pub differences: Vec<Difference>,
    /// What a reader should know of what is not told, in sentences.
    pub notes: Vec<String>,
}

/// The deployments of a service that were read, newest first.
#[must_use]
pub fn deployments<'a>(service: &Service, world: &'a World, scope: &Scope) -> Vec<&'a ServiceDeployment> {
    let mut all: Vec<&ServiceDeployment> =
        world.all::<ServiceDeployment>(scope).filter(|one| one.service == service.arn).collect();
    all.sort_by_key(|one| std::cmp::Reverse(one.created_at));
    all.dedup_by_key(|one| &one.arn);
    all
}

impl<'a> Side<'a> {
    /// A deployment; `None` where it is not known which revision it targets.
    #[must_use]
    pub fn of_record(record: &'a ServiceDeployment, world: &'a World, scope: &Scope) -> Option<Self> {
        let revision = record.task_definition.as_ref()?;
        Some(Self { revision, definition: defined(revision, world, scope), record: Some(record) })
    }

    /// A revision, with the newest deployment of it that is known.
    #[must_use]
    pub fn of_revision(revision: &'a Arn, service: &Service, world: &'a World, scope: &Scope) -> Self {
        let records = deployments(service, world, scope);
        let same = |one: &&ServiceDeployment| {
            one.task_definition.as_ref().is_some_and(|arn| revision_name(arn) == revision_name(revision))
        };
        Self { revision, definition: defined(revision, world, scope), record: records.into_iter().find(same) }
    }

    /// What runs: the newest deployment that was successful, or the revision the service is on.
    #[must_use]
    pub fn running(service: &'a Service, world: &'a World, scope: &Scope) -> Self {
        let records = deployments(service, world, scope);
        let done = records.into_iter().find(|one| state_of(one) == RecordState::Successful);
        done.and_then(|record| Self::of_record(record, world, scope))
            .unwrap_or_else(|| Self::of_revision(&service.task_definition, service, world, scope))
    }

    /// What `typed` names: a revision's number, `family:number`, or the id of a deployment.
    ///
    /// # Errors
    /// A sentence with what would do.
    pub fn named(typed: &str, service: &'a Service, world: &'a World, scope: &Scope) -> Result<Self, String> {
        let records = deployments(service, world, scope);
        let by_id = |one: &&&ServiceDeployment| !typed.is_empty() && one.arn.last() == typed;
        if let Some(record) = records.iter().find(by_id) {
            let unknown = || format!("which revision the deployment {typed} targets is not known");
            return Self::of_record(record, world, scope).ok_or_else(unknown);
        }
        let known = world.all::<TaskDefinition>(scope).map(|one| &one.arn);
        let deployed = records.iter().filter_map(|one| one.task_definition.as_ref());
        let family = family(&service.task_definition);
        let mine = |arn: &&Arn| {
            revision_name(arn) == typed || (self::family(arn) == family && revision_number(arn) == Some(typed))
        };
        match std::iter::once(&service.task_definition).chain(deployed).chain(known).find(mine) {
            Some(revision) => Ok(Self::of_revision(revision, service, world, scope)),
            None => Err(format!(
                "{typed:?} is no revision and no deployment of {} that is known; name a revision by its number or a \
                 deployment by its id",
                service.name
            )),
        }
    }

    /// When it was deployed, else registered.
    #[must_use]
    pub fn at(&self) -> Option<Timestamp> {
        let registered = self.definition.and_then(|definition| definition.registered_at);
        self.record.and_then(|record| record.created_at).or(registered)
    }

    /// The image of a container, with its digest where a deployment resolved it.
    fn image(&self, container: &str) -> (Option<String>, Option<&'a str>) {
        let held = self.record.and_then(|record| record.images.iter().find(|one| one.container == container));
        let defined = self.definition.and_then(|it| it.containers.iter().find(|one| one.name == container));
        let name = held.map(|one| one.image.as_str()).or_else(|| defined.and_then(|one| one.image.as_deref()));
        (name.map(|name| image_name(name).to_owned()), held.and_then(|one| one.digest.as_deref()))
    }

    /// The names of its containers.
    fn containers(&self) -> BTreeSet<&'a str> {
        let defined = self.definition.into_iter().flat_map(|it| &it.containers).map(|one| one.name.as_str());
        defined.chain(self.record.into_iter().flat_map(|it| &it.images).map(|one| one.container.as_str())).collect()
    }
}

/// `family` of a revision.
#[must_use]
pub fn family(revision: &Arn) -> &str {
    revision_name(revision).rsplit_once(':').map_or("", |(family, _)| family)
}

fn defined<'a>(revision: &Arn, world: &'a World, scope: &Scope) -> Option<&'a TaskDefinition> {
    let exact = world.by_key::<TaskDefinition>(scope, revision.as_str());
    // Some answers name a revision without its ARN.
    exact.or_else(|| world.all::<TaskDefinition>(scope).find(|one| revision_name(&one.arn) == revision_name(revision)))
}

/// `sha256:0123456789ab`.
#[must_use]
pub fn short_digest(digest: &str) -> String {
    let (kind, digits) = digest.split_once(':').unwrap_or(("", digest));
    format!("{kind}:{}", digits.chars().take(12).collect::<String>())
}

/// What differs from `old` to `new`.
#[must_use]
pub fn compare(old: Side<'_>, new: Side<'_>) -> Comparison {
    let mut all = Comparison::default();
    for container in old.containers().union(&new.containers()) {
        let ((from, from_digest), (to, to_digest)) = (old.image(container), new.image(container));
        let with = |name: Option<String>, digest: Option<&str>| {
            name.map(|name| digest.map_or_else(|| name.clone(), |it| format!("{name} {}", short_digest(it))))
        };
        let same = match (from_digest, to_digest) {
            (Some(from_digest), Some(to_digest)) => from == to && from_digest == to_digest,
            _ => from == to,
        };
        if !same {
            let (from, to) = (with(from, from_digest), with(to, to_digest));
            all.differences.push(Difference { what: format!("image of {container}"), from, to });
        } else if from.is_some() && (from_digest.is_none() || to_digest.is_none()) {
            all.notes.push(format!("images of {container} are compared by name: a digest is not known of both"));
        }
    }
    match (old.definition, new.definition) {
        (Some(old), Some(new)) => {
            let image = |one: &Difference| one.what.starts_with("image of ");
            all.differences.extend(differences(old, new).into_iter().filter(|one| !image(one)));
            all.notes.push("values of variables are never read: one with another value only is not told".to_owned());
        }
        (first, _) => {
            let unread = revision_name(if first.is_none() { old.revision } else { new.revision });
            all.notes.push(format!("what {unread} defines could not be read; only what was deployed is compared"));
        }
    }
    if let (Some(old), Some(new)) = (old.record, new.record) {
        let strategy = |one: &ServiceDeployment| one.progress.settings.strategy.clone();
        let (from, to) = (strategy(old), strategy(new));
        if from != to {
            all.differences.push(Difference { what: "strategy".to_owned(), from, to });
        }
    }
    all
}

/// What differs between two revisions, as far as it is known here. Of variables only the names are.
#[must_use]
pub fn differences(old: &TaskDefinition, new: &TaskDefinition) -> Vec<Difference> {
    let mut all = Vec::new();
    let mut differ = |what: String, from: Option<String>, to: Option<String>| {
        if from != to {
            all.push(Difference { what, from, to });
        }
    };
    let names: BTreeSet<&str> = old.containers.iter().chain(&new.containers).map(|one| one.name.as_str()).collect();
    for name in names {
        let of = |all: &TaskDefinition| all.containers.iter().find(|one| one.name == name).cloned();
        let (old, new) = (of(old), of(new));
        let both = |take: fn(&ContainerDefinition) -> Option<String>| {
            (old.as_ref().and_then(take), new.as_ref().and_then(take))
        };
        let mut put =
            |what: &str, (from, to): (Option<String>, Option<String>)| differ(format!("{what} of {name}"), from, to);
        put("image", both(|one| one.image.clone()));
        let listed = |take: fn(&ContainerDefinition) -> &[String]| {
            only(old.as_ref().map(take).unwrap_or_default(), new.as_ref().map(take).unwrap_or_default())
        };
        put("variables", listed(|one| &one.environment));
        put("secrets", listed(|one| &one.secrets));
        put("ports", both(|one| joined(&one.ports.iter().map(u32::to_string).collect::<Vec<_>>())));
        put("memory", both(|one| one.memory.map(|memory| format!("{memory} MiB"))));
        put("health check", both(|one| joined(&one.health_command).map(|text| mask_text(&text).into_owned())));
        put("log group", both(|one| one.log_group.clone()));
        put("essential", both(|one| Some(if one.essential { "yes" } else { "no" }.to_owned())));
    }
    let role = |role: &Option<Arn>| role.as_ref().map(|arn| arn.last().to_owned());
    differ("CPU".to_owned(), old.cpu.clone(), new.cpu.clone());
    differ("memory".to_owned(), old.memory.clone(), new.memory.clone());
    differ("task role".to_owned(), role(&old.task_role), role(&new.task_role));
    differ("execution role".to_owned(), role(&old.execution_role), role(&new.execution_role));
    differ("network mode".to_owned(), old.network_mode.clone(), new.network_mode.clone());
    differ("architecture".to_owned(), old.architecture.clone(), new.architecture.clone());
    all
}

/// The names that only one of the two lists has: what goes, and what comes.
fn only(old: &[String], new: &[String]) -> (Option<String>, Option<String>) {
    let without = |some: &[String], others: &[String]| {
        joined(&some.iter().filter(|name| !others.contains(name)).cloned().collect::<Vec<_>>())
    };
    (without(old, new), without(new, old))
}

fn joined(all: &[String]) -> Option<String> {
    (!all.is_empty()).then(|| all.join(" "))
}

/// Which parts of [`TaskDefinition`] have to be read to know what these revisions define.
#[must_use]
pub fn unread<'a>(revisions: impl IntoIterator<Item = &'a Arn>, world: &World, scope: &Scope) -> Vec<String> {
    let missing = revisions.into_iter().filter(|revision| defined(revision, world, scope).is_none());
    let mut parts: Vec<String> = missing.map(|revision| revision_name(revision).to_owned()).collect();
    parts.sort();
    parts.dedup();
    parts
}

/// The id of a deployment, as it is typed.
#[must_use]
pub fn deployment_id(record: &ServiceDeployment) -> &str {
    record.key().rsplit('/').next().unwrap_or_else(|| record.key())
}

#[cfg(test)]
mod tests;
