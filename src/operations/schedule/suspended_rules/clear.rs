//! Taking back an override or a hold that holds rules back: the rules are enabled first, and what would have enabled them
//! is deleted last. A single stop or start whose rule has missed its firing stays. Pure.

use jiff::Timestamp;
use jiff::tz::TimeZone;

use super::{has_rules, one_shot_schedules, select};
use crate::change::plan::Plan;
use crate::change::procedure::Procedure;
use crate::kinds::event_rule::Rule;
use crate::kinds::event_rule::change::Mark;
use crate::kinds::schedule_group::Held;
use crate::kinds::schedule_group::change::SchedulePlace;
use crate::offhours::event_rules::{Ruling, marked, rulings};
use crate::offhours::external_schedulers::timers;
use crate::offhours::{ActualAtAws, OffHours, ScheduledMember};
use crate::operations::ActionContext;
use crate::operations::schedule::actions::{known, needed_place};
use crate::operations::schedule::rule_handover::{Handover, Stage, Switches};
use crate::operations::schedule::sync::Sync;
use crate::schedule::expression::parse::Expression;
use crate::schedule::stored::restore_schedules;
use crate::schedule::{Backend, PowerAction, wording};
use crate::world::{Resource, Scope, World};

/// Taking an override and a hold back: `sync` alone where no rule is held back.
///
/// # Errors
/// A sentence, where there is nothing to take back.
pub(crate) fn clearing(
    context: &ActionContext<'_>,
    off: &OffHours,
    sync: Option<Sync>,
) -> Result<Box<dyn Procedure>, String> {
    let (environment, world) = (context.environment, context.cx.world);
    let name = &environment.name;
    let nothing = || held_back_none(name.as_str());
    if !has_rules(environment) {
        return sync.map(|sync| Box::new(sync) as _).ok_or_else(nothing);
    }
    let place = needed_place(environment, off)?;
    if let Err(why) = known(&place, world) {
        let idle = environment.others.held_back().next().is_none();
        return sync.filter(|_| idle).map(|sync| Box::new(sync) as _).ok_or(why);
    }
    let rulings = rulings(environment, &off.scheduled_members, world, &place.scope);
    let ours: Vec<&Ruling<'_>> = rulings.iter().collect();
    let mut drops = returns(&place, world);
    let rules = away(&ours, &drops, &place, world);
    let mut notices = Vec::new();
    if off.routine.backend != Backend::EventBridge {
        for (name, kept) in leftover(context, off, &place, &ours) {
            match kept {
                Some(message) => notices.push(message),
                None => drops.push(name),
            }
        }
    }
    if rules.is_empty() && drops.is_empty() {
        return sync.map(|sync| Box::new(sync) as _).ok_or_else(nothing);
    }
    let mut plan = match &sync {
        Some(sync) => sync.plan(),
        None => context.plan(format!("enable the rules of {name} again"), place.id(), Vec::new()),
    };
    write(&mut plan, &rules, &drops);
    plan.notices.extend(notices);
    let mut stages = Vec::new();
    stages.extend((!rules.is_empty()).then(|| Stage::Rules(Switches::new(name.clone(), rules, true))));
    stages.extend(sync.map(|sync| Stage::Ours(Box::new(sync))));
    stages.extend((!drops.is_empty()).then(|| Stage::Drop(place, drops)));
    Ok(Box::new(Handover::new(plan, stages, format!("toban schedule clear {name}"), nothing())))
}

/// That there is nothing to take back.
pub(super) fn held_back_none(environment: &str) -> String {
    format!("no rule of {environment} is held back")
}

/// The schedules of ours that enable a rule again, by name.
fn returns(place: &SchedulePlace, world: &World) -> Vec<String> {
    let schedules = ActualAtAws::of(world, &place.scope, &place.group).schedules();
    let returns = schedules.filter(|one| restore_schedules::rule_of(&one.target, &one.input).is_some());
    returns.map(|one| one.name.clone()).collect()
}

/// The rules that are held back, as they are to be enabled. `returns` would have done it.
fn away(rulings: &[&Ruling<'_>], returns: &[String], place: &SchedulePlace, world: &World) -> Vec<(Scope, Rule, Mark)> {
    let marked = |rule: &Rule| marked(world, rule, &place.scope);
    let away = |rule: &Rule| {
        !rule.enabled && (returns.contains(&restore_schedules::name_of(&rule.name)) || marked(rule).is_some())
    };
    world
        .all::<Rule>(&place.scope)
        .filter(|rule| away(rule) && rulings.iter().any(|ruling| ruling.rule.key() == rule.key()))
        .map(|rule| (place.scope.clone(), rule.clone(), marked(rule).map_or(Mark::Keep, |_| Mark::Take)))
        .collect()
}

/// The single stops and starts that are there, by name; with what is said of one that stays.
fn leftover(
    context: &ActionContext<'_>,
    off: &OffHours,
    place: &SchedulePlace,
    ours: &[&Ruling<'_>],
) -> Vec<(String, Option<String>)> {
    let (environment, world, now) = (context.environment, context.cx.world, context.cx.now);
    let others = environment.external_schedulers(&off.scheduled_members, world, &timers(world), (context.cx.zone, now));
    let mut found = Vec::new();
    for it in select::hit(ours) {
        for (single, verb) in one_shot_schedules::ours(place, it, world) {
            let does = |ruling: &&&Ruling<'_>| ruling.hits.iter().any(|(does, on)| *does == verb && on.arn == it.arn);
            let next = ours.iter().filter(does).filter_map(|ruling| select::next_of(&others, ruling.rule)).min();
            // The rule that does it before that is in force again; one that has fired by then is not made up for.
            let stays = fires(single, now).filter(|at| next.is_none_or(|next| next > *at));
            let message = stays.map(|at| stays_says(context, off, (it, verb, &single.name), at));
            found.push((single.name.clone(), message));
        }
    }
    found
}

fn stays_says(
    context: &ActionContext<'_>,
    off: &OffHours,
    (it, verb, single): (&ScheduledMember, PowerAction, &str),
    at: Timestamp,
) -> String {
    let now = match verb {
        PowerAction::Stop => "sleep",
        PowerAction::Start => "wake",
    };
    format!(
        "the {0} that was left out is not made up for: {single} stays, and {0}s {1} at {2}; `toban {now} {3}` {0}s it now",
        verb.word(),
        it.member.label(),
        wording::told(at, context.cx.now, &off.routine.schedule.zone, context.cx.zone),
        context.environment.name
    )
}

/// When a stored schedule fires next.
fn fires(held: &Held, now: Timestamp) -> Option<Timestamp> {
    let zone = TimeZone::get(held.timezone.as_deref().unwrap_or("UTC")).ok()?;
    Expression::parse(&held.expression)?.next(&zone, now)
}

/// Puts the calls around those of the plan, in their order.
fn write(plan: &mut Plan, rules: &[(Scope, Rule, Mark)], drops: &[String]) {
    let mut calls: Vec<String> = rules.iter().map(|(_, rule, _)| format!("events:EnableRule {}", rule.name)).collect();
    calls.append(&mut plan.calls);
    calls.extend(drops.iter().map(|name| format!("scheduler:DeleteSchedule {name}")));
    plan.calls = calls;
}
