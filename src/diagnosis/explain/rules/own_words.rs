//! What tells its own cause: a certificate that has ended, a job that failed, a backup that is missing. Its own reading
//! is the whole truth of it; what else suffers from it is not claimed here. Pure.

use super::Site;
use crate::diagnosis::explain::hypothesis::{Hypothesis, Spread, Strength, evidence};
use crate::diagnosis::explain::symptoms::Sign;
use crate::kinds::catalog::kind;

/// The rule of a kind whose resources say themselves what is wrong with them.
fn rule(name: &str) -> Option<&'static str> {
    Some(match name {
        "certificate" => "certificate-in-trouble",
        "db-backup" => "backup-in-trouble",
        "distribution" => "distribution-in-trouble",
        "dns-zone" => "zone-in-trouble",
        "stack" => "stack-in-trouble",
        "rest-api" => "api-in-trouble",
        "batch-queue" => "queue-in-trouble",
        "batch-definition" | "event-rule" | "foreign-schedule" | "state-machine" => "job-failed",
        _ => return None,
    })
}

/// The causes that such resources are.
pub(super) fn propose<'a>(site: &Site<'_, 'a>) -> Vec<Hypothesis<'a>> {
    let told = site.symptoms.iter().filter(|symptom| symptom.sign == Sign::Other);
    told.filter_map(|symptom| {
        let name = symptom.member.id.kind;
        let source = kind(name).and_then(|kind| kind.permissions().first().copied())?;
        let it = Hypothesis::new(rule(name.0)?, symptom.member, (Spread::Alone, Strength::Seen), symptom.what.clone());
        Some(it.since(symptom.since).confirms(evidence(symptom.what.clone(), symptom.since, source).on(symptom.member)))
    })
    .collect()
}
