//! Reads this kind from AWS: lambda:ListAliases, lambda:ListVersionsByFunction, and lambda:GetPolicy once for the
//! function and once for each alias. The only file of the kind that may touch the network; reading operations only.

use std::collections::BTreeMap;

use serde_json::Value;

use super::model::{Alias, FunctionVersions, Version};
use crate::aws::{Paged, Rest, concurrently, named, pages};
use crate::kinds::FetchContext;
use crate::kinds::lambda_function::Function;
use crate::world::{Arn, Coverage, Fault, FaultKind, Part, Reading};

/// Reads the functions that `ask` names by their ARNs.
///
/// # Errors
/// None of its own: a part's fault stands in the reading.
pub(super) async fn read(ask: FetchContext<'_>) -> Result<Reading<FunctionVersions>, Fault> {
    let Coverage::Parts(parts) = ask.coverage else { return Ok(Reading::of(Vec::new())) };
    let functions = parts.iter().filter(|part| Function::is_arn(part)).cloned().collect();
    let read = concurrently(functions, |part: Part| async move {
        let got = one(ask, &part).await;
        (part, got)
    });
    let mut reading = Reading::of(Vec::new());
    for (part, got) in read.await {
        match got {
            Ok((release, notes)) => {
                reading.notes.extend(notes);
                reading.parts.push((part, Ok(vec![release])));
            }
            Err(fault) => reading.parts.push((part, Err(fault))),
        }
    }
    Ok(reading)
}

async fn one(ask: FetchContext<'_>, arn: &str) -> Result<(FunctionVersions, Vec<Fault>), Fault> {
    let name = arn.rsplit(':').next().unwrap_or(arn);
    let (aliases, cut) = list(ask, name, "ListAliases", "aliases", "Aliases").await?;
    let (versions, more) = list(ask, name, "ListVersionsByFunction", "versions", "Versions").await?;
    let (aliases, nameless) = named("lambda:ListAliases", Some(name), aliases.iter().map(alias));
    // `$LATEST` is no number.
    let mut versions: Vec<Version> = versions.iter().filter_map(version).collect();
    versions.sort_by_key(|version| std::cmp::Reverse(version.number));
    let names: Vec<String> =
        std::iter::once(String::new()).chain(aliases.iter().map(|alias| alias.name.clone())).collect();
    let read = concurrently(names, |alias: String| async move {
        let got = callers(ask, name, &alias).await;
        (alias, got)
    });
    let mut callers = BTreeMap::new();
    let (mut notes, mut denied): (Vec<Fault>, _) = (cut.into_iter().chain(more).chain(nameless).collect(), false);
    for (alias, got) in read.await {
        match got {
            Ok(who) => {
                callers.insert(alias, who);
            }
            // Who calls is worth a notice only; the rest goes without it.
            Err(fault) if !denied => {
                notes.push(fault);
                denied = true;
            }
            Err(_) => {}
        }
    }
    Ok((FunctionVersions { function: Arn::from(arn), aliases, versions, callers }, notes))
}

async fn list(
    ask: FetchContext<'_>,
    name: &str,
    action: &str,
    step: &str,
    field: &str,
) -> Result<(Vec<Value>, Option<Fault>), Fault> {
    let operation = format!("lambda:{action}");
    let operation = operation.as_str();
    let Paged { items, cut } = pages(operation, Some(name), |token| async move {
        let path = ["functions", name, step];
        let query = [("MaxItems", Some("50")), ("Marker", token.as_deref())];
        let sent = ask.aws.lambda.call(action, Rest::get(&path, &query));
        let answer = ask.aws.call(operation, Some(name), sent).await?.body;
        let items = answer.get(field).and_then(Value::as_array).cloned().unwrap_or_default();
        Ok((items, text(&answer, "NextMarker")))
    })
    .await?;
    Ok((items, cut))
}

fn text(from: &Value, name: &str) -> Option<String> {
    from.get(name)?.as_str().filter(|text| !text.is_empty()).map(str::to_owned)
}

fn alias(from: &Value) -> Option<Alias> {
    let weights = from.pointer("/RoutingConfig/AdditionalVersionWeights").and_then(Value::as_object);
    let share = weights.and_then(|weights| weights.iter().next()).and_then(|(version, weight)| {
        let percent = (weight.as_f64()? * 100.0).round().clamp(0.0, 100.0);
        // Within 0 and 100 nothing is cut off.
        Some((version.clone(), percent as u8))
    });
    Some(Alias {
        name: text(from, "Name")?,
        version: text(from, "FunctionVersion")?,
        share,
        revision: text(from, "RevisionId"),
    })
}

fn version(from: &Value) -> Option<Version> {
    let at = text(from, "LastModified");
    Some(Version {
        number: text(from, "Version")?.parse().ok()?,
        published_at: at.and_then(|at| at.parse().ok().or_else(|| at.replace("+0000", "Z").parse().ok())),
        code: text(from, "CodeSha256"),
        about: text(from, "Description"),
    })
}

/// Who may call it, by the policy of the function or of one of its aliases.
async fn callers(ask: FetchContext<'_>, name: &str, alias: &str) -> Result<Vec<String>, Fault> {
    let path = ["functions", name, "policy"];
    let query = [("Qualifier", Some(alias).filter(|alias| !alias.is_empty()))];
    let sent = ask.aws.lambda.call("GetPolicy", Rest::get(&path, &query));
    match ask.aws.call("lambda:GetPolicy", Some(name), sent).await {
        Ok(answer) => Ok(text(&answer.body, "Policy").map(|policy| principals(&policy)).unwrap_or_default()),
        // There is no policy: nobody but its own account may.
        Err(fault) if fault.kind == FaultKind::Gone => Ok(Vec::new()),
        Err(fault) => Err(fault),
    }
}

fn principals(policy: &str) -> Vec<String> {
    let Ok(policy) = serde_json::from_str::<Value>(policy) else { return Vec::new() };
    let statements = policy.get("Statement").and_then(Value::as_array).cloned().unwrap_or_default();
    let mut who: Vec<String> =
        statements.iter().filter(|one| text(one, "Effect").as_deref() == Some("Allow")).filter_map(principal).collect();
    who.sort();
    who.dedup();
    who
}

fn principal(statement: &Value) -> Option<String> {
    let principal = statement.get("Principal")?;
    let who =
        principal.as_str().or_else(|| principal.get("Service")?.as_str()).or_else(|| principal.get("AWS")?.as_str())?;
    Some(match who {
        "apigateway.amazonaws.com" => "API Gateway".to_owned(),
        "events.amazonaws.com" => "EventBridge".to_owned(),
        "elasticloadbalancing.amazonaws.com" => "a load balancer".to_owned(),
        "s3.amazonaws.com" => "S3".to_owned(),
        "sns.amazonaws.com" => "SNS".to_owned(),
        "*" => "anybody".to_owned(),
        other => other.to_owned(),
    })
}
