//! An ECS service. Everything the program knows of this kind; the list of what lives where:
//! `model` our type, `fetch` the reading, `subject` what inference may know,
//! `rules` how it is judged, `rows` and `page` how it is shown; `commands`, `history` and `registry` what can be done with it,
//! `change` the calls that do it. Nothing here draws.

mod change;
mod commands;
mod enable_exec;
mod fetch;
mod history;
mod model;
mod page;
mod reach;
mod registry;
mod rows;
mod rules;
mod settled;
mod sleep;
mod subject;

pub use model::{Attachment, Breaker, Deployment, Event, Service};
pub use sleep::{memory, memory_in, scaled_as, wakes_to};

pub use rules::{Judged, history_ends, judge, moving, primary, rolled_back_to};

#[cfg(test)]
mod tests;

use jiff::Timestamp;

use super::{Ask, Boxed, Choice, Context, Extra, Kind, Loose, Offer, Pace, Row, Section, Seen, Shown, Site};
use crate::app::gate::Change;
use crate::environment::{Counts, Subject};
use crate::procedure::{Proposal, Want};
use crate::schedule::saga;
use crate::session::preflight::Reach;
use crate::world::{EnvironmentName, Fault, Harvest, Opinion, Scope, World};

/// The kind.
pub struct Services;

impl Kind for Services {
    type Item = Service;

    const PACE: Pace = Pace::Live;
    const SHELL: bool = true;
    const PERMISSIONS: &'static [&'static str] =
        &["ecs:ListClusters", "ecs:ListServices", "ecs:DescribeServices", "cloudwatch:GetMetricData"];
    const CHANGES: &'static [&'static str] = change::ACTIONS;
    const SHOWN: Option<Shown> = Some(Shown { list: "services", singular: "service", columns: rows::COLUMNS });

    fn read(ask: Ask<'_>) -> Boxed<'_, Result<Harvest<Service>, Fault>> {
        Box::pin(fetch::read(ask))
    }

    fn look<'a>(ask: Ask<'a>, item: &'a Service, now: Timestamp) -> Boxed<'a, Result<Extra, Fault>> {
        Box::pin(fetch::look(ask, item, now))
    }

    fn name(item: &Service) -> &str {
        &item.name
    }

    fn subject(item: &Service, scope: &Scope) -> Option<Subject> {
        subject::subject(item, scope)
    }

    fn opinion(item: &Service, cx: &Context<'_>) -> Option<Opinion> {
        rules::opinion(item, cx)
    }

    fn count(item: &Service, cx: &Context<'_>, counts: &mut Counts) {
        rules::count(item, cx, counts);
    }

    fn rows(item: &Service, cx: &Context<'_>) -> Vec<Row> {
        rows::rows(item, cx)
    }

    fn listed(item: &Service, cx: &Context<'_>) -> Option<serde_json::Value> {
        rows::listed(item, cx)
    }

    fn detail(item: &Service, cx: &Context<'_>) -> Vec<Section> {
        page::detail(item, cx)
    }

    fn settled(item: &Service, loose: &Loose<'_>) -> Option<Seen> {
        settled::settled(item, loose)
    }

    fn reach(item: &Service, cx: &Context<'_>) -> Option<Reach> {
        Some(reach::reach(item, cx))
    }

    fn offers(item: &Service, site: &Site<'_>) -> Vec<Offer> {
        let mut offers = commands::offers(item, site);
        offers.push(enable_exec::offer(item));
        offers
    }

    fn choices(item: &Service, verb: &str, chosen: Option<&str>, site: &Site<'_>) -> Vec<Choice> {
        commands::choices(item, verb, chosen, site)
    }

    fn propose(item: &Service, verb: &str, value: Option<&str>, site: &Site<'_>) -> Result<Proposal, String> {
        match verb {
            enable_exec::VERB => enable_exec::propose(item, site),
            _ => commands::propose(item, verb, value, site),
        }
    }

    fn sleeper(item: &Service, world: &World, scope: &Scope) -> Option<saga::Seen> {
        Some(sleep::sleeper(item, world, scope))
    }

    fn watch(item: &Service, scope: &Scope) -> Vec<Want> {
        sleep::watch(item, scope)
    }

    fn act(item: &Service, act: saga::Act, environment: &EnvironmentName, scope: &Scope) -> Option<Box<dyn Change>> {
        sleep::act(item, act, environment, scope)
    }

    fn web(item: &Service, scope: &Scope) -> Option<String> {
        rows::web(item, scope)
    }
}
