//! Reads this kind from AWS: ssm:DescribeAutomationExecutions for each document that is called, and
//! ssm:GetAutomationExecution for what a run was called with, which the list does not tell; a run that is over is
//! asked about once. The only file of the kind that may touch the network; reading operations only.

use std::collections::{BTreeMap, BTreeSet};

use aws_sdk_ssm::types;

use super::model::Run;
use crate::aws::{concurrently, named, text, when};
use crate::kinds::FetchContext;
use crate::kinds::event_rule::Rule;
use crate::kinds::external_schedule::ForeignSchedule;
use crate::schedule::stored::target_effect::{Effect, Target};
use crate::world::{Coverage, Fault, Part, Reading, Resource};

const LIST: &str = "ssm:DescribeAutomationExecutions";
const GET: &str = "ssm:GetAutomationExecution";
/// How many runs of a document are kept, the latest: AWS lists those first, and one page is all that is read.
const MOST: i32 = 25;

/// Reads the latest runs of each document that rules and schedules call (a part is a document's name).
///
/// # Errors
/// None of its own: a part's fault stands in the reading.
pub(super) async fn read(ask: FetchContext<'_>) -> Result<Reading<Run>, Fault> {
    let rules = ask.known.all::<Rule>(ask.scope).flat_map(|rule| &rule.targets);
    let schedules = ask.known.all::<ForeignSchedule>(ask.scope).map(|schedule| &schedule.target);
    let documents: BTreeSet<Part> = rules.chain(schedules).filter_map(document).collect();
    let read = concurrently(documents.into_iter().collect(), |document: Part| async move {
        let (got, note) = match runs(ask, &document).await {
            Ok((runs, note)) => (Ok(runs), note),
            Err(fault) => (Err(fault), None),
        };
        (document, got, note)
    });
    let mut reading = Reading::of(Vec::new());
    let wanted = |part: &str| matches!(ask.coverage, Coverage::Parts(parts) if parts.contains(part));
    let all = *ask.coverage == Coverage::All;
    for (document, got, note) in read.await {
        // A probe names parts of every kind and none of these: what it tried is in its record.
        if all || wanted(&document) {
            reading.parts.push((document, got));
        }
        if let Some(note) = note.filter(|note| !reading.notes.iter().any(|known| known.kind == note.kind)) {
            reading.notes.push(note);
        }
    }
    Ok(reading)
}

/// The document a target calls to stop or start something.
fn document(target: &Target) -> Option<Part> {
    match target.does() {
        Effect::Power { by: Some(document), .. } => Some(Part::from(document)),
        Effect::Power { .. } | Effect::Work(_) | Effect::Else => None,
    }
}

async fn runs(ask: FetchContext<'_>, document: &str) -> Result<(Vec<Run>, Option<Fault>), Fault> {
    let filter = types::AutomationExecutionFilter::builder()
        .key(types::AutomationExecutionFilterKey::DocumentNamePrefix)
        .values(document)
        .build()
        .map_err(|why| Fault::new(crate::world::FaultKind::Refused, LIST, why.to_string()).on(document))?;
    let request = ask.aws.ssm.describe_automation_executions().filters(filter).max_results(MOST);
    let answer = ask.aws.call(LIST, Some(document), request.send()).await?;
    let listed = answer.automation_execution_metadata_list().iter().map(run);
    let (mut listed, mut note) = named(LIST, Some(document), listed);
    // The filter is a prefix: AWS-StopEC2Instance begins others.
    listed.retain(|run| run.document == document);
    let read = concurrently(listed, |run: Run| async move {
        let known = ask.known.by_key::<Run>(ask.scope, run.key()).and_then(|known| known.parameters.clone());
        match known {
            Some(parameters) => (Run { parameters: Some(parameters), ..run }, None),
            None => match parameters(ask, &run.id).await {
                Ok(parameters) => (Run { parameters: Some(parameters), ..run }, None),
                Err(fault) => (run, Some(fault)),
            },
        }
    });
    let mut all = Vec::new();
    for (run, fault) in read.await {
        all.push(run);
        note = note.or(fault);
    }
    Ok((all, note))
}

async fn parameters(ask: FetchContext<'_>, id: &str) -> Result<BTreeMap<String, Vec<String>>, Fault> {
    let request = ask.aws.ssm.get_automation_execution().automation_execution_id(id);
    let answer = ask.aws.call(GET, Some(id), request.send()).await?;
    let run = answer.automation_execution();
    Ok(run
        .and_then(|run| run.parameters())
        .into_iter()
        .flatten()
        .map(|(key, all)| (key.clone(), all.clone()))
        .collect())
}

fn run(from: &types::AutomationExecutionMetadata) -> Option<Run> {
    Some(Run {
        id: text(from.automation_execution_id())?,
        document: text(from.document_name())?,
        status: from.automation_execution_status().map_or("", |status| status.as_str()).to_owned(),
        started_at: when(from.execution_start_time()),
        ended_at: when(from.execution_end_time()),
        failure: text(from.failure_message()),
        parameters: None,
    })
}
