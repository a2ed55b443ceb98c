//! The target groups of a service that is deployed by shifting traffic: which one is live and which one is idle. An idle
//! one has no targets, or targets nobody is sent to, and says nothing of the service's health. Pure.

use crate::kinds::ecs_service::model::Service;
use crate::kinds::listener::RuleWeights;
use crate::kinds::target_health::TargetHealth;
use crate::world::Arn;

/// The part a target group plays for a service.
#[derive(Clone, Copy, PartialEq, Debug)]
pub enum GroupTraffic<'a> {
    /// It is no group of a pair.
    Alone,
    /// It gets that share of the traffic, in percent.
    Live(f64),
    /// It gets none; the other one does.
    Idle {
        /// The one that does, if it is known.
        live: Option<&'a Arn>,
    },
    /// Nobody could tell.
    Unknown,
}

/// The share of production traffic in percent that the listener sends to `group`; `None` where no rule of it was read.
/// Of several rules the highest counts: what one of them sends to is not idle.
#[must_use]
pub(super) fn share(service: &Service, group: &Arn) -> Option<f64> {
    service.delivery.rules.iter().filter_map(|rule| share_in(rule, group)).reduce(f64::max)
}

fn share_in(rule: &RuleWeights, group: &Arn) -> Option<f64> {
    let mine = rule.groups.iter().find(|one| one.group == *group)?;
    let all: u32 = rule.groups.iter().map(|one| one.weight).sum();
    Some(if all == 0 { 0.0 } else { f64::from(mine.weight) * 100.0 / f64::from(all) })
}

/// Whether some rule of the service was read at all that leads to one of `groups`.
fn others_live<'a>(service: &Service, others: &[&'a Arn]) -> Option<&'a Arn> {
    others.iter().copied().find(|other| share(service, other).is_some_and(|share| share > 0.0))
}

/// The part `group` plays for `service`; `health` gives the targets of a group that was read.
#[must_use]
pub fn traffic_of<'s, 'h>(
    service: &'s Service,
    group: &Arn,
    health: &dyn Fn(&Arn) -> Option<&'h TargetHealth>,
) -> GroupTraffic<'s> {
    let Some(others) = others_of(service, group) else { return GroupTraffic::Alone };
    let live = others_live(service, &others);
    match share(service, group) {
        Some(share) if share > 0.0 => return GroupTraffic::Live(share),
        Some(_) if live.is_some() => return GroupTraffic::Idle { live },
        // A rule that is left without it, while one leads to the other: it is out of use.
        None if live.is_some() => return GroupTraffic::Idle { live },
        // Both weigh nothing: nobody is sent anywhere.
        Some(_) => return GroupTraffic::Live(0.0),
        None => {}
    }
    // Without the weights: the one without targets beside one that has some. Anything else counts.
    let empty = |group: &Arn| health(group).map(|health| health.targets.is_empty());
    let busy = others.iter().copied().find(|other| empty(other) == Some(false));
    match (empty(group), busy) {
        (Some(true), Some(live)) => GroupTraffic::Idle { live: Some(live) },
        _ => GroupTraffic::Unknown,
    }
}

/// The other groups of the pair that `group` belongs to; `None` if it belongs to none.
fn others_of<'s>(service: &'s Service, group: &Arn) -> Option<Vec<&'s Arn>> {
    let pair = service.attachments.iter().filter(|one| one.alternate.is_some());
    let pair = pair.map(|one| one.groups().collect::<Vec<&Arn>>()).find(|groups| groups.contains(&group));
    let sets = || {
        let several = service.delivery.task_sets.len() > 1;
        let all: Vec<&Arn> = service.delivery.task_sets.iter().flat_map(|set| &set.groups).collect();
        (several && all.contains(&group)).then_some(all)
    };
    let others: Vec<&Arn> = pair.or_else(sets)?.into_iter().filter(|other| *other != group).collect();
    (!others.is_empty()).then_some(others)
}
