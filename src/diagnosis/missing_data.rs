//! What could not be read and may hide something: a verdict is no better than unknown while a kind that
//! matters here was never read, or not for long. Pure; the faults come from the stores.

use jiff::{SignedDuration, Timestamp};

use super::Finding;
use super::context::DiagnosisContext;
use crate::kinds::alarm::Alarm;
use crate::kinds::db_cluster::DbCluster;
use crate::kinds::db_instance::DbInstance;
use crate::kinds::ec2_instance::Instance;
use crate::kinds::ecs_cluster::Cluster;
use crate::kinds::ecs_service::Service;
use crate::kinds::target_group::TargetGroup;
use crate::kinds::target_health::TargetHealth;
use crate::text::span;
use crate::world::{Fault, FaultKind, Health, KindName, KindStore, Resource, Scope};

/// Data older than this beside a standing fault tells nothing any more.
const TOO_OLD: SignedDuration = SignedDuration::from_mins(10);

/// A finding for each fault that may hide something of this environment.
pub(super) fn findings(cx: &DiagnosisContext<'_>) -> Vec<Finding> {
    let mut findings: Vec<Finding> = Vec::new();
    for scope in &cx.environment.scopes {
        for kind in relevant(cx) {
            let Some(store) = cx.world.store(scope, kind) else { continue };
            for (fault, read_at) in hiding(cx, store) {
                let finding = finding(cx, scope, fault, read_at);
                if findings.iter().all(|known| known.message != finding.message) {
                    findings.push(finding);
                }
            }
        }
    }
    findings
}

/// The finding of an environment of which nothing can be judged.
pub(super) fn nothing_known(cx: &DiagnosisContext<'_>) -> Finding {
    let faults = &cx.environment.faults;
    match faults.first() {
        Some((scope, fault)) => {
            let mut finding = finding(cx, scope, fault, None);
            let more = faults.iter().skip(1).map(|(_, fault)| fault.sentence());
            finding.evidence.extend(more);
            finding
        }
        None => Finding {
            health: Health::Unknown,
            depth: 0,
            message: "nothing that tells its health has been read".to_owned(),
            about: None,
            evidence: Vec::new(),
        },
    }
}

/// The kinds whose absence would hide something here.
fn relevant(cx: &DiagnosisContext<'_>) -> Vec<KindName> {
    let by_instances =
        !cx.instances.is_empty() || cx.groups.iter().any(|(_, group)| group.target_type.as_deref() == Some("instance"));
    let mut kinds = vec![DbInstance::KIND, DbCluster::KIND, TargetGroup::KIND, TargetHealth::KIND, Alarm::KIND];
    // What serves is either tasks or instances; the other kind's fault says nothing about this environment.
    if by_instances {
        kinds.push(Instance::KIND);
    }
    if !by_instances || !cx.services.is_empty() {
        kinds.extend([Cluster::KIND, Service::KIND]);
    }
    kinds
}

/// The faults of a store that leave nothing, or nothing fresh, to judge by; with the age of what is left.
fn hiding<'a>(cx: &DiagnosisContext<'_>, store: &'a KindStore) -> Vec<(&'a Fault, Option<Timestamp>)> {
    let stale = |read_at: Option<Timestamp>| read_at.is_none_or(|at| cx.now.duration_since(at) > TOO_OLD);
    let whole = store.fault.as_ref().map(|fault| (fault, store.oldest()));
    let parts = store
        .bins()
        .filter(|(part, _)| ours(cx, part))
        .filter_map(|(_, bin)| bin.fault.as_ref().map(|fault| (fault, bin.read_at)));
    whole.into_iter().chain(parts).filter(|(_, read_at)| stale(*read_at)).collect()
}

/// Whether a part (a cluster, a target group) is of this environment.
fn ours(cx: &DiagnosisContext<'_>, part: &str) -> bool {
    part.is_empty()
        || cx.environment.members.iter().any(|member| &*member.id.key == part)
        || cx.services.iter().any(|(_, service)| service.cluster.as_str() == part)
}

fn finding(cx: &DiagnosisContext<'_>, scope: &Scope, fault: &Fault, read_at: Option<Timestamp>) -> Finding {
    let age = read_at.map(|at| format!(" for {}", span(cx.now.duration_since(at).as_secs()))).unwrap_or_default();
    Finding {
        health: Health::Unknown,
        depth: 0,
        message: format!("could not be read{age}: {} {}", fault.operation, outcome(fault.kind)),
        about: None,
        evidence: vec![fault.sentence(), fault.remedy(scope)],
    }
}

const fn outcome(kind: FaultKind) -> &'static str {
    match kind {
        FaultKind::Denied => "denied",
        FaultKind::Expired => "failed, the credentials ran out",
        FaultKind::Credentials => "failed, no usable credentials",
        FaultKind::Throttled => "throttled",
        FaultKind::Gone => "found nothing",
        FaultKind::Offline => "could not reach AWS",
        FaultKind::Timeout => "timed out",
        FaultKind::Garbled => "was answered with garbage",
        FaultKind::Unavailable => "is not available",
        FaultKind::Refused => "refused",
        FaultKind::Odd => "failed",
    }
}
