//! How a DB instance is judged, with a sentence, and what it adds to its environment's counts.
//! Pure. Members of a cluster have no say: their cluster tells of them.

use super::model::DbInstance;
use super::status::judge;
use crate::kinds::Context;
use crate::kinds::Counts;
use crate::text::moment;
use crate::world::{Health, Opinion};

/// How `item` is; `None` if it has no say.
pub(super) fn opinion(item: &DbInstance, cx: &Context<'_>) -> Option<Opinion> {
    item.cluster.is_none().then(|| with_clock(judge(&item.id, &item.status, cx.protected), item.auto_restart_at, cx))
}

/// The opinion with the moment AWS starts a stopped database again.
pub(crate) fn with_clock(opinion: Opinion, restart: Option<jiff::Timestamp>, cx: &Context<'_>) -> Opinion {
    match (restart, opinion.why) {
        (Some(at), Some(why)) if matches!(opinion.health, Health::Asleep | Health::Bad) => {
            let why = format!("{why}; AWS starts it again {}", moment(at, cx.now, cx.zone));
            Opinion::new(opinion.health, why)
        }
        (_, why) => Opinion { health: opinion.health, why },
    }
}

/// Adds `item` to `counts`.
pub(super) fn count(item: &DbInstance, cx: &Context<'_>, counts: &mut Counts) {
    if item.cluster.is_none() {
        counts.databases.push((judge(&item.id, &item.status, cx.protected).health, item.status.clone()));
    }
}
