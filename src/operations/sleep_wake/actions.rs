//! `sleep` and `wake` as offers of a whole environment: who takes part, what would be called, why it is barred.
//! Pure; what happens next is never decided here.

use jiff::Timestamp;

use super::Sleeper;
use super::procedure::Sleep;
use crate::change::After;
use crate::change::plan::Difference;
use crate::change::procedure::{Procedure, Proposal};
use crate::kinds::alarm::Hush;
use crate::kinds::alarm::{Alarm, hush, scales};
use crate::kinds::catalog::kind;
use crate::offhours::{Standing, notes, record_forbids, room, sleepers_named, standing};
use crate::operations::environment_actions::Whole;
use crate::operations::schedule::sync::Sync;
use crate::operations::schedule::{shield, undone};
use crate::operations::{Asks, Offer, Site};
use crate::schedule::stored::planned_schedules::STAGE_GAP;
use crate::schedule::stored::tag_record::key_of;
use crate::schedule::stored::tags;
use crate::schedule::transition::ecs_service::is_idle;
use crate::schedule::transition::stage_plan;
use crate::schedule::transition::stage_plan::{Act, How, Seen, Turn};
use crate::schedule::{Backend, Keep, MemberKind, Record, Verb, WakeDesired, wording};
use crate::text::counted;
use crate::world::{KindName, ResourceId, Scope};

/// Sleep and wake, as a group of an environment's offers.
#[derive(Debug)]
pub struct Bedtime;

/// Who takes part, with how it stands.
struct Part {
    sleeper: Sleeper,
    seen: Seen,
}

impl Whole for Bedtime {
    fn offers(&self, site: &Site<'_>) -> Vec<Offer> {
        let (parts, _) = parts(site);
        if parts.is_empty() {
            return Vec::new();
        }
        let unknown = unrecorded(&parts, site);
        let name = &site.environment.name;
        let who = counted(parts.len(), "member");
        let asleep = all_at(&parts, Keep::Stopped).then(|| "it is asleep already".to_owned());
        let awake = all_at(&parts, Keep::Running).then(|| "it is awake already".to_owned());
        let forgotten = unremembered(&parts);
        let asks = match forgotten.as_slice() {
            [] => Asks::Nothing,
            some => {
                let lost = lost(&parts, site).map(|says| format!(" ({says})")).unwrap_or_default();
                let prompt = format!("how many tasks does {} wake to? it is not remembered{lost}", some.join(" and "));
                Asks::Text { prompt, initial: String::new() }
            }
        };
        let looks = |goal: Keep| undone(site, goal).map(|undone| undone.reads).unwrap_or_default();
        let asks = match (asks, looks(Keep::Running)) {
            (asks, reads) if reads.is_empty() => asks,
            (Asks::Text { prompt, initial }, reads) => Asks::Informed { prompt, initial, reads },
            (_, reads) => Asks::Look { reads },
        };
        let look = Some(looks(Keep::Stopped)).filter(|reads| !reads.is_empty());
        let look = look.map_or(Asks::Nothing, |reads| Asks::Look { reads });
        let sleep = format!("put {name} to sleep: {who}, databases last");
        let wake = format!("wake {name}: {who}, databases first");
        vec![
            Offer::new("sleep", sleep)
                .asking(look)
                .barred(stop_barred(&parts, site).or(asleep).or_else(|| unknown.clone())),
            Offer::new("wake", wake).asking(asks).barred(awake.or(unknown)),
        ]
    }

    fn propose(&self, verb: &str, value: Option<&str>, site: &Site<'_>) -> Result<Proposal, String> {
        let goal = match verb {
            "sleep" => Keep::Stopped,
            "wake" => Keep::Running,
            _ => return Err(format!("an environment knows no {verb:?}")),
        };
        let name = &site.environment.name;
        let (mut parts, missing) = parts(site);
        if let Some(why) = unrecorded(&parts, site) {
            return Err(why);
        }
        if goal == Keep::Stopped
            && let Some(why) = stop_barred(&parts, site)
        {
            return Err(format!("{name} cannot be put to sleep: {why}"));
        }
        if goal == Keep::Running
            && let Some(value) = value.filter(|value| !value.is_empty())
        {
            let count = value.parse::<u32>().ok().filter(|count| (1..=5000).contains(count));
            let count = count.ok_or_else(|| format!("{value:?} is no number of tasks; say 1 or more"))?;
            for part in parts.iter_mut().filter(|part| is_unremembered(&part.seen)) {
                part.sleeper.member.wake_desired = WakeDesired::Count(count);
                part.seen.member.wake_desired = WakeDesired::Count(count);
            }
        }
        if parts.is_empty() {
            return Err(format!("{name} has nothing that sleeps: no database, no instance, no service"));
        }
        if goal == Keep::Stopped {
            roomy(&parts, site)?;
        }
        let stuck = |part: &&Part| matches!(stage_plan::turn(goal, &part.seen), Turn::Stuck(_));
        if parts.iter().filter(stuck).count() == parts.len() {
            let whys: Vec<String> = parts.iter().filter_map(|part| why_stuck(goal, part)).collect();
            let done = if goal == Keep::Stopped { "put to sleep" } else { "woken" };
            return Err(format!("{name} cannot be {done}: {}", whys.join("; ")));
        }
        let all_there = all_at(&parts, goal);
        let bed = procedure(goal, parts, missing, site);
        Ok(Proposal::Procedure(match undone(site, goal) {
            Some(undone) if !all_there => kept(bed, undone.says, shield(site, goal)),
            _ => Box::new(bed),
        }))
    }
}

/// With the override first that keeps it from being undone. Where there can be none it is done all the same, by somebody
/// who knows: at night a system must come up.
fn kept(mut bed: Sleep, says: String, shield: Result<Sync, String>) -> Box<dyn Procedure> {
    match shield {
        Ok(shield) => Box::new(After::new(Box::new(shield), Box::new(bed), says)),
        Err(why) => {
            bed.plan.notices.insert(0, format!("{says}; there can be none: {why}"));
            Box::new(bed)
        }
    }
}

fn procedure(goal: Keep, parts: Vec<Part>, missing: Vec<String>, site: &Site<'_>) -> Sleep {
    let name = &site.environment.name;
    let says = match goal {
        Keep::Stopped => format!("put {name} to sleep"),
        Keep::Running => format!("wake {name}"),
    };
    let hushes = hushes(site);
    let on = ResourceId { kind: KindName("environment"), scope: site.cx.scope.clone(), key: name.as_str().into() };
    let mute = muted(site);
    let mut plan = site.plan(says, on, calls(goal, &parts, (!hushes.is_empty()).then_some(mute.as_str())));
    let mut notices: Vec<String> = parts.iter().filter_map(|part| why_stuck(goal, part)).collect();
    if goal == Keep::Running && parts.iter().any(|part| is_unremembered(&part.seen)) {
        notices.extend(lost(&parts, site));
    }
    notices.extend(missing.into_iter().map(|label| format!("{label} of the configuration is not there")));
    let ids: Vec<&ResourceId> = parts.iter().map(|part| &part.sleeper.id).collect();
    let ours = site.environment.others.owning().filter(|owner| owner.id.as_ref().is_some_and(|id| ids.contains(&id)));
    notices.extend(ours.map(|owner| format!("{}: it may undo this", owner.says())));
    notices.extend(site.environment.others.unknown());
    if goal == Keep::Stopped {
        notices.push(
            "AWS starts stopped databases again after 7 days; storage and load balancers are billed on".to_owned(),
        );
    }
    plan.notices.splice(0..0, notices);
    plan.differences = parts.iter().filter_map(|part| difference(goal, part)).collect();
    let mut scopes: Vec<Scope> = parts.iter().map(|part| part.sleeper.id.scope.clone()).collect();
    scopes.sort();
    scopes.dedup();
    scopes.retain(|scope| *scope != plan.scope);
    plan.besides = scopes;
    Sleep::new(plan, goal, parts.into_iter().map(|part| part.sleeper).collect(), hushes)
}

/// Who takes part, in the order they wake; and who is named and not there.
fn parts(site: &Site<'_>) -> (Vec<Part>, Vec<String>) {
    let (mut parts, mut missing) = (Vec::new(), Vec::new());
    let found: Vec<crate::offhours::Sleeper> = sleepers_named(site.environment, site.cx.world, &site.environment.named);
    for found in found {
        let Some(id) = found.id.clone() else {
            missing.push(found.member.label());
            continue;
        };
        let Some(of) = kind(id.kind) else { continue };
        let Some(mut seen) = of.sleeper(site.cx.world, &id).filter(|seen| seen.how != How::Gone) else { continue };
        seen.member = found.member.clone();
        let sleeper = Sleeper::new(id.clone(), found.member, of.watch(site.cx.world, &id));
        let sleeper = sleeper.on(&site.environment.record);
        sleeper.recall(&mut seen, site.cx.world);
        parts.push(Part { sleeper, seen });
    }
    (parts, missing)
}

/// Why nothing of it may be stopped: its environment is protected, or its record says so.
fn stop_barred(parts: &[Part], site: &Site<'_>) -> Option<String> {
    let says = |part: &Part| record_forbids(site.environment, &part.sleeper.id.scope, site.cx.world);
    site.environment.stop_barred().or_else(|| parts.iter().find_map(says))
}

/// What is known of the record of each who is remembered there.
fn standings<'p>(parts: &'p [Part], site: &'p Site<'_>) -> impl Iterator<Item = Standing> + 'p {
    let kept = parts.iter().filter(|part| part.sleeper.record != Record::Tags);
    kept.map(|part| standing(site.environment, &part.sleeper.id.scope, site.cx.world))
}

/// Why nothing is known of what services had: nothing is put away, and nothing guessed, beside a record nobody could read.
fn unrecorded(parts: &[Part], site: &Site<'_>) -> Option<String> {
    standings(parts, site).find_map(|standing| standing.unknown().map(str::to_owned))
}

/// That the record is not there, so that whatever it remembered is gone.
fn lost(parts: &[Part], site: &Site<'_>) -> Option<String> {
    standings(parts, site).find_map(|standing| standing.gone().map(str::to_owned))
}

/// Whether the record has room for what all of them had.
fn roomy(parts: &[Part], site: &Site<'_>) -> Result<(), String> {
    let Record::Group(group) = &site.environment.record else { return Ok(()) };
    let kept = parts.iter().filter(|part| part.sleeper.record != Record::Tags);
    let mut words: Vec<(&Scope, String)> = kept
        .filter_map(|part| {
            let cluster = part.sleeper.member.cluster.as_deref()?;
            Some((&part.sleeper.id.scope, key_of(tags::REMEMBERED, cluster, &part.sleeper.member.id)))
        })
        .collect();
    words.sort();
    for in_one in words.chunk_by(|(one, _), (other, _)| one == other) {
        let Some((scope, _)) = in_one.first() else { continue };
        let held = notes(site.environment, scope, site.cx.world);
        room(group, held, in_one.iter().map(|(_, key)| (key.as_str(), true)))?;
    }
    Ok(())
}

fn all_at(parts: &[Part], goal: Keep) -> bool {
    parts.iter().all(|part| stage_plan::turn(goal, &part.seen) == Turn::Done)
}

/// Whether a service sleeps and nobody knows how many tasks it had.
fn is_unremembered(seen: &Seen) -> bool {
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

fn why_stuck(goal: Keep, part: &Part) -> Option<String> {
    match stage_plan::turn(goal, &part.seen) {
        Turn::Stuck(why) => Some(format!("{} stays as it is: {why}", part.seen.member.label())),
        _ => None,
    }
}

/// The calls it takes, in order, as far as can be told beforehand.
fn calls(goal: Keep, parts: &[Part], muted: Option<&str>) -> Vec<String> {
    let mut calls: Vec<String> = parts.iter().filter_map(|part| call(goal, part)).collect();
    if goal == Keep::Stopped {
        calls.reverse();
    }
    match (goal, muted) {
        (_, None) => {}
        (Keep::Stopped, Some(muted)) => calls.insert(0, format!("cloudwatch:PutAlarmMuteRule: its alarms, {muted}")),
        (Keep::Running, Some(_)) => calls.push("cloudwatch:DeleteAlarmMuteRule: its alarms speak again".to_owned()),
    }
    calls
}

fn call(goal: Keep, part: &Part) -> Option<String> {
    let turn = stage_plan::turn(goal, &part.seen);
    if !matches!(turn, Turn::Act(_) | Turn::Wait(_)) {
        return None;
    }
    let label = part.seen.member.label();
    let verb = if goal == Keep::Stopped { "Stop" } else { "Start" };
    let group = part.sleeper.record.group().unwrap_or_default();
    Some(match (part.seen.member.kind, goal) {
        (MemberKind::RdsInstance, _) => format!("rds:{verb}DBInstance {label}"),
        (MemberKind::RdsCluster, _) => format!("rds:{verb}DBCluster {label}"),
        (MemberKind::Ec2Instance, _) => format!("ec2:{verb}Instances {label}"),
        (MemberKind::EcsService, Keep::Stopped) if part.sleeper.record != Record::Tags => format!(
            "scheduler:TagResource {group}, application-autoscaling:RegisterScalableTarget (if it is scaled), ecs:UpdateService {label}"
        ),
        (MemberKind::EcsService, Keep::Running) if part.sleeper.record != Record::Tags => format!(
            "application-autoscaling:RegisterScalableTarget (if it is scaled), ecs:UpdateService, scheduler:UntagResource {group} {label}"
        ),
        (MemberKind::EcsService, Keep::Stopped) => format!(
            "ecs:TagResource, application-autoscaling:RegisterScalableTarget (if it is scaled), ecs:UpdateService {label}"
        ),
        (MemberKind::EcsService, Keep::Running) => format!(
            "application-autoscaling:RegisterScalableTarget (if it is scaled), ecs:UpdateService, ecs:UntagResource {label}"
        ),
    })
}

/// What differs afterwards, as far as is known beforehand.
fn difference(goal: Keep, part: &Part) -> Option<Difference> {
    let How::Service(service) = &part.seen.how else { return None };
    let now = service.tasks.desired;
    let later = match (goal, part.seen.member.wake_desired) {
        (Keep::Stopped, _) => 0,
        (Keep::Running, WakeDesired::Count(count)) => count,
        (Keep::Running, WakeDesired::Remembered) => service.memory.and_then(|memory| memory.desired)?,
    };
    let to_be =
        matches!(stage_plan::turn(goal, &part.seen), Turn::Act(Act::Remember(_) | Act::Bounds(_) | Act::Count(_)));
    (to_be && now != later).then(|| Difference {
        what: format!("tasks of {}", part.seen.member.label()),
        from: Some(now.to_string()),
        to: Some(later.to_string()),
    })
}

/// When its schedule has it up again, whoever wakes it then: its alarms speak from then on. None without such a schedule.
fn woken_at(site: &Site<'_>) -> Option<Timestamp> {
    let off = site.environment.offhours.as_deref().filter(|off| off.routine.backend != Backend::Observe)?;
    let start = off.intent().next_of(site.cx.now, Verb::Start).filter(|_| !off.exceptions.protect)?;
    start.at.checked_add(STAGE_GAP).ok()
}

/// For how long its alarms are muted, in words.
fn muted(site: &Site<'_>) -> String {
    match woken_at(site) {
        Some(at) => format!("until {}, when its schedule has woken it", wording::when(at, site.cx.now, site.cx.zone)),
        None => "for 15 days at most".to_owned(),
    }
}

/// What silences the environment's alarms, one a scope.
fn hushes(site: &Site<'_>) -> Vec<Hush> {
    let environment = site.environment;
    let alarms = environment.members.iter().filter(|member| {
        // Those that only scale tell nobody.
        site.cx.world.get::<Alarm>(&member.id).is_some_and(|alarm| !scales(alarm))
    });
    let mut scopes: Vec<(&Scope, Vec<String>)> = Vec::new();
    for member in alarms {
        match scopes.iter_mut().find(|(scope, _)| *scope == &member.id.scope) {
            Some((_, names)) => names.push(member.name.clone()),
            None => scopes.push((&member.id.scope, vec![member.name.clone()])),
        }
    }
    let when = (site.cx.now, woken_at(site));
    scopes.into_iter().map(|(scope, names)| hush(&names, &environment.name, scope, when)).collect()
}
