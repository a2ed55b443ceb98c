//! Reads this kind from AWS: states:ListStateMachines, states:ListExecutions for each standard one, and
//! states:DescribeExecution for the reason of a last execution that failed. The only file of the kind that may touch the
//! network; reading operations only. What went into an execution and came out of it is never kept.

use jiff::Timestamp;
use serde_json::{Value, json};

use super::model::{Execution, StateMachine};
use crate::aws::fields::{items, moment, text};
use crate::aws::{Paged, concurrently, named_pages};
use crate::display::Extra;
use crate::kinds::FetchContext;
use crate::kinds::shared::{Measure, courses, extra};
use crate::text::{first_line, mask_text};
use crate::world::{Arn, Fault, FaultKind, Reading};

const LIST: &str = "states:ListStateMachines";
const EXECUTIONS: &str = "states:ListExecutions";
const DESCRIBE: &str = "states:DescribeExecution";
/// How many executions are kept of each.
const KEPT: u32 = 20;

/// Reads every state machine with its latest executions.
///
/// # Errors
/// The fault of the list; a machine whose executions cannot be read keeps those it had, and that is noted once.
pub(super) async fn read(ask: FetchContext<'_>) -> Result<Reading<StateMachine>, Fault> {
    let Paged { items: machines, cut } = named_pages(LIST, None, |token| async move {
        let body = match &token {
            Some(token) => json!({ "maxResults": 100, "nextToken": token }),
            None => json!({ "maxResults": 100 }),
        };
        let answer = ask.aws.call(LIST, None, ask.aws.states.call("ListStateMachines", body)).await?.body;
        Ok((items(&answer, "stateMachines").map(machine).collect(), text(&answer, "nextToken")))
    })
    .await?;
    let read = concurrently(machines, |machine: StateMachine| async move {
        let got = match machine.kind.as_deref() {
            Some("EXPRESS") => Ok(Vec::new()),
            _ => executions(ask, &machine).await,
        };
        (machine, got)
    });
    let mut notes: Vec<Fault> = cut.into_iter().collect();
    let mut all = Vec::new();
    for (machine, got) in read.await {
        let known = ask.known.by_key::<StateMachine>(ask.scope, machine.arn.as_str());
        let executions = match got {
            Ok(executions) => executions,
            Err(fault) if fault.kind == FaultKind::Gone => continue,
            Err(fault) => {
                if !notes.iter().any(|note| note.kind == fault.kind) {
                    notes.push(fault);
                }
                known.map(|known| known.executions.clone()).unwrap_or_default()
            }
        };
        all.push(StateMachine { executions, ..machine });
    }
    Ok(Reading { notes, ..Reading::whole(all) })
}

async fn executions(ask: FetchContext<'_>, machine: &StateMachine) -> Result<Vec<Execution>, Fault> {
    let name = Some(machine.name.as_str());
    let body = json!({ "stateMachineArn": machine.arn.as_str(), "maxResults": KEPT });
    let answer = ask.aws.call(EXECUTIONS, name, ask.aws.states.call("ListExecutions", body)).await?.body;
    let mut all: Vec<Execution> = items(&answer, "executions").filter_map(execution).collect();
    all.sort_by_key(|one| std::cmp::Reverse(one.started_at));
    if let Some(last) = all.iter_mut().find(|one| one.status != "RUNNING").filter(|one| one.status == "FAILED") {
        let known = ask.known.by_key::<StateMachine>(ask.scope, machine.arn.as_str());
        let known = known.and_then(|known| known.executions.iter().find(|one| one.arn == last.arn)?.why.clone());
        last.why = match known {
            Some(why) => Some(why),
            // Its reason is worth a call, and not worth a fault.
            None => why(ask, last.arn.as_str()).await.ok().flatten(),
        };
    }
    Ok(all)
}

async fn why(ask: FetchContext<'_>, arn: &str) -> Result<Option<String>, Fault> {
    let sent = ask.aws.states.call("DescribeExecution", json!({ "executionArn": arn }));
    let answer = ask.aws.call(DESCRIBE, Some(arn), sent).await?.body;
    let told = [text(&answer, "error"), text(&answer, "cause").map(|cause| first_line(&mask_text(&cause), 160))];
    let told: Vec<String> = told.into_iter().flatten().collect();
    Ok(Some(told.join(": ")).filter(|text| !text.is_empty()))
}

fn machine(from: &Value) -> Option<StateMachine> {
    Some(StateMachine {
        arn: Arn::from(text(from, "stateMachineArn")?),
        name: text(from, "name")?,
        kind: text(from, "type"),
        created_at: moment(from, "creationDate"),
        executions: Vec::new(),
    })
}

fn execution(from: &Value) -> Option<Execution> {
    Some(Execution {
        arn: Arn::from(text(from, "executionArn")?),
        name: text(from, "name")?,
        status: text(from, "status").unwrap_or_else(|| "UNKNOWN".to_owned()),
        started_at: moment(from, "startDate"),
        stopped_at: moment(from, "stopDate"),
        why: None,
    })
}

/// Its metrics, for an open page.
///
/// # Errors
/// The fault of the one call.
pub(super) async fn look(ask: FetchContext<'_>, item: &StateMachine, now: Timestamp) -> Result<Extra, Fault> {
    let of = [("StateMachineArn", item.arn.as_str())];
    let sum = |title: &str, metric: &str| Measure {
        statistic: "Sum".to_owned(),
        ..Measure::average(title, "", "AWS/States", metric, &of)
    };
    let measures = [sum("started", "ExecutionsStarted"), sum("failed", "ExecutionsFailed")];
    extra(courses(ask.aws, &measures, now).await, Ok(Vec::new()), now)
}
