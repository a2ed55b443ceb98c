//! A web ACL of WAF with what its rules do. Everything the program knows of this kind:
//! `model` our type, `fetch` the reading, `rules` how it is judged, `rows` how it is shown. Nothing here draws.

mod fetch;
mod model;
mod rows;
mod rules;

use futures_util::future::BoxFuture;
pub use model::{WebAcl, WebRule};

use super::resource_tags::TaggedResource;
use super::{Evidence, FetchContext, Kind, KindContext, ListLayout, PollClass, Subject};
use crate::display::{Row, Section};
use crate::world::{Assessment, Fault, KindName, Reading, Resource, Scope};

/// The kind.
pub struct WebAcls;

impl Kind for WebAcls {
    type Item = WebAcl;

    const PACE: PollClass = PollClass::Topology;
    const EVIDENCE: Evidence = Evidence::Optional;
    const NEEDS: &'static [KindName] = &[TaggedResource::KIND, super::distribution::Distribution::KIND];
    const PERMISSIONS: &'static [&'static str] = &["wafv2:ListWebACLs", "wafv2:GetWebACL"];
    const SHOWN: Option<ListLayout> =
        Some(ListLayout { list: "web_acls", singular: "web ACL", columns: rows::COLUMNS });

    fn read(ask: FetchContext<'_>) -> BoxFuture<'_, Result<Reading<WebAcl>, Fault>> {
        Box::pin(fetch::read(ask))
    }

    fn name(item: &WebAcl) -> &str {
        &item.name
    }

    fn subject(item: &WebAcl, scope: &Scope) -> Option<Subject> {
        rules::subject(item, scope)
    }

    fn assess(item: &WebAcl, cx: &KindContext<'_>) -> Option<Assessment> {
        rules::assess(item, cx)
    }

    fn rows(item: &WebAcl, cx: &KindContext<'_>) -> Vec<Row> {
        rows::rows(item, cx)
    }

    fn to_json(item: &WebAcl, cx: &KindContext<'_>) -> Option<serde_json::Value> {
        Some(rows::to_json(item, cx))
    }

    fn detail(item: &WebAcl, cx: &KindContext<'_>) -> Vec<Section> {
        rows::detail(item, cx)
    }

    fn web(item: &WebAcl, scope: &Scope) -> Option<String> {
        rows::web(item, scope)
    }
}

#[cfg(test)]
mod tests;
