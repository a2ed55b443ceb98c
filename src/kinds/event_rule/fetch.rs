//! Reads this kind from AWS: events:ListRules, and events:ListTargetsByRule for those that fire by the clock.
//! The only file of the kind that may touch the network; reading operations only.

use serde_json::{Value, json};

use super::model::Rule;
use crate::aws::{Paged, concurrently, named_pages};
use crate::kinds::FetchContext;
use crate::schedule::stored::target_effect::{Target, TaskLaunch};
use crate::world::{Arn, Coverage, Fault, FaultKind, Reading, Resource};

const LIST: &str = "events:ListRules";
const TARGETS: &str = "events:ListTargetsByRule";
/// Of how many rules the targets are read where some is all that is asked for.
const SOME: usize = 3;

/// Reads every rule with a schedule, and what each calls.
///
/// # Errors
/// The fault of the list; where targets can't be read the rule keeps those it had, and a note says so once.
pub(super) async fn read(ask: FetchContext<'_>) -> Result<Reading<Rule>, Fault> {
    let Paged { items: mut rules, cut } = list(ask).await?;
    if *ask.coverage != Coverage::All {
        rules.truncate(SOME);
    }
    let read = concurrently(rules, |rule: Rule| async move {
        let got = targets(ask, &rule.name).await;
        (rule, got)
    });
    let mut items = Vec::new();
    let mut notes: Vec<Fault> = cut.into_iter().collect();
    for (rule, got) in read.await {
        match got {
            Ok(Paged { items: targets, cut }) => {
                items.push(Rule { targets, whole: cut.is_none(), ..rule });
                notes.extend(cut);
            }
            // It went while it was asked about.
            Err(fault) if fault.kind == FaultKind::Gone => {}
            Err(fault) => {
                let known = ask.known.by_key::<Rule>(ask.scope, rule.key());
                items.extend(known.map(|known| Rule { targets: known.targets.clone(), ..rule }));
                if !notes.iter().any(|note| note.kind == fault.kind) {
                    notes.push(fault);
                }
            }
        }
    }
    Ok(Reading { notes, ..Reading::whole(items) })
}

async fn list(ask: FetchContext<'_>) -> Result<Paged<Rule>, Fault> {
    named_pages(LIST, None, |token| async move {
        let mut body = json!({ "Limit": 100 });
        next(&mut body, token);
        let answer = ask.aws.call(LIST, None, ask.aws.events.call("ListRules", body)).await?.body;
        Ok((items(&answer, "Rules").filter(|rule| is_timed(rule)).map(rule).collect(), text(&answer, "NextToken")))
    })
    .await
}

async fn targets(ask: FetchContext<'_>, name: &str) -> Result<Paged<Target>, Fault> {
    named_pages(TARGETS, Some(name), |token| async move {
        let mut body = json!({ "Rule": name, "Limit": 100 });
        next(&mut body, token);
        let sent = ask.aws.events.call("ListTargetsByRule", body);
        let answer = ask.aws.call(TARGETS, Some(name), sent).await?.body;
        Ok((items(&answer, "Targets").map(target).collect(), text(&answer, "NextToken")))
    })
    .await
}

fn next(body: &mut Value, token: Option<String>) {
    if let (Some(token), Some(fields)) = (token, body.as_object_mut()) {
        fields.insert("NextToken".to_owned(), json!(token));
    }
}

fn items<'a>(answer: &'a Value, name: &str) -> impl Iterator<Item = &'a Value> {
    answer.get(name).and_then(Value::as_array).into_iter().flatten()
}

fn text(from: &Value, name: &str) -> Option<String> {
    from.get(name)?.as_str().filter(|text| !text.is_empty()).map(str::to_owned)
}

/// Whether it has a schedule: a rule that waits for events is none of our business.
fn is_timed(from: &Value) -> bool {
    text(from, "ScheduleExpression").is_some()
}

fn rule(from: &Value) -> Option<Rule> {
    Some(Rule {
        arn: Arn::from(text(from, "Arn")?),
        name: text(from, "Name")?,
        expression: text(from, "ScheduleExpression")?,
        enabled: text(from, "State").is_none_or(|state| state != "DISABLED"),
        about: text(from, "Description"),
        managed_by: text(from, "ManagedBy"),
        waits: text(from, "EventPattern").is_some(),
        targets: Vec::new(),
        whole: false,
    })
}

fn target(from: &Value) -> Option<Target> {
    let within = |path: &str| from.pointer(path).and_then(Value::as_str).map(str::to_owned);
    Some(Target {
        arn: text(from, "Arn")?,
        // A clock tells nothing that a template could put in: what stands in it is what is sent.
        input: text(from, "Input").or_else(|| within("/InputTransformer/InputTemplate")),
        task_definition: within("/EcsParameters/TaskDefinitionArn"),
        job_definition: within("/BatchParameters/JobDefinition"),
        launch: from.get("EcsParameters").map(TaskLaunch::of),
    })
}
