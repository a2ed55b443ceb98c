//! Reads this kind from AWS: REST APIs and HTTP APIs with their stages, all of them GET to IAM. The only file of the kind
//! that may touch the network; reading operations only.

use serde_json::Value;

use super::model::{RestApi, Stage};
use crate::aws::fields::{items, moment, number, text};
use crate::aws::{Paged, Rest, concurrently, named_pages};
use crate::kinds::FetchContext;
use crate::world::{Fault, FaultKind, Reading};

const GET: &str = "apigateway:GET";

/// Reads every API with its stages.
///
/// # Errors
/// The fault of the list of REST APIs; what else cannot be read is noted once.
pub(super) async fn read(ask: FetchContext<'_>) -> Result<Reading<RestApi>, Fault> {
    let (rest, http) = tokio::join!(rest(ask), http(ask));
    let rest = rest?;
    let mut notes: Vec<Fault> = rest.cut.into_iter().collect();
    let mut apis = rest.items;
    match http {
        Ok(http) => {
            apis.extend(http.items);
            notes.extend(http.cut);
        }
        Err(fault) => notes.push(fault),
    }
    let read = concurrently(apis, |api: RestApi| async move {
        let got = stages(ask, &api).await;
        (api, got)
    });
    let mut all = Vec::new();
    for (api, got) in read.await {
        match got {
            Ok(stages) => all.push(RestApi { stages, ..api }),
            Err(fault) if fault.kind == FaultKind::Gone => {}
            Err(fault) => {
                all.push(ask.known.by_key::<RestApi>(ask.scope, &api.id).cloned().unwrap_or(api));
                if !notes.iter().any(|note| note.kind == fault.kind) {
                    notes.push(fault);
                }
            }
        }
    }
    Ok(Reading { notes, ..Reading::whole(all) })
}

async fn rest(ask: FetchContext<'_>) -> Result<Paged<RestApi>, Fault> {
    named_pages(GET, None, |token| async move {
        let query = [("limit", Some("500")), ("position", token.as_deref())];
        let sent = ask.aws.apis.call("GetRestApis", Rest::get(&["restapis"], &query));
        let answer = ask.aws.call(GET, None, sent).await?.body;
        let api = |from: &Value| {
            let types = from.pointer("/endpointConfiguration/types/0").and_then(Value::as_str);
            Some(RestApi {
                id: text(from, "id")?,
                name: text(from, "name")?,
                kind: "REST".to_owned(),
                endpoint: types.map(str::to_owned),
                stages: Vec::new(),
            })
        };
        Ok((items(&answer, "item").map(api).collect(), text(&answer, "position")))
    })
    .await
}

async fn http(ask: FetchContext<'_>) -> Result<Paged<RestApi>, Fault> {
    named_pages(GET, None, |token| async move {
        let query = [("maxResults", Some("100")), ("nextToken", token.as_deref())];
        let sent = ask.aws.apis.call("GetApis", Rest::get(&["v2", "apis"], &query));
        let answer = ask.aws.call(GET, None, sent).await?.body;
        let api = |from: &Value| {
            Some(RestApi {
                id: text(from, "apiId")?,
                name: text(from, "name")?,
                kind: text(from, "protocolType").unwrap_or_else(|| "HTTP".to_owned()),
                endpoint: None,
                stages: Vec::new(),
            })
        };
        Ok((items(&answer, "items").map(api).collect(), text(&answer, "nextToken")))
    })
    .await
}

async fn stages(ask: FetchContext<'_>, api: &RestApi) -> Result<Vec<Stage>, Fault> {
    let (path, list): (Vec<&str>, &str) = match api.kind.as_str() {
        "REST" => (vec!["restapis", &api.id, "stages"], "item"),
        _ => (vec!["v2", "apis", &api.id, "stages"], "items"),
    };
    let sent = ask.aws.apis.call("GetStages", Rest::get(&path, &[]));
    let answer = ask.aws.call(GET, Some(&api.name), sent).await?.body;
    Ok(items(&answer, list).filter_map(stage).collect())
}

fn stage(from: &Value) -> Option<Stage> {
    // A REST API keeps what goes for all of a stage under `*/*`, an HTTP API in its default route.
    let settings = from.pointer("/methodSettings/*~1*").or_else(|| from.get("defaultRouteSettings"));
    let log = from.get("accessLogSettings").and_then(|it| text(it, "destinationArn"));
    let level = settings.and_then(|it| text(it, "loggingLevel")).filter(|level| level != "OFF");
    Some(Stage {
        name: text(from, "stageName")?,
        changed_at: moment(from, "lastUpdatedDate"),
        rate: settings.and_then(|it| it.get("throttlingRateLimit")).and_then(Value::as_f64),
        burst: settings.and_then(|it| number(it, "throttlingBurstLimit")),
        logged: log.or(level).is_some(),
        web_acl: text(from, "webAclArn"),
    })
}
