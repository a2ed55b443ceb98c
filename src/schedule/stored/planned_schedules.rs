//! The EventBridge Scheduler schedules a member needs so that its edges happen with nobody logged in; for a service
//! that is scaled, the scheduled actions of Application Auto Scaling. Pure: computes what should be stored; creating and
//! comparing is done elsewhere. Built so that every failure on the way errs towards "stopped": stops recur, starts of a
//! calendar are single and run out. The one exception: what remembers a service's bounds is written before they close.

use std::collections::BTreeMap;

use jiff::{SignedDuration, Timestamp};
use serde_json::{Value, json};
use thiserror::Error;

use super::scheduled_actions;
use super::scheduled_actions::Scaling;
use super::tags::Bounds;
use crate::schedule::calendar::time_of_day::ClockTime;
use crate::schedule::calendar::weekdays::Days;
use crate::schedule::calendar::weekly::{starts, stops};
use crate::schedule::desired_state::{Desired, Intent, after, minus, plus};
use crate::schedule::due::client_token;
use crate::schedule::expression::write::{Weekly, once};
use crate::schedule::model::{Member, MemberKind, Mode, PowerAction, TargetState};

/// How far ahead single starts and stops are stored.
pub const DAYS: i64 = 35;
/// How long stage waits for stage where nothing can look: Scheduler knows no waiting.
pub const STAGE_GAP: SignedDuration = SignedDuration::from_mins(10);
/// How long a service that may be scaled to 0 tasks is lifted to what it wakes to: a scheduled action raises it to the
/// lower bound it sets and no further, so that bound is let go of again once its tasks run.
pub const LIFTED: SignedDuration = STAGE_GAP;
/// MaximumEventAgeInSeconds: a stop that could not be made must not happen at noon.
pub const MAX_EVENT_AGE: u32 = 1800;
/// MaximumRetryAttempts.
pub const MAX_ATTEMPTS: u32 = 5;
/// The key of a service's count in a target's input.
const COUNT: &str = "DesiredCount";
/// Longest name of a schedule.
pub const MAX_NAME: usize = 64;

/// One schedule as it should be stored.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Planned {
    /// Its name, at most 64 of `[0-9a-zA-Z-_.]`.
    pub name: String,
    /// What it does.
    pub verb: PowerAction,
    /// ScheduleExpression.
    pub expression: String,
    /// ScheduleExpressionTimezone.
    pub timezone: String,
    /// StartDate: it does not fire before this.
    pub start_date: Option<Timestamp>,
    /// Fires once and is deleted then (ActionAfterCompletion).
    pub once: bool,
    /// ARN of the universal target; for a scheduled action, the resource it scales.
    pub target: String,
    /// Input of the target; for a scheduled action, the bounds in words.
    pub input: String,
    /// What a scheduled action of Application Auto Scaling sets; `None` for a schedule of EventBridge Scheduler.
    pub bounds: Option<Bounds>,
    /// Whether failures are worth a dead-letter queue. Not for recurring stops, which fail whenever it is stopped already.
    pub dead_letter: bool,
    /// ClientToken.
    pub token: String,
    /// When it fires in the time looked at.
    pub firings: Vec<Timestamp>,
}

impl Planned {
    /// The order to write them in: what remembers bounds first, then single ones before recurring ones and stops before
    /// starts, so that a crash between two writes stops too early and never leaves anything up all night.
    #[must_use]
    pub fn order(&self) -> (bool, bool, PowerAction) {
        let remembers = self.bounds.is_some_and(|bounds| bounds.max > 0);
        (!remembers, !self.once, self.verb)
    }
}

/// Why a member can't be left to AWS.
#[derive(Clone, PartialEq, Eq, Debug, Error)]
pub enum NotPlanned {
    /// How many tasks to start is not known.
    #[error(
        "{0}: how many tasks to wake to is not known; set wake_desired, or let it sleep once so that it is remembered"
    )]
    CountUnknown(String),
    /// Its bounds are closed or unread, and nothing remembers them.
    #[error(
        "{0} is scaled by Application Auto Scaling, and what it is scaled between while it is up is not known: set its bounds, or wake it once"
    )]
    BoundsUnknown(String),
    /// It would be put to sleep again before its bounds are what they were.
    #[error(
        "{0} may be scaled to 0 tasks and has to be lifted for {minutes} minutes when it wakes, but it would sleep again before that; \
         give it a lower bound of 1 or more, or a longer period",
        minutes = LIFTED.as_mins()
    )]
    TooBrief(String),
}

/// One member and what must be known to plan for it.
#[derive(Clone, Copy, Debug)]
pub struct Wanted<'a> {
    /// The member.
    pub member: &'a Member,
    /// All members that sleep together, itself among them.
    pub among: &'a [Member],
    /// Its ARN.
    pub arn: &'a str,
    /// How many tasks to wake to, for a service.
    pub count: Option<u32>,
    /// How Application Auto Scaling scales it, if it does.
    pub scaling: Option<Scaling<'a>>,
}

/// How much later than the edge a member stops, and how far into the lead it starts.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
struct Offsets {
    stop: SignedDuration,
    /// Place in the wake and the last place: 0 starts with the lead, the last place at its end.
    place: i32,
    last: i32,
}

impl Offsets {
    fn of(member: &Member, among: &[Member]) -> Self {
        let mut orders: Vec<_> = among.iter().map(Member::order).collect();
        orders.sort_unstable();
        orders.dedup();
        let place = orders.iter().position(|order| *order == member.order()).unwrap_or(0);
        let last = orders.len().saturating_sub(1);
        let small = |n: usize| i32::try_from(n).unwrap_or(i32::MAX);
        let behind = small(last.saturating_sub(place));
        Self { stop: STAGE_GAP.saturating_mul(behind), place: small(place), last: small(last) }
    }

    /// How long after the start is due this member's is issued, out of a lead of `lead`. Whole minutes.
    fn start(self, lead: SignedDuration) -> SignedDuration {
        if self.last == 0 {
            return SignedDuration::ZERO;
        }
        SignedDuration::from_mins(lead.as_mins() * i64::from(self.place) / i64::from(self.last))
    }
}

/// The schedules or scheduled actions `wanted` needs from `now` on, in the order to write them.
///
/// # Errors
/// If AWS alone can't do it.
pub fn materialise(intent: Intent<'_>, wanted: Wanted<'_>, now: Timestamp) -> Result<Vec<Planned>, NotPlanned> {
    if intent.exceptions.protect {
        return Ok(Vec::new());
    }
    let wakes = intent.schedule.mode != Mode::StopOnly;
    let label = || wanted.member.label();
    match wanted.scaling.map(|scaling| scaling.bounds.filter(|bounds| bounds.max > 0)) {
        Some(None) if wakes => return Err(NotPlanned::BoundsUnknown(label())),
        Some(_) => {}
        None if wakes
            && wanted.member.kind == MemberKind::EcsService
            && wanted.count.is_none_or(|count| count == 0) =>
        {
            return Err(NotPlanned::CountUnknown(label()));
        }
        None => {}
    }
    let plan = Plan {
        intent,
        wanted,
        now,
        until: plus(now, SignedDuration::from_hours(24 * DAYS)),
        offsets: Offsets::of(wanted.member, wanted.among),
        opening: Opening { later: SignedDuration::ZERO, bounds: wanted.scaling.and_then(|scaling| scaling.bounds) },
    };
    let mut planned = plan.stops();
    match lift(wanted) {
        _ if !wakes => {}
        None => planned.extend(plan.starts()),
        Some(lifted) => {
            if plan.sleeps_within(LIFTED) {
                return Err(NotPlanned::TooBrief(label()));
            }
            planned.extend(Plan { opening: Opening { bounds: Some(lifted), ..plan.opening }, ..plan }.starts());
            planned.extend(Plan { opening: Opening { later: LIFTED, ..plan.opening }, ..plan }.starts());
        }
    }
    planned.sort_by_key(Planned::order);
    Ok(planned)
}

/// The bounds between which a service is lifted when it wakes, if its own would leave it at 0 tasks and it is known how
/// many it wakes to.
fn lift(wanted: Wanted<'_>) -> Option<Bounds> {
    let bounds = wanted.scaling?.bounds.filter(|bounds| bounds.min == 0 && bounds.max > 0)?;
    let count = wanted.count.filter(|count| *count > 0)?;
    Some(Bounds { min: count.min(bounds.max), max: bounds.max })
}

/// How a scaled service's bounds are opened.
#[derive(Clone, Copy)]
struct Opening {
    /// How much later than it starts.
    later: SignedDuration,
    /// To what.
    bounds: Option<Bounds>,
}

#[derive(Clone, Copy)]
struct Plan<'a> {
    intent: Intent<'a>,
    wanted: Wanted<'a>,
    now: Timestamp,
    until: Timestamp,
    offsets: Offsets,
    opening: Opening,
}

impl Plan<'_> {
    /// Whether it is stopped again within `span` of a start.
    fn sleeps_within(&self, span: SignedDuration) -> bool {
        let starts = self.due(PowerAction::Start);
        let stops = self.due(PowerAction::Stop);
        starts.iter().any(|start| stops.iter().any(|stop| *start < *stop && *stop <= plus(*start, span)))
    }

    /// The instants this member must be stopped or started at.
    fn due(&self, verb: PowerAction) -> Vec<Timestamp> {
        let transitions = self.intent.transitions(after(self.now), plus(self.until, self.intent.schedule.start_lead));
        let mut due: Vec<Timestamp> = transitions
            .iter()
            .filter(|transition| transition.verb == verb)
            .filter_map(|transition| match verb {
                PowerAction::Start => {
                    let into = self.offsets.start(transition.at.duration_since(transition.issue_at));
                    Some(plus(plus(transition.issue_at, into), self.opening.later))
                }
                PowerAction::Stop => {
                    let at = plus(transition.issue_at, self.offsets.stop);
                    // A sleep shorter than the stages take would stop what has just been started.
                    let overtaken = transitions.iter().any(|start| {
                        start.verb == PowerAction::Start
                            && transition.issue_at <= start.issue_at
                            && start.issue_at <= at
                    });
                    (!overtaken).then_some(at)
                }
            })
            .filter(|at| self.now < *at && *at < self.until)
            .collect();
        due.sort_unstable();
        due.dedup();
        due
    }

    /// When the last exception that is live now runs out.
    fn exceptions_end(&self) -> Option<Timestamp> {
        let over = self.intent.exceptions.over.as_ref().map(|over| over.until);
        let hold = self.intent.exceptions.hold.as_ref().map(|hold| hold.until);
        over.max(hold).filter(|until| *until > self.now)
    }

    /// The stops, this member's stage late. An end in a local time that does not exist is the end of that gap: what recurs
    /// by the wall would come too early by the rest of it, before the stages it waits for. It is a single one that day.
    fn stops(&self) -> Vec<Planned> {
        let shift = self.offsets.stop;
        let lines = grouped(stops(self.intent.schedule, shift.as_mins()), shift.as_mins());
        self.covered(PowerAction::Stop, lines, &|at| {
            let end = minus(at, shift);
            self.intent.exception(end) == Some(TargetState::Running) || self.intent.desired(end) == Desired::On
        })
    }

    fn starts(&self) -> Vec<Planned> {
        let schedule = self.intent.schedule;
        if schedule.holidays.is_some() {
            return self.covered(PowerAction::Start, BTreeMap::new(), &|_| false);
        }
        let mut lines = BTreeMap::new();
        for start in starts(schedule) {
            let into = self.offsets.start(SignedDuration::from_mins(start.lead)) + self.opening.later;
            let one = grouped(vec![(start.day, start.minute - start.lead)], into.as_mins());
            for (time, days) in one {
                let known: &mut Days = lines.entry(time).or_default();
                *known = known.union(days);
            }
        }
        let later = self.opening.later;
        self.covered(PowerAction::Start, lines, &|at| {
            self.intent.exception(minus(at, later)) == Some(TargetState::Stopped)
        })
    }

    /// Recurring schedules for `lines`, held back where `forbidden` by a live exception, and single ones for
    /// whatever they leave out: exceptions, holidays, and local times that don't exist.
    fn covered(
        &self,
        verb: PowerAction,
        lines: BTreeMap<ClockTime, Days>,
        forbidden: &dyn Fn(Timestamp) -> bool,
    ) -> Vec<Planned> {
        let schedule = self.intent.schedule;
        let end = self.exceptions_end();
        let far = end.map_or(self.until, |end| self.until.max(plus(end, SignedDuration::from_hours(48))));
        let mut planned = Vec::new();
        let mut fired = Vec::new();
        for (time, days) in lines {
            let weekly = Weekly { days, time };
            let firings = weekly.firings(&schedule.zone, after(self.now), far);
            let start_date =
                firings.iter().rfind(|at| forbidden(**at)).copied().map(|at| plus(at, SignedDuration::from_mins(1)));
            let firings: Vec<Timestamp> = firings
                .into_iter()
                .filter(|at| start_date.is_none_or(|date| date <= *at) && *at < self.until)
                .collect();
            fired.extend(firings.iter().copied());
            let zone = schedule.zone.iana_name().unwrap_or("UTC").to_owned();
            let (hour, minute) = time.parts();
            planned.push(Planned {
                start_date,
                firings,
                ..self.planned(verb, &format!("{hour:02}{minute:02}"), weekly.expression(), zone)
            });
        }
        for at in self.due(verb).into_iter().filter(|at| !fired.contains(at)) {
            let (expression, zone) = once(&schedule.zone, at);
            let local = if zone == "UTC" { jiff::tz::TimeZone::UTC } else { schedule.zone.clone() }.to_datetime(at);
            let slot = format!("{}{}", local.strftime("%Y%m%dT%H%M%S"), if zone == "UTC" { "Z" } else { "" });
            planned.push(Planned {
                once: true,
                dead_letter: true,
                firings: vec![at],
                ..self.planned(verb, &slot, expression, zone)
            });
        }
        planned
    }

    fn planned(&self, verb: PowerAction, slot: &str, expression: String, timezone: String) -> Planned {
        let member = self.wanted.member;
        let token = client_token(&format!("{}|{expression}|{timezone}|{}", self.wanted.arn, verb.word()));
        let (start_date, once, firings) = (None, false, Vec::new());
        let (name, target, input, bounds, dead_letter) = match self.wanted.scaling {
            Some(Scaling { resource, group, .. }) => {
                let bounds = self.opening.bounds.filter(|_| verb == PowerAction::Start).unwrap_or(Bounds::ZERO);
                let name = scheduled_actions::name(group, resource, verb, slot);
                (name, resource.to_owned(), scheduled_actions::words(bounds), Some(bounds), false)
            }
            None => {
                let (target, input) = call(member, verb, self.wanted.count.unwrap_or(0));
                (name(member, verb, slot), target, input, None, verb == PowerAction::Start)
            }
        };
        Planned {
            name,
            verb,
            expression,
            timezone,
            start_date,
            once,
            target,
            input,
            bounds,
            dead_letter,
            token,
            firings,
        }
    }
}

/// Minutes of a week as times of day with their days, moved by `shift` minutes.
fn grouped(minutes: Vec<(i64, i64)>, shift: i64) -> BTreeMap<ClockTime, Days> {
    let mut lines: BTreeMap<ClockTime, Days> = BTreeMap::new();
    for (day, minute) in minutes {
        let (time, moved) = ClockTime::wrapped(minute + shift);
        let days = Days::NONE.with(jiff::civil::Weekday::Monday).moved(day + moved);
        let known = lines.entry(time).or_default();
        *known = known.union(days);
    }
    lines
}

/// The universal target and its input. Keys are cased as Scheduler wants them (`DbInstanceIdentifier`), not as the API does.
pub(crate) fn call(member: &Member, verb: PowerAction, count: u32) -> (String, String) {
    let (action, input) = match (member.kind, verb) {
        (MemberKind::RdsInstance, PowerAction::Stop) => {
            ("rds:stopDBInstance", json!({"DbInstanceIdentifier": member.id}))
        }
        (MemberKind::RdsInstance, PowerAction::Start) => {
            ("rds:startDBInstance", json!({"DbInstanceIdentifier": member.id}))
        }
        (MemberKind::RdsCluster, PowerAction::Stop) => ("rds:stopDBCluster", json!({"DbClusterIdentifier": member.id})),
        (MemberKind::RdsCluster, PowerAction::Start) => {
            ("rds:startDBCluster", json!({"DbClusterIdentifier": member.id}))
        }
        (MemberKind::Ec2Instance, PowerAction::Stop) => ("ec2:stopInstances", json!({"InstanceIds": [member.id]})),
        (MemberKind::Ec2Instance, PowerAction::Start) => ("ec2:startInstances", json!({"InstanceIds": [member.id]})),
        (MemberKind::EcsService, verb) => {
            let count = if verb == PowerAction::Stop { 0 } else { count };
            let cluster = member.cluster.as_deref().unwrap_or("default");
            ("ecs:updateService", json!({"Cluster": cluster, "Service": member.id, COUNT: count}))
        }
    };
    (format!("arn:aws:scheduler:::aws-sdk:{action}"), input.to_string())
}

/// Whether a stored schedule with that target and input is one of `member`'s, whatever count it asks for.
#[must_use]
pub fn addresses(member: &Member, target: &str, input: &str) -> bool {
    let plain = |text: &str| {
        let mut value: Value = serde_json::from_str(text).ok()?;
        value.as_object_mut()?.remove(COUNT);
        Some(value)
    };
    [PowerAction::Stop, PowerAction::Start].into_iter().any(|verb| {
        let (wanted, asked) = call(member, verb, 0);
        wanted == target && plain(&asked).is_some_and(|asked| plain(input) == Some(asked))
    })
}

/// How many tasks a stored start of `member` asks for: that is what it wakes to while it sleeps.
#[must_use]
pub fn stored_count(member: &Member, target: &str, input: &str) -> Option<u32> {
    let value: Value = serde_json::from_str(input).ok().filter(|_| addresses(member, target, input))?;
    value.get(COUNT)?.as_u64().and_then(|count| u32::try_from(count).ok()).filter(|count| *count > 0)
}

/// A name Scheduler takes: `rds-instance.prooflink-dev-db.stop.2200`. What does not fit is cut and told apart by a hash.
#[must_use]
pub fn name(member: &Member, verb: PowerAction, slot: &str) -> String {
    fitted(&format!("{}.{}", member.kind.word(), member.label()), verb, slot, MAX_NAME)
}

/// `WHOSE.VERB.SLOT` in at most `most` characters of those that names may have.
pub(crate) fn fitted(whose: &str, verb: PowerAction, slot: &str, most: usize) -> String {
    let full = format!("{whose}.{}.{slot}", verb.word());
    let clean: String =
        full.chars().map(|c| if c.is_ascii_alphanumeric() || "-_.".contains(c) { c } else { '-' }).collect();
    if clean == full && full.len() <= most {
        return full;
    }
    let hash: String = client_token(&full).chars().take(8).collect();
    let tail = format!(".{hash}.{}.{slot}", verb.word());
    let head: String = clean.chars().take(most.saturating_sub(tail.len())).collect();
    format!("{head}{tail}")
}
