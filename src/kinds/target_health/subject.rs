//! What inference may know of one: names, tags, VPC, keys others use for it, ties to others.
//! Pure; it decides nothing.

use super::model::TargetHealth;
use crate::kinds::{Relation, Subject};
use crate::world::{Resource, Scope};

/// The targets as ties of their target group; health itself is no member of anything.
#[expect(clippy::unnecessary_wraps, reason = "the trait lets a kind have no subject")]
pub(super) fn subject(item: &TargetHealth, scope: &Scope) -> Option<Subject> {
    let mut subject = Subject::about(item.id(scope), item.group.as_str());
    for target in item.targets.iter().filter(|target| !target.is_abroad()) {
        let to = if target.id.contains(['.', ':']) && !target.id.starts_with("arn:") {
            format!("ip:{}", target.id)
        } else {
            target.id.clone()
        };
        subject = subject.tied(Relation::Target, to);
    }
    Some(subject)
}
