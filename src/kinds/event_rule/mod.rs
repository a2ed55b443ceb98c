//! Rules of EventBridge that fire by the clock. Everything the program knows of this kind: `model` our type, `fetch`
//! the reading, `change` switching one off and on. Those that begin work are shown as jobs; those that stop and start
//! something are read in `schedule::stored` and `offhours`. Nothing here makes, edits or deletes one.

pub mod change;
mod fetch;
mod model;

use futures_util::future::BoxFuture;
pub use model::Rule;

use super::job::{self, JobView, TimedJob, work_of};
use super::job_activity::JobActivity;
use super::resource_tags::TaggedResource;
use super::{Evidence, FetchContext, Kind, KindContext, ListLayout, PollClass, Subject, console_url};
use crate::display::{Cell, Fact, Row, Section};
use crate::text::mask_text;
use crate::world::{Assessment, Fault, KindName, Reading, Resource, Scope};

/// The kind.
pub struct Rules;

impl Kind for Rules {
    type Item = Rule;

    const PACE: PollClass = PollClass::Topology;
    const EVIDENCE: Evidence = Evidence::Optional;
    // A rule places nothing: it waits until the names and tags that do are read, a call for each rule as it takes.
    const NEEDS: &'static [KindName] = &[TaggedResource::KIND];
    const PERMISSIONS: &'static [&'static str] = &["events:ListRules", "events:ListTargetsByRule"];
    const CHANGES: &'static [&'static str] = &[
        "events:DisableRule",
        "events:EnableRule",
        "events:TagResource",
        "events:UntagResource",
        "ecs:RunTask",
        "iam:PassRole",
        "lambda:InvokeFunction",
        "batch:SubmitJob",
        "states:StartExecution",
    ];
    const SHOWN: Option<ListLayout> = Some(ListLayout { list: "jobs", singular: "job", columns: job::COLUMNS });

    fn read(ask: FetchContext<'_>) -> BoxFuture<'_, Result<Reading<Rule>, Fault>> {
        Box::pin(fetch::read(ask))
    }

    fn name(item: &Rule) -> &str {
        &item.name
    }

    fn subject(item: &Rule, scope: &Scope) -> Option<Subject> {
        // What AWS keeps for somebody is nobody's job.
        let (target, work) = work_of(&item.targets).filter(|_| item.managed_by.is_none())?;
        Some(job::subject(item.id(scope), &item.name, target, &work))
    }

    fn assess(item: &Rule, cx: &KindContext<'_>) -> Option<Assessment> {
        view(item, cx).map(|job| job::assess(&job, cx))
    }

    fn rows(item: &Rule, cx: &KindContext<'_>) -> Vec<Row> {
        view(item, cx).map(|job| job::row(&job, item.id(cx.scope), cx)).into_iter().collect()
    }

    fn to_json(item: &Rule, cx: &KindContext<'_>) -> Option<serde_json::Value> {
        view(item, cx).map(|job| job::to_json(&job, cx))
    }

    fn detail(item: &Rule, cx: &KindContext<'_>) -> Vec<Section> {
        let input = item.targets.iter().find_map(|target| target.input.as_deref()).map(mask_text);
        let facts = vec![
            Fact::new("about", Cell::or_none(item.about.as_deref())),
            Fact::new("input", Cell::or_none(input.as_deref())),
        ];
        view(item, cx).map(|job| job::detail(&job, facts, cx)).unwrap_or_default()
    }

    fn web(item: &Rule, scope: &Scope) -> Option<String> {
        let region = &scope.region;
        let name = console_url::encode(&item.name);
        console_url::page(region, &format!("events/home?region={region}#/eventbus/default/rules/{name}"))
    }
}

/// The job that it begins; `None` for a rule that stops or starts something, or does what is none of our business.
#[must_use]
pub fn view(item: &Rule, cx: &KindContext<'_>) -> Option<JobView> {
    let (_, work) = work_of(&item.targets)?;
    let job = TimedJob {
        kept_by: "rule",
        name: &item.name,
        when: (&item.expression, None),
        between: (None, None),
        enabled: item.enabled,
        activity: JobActivity::of_rule(&item.name),
        work,
    };
    Some(job.view(cx))
}

#[cfg(test)]
mod tests;
