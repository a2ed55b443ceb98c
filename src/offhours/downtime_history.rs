//! How long an environment's scheduled members were really off lately, as far as anybody saw it: AWS's own account of
//! each, and
//! where that does not reach, what the journal of this machine saw. Pure; nothing here follows from a schedule.

use std::collections::BTreeSet;

use jiff::{SignedDuration, Timestamp};

use super::OffHours;
use super::savings::parts;
use super::scheduled_members::ScheduledMember;
use crate::kinds::db_event::PowerEvents;
use crate::kinds::ec2_instance::Instance;
use crate::kinds::ecs_service::{Service, scaled_as};
use crate::kinds::scalable_target::ScalableTarget;
use crate::schedule::cost::savings::{Hours, savings};
use crate::schedule::observed::ecs_event_history;
use crate::schedule::observed::ecs_event_history::{Count, TaskCountEvent};
use crate::schedule::observed::rds_power_events;
use crate::schedule::observed::rds_power_events::KEPT;
use crate::schedule::observed::uptime_history::{Mark, ObservedSpan, UptimeLog, UptimeState};
use crate::schedule::stored::tags;
use crate::schedule::{Bounds, WakeDesired};
use crate::world::World;

/// Seen as long as this, or less short of it, is seen all the time.
const ALL_BUT: SignedDuration = SignedDuration::from_mins(30);

/// What was seen of how long its members were off, lately.
#[derive(Clone, PartialEq, Debug)]
pub struct DowntimeHistory {
    /// From when on.
    pub from: Timestamp,
    /// Each member by name; `None` if nobody saw it.
    pub members: Vec<(String, Option<Downtime>)>,
}

/// What one member's rest came to.
#[derive(Clone, PartialEq, Debug)]
pub struct Downtime {
    /// How long it was off.
    pub off: SignedDuration,
    /// How long it was seen at all.
    pub seen: SignedDuration,
    /// From when on it was seen, with gaps or without.
    pub seen_from: Timestamp,
    /// Who saw it: `events`, `state`, `journal`.
    pub by: Vec<&'static str>,
    /// The US dollars that saved, where its price is known.
    pub usd: Option<f64>,
}

impl DowntimeHistory {
    /// In a sentence: hours first, money second, how much of the time was seen, and who was not observed.
    #[must_use]
    pub fn sentence(&self, now: Timestamp) -> String {
        let window = now.duration_since(self.from);
        let hours = |span: &SignedDuration| span.as_secs_f64() / 3600.0;
        let seen: Vec<String> = self
            .members
            .iter()
            .filter_map(|(name, seen)| {
                let Downtime { off, seen, usd, .. } = seen.as_ref()?;
                let money = usd.map_or_else(|| "price unknown".to_owned(), |usd| format!("≈ US${usd:.1}"));
                let whole = window.saturating_sub(*seen) < ALL_BUT;
                let of = if whole { String::new() } else { format!(" of {:.0} h seen", hours(seen)) };
                Some(format!("{name} {:.0} h{of} ({money})", hours(off)))
            })
            .collect();
        let unseen: Vec<&str> =
            self.members.iter().filter(|(_, seen)| seen.is_none()).map(|(name, _)| name.as_str()).collect();
        let mut message = format!("really off in the last {} days: ", window.as_hours() / 24);
        message.push_str(&if seen.is_empty() { "not observed".to_owned() } else { seen.join(", ") });
        if !seen.is_empty() && !unseen.is_empty() {
            message.push_str(&format!("; not observed: {}", unseen.join(", ")));
        }
        message
    }
}

impl OffHours {
    /// How long its members were really off in the last fourteen days, as far as that was seen: databases by what RDS
    /// tells of them, services by the tasks their events name, instances by when they were last started and stopped;
    /// all of them by what the journal in `uptime_log` saw beyond that. `None` if nothing was.
    #[must_use]
    pub fn past_savings(&self, world: &World, uptime_log: &UptimeLog, now: Timestamp) -> Option<DowntimeHistory> {
        let from = now.checked_sub(KEPT).ok()?;
        let region =
            self.scheduled_members.iter().find_map(|it| it.id.as_ref()).map(|id| id.scope.region.to_string())?;
        let rested = |it: &ScheduledMember| {
            let (watched, by) = watched(it, world, uptime_log, (from, now))?;
            let off = watched.off(from, now);
            let hours = Hours { off, total: now.duration_since(from) };
            let saved = savings(hours, &parts(it, world), &self.routine.prices, &region);
            let (usd, unknown) = saved.sum();
            Some(Downtime {
                off,
                seen: watched.seen(from, now),
                seen_from: watched.seen_from(from, now)?,
                by,
                usd: (unknown.is_empty() && !saved.parts.is_empty()).then_some(usd),
            })
        };
        let members: Vec<_> = self.scheduled_members.iter().map(|it| (it.member.label(), rested(it))).collect();
        members.iter().any(|(_, seen)| seen.is_some()).then_some(DowntimeHistory { from, members })
    }
}

/// What was seen of one, and by whom. Where AWS tells of a time, the journal is not asked.
fn watched(
    it: &ScheduledMember,
    world: &World,
    uptime_log: &UptimeLog,
    (from, now): (Timestamp, Timestamp),
) -> Option<(ObservedSpan, Vec<&'static str>)> {
    let id = it.id.as_ref()?;
    let (who, told) = told(it, world, (from, now)).unwrap_or_default();
    let noted = uptime_log.of(id.kind.0, &id.key);
    let mut all = told.clone();
    all.extend(noted.iter().filter(|mark| mark.at <= now));
    // A uptime log alone ends with how it is now.
    all.push(Mark::stood(now, UptimeState::of(&it.actual)));
    let (told, all) = (ObservedSpan::of(told), ObservedSpan::of(all));
    let by_aws = told.seen(from, now);
    let watched = told.or(all);
    let seen = watched.seen(from, now);
    let mut by = BTreeSet::new();
    by.extend((by_aws > SignedDuration::ZERO).then_some(who));
    by.extend((seen > by_aws).then_some("journal"));
    (!by.is_empty()).then(|| (watched, by.into_iter().collect()))
}

/// What AWS tells of it, and what that is.
fn told(it: &ScheduledMember, world: &World, (from, now): (Timestamp, Timestamp)) -> Option<(&'static str, Vec<Mark>)> {
    let id = it.id.as_ref()?;
    if let Some(events) = world.by_key::<PowerEvents>(&id.scope, &id.key) {
        return Some(("events", rds_power_events::marks(&events.told, &it.actual, (from, now))));
    }
    if let Some(service) = world.get::<Service>(id) {
        return Some(("events", of_service(it, service, world, now)?));
    }
    let instance = world.get::<Instance>(id)?;
    let launched = instance.launched_at.filter(|at| *at < now)?;
    let stopped = instance.stopped_at.filter(|at| *at > launched && instance.state == "stopped");
    let mut marks = vec![Mark::turned(launched, UptimeState::Up)];
    marks.extend(stopped.map(|at| Mark::turned(at, UptimeState::Down)));
    marks.push(Mark::stood(now, UptimeState::of(&it.actual)));
    Some(("state", marks))
}

fn of_service(it: &ScheduledMember, service: &Service, world: &World, now: Timestamp) -> Option<Vec<Mark>> {
    let mut told: Vec<_> = service
        .events
        .iter()
        .rev()
        .filter_map(|event| Some((event.at?, TaskCountEvent::of(&event.message)?)))
        .collect();
    told.sort_by_key(|(at, _)| *at);
    let since = service.events.iter().filter_map(|event| event.at).min().filter(|at| *at < now)?;
    let id = it.id.as_ref()?;
    let remembered = tags::remembered(&it.tags);
    let target = world.by_key::<ScalableTarget>(&id.scope, &scaled_as(service));
    let bounds = target.map(|target| Bounds { min: target.min, max: target.max }).filter(|bounds| bounds.max > 0);
    let bounds = bounds.or_else(|| remembered?.bounds);
    let wanted = match it.member.wake_desired {
        WakeDesired::Count(count) => Some(count),
        WakeDesired::Remembered => {
            Some(service.desired).filter(|count| *count > 0).or_else(|| remembered.and_then(|memory| memory.desired))
        }
    };
    let size = |count: u32| usize::try_from(count).unwrap_or(usize::MAX);
    let count = Count {
        now: size(service.running.saturating_add(service.pending)),
        most: bounds.map(|bounds| bounds.max).into_iter().chain(wanted).max().map(size),
    };
    Some(ecs_event_history::marks(&told, count, (since, now)))
}

#[cfg(test)]
mod tests;
