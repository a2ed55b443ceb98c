//! Small builders: from the few facts a script cares about to whole items as AWS would tell them.
//! Pure; nothing here knows any one system.

mod alarm;
mod balance;
mod database;
mod machine;
mod registry;
mod service;
mod task;

pub(super) use alarm::{Course, Watch, alarm, composite, scaling};
pub(super) use balance::{
    Balancer, Group, Rules, balancer, balancer_metric, forward, group, group_metric, redirect, targets,
};
pub(super) use database::{Aurora, Database, State, aurora, database, lets};
pub(super) use machine::{Machine, machine, vpc};
pub(super) use service::{Crate, Deploy, Kept, Tag, cluster, service};

use std::collections::BTreeMap;

/// Tags from pairs.
pub(super) fn tags(pairs: &[(&str, &str)]) -> BTreeMap<String, String> {
    pairs.iter().map(|(key, value)| ((*key).to_owned(), (*value).to_owned())).collect()
}

/// Owned dimensions from pairs.
pub(super) fn owned(pairs: &[(&str, &str)]) -> Vec<(String, String)> {
    pairs.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())).collect()
}
