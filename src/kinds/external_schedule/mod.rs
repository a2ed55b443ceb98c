//! Schedules of EventBridge Scheduler that others made and that may stop, start or run something. Everything the
//! program knows of this kind: `model` our type, `fetch` the reading. Those that begin work are shown as jobs; what the
//! others do is read in `schedule::stored` and `offhours`. Groups of ours are another kind's, `schedule_group`.

mod fetch;
mod model;

use futures_util::future::BoxFuture;
pub use model::ForeignSchedule;

use super::job::{self, JobView, TimedJob, work_of};
use super::resource_tags::TaggedResource;
use super::{Evidence, FetchContext, Kind, KindContext, ListLayout, PollClass, Subject, console_url};
use crate::display::{Cell, Fact, Row, Section};
use crate::text::mask_text;
use crate::world::{Assessment, Fault, KindName, Reading, Resource, Scope};

/// The kind.
pub struct ForeignSchedules;

impl Kind for ForeignSchedules {
    type Item = ForeignSchedule;

    const PACE: PollClass = PollClass::Topology;
    const EVIDENCE: Evidence = Evidence::Optional;
    // As with rules: it places nothing, and takes a call for each.
    const NEEDS: &'static [KindName] = &[TaggedResource::KIND];
    const PERMISSIONS: &'static [&'static str] = &["scheduler:ListSchedules", "scheduler:GetSchedule"];
    const CHANGES: &'static [&'static str] =
        &["ecs:RunTask", "iam:PassRole", "lambda:InvokeFunction", "batch:SubmitJob", "states:StartExecution"];
    const SHOWN: Option<ListLayout> = Some(ListLayout { list: "jobs", singular: "job", columns: job::COLUMNS });

    fn read(ask: FetchContext<'_>) -> BoxFuture<'_, Result<Reading<ForeignSchedule>, Fault>> {
        Box::pin(fetch::read(ask))
    }

    fn name(item: &ForeignSchedule) -> &str {
        item.name.strip_prefix("default/").unwrap_or(&item.name)
    }

    fn subject(item: &ForeignSchedule, scope: &Scope) -> Option<Subject> {
        let (target, work) = work_of([&item.target])?;
        Some(job::subject(item.id(scope), Self::name(item), target, &work))
    }

    fn assess(item: &ForeignSchedule, cx: &KindContext<'_>) -> Option<Assessment> {
        view(item, cx).map(|job| job::assess(&job, cx))
    }

    fn rows(item: &ForeignSchedule, cx: &KindContext<'_>) -> Vec<Row> {
        view(item, cx).map(|job| job::row(&job, item.id(cx.scope), cx)).into_iter().collect()
    }

    fn to_json(item: &ForeignSchedule, cx: &KindContext<'_>) -> Option<serde_json::Value> {
        view(item, cx).map(|job| job::to_json(&job, cx))
    }

    fn detail(item: &ForeignSchedule, cx: &KindContext<'_>) -> Vec<Section> {
        let input = item.target.input.as_deref().map(mask_text);
        let facts = vec![Fact::new("input", Cell::or_none(input.as_deref()))];
        view(item, cx).map(|job| job::detail(&job, facts, cx)).unwrap_or_default()
    }

    fn web(item: &ForeignSchedule, scope: &Scope) -> Option<String> {
        let region = &scope.region;
        let name: Vec<String> = item.name.split('/').map(console_url::encode).collect();
        console_url::page(region, &format!("scheduler/home?region={region}#schedules/{}", name.join("/")))
    }
}

/// The job that it begins; `None` for a schedule that stops or starts something.
#[must_use]
pub fn view(item: &ForeignSchedule, cx: &KindContext<'_>) -> Option<JobView> {
    let (_, work) = work_of([&item.target])?;
    let job = TimedJob {
        kept_by: "schedule",
        name: ForeignSchedules::name(item),
        when: (&item.expression, item.timezone.as_deref()),
        between: (item.start_date, item.end_date),
        enabled: item.enabled,
        // Scheduler's metrics tell of groups only.
        activity: String::new(),
        work,
    };
    Some(job.view(cx))
}

#[cfg(test)]
mod tests;
