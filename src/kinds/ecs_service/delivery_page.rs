//! How a service is delivered, as facts of its page: strategy, stages, traffic on both sides, what is awaited and until
//! when, the alarms and the circuit breaker that would roll it back. Pure: words and tones, no drawing, no clock.

use super::delivery::{Delivery, Phase, Times, Weights, rollback_reason, stage_line, standing};
use super::model::Service;
use super::rules::{disagreement, listener_weights};
use crate::display::{Cell, Fact};
use crate::kinds::KindContext;
use crate::kinds::service_deployment::{DeploymentSettings, HookSetting, RevisionShare, ServiceDeployment};
use crate::kinds::target_health::TargetHealth;
use crate::text::{counted, first_line, word};
use crate::world::{Arn, Health};

/// Its facts.
pub(super) fn facts(item: &Service, cx: &KindContext<'_>) -> Vec<Fact> {
    facts_of(item, item.delivery.record.as_ref(), cx)
}

/// The facts of the deployment of `record`, which is the newest of `item`.
#[must_use]
pub fn facts_of(item: &Service, record: Option<&ServiceDeployment>, cx: &KindContext<'_>) -> Vec<Fact> {
    let delivery = Delivery::with(item, record);
    let settings = &item.delivery.settings;
    let mut facts = vec![Fact::new("strategy", Cell::plain(strategy(&delivery, settings)))];
    if !matches!(delivery.phase, Phase::Settled) {
        let health = if delivery.phase == Phase::GoingBack { Health::Worrying } else { Health::Changing };
        facts.push(Fact::new("now", Cell::of(health, standing(&delivery, Times::by_clock(cx.now, cx.zone)))));
    }
    for why in &item.delivery.unread {
        facts.push(Fact::new("not read", Cell::of(Health::Unknown, first_line(why, 200))));
    }
    if let Some(line) = stage_line(&delivery, cx.now) {
        facts.push(Fact::new("stages", Cell::plain(line)));
    }
    if let Some(weights) = delivery.weights {
        facts.push(Fact::new("traffic", Cell::plain(bar(weights))));
    }
    if let Some(listener) = listener_weights(item, &delivery, cx) {
        facts.push(Fact::new("by the listener", Cell::plain(bar(listener))));
    }
    if let Some(record) = delivery.record.filter(|_| delivery.strategy.shifts_traffic()) {
        facts.extend(sides(item, record, cx));
    }
    if let Some(message) = disagreement(item, &delivery, cx) {
        facts.push(Fact::new("disagreement", Cell::of(Health::Worrying, message)));
    }
    if delivery.awaiting().is_some() {
        let message = "answer with the actions `continue` or `reject`, or `toban deploy … --continue`, `--reject`";
        facts.push(Fact::new("answer", Cell::plain(message)));
    }
    if delivery.phase == Phase::GoingBack {
        let why = delivery.record.and_then(rollback_reason);
        facts.push(Fact::new("why", Cell::or_none(why.map(|why| first_line(&why, 200)))));
    }
    facts.extend(alarms(delivery.record, settings));
    facts.push(Fact::new("circuit breaker", breaker(item, delivery.record)));
    if !settings.hooks.is_empty() {
        let all: Vec<String> = settings.hooks.iter().map(hook).collect();
        facts.push(Fact::new("hooks", Cell::plain(all.join("; "))));
    }
    if let Some(percent) = settings.early_success {
        let message = format!("counts as successful at {percent} % healthy tasks; old ones may go later");
        facts.push(Fact::new("early success", Cell::plain(message)));
    }
    facts
}

/// `canary, 10 % first for 5 min, then bakes 15 min`.
fn strategy(delivery: &Delivery<'_>, settings: &DeploymentSettings) -> String {
    let minutes = |minutes: Option<u32>| minutes.map(|minutes| format!(" for {minutes} min")).unwrap_or_default();
    let canary = settings.canary.map(|step| format!("{} % first{}", step.percent, minutes(step.bake_minutes)));
    let linear = settings.linear.map(|step| format!("{} % a step{}", step.percent, minutes(step.bake_minutes)));
    let bake = settings.bake_minutes.filter(|minutes| *minutes > 0).map(|minutes| format!("bakes {minutes} min"));
    let parts = [Some(delivery.strategy.name()), canary, linear, bake];
    parts.into_iter().flatten().collect::<Vec<_>>().join(", ")
}

/// Tasks and targets of both sides: `2 of 2 tasks running, 2 of 2 targets healthy (blue)`.
fn sides(item: &Service, record: &ServiceDeployment, cx: &KindContext<'_>) -> Vec<Fact> {
    let progress = &record.progress;
    let (new, old): (Vec<&Arn>, Vec<&Arn>) =
        item.target_groups().into_iter().partition(|group| progress.groups.contains(group));
    let side = |shares: &[&RevisionShare], groups: &[&Arn]| {
        let (running, wanted): (u32, u32) =
            shares.iter().fold((0, 0), |(running, all), share| (running + share.running, all + share.requested));
        let tasks = format!("{running} of {} running", counted(wanted as usize, "task"));
        let known: Vec<&TargetHealth> =
            groups.iter().filter_map(|group| cx.world.by_key::<TargetHealth>(cx.scope, group.as_str())).collect();
        // Which group is whose is known only where ECS resolved it.
        if known.is_empty() || progress.groups.is_empty() {
            return tasks;
        }
        let targets: Vec<_> = known.iter().flat_map(|one| &one.targets).collect();
        let healthy = targets.iter().filter(|target| target.state == "healthy").count();
        let names: Vec<&str> = groups.iter().filter_map(|group| group.resource().split('/').nth(1)).collect();
        format!("{tasks}, {healthy} of {} healthy ({})", counted(targets.len(), "target"), names.join(", "))
    };
    let sources: Vec<&RevisionShare> = progress.sources.iter().collect();
    let target: Vec<&RevisionShare> = progress.target.iter().collect();
    vec![
        Fact::new("old side", Cell::plain(side(&sources, &old))),
        Fact::new("new side", Cell::plain(side(&target, &new))),
    ]
}

/// `old ███████░░░ 75 %   new ███░░░░░░░ 25 %`.
fn bar(weights: Weights) -> String {
    let blocks = |share: f64| {
        let full = (0..10).filter(|step| share >= f64::from(*step) * 10.0 + 5.0).count();
        format!("{}{}", "█".repeat(full), "░".repeat(10 - full))
    };
    let odd = if weights.adds_up() { "" } else { "   (this does not add up to 100 %)" };
    format!("old {} {:.0} %   new {} {:.0} %{odd}", blocks(weights.old), weights.old, blocks(weights.new), weights.new)
}

fn alarms(record: Option<&ServiceDeployment>, settings: &DeploymentSettings) -> Option<Fact> {
    if let Some(watched) = record.and_then(|record| record.progress.alarms.as_ref()).filter(|it| !it.names.is_empty()) {
        if !watched.triggered.is_empty() {
            let message = format!("{} went off", watched.triggered.join(", "));
            return Some(Fact::new("alarms", Cell::of(Health::Bad, message)));
        }
        let status = watched.status.as_deref().map(|status| format!(" ({})", word(status).replace('_', " ")));
        let message = format!("would be rolled back by {}{}", watched.names.join(", "), status.unwrap_or_default());
        return Some(Fact::new("alarms", Cell::plain(first_line(&message, 300))));
    }
    let set = settings.alarms.as_ref()?;
    let then = if set.rollback { "rolls back" } else { "fails the deployment" };
    Some(Fact::new("alarms", Cell::plain(first_line(&format!("each of {} {then}", set.names.join(", ")), 300))))
}

/// `3 of 5 failed tasks until rollback` while it counts, else how it is set.
fn breaker(item: &Service, record: Option<&ServiceDeployment>) -> Cell {
    let counted = record.and_then(|record| Some((record.failures.filter(|count| *count > 0)?, record.threshold?)));
    let then = if item.breaker.as_ref().is_some_and(|breaker| breaker.rollback) { "rollback" } else { "it gives up" };
    if let Some((failures, threshold)) = counted {
        return Cell::of(Health::Worrying, format!("{failures} of {threshold} failed tasks until {then}"));
    }
    let set = item.breaker.as_ref().map(|breaker| match (breaker.enabled, breaker.rollback) {
        (true, true) => "on, rolls back",
        (true, false) => "on, without rollback",
        (false, _) => "off",
    });
    Cell::or_none(set)
}

fn hook(hook: &HookSetting) -> String {
    let what = match hook.kind.as_deref() {
        Some("PAUSE") => "a pause".to_owned(),
        _ => hook.target.as_deref().and_then(|arn| arn.rsplit(':').next()).unwrap_or("a function").to_owned(),
    };
    let stages: Vec<String> = hook.stages.iter().map(|stage| word(stage).replace('_', " ")).collect();
    first_line(&format!("{what} at {}", stages.join(", ")), 200)
}
