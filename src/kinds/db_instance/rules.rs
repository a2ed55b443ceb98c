//! How a DB instance is judged, with a sentence, and what it adds to its environment's counts.
//! Pure. Members of a cluster have no say: their cluster tells of them.

use super::model::DbInstance;
use super::status::judge;
use crate::kinds::Counts;
use crate::kinds::KindContext;
use crate::text::moment;
use crate::world::{Assessment, Health};

/// How `item` is; `None` if it has no say.
pub(super) fn assess(item: &DbInstance, cx: &KindContext<'_>) -> Option<Assessment> {
    item.cluster.is_none().then(|| with_clock(judge(&item.id, &item.status, cx.protected), item.auto_restart_at, cx))
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
    if item.cluster.is_none() {
        counts.databases.push((judge(&item.id, &item.status, cx.protected).health, item.status.clone()));
    }
}
