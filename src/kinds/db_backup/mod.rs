//! The snapshots of one database, summed up. Everything the program knows of this kind:
//! `model` our type, `fetch` the reading, `rules` how it is judged, `rows` how it is shown. Nothing here draws.

pub mod change;
mod fetch;
mod model;
mod rows;
mod rules;

use futures_util::future::BoxFuture;
pub use model::DbBackup;

use super::resource_tags::TaggedResource;
use super::{Evidence, FetchContext, Kind, KindContext, ListLayout, PollClass, Subject};
use crate::display::{Row, Section};
use crate::world::{Assessment, Fault, KindName, Reading, Resource, Scope};

/// The kind.
pub struct Backups;

impl Kind for Backups {
    type Item = DbBackup;

    const PACE: PollClass = PollClass::Topology;
    const EVIDENCE: Evidence = Evidence::Optional;
    const NEEDS: &'static [KindName] =
        &[TaggedResource::KIND, super::db_instance::DbInstance::KIND, super::db_cluster::DbCluster::KIND];
    const PERMISSIONS: &'static [&'static str] = &["rds:DescribeDBSnapshots", "rds:DescribeDBClusterSnapshots"];
    const CHANGES: &'static [&'static str] = change::ACTIONS;
    const SHOWN: Option<ListLayout> = Some(ListLayout { list: "backups", singular: "backup", columns: rows::COLUMNS });

    fn read(ask: FetchContext<'_>) -> BoxFuture<'_, Result<Reading<DbBackup>, Fault>> {
        Box::pin(fetch::read(ask))
    }

    fn name(item: &DbBackup) -> &str {
        &item.name
    }

    fn subject(item: &DbBackup, scope: &Scope) -> Option<Subject> {
        rules::subject(item, scope)
    }

    fn assess(item: &DbBackup, cx: &KindContext<'_>) -> Option<Assessment> {
        rules::assess(item, cx)
    }

    fn rows(item: &DbBackup, cx: &KindContext<'_>) -> Vec<Row> {
        rows::rows(item, cx)
    }

    fn to_json(item: &DbBackup, cx: &KindContext<'_>) -> Option<serde_json::Value> {
        Some(rows::to_json(item, cx))
    }

    fn detail(item: &DbBackup, cx: &KindContext<'_>) -> Vec<Section> {
        rows::detail(item, cx)
    }

    fn web(item: &DbBackup, scope: &Scope) -> Option<String> {
        rows::web(item, scope)
    }
}

#[cfg(test)]
mod tests;
