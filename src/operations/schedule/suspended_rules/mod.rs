//! Overriding rules without migrating from them, which is second best: the rule that would act against an override or a
//! hold is disabled, and a single schedule of ours enables it again. That schedule, and a single stop or start at the end,
//! are there before the rule is disabled: whatever is killed, it stops early and never stays up all night. Pure.

mod clear;
mod one_shot_schedules;
mod permission_check;
mod select;
mod wording;
use crate::overview::EnvironmentStatus;
use jiff::Timestamp;
use jiff::tz::TimeZone;

use super::actions::{by, known, made_true, needed_place, role};
use super::rule_handover::{Handover, Singles, Stage, Switches};
use super::sync::Sync;
use crate::change::procedure::{Procedure, Proposal};
use crate::kinds::event_rule::Rule;
use crate::kinds::event_rule::change::Mark;
use crate::kinds::schedule_group::change::SchedulePlace;
use crate::offhours::event_rules::{Ruling, Why, rulings, worn};
use crate::offhours::external_schedulers::Timer;
use crate::offhours::external_schedulers::timers;
use crate::offhours::{
    ActualAtAws, ExternalSchedulers, OffHours, RecordState, ScheduledMember, Source, schedule_reads,
    scheduled_members_named,
};
use crate::operations::environment_actions::EnvironmentActions;
use crate::operations::{Action, ActionContext, Prompt};
use crate::schedule::active_exception::ActiveException;
use crate::schedule::calendar::deadline;
use crate::schedule::stored::planned_schedules::Planned;
use crate::schedule::stored::tag_record::{Tags, exceptions};
use crate::schedule::stored::{restore_schedules, tags};
use crate::schedule::wording::{refusal, told};
use crate::schedule::{Backend, Desired, Exceptions, Hold, Override, Schedule, ScheduleBinding, TargetState};
use crate::world::read_request::ReadRequest;
use crate::world::{Resource, SchedulerLiveness, World};

pub(super) use clear::clearing;
use clear::held_back_none;

/// Holds rules back in an environment without a schedule; where there is one, its own override does.
pub(crate) struct SuspendRules;

impl EnvironmentActions for SuspendRules {
    fn actions(&self, context: &ActionContext<'_>) -> Vec<Action> {
        let environment = context.environment;
        if environment.offhours.is_some() || !has_rules(environment) {
            return Vec::new();
        }
        let reads = sparing_reads(environment, context.cx.world, context.cx.zone);
        let until = |example: &str| Prompt::Informed {
            prompt: format!("until when ({example})"),
            initial: String::new(),
            reads: reads.clone(),
        };
        let idle = environment.others.held_back().next().is_none();
        vec![
            Action::new("override", "hold back the rules that stop it, or start it, until a time")
                .asking(until("23:30, +2h, stopped 08:00"))
                .disabled_reason(environment.stop_barred()),
            Action::new("hold", "change nothing here until a time: hold back its rules")
                .asking(until("2026-11-30 09:00"))
                .disabled_reason(environment.stop_barred()),
            Action::new("clear", "enable the rules that were held back again")
                .asking(Prompt::Look { reads: reads.clone() })
                .disabled_reason(idle.then(|| "no rule is held back here".to_owned())),
        ]
    }

    fn already(&self, verb: &str, _value: Option<&str>, context: &ActionContext<'_>) -> Option<String> {
        let nothing = held_back_none(context.environment.name.as_str());
        (verb == "clear" && self.propose(verb, None, context).is_err_and(|why| why == nothing)).then_some(nothing)
    }

    fn propose(&self, verb: &str, value: Option<&str>, context: &ActionContext<'_>) -> Result<Proposal, String> {
        let (environment, now, here) = (context.environment, context.cx.now, context.cx.zone);
        let plain = assumed(environment, context.cx.world, here);
        let exceptions = worn_by_rules(environment, &plain, context.cx.world, now);
        let off = OffHours { exceptions, ..plain.clone() };
        let disabled_reason = environment.stop_barred().filter(|_| verb != "clear");
        if let Some(why) = disabled_reason {
            return Err(why);
        }
        let value = value.unwrap_or_default();
        let refused = |why| refusal(&why, now, here, here);
        let procedure = match verb {
            "override" => {
                let (state, end) = deadline::environment_config(value, now, here)?;
                let environment_config = Override { state, until: end, by: by(context), reason: None };
                let over = plain.intent().grant(environment_config, now).map_err(refused)?.over;
                let under = Exceptions { over: Some(over), ..off.exceptions.clone() };
                made_true(context, around(context, &off, (Why::Override, under), None)?, Some(state))?
            }
            "hold" => {
                let end = deadline::until(value, now, here)?;
                let environment_config = Hold { state: standing(&off), until: end, by: by(context), reason: None };
                let hold = plain.intent().grant_hold(environment_config, now).map_err(refused)?;
                let under = Exceptions { hold: Some(hold), ..off.exceptions.clone() };
                around(context, &off, (Why::Hold, under), None)?
            }
            "clear" => clearing(context, &off, None)?,
            other => return Err(format!("rules know no {other:?}")),
        };
        Ok(Proposal::Procedure(procedure))
    }
}

/// What a hold keeps: up where anything of it serves.
pub(crate) fn standing(off: &OffHours) -> TargetState {
    if off.scheduled_members.iter().any(|it| it.actual.is_serving()) {
        TargetState::Running
    } else {
        TargetState::Stopped
    }
}

/// What stands above the rules of an environment without a schedule: what those that are held back wear.
fn worn_by_rules(environment: &EnvironmentStatus, off: &OffHours, world: &World, now: Timestamp) -> Exceptions {
    let Ok(place) = needed_place(environment, off) else { return Exceptions::default() };
    let rulings = rulings(environment, &off.scheduled_members, world, &place.scope);
    let away = rulings.iter().filter(|ruling| !ruling.rule.enabled);
    let worn: Vec<&Tags> = away.filter_map(|ruling| worn(world, ruling.rule, &ruling.scope)).collect();
    exceptions(None, &worn, false, now)
}

/// Whether any rule stops or starts something of it.
fn has_rules(environment: &EnvironmentStatus) -> bool {
    environment.others.owners.iter().any(|owner| owner.source == Source::Rule)
}

/// The off-hours of an environment that has none: no wish at any time, and the usual limits.
fn assumed(environment: &EnvironmentStatus, world: &World, zone: &TimeZone) -> OffHours {
    let schedule = Schedule::new("none", zone.clone());
    OffHours {
        routine: ScheduleBinding { backend: Backend::Observe, ..ScheduleBinding::new(schedule) },
        exceptions: Exceptions::default(),
        scheduled_members: scheduled_members_named(environment, world, &environment.named),
        desired: Desired::Any,
        next: None,
        drifts: Vec::new(),
        watcher: SchedulerLiveness::Untold,
        record: RecordState::Known,
    }
}

/// What has to be read before rules can be held back, or let go, for somebody in `zone`; nothing where there are none.
#[must_use]
pub fn sparing_reads(environment: &EnvironmentStatus, world: &World, zone: &TimeZone) -> Vec<ReadRequest> {
    if !has_rules(environment) {
        return Vec::new();
    }
    let off = match environment.offhours.as_deref() {
        Some(off) => off.clone(),
        None => assumed(environment, world, zone),
    };
    let Ok(place) = needed_place(environment, &off) else { return Vec::new() };
    let mut reads = schedule_reads(&place.scope, world);
    reads.push(ReadRequest::all(&place.scope, Rule::KIND));
    let rulings = rulings(environment, &off.scheduled_members, world, &place.scope);
    let rulings: Vec<&Ruling<'_>> = rulings.iter().collect();
    let hit = select::hit(&rulings);
    reads.extend(
        permission_check::rights(environment, &off, &place, (&rulings, &hit))
            .map(|rights| rights.reads())
            .unwrap_or_default(),
    );
    reads
}

/// An override or a hold, and what it is held against.
struct Case<'c> {
    context: &'c ActionContext<'c>,
    off: &'c OffHours,
    /// Which of the two is asked for.
    why: Why,
    /// What stands above schedule and rules then.
    under: Exceptions,
    /// The same in the order of time.
    above: Vec<ActiveException>,
    place: SchedulePlace,
    others: ExternalSchedulers,
    timers: Vec<Timer>,
    /// Whether AWS keeps schedules of the environment, and what they will be then.
    at_aws: bool,
    computed: Vec<Planned>,
}

impl<'c> Case<'c> {
    fn of(context: &'c ActionContext<'c>, off: &'c OffHours, (why, under): (Why, Exceptions)) -> Result<Self, String> {
        let (environment, world, now) = (context.environment, context.cx.world, context.cx.now);
        let (place, timers) = (needed_place(environment, off)?, timers(world));
        let others = environment.external_schedulers(&off.scheduled_members, world, &timers, (context.cx.zone, now));
        let at_aws = off.routine.backend == Backend::EventBridge;
        let computed = match at_aws {
            true => {
                let off = OffHours { exceptions: under.clone(), ..off.clone() };
                off.computed(environment, &place.scope, world, now).planned
            }
            false => Vec::new(),
        };
        let above = under.above(now);
        Ok(Self { context, off, why, under, above, place, others, timers, at_aws, computed })
    }

    fn name(&self) -> &str {
        self.context.environment.name.as_str()
    }

    fn zone(&self) -> &TimeZone {
        &self.off.routine.schedule.zone
    }

    /// When the last of what stands above ends: rules are enabled again then.
    fn end(&self) -> Timestamp {
        self.above.last().map_or(self.context.cx.now, |above| above.to)
    }

    /// The end that is asked for.
    fn asked(&self) -> Timestamp {
        let asked = match self.why {
            Why::Override => self.under.over.as_ref().map(|over| over.until),
            Why::Hold => self.under.hold.as_ref().map(|hold| hold.until),
        };
        asked.unwrap_or_else(|| self.end())
    }

    /// What it is at its end, before that is over.
    fn leaves(&self, it: &ScheduledMember) -> Option<TargetState> {
        self.above.last().map(|above| above.leaves(&it.actual))
    }

    /// What a rule wears while it is held back: all that is live, so that everybody finds what holds it back longest.
    fn mark(&self) -> Mark {
        let (now, zone) = (self.context.cx.now, self.zone());
        let over = self.under.over.as_ref().filter(|over| now < over.until);
        let hold = self.under.hold.as_ref().filter(|hold| now < hold.until);
        let over = over.map(|over| (tags::OVERRIDE, over.to_tag(zone)));
        Mark::Write(over.into_iter().chain(hold.map(|hold| (tags::HOLD, hold.to_tag(zone)))).collect())
    }

    /// A moment as the reader is told it.
    fn told(&self, at: Timestamp) -> String {
        told(at, self.context.cx.now, self.zone(), self.context.cx.zone)
    }
}

/// An override or a hold as it is carried out, where `under` is what stands above then: `sync` alone where no rule would
/// act against it, else the rules are held back around it.
///
/// # Errors
/// A sentence: why a rule cannot be held back, and what to do instead.
pub(crate) fn around(
    context: &ActionContext<'_>,
    off: &OffHours,
    (why, under): (Why, Exceptions),
    sync: Option<Sync>,
) -> Result<Box<dyn Procedure>, String> {
    let (environment, world) = (context.environment, context.cx.world);
    if !has_rules(environment)
        && let Some(sync) = sync
    {
        return Ok(Box::new(sync));
    }
    let case = Case::of(context, off, (why, under))?;
    let nothing = || wording::nothing(&case);
    let rulings = rulings(environment, &off.scheduled_members, world, &case.place.scope);
    let select::Which { held, mut notices } = select::of(&case, &rulings)?;
    if held.is_empty() {
        let mut sync = sync.ok_or_else(|| notices.first().cloned().unwrap_or_else(nothing))?;
        sync.notice(notices.into_iter());
        return Ok(Box::new(sync));
    }
    known(&case.place, world)?;
    let turns = one_shot_schedules::turns(&case, &held);
    let turned: Vec<&ScheduledMember> = turns.iter().map(|turn| turn.it).collect();
    let judged = permission_check::rights(environment, off, &case.place, (&held, &turned))?.judge(world);
    notices.extend(judged.map_err(|why| format!("the rules cannot be held back: {why}"))?);
    notices.extend(wording::made_up(&case, &held, &turns));
    let planned = one_shot_schedules::of(&case, &held, &turns);
    let old = one_shot_schedules::replaced(&case, &held, &planned);
    let mut plan = match &sync {
        Some(sync) => sync.plan(),
        None => context.plan(wording::title(&case), case.place.id(), Vec::new()),
    };
    wording::write(&mut plan, (&planned, &old), &held);
    plan.notices.extend(notices);
    let rules = held.iter().map(|ruling| (ruling.scope.clone(), ruling.rule.clone(), case.mark())).collect();
    let (role, queue) = (role(environment, off)?, off.routine.dlq_arn.clone());
    let mut stages = vec![Stage::Put(Singles { place: case.place.clone(), planned, role, queue })];
    stages.extend((!old.is_empty()).then(|| Stage::Drop(case.place.clone(), old)));
    stages.extend(sync.map(|sync| Stage::Ours(Box::new(sync))));
    stages.push(Stage::Rules(Switches::new(environment.name.clone(), rules, false)));
    Ok(Box::new(Handover::new(plan, stages, wording::again(&case), nothing())))
}

/// Why the schedules in `place` may not be removed now: one of them is what enables a rule again.
pub(crate) fn bars_removing(place: &SchedulePlace, world: &World) -> Option<String> {
    let schedules = ActualAtAws::of(world, &place.scope, &place.group).schedules();
    let mut enables = schedules.filter_map(|held| restore_schedules::rule_of(&held.target, &held.input));
    let name = enables.find(|name| world.all::<Rule>(&place.scope).any(|rule| rule.name == *name && !rule.enabled))?;
    Some(format!(
        "rule {name} is held back, and what enables it again would go: `toban schedule clear {}` first",
        place.environment
    ))
}

#[cfg(test)]
mod tests;
