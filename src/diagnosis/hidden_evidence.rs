//! What a failed reading may hide of an environment. A reading that broke may hide anything. One whose right is missing
//! stays so for long: where the right is optional, it counts only where something that was read points to what is
//! hidden. Pure.

use std::collections::BTreeMap;

use super::context::DiagnosisContext;
use crate::environment::Environment;
use crate::kinds::alarm::{WatchedResource, all_watched};
use crate::kinds::ecs_service;
use crate::kinds::ecs_task::Task;
use crate::kinds::lambda_function::Function;
use crate::kinds::managed_node::Node;
use crate::kinds::metric_filter::MetricFilter;
use crate::kinds::resource_tags::TaggedResource;
use crate::kinds::{AnyKind, Evidence};
use crate::world::{Fault, FaultKind, KindName, Resource, Scope};

/// Whether `fault` of `kind` may hide something that would make this environment worse.
pub(super) fn may_hide(cx: &DiagnosisContext<'_>, scope: &Scope, kind: &dyn AnyKind, fault: &Fault) -> bool {
    match kind.evidence() {
        Evidence::None => false,
        Evidence::Needed => true,
        Evidence::Optional if is_missing_right(fault) => is_pointed_to(cx, scope, kind.name()),
        Evidence::Optional => kind.name() != Node::KIND || has_agents(cx),
    }
}

/// Whether it stays so until somebody changes the account: a right that is missing, a service that is not there.
const fn is_missing_right(fault: &Fault) -> bool {
    matches!(fault.kind, FaultKind::Denied | FaultKind::Unavailable)
}

/// Agents are judged with their instances: where there is none, theirs say nothing.
fn has_agents(cx: &DiagnosisContext<'_>) -> bool {
    let by_instances = |group: &str| group == "instance";
    cx.services.is_empty()
        || !cx.instances.is_empty()
        || cx.groups.iter().any(|(_, group)| group.target_type.as_deref().is_some_and(by_instances))
}

/// Whether something that was read tells that there is one of `kind` here, or that one would be the worse for it.
fn is_pointed_to(cx: &DiagnosisContext<'_>, scope: &Scope, kind: KindName) -> bool {
    if kind == Task::KIND {
        // What fails in a service shows in its counts, its rollouts and its events first; why it fails only in tasks.
        let here = cx.services.iter().filter(|(member, _)| member.id.scope == *scope);
        return here.clone().any(|(_, service)| !ecs_service::is_settled(service));
    }
    if kind == Function::KIND {
        return has_functions(cx, scope);
    }
    if kind == TaggedResource::KIND || kind == MetricFilter::KIND {
        // Both only tell whose something is: what is sick and nobody's may be of this environment.
        return cx.strays.contains(scope);
    }
    // That an instance's agent is lost tells of the way in, not of what it serves; and nothing points to jobs, backups,
    // certificates and what else stands around.
    false
}

/// Whether alarms, target groups or tags of this environment know of a function.
fn has_functions(cx: &DiagnosisContext<'_>, scope: &Scope) -> bool {
    let watched = cx
        .alarms
        .iter()
        .filter(|(member, _)| member.id.scope == *scope)
        .any(|(_, alarm)| all_watched(alarm).any(|it| matches!(it, WatchedResource::Function(_))));
    let serving = cx
        .groups
        .iter()
        .filter(|(member, _)| member.id.scope == *scope)
        .any(|(_, group)| group.target_type.as_deref() == Some("lambda"));
    let tagged = |it: &TaggedResource| {
        it.arn.service() == Some("lambda")
            && (it.arn.resource().contains(cx.environment.name.as_str()) || names(cx.environment, &it.tags))
    };
    watched || serving || cx.world.all::<TaggedResource>(scope).any(tagged)
}

/// Whether tags name the environment, or its system and its stage.
fn names(environment: &Environment, tags: &BTreeMap<String, String>) -> bool {
    let said = |word: &str| tags.values().any(|value| value.eq_ignore_ascii_case(word));
    let system = environment.project.as_deref().is_some_and(said);
    said(environment.name.as_str()) || (system && environment.stage.as_deref().is_none_or(said))
}
