//! How a target group is judged by its targets, with a sentence, and what it adds to the counts.
//! Pure: the clock and the surroundings come in the context; the words are in `words`.

use jiff::Timestamp;

use super::model::TargetGroup;
use super::wording::{Role, Words, check, words};
use crate::kinds::Counts;
use crate::kinds::KindContext;
use crate::kinds::ecs_service::event_meanings::meaning;
use crate::kinds::ecs_service::{self, Service};
use crate::kinds::target_health::Target;
use crate::text::moment;
use crate::world::{Assessment, Health};

/// How `item` is; `None` if it has no say.
pub(super) fn assess(item: &TargetGroup, cx: &KindContext<'_>) -> Option<Assessment> {
    judge(item, cx)
}

/// Adds `item` to `counts`.
pub(super) fn count(item: &TargetGroup, cx: &KindContext<'_>, counts: &mut Counts) {
    if item.load_balancers.is_empty() {
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
    if targets.is_empty() {
        return Some(none_registered(services));
    }
    let all: Vec<(&Target, Words)> =
        targets.iter().map(|target| (target, words(target, group.check.matcher.as_deref()))).collect();
    let count = |role: Role| all.iter().filter(|(_, words)| words.role == role).count();
    let total = all.len();
    let serving = count(Role::Serving);
    let failing = count(Role::Failing) + count(Role::Mismatched) + count(Role::Unused) + count(Role::Stopped);

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

fn none_registered(services: &[&Service]) -> Assessment {
    if !services.is_empty() && services.iter().all(|service| service.desired == 0) {
        return Assessment::new(Health::Asleep, "no targets: its service wants 0 tasks");
    }
    if services.iter().any(|service| ecs_service::moving(service) || service.pending > 0) {
        return Assessment::new(Health::Changing, "no targets yet: its tasks are starting");
    }
    Assessment::new(Health::Worrying, "no targets are registered")
}

/// `3 of 4 targets answer 502 since 13:58`: the commonest failure speaks for all.
fn commonest(all: &[(&Target, Words)], total: usize, since: Option<String>) -> String {
    let mut kinds: Vec<(&Words, usize)> = Vec::new();
    for (_, words) in
        all.iter().filter(|(_, words)| !matches!(words.role, Role::Serving | Role::Arriving | Role::Leaving))
    {
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
