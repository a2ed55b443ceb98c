//! A state machine of Step Functions with its latest executions. Everything the program knows of this kind: `model` our
//! types, `fetch` the reading; its line and page are those of every job. Nothing here draws.

mod fetch;
mod model;

use futures_util::future::BoxFuture;
use jiff::Timestamp;
pub use model::{Execution, StateMachine};

use super::event_rule::Rule;
use super::external_schedule::ForeignSchedule;
use super::job::{self, JobView, of_executions, work_of};
use super::resource_tags::TaggedResource;
use super::{Evidence, FetchContext, Kind, KindContext, ListLayout, PollClass, Subject, console_url};
use crate::display::{Cell, Extra, Fact, Row, Section};
use crate::schedule::stored::target_effect::{Target, Work, WorkKind};
use crate::text::{when, word};
use crate::world::{Assessment, Fault, KindName, Reading, Resource, Scope};

/// The kind.
pub struct Machines;

impl Kind for Machines {
    type Item = StateMachine;

    const PACE: PollClass = PollClass::Topology;
    const EVIDENCE: Evidence = Evidence::Optional;
    const NEEDS: &'static [KindName] = &[TaggedResource::KIND];
    const PERMISSIONS: &'static [&'static str] =
        &["states:ListStateMachines", "states:ListExecutions", "states:DescribeExecution"];
    const CHANGES: &'static [&'static str] = &["states:StartExecution"];
    const SHOWN: Option<ListLayout> = Some(ListLayout { list: "jobs", singular: "job", columns: job::COLUMNS });

    fn read(ask: FetchContext<'_>) -> BoxFuture<'_, Result<Reading<StateMachine>, Fault>> {
        Box::pin(fetch::read(ask))
    }

    fn look<'a>(ask: FetchContext<'a>, item: &'a StateMachine, now: Timestamp) -> BoxFuture<'a, Result<Extra, Fault>> {
        Box::pin(fetch::look(ask, item, now))
    }

    fn name(item: &StateMachine) -> &str {
        &item.name
    }

    fn subject(item: &StateMachine, scope: &Scope) -> Option<Subject> {
        let subject = Subject::new(item.id(scope)).named(&item.name).watching();
        Some(subject.known_as(["state-machine:", &item.name].concat()))
    }

    fn assess(item: &StateMachine, cx: &KindContext<'_>) -> Option<Assessment> {
        // A timer that starts it tells of it.
        (!is_timed(cx, &item.name)).then(|| job::assess(&view(item, cx), cx))
    }

    fn rows(item: &StateMachine, cx: &KindContext<'_>) -> Vec<Row> {
        if is_timed(cx, &item.name) { Vec::new() } else { vec![job::row(&view(item, cx), item.id(cx.scope), cx)] }
    }

    fn to_json(item: &StateMachine, cx: &KindContext<'_>) -> Option<serde_json::Value> {
        (!is_timed(cx, &item.name)).then(|| job::to_json(&view(item, cx), cx))
    }

    fn detail(item: &StateMachine, cx: &KindContext<'_>) -> Vec<Section> {
        let facts = vec![
            Fact::new("type", Cell::or_none(item.kind.as_deref().map(word))),
            Fact::new("created", Cell::or_none(item.created_at.map(|at| when(at, cx.now, cx.zone)))),
        ];
        job::detail(&view(item, cx), facts, cx)
    }

    fn web(item: &StateMachine, scope: &Scope) -> Option<String> {
        let region = &scope.region;
        let arn = console_url::encode(item.arn.as_str());
        console_url::page(region, &format!("states/home?region={region}#/statemachines/view/{arn}"))
    }
}

/// The job as it stands.
pub fn view(item: &StateMachine, cx: &KindContext<'_>) -> JobView {
    JobView {
        name: item.name.clone(),
        kept_by: "state-machine",
        work: WorkKind::Machine,
        what: item.name.clone(),
        place: None,
        enabled: true,
        clock: None,
        runs: of_executions(cx.world, cx.scope, item.key()),
        trouble: None,
        limit: None,
    }
}

/// Whether a rule or a schedule of the place starts it.
fn is_timed(cx: &KindContext<'_>, name: &str) -> bool {
    let starts = |found: Option<(&Target, Work)>| {
        found.is_some_and(|(_, work)| work.kind == WorkKind::Machine && work.name == name)
    };
    cx.world.all::<Rule>(cx.scope).any(|rule| starts(work_of(&rule.targets)))
        || cx.world.all::<ForeignSchedule>(cx.scope).any(|schedule| starts(work_of([&schedule.target])))
}

#[cfg(test)]
mod tests;
