//! Rules that an override or a hold of ours holds back: until when, and whether anything enables them again. A rule that
//! is forgotten leaves its database up for ever, or asleep, so that is told as loudly as there is. Pure.

use jiff::tz::TimeZone;
use jiff::{SignedDuration, Timestamp};

use super::{Owner, SchedulerContext, Timer};
use crate::kinds::event_rule::Rule;
use crate::kinds::schedule_group::Group;
use crate::offhours::event_rules::{Why, marked};
use crate::schedule::expression::parse::Expression;
use crate::schedule::stored::restore_schedules;
use crate::schedule::{PowerAction, binding, wording};
use crate::world::{EnvironmentName, Resource};

/// How long after its time a rule may still be seen disabled.
const LATE: SignedDuration = SignedDuration::from_mins(5);

/// How a rule of somebody else is held back.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct SuspendedRule {
    /// The environment whose override or hold it is.
    pub environment: EnvironmentName,
    /// Which of the two.
    pub why: Why,
    /// Until when, as the rule's tag tells.
    pub until: Option<Timestamp>,
    /// Who asked for it.
    pub by: String,
    /// When a schedule of ours enables it again, if that was seen.
    pub returns: Option<Timestamp>,
    /// Whether nothing enables it any more: no schedule does, or its time is over.
    pub forgotten: bool,
}

/// How the rule behind `timer` is held back, if it is.
pub(super) fn of_timer(timer: &Timer, context: &SchedulerContext<'_>) -> Option<SuspendedRule> {
    let rule = context.world.all::<Rule>(&timer.scope).find(|rule| rule.name == timer.name && !rule.enabled)?;
    let name = &context.environment.name;
    let group = match context.off {
        Some(off) => off.routine.group_of(name.as_str()),
        None => binding::group_name(name.as_str()),
    };
    let read = context.world.store(&timer.scope, Group::KIND).is_some_and(|store| store.oldest().is_some());
    let group = context.world.all::<Group>(&timer.scope).find(|known| known.name == group);
    let held =
        group.and_then(|group| group.schedules.iter().find(|held| held.name == restore_schedules::name_of(&rule.name)));
    let enables = held.filter(|held| {
        held.enabled && restore_schedules::rule_of(&held.target, &held.input).as_ref() == Some(&rule.name)
    });
    let returns = enables.and_then(|held| {
        let zone = TimeZone::get(held.timezone.as_deref().unwrap_or("UTC")).ok()?;
        Expression::parse(&held.expression)?.next(&zone, context.now)
    });
    let mark = marked(context.world, rule, &timer.scope);
    if mark.is_none() && returns.is_none() {
        return None;
    }
    let until = mark.as_ref().map(|mark| mark.until);
    let seen = context.world.store(&timer.scope, Rule::KIND).and_then(|store| store.read_at(rule.key()));
    let over = until.zip(seen).is_some_and(|(until, seen)| until.saturating_add(LATE).is_ok_and(|late| late < seen));
    let forgotten = returns.is_none() && (read || over);
    Some(SuspendedRule {
        environment: name.clone(),
        why: mark.as_ref().map_or(Why::Override, |mark| mark.is),
        until,
        by: mark.map(|mark| mark.by).unwrap_or_default(),
        returns,
        forgotten,
    })
}

impl Owner {
    /// That a rule is held back by an override or a hold of ours, and when it is back; or that nothing brings it back.
    #[must_use]
    pub fn held_back(&self, now: Timestamp, zone: &TimeZone) -> Option<String> {
        let SuspendedRule { environment, why, until, by, returns, forgotten } = self.away.as_ref()?;
        let until = until.or(*returns).map(|at| format!(" until {}", wording::when(at, now, zone))).unwrap_or_default();
        let by = if by.is_empty() { String::new() } else { format!(" of {by}") };
        let (who, on, why) = (self.who(), &self.on, why.sentence());
        if *forgotten {
            let left = match self.verb {
                Some(PowerAction::Start) => format!("nothing would start {on} any more"),
                Some(PowerAction::Stop) | None => format!("{on} would stay up for ever"),
            };
            return Some(format!(
                "{who} was disabled{until} by {why}{by}, and nothing enables it again: {left}; \
                 `toban schedule clear {environment}` enables it now"
            ));
        }
        Some(match returns {
            Some(at) => format!(
                "{who} is disabled by {why}{by}; a schedule of ours enables it again at {}",
                wording::when(*at, now, zone)
            ),
            None => format!("{who} is disabled{until} by {why}{by}"),
        })
    }

    /// Whether nothing brings it back.
    #[must_use]
    pub fn is_forgotten(&self) -> bool {
        self.away.as_ref().is_some_and(|away| away.forgotten)
    }
}
