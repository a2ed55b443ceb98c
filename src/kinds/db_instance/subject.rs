//! What inference may know of one: names, tags, VPC, keys others use for it, ties to others.
//! Pure; it decides nothing.

use super::model::DbInstance;
use crate::kinds::{Relation, Subject};
use crate::world::{Resource, Scope};

/// What is known of `item` for placing it. Dimensions call it `db:ID`.
#[expect(clippy::unnecessary_wraps, reason = "the trait lets a kind have no subject")]
pub(super) fn subject(item: &DbInstance, scope: &Scope) -> Option<Subject> {
    let subject = Subject::new(item.id(scope))
        .named(&item.id)
        .tagged(&item.tags)
        .in_vpc(item.vpc.as_deref())
        .known_as(format!("db:{}", item.id));
    Some(match &item.cluster {
        Some(cluster) => subject.tied(Relation::Member, format!("cluster:{cluster}")),
        None => subject,
    })
}
