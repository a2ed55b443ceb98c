//! What inference may know of one: names, tags, VPC, keys others use for it, ties to others.
//! Pure; it decides nothing.

use super::model::Service;
use crate::environment::Subject;
use crate::world::{Resource, Scope};

/// What is known of `item` for placing it.
#[expect(clippy::unnecessary_wraps, reason = "the trait lets a kind have no subject")]
pub(super) fn subject(item: &Service, scope: &Scope) -> Option<Subject> {
    Some(Subject::new(item.id(scope)))
}
