//! Reads this kind from AWS: cloudtrail:LookupEvents, of calls that were no readings, newest first, page by page.
//! The only file of the kind that may touch the network or an SDK type; reading operations only.

use jiff::Timestamp;
use serde_json::{Value, json};

use super::model::{TrailEvent, times, via};
use crate::aws::{concurrently, named};
use crate::kinds::FetchContext;
use crate::text::{first_line, mask_text};
use crate::world::{Coverage, Fault, FaultKind, Part, Reading};

const LOOKUP: &str = "cloudtrail:LookupEvents";
/// So many pages of fifty are read: two calls a second are allowed, to all callers together.
const PAGES: usize = 8;
/// So many parameters of one call are kept.
const PARAMETERS: usize = 24;
/// Parameters whose values name something, by the words they end with; everything else may be anything, and is dropped.
const NAMING: [&str; 26] = [
    "cluster",
    "service",
    "task",
    "taskdefinition",
    "identifier",
    "instanceid",
    "groupid",
    "groupname",
    "arn",
    "arns",
    "functionname",
    "functionversion",
    "resourceid",
    "repositoryname",
    "imagetag",
    "rolename",
    "secretid",
    "alarmname",
    "alarmnames",
    "rulename",
    "name",
    "subnetid",
    "vpcid",
    "routetableid",
    "desiredcount",
    "policyname",
];

/// Reads the parts that `ask` names.
///
/// # Errors
/// None of its own: a part's fault stands in the reading.
pub(super) async fn read(ask: FetchContext<'_>) -> Result<Reading<TrailEvent>, Fault> {
    let Coverage::Parts(parts) = ask.coverage else { return Ok(Reading::of(Vec::new())) };
    // Whoever reads a little of everything names parts of other kinds as well.
    let named = parts.iter().filter(|part| part.is_empty() || times(part).is_some()).cloned();
    let read = concurrently(named.collect(), |part: Part| async move {
        let got = since(ask, &part).await;
        (part, got)
    });
    let mut reading = Reading::of(Vec::new());
    for (part, got) in read.await {
        let got = got.map(|(events, cut)| {
            reading.notes.extend(cut);
            events
        });
        reading.parts.push((part, got));
    }
    Ok(reading)
}

async fn since(ask: FetchContext<'_>, part: &str) -> Result<(Vec<TrailEvent>, Option<Fault>), Fault> {
    // Without a moment the newest page is enough: whether it may be read at all is asked so.
    let (start, end) = times(part).map_or((None, None), |(start, end)| (Some(start), end));
    let mut events: Vec<TrailEvent> = Vec::new();
    let mut token: Option<String> = None;
    let mut nameless: Option<Fault> = None;
    for _ in 0..PAGES {
        let mut body = serde_json::Map::new();
        let attributes = json!([{ "AttributeKey": "ReadOnly", "AttributeValue": "false" }]);
        body.insert("LookupAttributes".to_owned(), attributes);
        body.insert("MaxResults".to_owned(), json!(50));
        body.extend(start.map(|start| ("StartTime".to_owned(), json!(start))));
        body.extend(end.map(|end| ("EndTime".to_owned(), json!(end))));
        body.extend(token.as_ref().map(|token| ("NextToken".to_owned(), json!(token))));
        let answer = ask.aws.call(LOOKUP, None, ask.aws.trail.call("LookupEvents", Value::Object(body))).await?;
        let Some(page) = answer.body.get("Events").and_then(Value::as_array) else {
            return Err(Fault::new(FaultKind::Garbled, LOOKUP, "the answer lists no events"));
        };
        let (page, left_out) = named(LOOKUP, None, page.iter().map(event));
        nameless = nameless.or(left_out);
        for event in page {
            if events.iter().all(|known| known.id != event.id) {
                events.push(event);
            }
        }
        let next = answer.body.get("NextToken").and_then(Value::as_str).map(str::to_owned);
        if next.is_none() || next == token || start.is_none() {
            return Ok((events, nameless));
        }
        token = next;
    }
    let message = format!("only the newest {} changes were read", events.len());
    Ok((events, Some(Fault::new(FaultKind::Refused, LOOKUP, message))))
}

fn event(from: &Value) -> Option<TrailEvent> {
    let text = |name: &str| from.get(name).and_then(Value::as_str).filter(|text| !text.is_empty()).map(str::to_owned);
    let whole: Value =
        text("CloudTrailEvent").and_then(|document| serde_json::from_str(&document).ok()).unwrap_or(Value::Null);
    let inner = |path: &str| whole.pointer(path).and_then(Value::as_str).filter(|text| !text.is_empty());
    let at = inner("/eventTime").and_then(|text| text.parse().ok()).or_else(|| moment(from.get("EventTime")?))?;
    let caller = inner("/userIdentity/arn").or_else(|| inner("/userIdentity/invokedBy"));
    let resources = from.get("Resources").and_then(Value::as_array).into_iter().flatten();
    let address = inner("/sourceIPAddress").filter(|address| address.parse::<core::net::IpAddr>().is_ok());
    let mut parameters = Vec::new();
    naming("", whole.get("requestParameters").unwrap_or(&Value::Null), &mut parameters);
    let error = inner("/errorCode").map(|code| match inner("/errorMessage") {
        Some(message) => first_line(&format!("{code}: {message}"), 200),
        None => code.to_owned(),
    });
    Some(TrailEvent {
        id: text("EventId").or_else(|| inner("/eventID").map(str::to_owned))?,
        at,
        name: text("EventName")?,
        source: text("EventSource").unwrap_or_default(),
        who: caller.map(str::to_owned).or_else(|| text("Username")),
        via: via(inner("/userAgent").unwrap_or_default(), inner("/userIdentity/invokedBy")),
        from: address.map(str::to_owned),
        request: inner("/requestID").map(str::to_owned),
        resources: resources
            .filter_map(|resource| resource.get("ResourceName").and_then(Value::as_str))
            .map(str::to_owned)
            .collect(),
        parameters,
        error,
    })
}

/// A moment as the API writes it: seconds since 1970, with a fraction.
fn moment(from: &Value) -> Option<Timestamp> {
    #[expect(clippy::cast_possible_truncation, reason = "seconds of this century fit, and others are refused")]
    from.as_f64().and_then(|seconds| Timestamp::from_second(seconds as i64).ok())
}

/// Collects the values that name something, whatever they stand in.
fn naming(key: &str, from: &Value, into: &mut Vec<(String, String)>) {
    if into.len() >= PARAMETERS {
        return;
    }
    match from {
        Value::Object(fields) => fields.iter().for_each(|(key, value)| naming(key, value, into)),
        Value::Array(items) => items.iter().for_each(|value| naming(key, value, into)),
        Value::String(_) | Value::Number(_) | Value::Bool(_) => {
            let lower = key.to_lowercase();
            let text = from.as_str().map_or_else(|| from.to_string(), str::to_owned);
            if NAMING.iter().any(|word| lower.ends_with(word)) && text.len() <= 256 {
                into.push((key.to_owned(), mask_text(&text).into_owned()));
            }
        }
        Value::Null => {}
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::aws::{Clients, Json, Script};
    use crate::kinds::testing::{ask, parts, scope};
    use crate::world::World;

    const UPDATE: &str = r#"{"eventTime":"2026-11-21T04:53:00Z","eventID":"e1","requestID":"r1","sourceIPAddress":"203.0.113.9",
        "userAgent":"aws-cli/2.15.0","userIdentity":{"type":"AssumedRole","arn":"arn:aws:sts::1:assumed-role/ci/deploy"},
        "requestParameters":{"cluster":"city-prod","service":"Backend","taskDefinition":"city-prod-backend:118",
        "environment":[{"name":"PASSWORD","value":"hunter2"}],"masterUserPassword":"hunter2","nested":{"groupId":"sg-1"}}}"#;

    fn page(document: &str, next: Option<&str>) -> &'static str {
        let page = json!({
            "Events": [{ "EventId": "e1", "EventName": "UpdateService", "EventSource": "ecs.amazonaws.com",
                "EventTime": 1_795_237_000.5, "Username": "deploy", "CloudTrailEvent": document, "Resources": [] }],
            "NextToken": next,
        });
        Box::leak(page.to_string().into_boxed_str())
    }

    #[tokio::test]
    async fn every_page_is_read_and_the_same_event_counts_once() {
        let script = Script::new([(200, page(UPDATE, Some("n"))), (200, page(UPDATE, None))]);
        let aws = Clients { trail: Json::events_by(&script), ..Clients::silent() };
        let (scope, world) = (scope(), World::default());
        let reading = read(ask(&aws, &scope, &world, &parts(&["1795233600"]))).await.expect("events");
        let events = reading.parts[0].1.as_ref().expect("a list");
        assert_eq!(events.len(), 1);
        let event = &events[0];
        assert_eq!(
            (event.who.as_deref(), event.via.as_deref()),
            (Some("arn:aws:sts::1:assumed-role/ci/deploy"), Some("aws-cli"))
        );
        assert_eq!((event.request.as_deref(), event.from.as_deref()), (Some("r1"), Some("203.0.113.9")));
        let named: Vec<&str> = event.parameters.iter().map(|(name, _)| name.as_str()).collect();
        assert!(named.contains(&"service") && named.contains(&"groupId"), "{named:?}");
        assert!(!format!("{event:?}").contains("hunter2"), "{event:?}");
        assert!(script.sent()[1].body.contains("\"NextToken\":\"n\""), "{:?}", script.sent()[1].body);
        assert!(!script.sent()[0].body.contains("EndTime"), "{:?}", script.sent()[0].body);
    }

    #[tokio::test]
    async fn around_a_moment_both_ends_are_named() {
        let script = Script::new([(200, page(UPDATE, None))]);
        let aws = Clients { trail: Json::events_by(&script), ..Clients::silent() };
        let (scope, world) = (scope(), World::default());
        let reading = read(ask(&aws, &scope, &world, &parts(&["100-280"]))).await.expect("events");
        assert!(reading.parts[0].1.is_ok());
        let sent = &script.sent()[0].body;
        assert!(sent.contains("\"StartTime\":100") && sent.contains("\"EndTime\":280"), "{sent:?}");
    }

    #[tokio::test]
    async fn a_denial_is_one_and_an_odd_answer_is_garbled() {
        let denied = r#"{"__type":"AccessDeniedException","message":"no"}"#;
        for (status, body, kind) in [(400, denied, FaultKind::Denied), (200, "{}", FaultKind::Garbled)] {
            let aws = Clients { trail: Json::events_by(&Script::new([(status, body)])), ..Clients::silent() };
            let (scope, world) = (scope(), World::default());
            let reading = read(ask(&aws, &scope, &world, &parts(&["0"]))).await.expect("a reading");
            assert_eq!(reading.parts[0].1.as_ref().expect_err("a fault").kind, kind);
        }
    }

    #[tokio::test]
    async fn an_event_without_its_document_still_tells_who() {
        let script = Script::new([(200, page("not json", None))]);
        let aws = Clients { trail: Json::events_by(&script), ..Clients::silent() };
        let (scope, world) = (scope(), World::default());
        let reading = read(ask(&aws, &scope, &world, &parts(&["0"]))).await.expect("events");
        let event = &reading.parts[0].1.as_ref().expect("a list")[0];
        assert_eq!((event.who.as_deref(), event.at.as_second()), (Some("deploy"), 1_795_237_000));
    }
}
