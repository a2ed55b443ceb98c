//! What inference may know of one: names, tags, VPC, keys others use for it, ties to others.
//! Pure; it decides nothing.

use super::model::LoadBalancer;
use crate::kinds::Subject;
use crate::world::{Resource, Scope};

/// What is known of `item` for placing it. Dimensions call it `app/NAME/ID`.
#[expect(clippy::unnecessary_wraps, reason = "the trait lets a kind have no subject")]
pub(super) fn subject(item: &LoadBalancer, scope: &Scope) -> Option<Subject> {
    let subject = Subject::new(item.id(scope)).named(&item.name).in_vpc(item.vpc.as_deref());
    let resource = item.arn.resource();
    let subject = item.dns.iter().fold(subject, |subject, dns| subject.known_as(["dns:", dns].concat()));
    Some(subject.known_as(resource.strip_prefix("loadbalancer/").unwrap_or(resource)))
}
