//! What inference may know of one: names, tags, VPC, keys others use for it, ties to others.
//! Pure; it decides nothing.

use super::model::Instance;
use crate::kinds::Subject;
use crate::world::{Resource, Scope};

/// What is known of `item` for placing it.
#[expect(clippy::unnecessary_wraps, reason = "the trait lets a kind have no subject")]
pub(super) fn subject(item: &Instance, scope: &Scope) -> Option<Subject> {
    let mut subject = Subject::new(item.id(scope)).tagged(&item.tags).in_vpc(item.vpc.as_deref());
    if let Some(name) = item.name.as_deref().filter(|name| !name.is_empty()) {
        subject = subject.named(name);
    }
    if let Some(ip) = &item.private_ip {
        subject = subject.known_as(format!("ip:{ip}"));
    }
    Some(subject)
}
