//! `sleep` and `wake` as offers of a whole environment: who takes part, what would be called, why it is barred.
//! Pure; what happens next is never decided here.

use jiff::Timestamp;

use super::MemberProgress;
use super::mutes::{hushes, muted, still_muted};
use super::procedure::Sleep;
use crate::change::After;
use crate::change::plan::Difference;
use crate::change::procedure::{Procedure, Proposal};
use crate::kinds::catalog::kind;
use crate::offhours::{RecordState, notes, record_forbids, room, scheduled_members_named, standing};
use crate::operations::environment_actions::EnvironmentActions;
use crate::operations::schedule::sync::Sync;
use crate::operations::schedule::{override_for, would_be_reverted};
use crate::operations::{Action, ActionContext, Prompt};
use crate::schedule::stoppable::Ineligible;
use crate::schedule::stored::planned_schedules::STAGE_GAP;
use crate::schedule::stored::tag_record::key_of;
use crate::schedule::stored::tags;
use crate::schedule::transition::ecs_service::is_idle;
use crate::schedule::transition::sleep_wake_order;
use crate::schedule::transition::sleep_wake_order::{How, MemberState, NextStage, StageAction};
use crate::schedule::{Backend, MemberKind, PowerAction, Record, TargetState, WakeDesired};
use crate::text::counted;
use crate::world::{KindName, ResourceId, Scope};

/// Sleep and wake, as a group of an environment's offers.
#[derive(Debug)]
pub struct SleepWake;

/// Who takes part, with how it stands.
struct Part {
    scheduled_member: MemberProgress,
    seen: MemberState,
}

impl EnvironmentActions for SleepWake {
    fn actions(&self, context: &ActionContext<'_>) -> Vec<Action> {
        let (parts, _) = parts(context);
        if parts.is_empty() {
            return Vec::new();
        }
        let unknown = unrecorded(&parts, context);
        let name = &context.environment.name;
        let who = counted(parts.len(), "member");
        let asleep = all_at(&parts, TargetState::Stopped).then(|| "it is asleep already".to_owned());
        let awake = all_at(&parts, TargetState::Running) && !still_muted(context);
        let awake = awake.then(|| "it is awake already".to_owned());
        let forgotten = unremembered(&parts);
        let prompt = match forgotten.as_slice() {
            [] => Prompt::Nothing,
            some => {
                let lost = lost(&parts, context).map(|message| format!(" ({message})")).unwrap_or_default();
                let prompt = format!("how many tasks does {} wake to? it is not remembered{lost}", some.join(" and "));
                Prompt::Text { prompt, initial: String::new() }
            }
        };
        let looks = |goal: TargetState| would_be_reverted(context, goal).map(|undone| undone.reads).unwrap_or_default();
        let prompt = match (prompt, looks(TargetState::Running)) {
            (prompt, reads) if reads.is_empty() => prompt,
            (Prompt::Text { prompt, initial }, reads) => Prompt::Informed { prompt, initial, reads },
            (_, reads) => Prompt::Look { reads },
        };
        let look = Some(looks(TargetState::Stopped)).filter(|reads| !reads.is_empty());
        let look = look.map_or(Prompt::Nothing, |reads| Prompt::Look { reads });
        let sleep = format!("put {name} to sleep: {who}, databases last");
        let wake = format!("wake {name}: {who}, databases first");
        vec![
            Action::new("sleep", sleep)
                .asking(look)
                .disabled_reason(stop_barred(&parts, context).or(asleep).or_else(|| unknown.clone())),
            Action::new("wake", wake).asking(prompt).disabled_reason(awake.or(unknown)),
        ]
    }

    fn propose(&self, verb: &str, value: Option<&str>, context: &ActionContext<'_>) -> Result<Proposal, String> {
        let goal = match verb {
            "sleep" => TargetState::Stopped,
            "wake" => TargetState::Running,
            _ => return Err(format!("an environment knows no {verb:?}")),
        };
        let name = &context.environment.name;
        let (mut parts, missing) = parts(context);
        if let Some(why) = unrecorded(&parts, context) {
            return Err(why);
        }
        if goal == TargetState::Stopped
            && let Some(why) = stop_barred(&parts, context)
        {
            return Err(format!("{name} cannot be put to sleep: {why}"));
        }
        if goal == TargetState::Running
            && let Some(value) = value.filter(|value| !value.is_empty())
        {
            let count = value.parse::<u32>().ok().filter(|count| (1..=5000).contains(count));
            let count = count.ok_or_else(|| format!("{value:?} is no number of tasks; say 1 or more"))?;
            for part in parts.iter_mut().filter(|part| is_unremembered(&part.seen)) {
                part.scheduled_member.member.wake_desired = WakeDesired::Count(count);
                part.seen.member.wake_desired = WakeDesired::Count(count);
            }
        }
        if parts.is_empty() {
            return Err(format!("{name} has nothing that sleeps: no database, no instance, no service"));
        }
        if goal == TargetState::Stopped {
            roomy(&parts, context)?;
        }
        let stuck = |part: &&Part| matches!(sleep_wake_order::turn(goal, &part.seen), NextStage::Stuck(_));
        if parts.iter().filter(stuck).count() == parts.len() {
            let whys: Vec<String> = parts.iter().filter_map(|part| why_stuck(goal, part)).collect();
            let done = if goal == TargetState::Stopped { "put to sleep" } else { "woken" };
            return Err(format!("{name} cannot be {done}: {}", whys.join("; ")));
        }
        let all_there = all_at(&parts, goal);
        let bed = procedure(goal, parts, missing, context);
        Ok(Proposal::Procedure(match would_be_reverted(context, goal) {
            Some(undone) if !all_there => kept(bed, undone.message, override_for(context, goal)),
            _ => Box::new(bed),
        }))
    }
}

/// The wake that an override to running takes where something of it is asleep; `None` where all of it is up.
///
/// # Errors
/// Why it cannot be woken beside an override, and what to do instead.
pub(crate) fn waking(context: &ActionContext<'_>) -> Result<Option<Box<dyn Procedure>>, String> {
    let (parts, missing) = parts(context);
    let name = &context.environment.name;
    // What is on its way up by itself, such as a service that is being deployed, needs no wake.
    let sleeps = |part: &Part| match sleep_wake_order::turn(TargetState::Running, &part.seen) {
        NextStage::Act(_) | NextStage::Stuck(_) => true,
        NextStage::Wait(_) => part.seen.going_down(),
        NextStage::Done | NextStage::Gone => false,
    };
    if !parts.iter().any(sleeps) {
        return Ok(None);
    }
    if let Some(why) = unrecorded(&parts, context) {
        return Err(why);
    }
    let forgotten = unremembered(&parts);
    if !forgotten.is_empty() {
        return Err(format!(
            "{name} is asleep, and how many tasks {} wakes to is not remembered; `wake` asks for it first",
            forgotten.join(" and ")
        ));
    }
    let stuck = |part: &&Part| matches!(sleep_wake_order::turn(TargetState::Running, &part.seen), NextStage::Stuck(_));
    let open = |part: &&Part| sleep_wake_order::turn(TargetState::Running, &part.seen) != NextStage::Done;
    if parts.iter().filter(open).all(|part| stuck(&part)) {
        let whys: Vec<String> = parts.iter().filter_map(|part| why_stuck(TargetState::Running, part)).collect();
        return Err(format!("{name} cannot be woken, so nothing can keep it running: {}", whys.join("; ")));
    }
    Ok(Some(Box::new(procedure(TargetState::Running, parts, missing, context))))
}

/// Whether anything of it is up or on its way up.
pub(crate) fn is_awake(context: &ActionContext<'_>) -> bool {
    let (parts, _) = parts(context);
    !parts.is_empty() && !all_at(&parts, TargetState::Stopped)
}

/// With the override first that keeps it from being undone. Where there can be none it is done all the same, by somebody
/// who knows: at night a system must come up.
fn kept(mut bed: Sleep, message: String, shield: Result<Sync, String>) -> Box<dyn Procedure> {
    match shield {
        Ok(shield) => Box::new(After::new(Box::new(shield), Box::new(bed), message)),
        Err(why) => {
            bed.plan.notices.insert(0, format!("{message}; there can be none: {why}"));
            Box::new(bed)
        }
    }
}

fn procedure(goal: TargetState, parts: Vec<Part>, missing: Vec<String>, context: &ActionContext<'_>) -> Sleep {
    let name = &context.environment.name;
    let message = match goal {
        TargetState::Stopped => format!("put {name} to sleep"),
        TargetState::Running => format!("wake {name}"),
    };
    let hushes = hushes(context);
    let on = ResourceId { kind: KindName("environment"), scope: context.cx.scope.clone(), key: name.as_str().into() };
    let mute = muted(context);
    let mut plan = context.plan(message, on, calls(goal, &parts, (!hushes.is_empty()).then_some(mute.as_str())));
    let mut notices: Vec<String> = parts.iter().filter_map(|part| why_stuck(goal, part)).collect();
    if goal == TargetState::Running && parts.iter().any(|part| is_unremembered(&part.seen)) {
        notices.extend(lost(&parts, context));
    }
    notices.extend(missing.into_iter().map(|label| format!("{label} of the configuration is not there")));
    let ids: Vec<&ResourceId> = parts.iter().map(|part| &part.scheduled_member.id).collect();
    let ours =
        context.environment.others.owning().filter(|owner| owner.id.as_ref().is_some_and(|id| ids.contains(&id)));
    notices.extend(ours.map(|owner| format!("{}: it may undo this", owner.sentence())));
    notices.extend(context.environment.others.unknown());
    if goal == TargetState::Stopped {
        notices.push(
            "AWS starts stopped databases again after 7 days; storage and load balancers are billed on".to_owned(),
        );
    }
    plan.notices.splice(0..0, notices);
    plan.differences = parts.iter().filter_map(|part| difference(goal, part)).collect();
    let verb = if goal == TargetState::Stopped { "sleep" } else { "wake" };
    plan.command = Some(format!("toban {verb} {name}"));
    let mut scopes: Vec<Scope> = parts.iter().map(|part| part.scheduled_member.id.scope.clone()).collect();
    scopes.sort();
    scopes.dedup();
    scopes.retain(|scope| *scope != plan.scope);
    plan.besides = scopes;
    Sleep::new(plan, goal, parts.into_iter().map(|part| part.scheduled_member).collect(), hushes)
}

/// Who takes part, in the order they wake; and who is named and not there.
fn parts(context: &ActionContext<'_>) -> (Vec<Part>, Vec<String>) {
    let (mut parts, mut missing) = (Vec::new(), Vec::new());
    let found: Vec<crate::offhours::ScheduledMember> =
        scheduled_members_named(context.environment, context.cx.world, &context.environment.named);
    for found in found {
        let Some(id) = found.id.clone() else {
            missing.push(found.member.label());
            continue;
        };
        let Some(of) = kind(id.kind) else { continue };
        let Some(mut seen) = of.member_state(context.cx.world, &id).filter(|seen| seen.how != How::Gone) else {
            continue;
        };
        seen.member = found.member.clone();
        let scheduled_member = MemberProgress::new(id.clone(), found.member, of.watch(context.cx.world, &id));
        let scheduled_member = scheduled_member.on(&context.environment.record);
        scheduled_member.recall(&mut seen, context.cx.world);
        parts.push(Part { scheduled_member, seen });
    }
    (parts, missing)
}

/// Why nothing of it may be stopped: its environment is protected, or its record says so.
fn stop_barred(parts: &[Part], context: &ActionContext<'_>) -> Option<String> {
    let message = |part: &Part| record_forbids(context.environment, &part.scheduled_member.id.scope, context.cx.world);
    context
        .environment
        .stop_barred()
        .or_else(|| parts.iter().find_map(message))
        .or_else(|| parts.iter().find_map(paired))
}

/// That a database is half of a blue/green deployment. Services that sleep while the two stay up would save little, and
/// whoever switches over wants to see them work.
fn paired(part: &Part) -> Option<String> {
    let pair = part.seen.ineligible.as_ref().filter(|why| matches!(why, Ineligible::BlueGreen(_)))?;
    Some(format!("{}: {pair}", part.seen.member.id))
}

/// What is known of the record of each who is remembered there.
fn standings<'p>(parts: &'p [Part], context: &'p ActionContext<'_>) -> impl Iterator<Item = RecordState> + 'p {
    let kept = parts.iter().filter(|part| part.scheduled_member.record != Record::Tags);
    kept.map(|part| standing(context.environment, &part.scheduled_member.id.scope, context.cx.world))
}

/// Why nothing is known of what services had: nothing is put away, and nothing guessed, beside a record nobody could read.
fn unrecorded(parts: &[Part], context: &ActionContext<'_>) -> Option<String> {
    standings(parts, context).find_map(|standing| standing.unknown().map(str::to_owned))
}

/// That the record is not there, so that whatever it remembered is gone.
fn lost(parts: &[Part], context: &ActionContext<'_>) -> Option<String> {
    standings(parts, context).find_map(|standing| standing.gone().map(str::to_owned))
}

/// Whether the record has room for what all of them had.
fn roomy(parts: &[Part], context: &ActionContext<'_>) -> Result<(), String> {
    let Record::Group(group) = &context.environment.record else { return Ok(()) };
    let kept = parts.iter().filter(|part| part.scheduled_member.record != Record::Tags);
    let mut words: Vec<(&Scope, String)> = kept
        .filter_map(|part| {
            let cluster = part.scheduled_member.member.cluster.as_deref()?;
            Some((&part.scheduled_member.id.scope, key_of(tags::REMEMBERED, cluster, &part.scheduled_member.member.id)))
        })
        .collect();
    words.sort();
    for in_one in words.chunk_by(|(one, _), (other, _)| one == other) {
        let Some((scope, _)) = in_one.first() else { continue };
        let held = notes(context.environment, scope, context.cx.world);
        room(group, held, in_one.iter().map(|(_, key)| (key.as_str(), true)))?;
    }
    Ok(())
}

fn all_at(parts: &[Part], goal: TargetState) -> bool {
    parts.iter().all(|part| sleep_wake_order::turn(goal, &part.seen) == NextStage::Done)
}

/// Whether a service sleeps and nobody knows how many tasks it had.
fn is_unremembered(seen: &MemberState) -> bool {
    let known = seen.member.wake_desired != WakeDesired::Remembered;
    matches!(&seen.how, How::Service(service)
        if !known
            && service.tasks.desired == 0
            && service.memory.and_then(|memory| memory.desired).is_none()
            && !is_idle(service))
}

fn unremembered(parts: &[Part]) -> Vec<String> {
    parts.iter().filter(|part| is_unremembered(&part.seen)).map(|part| part.seen.member.id.clone()).collect()
}

fn why_stuck(goal: TargetState, part: &Part) -> Option<String> {
    match sleep_wake_order::turn(goal, &part.seen) {
        NextStage::Stuck(why) => Some(format!("{} stays as it is: {why}", part.seen.member.label())),
        _ => None,
    }
}

/// The calls it takes, in order, as far as can be told beforehand.
fn calls(goal: TargetState, parts: &[Part], muted: Option<&str>) -> Vec<String> {
    let mut calls: Vec<String> = parts.iter().filter_map(|part| call(goal, part)).collect();
    if goal == TargetState::Stopped {
        calls.reverse();
    }
    match (goal, muted) {
        (_, None) => {}
        (TargetState::Stopped, Some(muted)) => {
            calls.insert(0, format!("cloudwatch:PutAlarmMuteRule: its alarms, {muted}"))
        }
        (TargetState::Running, Some(_)) => calls.push("cloudwatch:DeleteAlarmMuteRule: unmutes its alarms".to_owned()),
    }
    calls
}

fn call(goal: TargetState, part: &Part) -> Option<String> {
    let turn = sleep_wake_order::turn(goal, &part.seen);
    if !matches!(turn, NextStage::Act(_) | NextStage::Wait(_)) {
        return None;
    }
    let label = part.seen.member.label();
    let verb = if goal == TargetState::Stopped { "Stop" } else { "Start" };
    let group = part.scheduled_member.record.group().unwrap_or_default();
    Some(match (part.seen.member.kind, goal) {
        (MemberKind::RdsInstance, _) => format!("rds:{verb}DBInstance {label}"),
        (MemberKind::RdsCluster, _) => format!("rds:{verb}DBCluster {label}"),
        (MemberKind::Ec2Instance, _) => format!("ec2:{verb}Instances {label}"),
        (MemberKind::EcsService, TargetState::Stopped) if part.scheduled_member.record != Record::Tags => format!(
            "scheduler:TagResource {group}, application-autoscaling:RegisterScalableTarget (if it is scaled), ecs:UpdateService {label}"
        ),
        (MemberKind::EcsService, TargetState::Running) if part.scheduled_member.record != Record::Tags => format!(
            "application-autoscaling:RegisterScalableTarget (if it is scaled), ecs:UpdateService, scheduler:UntagResource {group} {label}"
        ),
        (MemberKind::EcsService, TargetState::Stopped) => format!(
            "ecs:TagResource, application-autoscaling:RegisterScalableTarget (if it is scaled), ecs:UpdateService {label}"
        ),
        (MemberKind::EcsService, TargetState::Running) => format!(
            "application-autoscaling:RegisterScalableTarget (if it is scaled), ecs:UpdateService, ecs:UntagResource {label}"
        ),
    })
}

/// What differs afterwards, as far as is known beforehand.
fn difference(goal: TargetState, part: &Part) -> Option<Difference> {
    let How::Service(service) = &part.seen.how else { return None };
    let now = service.tasks.desired;
    let later = match (goal, part.seen.member.wake_desired) {
        (TargetState::Stopped, _) => 0,
        (TargetState::Running, WakeDesired::Count(count)) => count,
        (TargetState::Running, WakeDesired::Remembered) => service.memory.and_then(|memory| memory.desired)?,
    };
    let to_be = matches!(
        sleep_wake_order::turn(goal, &part.seen),
        NextStage::Act(StageAction::Remember(_) | StageAction::Bounds(_) | StageAction::Count(_))
    );
    (to_be && now != later).then(|| Difference {
        what: format!("tasks of {}", part.seen.member.label()),
        from: Some(now.to_string()),
        to: Some(later.to_string()),
    })
}

/// When its schedule has it up again, whoever wakes it then: its alarms speak from then on. None without such a schedule.
pub(super) fn woken_at(context: &ActionContext<'_>) -> Option<Timestamp> {
    let off = context.environment.offhours.as_deref().filter(|off| off.routine.backend != Backend::Observe)?;
    let start = off.intent().next_of(context.cx.now, PowerAction::Start).filter(|_| !off.exceptions.protect)?;
    start.at.checked_add(STAGE_GAP).ok()
}
