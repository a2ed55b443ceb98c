//! What was changed before a trouble began: within a window before its onset, nearest in the graph first, then nearest
//! in time. Pure.

use jiff::SignedDuration;

use super::graph::Graph;
use super::model::Cause;
use crate::timeline::Event;
use crate::world::ResourceId;

/// How far before the onset a change is still told.
pub(super) const BEFORE: SignedDuration = SignedDuration::from_hours(2);
/// What is measured by the minute may begin a little before the change that made it.
const SLACK: SignedDuration = SignedDuration::from_mins(2);
/// How many are told.
const MOST: usize = 5;

/// Fills in the changes before each cause.
pub(super) fn fill(graph: &Graph<'_>, events: &[Event], causes: &mut [Cause]) {
    for cause in causes {
        let Some(onset) = cause.since else { continue };
        let mut near: Vec<(usize, SignedDuration, &Event)> = events
            .iter()
            .filter(|event| event.is_change())
            .filter_map(|event| {
                let before = onset.duration_since(event.at);
                let within = before <= BEFORE && before >= SignedDuration::ZERO - SLACK;
                within.then_some((distance(graph, cause, event)?, before, event))
            })
            .collect();
        near.sort_by_key(|(far, before, _)| (*far, *before));
        cause.changes_before = near.into_iter().take(MOST).map(|(.., event)| event.clone()).collect();
    }
}

/// How near a change is to a cause: at the same resource, at something it depends on, or at something that depends on it.
/// `None` for changes elsewhere.
fn distance(graph: &Graph<'_>, cause: &Cause, event: &Event) -> Option<usize> {
    let Some(subject) = &event.subject else { return Some(9) };
    let here: &ResourceId = &cause.resource.id;
    if subject.id == *here {
        return Some(0);
    }
    if let Some(far) = graph.distance(here, &subject.id) {
        return Some(far);
    }
    let effect = cause.effects.iter().any(|effect| effect.id == subject.id);
    effect.then_some(5).or_else(|| graph.distance(&subject.id, here).map(|far| far + 5))
}
