//! The document and the sheet of an explanation, from the simulated account.

use jiff::tz::TimeZone;

use super::{json, text};
use crate::diagnosis::explain::{Cause, Confidence, Evidence, Explanation, Missing, Named};
use crate::kinds::testing_samples::{ago, now, service, tokyo};
use crate::timeline::{Event, EventKind};
use crate::world::{EnvironmentName, Health, Resource};

fn sample() -> Explanation {
    let id = service().id(&crate::kinds::testing_samples::scope());
    let named = Named { id: id.clone(), name: "Backend".to_owned() };
    let evidence = Evidence {
        what: "4 tasks killed, OutOfMemoryError \u{1b}[31m".to_owned(),
        at: Some(ago(4)),
        source: "ecs:DescribeTasks",
        resource: Some(named.clone()),
    };
    let change = Event::new(ago(7), EventKind::Change, "cloudtrail:LookupEvents", "UpdateService Backend")
        .about(id, "Backend")
        .by(Some("arn:aws:sts::1:assumed-role/ci/deploy".to_owned()));
    let cause = Cause {
        rule: "task-out-of-memory",
        message: "Backend of revision 118 runs out of memory".to_owned(),
        confidence: Confidence::Certain,
        health: Health::Bad,
        resource: named.clone(),
        since: Some(ago(4)),
        evidence: vec![evidence.clone()],
        against: vec![Evidence { what: "nothing".to_owned(), at: None, ..evidence }],
        effects: vec![named],
        changes_before: vec![change],
        next: vec!["raise the memory".to_owned()],
    };
    Explanation {
        health: Health::Bad,
        since: Some(ago(4)),
        findings: vec![cause],
        unexplained: Vec::new(),
        missing: vec![Missing {
            operation: "logs:GetLogEvents".to_owned(),
            why: "denied",
            would_tell: "what the program wrote last".to_owned(),
        }],
    }
}

#[test]
fn the_document_has_the_fields_it_promises() {
    let document = json::document(&EnvironmentName::from("city-prod"), &sample(), now(), &tokyo());
    insta::assert_snapshot!(serde_json::to_string_pretty(&document).expect("it is JSON"));
}

#[test]
fn the_sheet_tells_cause_evidence_change_and_advice_apart() {
    let zone: TimeZone = tokyo();
    let shown = text::Shown { now: now(), zone: &zone, theme: None };
    insta::assert_snapshot!(text::sheet(&EnvironmentName::from("city-prod"), &sample(), &shown));
}
