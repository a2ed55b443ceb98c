//! How a DB instance is judged, with a sentence, and what it adds to its environment's counts.
//! Pure. Members of a cluster have no say: their cluster tells of them.

use super::model::DbInstance;
use super::status::judge;
use crate::kinds::Counts;
use crate::kinds::KindContext;
use crate::kinds::db_blue_green::{Role, pair_of};
use crate::text::{first_line, moment};
use crate::world::{Assessment, Health};

/// How `item` is; `None` if it has no say: a member of a cluster, and the copy of a blue/green deployment, which serves
/// nobody yet.
pub(super) fn assess(item: &DbInstance, cx: &KindContext<'_>) -> Option<Assessment> {
    if item.cluster.is_some() || is_green(item.arn.as_str(), cx) {
        return None;
    }
    let own = with_clock(judge(&item.id, &item.status, cx.protected), item.auto_restart_at, cx);
    Some(with_pair(own, item.arn.as_str(), &item.id, cx))
}

/// Whether it is the copy of a blue/green deployment.
pub(crate) fn is_green(arn: &str, cx: &KindContext<'_>) -> bool {
    pair_of(arn, cx.world, cx.scope).is_some_and(|(_, role)| role == Role::Green)
}

/// The opinion with the blue/green deployment it is part of: it is told, and worries where the switchover went wrong.
pub(crate) fn with_pair(assessment: Assessment, arn: &str, id: &str, cx: &KindContext<'_>) -> Assessment {
    let Some((pair, role)) = pair_of(arn, cx.world, cx.scope) else { return assessment };
    let health = match pair.status.as_str() {
        "SWITCHOVER_IN_PROGRESS" => Health::Changing,
        "SWITCHOVER_FAILED" | "INVALID_CONFIGURATION" | "PROVISIONING_FAILED" => Health::Worrying,
        _ => Health::Well,
    };
    if assessment.health > health || (assessment.health == health && assessment.why.is_some()) {
        return assessment;
    }
    let details = pair.details.as_deref().map(|details| format!(" ({})", first_line(details, 120))).unwrap_or_default();
    Assessment::new(health, format!("database {id} is the {}{details}", pair.sentence(role)))
}

/// The opinion with the moment AWS starts a stopped database again.
pub(crate) fn with_clock(assessment: Assessment, restart: Option<jiff::Timestamp>, cx: &KindContext<'_>) -> Assessment {
    match (restart, assessment.why) {
        (Some(at), Some(why)) if matches!(assessment.health, Health::Asleep | Health::Bad) => {
            let why = format!("{why}; AWS starts it again {}", moment(at, cx.now, cx.zone));
            Assessment::new(assessment.health, why)
        }
        (_, why) => Assessment { health: assessment.health, why },
    }
}

/// Adds `item` to `counts`.
pub(super) fn count(item: &DbInstance, cx: &KindContext<'_>, counts: &mut Counts) {
    if item.cluster.is_none() && !is_green(item.arn.as_str(), cx) {
        counts.databases.push((judge(&item.id, &item.status, cx.protected).health, item.status.clone()));
    }
}
