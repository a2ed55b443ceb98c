//! An environment's off-hours as they stand: its schedule, what stands above it (read from the tags every colleague's
//! console writes), who sleeps, what happens next, and what is not as it should be. Pure.

use jiff::tz::TimeZone;
use jiff::{SignedDuration, Timestamp};

use super::scheduled_members::{ScheduledMember, scheduled_members};
use super::tag_store::{RecordState, notes, standing};
use crate::environment::Environment;
use crate::environment::EnvironmentConfig;
use crate::kinds::db_event::PowerEvents;
use crate::kinds::ecs_service::{Service, scaled_as};
use crate::kinds::scalable_target::ScalableTarget;
use crate::schedule::drift::{AFTER_EDGE, Drift, Observed, drift};
use crate::schedule::observed::power_state::Tasks;
use crate::schedule::observed::rds_power_events;
use crate::schedule::observed::rds_power_events::KEPT;
use crate::schedule::override_rules::AWS_STOPPED_MAX;
use crate::schedule::stored::planned_schedules::STAGE_GAP;
use crate::schedule::stored::tag_record::{Tags, exceptions};
use crate::schedule::stored::tags;
use crate::schedule::transition::ecs_service;
use crate::schedule::transition::ecs_service::ServiceSeen;
use crate::schedule::{
    Actual, Backend, Bounds, Desired, Exceptions, Hold, Intent, Mode, Override, PowerAction, ScheduleBinding,
    TargetState, Transition, wording,
};
use crate::world::read_request::ReadRequest;
use crate::world::{Resource, SchedulerLiveness, World};

/// One environment's off-hours.
#[derive(Clone, PartialEq, Debug)]
pub struct OffHours {
    /// Its schedule and who carries it out.
    pub routine: ScheduleBinding,
    /// What stands above the schedule.
    pub exceptions: Exceptions,
    /// Who sleeps, in the order they wake.
    pub scheduled_members: Vec<ScheduledMember>,
    /// What should be now.
    pub desired: Desired,
    /// What happens next.
    pub next: Option<Transition>,
    /// How each scheduled member compares with the schedule.
    pub drifts: Vec<Drift>,
    /// Who executes its edges, as far as that can be told.
    pub watcher: SchedulerLiveness,
    /// What is known of the record that what stands above the schedule is read from.
    pub record: RecordState,
}

impl OffHours {
    /// Those of `environment`, if `wish` gives it a schedule.
    #[must_use]
    pub fn of(
        environment: &Environment,
        world: &World,
        environment_config: Option<&EnvironmentConfig>,
        now: Timestamp,
    ) -> Option<Self> {
        let routine = environment_config?.routine.clone()?;
        let scheduled_members = scheduled_members(environment, world, environment_config);
        let place =
            scheduled_members.iter().find_map(|it| it.id.as_ref()).map(|id| &id.scope).or(environment.scopes.first());
        let record = place.map(|scope| standing(environment, scope, world)).unwrap_or_default();
        let noted = place.and_then(|scope| notes(environment, scope, world));
        let worn: Vec<&Tags> = scheduled_members.iter().map(|it| &it.tags).collect();
        let exceptions = exceptions(noted, &worn, environment.stop_barred().is_some(), now);
        let intent = Intent::new(&routine.schedule, &exceptions);
        let desired = intent.desired(now);
        let next = next(intent, &scheduled_members, now);
        let at_aws = routine.backend == Backend::EventBridge;
        // Where AWS starts the last stage at the end of the lead, it is not late before that.
        let lead = if at_aws && routine.acts_here() { routine.schedule.start_lead } else { SignedDuration::ZERO };
        let grace = grace(&scheduled_members).saturating_add(lead);
        let watcher = match world.heartbeat().filter(|_| routine.acts_here()) {
            Some(heartbeat) => heartbeat.keeps(&environment.name, now),
            None => SchedulerLiveness::Untold,
        };
        let enforced = match watcher {
            SchedulerLiveness::Here | SchedulerLiveness::Looked(_) => true,
            SchedulerLiveness::Untold => !at_aws,
            SchedulerLiveness::Nobody(_) => false,
        };
        let first_seen = sighted(world, intent, now);
        let seen = |it: &ScheduledMember| {
            let (first_seen, given_up) = first_seen(&it.arn).unzip();
            let enforced = enforced && given_up != Some(true);
            Observed { grace, enforced, first_seen, ..observed(it, world, now) }
        };
        let mut drifts: Vec<Drift> = scheduled_members
            .iter()
            .map(|it| {
                if desired == Desired::On && is_idle(it, world) {
                    return Drift::None;
                }
                let drifts = drift(intent, &seen(it), now);
                // What was last seen before an edge tells nothing of what came of it: a console without its login for
                // an hour must not say that the stop of half an hour ago had no effect.
                let then = read_at(it, world).filter(|at| *at < now && matches!(drifts, Drift::Drifted { .. }));
                match then.map(|at| drift(intent, &seen(it), at)) {
                    Some(then) if !matches!(then, Drift::Drifted { .. }) => Drift::Settling,
                    _ => drifts,
                }
            })
            .collect();
        if enforced && routine.schedule.mode == Mode::Enforce {
            // The environment goes as a whole, once the first of them has drifted for long enough.
            let first = drifts.iter().filter_map(Drift::righted_at).min();
            drifts.iter_mut().for_each(|drift| drift.put_right(first));
        }
        let unkept = routine.backend == Backend::Local && matches!(watcher, SchedulerLiveness::Nobody(_));
        if routine.backend == Backend::Observe || unkept {
            drifts.iter_mut().for_each(|drift| drift.put_right(None));
        }
        if record.unknown().is_some() {
            // What somebody's override may have meant so, nobody can call wrong.
            drifts.iter_mut().for_each(|drift| *drift = Drift::Settling);
        }
        Some(Self { desired, next, drifts, exceptions, scheduled_members, routine, watcher, record })
    }

    /// Takes into account that it may not be enforced: what drifts is put right at its edges alone.
    pub(crate) fn disabled_reason(&mut self, now: Timestamp) {
        if self.routine.schedule.mode != Mode::Enforce {
            return;
        }
        let mut drifts = std::mem::take(&mut self.drifts);
        for drift in &mut drifts {
            if let Drift::Drifted { verb, righted_at: Some(_), .. } = drift {
                let next = self.intent().next_of(now, *verb).map(|transition| transition.issue_at);
                drift.put_right(next);
            }
        }
        self.drifts = drifts;
    }

    /// The schedule under what stands above it.
    #[must_use]
    pub fn intent(&self) -> Intent<'_> {
        Intent::new(&self.routine.schedule, &self.exceptions)
    }

    /// The override that is live at `now`.
    #[must_use]
    pub fn over(&self, now: Timestamp) -> Option<&Override> {
        self.exceptions.over.as_ref().filter(|over| now < over.until && !self.exceptions.protect)
    }

    /// The hold that is live at `now`.
    #[must_use]
    pub fn hold(&self, now: Timestamp) -> Option<&Hold> {
        self.exceptions.hold.as_ref().filter(|hold| now < hold.until && !self.exceptions.protect)
    }

    /// What happens next, in a few words: `wake Tue 08:45`, `sleep 23:30`.
    #[must_use]
    pub fn next_words(&self, now: Timestamp, zone: &TimeZone) -> Option<String> {
        let transition = self.next.as_ref()?;
        Some(format!("{} {}", wording::whole(transition.verb), wording::when(transition.issue_at, now, zone)))
    }

    /// Whether all of it is up, or none; `None` in between, or where nothing is known.
    fn is_up(&self) -> Option<bool> {
        let mut states = self.scheduled_members.iter().map(|it| &it.actual).filter(|actual| **actual != Actual::Gone);
        let first = states.next()?;
        let up = match first {
            Actual::Up => true,
            Actual::Down => false,
            _ => return None,
        };
        states.all(|actual| actual == first).then_some(up)
    }

    /// What is said beside a verdict: `keeps running until 23:30 (override)`, `until Tue 08:45`.
    #[must_use]
    pub fn aside(&self, now: Timestamp, zone: &TimeZone) -> Option<String> {
        let kept = |state: TargetState, until: Timestamp, what: &str| {
            let keeps = match state {
                TargetState::Running => "keeps running",
                TargetState::Stopped => "stays asleep",
            };
            format!("{keeps} until {} ({what})", wording::when(until, now, zone))
        };
        if let Some(over) = self.over(now) {
            let until = wording::when(over.until, now, zone);
            // What is wished and what is are two things until somebody acts: both are said.
            return Some(match (over.state, self.is_up()) {
                (TargetState::Running, Some(false)) => {
                    format!("an override has it running until {until}, but nothing of it runs: wake starts it")
                }
                (TargetState::Stopped, Some(true)) => {
                    format!("still up, though an override has it asleep until {until}: sleep stops it")
                }
                _ => {
                    let by = if over.by.is_empty() { String::new() } else { format!(" of {}", over.by) };
                    kept(over.state, over.until, &format!("override{by}"))
                }
            });
        }
        if let Some(hold) = self.hold(now) {
            return Some(format!("held as it is until {}", wording::when(hold.until, now, zone)));
        }
        let transition = self
            .next
            .as_ref()
            .filter(|transition| transition.verb == PowerAction::Start && self.desired == Desired::Off)?;
        Some(format!("until {}", wording::when(transition.issue_at, now, zone)))
    }

    /// Who is not as it should be, with a sentence each.
    #[must_use]
    pub fn drifted(&self, now: Timestamp, zone: &TimeZone) -> Vec<(&ScheduledMember, String)> {
        let pairs = self.scheduled_members.iter().zip(&self.drifts);
        pairs.filter_map(|(it, drift)| self.sentence(drift, now, zone).map(|message| (it, message))).collect()
    }

    /// A drift in words, with what comes of it: when it is put right, or that nobody is set to do so.
    #[must_use]
    pub fn sentence(&self, drift: &Drift, now: Timestamp, zone: &TimeZone) -> Option<String> {
        let message = wording::drift(drift, now, zone)?;
        let Drift::Drifted { verb, righted_at: None, .. } = drift else { return Some(message) };
        Some(match self.watcher {
            SchedulerLiveness::Nobody(_) => format!("{message}; nothing here is set to {} it", verb.word()),
            SchedulerLiveness::Untold | SchedulerLiveness::Here | SchedulerLiveness::Looked(_) => message,
        })
    }

    /// That nobody on this machine executes its edges, and what to do, if that is so.
    #[must_use]
    pub fn unkept(&self, now: Timestamp, zone: &TimeZone) -> Option<String> {
        let SchedulerLiveness::Nobody(last) = self.watcher else { return None };
        let last = match last {
            Some(at) => format!(" (it was looked at last {})", wording::when(at, now, zone)),
            None => String::new(),
        };
        let what = match self.routine.backend {
            Backend::EventBridge => "corrects drift",
            Backend::Local | Backend::Observe => "executes its schedule",
        };
        Some(format!(
            "nothing on this machine {what}{last}; `toban schedule run` does, here or where it may be \
             running already"
        ))
    }

    /// What tells why databases drift: the events of those that do, and of no others; and whether services without
    /// tasks are left so by their own scaling.
    #[must_use]
    pub fn causes(&self) -> Vec<ReadRequest> {
        let drifted = |drift: &Drift| matches!(drift, Drift::Drifted { .. });
        let pairs = self.scheduled_members.iter().zip(&self.drifts);
        let events = pairs.filter(|(_, drift)| drifted(drift)).filter_map(|(it, _)| events(it));
        let is_down = |it: &&ScheduledMember| self.desired == Desired::On && it.actual == Actual::Down;
        let services = self.scheduled_members.iter().filter(is_down).filter_map(|it| it.id.as_ref());
        let services = services.filter(|id| id.kind == Service::KIND);
        let mut scopes: Vec<_> = services.map(|id| &id.scope).collect();
        scopes.sort();
        scopes.dedup();
        events.chain(scopes.into_iter().map(|scope| ReadRequest::all(scope, ScalableTarget::KIND))).collect()
    }

    /// What tells how long its databases were really off.
    #[must_use]
    pub fn past(&self) -> Vec<ReadRequest> {
        self.scheduled_members.iter().filter_map(events).collect()
    }
}

/// What happens next: a stop of what sleeps already, by its schedule or by somebody's hand, is nothing to announce, and
/// neither is a start of what is up.
fn next(intent: Intent<'_>, scheduled_members: &[ScheduledMember], now: Timestamp) -> Option<Transition> {
    let is_there = |it: &&ScheduledMember| it.actual != Actual::Gone;
    let all = |state: &Actual| scheduled_members.iter().filter(is_there).all(|it| it.actual == *state);
    let none = !scheduled_members.iter().any(|it| it.actual != Actual::Gone);
    if all(&Actual::Down) {
        intent.next_of(now, PowerAction::Start)
    } else if !none && all(&Actual::Up) {
        intent.next_of(now, PowerAction::Stop)
    } else {
        intent.next(now)
    }
}

/// How long after an edge the last stage may take until it is its turn.
fn grace(scheduled_members: &[ScheduledMember]) -> SignedDuration {
    let mut orders: Vec<_> = scheduled_members.iter().map(|it| it.member.order()).collect();
    orders.sort_unstable();
    orders.dedup();
    let stages = i32::try_from(orders.len().saturating_sub(1)).unwrap_or(i32::MAX);
    AFTER_EDGE.saturating_add(STAGE_GAP.saturating_mul(stages))
}

/// When whoever enforces `intent` first saw each of them not as it should be, since the last edge, and whether they gave
/// up putting it right.
fn sighted<'w>(
    world: &'w World,
    intent: Intent<'_>,
    now: Timestamp,
) -> impl Fn(&str) -> Option<(Timestamp, bool)> + use<'w> {
    let heartbeat =
        world.heartbeat().filter(|heartbeat| !heartbeat.sighted.is_empty() && intent.schedule.mode == Mode::Enforce);
    let back = now.checked_sub(AWS_STOPPED_MAX).unwrap_or(now);
    let last = heartbeat.and_then(|_| intent.transitions(back, now).into_iter().next_back());
    let from = last.map_or(back, |transition| transition.issue_at);
    move |arn| heartbeat.and_then(|heartbeat| heartbeat.first(arn, from, now))
}

fn events(it: &ScheduledMember) -> Option<ReadRequest> {
    let id = it.id.as_ref().filter(|_| it.member.kind.is_database())?;
    Some(ReadRequest::part(&id.scope, PowerEvents::KIND, &id.key))
}

/// Whether it is a service without tasks because its own scaling has it so: it is as awake as it is meant to be.
fn is_idle(it: &ScheduledMember, world: &World) -> bool {
    let Some(service) = it.id.as_ref().and_then(|id| world.get::<Service>(id)) else { return false };
    let target = it.id.as_ref().and_then(|id| world.by_key::<ScalableTarget>(&id.scope, &scaled_as(service)));
    let seen = ServiceSeen {
        tasks: Tasks { desired: service.desired, ..Tasks::default() },
        bounds: target.map(|target| Bounds { min: target.min, max: target.max }),
        // What a sleep put away, not what schedules at AWS wake it to: that is written on those that are up as well.
        memory: it.tags.get(tags::REMEMBERED).and_then(|text| text.parse().ok()),
    };
    it.actual == Actual::Down && ecs_service::is_idle(&seen)
}

fn observed(it: &ScheduledMember, world: &World, now: Timestamp) -> Observed {
    let told = it.id.as_ref().and_then(|id| world.by_key::<PowerEvents>(&id.scope, &id.key));
    let told = told.map(|events| events.told.as_slice());
    // AWS starts it seven days after it was stopped.
    let stopped =
        it.restarts_at.and_then(|at| at.checked_sub(AWS_STOPPED_MAX).ok()).filter(|_| it.actual == Actual::Down);
    // As long as RDS keeps events, nothing happened to it.
    let unchanged_from = told.filter(|told| told.is_empty()).and_then(|_| now.checked_sub(KEPT).ok());
    Observed {
        since: stopped.or_else(|| told.and_then(|told| rds_power_events::since(told, &it.actual))),
        own: it
            .id
            .as_ref()
            .and_then(|id| world.own_turn(id))
            .filter(|turn| turn.up == (it.actual == Actual::Up))
            .map(|turn| turn.at),
        unchanged_from,
        auto_restarted: told.is_some_and(rds_power_events::is_auto_restarted),
        ..Observed::of(it.actual.clone())
    }
}

/// When it was last seen.
fn read_at(it: &ScheduledMember, world: &World) -> Option<Timestamp> {
    let id = it.id.as_ref()?;
    world.store(&id.scope, id.kind)?.read_at(&id.key)
}

#[cfg(test)]
mod tests;
