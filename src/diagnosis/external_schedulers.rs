//! What schedules of other owners mean for an environment: a run that failed and was needed, a rule that an override
//! disabled and nothing enables again, a schedule that may not be enforced, and notes on conflicts, doubtful hours and jobs that come while the database sleeps. Pure.

use super::Finding;
use super::context::DiagnosisContext;
use crate::schedule::Mode;
use crate::world::Health;

/// The findings of an environment. Only what failed or cannot be is worrying; the rest are notes.
pub(super) fn findings(cx: &DiagnosisContext<'_>) -> Vec<Finding> {
    let others = cx.others;
    let (now, zone) = (cx.now, cx.zone);
    let mut findings = Vec::new();
    for owner in others.owning() {
        let about = || owner.id.clone();
        let evidence = || vec![owner.sentence()];
        if let Some(message) = owner.failure(now, zone) {
            // A stop that failed on what is stopped all the same is nothing to act on.
            let open = owner.last.as_ref().is_some_and(|last| last.open);
            let health = if open { Health::Worrying } else { Health::Well };
            findings.push(Finding { health, depth: 3, message, about: about(), evidence: evidence() });
        }
        if let Some(message) = owner.conflict(now, zone) {
            findings.push(note(message, about(), evidence()));
        }
        if owner.clock.as_ref().is_some_and(|clock| clock.doubt.is_some()) {
            findings.push(note(owner.sentence(), about(), Vec::new()));
        }
    }
    for owner in others.held_back() {
        let Some(message) = owner.held_back(now, zone) else { continue };
        let (about, evidence) = (owner.id.clone(), vec![owner.sentence()]);
        // A database that nobody stops any more runs, and is billed, until somebody looks.
        let (health, depth) = if owner.is_forgotten() { (Health::Worrying, 1) } else { (Health::Well, 9) };
        findings.push(Finding { health, depth, message, about, evidence });
    }
    for job in others.jobs.iter().filter(|job| job.enabled) {
        if let Some(message) = job.clash(now, zone) {
            findings.push(note(message, None, vec![job.sentence()]));
        } else if job.clock.doubt.is_some() {
            findings.push(note(job.sentence(), None, Vec::new()));
        }
    }
    findings.extend(unenforced(cx));
    findings
}

fn note(message: String, about: Option<crate::world::ResourceId>, evidence: Vec<String>) -> Finding {
    Finding { health: Health::Well, depth: 9, message, about, evidence }
}

/// That the configuration wants a schedule enforced on what somebody else owns, or may own.
fn unenforced(cx: &DiagnosisContext<'_>) -> Option<Finding> {
    let off = cx.offhours.filter(|off| off.routine.schedule.mode == Mode::Enforce)?;
    let others = cx.others;
    let (why, about, instead) = match others.owning().next() {
        Some(owner) => (owner.sentence(), owner.id.clone(), others.instead_of_enforcing(owner)),
        None => (others.unknown().filter(|_| !others.blind)?, None, others.instead_of_seeing()),
    };
    let message = format!("schedule {} is not enforced: {why}", off.routine.schedule.name);
    Some(Finding { health: Health::Worrying, depth: 4, message, about, evidence: vec![instead] })
}
