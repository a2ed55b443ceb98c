//! What inference may know of one: names, tags, VPC, keys others use for it, ties to others.
//! Pure; it decides nothing.

use super::model::Service;
use crate::kinds::{Relation, Subject};
use crate::world::{Resource, Scope};

/// What is known of `item` for placing it. Dimensions and scaling alarms call it `service/CLUSTER/NAME`.
#[expect(clippy::unnecessary_wraps, reason = "the trait lets a kind have no subject")]
pub(super) fn subject(item: &Service, scope: &Scope) -> Option<Subject> {
    let mut subject = Subject::new(item.id(scope))
        .named(&item.name)
        .tagged(&item.tags)
        .known_as(format!("service/{}/{}", item.cluster.last(), item.name))
        .tied(Relation::Cluster, item.cluster.as_str());
    for group in item.target_groups() {
        subject = subject.tied(Relation::TargetGroup, group.as_str());
    }
    Some(subject)
}
