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
use super::{Verdict, intended_sleep};
use crate::kinds::KindContext;
use crate::timeline::Event;

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
