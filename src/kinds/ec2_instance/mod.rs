//! An EC2 instance. Everything the program knows of this kind; the list of what lives where:
//! `model` our type, `fetch` the reading, `subject` what inference may know,
//! `rules` how it is judged, `rows` how it is shown. Nothing here draws.

mod change;
mod commands;
mod fetch;
mod model;
mod reach;
mod rows;
mod rules;
mod subject;
mod turn;

pub use model::Instance;
pub(in crate::kinds) use rows::COLUMNS as INSTANCE_COLUMNS;

#[cfg(test)]
mod tests;

use super::{Ask, Boxed, Context, Kind, Offer, Pace, Row, Section, Shown, Site};
use crate::app::gate::Change;
use crate::environment::{Counts, Subject};
use crate::procedure::{Proposal, Want};
use crate::schedule::saga;
use crate::session::preflight::Reach;
use crate::world::{EnvironmentName, Fault, Harvest, Opinion, Scope, World};

/// The kind.
pub struct Instances;

impl Kind for Instances {
    type Item = Instance;

    const PACE: Pace = Pace::Live;
    const SHELL: bool = true;
    const PERMISSIONS: &'static [&'static str] = &["ec2:DescribeInstances"];
    const CHANGES: &'static [&'static str] = change::ACTIONS;
    const SHOWN: Option<Shown> = Some(Shown { list: "instances", singular: "instance", columns: rows::COLUMNS });

    fn read(ask: Ask<'_>) -> Boxed<'_, Result<Harvest<Instance>, Fault>> {
        Box::pin(fetch::read(ask))
    }

    fn name(item: &Instance) -> &str {
        item.name.as_deref().unwrap_or(&item.id)
    }

    fn subject(item: &Instance, scope: &Scope) -> Option<Subject> {
        subject::subject(item, scope)
    }

    fn opinion(item: &Instance, cx: &Context<'_>) -> Option<Opinion> {
        rules::opinion(item, cx)
    }

    fn count(item: &Instance, cx: &Context<'_>, counts: &mut Counts) {
        rules::count(item, cx, counts);
    }

    fn rows(item: &Instance, cx: &Context<'_>) -> Vec<Row> {
        rows::rows(item, cx)
    }

    fn listed(item: &Instance, cx: &Context<'_>) -> Option<serde_json::Value> {
        rows::listed(item, cx)
    }

    fn detail(item: &Instance, cx: &Context<'_>) -> Vec<Section> {
        rows::detail(item, cx)
    }

    fn offers(item: &Instance, site: &Site<'_>) -> Vec<Offer> {
        commands::offers(item, site)
    }

    fn propose(item: &Instance, verb: &str, value: Option<&str>, site: &Site<'_>) -> Result<Proposal, String> {
        commands::propose(item, verb, value, site)
    }

    fn reach(item: &Instance, cx: &Context<'_>) -> Option<Reach> {
        Some(reach::reach(item, cx))
    }

    fn sleeper(item: &Instance, world: &World, scope: &Scope) -> Option<saga::Seen> {
        Some(turn::sleeper(item, world, scope))
    }

    fn watch(_item: &Instance, scope: &Scope) -> Vec<Want> {
        turn::watch(scope)
    }

    fn act(item: &Instance, act: saga::Act, environment: &EnvironmentName, scope: &Scope) -> Option<Box<dyn Change>> {
        change::of(item, act, environment, scope)
    }

    fn web(item: &Instance, scope: &Scope) -> Option<String> {
        rows::web(item, scope)
    }
}
