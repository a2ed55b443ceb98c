//! Schedules of other owners: who else stops or starts what belongs to an environment, whether that goes against its
//! own schedule, and which jobs come while its database sleeps. `timers` gathers what there is, `owners` and `jobs`
//! hold it against an environment, `wording` tells it. Pure; what others made is only ever shown.

mod jobs;
mod owners;
mod suspended_rule;
mod timers;
mod wording;

use jiff::Timestamp;
use jiff::tz::TimeZone;

use super::scheduled_members::ScheduledMember;
use super::status::OffHours;
use crate::environment::Environment;
use crate::kinds::event_rule::Rule;
use crate::kinds::external_schedule::ForeignSchedule;
use crate::kinds::schedule_group::Group;
use crate::schedule::expression::parse::Expression;
use crate::schedule::stored::target_effect::WorkKind;
use crate::schedule::{ClockTime, PowerAction};
use crate::world::read_request::ReadRequest;
use crate::world::{EnvironmentName, Fault, FaultKind, Resource, ResourceId, Scope, World};

pub(crate) use owners::is as aims_at;
pub use suspended_rule::SuspendedRule;
pub(crate) use timers::last_on;
pub use timers::{Timer, timers};

/// What others do in one environment.
#[derive(Clone, PartialEq, Debug, Default)]
pub struct ExternalSchedulers {
    /// Who else stops or starts something in it.
    pub owners: Vec<Owner>,
    /// What runs in it by the clock.
    pub jobs: Vec<Job>,
    /// What kept others from being seen, of an environment with a schedule: who else owns something is not known then.
    pub unseen: Vec<Fault>,
    /// Whether the configuration says to enforce all the same.
    pub blind: bool,
    /// The environment, by whose name a command is told.
    pub of: Option<EnvironmentName>,
}

/// Where something of another owner stands.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Source {
    /// A rule of EventBridge.
    Rule,
    /// A schedule of EventBridge Scheduler.
    Schedule,
    /// A tag on the resource itself, read by a tool.
    Tag,
}

impl Source {
    /// Its word.
    #[must_use]
    pub const fn word(self) -> &'static str {
        match self {
            Self::Rule => "rule",
            Self::Schedule => "schedule",
            Self::Tag => "tag",
        }
    }
}

/// When something of another owner fires, as it is stored and as it is here.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Clock {
    /// Its expression.
    pub expression: String,
    /// The zone it is stored in.
    pub stored: String,
    /// The zone of the environment: its schedule's, or else the reader's.
    pub zone: String,
    /// Its times of day in that zone, if they are few.
    pub local: Option<String>,
    /// When it fires next.
    pub next_at: Option<Timestamp>,
    /// The time that was probably meant for that zone and is stored as UTC.
    pub doubt: Option<Doubt>,
}

/// A time that seems to be meant for another zone than it is stored in.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Doubt {
    /// The time of day as it is written.
    pub written: String,
    /// The expression in UTC that would be that time here, where one tells it.
    pub instead: Option<String>,
}

/// Somebody who stops or starts one resource of the environment.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Owner {
    /// Where this is known from.
    pub source: Source,
    /// The rule's, the schedule's or the tool's name.
    pub name: String,
    /// What it does; a tool does both.
    pub verb: Option<PowerAction>,
    /// To whom.
    pub on: String,
    /// Where that is.
    pub id: Option<ResourceId>,
    /// When; a tool keeps that to itself.
    pub clock: Option<Clock>,
    /// The Automation document it calls, or the tag it reads with its value.
    pub by: Option<String>,
    /// Whether it is switched on.
    pub enabled: bool,
    /// How it went last, as far as that was told.
    pub last: Option<Last>,
    /// When it next goes against the environment's own schedule.
    pub against: Option<Timestamp>,
    /// How an override or a hold of ours holds it back, if one does.
    pub away: Option<SuspendedRule>,
}

/// How something went last.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Last {
    /// AWS's or the tool's word for it.
    pub status: String,
    /// When it began.
    pub at: Option<Timestamp>,
    /// Whether it failed.
    pub failed: bool,
    /// Why.
    pub why: Option<String>,
    /// Whether it failed and the resource is still not where it should have led.
    pub open: bool,
}

/// Work that begins by the clock.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Job {
    /// Where it is kept.
    pub source: Source,
    /// The rule's or schedule's name.
    pub name: String,
    /// What kind of work.
    pub kind: WorkKind,
    /// What is run.
    pub what: String,
    /// Where.
    pub place: Option<String>,
    /// Those of the environment that its input names.
    pub names: Vec<String>,
    /// When.
    pub clock: Clock,
    /// Whether it is switched on.
    pub enabled: bool,
    /// That it comes while a database sleeps.
    pub asleep: Option<Asleep>,
}

/// A job that comes while something it may need sleeps.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Asleep {
    /// Who sleeps then.
    pub who: Vec<String>,
    /// The first time; none for a job that comes every so many minutes.
    pub at: Option<Timestamp>,
}

impl Owner {
    /// Whether it has a hand on the resource now: one that is switched off has not.
    #[must_use]
    pub const fn owns(&self) -> bool {
        self.enabled
    }
}

impl ExternalSchedulers {
    /// What `timers` and tags do to `scheduled_members` of `environment`, for somebody in `here` at that time.
    #[must_use]
    pub fn of(
        (environment, off): (&Environment, Option<&OffHours>),
        scheduled_members: &[ScheduledMember],
        world: &World,
        timers: &[Timer],
        here: (&TimeZone, Timestamp),
    ) -> Self {
        let near: Vec<&Timer> = timers.iter().filter(|timer| timer.is_near(environment)).collect();
        let context =
            SchedulerContext { environment, off, scheduled_members, world, zone: zone_of(off, here.0), now: here.1 };
        // What the tags themselves tell of hours is a timer like any other.
        let worn: Vec<Timer> = scheduled_members.iter().flat_map(timers::of_tags).collect();
        let near: Vec<&Timer> = near.into_iter().chain(&worn).collect();
        let mut owners: Vec<Owner> = near.iter().flat_map(|timer| owners::of_timer(timer, &context)).collect();
        let jobs = near.iter().filter_map(|timer| jobs::of_timer(timer, &near, &context)).collect();
        owners.extend(scheduled_members.iter().flat_map(owners::of_tags));
        let routine = off.map(|off| &off.routine);
        let unseen = routine.map(|_| unseen(environment, world)).unwrap_or_default();
        let blind = routine.is_some_and(|routine| routine.enforce_blind);
        Self { owners, jobs, unseen, blind, of: Some(environment.name.clone()) }
    }

    /// Those who have a hand on a resource of the environment.
    pub fn owning(&self) -> impl Iterator<Item = &Owner> {
        self.owners.iter().filter(|owner| owner.owns())
    }

    /// What to do where a schedule may not be enforced because of `owner`.
    #[must_use]
    pub fn instead_of_enforcing(&self, owner: &Owner) -> String {
        let (away, more) = match owner.source {
            Source::Rule => {
                let name = self.of.as_ref().map(|name| format!(" {name}")).unwrap_or_default();
                let more = format!("; `toban schedule migrate{name}` disables it once schedules of ours are there");
                (format!("disable the rule {}", owner.name), more)
            }
            Source::Schedule => (format!("disable the schedule {}", owner.name), String::new()),
            Source::Tag => (format!("take the tag {} off it", owner.by.as_deref().unwrap_or_default()), String::new()),
        };
        format!("{away}, or choose mode = \"edge\": two that enforce would fight{more}")
    }

    /// Why nothing of the environment may be enforced, if somebody else owns a part of it, or nobody knows whether
    /// somebody does: who or why, and what to do.
    #[must_use]
    pub fn bar_enforcing(&self) -> Option<String> {
        if let Some(owner) = self.owning().next() {
            return Some(format!("{}; {}", owner.sentence(), self.instead_of_enforcing(owner)));
        }
        let message = self.unknown().filter(|_| !self.blind)?;
        Some(format!("{message}; {}", self.instead_of_seeing()))
    }

    /// That it is not known who else stops or starts something, and why, if it is so.
    #[must_use]
    pub fn unknown(&self) -> Option<String> {
        let whys: Vec<String> = self.unseen.iter().map(Fault::sentence).collect();
        (!whys.is_empty()).then(|| format!("who else stops or starts something here is not known: {}", whys.join("; ")))
    }

    /// What to do where a schedule may not be enforced because others cannot be seen.
    #[must_use]
    pub fn instead_of_seeing(&self) -> String {
        let mut operations: Vec<&str> = self.unseen.iter().map(|fault| fault.operation.as_str()).collect();
        operations.dedup();
        format!(
            "let {} be read, choose mode = \"edge\", or set enforce_blind = true in its [environment] of the configuration",
            operations.join(" and ")
        )
    }

    /// Rules that an override or a hold of ours holds back.
    pub fn held_back(&self) -> impl Iterator<Item = &Owner> {
        self.owners.iter().filter(|owner| owner.away.is_some())
    }

    /// What tells whether rules that are held back come back: the schedules in our groups.
    #[must_use]
    pub fn returns(&self) -> Vec<ReadRequest> {
        let mut scopes: Vec<&Scope> = self.held_back().filter_map(|owner| Some(&owner.id.as_ref()?.scope)).collect();
        scopes.sort();
        scopes.dedup();
        scopes.into_iter().map(|scope| ReadRequest::all(scope, Group::KIND)).collect()
    }

    /// Those who stop or start `id`.
    pub fn on<'a>(&'a self, id: &'a ResourceId) -> impl Iterator<Item = &'a Owner> {
        self.owners.iter().filter(move |owner| owner.id.as_ref() == Some(id))
    }

    /// Jobs that come while a database sleeps.
    pub fn asleep(&self) -> impl Iterator<Item = (&Job, &Asleep)> {
        self.jobs.iter().filter_map(|job| Some((job, job.asleep.as_ref()?)))
    }
}

/// What kept rules and schedules of others from being seen. Where all were seen once, a call that fails for a moment
/// takes nothing back.
fn unseen(environment: &Environment, world: &World) -> Vec<Fault> {
    let kinds = [Rule::KIND, ForeignSchedule::KIND];
    let shelves = environment.scopes.iter().flat_map(|scope| kinds.map(|kind| world.store(scope, kind))).flatten();
    let mut unseen: Vec<Fault> = Vec::new();
    for store in shelves {
        let whole = store.fault.iter().chain(store.bins().filter_map(|(_, bin)| bin.fault.as_ref()));
        let whole = whole.filter(|fault| fault.kind == FaultKind::Denied || store.oldest().is_none());
        for fault in whole.chain(&store.notes) {
            if !unseen.iter().any(|known| (known.kind, &known.operation) == (fault.kind, &fault.operation)) {
                unseen.push(fault.clone());
            }
        }
    }
    unseen
}

/// What timers are held against.
struct SchedulerContext<'a> {
    environment: &'a Environment,
    off: Option<&'a OffHours>,
    scheduled_members: &'a [ScheduledMember],
    world: &'a World,
    /// The zone in which times are told.
    zone: &'a TimeZone,
    now: Timestamp,
}

/// The zone people mean when they speak of the environment's hours.
fn zone_of<'a>(off: Option<&'a OffHours>, reader: &'a TimeZone) -> &'a TimeZone {
    off.map_or(reader, |off| &off.routine.schedule.zone)
}

/// When a timer fires, told for the site. `suspect` looks at an hour as it is written and as it comes out here.
fn clock(timer: &Timer, context: &SchedulerContext<'_>, suspect: fn(i8, i8) -> bool) -> Clock {
    let times = timer.parsed.as_ref().map(Expression::times).unwrap_or_default();
    let local: Vec<jiff::Zoned> = times.iter().filter_map(|time| timer.local(*time, context)).collect();
    let told: Vec<String> = local.iter().map(|local| local.strftime("%H:%M").to_string()).collect();
    let doubt = match (times.as_slice(), local.as_slice()) {
        ([written], [here]) if timer.stored == "UTC" && suspect(hour(*written), here.hour()) => Some(Doubt {
            written: written.to_string(),
            instead: timer.parsed.as_ref().and_then(|parsed| parsed.moved_to(context.zone, context.now)),
        }),
        _ => None,
    };
    Clock {
        expression: timer.expression.clone(),
        stored: timer.stored.clone(),
        zone: context.zone.iana_name().unwrap_or("this machine's zone").to_owned(),
        local: (!told.is_empty()).then(|| told.join(", ")),
        next_at: timer.firings(context.now, None, 1).first().copied(),
        doubt,
    }
}

fn hour(time: ClockTime) -> i8 {
    i8::try_from(time.parts().0).unwrap_or(0)
}

#[cfg(test)]
mod tests;
