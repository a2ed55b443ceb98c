//! How one is judged, with a sentence, and what it adds to its environment's counts.
//! Pure: the clock and the surroundings come in the context.

use super::model::DbInstance;
use crate::environment::Counts;
use crate::kinds::Context;
use crate::world::Opinion;

/// How `item` is; `None` if it has no say.
pub(super) fn opinion(_item: &DbInstance, _cx: &Context<'_>) -> Option<Opinion> {
    None
}

/// Adds `item` to `counts`.
pub(super) fn count(_item: &DbInstance, _cx: &Context<'_>, _counts: &mut Counts) {}
