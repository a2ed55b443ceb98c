//! An EC2 instance. Everything the program knows of this kind; the list of what lives where:
//! `model` our type, `fetch` the reading, `subject` what inference may know,
//! `rules` how it is judged, `rows` how it is shown. Nothing here draws.

mod change;
mod fetch;
pub mod model;
mod rows;
pub mod rules;
mod session_access;
mod subject;

use futures_util::future::BoxFuture;
pub use model::Instance;
pub(crate) use rows::COLUMNS as INSTANCE_COLUMNS;

pub mod power_state;
#[cfg(test)]
mod tests;

use super::Counts;
use super::Subject;
use super::{Ask, Context, Kind, Pace, Shown};
use crate::change::gate::Change;
use crate::display::{Row, Section};
use crate::schedule::transition::stage_plan;
use crate::ssm::preflight::Reach;
use crate::world::read_request::Want;
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

    fn read(ask: Ask<'_>) -> BoxFuture<'_, Result<Harvest<Instance>, Fault>> {
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

    fn reach(item: &Instance, cx: &Context<'_>) -> Option<Reach> {
        Some(session_access::reach(item, cx))
    }

    fn sleeper(item: &Instance, world: &World, scope: &Scope) -> Option<stage_plan::Seen> {
        Some(power_state::sleeper(item, world, scope))
    }

    fn watch(_item: &Instance, scope: &Scope) -> Vec<Want> {
        power_state::watch(scope)
    }

    fn act(
        item: &Instance,
        act: stage_plan::Act,
        environment: &EnvironmentName,
        scope: &Scope,
    ) -> Option<Box<dyn Change>> {
        change::of(item, act, environment, scope)
    }

    fn web(item: &Instance, scope: &Scope) -> Option<String> {
        rows::web(item, scope)
    }
}
