//! A node managed by Systems Manager. Everything the program knows of this kind; the list of what lives where:
//! `model` our type, `fetch` the reading, `subject` what inference may know,
//! `rules` how it is judged, `session_access` and `rights` how it is entered, `rows` how it is shown. Nothing here
//! draws.

pub mod change;
mod fetch;
pub mod model;
mod permissions;
mod rows;
mod rules;
mod session_access;
mod subject;

pub use change::{RunScript, mark};
use futures_util::future::BoxFuture;
pub use model::Node;
pub use permissions::rights;
pub use session_access::lines;

#[cfg(test)]
mod tests;

use super::Counts;
use super::Subject;
use super::{Evidence, FetchContext, Kind, KindContext, ListLayout, PollClass};
use crate::display::{Row, Section};
use crate::ssm::preflight::SessionAccess;
use crate::world::{Assessment, Fault, Reading, Scope};

/// The kind.
pub struct Nodes;

impl Kind for Nodes {
    type Item = Node;

    const PACE: PollClass = PollClass::Live;
    const SHELL: bool = true;
    const EVIDENCE: Evidence = Evidence::Optional;
    const PERMISSIONS: &'static [&'static str] = &["ssm:DescribeInstanceInformation"];
    const CHANGES: &'static [&'static str] = change::ACTIONS;
    const SHOWN: Option<ListLayout> =
        Some(ListLayout { list: "instances", singular: "managed node", columns: rows::COLUMNS });

    fn read(ask: FetchContext<'_>) -> BoxFuture<'_, Result<Reading<Node>, Fault>> {
        Box::pin(fetch::read(ask))
    }

    fn name(item: &Node) -> &str {
        item.name.as_deref().or(item.computer.as_deref()).unwrap_or(&item.id)
    }

    fn subject(item: &Node, scope: &Scope) -> Option<Subject> {
        subject::subject(item, scope)
    }

    fn assess(item: &Node, cx: &KindContext<'_>) -> Option<Assessment> {
        rules::assess(item, cx)
    }

    fn count(item: &Node, cx: &KindContext<'_>, counts: &mut Counts) {
        rules::count(item, cx, counts);
    }

    fn rows(item: &Node, cx: &KindContext<'_>) -> Vec<Row> {
        rows::rows(item, cx)
    }

    fn to_json(item: &Node, cx: &KindContext<'_>) -> Option<serde_json::Value> {
        rows::to_json(item, cx)
    }

    fn detail(item: &Node, cx: &KindContext<'_>) -> Vec<Section> {
        rows::detail(item, cx)
    }

    fn session_access(item: &Node, cx: &KindContext<'_>) -> Option<SessionAccess> {
        Some(session_access::session_access(item, cx))
    }

    fn web(item: &Node, scope: &Scope) -> Option<String> {
        rows::web(item, scope)
    }
}
