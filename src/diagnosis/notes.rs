//! Notes: what is well but worth telling, such as an alarm without data or an engine past its support.
//! They never change a verdict. Pure.

use super::Finding;
use super::context::DiagnosisContext;
use crate::environment::Member;
use crate::kinds::db_instance::{DbInstance, support_note};
use crate::text::moment;
use crate::world::Health;
use jiff::SignedDuration;

/// The notes of an environment.
pub(super) fn findings(cx: &DiagnosisContext<'_>) -> Vec<Finding> {
    let told = cx.environment.members.iter().filter_map(|member| {
        let assessment = member.assessment.as_ref().filter(|assessment| assessment.health == Health::Well)?;
        assessment.why.clone().map(|why| note(member, why))
    });
    let engines = cx.databases.iter().filter_map(|database| {
        let (engine, version, lifecycle) = (database.engine, database.version, database.lifecycle);
        let message = support_note((engine, version, lifecycle), cx.now, cx.notes_days)?;
        Some(note(database.member, format!("database {}: {message}", database.id)))
    });
    let deadlocks = cx.services.iter().filter_map(|(member, service)| {
        let stuck = service.desired == 1 && service.min_percent == Some(100) && service.max_percent == Some(100);
        stuck.then(|| {
            note(member, format!("{}: one task with 100/100 percent leaves no room for a rollout", service.name))
        })
    });
    let certificates = cx.environment.members.iter().filter_map(|member| {
        let database = cx.world.get::<DbInstance>(&member.id)?;
        certificate_ends(database, cx).map(|message| note(member, message))
    });
    told.chain(engines).chain(deadlocks).chain(certificates).collect()
}

/// That a database's certificate ends soon, or has ended: clients that check it cannot connect then.
fn certificate_ends(database: &DbInstance, cx: &DiagnosisContext<'_>) -> Option<String> {
    let ends = database.certificate_until?;
    let left = ends.duration_since(cx.now);
    if left > SignedDuration::from_hours(i64::from(cx.notes_days) * 24) {
        return None;
    }
    let id = &database.id;
    let on = moment(ends, cx.now, cx.zone);
    Some(if left.is_negative() {
        format!("database {id}: its certificate ended {on}; clients that check it cannot connect: rotate it")
    } else {
        let days = left.as_hours() / 24;
        format!("database {id}: its certificate ends {on}, in {days} d; rotate it before (some engines restart for it)")
    })
}

fn note(member: &Member, message: String) -> Finding {
    Finding { health: Health::Well, depth: 9, message, about: Some(member.id.clone()), evidence: Vec::new() }
}
