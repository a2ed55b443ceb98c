//! Reads this kind from AWS: batch:DescribeJobDefinitions, where there is a queue to submit to. The only file of the kind
//! that may touch the network; reading operations only. Values of environment variables are dropped here.

use std::collections::BTreeMap;

use serde_json::{Value, json};

use super::model::BatchDefinition;
use crate::aws::fields::{items, number, text};
use crate::aws::{Paged, Rest, named_pages};
use crate::kinds::FetchContext;
use crate::kinds::batch_queue::BatchQueue;
use crate::world::{Arn, Fault, Reading};

const DEFINITIONS: &str = "batch:DescribeJobDefinitions";
/// Where Batch logs unless told otherwise.
const LOGS: &str = "/aws/batch/job";

/// Reads the newest active revision of every definition; nothing where there is no queue.
///
/// # Errors
/// The fault of the list.
pub(super) async fn read(ask: FetchContext<'_>) -> Result<Reading<BatchDefinition>, Fault> {
    if ask.needed::<BatchQueue>()?.is_empty() {
        return Ok(Reading::whole(Vec::new()));
    }
    let Paged { items: all, cut } = named_pages(DEFINITIONS, None, |token| async move {
        let body = match &token {
            Some(token) => json!({ "status": "ACTIVE", "maxResults": 100, "nextToken": token }),
            None => json!({ "status": "ACTIVE", "maxResults": 100 }),
        };
        let sent = ask.aws.batch.call("DescribeJobDefinitions", Rest::post(&["describejobdefinitions"], body));
        let answer = ask.aws.call(DEFINITIONS, None, sent).await?.body;
        Ok((items(&answer, "jobDefinitions").map(definition).collect(), text(&answer, "nextToken")))
    })
    .await?;
    let mut newest: BTreeMap<String, BatchDefinition> = BTreeMap::new();
    for one in all {
        match newest.get(&one.name) {
            Some(known) if known.revision >= one.revision => {}
            _ => drop(newest.insert(one.name.clone(), one)),
        }
    }
    Ok(Reading { notes: cut.into_iter().collect(), ..Reading::whole(newest.into_values().collect()) })
}

fn definition(from: &Value) -> Option<BatchDefinition> {
    // A definition for Fargate has one container, here or inside a task.
    let task = from.pointer("/ecsProperties/taskProperties/0/containers/0");
    let container = from.get("containerProperties").or(task);
    let logging = container.and_then(|it| it.get("logConfiguration"));
    let is_awslogs = logging.is_none_or(|it| text(it, "logDriver").is_none_or(|driver| driver == "awslogs"));
    let group = logging.and_then(|it| it.pointer("/options/awslogs-group")).and_then(Value::as_str);
    let names = from.get("parameters").and_then(Value::as_object).into_iter().flatten().map(|(name, _)| name.clone());
    let variables = container.into_iter().flat_map(|it| items(it, "environment")).filter_map(|it| text(it, "name"));
    Some(BatchDefinition {
        arn: Arn::from(text(from, "jobDefinitionArn")?),
        name: text(from, "jobDefinitionName")?,
        revision: number(from, "revision").unwrap_or_default(),
        timeout: from
            .get("timeout")
            .and_then(|it| number(it, "attemptDurationSeconds"))
            .and_then(|it| u32::try_from(it).ok()),
        parameters: names.collect(),
        variables: variables.collect(),
        image: container.and_then(|it| text(it, "image")),
        log_group: is_awslogs.then(|| group.unwrap_or(LOGS).to_owned()),
        tags: crate::kinds::batch_queue::tags(from),
    })
}
