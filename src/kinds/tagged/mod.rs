//! Tags of anything. Everything the program knows of this kind; the list of what lives where:
//! `model` our type, `fetch` the reading. Nothing here draws.

mod fetch;
mod model;

pub use model::Tagged;

use super::{Ask, Boxed, Kind, Pace};
use crate::world::{Fault, Harvest};

/// The kind.
pub struct Tags;

impl Kind for Tags {
    type Item = Tagged;

    const PACE: Pace = Pace::Topology;
    const PERMISSIONS: &'static [&'static str] = &["tag:GetResources"];

    fn read(ask: Ask<'_>) -> Boxed<'_, Result<Harvest<Tagged>, Fault>> {
        Box::pin(fetch::read(ask))
    }

    fn name(item: &Tagged) -> &str {
        item.arn.last()
    }
}
