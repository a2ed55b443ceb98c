//! A node managed by Systems Manager. Everything the program knows of this kind; the list of what lives where:
//! `model` our type, `fetch` the reading, `subject` what inference may know,
//! `rules` how it is judged, `reach` and `rights` how it is entered, `rows` how it is shown. Nothing here draws.

mod change;
mod fetch;
mod model;
mod reach;
mod rights;
mod rows;
mod rules;
mod run;
mod subject;

pub use change::RunScript;
pub use model::Node;
pub use reach::lines;
pub use rights::rights;
pub use run::{MOST, RunCommand};

#[cfg(test)]
mod tests;

use super::{Ask, Boxed, Context, Kind, Pace, Row, Section, Shown};
use crate::environment::{Counts, Subject};
use crate::session::preflight::Reach;
use crate::world::{Fault, Harvest, Opinion, Scope};

/// The kind.
pub struct Nodes;

impl Kind for Nodes {
    type Item = Node;

    const PACE: Pace = Pace::Live;
    const SHELL: bool = true;
    const PERMISSIONS: &'static [&'static str] = &["ssm:DescribeInstanceInformation"];
    const CHANGES: &'static [&'static str] = change::ACTIONS;
    const SHOWN: Option<Shown> = Some(Shown { list: "instances", singular: "managed node", columns: rows::COLUMNS });

    fn read(ask: Ask<'_>) -> Boxed<'_, Result<Harvest<Node>, Fault>> {
        Box::pin(fetch::read(ask))
    }

    fn name(item: &Node) -> &str {
        item.name.as_deref().or(item.computer.as_deref()).unwrap_or(&item.id)
    }

    fn subject(item: &Node, scope: &Scope) -> Option<Subject> {
        subject::subject(item, scope)
    }

    fn opinion(item: &Node, cx: &Context<'_>) -> Option<Opinion> {
        rules::opinion(item, cx)
    }

    fn count(item: &Node, cx: &Context<'_>, counts: &mut Counts) {
        rules::count(item, cx, counts);
    }

    fn rows(item: &Node, cx: &Context<'_>) -> Vec<Row> {
        rows::rows(item, cx)
    }

    fn listed(item: &Node, cx: &Context<'_>) -> Option<serde_json::Value> {
        rows::listed(item, cx)
    }

    fn detail(item: &Node, cx: &Context<'_>) -> Vec<Section> {
        rows::detail(item, cx)
    }

    fn reach(item: &Node, cx: &Context<'_>) -> Option<Reach> {
        Some(reach::reach(item, cx))
    }

    fn web(item: &Node, scope: &Scope) -> Option<String> {
        rows::web(item, scope)
    }
}
