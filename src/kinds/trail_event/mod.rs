//! Calls that changed something, as CloudTrail recorded them: who did what, by which program. `model` our type, `fetch`
//! the reading. Read only when something is to be explained or a timeline is open: CloudTrail allows two calls a second,
//! and keeps ninety days. Nothing here draws.

mod fetch;
mod model;

use futures_util::future::BoxFuture;
pub use model::{TrailEvent, around, part};

use super::{FetchContext, Kind, PollClass};
use crate::world::{Fault, Reading};

/// The kind. A part is a [`part`], everything since a moment, or what was done [`around`] one.
pub struct TrailEvents;

impl Kind for TrailEvents {
    type Item = TrailEvent;

    const PACE: PollClass = PollClass::OnDemand;
    const PERMISSIONS: &'static [&'static str] = &["cloudtrail:LookupEvents"];

    fn read(ask: FetchContext<'_>) -> BoxFuture<'_, Result<Reading<TrailEvent>, Fault>> {
        Box::pin(fetch::read(ask))
    }

    fn name(item: &TrailEvent) -> &str {
        &item.name
    }
}
