//! What a rollout asks of the service's own API: the steps that make a revision and set it. A seam for the pure
//! rollout; the calls stand in `change.rs`.

use crate::change::gate::Change;
use crate::world::Arn;

/// The changes a rollout takes; made by the kind that knows the calls.
pub trait RevisionSteps: Send + 'static {
    /// Registers a new revision; `None` where the service goes to one that is there. Its receipt tells `revision`, and
    /// `differs` if AWS's copy is not what was asked for.
    fn register(&self) -> Option<Box<dyn Change>>;

    /// Takes the service to `revision`, or to the one it was made for. Its receipt tells `deployment`.
    fn update(&self, revision: Option<&Arn>) -> Box<dyn Change>;
}
