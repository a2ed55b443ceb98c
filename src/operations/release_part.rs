//! Parts of a release: what takes one back, and the release that takes back what a failed one has done. Pure; the order
//! and the end are `change::Release`'s.

use super::{ActionContext, actions_of};
use crate::change::procedure::Proposal;
use crate::change::{ReleasePart, ReleasePartState, SkippedPart, TakeBack};
use crate::world::ResourceId;

/// What is to be one part of a release.
#[derive(Clone, Copy, Debug)]
pub struct PartRequest<'a> {
    /// On what.
    pub on: &'a ResourceId,
    /// What it is called on the command line: `ENV/NAME`.
    pub name: &'a str,
    /// The operation.
    pub verb: &'a str,
    /// What it is told.
    pub value: Option<&'a str>,
}

/// What became of it.
#[derive(Debug)]
pub enum PlannedPart {
    /// It is to be done.
    Part(ReleasePart),
    /// It is so already.
    Skipped(SkippedPart),
}

/// Plans one part of a release.
///
/// # Errors
/// A sentence: why it cannot be done.
pub fn planned(request: PartRequest<'_>, context: &ActionContext<'_>) -> Result<PlannedPart, String> {
    let PartRequest { on, name, verb, value } = request;
    let actions = actions_of(on.kind).ok_or_else(|| format!("no actions exist for a {}", on.kind))?;
    // A release that is taken up again finds what it did before.
    if let Some(message) = actions.already(on, verb, value, context) {
        return Ok(PlannedPart::Skipped(SkippedPart { name: name.to_owned(), message }));
    }
    match actions.propose(on, verb, value, context)? {
        Proposal::Procedure(procedure) => {
            let take_back = take_back(request, context);
            Ok(PlannedPart::Part(ReleasePart { name: name.to_owned(), procedure, take_back }))
        }
        Proposal::Change(_) => Err("it cannot be part of a release".to_owned()),
    }
}

/// What takes it back once it is done.
#[must_use]
pub fn take_back(request: PartRequest<'_>, context: &ActionContext<'_>) -> Option<TakeBack> {
    let undo = actions_of(request.on.kind)?.undo(request.on, request.verb, context)?;
    let command = format!("toban deploy {} {}", request.name, undo.flags);
    Some(TakeBack { command, on: request.on.clone(), verb: undo.verb, value: undo.value })
}

/// What takes back what a release has changed, the last first; none where that is nothing, or not known.
pub fn parts_back(parts: &[ReleasePartState]) -> impl Iterator<Item = (&str, &TakeBack)> {
    parts.iter().rev().filter_map(|part| Some((part.name.as_str(), part.take_back.as_ref()?)))
}
