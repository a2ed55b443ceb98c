//! What inference may know of one: names, tags, VPC, keys others use for it, ties to others.
//! Pure; it decides nothing.

use super::model::Cluster;
use crate::kinds::Subject;
use crate::world::{Resource, Scope};

/// What is known of `item` for placing it. Dimensions call it `cluster/NAME`.
#[expect(clippy::unnecessary_wraps, reason = "the trait lets a kind have no subject")]
pub(super) fn subject(item: &Cluster, scope: &Scope) -> Option<Subject> {
    let subject = Subject::new(item.id(scope)).named(&item.name).tagged(&item.tags);
    Some(subject.known_as(format!("cluster/{}", item.name)))
}
