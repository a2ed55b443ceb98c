//! A Batch job queue with its compute environments and its latest jobs. Everything the program knows of this kind:
//! `model` our types, `fetch` the reading, `subject` what inference may know, `rules` how it is judged and why jobs wait,
//! `rows` how it is shown. Nothing here draws.

mod fetch;
mod model;
mod rows;
mod rules;

pub(in crate::kinds) use fetch::tags;
use futures_util::future::BoxFuture;
pub use model::{BatchJob, BatchQueue, ComputeEnvironment};

use super::resource_tags::TaggedResource;
use super::{Evidence, FetchContext, Kind, KindContext, ListLayout, PollClass, Relation, Subject, console_url};
use crate::display::{Row, Section};
use crate::world::{Assessment, Fault, KindName, Reading, Resource, Scope};

/// The kind.
pub struct Queues;

impl Kind for Queues {
    type Item = BatchQueue;

    const PACE: PollClass = PollClass::Topology;
    const EVIDENCE: Evidence = Evidence::Optional;
    const NEEDS: &'static [KindName] = &[TaggedResource::KIND];
    const PERMISSIONS: &'static [&'static str] =
        &["batch:DescribeJobQueues", "batch:DescribeComputeEnvironments", "batch:ListJobs"];
    const SHOWN: Option<ListLayout> =
        Some(ListLayout { list: "queues", singular: "job queue", columns: rows::COLUMNS });

    fn read(ask: FetchContext<'_>) -> BoxFuture<'_, Result<Reading<BatchQueue>, Fault>> {
        Box::pin(fetch::read(ask))
    }

    fn name(item: &BatchQueue) -> &str {
        &item.name
    }

    fn subject(item: &BatchQueue, scope: &Scope) -> Option<Subject> {
        let subject = Subject::new(item.id(scope)).named(&item.name).tagged(&item.tags).watching();
        let mut definitions: Vec<&str> =
            item.jobs.iter().filter_map(|job| job.definition.as_deref()).map(super::job::family).collect();
        definitions.sort_unstable();
        definitions.dedup();
        Some(
            definitions
                .into_iter()
                .fold(subject, |subject, name| subject.tied(Relation::Dimension, ["job-definition:", name].concat())),
        )
    }

    fn assess(item: &BatchQueue, cx: &KindContext<'_>) -> Option<Assessment> {
        Some(rules::assess(item, cx))
    }

    fn rows(item: &BatchQueue, cx: &KindContext<'_>) -> Vec<Row> {
        rows::rows(item, cx)
    }

    fn to_json(item: &BatchQueue, cx: &KindContext<'_>) -> Option<serde_json::Value> {
        Some(rows::to_json(item, cx))
    }

    fn detail(item: &BatchQueue, cx: &KindContext<'_>) -> Vec<Section> {
        rows::detail(item, cx)
    }

    fn web(item: &BatchQueue, scope: &Scope) -> Option<String> {
        let region = &scope.region;
        let page = format!("batch/home?region={region}#queues/detail/{}", console_url::encode(item.arn.as_str()));
        console_url::page(region, &page)
    }
}

#[cfg(test)]
mod tests;
