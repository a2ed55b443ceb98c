//! The changes of state of all alarms of a scope since a moment. `model` our type, `fetch` the reading. Read only when a
//! timeline is open or something is to be explained. Nothing here draws.

mod fetch;
mod model;

pub(in crate::kinds) use fetch::of_alarm;
use futures_util::future::BoxFuture;
pub use model::AlarmChange;

use super::{FetchContext, Kind, PollClass};
use crate::world::{Fault, Reading};

/// The kind. A part is a moment as [`super::trail_event::part`] writes it: everything since then.
pub struct AlarmHistory;

impl Kind for AlarmHistory {
    type Item = AlarmChange;

    const PACE: PollClass = PollClass::OnDemand;
    const PERMISSIONS: &'static [&'static str] = &["cloudwatch:DescribeAlarmHistory"];

    fn read(ask: FetchContext<'_>) -> BoxFuture<'_, Result<Reading<AlarmChange>, Fault>> {
        Box::pin(fetch::read(ask))
    }

    fn name(item: &AlarmChange) -> &str {
        &item.alarm
    }
}
