//! How a stack is judged: stuck, rolled back, changing, drifted.
//! Pure. Source of the statuses: the CloudFormation user guide.

use super::model::Stack;
use crate::kinds::{KindContext, Subject};
use crate::text::{first_line, word};
use crate::world::{Assessment, Health, Resource, Scope};

/// What is known of `item` for placing it: its name and tags, and that it wears its own name.
#[expect(clippy::unnecessary_wraps, reason = "the trait lets a kind have no subject")]
pub(super) fn subject(item: &Stack, scope: &Scope) -> Option<Subject> {
    let mut tags = item.tags.clone();
    tags.entry("aws:cloudformation:stack-name".to_owned()).or_insert_with(|| item.name.clone());
    Some(Subject::new(item.id(scope)).named(&item.name).tagged(&tags).watching())
}

/// How it is.
pub(super) fn assess(item: &Stack, _cx: &KindContext<'_>) -> Option<Assessment> {
    let reason = item.reason.as_deref().map(|reason| format!(": {}", first_line(reason, 160))).unwrap_or_default();
    let told = |health, why: &str| Some(Assessment::new(health, format!("stack {} {why}{reason}", item.name)));
    let status = item.status.as_str();
    match status {
        "UPDATE_ROLLBACK_FAILED" => told(Health::Worrying, "is stuck half-way back from an update"),
        "ROLLBACK_FAILED" | "DELETE_FAILED" | "CREATE_FAILED" | "IMPORT_ROLLBACK_FAILED" => {
            told(Health::Worrying, &format!("is in {}", word(status)))
        }
        "ROLLBACK_COMPLETE" => told(Health::Worrying, "could not be created and can only be deleted"),
        "UPDATE_ROLLBACK_COMPLETE" => told(Health::Well, "was rolled back from its last update"),
        _ if status.ends_with("_IN_PROGRESS") => told(Health::Changing, &format!("is in {}", word(status))),
        _ if item.drift.as_deref() == Some("DRIFTED") => {
            Some(Assessment::new(Health::Well, format!("stack {} has drifted from its template", item.name)))
        }
        _ => Some(Assessment::well()),
    }
}
