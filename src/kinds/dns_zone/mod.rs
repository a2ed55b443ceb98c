//! A hosted zone of Route 53, as far as its records point into AWS. Everything the program knows of this kind:
//! `model` our type, `fetch` the reading, `rules` how it is judged, `rows` how it is shown. Nothing here draws.

mod fetch;
mod model;
mod rows;
mod rules;

use futures_util::future::BoxFuture;
pub use model::{DnsZone, Record};

use super::resource_tags::TaggedResource;
use super::{Evidence, FetchContext, Kind, KindContext, ListLayout, PollClass, Subject};
use crate::display::{Row, Section};
use crate::world::{Assessment, Fault, KindName, Reading, Resource, Scope};

/// The kind.
pub struct DnsZones;

impl Kind for DnsZones {
    type Item = DnsZone;

    const PACE: PollClass = PollClass::Topology;
    const EVIDENCE: Evidence = Evidence::Optional;
    const NEEDS: &'static [KindName] =
        &[TaggedResource::KIND, super::load_balancer::LoadBalancer::KIND, super::distribution::Distribution::KIND];
    const PERMISSIONS: &'static [&'static str] = &["route53:ListHostedZones", "route53:ListResourceRecordSets"];
    const SHOWN: Option<ListLayout> =
        Some(ListLayout { list: "dns_zones", singular: "hosted zone", columns: rows::COLUMNS });

    fn read(ask: FetchContext<'_>) -> BoxFuture<'_, Result<Reading<DnsZone>, Fault>> {
        Box::pin(fetch::read(ask))
    }

    fn name(item: &DnsZone) -> &str {
        &item.name
    }

    fn subject(item: &DnsZone, scope: &Scope) -> Option<Subject> {
        rules::subject(item, scope)
    }

    fn assess(item: &DnsZone, cx: &KindContext<'_>) -> Option<Assessment> {
        rules::assess(item, cx)
    }

    fn rows(item: &DnsZone, cx: &KindContext<'_>) -> Vec<Row> {
        rows::rows(item, cx)
    }

    fn to_json(item: &DnsZone, cx: &KindContext<'_>) -> Option<serde_json::Value> {
        Some(rows::to_json(item, cx))
    }

    fn detail(item: &DnsZone, cx: &KindContext<'_>) -> Vec<Section> {
        rows::detail(item, cx)
    }

    fn web(item: &DnsZone, scope: &Scope) -> Option<String> {
        rows::web(item, scope)
    }
}

#[cfg(test)]
mod tests;
