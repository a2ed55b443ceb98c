//! Why an environment is not well: rules propose causes with evidence for and against them, a graph of what depends on
//! what puts causes before symptoms, rivals attack the leading one, and what nobody explains is said. Pure: what it needs
//! beyond the picture is named by [`wants`] and read by whoever asks.

mod changes;
mod facts;
mod graph;
mod hypothesis;
mod log_phrases;
mod model;
mod reads;
mod rules;
mod symptoms;
#[cfg(test)]
mod tests;
mod weigh;

use jiff::Timestamp;

pub use model::{Cause, Confidence, Evidence, Explanation, Missing, Named, Unexplained};
pub use reads::wants;

use self::graph::Graph;
use self::rules::Site;
use self::symptoms::Symptom;
use super::context::{DiagnosisContext, DiagnosisInput};
use super::intended_sleep::Rest;
use super::{Finding, Verdict, intended_sleep};
use crate::kinds::KindContext;
use crate::timeline::Event;
use crate::world::{Health, ResourceId};

/// How far before an onset changes are told.
pub const CHANGES_BEFORE: jiff::SignedDuration = changes::BEFORE;

/// Since when an environment is as unwell as it is, by its symptoms alone.
pub(super) fn onset<'a>(cx: &DiagnosisContext<'a>, rest: &Rest<'a>) -> Option<Timestamp> {
    first(&symptoms::symptoms(cx, rest, &facts::services(cx)))
}

/// Since when the first of the worst symptoms shows.
fn first(symptoms: &[Symptom<'_>]) -> Option<Timestamp> {
    let worst = symptoms.iter().map(|symptom| symptom.health).max();
    symptoms.iter().filter(|symptom| Some(symptom.health) == worst).filter_map(|symptom| symptom.since).min()
}

/// The findings of incidents, told by their causes: where what was read tells more than the sign that leads an incident, the
/// cause leads it, and the sign becomes its first evidence. So the fleet, the page and `explain` name one cause.
pub(super) fn led_by_causes<'a>(
    cx: &DiagnosisContext<'a>,
    rest: &Rest<'a>,
    incidents: Vec<(Finding, Vec<ResourceId>)>,
) -> Vec<Finding> {
    let is_vague = |finding: &Finding| finding.health > Health::Unknown && finding.depth >= VAGUE;
    if !incidents.iter().any(|(finding, _)| is_vague(finding)) {
        return incidents.into_iter().map(|(finding, _)| finding).collect();
    }
    let services = facts::services(cx);
    let symptoms = symptoms::symptoms(cx, rest, &services);
    let site = Site { cx, services: &services, symptoms: &symptoms, events: &[] };
    let (causes, _) = weigh::weigh(&Graph::of(cx), &symptoms, rules::propose(&site));
    let lead = |(mut finding, members): (Finding, Vec<ResourceId>)| {
        let is_of = |cause: &&Cause| {
            members.contains(&cause.resource.id) || cause.effects.iter().any(|effect| members.contains(&effect.id))
        };
        // Only the first cause of an incident counts: a rival further down is what it probably is not.
        let cause = causes.iter().find(is_of).filter(|_| is_vague(&finding));
        let telling = |cause: &&Cause| cause.confidence >= Confidence::Likely && !weigh::is_symptomatic(cause.rule);
        if let Some(cause) = cause.filter(telling) {
            let sign = std::mem::replace(&mut finding.message, cause.message.clone());
            finding.evidence.retain(|line| *line != finding.message && *line != sign);
            if sign != finding.message {
                finding.evidence.insert(0, sign);
            }
            finding.about = Some(cause.resource.id.clone());
            finding.depth = CAUSE;
        }
        finding
    };
    incidents.into_iter().map(lead).collect()
}

/// A sign of this depth tells what is seen, and not why: targets that fail, tasks that are missing, alarms.
const VAGUE: u8 = 3;
/// How deep a cause stands that was found for such a sign.
const CAUSE: u8 = 2;

/// Explains `verdict` from what was read. `events` are what happened lately, oldest first: they tell who did what.
#[must_use]
pub fn explain(input: &DiagnosisInput<'_>, kind: &KindContext<'_>, verdict: &Verdict, events: &[Event]) -> Explanation {
    let cx = DiagnosisContext::of(input, kind.world, kind.resource_index, kind.now, kind.zone);
    let rest = intended_sleep::read(&cx);
    let services = facts::services(&cx);
    let symptoms = symptoms::symptoms(&cx, &rest, &services);
    let graph = Graph::of(&cx);
    let site = Site { cx: &cx, services: &services, symptoms: &symptoms, events };
    let (mut findings, unexplained) = weigh::weigh(&graph, &symptoms, rules::propose(&site));
    changes::fill(&graph, events, &mut findings);
    let missing = reads::missing(&cx, &reads::of(&cx, &services, &symptoms));
    let worst = symptoms.iter().map(|symptom| symptom.health).max();
    let caused = findings.iter().filter(|cause| Some(cause.health) == worst).filter_map(|cause| cause.since);
    let since = first(&symptoms).into_iter().chain(caused).min();
    Explanation { health: verdict.health, since, findings, unexplained, missing }
}
