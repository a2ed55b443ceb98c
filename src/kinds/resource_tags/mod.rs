//! Tags of anything. Everything the program knows of this kind; the list of what lives where:
//! `model` our type, `fetch` the reading,
//! `subject` what inference may know. Nothing here draws.

mod fetch;
mod model;
mod subject;

use futures_util::future::BoxFuture;
pub use model::TaggedResource;

use super::Subject;
use super::{Evidence, FetchContext, Kind, PollClass};
use crate::world::{Fault, Reading, Scope};

/// The kind.
pub struct Tags;

impl Kind for Tags {
    type Item = TaggedResource;

    const PACE: PollClass = PollClass::Topology;
    const EVIDENCE: Evidence = Evidence::Optional;
    const PERMISSIONS: &'static [&'static str] = &["tag:GetResources"];

    fn read(ask: FetchContext<'_>) -> BoxFuture<'_, Result<Reading<TaggedResource>, Fault>> {
        Box::pin(fetch::read(ask))
    }

    fn name(item: &TaggedResource) -> &str {
        item.arn.last()
    }

    fn subject(item: &TaggedResource, scope: &Scope) -> Option<Subject> {
        subject::subject(item, scope)
    }
}
