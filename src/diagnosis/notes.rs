//! Notes: what is well but worth telling, such as an alarm without data or an engine past its support.
//! They never change a verdict. Pure.

use super::Finding;
use super::context::DiagnosisContext;
use crate::environment::Member;
use crate::kinds::db_instance::extended_support;
use crate::world::Health;

/// The notes of an environment.
pub(super) fn findings(cx: &DiagnosisContext<'_>) -> Vec<Finding> {
    let told = cx.environment.members.iter().filter_map(|member| {
        let assessment = member.assessment.as_ref().filter(|assessment| assessment.health == Health::Well)?;
        assessment.why.clone().map(|why| note(member, why))
    });
    let engines = cx.databases.iter().filter_map(|database| {
        let message = extended_support(database.engine, database.version, database.lifecycle, cx.now)?;
        Some(note(database.member, format!("database {}: {message}", database.id)))
    });
    let deadlocks = cx.services.iter().filter_map(|(member, service)| {
        let stuck = service.desired == 1 && service.min_percent == Some(100) && service.max_percent == Some(100);
        stuck.then(|| {
            note(member, format!("{}: one task with 100/100 percent leaves no room for a rollout", service.name))
        })
    });
    told.chain(engines).chain(deadlocks).collect()
}

fn note(member: &Member, message: String) -> Finding {
    Finding { health: Health::Well, depth: 9, message, about: Some(member.id.clone()), evidence: Vec::new() }
}
