//! Small builders: from the few facts a script cares about to whole items as AWS would tell them.
//! Pure; nothing here knows any one system.

mod alarm;
mod alarm_types;
mod compose;
mod database;
mod edge;
mod function;
mod instance;
mod job;
mod load_balancing;
mod mute;
mod registry;
mod service;
mod shift;
mod task;
mod upkeep;

pub(super) use alarm::{Course, Watch, alarm, composite, scaling};
pub(super) use alarm_types::one_of_each;
pub(super) use compose::compose;
pub(super) use database::{Aurora, Database, State, aurora, database, lets, system_update};
pub(super) use edge::{dns_zone, rest_api, stack, user_pool, web_acl};
pub(super) use function::{Lambda, function};
pub(super) use instance::{Machine, machine, state, vpc};
pub(super) use job::{PastJob, TimedTask, batch, machine_of_steps, timed_call, timed_task};
pub(super) use load_balancing::{
    Balancer, Group, Rules, balancer, balancer_metric, forward, forward_by_weights, group, group_metric, redirect,
};
pub(super) use mute::{mute, mute_alarms};
pub(super) use service::{Crate, Deploy, Kept, Tag, acted, cluster, service};
pub(super) use shift::second;
pub(super) use upkeep::{certificate, distribution, network};

use std::collections::BTreeMap;

use super::account::SimulatedAccount;
use super::commands;
use super::scenario_context::ScenarioContext;
use crate::change::plan::ChangeRequest;
use crate::kinds::lambda_function::Function;
use crate::kinds::lambda_version::FunctionVersions;
use crate::kinds::managed_node::Node;
use crate::world::Resource;

/// What AWS's answer to a change tells besides: a command's id, new code's sum, a version's number.
pub(super) fn told(
    change_request: &ChangeRequest,
    simulated: &SimulatedAccount,
    scenario: &ScenarioContext<'_>,
) -> Option<(&'static str, String)> {
    if let Some(run) = job::run_of(scenario, change_request) {
        return Some(run);
    }
    if change_request.on.kind == Node::KIND {
        return Some(("command", commands::id(scenario, scenario.now, change_request)));
    }
    if change_request.on.kind == Function::KIND {
        let item = simulated.get::<Function>(&change_request.on.key)?;
        return function::facts_of(
            scenario,
            item,
            simulated.get::<FunctionVersions>(&change_request.on.key),
            change_request,
        );
    }
    None
}

/// Tags from pairs.
pub(super) fn tags(pairs: &[(&str, &str)]) -> BTreeMap<String, String> {
    pairs.iter().map(|(key, value)| ((*key).to_owned(), (*value).to_owned())).collect()
}

/// Owned dimensions from pairs.
pub(super) fn owned(pairs: &[(&str, &str)]) -> Vec<(String, String)> {
    pairs.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())).collect()
}
