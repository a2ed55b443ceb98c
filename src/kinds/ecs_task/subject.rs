//! What inference may know of one: names, tags, VPC, keys others use for it, ties to others.
//! Pure; it decides nothing.

use super::model::Task;
use crate::kinds::{Relation, Subject};
use crate::world::{Resource, Scope};

/// The family of its revision: `arn:…:task-definition/FAMILY:7`, or `FAMILY:7` alone.
fn family(item: &Task) -> &str {
    let text = item.task_definition.as_str();
    let text = text.rsplit('/').next().unwrap_or(text);
    text.rsplit_once(':').map_or(text, |(family, _)| family)
}

/// What is known of `item` for placing it: it follows its service, else its cluster, else its family's name.
#[expect(clippy::unnecessary_wraps, reason = "the trait lets a kind have no subject")]
pub(super) fn subject(item: &Task, scope: &Scope) -> Option<Subject> {
    let family = family(item);
    let mut subject = Subject::new(item.id(scope))
        .also_called(family)
        .tagged(&item.tags)
        .tied(Relation::Cluster, item.cluster.as_str())
        .tied(Relation::Family, ["family:", family].concat());
    if let Some(service) = item.service() {
        subject = subject.tied(Relation::Service, ["service/", item.cluster.last(), "/", service].concat());
    }
    // The address of a stopped task may be another's by now.
    if item.stopped_at.is_none() {
        for ip in &item.ips {
            subject = subject.known_as(["ip:", ip].concat());
        }
    }
    Some(subject)
}
