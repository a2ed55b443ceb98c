//! How a certificate is judged: it has ended or soon will, its renewal is stuck, it was never issued. Pure.
//! ACM renews its own 60 days before the end; an imported one nobody renews (user guide, managed renewal).

use jiff::SignedDuration;

use super::model::Certificate;
use crate::kinds::{KindContext, Relation, Subject};
use crate::text::{span, word};
use crate::world::{Assessment, Health, Resource, Scope};

const DAY: i64 = 86_400;
/// A certificate of ACM's that is not renewed this long before its end will not be by itself.
const RENEWED_BY: i64 = 45 * DAY;
/// An imported one is worth a word this long before its end.
const IMPORTED: i64 = 30 * DAY;
/// Nothing is left to wait for.
const LAST_DAYS: i64 = 7 * DAY;

/// What is known of `item` for placing it: it belongs where it is used.
#[expect(clippy::unnecessary_wraps, reason = "the trait lets a kind have no subject")]
pub(super) fn subject(item: &Certificate, scope: &Scope) -> Option<Subject> {
    let subject = Subject::new(item.id(scope)).also_called(&item.name).watching();
    let used = item.used_by.iter();
    Some(used.fold(subject, |subject, arn| subject.tied(Relation::LoadBalancer, user(arn))))
}

/// Who uses it: a listener's is its load balancer's.
pub(super) fn user(arn: &str) -> String {
    match arn.split_once(":listener/") {
        Some((before, rest)) => {
            let steps: Vec<&str> = rest.split('/').take(3).collect();
            format!("{before}:loadbalancer/{}", steps.join("/"))
        }
        None => arn.to_owned(),
    }
}

/// Seconds until it ends.
pub(super) fn left(item: &Certificate, cx: &KindContext<'_>) -> Option<i64> {
    item.until.map(|until| until.duration_since(cx.now)).map(|left: SignedDuration| left.as_secs())
}

/// How it is.
pub(super) fn assess(item: &Certificate, cx: &KindContext<'_>) -> Option<Assessment> {
    let told = |health, why: String| Some(Assessment::new(health, format!("certificate {} {why}", item.name)));
    let reason = item.reason.as_deref().map(|reason| format!(" ({})", word(reason))).unwrap_or_default();
    let left = left(item, cx);
    if item.status == "EXPIRED" || left.is_some_and(|left| left <= 0) {
        return told(Health::Bad, "has ended: browsers refuse what uses it".to_owned());
    }
    match item.status.as_str() {
        "FAILED" | "REVOKED" | "VALIDATION_TIMED_OUT" => {
            return told(Health::Bad, format!("is {}{reason}", word(&item.status).replace('_', " ")));
        }
        "PENDING_VALIDATION" => {
            return told(
                Health::Worrying,
                format!("waits for its validation: add the DNS record of {}", domains(item)),
            );
        }
        _ => {}
    }
    let Some(left) = left else { return Some(Assessment::well()) };
    let ends = format!("ends in {}", span(left));
    let imported = item.kind.as_deref() == Some("IMPORTED");
    let health = if left < LAST_DAYS { Health::Bad } else { Health::Worrying };
    match item.renewal.as_deref() {
        Some("FAILED") => told(health, format!("{ends}, and its renewal failed{reason}")),
        Some("PENDING_VALIDATION") if left < RENEWED_BY => {
            told(health, format!("{ends}, and its renewal waits for the DNS record of {}", domains(item)))
        }
        _ if imported && left < IMPORTED => {
            told(health, format!("{ends}; it was imported, so nobody renews it but you"))
        }
        _ if !imported && left < IMPORTED => told(health, format!("{ends}, and has not been renewed")),
        _ => Some(Assessment::well()),
    }
}

fn domains(item: &Certificate) -> String {
    if item.waiting.is_empty() { item.name.clone() } else { item.waiting.join(", ") }
}
