//! What could not be read and may hide something: a verdict is no better than unknown while a kind that
//! matters here was never read, or not for long. Pure; the faults come from the stores.

use jiff::{SignedDuration, Timestamp};

use super::Finding;
use super::context::DiagnosisContext;
use super::hidden_evidence::may_hide;
use crate::environment::Member;
use crate::kinds::catalog::KINDS;
use crate::kinds::lambda_function::Function;
use crate::kinds::{AnyKind, Evidence, PollClass};
use crate::text::span;
use crate::world::{Fault, FaultKind, Health, KindName, KindStore, Resource, Scope};

/// Data older than this beside a standing fault tells nothing any more.
const TOO_OLD: SignedDuration = SignedDuration::from_mins(10);
/// The same for what is read every ten minutes: one that fails once has told of nothing new.
const TOO_OLD_OF_SLOW: SignedDuration = SignedDuration::from_mins(30);

/// A finding for each fault that may hide something of this environment.
pub(super) fn findings(cx: &DiagnosisContext<'_>) -> Vec<Finding> {
    let mut findings: Vec<Finding> = Vec::new();
    for scope in &cx.environment.scopes {
        for kind in KINDS.iter().filter(|kind| kind.evidence() != Evidence::None) {
            let Some(store) = cx.world.store(scope, kind.name()) else { continue };
            let unread = hiding(cx, *kind, store).into_iter().filter(|(fault, _)| may_hide(cx, scope, *kind, fault));
            let unread = unread.map(|(fault, read_at)| finding(cx, scope, fault, read_at));
            // What is listed and cannot be judged points to what is hidden by itself.
            let counts = |fault: &&Fault| kind.name() == Function::KIND || may_hide(cx, scope, *kind, fault);
            let lacking = lacking(cx, (scope, kind.name()), store).filter(counts).map(|fault| {
                let message = format!("not all could be read: {} {}", fault.operation, outcome(fault.kind));
                Finding { message, ..finding(cx, scope, fault, None) }
            });
            for finding in unread.chain(lacking) {
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

/// The faults of a store that leave nothing, or nothing fresh, to judge by; with the age of what is left.
fn hiding<'a>(
    cx: &DiagnosisContext<'_>,
    kind: &dyn AnyKind,
    store: &'a KindStore,
) -> Vec<(&'a Fault, Option<Timestamp>)> {
    let too_old = if kind.pace() == PollClass::Live { TOO_OLD } else { TOO_OLD_OF_SLOW };
    let stale = |read_at: Option<Timestamp>| read_at.is_none_or(|at| cx.now.duration_since(at) > too_old);
    let whole = store.fault.as_ref().map(|fault| (fault, store.oldest()));
    let parts = store
        .bins()
        .filter(|(part, _)| ours(cx, part))
        .filter_map(|(_, bin)| bin.fault.as_ref().map(|fault| (fault, bin.read_at)));
    whole.into_iter().chain(parts).filter(|(_, read_at)| stale(*read_at)).collect()
}

/// The faults that left a store with less than there is: a list that was cut short, records that carry no name, or what
/// a member of this environment would be judged by.
fn lacking<'a>(
    cx: &DiagnosisContext<'_>,
    (scope, kind): (&Scope, KindName),
    store: &'a KindStore,
) -> impl Iterator<Item = &'a Fault> {
    let unjudged = |member: &Member| (member.id.kind, &member.id.scope) == (kind, scope) && member.assessment.is_none();
    let detail = cx.environment.members.iter().any(unjudged);
    let here = move |fault: &Fault| cx.environment.faults.iter().any(|(at, known)| at == scope && known == fault);
    store.notes.iter().filter(move |fault| (fault.kind == FaultKind::Garbled || detail) && here(fault))
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
