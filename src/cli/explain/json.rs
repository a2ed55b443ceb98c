//! The document of `explain --json`. Its fields are a promise: some may be added, none renamed.
//! Pure: an explanation in, a document out; what is unknown is null.

use jiff::{Timestamp, tz::TimeZone};
use serde_json::{Value, json};

use crate::diagnosis::explain::{Cause, Evidence, Explanation, Named};
use crate::kinds::catalog::kind;
use crate::text::stamp;
use crate::timeline::Event;
use crate::world::{EnvironmentName, KindName, ResourceId};

/// The document.
#[must_use]
pub(super) fn document(name: &EnvironmentName, it: &Explanation, at: Timestamp, zone: &TimeZone) -> Value {
    let unexplained = it.unexplained.iter().map(|one| {
        json!({ "what": one.what, "resource": named(&one.resource), "since": one.since.map(|at| stamp(at, zone)) })
    });
    let missing = it
        .missing
        .iter()
        .map(|one| json!({ "operation": one.operation, "why": one.why, "would_tell": one.would_tell }));
    json!({
        "environment": name,
        "at": stamp(at, zone),
        "health": it.health,
        "since": it.since.map(|at| stamp(at, zone)),
        "findings": it.findings.iter().map(|cause| finding(cause, zone)).collect::<Vec<_>>(),
        "unexplained": unexplained.collect::<Vec<_>>(),
        "missing": missing.collect::<Vec<_>>(),
    })
}

fn finding(cause: &Cause, zone: &TimeZone) -> Value {
    let evidence = |all: &[Evidence]| -> Vec<Value> {
        all.iter()
            .map(|one| {
                json!({
                    "what": one.what,
                    "at": one.at.map(|at| stamp(at, zone)),
                    "source": one.source,
                    "resource": one.resource.as_ref().map(named),
                })
            })
            .collect()
    };
    json!({
        "rule": cause.rule,
        "cause": cause.message,
        "confidence": cause.confidence.word(),
        "health": cause.health,
        "resource": named(&cause.resource),
        "since": cause.since.map(|at| stamp(at, zone)),
        "evidence": evidence(&cause.evidence),
        "against": evidence(&cause.against),
        "effects": cause.effects.iter().map(named).collect::<Vec<_>>(),
        "changes_before": cause.changes_before.iter().map(|event| change(event, zone)).collect::<Vec<_>>(),
        "next": cause.next,
    })
}

fn change(event: &Event, zone: &TimeZone) -> Value {
    json!({
        "at": stamp(event.at, zone),
        "what": event.what,
        "by": event.by,
        "source": event.source,
        "resource": event.subject.as_ref().map(|subject| resource(&subject.id, &subject.name)),
    })
}

fn named(it: &Named) -> Value {
    resource(&it.id, &it.name)
}

/// A resource with the word for its kind: `service`, `target_group`, `db_instance`.
#[must_use]
pub(in crate::cli) fn resource(id: &ResourceId, name: &str) -> Value {
    json!({ "kind": word(id.kind), "id": id.key, "name": name })
}

fn word(name: KindName) -> String {
    let singular = kind(name).and_then(|kind| kind.shown()).map_or(name.0, |shown| shown.singular);
    singular.to_lowercase().replace([' ', '-'], "_")
}
