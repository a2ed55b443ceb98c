//! Reads this kind from AWS: ecs:DescribeTaskDefinition, for the revisions services are on; the newest ones of a family
//! (ecs:ListTaskDefinitions) where a part, its name, is asked for, and one revision where `family:number` is.
//! The only file of the kind that may touch the network or an SDK type; reading operations only.
//! Values of environment variables end here: only their names are kept.

use std::collections::{BTreeMap, BTreeSet, HashMap};

use aws_sdk_ecs::operation::describe_task_definition::DescribeTaskDefinitionOutput;
use aws_sdk_ecs::types::{self, TaskDefinitionField};

use super::model::{ContainerDefinition, TaskDefinition};
use super::name::revision_name;
use crate::aws::{concurrently, count, maybe, text, when};
use crate::kinds::FetchContext;
use crate::kinds::ecs_service::Service;
use crate::text::mask_text;
use crate::world::{Arn, Coverage, Fault, FaultKind, Part, Reading};

const DESCRIBE: &str = "ecs:DescribeTaskDefinition";
const LIST: &str = "ecs:ListTaskDefinitions";

/// How many revisions of a family are read.
const NEWEST: i32 = 12;

/// Reads what `ask` covers.
///
/// # Errors
/// The fault that kept everything from being read; a part's own fault stands in the reading.
pub(super) async fn read(ask: FetchContext<'_>) -> Result<Reading<TaskDefinition>, Fault> {
    if let Coverage::Parts(families) = ask.coverage {
        // Whoever tries every kind names parts of all of them.
        let families: Vec<Part> = families.iter().filter(|part| names_one(part)).cloned().collect();
        let read = concurrently(families, |family| async move {
            let got = match family.rsplit_once(':') {
                Some(_) => one(ask, &family).await,
                None => of_family(ask, &family).await,
            };
            (family, got)
        });
        return Ok(Reading::of(read.await));
    }
    let mut used: BTreeSet<Arn> = BTreeSet::new();
    for service in ask.needed::<Service>()? {
        let deployed = service.deployments.iter().map(|deployment| &deployment.task_definition);
        used.extend(deployed.chain([&service.task_definition]).filter(|arn| !arn.as_str().is_empty()).cloned());
    }
    let mut items = Vec::new();
    let mut unknown = Vec::new();
    for arn in used {
        // A registered revision never changes; only going INACTIVE is left to it.
        match ask.known.by_key::<TaskDefinition>(ask.scope, arn.as_str()) {
            Some(known) if known.status.as_deref() == Some("ACTIVE") => items.push(known.clone()),
            _ => unknown.push(arn),
        }
    }
    let mut notes = Vec::new();
    for got in concurrently(unknown, |arn| async move { describe(ask, &arn).await }).await {
        match got {
            Ok(found) => items.push(found),
            Err(fault) if fault.kind == FaultKind::Gone => {}
            Err(fault) => notes.push(fault),
        }
    }
    match notes.first() {
        Some(fault) if items.is_empty() => Err(fault.clone()),
        _ => {
            let mut reading = Reading::whole(items);
            reading.notes = notes;
            Ok(reading)
        }
    }
}

/// Whether a part is a family, or a revision of one: letters, digits, `-` and `_`, 255 at most (RegisterTaskDefinition).
fn names_one(part: &str) -> bool {
    let name = part.rsplit_once(":task-definition/").map_or(part, |(_, name)| name);
    let (family, number) = name.rsplit_once(':').unwrap_or((name, "1"));
    let fits = |text: char| text.is_ascii_alphanumeric() || matches!(text, '-' | '_');
    (1..=255).contains(&family.len()) && family.chars().all(fits) && number.parse::<u32>().is_ok()
}

/// One revision, `family:number`; what is known of an ACTIVE one stays as it is.
async fn one(ask: FetchContext<'_>, revision: &str) -> Result<Vec<TaskDefinition>, Fault> {
    let same = |one: &&TaskDefinition| revision_name(&one.arn) == revision && one.status.as_deref() == Some("ACTIVE");
    match ask.known.all::<TaskDefinition>(ask.scope).find(same) {
        Some(known) => Ok(vec![known.clone()]),
        None => Ok(vec![describe(ask, &Arn::from(revision)).await?]),
    }
}

/// The newest ACTIVE revisions of one family.
async fn of_family(ask: FetchContext<'_>, family: &str) -> Result<Vec<TaskDefinition>, Fault> {
    let request = ask.aws.ecs.list_task_definitions().family_prefix(family).sort(types::SortOrder::Desc);
    let listed = ask.aws.call(LIST, Some(family), request.max_results(NEWEST).send()).await?;
    // The prefix is of whole families only by AWS's word.
    let mine = |arn: &Arn| revision_name(arn).rsplit_once(':').is_some_and(|(name, _)| name == family);
    let arns = listed.task_definition_arns().iter().map(|arn| Arn::from(arn.as_str())).filter(mine).collect();
    let described = concurrently(arns, |arn| async move { describe(ask, &arn).await }).await;
    described.into_iter().collect()
}

async fn describe(ask: FetchContext<'_>, arn: &Arn) -> Result<TaskDefinition, Fault> {
    let request =
        ask.aws.ecs.describe_task_definition().task_definition(arn.as_str()).include(TaskDefinitionField::Tags);
    let answer = ask.aws.call(DESCRIBE, Some(arn.as_str()), request.send()).await?;
    let nameless = || Fault::new(FaultKind::Garbled, DESCRIBE, "the answer names no task definition").on(arn.as_str());
    definition(&answer).ok_or_else(nameless)
}

fn definition(answer: &DescribeTaskDefinitionOutput) -> Option<TaskDefinition> {
    let from = answer.task_definition()?;
    let arn = Arn::from(text(from.task_definition_arn())?);
    Some(TaskDefinition {
        family: text(from.family()).unwrap_or_else(|| arn.last().to_owned()),
        arn,
        revision: from.revision(),
        status: from.status().map(|status| status.as_str().to_owned()),
        containers: from.container_definitions().iter().map(container).collect(),
        cpu: text(from.cpu()),
        memory: text(from.memory()),
        task_role: from.task_role_arn().filter(|arn| !arn.is_empty()).map(Arn::from),
        execution_role: from.execution_role_arn().filter(|arn| !arn.is_empty()).map(Arn::from),
        network_mode: from.network_mode().map(|mode| mode.as_str().to_owned()),
        architecture: from
            .runtime_platform()
            .and_then(|platform| platform.cpu_architecture())
            .map(|architecture| architecture.as_str().to_owned()),
        registered_at: when(from.registered_at()),
        registered_by: from.registered_by().filter(|arn| !arn.is_empty()).map(Arn::from),
        tags: answer.tags().iter().filter_map(|tag| Some((text(tag.key())?, tag.value()?.to_owned()))).collect(),
    })
}

/// Options of log drivers that tell where lines go. All others stay out: drivers take tokens and headers as options too.
const LOG_OPTIONS: [&str; 16] = [
    "awslogs-region",
    "mode",
    "Name",
    "@type",
    "region",
    "log_group_name",
    "log_stream_prefix",
    "log_stream_name",
    "delivery_stream",
    "stream",
    "bucket",
    "Host",
    "host",
    "splunk-url",
    "fluentd-address",
    "gelf-address",
];

fn log_options(from: &HashMap<String, String>) -> BTreeMap<String, String> {
    let telling = from.iter().filter(|(name, _)| LOG_OPTIONS.contains(&name.as_str()));
    telling.map(|(name, value)| (name.clone(), mask_text(value).into_owned())).collect()
}

fn container(from: &types::ContainerDefinition) -> ContainerDefinition {
    let log = from.log_configuration();
    let option =
        |name: &str| log.and_then(|log| log.options()).and_then(|options| text(options.get(name).map(String::as_str)));
    ContainerDefinition {
        name: from.name().unwrap_or_default().to_owned(),
        image: text(from.image()),
        essential: from.essential().unwrap_or(true),
        ports: from.port_mappings().iter().filter_map(types::PortMapping::container_port).map(count).collect(),
        environment: from.environment().iter().filter_map(|pair| text(pair.name())).collect(),
        secrets: from.secrets().iter().map(|secret| secret.name().to_owned()).collect(),
        log_group: option("awslogs-group"),
        log_prefix: option("awslogs-stream-prefix"),
        log_driver: log.map(|log| log.log_driver().as_str().to_owned()),
        log_options: log.and_then(types::LogConfiguration::options).map(log_options).unwrap_or_default(),
        firelens: from.firelens_configuration().map(|router| router.r#type().as_str().to_owned()),
        health_command: from.health_check().map(|check| check.command().to_vec()).unwrap_or_default(),
        memory: maybe(from.memory()),
    }
}

#[cfg(test)]
mod tests;
