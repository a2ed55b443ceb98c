//! Reads this kind from AWS: lambda:ListFunctions, and lambda:GetFunctionConfiguration for the state, which the list
//! does not tell. The only file of the kind that may touch the network to read; reading operations only. What the
//! answers say of environment variables is dropped here.

use jiff::Timestamp;
use serde_json::Value;

use super::model::Function;
use crate::aws::{Paged, Rest, concurrently, named_pages};
use crate::display::Extra;
use crate::kinds::FetchContext;
use crate::kinds::shared::{Measure, courses, extra};
use crate::world::{Arn, Coverage, Fault, FaultKind, Part, Reading, Resource};

const LIST: &str = "lambda:ListFunctions";
const GET: &str = "lambda:GetFunctionConfiguration";

/// Reads what `ask` covers, function by function (a part is a function's ARN).
///
/// # Errors
/// The fault that kept everything from being read; a part's own fault stands in the reading.
pub(super) async fn read(ask: FetchContext<'_>) -> Result<Reading<Function>, Fault> {
    let (listed, cut) = match ask.coverage {
        Coverage::All => {
            let Paged { items, cut } = list(ask).await?;
            (items, cut)
        }
        Coverage::Parts(parts) => {
            let functions = parts.iter().filter(|part| Function::is_arn(part)).cloned().collect();
            let read = concurrently(functions, |part: Part| async move {
                let got = match one(ask, &part).await {
                    Err(fault) if fault.kind == FaultKind::Gone => Ok(Vec::new()),
                    got => got.map(|function| vec![function]),
                };
                (part, got)
            });
            return Ok(Reading::of(read.await));
        }
    };
    let read = concurrently(listed, |function: Function| async move {
        let part = Part::from(function.arn.as_str());
        let known = ask.known.by_key::<Function>(ask.scope, function.key());
        // What did not move since it was last seen at rest is at rest.
        if let Some(known) = known.filter(|known| known.is_settled() && known.revision == function.revision) {
            return (part, Ok(vec![known.clone()]), None);
        }
        match one(ask, &part).await {
            Ok(full) => (part, Ok(vec![full]), None),
            Err(fault) if fault.kind == FaultKind::Gone => (part, Ok(Vec::new()), None),
            // The list alone is worth showing.
            Err(fault) => (part, Ok(vec![function]), Some(fault)),
        }
    });
    let mut reading = Reading::of(Vec::new());
    reading.notes.extend(cut);
    for (part, got, note) in read.await {
        reading.parts.push((part, got));
        // One sentence says it for all of them.
        if let Some(note) = note.filter(|note| !reading.notes.iter().any(|known| known.kind == note.kind)) {
            reading.notes.push(note);
        }
    }
    Ok(reading)
}

async fn list(ask: FetchContext<'_>) -> Result<Paged<Function>, Fault> {
    named_pages(LIST, None, |token| async move {
        let query = [("MaxItems", Some("50")), ("Marker", token.as_deref())];
        let answer = ask.aws.call(LIST, None, ask.aws.lambda.call("ListFunctions", Rest::get(&["functions"], &query)));
        let answer = answer.await?.body;
        let functions = answer.get("Functions").and_then(Value::as_array).into_iter().flatten();
        Ok((functions.map(function).collect(), text(&answer, "NextMarker")))
    })
    .await
}

async fn one(ask: FetchContext<'_>, arn: &str) -> Result<Function, Fault> {
    let name = arn.rsplit(':').next().unwrap_or(arn);
    let path = ["functions", name, "configuration"];
    let sent = ask.aws.lambda.call("GetFunctionConfiguration", Rest::get(&path, &[]));
    let answer = ask.aws.call(GET, Some(name), sent).await?.body;
    function(&answer).ok_or_else(|| Fault::new(FaultKind::Garbled, GET, "the answer names no function").on(name))
}

fn text(from: &Value, name: &str) -> Option<String> {
    from.get(name)?.as_str().filter(|text| !text.is_empty()).map(str::to_owned)
}

fn function(from: &Value) -> Option<Function> {
    let count = |name: &str| from.get(name).and_then(Value::as_u64).and_then(|count| u32::try_from(count).ok());
    let name = text(from, "FunctionName")?;
    let arn = text(from, "FunctionArn")?;
    // An answer about a version or an alias carries it behind the name.
    let plain = arn.split(':').take(7).collect::<Vec<_>>().join(":");
    let changed =
        text(from, "LastModified").and_then(|at| at.parse().ok().or_else(|| at.replace("+0000", "Z").parse().ok()));
    Some(Function {
        about: text(from, "Description"),
        package: text(from, "PackageType"),
        runtime: text(from, "Runtime"),
        memory: count("MemorySize"),
        timeout: count("Timeout"),
        architecture: from.pointer("/Architectures/0").and_then(Value::as_str).map(str::to_owned),
        vpc: from.get("VpcConfig").and_then(|vpc| text(vpc, "VpcId")),
        log_group: from
            .get("LoggingConfig")
            .and_then(|logging| text(logging, "LogGroup"))
            .unwrap_or_else(|| format!("/aws/lambda/{name}")),
        changed_at: changed,
        code: text(from, "CodeSha256"),
        revision: text(from, "RevisionId"),
        state: text(from, "State"),
        state_reason: (text(from, "StateReasonCode"), text(from, "StateReason")),
        update: text(from, "LastUpdateStatus"),
        update_reason: (text(from, "LastUpdateStatusReasonCode"), text(from, "LastUpdateStatusReason")),
        arn: Arn::from(plain),
        name,
    })
}

/// Its metrics, for an open page.
///
/// # Errors
/// The fault of the one call.
pub(super) async fn look(ask: FetchContext<'_>, item: &Function, now: Timestamp) -> Result<Extra, Fault> {
    let of = [("FunctionName", item.name.as_str())];
    let sum = |title: &str, metric: &str| Measure {
        statistic: "Sum".to_owned(),
        ..Measure::average(title, "", "AWS/Lambda", metric, &of)
    };
    let duration = Measure::average("duration", " ms", "AWS/Lambda", "Duration", &of);
    let measures = [sum("invocations", "Invocations"), sum("errors", "Errors"), duration];
    extra(courses(ask.aws, &measures, now).await, Ok(Vec::new()), now)
}
