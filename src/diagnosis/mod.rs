//! Diagnosis: rules that join kinds, findings with evidence, and the verdict of an environment.
//! Pure; kinds judge single resources in their own `rules.rs`, this folder judges what they mean together.
//! What AWS's sentences mean is data: `stop_reasons`, `events`.

mod context;
mod drift;
pub mod explain;
mod external_schedulers;
mod hidden_evidence;
mod incident;
mod intended_sleep;
mod missing_data;
mod notes;
mod upkeep;

#[cfg(test)]
pub(crate) mod tests;
pub mod verdict;

pub use verdict::{Finding, Verdict};

use jiff::{Timestamp, tz::TimeZone};

use crate::kinds::ResourceIndex;
use crate::world::{Health, World};
pub use context::DiagnosisInput;

use context::DiagnosisContext;

/// The verdict of an environment: never better than its worst part that counts, worst and deepest cause first.
///
/// What counts: every opinion of its members, but for consequences of an intended sleep; what should have been read
/// and was not; and what members mean together, such as a task that runs without its database.
#[must_use]
pub fn read(
    input: &DiagnosisInput<'_>,
    world: &World,
    resource_index: &ResourceIndex<'_>,
    now: Timestamp,
    zone: &TimeZone,
) -> Verdict {
    let cx = DiagnosisContext::of(input, world, resource_index, now, zone);
    let rest = intended_sleep::read(&cx);
    let mut findings = explain::led_by_causes(&cx, &rest, incident::findings(&cx, &rest));
    let missing = missing_data::findings(&cx);
    let blind = !missing.is_empty();
    findings.extend(missing);
    findings.extend(intended_sleep::half(&cx, &rest));
    findings.extend(drift::findings(&cx));
    findings.extend(external_schedulers::findings(&cx));
    findings.extend(upkeep::findings(&cx));

    // A part that sleeps makes no environment asleep: that takes nothing to be left that serves.
    let counted = |finding: &Finding| if finding.health == Health::Asleep { Health::Well } else { finding.health };
    let judged = input.environment.members.iter().any(|member| member.assessment.is_some());
    let mut health = findings.iter().map(counted).max().unwrap_or(Health::Well);
    if rest.idle {
        health = health.max(Health::Asleep);
        findings.insert(0, intended_sleep::finding(&cx));
    }
    if !judged && health < Health::Unknown {
        health = Health::Unknown;
        findings.push(missing_data::nothing_known(&cx));
    }
    if !rest.idle {
        findings.extend(notes::findings(&cx));
    }
    findings.sort_by(|a, b| {
        let rank = |finding: &Finding| {
            (finding.health == Health::Asleep && !rest.idle, std::cmp::Reverse(finding.health), finding.depth)
        };
        rank(a).cmp(&rank(b)).then_with(|| a.message.cmp(&b.message))
    });
    let since = if health > Health::Unknown { explain::onset(&cx, &rest) } else { None };
    let mut verdict = Verdict { health, blind, findings, since };
    verdict.own_up();
    verdict
}
