//! How a target group is judged by its targets, with a sentence, and what it adds to the counts.
//! Pure: the clock and the surroundings come in the context; the words are in `wording`.

use jiff::Timestamp;

use super::model::TargetGroup;
use super::wording::{Role, Words, check, words};
use crate::kinds::Counts;
use crate::kinds::KindContext;
use crate::kinds::ecs_service::delivery::GroupTraffic;
use crate::kinds::ecs_service::event_meanings::meaning;
use crate::kinds::ecs_service::{self, Service};
use crate::kinds::listener::ListenerSet;
use crate::kinds::target_health::{Target, TargetHealth};
use crate::text::moment;
use crate::world::{Arn, Assessment, Health};

/// How `item` is; `None` if it has no say.
pub(super) fn assess(item: &TargetGroup, cx: &KindContext<'_>) -> Option<Assessment> {
    // That the other of a pair has the traffic is no news of the environment.
    if !item.load_balancers.is_empty() && idle(item, cx).is_some() {
        return Some(Assessment::well());
    }
    judge(item, cx)
}

/// Adds `item` to `counts`.
pub(super) fn count(item: &TargetGroup, cx: &KindContext<'_>, counts: &mut Counts) {
    if item.load_balancers.is_empty() || idle(item, cx).is_some() {
        return;
    }
    if let Some(health) = cx.resource_index.health_of(cx.scope, item.arn.as_str()) {
        counts.targets_total += size(health.targets.len());
        counts.targets_healthy += size(health.targets.iter().filter(|target| target.state == "healthy").count());
    }
}

fn size(n: usize) -> u32 {
    u32::try_from(n).unwrap_or(u32::MAX)
}

/// How a group is; `None` if no load balancer uses it, or before its targets were read.
#[must_use]
pub fn judge(group: &TargetGroup, cx: &KindContext<'_>) -> Option<Assessment> {
    if group.load_balancers.is_empty() {
        return None;
    }
    let targets = &cx.resource_index.health_of(cx.scope, group.arn.as_str())?.targets;
    let services = cx.resource_index.services_behind(cx.scope, group.arn.as_str());
    if let Some(why) = idle(group, cx) {
        return Some(Assessment::new(Health::Well, why));
    }
    if targets.is_empty() {
        return Some(none_registered(group, services, cx));
    }
    let all: Vec<(&Target, Words)> =
        targets.iter().map(|target| (target, words(target, group.check.matcher.as_deref()))).collect();
    let count = |role: Role| all.iter().filter(|(_, words)| words.role == role).count();
    let total = all.len();
    let serving = count(Role::Serving) + count(Role::Anomalous);
    let failing = count(Role::Failing) + count(Role::Mismatched) + count(Role::Unused) + count(Role::Stopped);

    if failing == 0 && count(Role::Shifted) + count(Role::Anomalous) > 0 {
        let role = if count(Role::Shifted) > 0 { Role::Shifted } else { Role::Anomalous };
        let health = if serving == 0 { Health::Bad } else { Health::Worrying };
        return Some(Assessment::new(health, sentence(&all, role, count(role), total)));
    }
    if failing == 0 {
        return Some(match (count(Role::Odd), count(Role::Arriving), count(Role::Leaving)) {
            (0, 0, 0) => Assessment::well(),
            (0, 0, leaving) => Assessment::new(Health::Changing, sentence(&all, Role::Leaving, leaving, total)),
            (0, arriving, _) => Assessment::new(Health::Changing, sentence(&all, Role::Arriving, arriving, total)),
            (odd, ..) => Assessment::new(Health::Unknown, sentence(&all, Role::Odd, odd, total)),
        });
    }
    if count(Role::Stopped) + count(Role::Leaving) == total {
        let health = if cx.protected { Health::Bad } else { Health::Asleep };
        return Some(Assessment::new(health, commonest(&all, total, None)));
    }
    if serving == 0 && count(Role::Mismatched) + count(Role::Leaving) == total {
        let message = commonest(&all, total, None);
        return Some(Assessment::new(
            Health::Worrying,
            format!("{message}: the load balancer sends to all (fail-open)"),
        ));
    }
    let since = since(group, services);
    let message = commonest(&all, total, since.map(|at| moment(at, cx.now, cx.zone)));
    Some(Assessment::new(if serving > 0 { Health::Worrying } else { Health::Bad }, message))
}

/// What to look at for the commonest failure.
#[must_use]
pub fn hint(group: &TargetGroup, cx: &KindContext<'_>) -> &'static str {
    let targets = cx.resource_index.health_of(cx.scope, group.arn.as_str()).map_or(&[][..], |health| &health.targets);
    targets.iter().map(check).find(|check| !check.is_empty()).unwrap_or_default()
}

/// Since when its targets fail, as far as the events of its services tell.
#[must_use]
pub fn failing_since(group: &TargetGroup, cx: &KindContext<'_>) -> Option<Timestamp> {
    since(group, cx.resource_index.services_behind(cx.scope, group.arn.as_str()))
}

/// Why a group is idle: it is the one of a pair that gets no traffic, or every rule that names it gives it weight 0. What
/// is in it, or is not, says nothing then.
#[must_use]
pub fn idle(group: &TargetGroup, cx: &KindContext<'_>) -> Option<String> {
    let health = |group: &Arn| cx.world.by_key::<TargetHealth>(cx.scope, group.as_str());
    let mut alone = true;
    let mut other = None;
    for service in cx.resource_index.services_behind(cx.scope, group.arn.as_str()) {
        match ecs_service::delivery::traffic_of(service, &group.arn, &health) {
            GroupTraffic::Alone => {}
            GroupTraffic::Idle { live } => (alone, other) = (false, live.or(other)),
            // What one service counts on is not idle for another.
            GroupTraffic::Live(_) | GroupTraffic::Unknown => return None,
        }
    }
    if !alone {
        let live = other.map(|live| format!(": {} has the traffic", name_of(live))).unwrap_or_default();
        return Some(format!("idle{live}"));
    }
    weightless(group, cx).then(|| "idle: every listener rule gives it weight 0".to_owned())
}

/// Whether every listener rule that names it gives it weight 0 and another one more.
fn weightless(group: &TargetGroup, cx: &KindContext<'_>) -> bool {
    let sets = group.load_balancers.iter().map(|arn| cx.world.by_key::<ListenerSet>(cx.scope, arn.as_str()));
    let mut named = false;
    for set in sets {
        // Rules that were not read may send to it.
        let Some(set) = set else { return false };
        for rule in set.listeners.iter().flat_map(|listener| &listener.rules) {
            let Some(mine) = rule.weights.iter().find(|one| one.group == group.arn) else { continue };
            if mine.weight > 0 || rule.weights.iter().all(|one| one.weight == 0) {
                return false;
            }
            named = true;
        }
    }
    named
}

/// The name in a target group's ARN: `targetgroup/NAME/id`.
fn name_of(arn: &Arn) -> &str {
    arn.resource().split('/').nth(1).unwrap_or_else(|| arn.last())
}

/// The share of traffic in percent that a group of a pair gets, by its service's listener rule.
#[must_use]
pub fn share(group: &TargetGroup, cx: &KindContext<'_>) -> Option<f64> {
    let health = |group: &Arn| cx.world.by_key::<TargetHealth>(cx.scope, group.as_str());
    let services = cx.resource_index.services_behind(cx.scope, group.arn.as_str());
    services.iter().find_map(|service| match ecs_service::delivery::traffic_of(service, &group.arn, &health) {
        GroupTraffic::Live(share) => Some(share),
        GroupTraffic::Idle { .. } => Some(0.0),
        GroupTraffic::Alone | GroupTraffic::Unknown => None,
    })
}

fn none_registered(group: &TargetGroup, services: &[&Service], cx: &KindContext<'_>) -> Assessment {
    if !services.is_empty() && services.iter().all(|service| service.desired == 0) {
        return Assessment::new(Health::Asleep, "no targets: its service wants 0 tasks");
    }
    // The pair's traffic goes where nobody answers, and the tasks stand in the other group.
    let busy = |other: &&Arn| {
        let health = cx.resource_index.health_of(cx.scope, other.as_str());
        **other != group.arn && health.is_some_and(|health| !health.targets.is_empty())
    };
    let elsewhere = services.iter().flat_map(|service| service.target_groups()).find(busy);
    if let (Some(share), Some(elsewhere)) = (share(group, cx).filter(|share| *share > 0.0), elsewhere) {
        let message = format!(
            "the listener sends {share:.0} % here, and no targets are registered: the tasks are in {}",
            name_of(elsewhere)
        );
        return Assessment::new(Health::Bad, message);
    }
    if services.iter().any(|service| ecs_service::moving(service) || service.pending > 0) {
        return Assessment::new(Health::Changing, "no targets yet: its tasks are starting");
    }
    Assessment::new(Health::Worrying, "no targets are registered")
}

/// `3 of 4 targets answer 502 since 13:58`: the commonest failure speaks for all.
fn commonest(all: &[(&Target, Words)], total: usize, since: Option<String>) -> String {
    let mut kinds: Vec<(&Words, usize)> = Vec::new();
    for (_, words) in all.iter().filter(|(_, words)| {
        !matches!(words.role, Role::Serving | Role::Arriving | Role::Leaving | Role::Anomalous | Role::Shifted)
    }) {
        match kinds.iter_mut().find(|(known, _)| known.one == words.one) {
            Some((_, count)) => *count += 1,
            None => kinds.push((words, 1)),
        }
    }
    let Some((words, count)) = kinds.iter().copied().reduce(|a, b| if b.1 > a.1 { b } else { a }) else {
        return String::new();
    };
    let others = kinds.iter().filter(|(other, _)| other.one != words.one).map(|(_, count)| count).sum::<usize>();
    let also = if others > 0 { format!(", {others} for other reasons") } else { String::new() };
    let since = since.map(|since| format!(" since {since}")).unwrap_or_default();
    format!("{}{since}{also}", tell(words, count, total))
}

fn sentence(all: &[(&Target, Words)], role: Role, count: usize, total: usize) -> String {
    all.iter().find(|(_, words)| words.role == role).map(|(_, words)| tell(words, count, total)).unwrap_or_default()
}

fn tell(words: &Words, count: usize, total: usize) -> String {
    let message = if count == 1 { &words.one } else { &words.many };
    let noun = if total == 1 { "target" } else { "targets" };
    format!("{count} of {total} {noun} {message}")
}

/// Since when its targets fail: the oldest of the unhealthy events that follow the last steady state.
fn since(group: &TargetGroup, services: &[&Service]) -> Option<Timestamp> {
    services
        .iter()
        .filter_map(|service| {
            let history = ecs_service::history_ends(service);
            let current = service.events.iter().take_while(|event| history.is_none_or(|end| event.at >= Some(end)));
            current
                .filter(|event| event.message.contains(group.arn.as_str()))
                .filter(|event| meaning(&event.message).is_some_and(|known| known.id == "unhealthy"))
                .filter_map(|event| event.at)
                .min()
        })
        .min()
}
