//! Reads this kind from AWS: wafv2:ListWebACLs and wafv2:GetWebACL for each; those of CloudFront only where a distribution
//! has one. The only file of the kind that may touch the network; reading operations only.

use serde_json::{Value, json};

use super::model::{WebAcl, WebRule};
use crate::aws::fields::{items, number, text};
use crate::aws::{Json, concurrently, named_pages};
use crate::kinds::FetchContext;
use crate::kinds::distribution::Distribution;
use crate::world::{Arn, Fault, FaultKind, Reading};

const LIST: &str = "wafv2:ListWebACLs";
const GET: &str = "wafv2:GetWebACL";

/// Reads every web ACL with its rules.
///
/// # Errors
/// The fault of the region's list; what else cannot be read is noted once.
pub(super) async fn read(ask: FetchContext<'_>) -> Result<Reading<WebAcl>, Fault> {
    let (mut listed, mut notes) = list(ask, &ask.aws.waf, "REGIONAL").await?;
    if ask.known.all::<Distribution>(ask.scope).any(|it| it.web_acl.is_some()) {
        match list(ask, &ask.aws.waf_at_home, "CLOUDFRONT").await {
            Ok((more, cut)) => {
                listed.extend(more);
                notes.extend(cut);
            }
            Err(fault) => notes.push(fault),
        }
    }
    let read = concurrently(listed, |(listed, id): (WebAcl, String)| async move {
        let (client, scope) =
            if listed.global { (&ask.aws.waf_at_home, "CLOUDFRONT") } else { (&ask.aws.waf, "REGIONAL") };
        let body = json!({ "Name": listed.name, "Scope": scope, "Id": id });
        let got = ask.aws.call(GET, Some(&listed.name), client.call("GetWebACL", body)).await;
        (listed, got)
    });
    let mut all = Vec::new();
    for (listed, got) in read.await {
        match got {
            Ok(answer) => all.push(full(listed, &answer.body)),
            Err(fault) if fault.kind == FaultKind::Gone => {}
            Err(fault) => {
                all.push(ask.known.by_key::<WebAcl>(ask.scope, listed.arn.as_str()).cloned().unwrap_or(listed));
                if !notes.iter().any(|note| note.kind == fault.kind && note.operation == fault.operation) {
                    notes.push(fault);
                }
            }
        }
    }
    Ok(Reading { notes, ..Reading::whole(all) })
}

async fn list(ask: FetchContext<'_>, client: &Json, scope: &str) -> Result<(Vec<(WebAcl, String)>, Vec<Fault>), Fault> {
    let paged = named_pages(LIST, None, |marker| async move {
        let body = match &marker {
            Some(marker) => json!({ "Scope": scope, "Limit": 100, "NextMarker": marker }),
            None => json!({ "Scope": scope, "Limit": 100 }),
        };
        let answer = ask.aws.call(LIST, None, client.call("ListWebACLs", body)).await?.body;
        let found: Vec<Option<(WebAcl, String)>> = items(&answer, "WebACLs").map(|it| listed(it, scope)).collect();
        // WAF gives a marker with the last page too.
        let marker = text(&answer, "NextMarker").filter(|_| found.len() >= 100);
        Ok((found, marker))
    })
    .await?;
    Ok((paged.items, paged.cut.into_iter().collect()))
}

fn listed(from: &Value, scope: &str) -> Option<(WebAcl, String)> {
    let acl = WebAcl {
        arn: Arn::from(text(from, "ARN")?),
        name: text(from, "Name")?,
        global: scope == "CLOUDFRONT",
        default: None,
        rules: Vec::new(),
    };
    Some((acl, text(from, "Id")?))
}

fn full(listed: WebAcl, answer: &Value) -> WebAcl {
    let Some(from) = answer.get("WebACL") else { return listed };
    let mut rules: Vec<(u64, WebRule)> =
        items(from, "Rules").filter_map(|it| Some((number(it, "Priority").unwrap_or_default(), rule(it)?))).collect();
    rules.sort_by_key(|(priority, _)| *priority);
    let default = from.get("DefaultAction").and_then(action);
    WebAcl { default, rules: rules.into_iter().map(|(_, rule)| rule).collect(), ..listed }
}

/// `{"Block": {}}` in a word.
fn action(from: &Value) -> Option<String> {
    from.as_object()?.keys().next().map(|name| name.to_lowercase())
}

fn rule(from: &Value) -> Option<WebRule> {
    let own = from.get("Action").and_then(action);
    let over = from.get("OverrideAction").and_then(action);
    let action = match (own, over.as_deref()) {
        (Some(own), _) => own,
        (None, Some("count")) => "count".to_owned(),
        (None, _) => "group".to_owned(),
    };
    let statement = from.get("Statement");
    let looks_at = match statement.and_then(Value::as_object).and_then(|it| it.iter().next()) {
        Some((kind, inside)) if kind == "RateBasedStatement" => {
            let window = number(inside, "EvaluationWindowSec").unwrap_or(300);
            format!("rate {} in {window} s", number(inside, "Limit").unwrap_or_default())
        }
        Some((kind, inside)) if kind == "ManagedRuleGroupStatement" => {
            format!("managed {}", text(inside, "Name").unwrap_or_default())
        }
        Some((kind, _)) if kind == "GeoMatchStatement" => "country".to_owned(),
        Some((kind, _)) => kind.trim_end_matches("Statement").to_owned(),
        None => String::new(),
    };
    Some(WebRule { name: text(from, "Name")?, action, looks_at })
}
