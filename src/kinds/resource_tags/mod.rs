//! Tags of anything. Everything the program knows of this kind; the list of what lives where:
//! `model` our type, `fetch` the reading,
//! `subject` what inference may know. Nothing here draws.

mod fetch;
mod model;
mod subject;

use futures_util::future::BoxFuture;
pub use model::Tagged;

use super::Subject;
use super::{Ask, Kind, Pace};
use crate::world::{Fault, Harvest, Scope};

/// The kind.
pub struct Tags;

impl Kind for Tags {
    type Item = Tagged;

    const PACE: Pace = Pace::Topology;
    const PERMISSIONS: &'static [&'static str] = &["tag:GetResources"];

    fn read(ask: Ask<'_>) -> BoxFuture<'_, Result<Harvest<Tagged>, Fault>> {
        Box::pin(fetch::read(ask))
    }

    fn name(item: &Tagged) -> &str {
        item.arn.last()
    }

    fn subject(item: &Tagged, scope: &Scope) -> Option<Subject> {
        subject::subject(item, scope)
    }
}
