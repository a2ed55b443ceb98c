//! A certificate of ACM. Everything the program knows of this kind:
//! `model` our type, `fetch` the reading, `rules` how it is judged, `rows` how it is shown. Nothing here draws.

mod fetch;
mod model;
mod rows;
mod rules;

use futures_util::future::BoxFuture;
pub use model::Certificate;

use super::resource_tags::TaggedResource;
use super::{Evidence, FetchContext, Kind, KindContext, ListLayout, PollClass, Subject};
use crate::display::{Row, Section};
use crate::world::{Assessment, Fault, KindName, Reading, Resource, Scope};

/// The kind.
pub struct Certificates;

impl Kind for Certificates {
    type Item = Certificate;

    const PACE: PollClass = PollClass::Topology;
    const EVIDENCE: Evidence = Evidence::Optional;
    const NEEDS: &'static [KindName] = &[TaggedResource::KIND, super::distribution::Distribution::KIND];
    const PERMISSIONS: &'static [&'static str] = &["acm:ListCertificates", "acm:DescribeCertificate"];
    const SHOWN: Option<ListLayout> =
        Some(ListLayout { list: "certificates", singular: "certificate", columns: rows::COLUMNS });

    fn read(ask: FetchContext<'_>) -> BoxFuture<'_, Result<Reading<Certificate>, Fault>> {
        Box::pin(fetch::read(ask))
    }

    fn name(item: &Certificate) -> &str {
        &item.name
    }

    fn subject(item: &Certificate, scope: &Scope) -> Option<Subject> {
        rules::subject(item, scope)
    }

    fn assess(item: &Certificate, cx: &KindContext<'_>) -> Option<Assessment> {
        rules::assess(item, cx)
    }

    fn rows(item: &Certificate, cx: &KindContext<'_>) -> Vec<Row> {
        rows::rows(item, cx)
    }

    fn to_json(item: &Certificate, cx: &KindContext<'_>) -> Option<serde_json::Value> {
        Some(rows::to_json(item, cx))
    }

    fn detail(item: &Certificate, cx: &KindContext<'_>) -> Vec<Section> {
        rows::detail(item, cx)
    }

    fn web(item: &Certificate, scope: &Scope) -> Option<String> {
        rows::web(item, scope)
    }
}

#[cfg(test)]
mod tests;
