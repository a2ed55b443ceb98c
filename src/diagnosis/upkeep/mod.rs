//! Upkeep: what nobody notices until it is needed. Who is told by alarms, how long logs are kept, which way out of the
//! network there is, what has outlived its support. Once for an environment, from what was read; what could not be read
//! says nothing here. Notes, but where something protected would fail without a word. Pure.

mod logs;
mod network;
mod support;
mod told;

#[cfg(test)]
mod tests;

use super::Finding;
use super::context::DiagnosisContext;
use crate::world::{Health, KindName, ResourceId, Scope, World};

/// The findings of an environment.
pub(super) fn findings(cx: &DiagnosisContext<'_>) -> Vec<Finding> {
    [told::findings(cx), logs::findings(cx), network::findings(cx), support::findings(cx)].concat()
}

/// A note: it changes no verdict.
fn note(message: String, about: Option<ResourceId>) -> Finding {
    Finding { health: Health::Well, depth: 9, message, about, evidence: Vec::new() }
}

/// Something that fails when it is needed: worrying where that is protected, else a note.
fn gap(cx: &DiagnosisContext<'_>, message: String, about: Option<ResourceId>) -> Finding {
    let health = if cx.environment.protected { Health::Worrying } else { Health::Well };
    let depth = if cx.environment.protected { 6 } else { 9 };
    Finding { health, depth, message, about, evidence: Vec::new() }
}

/// Whether all of a kind was read in a place: only then what is not there is missing.
fn is_whole(world: &World, scope: &Scope, kind: KindName) -> bool {
    world.store(scope, kind).is_some_and(|store| store.oldest().is_some() && store.faults().next().is_none())
}

/// `a, b and 3 more`.
fn listed(names: &[&str]) -> String {
    const SHOWN: usize = 3;
    let some = names.get(..SHOWN.min(names.len())).unwrap_or_default().join(", ");
    match names.len().checked_sub(SHOWN).filter(|more| *more > 0) {
        Some(more) => format!("{some} and {more} more"),
        None => some,
    }
}
