//! Off-hours as findings: who is not as its schedule wants it. What nobody meant (an edge without effect, a restart by
//! AWS) is worrying; what somebody may have done on purpose is a note. Pure.

use super::Finding;
use super::context::DiagnosisContext;
use crate::schedule::drift::{Drift, Why};
use crate::world::Health;

/// The findings of an environment with a schedule.
pub(super) fn findings(cx: &DiagnosisContext<'_>) -> Vec<Finding> {
    let Some(off) = cx.offhours else { return Vec::new() };
    let of = |(it, drift): (&crate::offhours::ScheduledMember, &Drift)| {
        let message = off.sentence(drift, cx.now, cx.zone)?;
        let Drift::Drifted { why, .. } = drift else { return None };
        let health = match why {
            Why::AutoRestart | Why::Missed => Health::Worrying,
            Why::Manual | Why::Own | Why::Unknown => Health::Well,
        };
        let message = format!("{} {message}", it.member.label());
        Some(Finding { health, depth: 4, message, about: it.id.clone(), evidence: Vec::new() })
    };
    off.scheduled_members.iter().zip(&off.drifts).filter_map(of).collect()
}
