//! Overriding rules without migrating from them, which is second best: the rule that would stop the environment tonight is
//! disabled, and a single schedule of ours enables it again. That schedule, and a single stop at the override's end,
//! are there before the rule is disabled: whatever is killed, it stops early and never stays up all night. Pure.

use jiff::Timestamp;
use jiff::tz::TimeZone;

use super::keeping::{by, known, needed_place, role};
use super::migrating::instead;
use super::rights::Rights;
use super::rules::{Ruling, arn_of, marked, rulings};
use super::whole::Whole;
use super::{AtAws, Environment, OffHours, Others, Sleeper, Source, Standing, schedule_reads, sleepers_named, timers};
use crate::app::gate::Plan;
use crate::kinds::event_rule::Rule;
use crate::kinds::event_rule::change::Mark;
use crate::kinds::schedule_group::Held;
use crate::kinds::schedule_group::change::Place;
use crate::kinds::{Asks, Offer, Site};
use crate::procedure::handover::{Handover, Singles, Stage, Switches};
use crate::procedure::sync::Sync;
use crate::procedure::{Procedure, Proposal, Want};
use crate::schedule::materialise::{Planned, addresses};
use crate::schedule::overrides::TOO_LATE;
use crate::schedule::routine::acts;
use crate::schedule::{
    Backend, Desired, Exceptions, Keep, Member, Override, Routine, Schedule, Verb, returning, until, words,
};
use crate::world::{Arn, Resource, Watcher, World};

/// Holds rules back in an environment without a schedule; where there is one, its own override does.
pub(super) struct Sparing;

impl Whole for Sparing {
    fn offers(&self, site: &Site<'_>) -> Vec<Offer> {
        let environment = site.environment;
        if environment.offhours.is_some() || !has_rules(environment) {
            return Vec::new();
        }
        let reads = sparing_reads(environment, site.cx.world, site.cx.zone);
        let prompt = "until when (23:30, +2h)".to_owned();
        let until = Asks::Informed { prompt, initial: String::new(), reads: reads.clone() };
        let idle = environment.others.held_back().next().is_none();
        vec![
            Offer::new("override", "hold back the rules that stop it, until a time")
                .asking(until)
                .barred(environment.stop_barred()),
            Offer::new("clear", "let the rules that were held back fire again")
                .asking(Asks::Look { reads })
                .barred(idle.then(|| "no rule is held back here".to_owned())),
        ]
    }

    fn propose(&self, verb: &str, value: Option<&str>, site: &Site<'_>) -> Result<Proposal, String> {
        let environment = site.environment;
        let off = assumed(environment, site.cx.world, site.cx.zone);
        let procedure = match verb {
            "override" => {
                if let Some(why) = environment.stop_barred() {
                    return Err(why);
                }
                let (state, end) = until::wish(value.unwrap_or_default(), site.cx.now, site.cx.zone)?;
                if state == Keep::Stopped {
                    return Err(format!(
                        "{} has no schedule; rules are held back only to keep it running",
                        environment.name
                    ));
                }
                let wish = Override { state, until: end, by: by(site), reason: None };
                let (now, zone) = (site.cx.now, site.cx.zone);
                let refused = |why| words::refusal(&why, now, &off.routine.schedule.zone, zone);
                let granted = off.intent().grant(wish, now).map_err(refused)?;
                around(site, &off, &granted.over, None)?
            }
            "clear" => clearing(site, &off, None)?,
            other => return Err(format!("rules know no {other:?}")),
        };
        Ok(Proposal::Procedure(procedure))
    }
}

/// Whether any rule stops or starts something of it.
fn has_rules(environment: &Environment) -> bool {
    environment.others.owners.iter().any(|owner| owner.source == Source::Rule)
}

/// The off-hours of an environment that has none: no wish at any time, and the usual limits.
fn assumed(environment: &Environment, world: &World, zone: &TimeZone) -> OffHours {
    let schedule = Schedule::new("none", zone.clone());
    OffHours {
        routine: Routine { backend: Backend::Observe, ..Routine::new(schedule) },
        exceptions: Exceptions::default(),
        sleepers: sleepers_named(environment, world, &environment.named),
        desired: Desired::Any,
        next: None,
        drifts: Vec::new(),
        watcher: Watcher::Untold,
        record: Standing::Known,
    }
}

/// What has to be read before rules can be held back, or let go, for somebody in `zone`; nothing where there are none.
#[must_use]
pub fn sparing_reads(environment: &Environment, world: &World, zone: &TimeZone) -> Vec<Want> {
    if !has_rules(environment) {
        return Vec::new();
    }
    let off = match environment.offhours.as_deref() {
        Some(off) => off.clone(),
        None => assumed(environment, world, zone),
    };
    let Ok(place) = needed_place(environment, &off) else { return Vec::new() };
    let mut reads = schedule_reads(&place.scope, world);
    reads.push(Want::all(&place.scope, Rule::KIND));
    let rulings = rulings(environment, &off.sleepers, world, &place.scope);
    let rulings: Vec<&Ruling<'_>> = rulings.iter().collect();
    reads.extend(rights(environment, &off, &place, &rulings).map(|rights| rights.reads()).unwrap_or_default());
    reads
}

/// What the role has to be allowed: to enable the rules again, and to stop what they would have stopped, unless
/// schedules of ours do that anyway.
fn rights(environment: &Environment, off: &OffHours, place: &Place, rulings: &[&Ruling<'_>]) -> Result<Rights, String> {
    let by = role(environment, off)?;
    let role = Arn::from(by.as_str());
    let rule =
        |ruling: &&Ruling<'_>| (format!("rule {}", ruling.rule.name), returning::ACTS, ruling.rule.arn.to_string());
    let mut needs: Vec<_> = rulings.iter().filter(|ruling| !stops(ruling).is_empty()).map(rule).collect();
    if off.routine.backend != Backend::EventBridge {
        let hit = hit(rulings);
        needs.extend(hit.iter().map(|it| (it.member.label(), acts(it.member.kind), arn_of(it, &role, &place.scope))));
    }
    Ok(Rights::of(&by, place, needs))
}

/// Whom a rule stops.
fn stops<'a>(ruling: &Ruling<'a>) -> Vec<&'a Sleeper> {
    ruling.hits.iter().filter(|(verb, _)| *verb == Verb::Stop).map(|(_, it)| *it).collect()
}

/// Whom these rules stop, each once.
fn hit<'a>(rulings: &[&Ruling<'a>]) -> Vec<&'a Sleeper> {
    let mut hit: Vec<&Sleeper> = Vec::new();
    for it in rulings.iter().flat_map(|ruling| stops(ruling)) {
        if !hit.iter().any(|known| known.arn == it.arn) {
            hit.push(it);
        }
    }
    hit
}

/// When a rule fires next.
fn next_of(others: &Others, rule: &Rule) -> Option<Timestamp> {
    let mut owners = others.owners.iter().filter(|owner| owner.source == Source::Rule && owner.name == rule.name);
    owners.find_map(|owner| owner.clock.as_ref()?.next_at)
}

/// An override as it is carried out: `sync` alone where no rule would stop anything before its end, else the rules are
/// held back around it.
///
/// # Errors
/// A sentence: why a rule cannot be held back, and what to do instead.
pub(super) fn around(
    site: &Site<'_>,
    off: &OffHours,
    over: &Override,
    sync: Option<Sync>,
) -> Result<Box<dyn Procedure>, String> {
    let (environment, world, now) = (site.environment, site.cx.world, site.cx.now);
    let name = &environment.name;
    let nothing =
        || format!("{name} has no schedule, and no rule that could be held back stops anything of it until then");
    if over.state != Keep::Running || !has_rules(environment) {
        return sync.map(|sync| Box::new(sync) as _).ok_or_else(nothing);
    }
    let zone = &off.routine.schedule.zone;
    let told = |at: Timestamp| words::told(at, now, zone, site.cx.zone);
    let place = needed_place(environment, off)?;
    let others = Others::of(environment, &off.sleepers, world, &timers(world), (site.cx.zone, now));
    let all = rulings(environment, &off.sleepers, world, &place.scope);
    let under =
        OffHours { exceptions: Exceptions { over: Some(over.clone()), ..off.exceptions.clone() }, ..off.clone() };
    let at_aws = off.routine.backend == Backend::EventBridge;
    let computed = match at_aws {
        true => under.computed(environment, &place.scope, world, now).planned,
        false => Vec::new(),
    };
    let (mut held, mut notices): (Vec<&Ruling<'_>>, Vec<String>) = (Vec::new(), Vec::new());
    for ruling in all.iter().filter(|ruling| !stops(ruling).is_empty()) {
        let rule = ruling.rule;
        let mut owners = others.owners.iter().filter(|owner| owner.source == Source::Rule && owner.name == rule.name);
        if !rule.enabled {
            // Held back already: it is until the new end.
            let Some(away) = owners.find_map(|owner| owner.away.as_ref()) else { continue };
            if let Some(at) = away.returns.filter(|at| at.duration_since(now) < TOO_LATE) {
                return Err(format!(
                    "rule {} is enabled again at {}: that may already be on its way; override it anew after that",
                    rule.name,
                    told(at)
                ));
            }
            held.push(ruling);
            continue;
        }
        let Some(at) = next_of(&others, rule).filter(|at| *at < over.until) else { continue };
        let who = ruling.does();
        if at.duration_since(now) < TOO_LATE {
            return Err(format!(
                "rule {} {who} at {}: that may already be on its way and can no longer be held back; start it again after it instead",
                rule.name,
                told(at)
            ));
        }
        let uncovered =
            stops(ruling).into_iter().find(|it| at_aws && instead(Verb::Stop, it, &computed).next().is_none());
        let uncovered = uncovered.map(|it| format!("nothing of ours would stop {} afterwards", it.member.label()));
        match ruling.bar.clone().or(uncovered) {
            Some(why) => notices.push(format!("rule {} {who} at {} all the same: {why}", rule.name, told(at))),
            None => {
                held.push(ruling);
                notices.push(format!(
                    "second best: rule {0}, which {who} at {1}, is disabled, and a single schedule of ours enables it again at {2}; \
                     forgotten, it would leave {name} up for ever, and `toban schedule migrate {name}` needs none of this",
                    rule.name,
                    told(at),
                    told(over.until)
                ));
            }
        }
    }
    if held.is_empty() {
        let mut sync = sync.ok_or_else(|| notices.first().cloned().unwrap_or_else(nothing))?;
        sync.notice(notices.into_iter());
        return Ok(Box::new(sync));
    }
    known(&place, world)?;
    let judged = rights(environment, off, &place, &held)?.judge(world);
    notices.extend(judged.map_err(|why| format!("the rules that stop it cannot be held back: {why}"))?);
    let hit = hit(&held);
    let members: Vec<&Member> = hit.iter().map(|it| &it.member).collect();
    let stop = |it: &&Sleeper| {
        let ours = instead(Verb::Stop, it, &computed).filter_map(|planned| planned.firings.first()).min().copied();
        let single = over.until.saturating_add(returning::behind(&it.member, &members)).unwrap_or(over.until);
        let at = if at_aws { ours.unwrap_or(over.until) } else { single };
        format!("{} at {}", it.member.label(), told(at))
    };
    let stopped: Vec<String> = hit.iter().map(stop).collect();
    notices.push(format!(
        "a firing that is left out is not made up for when the rule is enabled again: a schedule of ours stops {}",
        stopped.join(", ")
    ));
    let mut singles: Vec<Planned> = Vec::new();
    if !at_aws {
        let stop = |it: &&Sleeper| {
            let at = over.until.saturating_add(returning::behind(&it.member, &members)).unwrap_or(over.until);
            returning::stopping(&it.member, &it.arn, zone, at)
        };
        singles.extend(hit.iter().map(stop));
    }
    singles.extend(held.iter().map(|ruling| returning::enabling(&ruling.rule.name, zone, over.until)));
    let old: Vec<String> = match at_aws {
        true => Vec::new(),
        false => {
            ours(&place, &hit, world).into_iter().filter(|name| singles.iter().all(|one| one.name != *name)).collect()
        }
    };
    let at = words::told_moment(over.until, zone, site.cx.zone);
    let mut plan = match &sync {
        Some(sync) => sync.plan(),
        None => site.plan(format!("hold back the rules that stop {name} until {at}"), place.id(), Vec::new()),
    };
    let goes_on: Vec<String> = held.iter().map(|ruling| format!("rule {} ", ruling.rule.name)).collect();
    plan.notices.retain(|notice| {
        !(notice.contains(": it goes on beside this") && goes_on.iter().any(|rule| notice.starts_with(rule)))
    });
    write_out(&mut plan, &singles, &old, &held);
    plan.notices.extend(notices);
    let mark = Mark::Write(over.to_tag(zone));
    let rules = held.iter().map(|ruling| (ruling.scope.clone(), ruling.rule.clone(), mark.clone())).collect();
    let put = Singles {
        place: place.clone(),
        planned: singles,
        role: role(environment, off)?,
        queue: off.routine.dlq_arn.clone(),
    };
    let mut stages = vec![Stage::Put(put)];
    stages.extend((!old.is_empty()).then(|| Stage::Drop(place.clone(), old)));
    stages.extend(sync.map(|sync| Stage::Ours(Box::new(sync))));
    stages.push(Stage::Rules(Switches::new(name.clone(), rules, false)));
    let again = format!("toban schedule override {name} --until {}", words::rfc(over.until, zone));
    Ok(Box::new(Handover::new(plan, stages, again, nothing())))
}

/// Puts the calls around those of the plan, in their order.
fn write_out(plan: &mut Plan, singles: &[Planned], old: &[String], held: &[&Ruling<'_>]) {
    let put =
        singles.iter().map(|one| format!("scheduler:CreateSchedule {} {} {}", one.name, one.expression, one.timezone));
    let drop = old.iter().map(|name| format!("scheduler:DeleteSchedule {name}"));
    let mut calls: Vec<String> = put.chain(drop).collect();
    calls.append(&mut plan.calls);
    let off = |ruling: &&Ruling<'_>| {
        format!(
            "events:TagResource and events:DisableRule {}, once the schedules above are seen at AWS",
            ruling.rule.name
        )
    };
    calls.extend(held.iter().map(off));
    plan.calls = calls;
}

/// Single stops of ours for these, by name: those that overrides left in the group.
fn ours(place: &Place, hit: &[&Sleeper], world: &World) -> Vec<String> {
    let of = |held: &&Held| {
        held.expression.starts_with("at(") && hit.iter().any(|it| addresses(&it.member, &held.target, &held.input))
    };
    AtAws::of(world, &place.scope, &place.group).schedules().filter(of).map(|held| held.name.clone()).collect()
}

/// Taking an override back: `sync` alone where no rule is held back, else the rules are enabled first, and what would
/// have enabled them is deleted last.
///
/// # Errors
/// A sentence, where there is nothing to take back.
pub(super) fn clearing(site: &Site<'_>, off: &OffHours, sync: Option<Sync>) -> Result<Box<dyn Procedure>, String> {
    let (environment, world, now) = (site.environment, site.cx.world, site.cx.now);
    let name = &environment.name;
    let nothing = || format!("no rule of {name} is held back");
    if !has_rules(environment) {
        return sync.map(|sync| Box::new(sync) as _).ok_or_else(nothing);
    }
    let place = needed_place(environment, off)?;
    if let Err(why) = known(&place, world) {
        let idle = environment.others.held_back().next().is_none();
        return sync.filter(|_| idle).map(|sync| Box::new(sync) as _).ok_or(why);
    }
    let zone = &off.routine.schedule.zone;
    let others = Others::of(environment, &off.sleepers, world, &timers(world), (site.cx.zone, now));
    let rulings = rulings(environment, &off.sleepers, world, &place.scope);
    let held: Vec<&Ruling<'_>> = rulings.iter().filter(|ruling| !stops(ruling).is_empty()).collect();
    let group = AtAws::of(world, &place.scope, &place.group);
    let mut drops: Vec<String> = group
        .schedules()
        .filter(|one| returning::rule_of(&one.target, &one.input).is_some())
        .map(|one| one.name.clone())
        .collect();
    let away = |rule: &Rule| {
        !rule.enabled
            && (drops.contains(&returning::name_of(&rule.name)) || marked(world, rule, &place.scope).is_some())
    };
    let rules: Vec<(crate::world::Scope, Rule, Mark)> = world
        .all::<Rule>(&place.scope)
        .filter(|rule| away(rule) && held.iter().any(|ruling| ruling.rule.key() == rule.key()))
        .map(|rule| {
            let mark = marked(world, rule, &place.scope).map_or(Mark::Keep, |_| Mark::Take);
            (place.scope.clone(), rule.clone(), mark)
        })
        .collect();
    let mut notices = Vec::new();
    if off.routine.backend != Backend::EventBridge {
        for it in hit(&held) {
            let theirs = held.iter().filter(|ruling| stops(ruling).iter().any(|one| one.arn == it.arn));
            let next = theirs.filter_map(|ruling| next_of(&others, ruling.rule)).min();
            for single in ours(&place, &[it], world) {
                let held = group.schedules().find(|held| held.name == single);
                let parsed = held.and_then(|held| crate::schedule::expression::Expression::parse(&held.expression));
                let there = held.and_then(|held| TimeZone::get(held.timezone.as_deref().unwrap_or("UTC")).ok());
                let at = parsed.zip(there).and_then(|(parsed, there)| parsed.next(&there, now));
                // The rule that stops it before that is in force again; one that has fired by then is not made up for.
                if at.is_none_or(|at| next.is_some_and(|next| next <= at)) {
                    drops.push(single);
                } else if let Some(at) = at {
                    notices.push(format!(
                        "the stop that was left out is not made up for: {single} stays, and stops {} at {}; `toban sleep {name}` stops it now",
                        it.member.label(),
                        words::told(at, now, zone, site.cx.zone)
                    ));
                }
            }
        }
    }
    if rules.is_empty() && drops.is_empty() {
        return sync.map(|sync| Box::new(sync) as _).ok_or_else(nothing);
    }
    let mut plan = match &sync {
        Some(sync) => sync.plan(),
        None => site.plan(format!("let the rules of {name} fire again"), place.id(), Vec::new()),
    };
    let mut calls: Vec<String> = rules.iter().map(|(_, rule, _)| format!("events:EnableRule {}", rule.name)).collect();
    calls.append(&mut plan.calls);
    calls.extend(drops.iter().map(|name| format!("scheduler:DeleteSchedule {name}")));
    plan.calls = calls;
    plan.notices.extend(notices);
    let mut stages = Vec::new();
    stages.extend((!rules.is_empty()).then(|| Stage::Rules(Switches::new(name.clone(), rules, true))));
    stages.extend(sync.map(|sync| Stage::Ours(Box::new(sync))));
    stages.extend((!drops.is_empty()).then(|| Stage::Drop(place, drops)));
    Ok(Box::new(Handover::new(plan, stages, format!("toban schedule clear {name}"), nothing())))
}

/// Why the schedules in `place` may not be removed now: one of them is what enables a rule again.
pub(super) fn bars_removing(place: &Place, world: &World) -> Option<String> {
    let schedules = AtAws::of(world, &place.scope, &place.group).schedules();
    let mut enables = schedules.filter_map(|held| returning::rule_of(&held.target, &held.input));
    let name = enables.find(|name| world.all::<Rule>(&place.scope).any(|rule| rule.name == *name && !rule.enabled))?;
    Some(format!(
        "rule {name} is disabled by an override, and what enables it again would go: `toban schedule clear {}` first",
        place.environment
    ))
}

#[cfg(test)]
mod tests;
