//! Migrating: the rules of EventBridge that stop and start an environment give way to its schedules at EventBridge
//! Scheduler. Ours are written and seen first, then the rules are switched off; nothing is deleted. Makes the offer and
//! the proposal of what is seen; the gate decides. Pure.

use crate::overview::EnvironmentStatus;
use jiff::Timestamp;

use super::actions::{disabled_reason, known, needed_place, proceed_beside, role};
use super::rule_handover::{Handover, Stage, Switches};
use crate::change::plan::{Difference, Plan};
use crate::change::procedure::Proposal;
use crate::kinds::event_rule::Rule;
use crate::kinds::event_rule::change::Mark;
use crate::kinds::schedule_group::change::SchedulePlace;
use crate::offhours::event_rules::{Ruling, arn_of, marked, rulings};
use crate::offhours::external_schedulers::Owner;
use crate::offhours::external_schedulers::timers;
use crate::offhours::role_check::Rights;
use crate::offhours::{ActualAtAws, ExternalSchedulers, OffHours, ScheduledMember, Source, schedule_reads};
use crate::operations::environment_actions::EnvironmentActions;
use crate::operations::{Action, ActionContext, Prompt};
use crate::schedule::binding::acts;
use crate::schedule::stored::planned_schedules::{Planned, addresses};
use crate::schedule::stored::{restore_schedules, scheduled_actions};
use crate::schedule::{Backend, Mode, PowerAction, wording};
use crate::world::read_request::ReadRequest;
use crate::world::{Arn, Resource, World};

/// Replaces rules by schedules.
pub(crate) struct MigrateRules;

impl EnvironmentActions for MigrateRules {
    fn actions(&self, context: &ActionContext<'_>) -> Vec<Action> {
        let environment = context.environment;
        let mut rules = environment.others.owners.iter().filter(|owner| owner.source == Source::Rule).peekable();
        if rules.peek().is_none() {
            return Vec::new();
        }
        let idle = rules.all(|owner| !owner.enabled && owner.away.is_none());
        let why = hindrance(environment).err().or_else(|| idle.then(|| nothing(environment)));
        let reads = migrate_reads(environment, context.cx.world);
        let action = Action::new("migrate", "replace its rules by schedules at EventBridge Scheduler");
        vec![action.asking(Prompt::Look { reads }).disabled_reason(why)]
    }

    fn propose(&self, verb: &str, _value: Option<&str>, context: &ActionContext<'_>) -> Result<Proposal, String> {
        match verb {
            "migrate" => migrate(context),
            other => Err(format!("rules know no {other:?}")),
        }
    }
}

fn nothing(environment: &EnvironmentStatus) -> String {
    let name = &environment.name;
    format!(
        "there is nothing to migrate: no rule of EventBridge that is switched on stops or starts anything of {name}"
    )
}

/// The off-hours that take the rules' place.
fn hindrance(environment: &EnvironmentStatus) -> Result<&OffHours, String> {
    let name = &environment.name;
    let off = environment.offhours.as_deref().ok_or_else(|| {
        format!(
            "{name} has no schedule that could take the place of its rules: `toban schedule set {name} SCHEDULE` gives it one"
        )
    })?;
    if off.routine.backend != Backend::EventBridge {
        return Err(format!(
            "its backend is {}, and what takes a rule's place is kept at AWS: write backend = \"{}\" in [environment.{name}]",
            off.routine.backend.word(),
            Backend::EventBridge.word()
        ));
    }
    disabled_reason(environment, off).map_or(Ok(off), Err)
}

/// What has to be read before the rules of `environment` can be migrated.
#[must_use]
pub fn migrate_reads(environment: &EnvironmentStatus, world: &World) -> Vec<ReadRequest> {
    let Ok(off) = hindrance(environment) else { return Vec::new() };
    let Ok(place) = needed_place(environment, off) else { return Vec::new() };
    let mut reads = schedule_reads(&place.scope, world);
    reads.push(ReadRequest::all(&place.scope, Rule::KIND));
    let rulings = rulings(environment, &off.scheduled_members, world, &place.scope);
    reads.extend(rights(environment, off, &place, &rulings).ok().map(|rights| rights.reads()).unwrap_or_default());
    reads
}

/// What the role has to be allowed so that nobody whom a rule stops is left without.
fn rights(
    environment: &EnvironmentStatus,
    off: &OffHours,
    place: &SchedulePlace,
    rulings: &[Ruling<'_>],
) -> Result<Rights, String> {
    let by = role(environment, off)?;
    let role = Arn::from(by.as_str());
    let mut hit: Vec<&ScheduledMember> =
        rulings.iter().flat_map(|ruling| ruling.hits.iter().map(|(_, it)| *it)).collect();
    hit.dedup_by(|a, b| a.arn == b.arn);
    let needs = hit.iter().map(|it| (it.member.label(), acts(it.member.kind), arn_of(it, &role, &place.scope)));
    Ok(Rights::of(&by, place, needs.collect()))
}

/// Makes the proposal, once [`migrate_reads`] were read. Where there is nothing to do it changes nothing, and says so.
///
/// # Errors
/// A sentence: why it cannot be done, and what to do instead.
pub fn migrate(context: &ActionContext<'_>) -> Result<Proposal, String> {
    let (environment, world, now) = (context.environment, context.cx.world, context.cx.now);
    let off = hindrance(environment)?;
    let place = needed_place(environment, off)?;
    known(&place, world)?;
    let mut others =
        environment.external_schedulers(&off.scheduled_members, world, &timers(world), (context.cx.zone, now));
    let rulings: Vec<Ruling<'_>> = rulings(environment, &off.scheduled_members, world, &place.scope);
    let rights = rights(environment, off, &place, &rulings)?;
    // One that an override holds back would come back by itself.
    let back = |rule: &Rule| returning_in(&place, world).contains(&restore_schedules::name_of(&rule.name));
    let is_on = |ruling: &Ruling<'_>| {
        ruling.rule.enabled || back(ruling.rule) || marked(world, ruling.rule, &ruling.scope).is_some()
    };
    let on: Vec<Ruling<'_>> = rulings.into_iter().filter(is_on).collect();
    let unread = others.unseen.iter().find(|fault| fault.operation.starts_with("events:"));
    if let Some(fault) = unread.filter(|_| on.is_empty()) {
        let (message, operation) = (fault.sentence(), &fault.operation);
        return Err(format!("which rules stop or start it cannot be read: {message}; let {operation} be read"));
    }
    let again = format!("toban schedule migrate {}", environment.name);
    if on.is_empty() {
        let plan = context.plan(nothing(environment), place.id(), Vec::new());
        let idle = Handover::new(plan, Vec::new(), again, nothing(environment));
        return Ok(Proposal::Procedure(Box::new(idle)));
    }
    let computed = off.computed(environment, &place.scope, world, now).planned;
    let (mut moved, mut left) = (Vec::new(), Vec::new());
    for ruling in on {
        match ruling.bar.clone().or_else(|| uncovered(&ruling, off, &computed)) {
            None => moved.push(ruling),
            Some(why) => left.push(format!("rule {}, which {}: {why}", ruling.rule.name, ruling.does())),
        }
    }
    if moved.is_empty() {
        return Err(format!("no rule can be migrated: {}", left.join("; ")));
    }
    let notices = rights.judge(world)?;
    let zone = (&off.routine.schedule.zone, context.cx.zone);
    let told = |at: Timestamp| wording::told(at, now, zone.0, zone.1);
    let differences: Vec<Difference> =
        moved.iter().map(|ruling| difference(ruling, &others, &computed, &told)).collect();
    others.owners.retain(|owner| owner.source != Source::Rule || !moved.iter().any(|ruling| is_of(owner, ruling)));
    let message = format!("replace the rules of {} by schedules", environment.name);
    let sync = proceed_beside(context, off, message, (off.exceptions.clone(), &others))?;
    let mut plan: Plan = crate::change::procedure::Procedure::plan(&sync);
    let off_calls = moved
        .iter()
        .map(|ruling| format!("events:DisableRule {}, once the schedules above are seen at AWS", ruling.rule.name));
    plan.calls.extend(off_calls);
    plan.differences.extend(differences);
    plan.notices.extend(left.into_iter().map(|why| format!("left as it is: {why}")));
    plan.notices.extend(moved.iter().filter_map(|ruling| unstarted(ruling, off)));
    plan.notices.extend(notices);
    plan.notices.push("no rule is deleted: events:EnableRule takes each back".to_owned());
    // A mark of an override that is over would make it look forgotten.
    let mark = |ruling: &Ruling<'_>| match marked(world, ruling.rule, &ruling.scope) {
        Some(_) => Mark::Take,
        None => Mark::Keep,
    };
    let rules = moved.iter().map(|ruling| (ruling.scope.clone(), ruling.rule.clone(), mark(ruling))).collect();
    let switches = Switches::new(environment.name.clone(), rules, false);
    let mut stages = vec![Stage::Ours(Box::new(sync)), Stage::Rules(switches)];
    let held = returning_in(&place, world);
    let drops = moved.iter().map(|ruling| restore_schedules::name_of(&ruling.rule.name));
    let drops: Vec<String> = drops.filter(|name| held.contains(name)).collect();
    if !drops.is_empty() {
        plan.calls.extend(drops.iter().map(|name| format!("scheduler:DeleteSchedule {name}")));
        stages.push(Stage::Drop(place.clone(), drops));
    }
    Ok(Proposal::Procedure(Box::new(Handover::new(plan, stages, again, nothing(environment)))))
}

/// The schedules of ours that enable a rule again, by name.
fn returning_in(place: &SchedulePlace, world: &World) -> Vec<String> {
    let schedules = ActualAtAws::of(world, &place.scope, &place.group).schedules();
    let returns = schedules.filter(|held| restore_schedules::rule_of(&held.target, &held.input).is_some());
    returns.map(|held| held.name.clone()).collect()
}

/// Those of `computed` that do to `it` what a rule does.
pub(crate) fn instead<'c>(
    verb: PowerAction,
    it: &ScheduledMember,
    computed: &'c [Planned],
) -> impl Iterator<Item = &'c Planned> {
    let resource = scheduled_actions::resource(it.member.cluster.as_deref().unwrap_or("default"), &it.member.id);
    let member = it.member.clone();
    computed.iter().filter(move |planned| {
        planned.verb == verb
            && match planned.bounds {
                Some(_) => planned.target == resource,
                None => addresses(&member, &planned.target, &planned.input),
            }
    })
}

/// Why a rule may not go: nothing of ours would do what it does. A start that the schedule leaves to people may.
fn uncovered(ruling: &Ruling<'_>, off: &OffHours, computed: &[Planned]) -> Option<String> {
    let by_hand = |verb: PowerAction| verb == PowerAction::Start && off.routine.schedule.mode == Mode::StopOnly;
    let without = ruling.hits.iter().filter(|(verb, _)| !by_hand(*verb));
    let (verb, it) = without.into_iter().find(|(verb, it)| instead(*verb, it, computed).next().is_none())?;
    Some(format!(
        "nothing of ours would {} {}; see what `toban schedule sync --dry-run` leaves out, and why",
        verb.word(),
        it.member.label()
    ))
}

/// That nobody starts it any more, where the schedule only stops.
fn unstarted(ruling: &Ruling<'_>, off: &OffHours) -> Option<String> {
    let starts = ruling.hits.iter().find(|(verb, _)| *verb == PowerAction::Start);
    let (_, it) = starts.filter(|_| off.routine.schedule.mode == Mode::StopOnly)?;
    let schedule = &off.routine.schedule.name;
    Some(format!("{} is started by hand from then on: the schedule {schedule} only stops", it.member.label()))
}

/// Whether `owner` is what that rule does; another region may have a rule of the same name.
fn is_of(owner: &Owner, ruling: &Ruling<'_>) -> bool {
    owner.name == ruling.rule.name && ruling.hits.iter().any(|(_, it)| it.id == owner.id)
}

/// A rule with when it fires next, and what takes its place.
fn difference(
    ruling: &Ruling<'_>,
    others: &ExternalSchedulers,
    computed: &[Planned],
    told: &dyn Fn(Timestamp) -> String,
) -> Difference {
    let mut owners = others.owners.iter().filter(|owner| owner.source == Source::Rule);
    let clock = owners.find(|owner| is_of(owner, ruling)).and_then(|owner| owner.clock.as_ref());
    let at = clock.map(|clock| format!(" {}", clock.sentence())).unwrap_or_default();
    let next = |at: Option<Timestamp>| at.map(|at| format!("; next {}", told(at))).unwrap_or_default();
    let from = format!("{}{at}{}", ruling.does(), next(clock.and_then(|clock| clock.next_at)));
    let place = |(verb, it): &(PowerAction, &ScheduledMember)| {
        let all: Vec<&Planned> = instead(*verb, it, computed).collect();
        let first = all.iter().min_by_key(|planned| planned.firings.first().copied().unwrap_or(Timestamp::MAX))?;
        let more = match all.len() {
            1 => String::new(),
            many => format!(" and {} more", many.saturating_sub(1)),
        };
        let Planned { name, expression, timezone, .. } = first;
        Some(format!("{name}{more} at {expression} {timezone}{}", next(first.firings.first().copied())))
    };
    let instead: Vec<String> = ruling.hits.iter().filter_map(place).collect();
    let to =
        if instead.is_empty() { "disabled".to_owned() } else { format!("disabled; instead {}", instead.join(", ")) };
    Difference { what: format!("rule {}", ruling.rule.name), from: Some(from), to: Some(to) }
}

#[cfg(test)]
mod tests;
