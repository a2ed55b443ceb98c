//! Resource kinds: everything the program knows of one kind of AWS resource stands in that
//! kind's folder, behind the [`Kind`] trait, and the rest of the program learns of it through
//! one line in [`KINDS`]. Nothing outside a kind's folder may match on its name.

mod any;
mod context;
mod loose;
mod offer;
mod power;
mod row;
#[cfg(test)]
pub(crate) mod testing;
mod web;

#[cfg(test)]
pub(crate) mod sample;

pub mod alarm;
pub mod automation_run;
pub mod command_invocation;
pub mod cpu_credits;
pub mod db_cluster;
pub mod db_event;
pub mod db_instance;
pub mod db_maintenance;
pub mod deploy_lock;
pub mod ec2_instance;
pub mod ecr_repository;
pub mod ecs_cluster;
pub mod ecs_service;
pub mod ecs_task;
pub mod event_rule;
pub mod foreign_schedule;
pub mod function_load;
pub mod function_release;
pub mod lambda_function;
pub mod listener;
pub mod load_balancer;
pub mod log_tail;
pub mod managed_node;
pub mod metric_filter;
pub mod mute_rule;
pub mod scalable_target;
pub mod schedule_group;
pub mod schedule_record;
pub mod scheduled_action;
pub mod scheduler_role;
pub mod security_group;
pub mod service_deployment;
pub mod session_settings;
pub mod simulation;
pub mod tagged;
pub mod target_group;
pub mod target_health;
pub mod task_definition;

use std::future::Future;
use std::pin::Pin;

use jiff::Timestamp;

pub use any::{AnyKind, Of};
pub use context::{Context, Joins};
pub use loose::{Loose, Seen};
pub use offer::{Asks, Choice, Offer, Site};
pub use row::{Ahead, Align, Cell, Column, Extra, Fact, Moment, Row, Section, Series, Tone, Width};

use crate::app::gate::Change;
use crate::aws::Clients;
use crate::environment::{Counts, Subject};
use crate::procedure::{Proposal, Want};
use crate::schedule::saga;
use crate::session::preflight::Reach;
use crate::world::{Coverage, EnvironmentName, Fault, Harvest, KindName, Opinion, Resource, Scope, World};

/// A future that can be sent to another thread.
pub type Boxed<'a, T> = Pin<Box<dyn Future<Output = T> + Send + 'a>>;

/// Every kind there is. The order is the order of panels in the environment screen.
pub static KINDS: &[&dyn AnyKind] = &[
    &Of::<load_balancer::LoadBalancers>::new(),
    &Of::<listener::Listeners>::new(),
    &Of::<target_group::TargetGroups>::new(),
    &Of::<target_health::TargetHealths>::new(),
    &Of::<ecs_cluster::Clusters>::new(),
    &Of::<ecs_service::Services>::new(),
    &Of::<ecs_task::Tasks>::new(),
    &Of::<task_definition::TaskDefinitions>::new(),
    &Of::<ecr_repository::Repositories>::new(),
    &Of::<db_cluster::DbClusters>::new(),
    &Of::<db_instance::DbInstances>::new(),
    &Of::<db_event::DbEvents>::new(),
    &Of::<db_maintenance::Maintenance>::new(),
    &Of::<alarm::Alarms>::new(),
    &Of::<metric_filter::MetricFilters>::new(),
    &Of::<mute_rule::MuteRules>::new(),
    &Of::<ec2_instance::Instances>::new(),
    &Of::<managed_node::Nodes>::new(),
    &Of::<cpu_credits::Balances>::new(),
    &Of::<lambda_function::Functions>::new(),
    &Of::<function_release::Releases>::new(),
    &Of::<function_load::Loads>::new(),
    &Of::<command_invocation::Invocations>::new(),
    &Of::<deploy_lock::DeployLocks>::new(),
    &Of::<security_group::SecurityGroups>::new(),
    &Of::<scalable_target::ScalableTargets>::new(),
    &Of::<tagged::Tags>::new(),
    &Of::<schedule_group::Groups>::new(),
    &Of::<schedule_record::Records>::new(),
    &Of::<scheduled_action::ScheduledActions>::new(),
    &Of::<event_rule::Rules>::new(),
    &Of::<foreign_schedule::ForeignSchedules>::new(),
    &Of::<automation_run::Runs>::new(),
    &Of::<scheduler_role::SchedulerRoles>::new(),
    &Of::<service_deployment::ServiceDeployments>::new(),
    &Of::<session_settings::AllSessionSettings>::new(),
    &Of::<simulation::Simulations>::new(),
    &Of::<log_tail::LogTails>::new(),
];

/// The kind of that name.
#[must_use]
pub fn kind(name: KindName) -> Option<&'static dyn AnyKind> {
    KINDS.iter().copied().find(|kind| kind.name() == name)
}

/// How often a kind is read.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Pace {
    /// State: every 15 s for the environment in focus, every 60 s otherwise.
    Live,
    /// Structure that changes with deployments of infrastructure: every 10 min, and on request.
    Topology,
    /// Only when something needs it: never by the clock.
    Asked,
}

/// One reading to be done.
#[derive(Clone, Copy)]
pub struct Ask<'a> {
    /// The clients of this scope's source and region.
    pub aws: &'a Clients,
    /// Where to read.
    pub scope: &'a Scope,
    /// What is known already: kinds named in [`Kind::NEEDS`] have been read at least once.
    pub known: &'a World,
    /// Which parts are wanted.
    pub coverage: &'a Coverage,
}

impl<'a> Ask<'a> {
    /// The resources of a kind named in [`Kind::NEEDS`].
    ///
    /// # Errors
    /// The fault of their own reading, when that is why nothing is known of them.
    pub fn needed<T: Resource>(&self) -> Result<Vec<&'a T>, Fault> {
        let shelf = self.known.shelf(self.scope, T::KIND);
        match shelf.filter(|shelf| shelf.oldest().is_none()).and_then(|shelf| shelf.faults().next()) {
            Some(fault) => Err(fault.clone()),
            None => Ok(self.known.all::<T>(self.scope).collect()),
        }
    }
}

/// How a kind appears on screen and in `status --json`.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Shown {
    /// Key of its list in JSON and title of its panel: `services`, `databases`. Kinds that share it share a panel.
    pub list: &'static str,
    /// What one is called: `service`, `DB instance`.
    pub singular: &'static str,
    /// The panel's columns (the first kind of a list decides).
    pub columns: &'static [Column],
}

/// Everything one resource kind says about itself. A zero-sized type in the kind's folder implements it.
pub trait Kind: Send + Sync + 'static {
    /// Our type for one of them.
    type Item: Resource;

    /// How often it is read.
    const PACE: Pace;
    /// Kinds that must have been read before this one can be.
    const NEEDS: &'static [KindName] = &[];
    /// The IAM actions that reading it and looking closer take: source of `policy --read-only` and `doctor`.
    const PERMISSIONS: &'static [&'static str];
    /// The IAM actions that its changes take: source of `policy --operator`. What only passes a role on
    /// (`iam:PassRole`) stands here too.
    const CHANGES: &'static [&'static str] = &[];
    /// How it is shown; `None` for kinds that only serve others (tags, metric filters).
    const SHOWN: Option<Shown> = None;
    /// Whether a shell can be opened in one at all: only then [`Kind::reach`] is asked.
    const SHELL: bool = false;

    /// Reads it. The only function of a kind that may touch the network; lives in `fetch.rs`.
    fn read(ask: Ask<'_>) -> Boxed<'_, Result<Harvest<Self::Item>, Fault>>;

    /// More about one of them, asked for while its page is open: metrics, history.
    fn look<'a>(_ask: Ask<'a>, _item: &'a Self::Item, _now: Timestamp) -> Boxed<'a, Result<Extra, Fault>> {
        Box::pin(async { Ok(Extra::default()) })
    }

    /// The name a person calls it by.
    fn name(item: &Self::Item) -> &str {
        item.key()
    }

    /// What inference may know of it; `None` if it is never a member of an environment.
    fn subject(_item: &Self::Item, _scope: &Scope) -> Option<Subject> {
        None
    }

    /// How it is. `None` where this kind has no say (its state is told by another kind).
    fn opinion(_item: &Self::Item, _cx: &Context<'_>) -> Option<Opinion> {
        None
    }

    /// Adds it to its environment's counts for the fleet line.
    fn count(_item: &Self::Item, _cx: &Context<'_>, _counts: &mut Counts) {}

    /// Its lines in the environment screen; none where it stands inside another's line.
    fn rows(_item: &Self::Item, _cx: &Context<'_>) -> Vec<Row> {
        Vec::new()
    }

    /// Its object in `status --json`; `None` where it stands inside another's object.
    fn listed(_item: &Self::Item, _cx: &Context<'_>) -> Option<serde_json::Value> {
        None
    }

    /// The sections of its detail page.
    fn detail(_item: &Self::Item, _cx: &Context<'_>) -> Vec<Section> {
        Vec::new()
    }

    /// What can be done with it: each shown even when barred. Made in the kind's `commands.rs`.
    fn offers(_item: &Self::Item, _site: &Site<'_>) -> Vec<Offer> {
        Vec::new()
    }

    /// What can be chosen for an offer that asks for a choice, once that was read; behind a choice that led on, the
    /// value of that one is `chosen`.
    fn choices(_item: &Self::Item, _verb: &str, _chosen: Option<&str>, _site: &Site<'_>) -> Vec<Choice> {
        Vec::new()
    }

    /// Makes an offer a proposal. `value` is what was typed or chosen.
    ///
    /// # Errors
    /// A sentence: why it cannot be done, and what to do instead.
    fn propose(_item: &Self::Item, verb: &str, _value: Option<&str>, _site: &Site<'_>) -> Result<Proposal, String> {
        Err(format!("a {} knows no {verb:?}", Self::Item::KIND))
    }

    /// What can be told, from how it is now, of a change to it whose end nobody wrote down; `None` where nothing can.
    fn settled(_item: &Self::Item, _loose: &Loose<'_>) -> Option<Seen> {
        None
    }

    /// How it stands as something that sleeps and wakes; `None` for kinds that do not.
    fn sleeper(_item: &Self::Item, _world: &World, _scope: &Scope) -> Option<saga::Seen> {
        None
    }

    /// What has to be read to see that anew.
    fn watch(_item: &Self::Item, scope: &Scope) -> Vec<Want> {
        vec![Want::all(scope, Self::Item::KIND)]
    }

    /// The change that does `act` to it on its way to sleep or back; `None` where the kind knows no such act.
    fn act(
        _item: &Self::Item,
        _act: saga::Act,
        _environment: &EnvironmentName,
        _scope: &Scope,
    ) -> Option<Box<dyn Change>> {
        None
    }

    /// How a shell gets into it, with the checklist of what that takes; `None` for kinds that have no inside.
    fn reach(_item: &Self::Item, _cx: &Context<'_>) -> Option<Reach> {
        None
    }

    /// Its page in the AWS web console.
    fn web(_item: &Self::Item, _scope: &Scope) -> Option<String> {
        None
    }
}
