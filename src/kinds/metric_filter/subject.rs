//! What inference may know of one: names, tags, VPC, keys others use for it, ties to others.
//! Pure; it decides nothing.

use super::model::MetricFilter;
use crate::kinds::{Relation, Subject};
use crate::world::{Resource, Scope};

/// A clue: alarms on its metrics belong where its log group does.
#[expect(clippy::unnecessary_wraps, reason = "the trait lets a kind have no subject")]
pub(super) fn subject(item: &MetricFilter, scope: &Scope) -> Option<Subject> {
    let mut subject = Subject::hint(item.id(scope))
        .named(&item.log_group)
        .named(&item.name)
        .tied(Relation::LogGroup, format!("log-group:{}", item.log_group));
    for (namespace, name) in &item.metrics {
        subject = subject.known_as(format!("metric:{namespace}/{name}"));
    }
    Some(subject)
}
