//! What inference may know of one: names, tags, VPC, keys others use for it, ties to others.
//! Pure; it decides nothing.

use super::model::Node;
use crate::kinds::{Relation, Subject};
use crate::world::{Resource, Scope};

/// What is known of `item` for placing it: it follows its EC2 instance; a hybrid node has a name of its own.
#[expect(clippy::unnecessary_wraps, reason = "the trait lets a kind have no subject")]
pub(super) fn subject(item: &Node, scope: &Scope) -> Option<Subject> {
    let mut subject = Subject::new(item.id(scope)).tied(Relation::Node, &item.id);
    if let Some(name) = item.name.as_deref().filter(|name| !name.is_empty()) {
        subject = subject.named(name);
    }
    Some(subject)
}
