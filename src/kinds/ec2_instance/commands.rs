//! What can be done with an instance: start and stop, and what can be done with the target group it serves in, for all
//! of its instances. Pure.

use super::model::Instance;
use super::rules::serving;
use super::turn;
use crate::kinds::target_group::{TargetGroup, commands};
use crate::kinds::{Offer, Site};
use crate::procedure::Proposal;

fn group<'a>(item: &Instance, site: &Site<'a>) -> Option<&'a TargetGroup> {
    let arn = serving(item, &site.cx).map(|(health, _)| health.group.clone()).next()?;
    site.cx.world.by_key::<TargetGroup>(site.cx.scope, arn.as_str())
}

/// What can be done with `item`.
pub(super) fn offers(item: &Instance, site: &Site<'_>) -> Vec<Offer> {
    let group = group(item, site).map(|group| commands::offers(group, site)).unwrap_or_default();
    turn::offers(item, site).into_iter().chain(group).collect()
}

/// Makes an offer a procedure.
///
/// # Errors
/// A sentence: why it cannot be done, and what to do instead.
pub(super) fn propose(item: &Instance, verb: &str, value: Option<&str>, site: &Site<'_>) -> Result<Proposal, String> {
    if matches!(verb, "start" | "stop") {
        return turn::propose(item, verb, site);
    }
    match group(item, site) {
        Some(group) => commands::propose(group, verb, value, site),
        None => Err(format!("{} stands in no target group; toban deploys only what can be taken out of one", item.id)),
    }
}
