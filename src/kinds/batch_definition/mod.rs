//! A Batch job definition: a job that people or programs submit. Everything the program knows of this kind: `model` our
//! type, `fetch` the reading; its line and page are those of every job. Nothing here draws.

mod fetch;
mod model;

use futures_util::future::BoxFuture;
pub use model::BatchDefinition;

use super::batch_queue::BatchQueue;
use super::event_rule::Rule;
use super::external_schedule::ForeignSchedule;
use super::job::{self, JobView, of_queues, work_of};
use super::resource_tags::TaggedResource;
use super::{Evidence, FetchContext, Kind, KindContext, ListLayout, PollClass, Subject, console_url};
use crate::display::{Cell, Fact, Row, Section};
use crate::schedule::stored::target_effect::{Target, Work, WorkKind};
use crate::world::{Assessment, Fault, KindName, Reading, Resource, Scope};

/// The kind.
pub struct Definitions;

impl Kind for Definitions {
    type Item = BatchDefinition;

    const PACE: PollClass = PollClass::Topology;
    const EVIDENCE: Evidence = Evidence::Optional;
    const NEEDS: &'static [KindName] = &[TaggedResource::KIND, BatchQueue::KIND];
    const PERMISSIONS: &'static [&'static str] = &["batch:DescribeJobDefinitions"];
    const CHANGES: &'static [&'static str] = &["batch:SubmitJob"];
    const SHOWN: Option<ListLayout> = Some(ListLayout { list: "jobs", singular: "job", columns: job::COLUMNS });

    fn read(ask: FetchContext<'_>) -> BoxFuture<'_, Result<Reading<BatchDefinition>, Fault>> {
        Box::pin(fetch::read(ask))
    }

    fn name(item: &BatchDefinition) -> &str {
        &item.name
    }

    fn subject(item: &BatchDefinition, scope: &Scope) -> Option<Subject> {
        let subject = Subject::new(item.id(scope)).named(&item.name).tagged(&item.tags).watching();
        Some(subject.known_as(["job-definition:", &item.name].concat()))
    }

    fn assess(item: &BatchDefinition, cx: &KindContext<'_>) -> Option<Assessment> {
        // A timer that submits it tells of it.
        (!is_timed(cx, &item.name)).then(|| job::assess(&view(item, cx), cx))
    }

    fn rows(item: &BatchDefinition, cx: &KindContext<'_>) -> Vec<Row> {
        if is_timed(cx, &item.name) { Vec::new() } else { vec![job::row(&view(item, cx), item.id(cx.scope), cx)] }
    }

    fn to_json(item: &BatchDefinition, cx: &KindContext<'_>) -> Option<serde_json::Value> {
        (!is_timed(cx, &item.name)).then(|| job::to_json(&view(item, cx), cx))
    }

    fn detail(item: &BatchDefinition, cx: &KindContext<'_>) -> Vec<Section> {
        let parameters = item.parameters.join(", ");
        let facts = vec![
            Fact::new("revision", Cell::plain(item.revision.to_string())),
            Fact::new("image", Cell::or_none(item.image.as_deref())),
            Fact::new("parameters", Cell::or_none(Some(parameters).filter(|text| !text.is_empty()))),
            Fact::new("log group", Cell::or_none(item.log_group.as_deref())),
        ];
        job::detail(&view(item, cx), facts, cx)
    }

    fn web(item: &BatchDefinition, scope: &Scope) -> Option<String> {
        let region = &scope.region;
        let arn = console_url::encode(item.arn.as_str());
        console_url::page(region, &format!("batch/home?region={region}#job-definition/detail/{arn}"))
    }
}

/// The job as it stands.
pub fn view(item: &BatchDefinition, cx: &KindContext<'_>) -> JobView {
    JobView {
        name: item.name.clone(),
        kept_by: "batch",
        work: WorkKind::Job,
        what: item.name.clone(),
        place: None,
        enabled: true,
        clock: None,
        runs: of_queues(cx.world, cx.scope, &item.name),
        trouble: None,
        limit: item.timeout.map(|seconds| jiff::SignedDuration::from_secs(i64::from(seconds))),
    }
}

/// Whether a rule or a schedule of the place submits it.
fn is_timed(cx: &KindContext<'_>, name: &str) -> bool {
    let submits =
        |found: Option<(&Target, Work)>| found.is_some_and(|(_, work)| work.kind == WorkKind::Job && work.name == name);
    cx.world.all::<Rule>(cx.scope).any(|rule| submits(work_of(&rule.targets)))
        || cx.world.all::<ForeignSchedule>(cx.scope).any(|schedule| submits(work_of([&schedule.target])))
}

#[cfg(test)]
mod tests;
