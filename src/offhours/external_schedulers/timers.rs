//! Everything others left at AWS to fire by the clock, one for each thing it does: rules, schedules outside our
//! groups, and schedules in groups that look like ours and belong to another environment. Pure.

use jiff::tz::TimeZone;
use jiff::{SignedDuration, Timestamp, Zoned};

use super::{SchedulerContext, Source, owners};
use crate::environment::Environment;
use crate::kinds::event_rule::Rule;
use crate::kinds::external_schedule::ForeignSchedule;
use crate::kinds::schedule_group::Group;
use crate::offhours::scheduled_members::ScheduledMember;
use crate::schedule::binding::GROUP_PREFIX;
use crate::schedule::calendar::intervals::local_date;
use crate::schedule::calendar::time_of_day::settle;
use crate::schedule::expression::lights_off_tags::TagTimes;
use crate::schedule::expression::parse::Expression;
use crate::schedule::stored::tags;
use crate::schedule::stored::target_effect::{Effect, EffectTarget, LIGHTS_OFF, Target, Tool, lights_off};
use crate::schedule::{ClockTime, MemberKind, PowerAction};
use crate::world::{AccountId, Scope, World};

/// How far ahead is looked for what a timer will do.
const AHEAD: SignedDuration = SignedDuration::from_hours(24 * 8);
/// How far back is looked for what a timer did last, in days.
const LOOKED_BACK: [i64; 4] = [1, 8, 32, 366];

/// Something that fires by the clock, and one thing it does then.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Timer {
    /// Where it is.
    pub scope: Scope,
    /// What it is.
    pub source: Source,
    /// Its name.
    pub name: String,
    /// Its expression as it is stored.
    pub expression: String,
    /// The same, read.
    pub parsed: Option<Expression>,
    /// The name of the zone it is stored in.
    pub stored: String,
    /// That zone, if there is one of that name.
    pub zone: Option<TimeZone>,
    /// It does not fire before the first and after the second.
    pub between: (Option<Timestamp>, Option<Timestamp>),
    /// Whether it is switched on.
    pub enabled: bool,
    /// The tag of the group it is in, for groups of ours.
    pub of: Option<String>,
    /// What it does.
    pub does: Effect,
}

/// Every timer of the world.
#[must_use]
pub fn timers(world: &World) -> Vec<Timer> {
    let mut all = Vec::new();
    let mut add = |timer: Timer| {
        if timer.does != Effect::Else {
            all.push(timer);
        }
    };
    let elsewhere = |scope: &Scope, target: &Target| {
        let account = world.account(scope);
        target.is_elsewhere(account.as_ref().map(AccountId::as_str), scope.region.as_str())
    };
    for (scope, rule) in world.everywhere::<Rule>() {
        for target in rule.targets.iter().filter(|target| !elsewhere(scope, target)) {
            let timer = timer((scope, Source::Rule), &rule.name, (&rule.expression, None), target);
            add(Timer { enabled: rule.enabled, ..timer });
        }
    }
    for (scope, held) in world.everywhere::<ForeignSchedule>() {
        if elsewhere(scope, &held.target) {
            continue;
        }
        let when = (held.expression.as_str(), held.timezone.as_deref());
        let timer = timer((scope, Source::Schedule), &held.name, when, &held.target);
        add(Timer { enabled: held.enabled, between: (held.start_date, held.end_date), ..timer });
    }
    for (scope, group) in world.everywhere::<Group>().filter(|(_, group)| group.name.starts_with(GROUP_PREFIX)) {
        for held in &group.schedules {
            let target = Target { arn: held.target.clone(), input: Some(held.input.clone()), ..Target::default() };
            let when = (held.expression.as_str(), held.timezone.as_deref());
            let timer = timer((scope, Source::Schedule), &format!("{}/{}", group.name, held.name), when, &target);
            let of = Some(group.tags.get(tags::ENV).cloned().unwrap_or_default());
            add(Timer { enabled: held.enabled, between: (held.start_date, None), of, ..timer });
        }
    }
    all
}

fn timer(
    (scope, source): (&Scope, Source),
    name: &str,
    (expression, stored): (&str, Option<&str>),
    target: &Target,
) -> Timer {
    let stored = stored.unwrap_or("UTC");
    Timer {
        scope: scope.clone(),
        source,
        name: name.to_owned(),
        expression: expression.to_owned(),
        parsed: Expression::parse(expression),
        stored: stored.to_owned(),
        zone: if stored == "UTC" { Some(TimeZone::UTC) } else { TimeZone::get(stored).ok() },
        between: (None, None),
        enabled: true,
        of: None,
        does: target.does(),
    }
}

/// What the tags of a scheduled member tell of hours: those of Lights Off, as far as they can be read. ECS services it
/// does not know.
pub(super) fn of_tags(it: &ScheduledMember) -> Vec<Timer> {
    let Some(id) = it.id.as_ref().filter(|_| it.member.kind != MemberKind::EcsService) else { return Vec::new() };
    let read: Vec<(&String, &String, TagTimes)> = it
        .tags
        .iter()
        .filter(|(key, _)| key.starts_with(LIGHTS_OFF))
        .filter_map(|(key, value)| Some((key, value, TagTimes::parse(value)?)))
        .collect();
    let timer = |(key, value, times): &(&String, &String, TagTimes)| {
        let verb = lights_off(key)?;
        let others = read.iter().filter(|(other, ..)| other != key).map(|(.., times)| times);
        let aim = EffectTarget { kind: it.member.kind, id: it.member.id.clone(), cluster: None };
        Some(Timer {
            scope: id.scope.clone(),
            source: Source::Tag,
            name: Tool::LightsOff.name().to_owned(),
            expression: (*value).clone(),
            parsed: Some(Expression::Tag(Box::new(times.clone().beside(others)))),
            stored: "UTC".to_owned(),
            zone: Some(TimeZone::UTC),
            between: (None, None),
            enabled: true,
            of: None,
            does: Effect::Power { verb, on: vec![aim], by: Some(format!("{key}={value}")) },
        })
    };
    read.iter().filter_map(timer).collect()
}

/// What all that is enabled, or is one of the rules that `held` names where they are, does last to `it` before `at`:
/// who, what, and when. A stop stands against a start of the same instant. Nobody looks back for more than a year.
pub(crate) fn last_on(
    environment: &Environment,
    (it, timers): (&ScheduledMember, &[Timer]),
    held: &[(&Scope, &str)],
    at: Timestamp,
) -> Option<(Timer, PowerAction, Timestamp)> {
    let worn = of_tags(it);
    let near = timers.iter().filter(|timer| timer.is_near(environment)).chain(&worn);
    let counts = |timer: &&Timer| {
        timer.enabled || (timer.source == Source::Rule && held.contains(&(&timer.scope, timer.name.as_str())))
    };
    let last = |timer: &Timer| {
        let Effect::Power { verb, on, .. } = &timer.does else { return None };
        let hits = on.iter().any(|aim| owners::is(aim, it, &timer.scope));
        Some((timer.clone(), *verb, timer.last(at)?)).filter(|_| hits)
    };
    near.filter(counts).filter_map(last).max_by_key(|(_, verb, at)| (*at, *verb == PowerAction::Stop))
}

impl Timer {
    /// Whether it is where the environment is, and not its own.
    pub(super) fn is_near(&self, environment: &Environment) -> bool {
        environment.scopes.contains(&self.scope) && !self.is_of(environment)
    }

    /// Its last firing before `at`, in the year before.
    pub(super) fn last(&self, at: Timestamp) -> Option<Timestamp> {
        let fired = |days: i64| {
            let from = at.saturating_sub(SignedDuration::from_hours(24 * days)).ok()?;
            self.firings(from, Some(at), usize::MAX).last().copied()
        };
        // Most fire every day, and some every minute.
        LOOKED_BACK.into_iter().find_map(fired)
    }

    /// Whether it is the environment's own, written by us.
    pub(super) fn is_of(&self, environment: &Environment) -> bool {
        self.of.as_ref().is_some_and(|of| *of == tags::allowed(environment.name.as_str()))
    }

    /// A time of day of its own, as the clock of the site shows it, today.
    pub(super) fn local(&self, time: ClockTime, context: &SchedulerContext<'_>) -> Option<Zoned> {
        let theirs = self.zone.as_ref()?;
        Some(settle(theirs, local_date(theirs, context.now), time).at.to_zoned(context.zone.clone()))
    }

    /// Its first `most` firings from `from` to `to`, or for eight days, or for a single one as far as there is one.
    pub(super) fn firings(&self, from: Timestamp, to: Option<Timestamp>, most: usize) -> Vec<Timestamp> {
        let (Some(parsed), Some(zone)) = (&self.parsed, &self.zone) else { return Vec::new() };
        let (start, end) = self.between;
        let from = start.map_or(from, |start| start.max(from));
        if most == 1 && to.is_none() {
            return parsed.next(zone, from).filter(|at| end.is_none_or(|end| *at <= end)).into_iter().collect();
        }
        let to = to.or_else(|| from.saturating_add(AHEAD).ok()).unwrap_or(from);
        let to = end.map_or(to, |end| end.min(to));
        if to <= from { Vec::new() } else { parsed.firings(zone, from, to, most) }
    }
}
