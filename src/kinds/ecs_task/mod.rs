//! An ECS task, running or lately stopped. Everything the program knows of this kind; the list of what lives where:
//! `model` our type, `fetch` the reading, `subject` what inference may know,
//! `rules` how it is judged, `session_access` and `permissions` how it is entered, `rows` and `page` how it is shown,
//! `change` how it is stopped, `exec` a command in it. Nothing here draws.

pub(crate) mod change;
mod exec;
mod fetch;
mod model;
mod page;
mod permissions;
mod rows;
mod rules;
mod session_access;
pub mod stop_cause;
pub mod stop_reasons;
mod subject;

pub use exec::ExecLine;
use futures_util::future::BoxFuture;
pub use model::{Container, Task};
pub use rows::TaskLines;
pub use session_access::{of_service, session_access};

#[cfg(test)]
mod tests;

use super::Counts;
use super::Subject;
use super::{Evidence, FetchContext, Kind, KindContext, ListLayout, PollClass};
use crate::display::{Row, Section};
use crate::ssm::preflight::SessionAccess;
use crate::world::{Assessment, Fault, KindName, Reading, Resource, Scope};

/// The kind.
pub struct Tasks;

impl Kind for Tasks {
    type Item = Task;

    const PACE: PollClass = PollClass::Live;
    const PASSING: bool = true;
    const NEEDS: &'static [KindName] = &[super::ecs_cluster::Cluster::KIND];
    const PARTS_OF: Option<KindName> = Some(super::ecs_cluster::Cluster::KIND);
    const SHELL: bool = true;
    const EVIDENCE: Evidence = Evidence::Optional;
    const PERMISSIONS: &'static [&'static str] = &["ecs:ListClusters", "ecs:ListTasks", "ecs:DescribeTasks"];
    const CHANGES: &'static [&'static str] = &[
        "ecs:ExecuteCommand",
        "ecs:StopTask",
        "ssm:StartSession",
        "ssm:ResumeSession",
        "ssm:TerminateSession",
        "ssmmessages:OpenDataChannel",
        "kms:GenerateDataKey",
    ];
    const SHOWN: Option<ListLayout> = Some(ListLayout { list: "tasks", singular: "task", columns: rows::COLUMNS });

    fn read(ask: FetchContext<'_>) -> BoxFuture<'_, Result<Reading<Task>, Fault>> {
        Box::pin(fetch::read(ask))
    }

    fn name(item: &Task) -> &str {
        item.arn.last()
    }

    fn subject(item: &Task, scope: &Scope) -> Option<Subject> {
        subject::subject(item, scope)
    }

    fn assess(item: &Task, cx: &KindContext<'_>) -> Option<Assessment> {
        rules::assess(item, cx)
    }

    fn count(item: &Task, cx: &KindContext<'_>, counts: &mut Counts) {
        rules::count(item, cx, counts);
    }

    fn rows(item: &Task, cx: &KindContext<'_>) -> Vec<Row> {
        rows::rows(item, cx)
    }

    fn list_rows(item: &Task, cx: &KindContext<'_>) -> Vec<Row> {
        vec![rows::line(item, cx)]
    }

    fn to_json(item: &Task, cx: &KindContext<'_>) -> Option<serde_json::Value> {
        rows::to_json(item, cx)
    }

    fn detail(item: &Task, cx: &KindContext<'_>) -> Vec<Section> {
        page::detail(item, cx)
    }

    fn session_access(item: &Task, cx: &KindContext<'_>) -> Option<SessionAccess> {
        Some(session_access(item, cx))
    }

    fn web(item: &Task, scope: &Scope) -> Option<String> {
        rows::web(item, scope)
    }
}
