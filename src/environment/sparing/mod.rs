//! Overriding rules without migrating from them, which is second best: the rule that would stop the environment tonight is
//! disabled, and a single schedule of ours enables it again. That schedule, and a single stop at the override's end,
//! are there before the rule is disabled: whatever is killed, it stops early and never stays up all night. Pure.

mod clearing;
mod needs;
mod singles;
mod which;
mod words;

use jiff::Timestamp;
use jiff::tz::TimeZone;

use super::keeping::{by, known, needed_place, role};
use super::rules::{Ruling, rulings};
use super::whole::Whole;
use super::{AtAws, Environment, OffHours, Others, Source, Standing, schedule_reads, sleepers_named, timers};
use crate::kinds::event_rule::Rule;
use crate::kinds::event_rule::change::Mark;
use crate::kinds::schedule_group::change::Place;
use crate::kinds::{Asks, Offer, Site};
use crate::procedure::handover::{Handover, Singles, Stage, Switches};
use crate::procedure::sync::Sync;
use crate::procedure::{Procedure, Proposal, Want};
use crate::schedule::materialise::Planned;
use crate::schedule::words::{refusal, rfc, told};
use crate::schedule::{Backend, Desired, Exceptions, Keep, Override, Routine, Schedule, returning, until};
use crate::world::{Resource, Watcher, World};

pub(super) use clearing::clearing;

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
                let refused = |why| refusal(&why, now, &off.routine.schedule.zone, zone);
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
    reads.extend(needs::rights(environment, &off, &place, &rulings).map(|rights| rights.reads()).unwrap_or_default());
    reads
}

/// An override, and what it is held against.
struct Case<'c> {
    site: &'c Site<'c>,
    off: &'c OffHours,
    over: &'c Override,
    place: Place,
    others: Others,
    /// Whether AWS keeps schedules of the environment, and what they will be under the override.
    at_aws: bool,
    computed: Vec<Planned>,
}

impl<'c> Case<'c> {
    fn of(site: &'c Site<'c>, off: &'c OffHours, over: &'c Override) -> Result<Self, String> {
        let (environment, world, now) = (site.environment, site.cx.world, site.cx.now);
        let place = needed_place(environment, off)?;
        let others = Others::of(environment, &off.sleepers, world, &timers(world), (site.cx.zone, now));
        let at_aws = off.routine.backend == Backend::EventBridge;
        let under =
            OffHours { exceptions: Exceptions { over: Some(over.clone()), ..off.exceptions.clone() }, ..off.clone() };
        let computed = match at_aws {
            true => under.computed(environment, &place.scope, world, now).planned,
            false => Vec::new(),
        };
        Ok(Self { site, off, over, place, others, at_aws, computed })
    }

    fn name(&self) -> &str {
        self.site.environment.name.as_str()
    }

    fn zone(&self) -> &TimeZone {
        &self.off.routine.schedule.zone
    }

    /// A moment as the reader is told it.
    fn told(&self, at: Timestamp) -> String {
        told(at, self.site.cx.now, self.zone(), self.site.cx.zone)
    }
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
    let (environment, world) = (site.environment, site.cx.world);
    let nothing = || words::nothing(&environment.name);
    if over.state != Keep::Running || !has_rules(environment) {
        return sync.map(|sync| Box::new(sync) as _).ok_or_else(nothing);
    }
    let case = Case::of(site, off, over)?;
    let rulings = rulings(environment, &off.sleepers, world, &case.place.scope);
    let which::Which { held, mut notices } = which::of(&case, &rulings)?;
    if held.is_empty() {
        let mut sync = sync.ok_or_else(|| notices.first().cloned().unwrap_or_else(nothing))?;
        sync.notice(notices.into_iter());
        return Ok(Box::new(sync));
    }
    known(&case.place, world)?;
    let judged = needs::rights(environment, off, &case.place, &held)?.judge(world);
    notices.extend(judged.map_err(|why| format!("the rules that stop it cannot be held back: {why}"))?);
    notices.push(words::made_up(&case, &held));
    let planned = singles::of(&case, &held);
    let old = singles::replaced(&case, &held, &planned);
    let mut plan = match &sync {
        Some(sync) => sync.plan(),
        None => site.plan(words::title(&case), case.place.id(), Vec::new()),
    };
    words::write(&mut plan, (&planned, &old), &held);
    plan.notices.extend(notices);
    let mark = Mark::Write(over.to_tag(case.zone()));
    let rules = held.iter().map(|ruling| (ruling.scope.clone(), ruling.rule.clone(), mark.clone())).collect();
    let (role, queue) = (role(environment, off)?, off.routine.dlq_arn.clone());
    let mut stages = vec![Stage::Put(Singles { place: case.place.clone(), planned, role, queue })];
    stages.extend((!old.is_empty()).then(|| Stage::Drop(case.place.clone(), old)));
    stages.extend(sync.map(|sync| Stage::Ours(Box::new(sync))));
    stages.push(Stage::Rules(Switches::new(environment.name.clone(), rules, false)));
    let again = format!("toban schedule override {} --until {}", environment.name, rfc(over.until, case.zone()));
    Ok(Box::new(Handover::new(plan, stages, again, nothing())))
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
