//! A Lambda function. Everything the program knows of this kind; the list of what lives where:
//! `model` our type, `fetch` the reading, `subject` what inference may know, `rules` how it is judged, `rows` how it
//! is shown, `commands` what can be done with it and `change` the doing. Nothing here draws.

mod change;
mod commands;
mod fetch;
mod model;
mod rows;
mod rules;
mod subject;

pub use change::{Code, PublishVersion, ShiftAlias, UpdateCode};
pub use model::Function;
pub use rules::reason;

#[cfg(test)]
mod tests;

use jiff::Timestamp;

use super::{Ask, Boxed, Choice, Context, Extra, Kind, Offer, Pace, Row, Section, Shown, Site};
use crate::environment::Subject;
use crate::procedure::Proposal;
use crate::world::{Fault, Harvest, Opinion, Scope};

/// The kind.
pub struct Functions;

impl Kind for Functions {
    type Item = Function;

    const PACE: Pace = Pace::Topology;
    const PERMISSIONS: &'static [&'static str] =
        &["lambda:ListFunctions", "lambda:GetFunctionConfiguration", "cloudwatch:GetMetricData"];
    const CHANGES: &'static [&'static str] = change::ACTIONS;
    const SHOWN: Option<Shown> = Some(Shown { list: "functions", singular: "function", columns: rows::COLUMNS });

    fn read(ask: Ask<'_>) -> Boxed<'_, Result<Harvest<Function>, Fault>> {
        Box::pin(fetch::read(ask))
    }

    fn look<'a>(ask: Ask<'a>, item: &'a Function, now: Timestamp) -> Boxed<'a, Result<Extra, Fault>> {
        Box::pin(fetch::look(ask, item, now))
    }

    fn name(item: &Function) -> &str {
        &item.name
    }

    fn subject(item: &Function, scope: &Scope) -> Option<Subject> {
        subject::subject(item, scope)
    }

    fn opinion(item: &Function, cx: &Context<'_>) -> Option<Opinion> {
        rules::opinion(item, cx)
    }

    fn rows(item: &Function, cx: &Context<'_>) -> Vec<Row> {
        rows::rows(item, cx)
    }

    fn listed(item: &Function, cx: &Context<'_>) -> Option<serde_json::Value> {
        rows::listed(item, cx)
    }

    fn detail(item: &Function, cx: &Context<'_>) -> Vec<Section> {
        rows::detail(item, cx)
    }

    fn offers(item: &Function, site: &Site<'_>) -> Vec<Offer> {
        commands::offers(item, site)
    }

    fn choices(item: &Function, verb: &str, _chosen: Option<&str>, site: &Site<'_>) -> Vec<Choice> {
        commands::choices(item, verb, site)
    }

    fn propose(item: &Function, verb: &str, value: Option<&str>, site: &Site<'_>) -> Result<Proposal, String> {
        commands::propose(item, verb, value, site)
    }

    fn web(item: &Function, scope: &Scope) -> Option<String> {
        rows::web(item, scope)
    }
}
