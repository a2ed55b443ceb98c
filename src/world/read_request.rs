//! One thing to be read: a kind, in a scope, all of it or parts. Plain data.
//! Who reads it, and when, is the engine's.

use crate::world::Coverage;
use crate::world::KindName;
use crate::world::Scope;

/// Something to be read before the next step.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct ReadRequest {
    /// Where.
    pub scope: Scope,
    /// What.
    pub kind: KindName,
    /// How much of it.
    pub coverage: Coverage,
}

impl ReadRequest {
    /// All of a kind.
    #[must_use]
    pub fn all(scope: &Scope, kind: KindName) -> Self {
        Self { scope: scope.clone(), kind, coverage: Coverage::All }
    }

    /// One part of a kind that is read part by part.
    #[must_use]
    pub fn part(scope: &Scope, kind: KindName, part: &str) -> Self {
        let parts = std::iter::once(part.into()).collect();
        Self { scope: scope.clone(), kind, coverage: Coverage::Parts(parts) }
    }
}
