//! A mute rule of CloudWatch: what keeps alarms from acting for a while. Everything the program knows of this kind:
//! `model` our type, `fetch` the reading. It stands in the lines of the alarms it mutes. Nothing here draws.

mod fetch;
mod model;

use futures_util::future::BoxFuture;
pub use model::{MuteRule, Window};

use super::resource_tags::TaggedResource;
use super::{FetchContext, Kind, PollClass};
use crate::world::{Fault, KindName, Reading, Resource};

/// The kind.
pub struct MuteRules;

impl Kind for MuteRules {
    type Item = MuteRule;

    const PACE: PollClass = PollClass::Topology;
    const PLACES: bool = false;
    // It places nothing: it waits until the names and tags that do are read.
    const NEEDS: &'static [KindName] = &[TaggedResource::KIND];
    const PERMISSIONS: &'static [&'static str] = &["cloudwatch:ListAlarmMuteRules", "cloudwatch:GetAlarmMuteRule"];

    fn read(ask: FetchContext<'_>) -> BoxFuture<'_, Result<Reading<MuteRule>, Fault>> {
        Box::pin(fetch::read(ask))
    }

    fn name(item: &MuteRule) -> &str {
        &item.name
    }
}

#[cfg(test)]
mod tests;
