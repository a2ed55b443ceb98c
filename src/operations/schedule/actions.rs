//! What can be done about an environment's schedule: override, hold, clear, sync, remove; offered in the console and
//! by `toban schedule`. Makes proposals of what is seen; the gate decides. Pure.

use crate::overview::EnvironmentStatus;
use std::collections::BTreeMap;

use jiff::tz::TimeZone;
use jiff::{SignedDuration, Timestamp};

use super::sync::{Goal, Sync};
use super::{sparing_reads, suspended_rules};
use crate::change::After;
use crate::change::plan::Plan;
use crate::change::procedure::{Procedure, Proposal};
use crate::kinds::schedule_group::Group;
use crate::kinds::schedule_group::change::{Label, Mark, SchedulePlace};
use crate::kinds::schedule_record::arn_of;
use crate::kinds::schedule_record::change::Note;
use crate::offhours::event_rules::Why;
use crate::offhours::tag_store::place;
use crate::offhours::{
    ExternalSchedulers, OffHours, ScheduledMember, must_stay, note, notes, record_reads, room, schedule_reads, unread,
};
use crate::operations::environment_actions::EnvironmentActions;
use crate::operations::sleep_wake::{is_awake, waking};
use crate::operations::{Action, ActionContext, Choice, Prompt};
use crate::schedule::calendar::deadline;
use crate::schedule::drift::STOP_GRACE;
use crate::schedule::stored::tag_record::{Tags, live};
use crate::schedule::stored::tags;
use crate::schedule::{
    Backend, Desired, Exceptions, Hold, Mode, Note as Worth, Override, PowerAction, Record, TargetState, binding,
    wording,
};
use crate::world::World;
use crate::world::read_request::ReadRequest;

/// The offer that keeps an environment running for a length of time.
pub const LEASE: &str = "lease";
/// How long a lease usually is.
pub const USUAL_LEASE: &str = "3h";

/// Keeps what stands above a schedule, and what the server holds of it.
pub(crate) struct ScheduleActions;

impl EnvironmentActions for ScheduleActions {
    fn actions(&self, context: &ActionContext<'_>) -> Vec<Action> {
        let Some(off) = context.environment.offhours.as_deref() else { return Vec::new() };
        let (now, zone) = (context.cx.now, &off.routine.schedule.zone);
        let disabled_reason = disabled_reason(context.environment, off);
        // What AWS holds is read before there is a plan.
        let reads = reads(context.environment, off, context.cx.world);
        let text = |prompt: &str, reads: &[ReadRequest]| {
            let (prompt, initial) = (prompt.to_owned(), String::new());
            if reads.is_empty() {
                Prompt::Text { prompt, initial }
            } else {
                Prompt::Informed { prompt, initial, reads: reads.to_vec() }
            }
        };
        // An override and a hold hold back rules of others too.
        let mut more = reads.clone();
        more.extend(sparing_reads(context.environment, context.cx.world, context.cx.zone));
        more.dedup();
        let look = if more.is_empty() { Prompt::Nothing } else { Prompt::Look { reads: more.clone() } };
        let held_back = context.environment.others.held_back().next().is_some();
        let live = off.over(now).is_some() || off.hold(now).is_some() || held_back;
        let kept = off.intent().latest_end(TargetState::Running, now).0;
        let here = context.cx.zone;
        let at_most = wording::told(kept, now, zone, here);
        let latest = format!("keep it running until a time, {at_most} at most, or `stopped` until one");
        // What is typed is a time of the schedule, whatever the reader's clock shows.
        let clock =
            wording::elsewhere(now, zone, here).map(|name| format!(", by the clock of {name}")).unwrap_or_default();
        let mut actions = vec![
            Action::new("override", latest)
                .asking(text(&format!("until when{clock} (23:30, +2h, stopped 08:00)"), &more))
                .disabled_reason(disabled_reason.clone()),
            Action::new(LEASE, "keep it running for some hours: it ends by itself, and asking again prolongs it")
                .asking(match text("for how long (3h, 45m)", &more) {
                    Prompt::Text { prompt, .. } => Prompt::Text { prompt, initial: USUAL_LEASE.to_owned() },
                    Prompt::Informed { prompt, reads, .. } => {
                        Prompt::Informed { prompt, initial: USUAL_LEASE.to_owned(), reads }
                    }
                    other => other,
                })
                .disabled_reason(disabled_reason.clone()),
            Action::new("hold", "change nothing here until a time")
                .asking(text(&format!("until when{clock} (2026-11-30 09:00)"), &more))
                .disabled_reason(disabled_reason.clone()),
            Action::new("clear", "remove the override and the hold").asking(look).disabled_reason(
                disabled_reason.clone().or_else(|| (!live).then(|| "there is no override and no hold".to_owned())),
            ),
        ];
        if off.routine.backend == Backend::EventBridge {
            let prompt = Prompt::Choice { prompt: "schedules at AWS".to_owned(), reads };
            actions.push(
                Action::new("sync", "update the schedules at AWS from the configuration")
                    .asking(prompt)
                    .disabled_reason(disabled_reason),
            );
        }
        actions
    }

    fn choices(&self, verb: &str, context: &ActionContext<'_>) -> Vec<Choice> {
        if verb != "sync" {
            return Vec::new();
        }
        let choice = |value: &str, label: &str, note: &str| Choice {
            label: label.to_owned(),
            note: note.to_owned(),
            disabled_reason: context
                .environment
                .offhours
                .as_deref()
                .and_then(|off| disabled_reason(context.environment, off)),
            value: value.to_owned(),
            then: Prompt::Nothing,
        };
        vec![
            choice("hold", "write the schedules", "the plan lists each difference first"),
            choice("remove", "remove them all", "nothing stops or starts by itself then"),
        ]
    }

    fn propose(&self, verb: &str, value: Option<&str>, context: &ActionContext<'_>) -> Result<Proposal, String> {
        let environment = context.environment;
        let off = environment.offhours.as_deref().ok_or_else(|| format!("{} has no schedule", environment.name))?;
        if let Some(why) = disabled_reason(environment, off).or_else(|| off.record.unknown().map(str::to_owned)) {
            return Err(why);
        }
        let value = value.map(str::trim).unwrap_or_default();
        let procedure = match verb {
            "override" | LEASE => {
                let (sync, over) = match verb {
                    LEASE => leased(context, off, value)?,
                    _ => overridden(context, off, value)?,
                };
                let under = Exceptions { over: Some(over), ..off.exceptions.clone() };
                let state = under.over.as_ref().map(|over| over.state);
                let kept = suspended_rules::around(context, off, (Why::Override, under), Some(sync))?;
                return made_true(context, kept, state).map(Proposal::Procedure);
            }
            "hold" => {
                let (sync, hold) = held(context, off, value)?;
                let under = Exceptions { hold: Some(hold), ..off.exceptions.clone() };
                return suspended_rules::around(context, off, (Why::Hold, under), Some(sync)).map(Proposal::Procedure);
            }
            "clear" => {
                return suspended_rules::clearing(context, off, Some(cleared(context, off)?)).map(Proposal::Procedure);
            }
            "sync" if value == "remove" => removed(context, off)?,
            "sync" => synced(context, off)?,
            other => return Err(format!("an environment's schedule knows no {other:?}")),
        };
        Ok(Proposal::Procedure(Box::new(fitting(environment, procedure, context.cx.world)?)))
    }
}

/// An override together with what makes it true: what is to be kept running and is asleep is woken. A written word alone
/// would take the place of the start that was due, and the environment would sleep through it.
///
/// # Errors
/// Why it cannot be woken, and what to do instead.
pub(crate) fn made_true(
    context: &ActionContext<'_>,
    kept: Box<dyn Procedure>,
    state: Option<TargetState>,
) -> Result<Box<dyn Procedure>, String> {
    if state != Some(TargetState::Running) {
        return Ok(kept);
    }
    let Some(wake) = waking(context)? else { return Ok(kept) };
    let notice = format!("{} is asleep: it is woken as part of this", context.environment.name);
    Ok(Box::new(After::completed(kept, wake, notice, "its next stop may stop it again")))
}

/// The same work, if what it writes on the record has room there.
fn fitting(environment: &EnvironmentStatus, sync: Sync, world: &World) -> Result<Sync, String> {
    if let Some(note) = sync.note() {
        let held = notes(environment, &note.place.scope, world);
        room(&note.place.group, held, note.tags.iter().map(|(key, value)| (key.as_str(), value.is_some())))?;
    }
    Ok(sync)
}

pub(crate) fn disabled_reason(environment: &EnvironmentStatus, off: &OffHours) -> Option<String> {
    let tagged = || format!("{} has the tag {}: it has no sleep actions", environment.name, tags::PROTECT);
    off.exceptions.protect.then(|| environment.stop_barred().unwrap_or_else(tagged))
}

/// What undoes what is done by hand.
#[derive(Clone, Debug)]
pub struct WouldBeReverted {
    /// That the schedule is enforced, and when it is back as the schedule has it.
    pub message: String,
    /// What has to be read before there can be an override.
    pub reads: Vec<ReadRequest>,
}

/// Whether bringing it to `goal` now would be undone, since its schedule is enforced and has it otherwise.
#[must_use]
pub fn would_be_reverted(context: &ActionContext<'_>, goal: TargetState) -> Option<WouldBeReverted> {
    let (environment, now) = (context.environment, context.cx.now);
    let off = environment.offhours.as_deref()?;
    let enforced = off.routine.schedule.mode == Mode::Enforce && off.routine.acts_here();
    if !enforced || disabled_reason(environment, off).is_some() || environment.others.bar_enforcing().is_some() {
        return None;
    }
    let (against, verb) = match goal {
        TargetState::Running => (Desired::Off, PowerAction::Start),
        TargetState::Stopped => (Desired::On, PowerAction::Stop),
    };
    let intent = off.intent();
    let day = now.checked_sub(SignedDuration::from_hours(24)).unwrap_or(now);
    let last =
        intent.transitions(day, now.checked_add(SignedDuration::from_nanos(1)).unwrap_or(now)).into_iter().next_back();
    // A start that is issued early is the schedule's own doing.
    let early = last.is_some_and(|transition| transition.verb == verb && now < transition.at);
    if intent.desired(now) != against || early {
        return None;
    }
    let then = match goal {
        TargetState::Running => format!("stopped again {} minutes later", STOP_GRACE.as_mins()),
        TargetState::Stopped => "started again at once".to_owned(),
    };
    let message = format!("schedule {} is enforced: without an override it is {then}", off.routine.schedule.name);
    Some(WouldBeReverted { message, reads: reads(environment, off, context.cx.world) })
}

/// The override that keeps it at `goal`, as long as one may be.
///
/// # Errors
/// Why there can be none.
pub fn override_for(context: &ActionContext<'_>, goal: TargetState) -> Result<Sync, String> {
    let off = context
        .environment
        .offhours
        .as_deref()
        .ok_or_else(|| format!("{} has no schedule", context.environment.name))?;
    overriding(context, off, goal, off.intent().bridge(goal, context.cx.now)).map(|(sync, _)| sync)
}

/// What has to be read before a plan; nothing where AWS keeps nothing.
fn reads(environment: &EnvironmentStatus, off: &OffHours, world: &World) -> Vec<ReadRequest> {
    let place = place(environment, off).filter(|_| off.routine.backend == Backend::EventBridge);
    let held = place.map(|place| schedule_reads(&place.scope, world)).unwrap_or_default();
    record_reads(environment, world).into_iter().chain(held).collect()
}

/// A plan on a guess would be none: what AWS holds must have been read.
pub(crate) fn known(place: &SchedulePlace, world: &World) -> Result<(), String> {
    match unread(&place.scope, world) {
        None => Ok(()),
        Some((kind, fault)) => {
            let why = fault.map(|fault| format!(": {}", fault.sentence())).unwrap_or_default();
            Err(format!("what AWS holds of the schedule ({kind}) was not read{why}"))
        }
    }
}

pub(crate) fn needed_place(environment: &EnvironmentStatus, off: &OffHours) -> Result<SchedulePlace, String> {
    place(environment, off).ok_or_else(|| format!("nothing of {} is there to be scheduled", environment.name))
}

/// Where an environment's schedules are kept at AWS and by which role they act; `None` where AWS keeps none.
///
/// # Errors
/// A sentence, where that cannot be told.
#[must_use]
pub fn kept_at_aws(environment: &EnvironmentStatus) -> Option<Result<(SchedulePlace, String), String>> {
    let off = environment.offhours.as_deref().filter(|off| off.routine.backend == Backend::EventBridge)?;
    Some(needed_place(environment, off).and_then(|place| Ok((place, role(environment, off)?))))
}

/// The role schedules act by.
pub(crate) fn role(environment: &EnvironmentStatus, off: &OffHours) -> Result<String, String> {
    if let Some(role) = &off.routine.role_arn {
        return Ok(role.clone());
    }
    let account = environment.account.as_ref().ok_or_else(|| {
        format!("the account of {} is not known: set role_arn in its configuration", environment.name)
    })?;
    let arn = off.scheduled_members.iter().map(|it| crate::world::Arn::from(it.arn.as_str()));
    let partition = arn.into_iter().find_map(|arn| arn.partition().map(str::to_owned));
    Ok(format!("arn:{}:iam::{account}:role/{}", partition.as_deref().unwrap_or("aws"), binding::ROLE))
}

fn synced(context: &ActionContext<'_>, off: &OffHours) -> Result<Sync, String> {
    match off.routine.backend {
        Backend::EventBridge => {}
        other => return Err(format!("its backend is {}: nothing is stored at AWS", other.word())),
    }
    proceed(
        context,
        off,
        format!("update the schedules of {} from the configuration", context.environment.name),
        off.exceptions.clone(),
    )
}

fn removed(context: &ActionContext<'_>, off: &OffHours) -> Result<Sync, String> {
    let place = needed_place(context.environment, off)?;
    known(&place, context.cx.world)?;
    if let Some(why) = suspended_rules::bars_removing(&place, context.cx.world) {
        return Err(why);
    }
    let message = format!("remove the schedules of {}", context.environment.name);
    let mut plan = context.plan(message, place.id(), Vec::new());
    plan.notices.push("nothing stops or starts by itself afterwards".to_owned());
    let (world, now) = (context.cx.world, context.cx.now);
    if let Some((group, worn)) = worn(context.environment, &place, world)
        && let Some(why) = must_stay(
            (group, worn),
            context.environment.name.as_str(),
            (&place.scope, world),
            (now, &off.routine.schedule.zone),
        )
    {
        return Err(why);
    }
    let memories = off.leaving(context.environment, &place.scope, world);
    let sync = Sync::new(plan, place, Goal::Nothing, (String::new(), None), (world, now));
    Ok(recording(context.environment, sync).marking(memories))
}

/// What the group at `place` wears, as far as that was read.
fn worn<'w>(
    environment: &EnvironmentStatus,
    place: &'w SchedulePlace,
    world: &'w World,
) -> Option<(&'w str, &'w Tags)> {
    let noted = notes(environment, &place.scope, world);
    let held = || Some(&world.by_key::<Group>(&place.scope, &place.group)?.tags);
    noted.or_else(held).map(|tags| (place.group.as_str(), tags))
}

/// The same work, which reads the record too where a group is that.
fn recording(environment: &EnvironmentStatus, sync: Sync) -> Sync {
    if environment.record.group().is_some() { sync.on_record() } else { sync }
}

/// Brings the server, if there is one, to what `exceptions` make of the schedule.
fn proceed(
    context: &ActionContext<'_>,
    off: &OffHours,
    message: String,
    exceptions: Exceptions,
) -> Result<Sync, String> {
    proceed_beside(context, off, message, (exceptions, &context.environment.others))
}

/// The same, where `others` is who goes on beside it.
pub(crate) fn proceed_beside(
    context: &ActionContext<'_>,
    off: &OffHours,
    message: String,
    (exceptions, others): (Exceptions, &ExternalSchedulers),
) -> Result<Sync, String> {
    let environment = context.environment;
    let place = needed_place(environment, off)?;
    let mut plan: Plan = context.plan(message, place.id(), Vec::new());
    plan.notices.extend(left_on_group(environment, &place, context));
    if off.routine.backend != Backend::EventBridge {
        let sync = Sync::new(plan, place, Goal::AsItIs, (String::new(), None), (context.cx.world, context.cx.now));
        return Ok(recording(environment, sync));
    }
    if off.routine.schedule.mode == Mode::Enforce
        && let Some(why) = others.bar_enforcing()
    {
        return Err(format!("schedule {} cannot be enforced: {why}", off.routine.schedule.name));
    }
    let under = OffHours { exceptions, ..off.clone() };
    known(&place, context.cx.world)?;
    let mut computed = under.computed(environment, &place.scope, context.cx.world, context.cx.now);
    plan.notices.extend(computed.left_out.iter().map(|why| format!("left out: {why}")));
    plan.notices.append(&mut computed.noted);
    plan.notices.extend(others.unknown());
    plan.notices.extend(others.owning().map(|owner| format!("{}: it goes on beside this", owner.sentence())));
    let role = role(environment, off)?;
    let memories = std::mem::take(&mut computed.memories);
    let by = (role, off.routine.dlq_arn.clone());
    let sync = Sync::new(plan, place, Goal::Hold(computed), by, (context.cx.world, context.cx.now));
    Ok(recording(environment, sync).marking(memories))
}

/// That the group still holds words which do not count, since it is not the record any more.
fn left_on_group(
    environment: &EnvironmentStatus,
    place: &SchedulePlace,
    context: &ActionContext<'_>,
) -> Option<String> {
    let (group, worn) = worn(environment, place, context.cx.world).filter(|_| environment.record == Record::Tags)?;
    let (what, until) = live(worn, context.cx.now).into_iter().next()?;
    let until = wording::when(until, context.cx.now, context.cx.zone);
    Some(format!(
        "the schedule group {group} still holds {what} until {until}, which does not count: it is not the record; `clear` takes it away"
    ))
}

/// These words where the environment's record is. What is taken back is taken back wherever it stands.
fn marks(
    context: &ActionContext<'_>,
    off: &OffHours,
    tags: &[(&'static str, Option<String>)],
) -> Result<Vec<Mark>, String> {
    let (environment, world) = (context.environment, context.cx.world);
    let place = needed_place(environment, off)?;
    let words = || tags.iter().map(|(key, value)| ((*key).to_owned(), value.clone())).collect();
    match &environment.record {
        Record::Group(_) => {
            let noted = note(environment, &place, world, words())?;
            let left =
                |it: &ScheduledMember| tags.iter().any(|(key, value)| value.is_none() && it.tags.contains_key(*key));
            let labels = labels(context, off, tags, &left)?.into_iter().map(Mark::Label);
            Ok(noted.into_iter().chain(labels).collect())
        }
        Record::Tags => {
            let labels = labels(context, off, tags, &|_| true)?;
            if labels.is_empty() {
                return Err(format!(
                    "{} has no database and no service to write this on, so that others would see it",
                    environment.name
                ));
            }
            // On a group that was the record once.
            let left = worn(environment, &place, world)
                .filter(|(_, worn)| tags.iter().any(|(key, value)| value.is_none() && worn.contains_key(*key)));
            let arn = left.and_then(|_| arn_of(world, &place.scope, &place.group));
            let note = arn.map(|arn| Note { place: place.clone(), arn, tags: words(), known: true, about: None });
            Ok(note.map(Mark::Note).into_iter().chain(labels.into_iter().map(Mark::Label)).collect())
        }
    }
}

/// The same labels on everybody of those that can wear them, in the place the plan is for.
fn labels(
    context: &ActionContext<'_>,
    off: &OffHours,
    tags: &[(&'static str, Option<String>)],
    of: &dyn Fn(&ScheduledMember) -> bool,
) -> Result<Vec<Label>, String> {
    let place = needed_place(context.environment, off)?;
    let tags: BTreeMap<&'static str, Option<String>> = tags.iter().cloned().collect();
    let labels: Vec<Label> = off
        .scheduled_members
        .iter()
        .filter_map(|it| Some((it, it.id.as_ref().filter(|id| id.scope == place.scope)?)))
        .filter(|(it, _)| Label::can(&it.arn) && of(it))
        .map(|(it, on)| Label {
            environment: context.environment.name.clone(),
            on: on.clone(),
            arn: it.arn.clone(),
            tags: tags.clone(),
        })
        .collect();
    Ok(labels)
}

/// Who asks: the last part of the caller's ARN.
pub(crate) fn by(context: &ActionContext<'_>) -> String {
    let who = context.cx.world.identity(context.cx.scope).map(|who| who.arn.last().to_owned());
    tags::allowed(&who.unwrap_or_default())
}

fn overridden(context: &ActionContext<'_>, off: &OffHours, value: &str) -> Result<(Sync, Override), String> {
    let (state, end) = deadline::environment_config(value, context.cx.now, &off.routine.schedule.zone)?;
    let (mut sync, over) = overriding(context, off, state, end)?;
    if over.state == TargetState::Stopped && off.routine.schedule.mode != Mode::Enforce && is_awake(context) {
        let message = "it is up now, and this does not stop it: it is not started until then; `sleep` stops it at once";
        sync.notice(std::iter::once(message.to_owned()));
    }
    Ok((sync, over))
}

/// An override to running for so long: from now on, or from the end of the one that has it running already.
fn leased(context: &ActionContext<'_>, off: &OffHours, value: &str) -> Result<(Sync, Override), String> {
    let now = context.cx.now;
    let span = deadline::span(value).ok_or_else(|| format!("{value:?} is no length of time; write 3h, 45m or 1d"))?;
    let held = off.over(now).filter(|over| over.state == TargetState::Running).map(|over| over.until);
    let end = held.unwrap_or(now).checked_add(span).map_err(|_| format!("{value:?} is too long"))?;
    overriding(context, off, TargetState::Running, end)
}

fn overriding(
    context: &ActionContext<'_>,
    off: &OffHours,
    state: TargetState,
    end: Timestamp,
) -> Result<(Sync, Override), String> {
    let (now, zone) = (context.cx.now, &off.routine.schedule.zone);
    let environment_config = Override { state, until: end, by: by(context), reason: None };
    let granted = off
        .intent()
        .grant(environment_config, now)
        .map_err(|why| wording::refusal(&why, now, zone, context.cx.zone))?;
    let over = granted.over;
    let name = &context.environment.name;
    let message =
        format!("keep {name} {} until {}", over.state.word(), wording::told_moment(over.until, zone, context.cx.zone));
    let exceptions = Exceptions { over: Some(over.clone()), ..off.exceptions.clone() };
    let marks = marks(context, off, &[(tags::OVERRIDE, Some(over.to_tag(zone)))])?;
    let mut sync = proceed(context, off, message, exceptions)?.marking(marks);
    sync.notice(granted.notes.iter().map(|note| noted(note, now, (zone, context.cx.zone))));
    Ok((fitting(context.environment, sync, context.cx.world)?, over))
}

fn noted(note: &Worth, now: Timestamp, (zone, here): (&TimeZone, &TimeZone)) -> String {
    match note {
        Worth::EndsAtStart { start, .. } => {
            format!("it ends at {}: it is started then anyway", wording::told(*start, now, zone, here))
        }
        Worth::NothingToPostpone => "nothing would have happened before its end".to_owned(),
        Worth::Replaces { by, until } => {
            let by = if by.is_empty() { "somebody" } else { by };
            format!("it replaces the override of {by} until {}", wording::told(*until, now, zone, here))
        }
    }
}

fn held(context: &ActionContext<'_>, off: &OffHours, value: &str) -> Result<(Sync, Hold), String> {
    let (now, zone) = (context.cx.now, &off.routine.schedule.zone);
    let end = deadline::until(value, now, zone)?;
    let hold = Hold { state: suspended_rules::standing(off), until: end, by: by(context), reason: None };
    let hold = off.intent().grant_hold(hold, now).map_err(|why| wording::refusal(&why, now, zone, context.cx.zone))?;
    let name = &context.environment.name;
    let until = wording::told_moment(hold.until, zone, context.cx.zone);
    let message = format!("leave {name} as it is ({}) until {until}", hold.state.word());
    let exceptions = Exceptions { hold: Some(hold.clone()), ..off.exceptions.clone() };
    let marks = marks(context, off, &[(tags::HOLD, Some(hold.to_tag(zone)))])?;
    let sync = proceed(context, off, message, exceptions)?.marking(marks);
    Ok((fitting(context.environment, sync, context.cx.world)?, hold))
}

fn cleared(context: &ActionContext<'_>, off: &OffHours) -> Result<Sync, String> {
    let exceptions = Exceptions { over: None, hold: None, ..off.exceptions.clone() };
    let message = format!("remove the override and the hold of {}", context.environment.name);
    let marks = marks(context, off, &[(tags::OVERRIDE, None), (tags::HOLD, None)])?;
    Ok(proceed(context, off, message, exceptions)?.marking(marks))
}
