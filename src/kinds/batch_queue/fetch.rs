//! Reads this kind from AWS: batch:DescribeJobQueues, batch:DescribeComputeEnvironments and, for each queue, batch:ListJobs
//! with a filter by time, which alone lists jobs of every status. The only file of the kind that may touch the network;
//! reading operations only.

use jiff::{SignedDuration, Timestamp};
use serde_json::{Value, json};

use super::model::{BatchJob, BatchQueue, ComputeEnvironment};
use crate::aws::fields::{items, moment, number, text};
use crate::aws::{Paged, Rest, concurrently, named_pages};
use crate::kinds::FetchContext;
use crate::world::{Arn, Fault, Reading};

const QUEUES: &str = "batch:DescribeJobQueues";
const ENVIRONMENTS: &str = "batch:DescribeComputeEnvironments";
const JOBS: &str = "batch:ListJobs";
/// How far back jobs are asked for. Batch keeps those that ended for a week at least.
const BACK: SignedDuration = SignedDuration::from_hours(24 * 7);

/// Reads every queue with its jobs.
///
/// # Errors
/// The fault of the list of queues; what else cannot be read is noted, and the queue keeps the jobs it had.
pub(super) async fn read(ask: FetchContext<'_>) -> Result<Reading<BatchQueue>, Fault> {
    let Paged { items: queues, cut } = named_pages(QUEUES, None, |token| async move {
        let answer = post(ask, QUEUES, "describejobqueues", json!({ "maxResults": 100, "nextToken": token })).await?;
        Ok((items(&answer, "jobQueues").map(queue).collect(), text(&answer, "nextToken")))
    })
    .await?;
    let mut notes: Vec<Fault> = cut.into_iter().collect();
    if queues.is_empty() {
        return Ok(Reading { notes, ..Reading::whole(Vec::new()) });
    }
    let environments = match environments(ask).await {
        Ok(Paged { items, cut }) => {
            notes.extend(cut);
            items
        }
        Err(fault) => {
            notes.push(fault);
            Vec::new()
        }
    };
    let read = concurrently(queues, |queue: BatchQueue| async move {
        let got = jobs(ask, queue.arn.as_str()).await;
        (queue, got)
    });
    let mut all = Vec::new();
    for (mut queue, got) in read.await {
        for place in &mut queue.environments {
            if let Some(known) = environments.iter().find(|known| known.arn == place.arn) {
                *place = known.clone();
            }
        }
        match got {
            Ok((jobs, more)) => (queue.jobs, queue.more) = (jobs, more),
            Err(fault) => {
                if let Some(known) = ask.known.by_key::<BatchQueue>(ask.scope, queue.arn.as_str()) {
                    (queue.jobs, queue.more) = (known.jobs.clone(), known.more);
                }
                if !notes.iter().any(|note| note.kind == fault.kind && note.operation == fault.operation) {
                    notes.push(fault);
                }
            }
        }
        all.push(queue);
    }
    Ok(Reading { notes, ..Reading::whole(all) })
}

async fn post(ask: FetchContext<'_>, operation: &str, path: &str, mut body: Value) -> Result<Value, Fault> {
    if let Some(fields) = body.as_object_mut() {
        fields.retain(|_, value| !value.is_null());
    }
    let action = operation.split(':').next_back().unwrap_or(operation);
    let path = [path];
    Ok(ask.aws.call(operation, None, ask.aws.batch.call(action, Rest::post(&path, body))).await?.body)
}

async fn environments(ask: FetchContext<'_>) -> Result<Paged<ComputeEnvironment>, Fault> {
    named_pages(ENVIRONMENTS, None, |token| async move {
        let body = json!({ "maxResults": 100, "nextToken": token });
        let answer = post(ask, ENVIRONMENTS, "describecomputeenvironments", body).await?;
        Ok((items(&answer, "computeEnvironments").map(environment).collect(), text(&answer, "nextToken")))
    })
    .await
}

/// The newest hundred jobs of a queue, and whether there are more.
async fn jobs(ask: FetchContext<'_>, queue: &str) -> Result<(Vec<BatchJob>, bool), Fault> {
    let since = Timestamp::now().checked_sub(BACK).unwrap_or_default().as_millisecond();
    let filters = json!([{ "name": "AFTER_CREATED_AT", "values": [since.to_string()] }]);
    let body = json!({ "jobQueue": queue, "filters": filters, "maxResults": 100 });
    let answer = post(ask, JOBS, "listjobs", body).await.map_err(|fault| fault.on(queue))?;
    let mut jobs: Vec<BatchJob> = items(&answer, "jobSummaryList").filter_map(job).collect();
    jobs.sort_by_key(|job| std::cmp::Reverse(job.created_at));
    Ok((jobs, text(&answer, "nextToken").is_some()))
}

fn queue(from: &Value) -> Option<BatchQueue> {
    let mut order: Vec<(u64, ComputeEnvironment)> = items(from, "computeEnvironmentOrder")
        .filter_map(|it| {
            let arn = Arn::from(text(it, "computeEnvironment")?);
            let unread =
                ComputeEnvironment { arn, kind: None, state: None, status: None, reason: None, most_vcpus: None };
            Some((number(it, "order").unwrap_or_default(), unread))
        })
        .collect();
    order.sort_by_key(|(at, _)| *at);
    Some(BatchQueue {
        arn: Arn::from(text(from, "jobQueueArn")?),
        name: text(from, "jobQueueName")?,
        state: text(from, "state"),
        status: text(from, "status"),
        reason: text(from, "statusReason"),
        environments: order.into_iter().map(|(_, place)| place).collect(),
        jobs: Vec::new(),
        more: false,
        tags: tags(from),
    })
}

/// The tags that an answer of Batch carries.
pub(in crate::kinds) fn tags(from: &Value) -> std::collections::BTreeMap<String, String> {
    let all = from.get("tags").and_then(Value::as_object).into_iter().flatten();
    all.filter_map(|(key, value)| Some((key.clone(), value.as_str()?.to_owned()))).collect()
}

fn environment(from: &Value) -> Option<ComputeEnvironment> {
    let resources = from.get("computeResources");
    Some(ComputeEnvironment {
        arn: Arn::from(text(from, "computeEnvironmentArn")?),
        kind: resources.and_then(|it| text(it, "type")),
        state: text(from, "state"),
        status: text(from, "status"),
        reason: text(from, "statusReason"),
        most_vcpus: resources.and_then(|it| number(it, "maxvCpus")),
    })
}

fn job(from: &Value) -> Option<BatchJob> {
    let container = from.get("container");
    Some(BatchJob {
        id: text(from, "jobId")?,
        name: text(from, "jobName").unwrap_or_default(),
        definition: text(from, "jobDefinition"),
        status: text(from, "status").unwrap_or_else(|| "UNKNOWN".to_owned()),
        reason: text(from, "statusReason"),
        created_at: moment(from, "createdAt"),
        started_at: moment(from, "startedAt"),
        stopped_at: moment(from, "stoppedAt"),
        exit_code: container.and_then(|it| it.get("exitCode")).and_then(Value::as_i64),
        container_reason: container.and_then(|it| text(it, "reason")),
    })
}
