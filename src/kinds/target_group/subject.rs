//! What inference may know of one: names, tags, VPC, keys others use for it, ties to others.
//! Pure; it decides nothing.

use super::model::TargetGroup;
use crate::kinds::{Relation, Subject};
use crate::world::{Resource, Scope};

/// What is known of `item` for placing it. Dimensions call it `targetgroup/NAME/ID`; its targets are told by
/// target health, its services by the services.
#[expect(clippy::unnecessary_wraps, reason = "the trait lets a kind have no subject")]
pub(super) fn subject(item: &TargetGroup, scope: &Scope) -> Option<Subject> {
    let mut subject =
        Subject::new(item.id(scope)).named(&item.name).in_vpc(item.vpc.as_deref()).known_as(item.arn.resource());
    for balancer in &item.load_balancers {
        subject = subject.tied(Relation::LoadBalancer, balancer.as_str());
    }
    Some(subject)
}
