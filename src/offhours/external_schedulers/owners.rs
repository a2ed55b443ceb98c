//! Who else has a hand on the environment's databases, instances and services: timers that stop or start one of them,
//! and tools that read its tags. With how it went last, and when it goes against the environment's own schedule. Pure.

use jiff::Timestamp;

use super::{Last, Owner, SchedulerContext, Source, Timer, clock, suspended_rule};
use crate::kinds::automation_run::Run;
use crate::offhours::scheduled_members::ScheduledMember;
use crate::schedule::expression::lights_off_tags::TagTimes;
use crate::schedule::stored::target_effect::{Effect, EffectTarget, Tool, lights_off, worn};
use crate::schedule::{Actual, Desired, MemberKind, PowerAction};
use crate::world::Scope;

/// How many firings are held against the schedule.
const LOOKED_AT: usize = 60;

/// What a timer stops or starts here: one for each of them.
pub(super) fn of_timer(timer: &Timer, context: &SchedulerContext<'_>) -> Vec<Owner> {
    let Effect::Power { verb, on, by } = &timer.does else { return Vec::new() };
    let suspect: fn(i8, i8) -> bool = match verb {
        // An evening is written and a morning comes, or a morning and an afternoon.
        PowerAction::Stop => |written, here| written >= 17 && (5..=12).contains(&here),
        PowerAction::Start => |written, here| (5..=12).contains(&written) && here >= 14,
    };
    let hit = on.iter().filter_map(|aim| context.scheduled_members.iter().find(|it| is(aim, it, &timer.scope)));
    hit.map(|it| Owner {
        source: timer.source,
        name: timer.name.clone(),
        verb: Some(*verb),
        on: it.member.label(),
        id: it.id.clone(),
        clock: Some(clock(timer, context, suspect)),
        by: by.clone(),
        enabled: timer.enabled,
        last: by.as_deref().and_then(|document| last(document, *verb, it, timer, context)),
        against: against(timer, *verb, context),
        away: suspended_rule::of_timer(timer, context).filter(|_| timer.source == Source::Rule && !timer.enabled),
    })
    .collect()
}

/// Whether `aim`, of something that is in `scope`, is that scheduled member.
pub(crate) fn is(aim: &EffectTarget, it: &ScheduledMember, scope: &Scope) -> bool {
    let there = it.id.as_ref().is_some_and(|id| id.scope == *scope) && it.member.kind == aim.kind;
    let named = it.member.id.eq_ignore_ascii_case(&aim.id) || it.arn == aim.id;
    there && named && (aim.cluster.is_none() || aim.cluster == it.member.cluster)
}

/// The latest run of `document` that was called with the scheduled member's name.
fn last(
    document: &str,
    verb: PowerAction,
    it: &ScheduledMember,
    timer: &Timer,
    context: &SchedulerContext<'_>,
) -> Option<Last> {
    let runs =
        context.world.all::<Run>(&timer.scope).filter(|run| run.document == document && run.names(&it.member.id));
    let run = runs.max_by_key(|run| run.started_at)?;
    let reached = match verb {
        PowerAction::Stop => matches!(it.actual, Actual::Down | Actual::GoingDown),
        PowerAction::Start => it.actual.is_serving() || it.actual == Actual::GoingUp,
    };
    Some(Last {
        status: run.status.clone(),
        at: run.started_at,
        failed: run.has_failed(),
        why: run.failure.clone(),
        open: run.has_failed() && !reached,
    })
}

/// When it first does what the environment's own schedule does not want: a stop while it should be up, a start while
/// it should be asleep and is not about to wake.
fn against(timer: &Timer, verb: PowerAction, context: &SchedulerContext<'_>) -> Option<Timestamp> {
    let off = context.off.filter(|_| timer.enabled)?;
    let intent = off.intent();
    let lead = off.routine.schedule.start_lead;
    let wrong = |at: &Timestamp| match verb {
        PowerAction::Stop => intent.desired(*at) == Desired::On,
        PowerAction::Start => {
            let soon = at.saturating_add(lead).unwrap_or(*at);
            intent.desired(*at) == Desired::Off && intent.desired(soon) == Desired::Off
        }
    };
    timer.firings(context.now, None, LOOKED_AT).into_iter().find(wrong)
}

/// The tools that read the scheduled member's tags and do not tell by them when they act: Instance Scheduler keeps its
/// hours in a
/// table of its own, and a value of Lights Off may be one that is not understood.
pub(super) fn of_tags(it: &ScheduledMember) -> Vec<Owner> {
    let raw = it.tags.iter().filter(|_| it.member.kind != MemberKind::EcsService);
    let raw = raw.filter_map(|(key, value)| Some((lights_off(key)?, key, value)));
    let raw = raw.filter(|(.., value)| TagTimes::parse(value).is_none()).map(|(verb, key, value)| Owner {
        source: Source::Tag,
        name: Tool::LightsOff.name().to_owned(),
        verb: Some(verb),
        on: it.member.label(),
        id: it.id.clone(),
        clock: None,
        by: Some(format!("{key}={value}")),
        enabled: true,
        last: None,
        against: None,
        away: None,
    });
    let tools = worn(&it.tags).into_iter().filter(|worn| worn.tool != Tool::LightsOff);
    let tools = tools.map(|worn| {
        let (key, value) = worn.tag;
        let failed = it.tags.contains_key("IS-Error");
        Owner {
            source: Source::Tag,
            name: worn.tool.name().to_owned(),
            verb: None,
            on: it.member.label(),
            id: it.id.clone(),
            clock: None,
            by: Some(format!("{key}={value}")),
            enabled: true,
            last: worn.last.map(|status| Last { status, at: None, failed, why: None, open: false }),
            against: None,
            away: None,
        }
    });
    tools.chain(raw).collect()
}
