//! The single schedules around a rule that is held back: what enables it again, and what stops or starts whom it would
//! have, where no schedule of ours does. Pure.

use jiff::Timestamp;

use super::{Case, select};
use crate::kinds::schedule_group::change::SchedulePlace;
use crate::kinds::schedule_group::{Group, Held};
use crate::offhours::ScheduledMember;
use crate::offhours::event_rules::Ruling;
use crate::offhours::external_schedulers::last_on;
use crate::schedule::active_exception::transition;
use crate::schedule::override_rules::TOO_LATE;
use crate::schedule::stored::planned_schedules::Planned;
use crate::schedule::stored::restore_schedules;
use crate::schedule::{Member, PowerAction};
use crate::world::{Scope, World};

/// A stop or a start that makes up for firings which are left out.
pub(super) struct OneShot<'s> {
    /// Whom.
    pub(super) it: &'s ScheduledMember,
    /// What.
    pub(super) verb: PowerAction,
    /// When.
    pub(super) at: Timestamp,
}

/// What is made up for at the end: where what was left out came last of all that others do by then, and left them
/// otherwise than the override or hold does. Nothing where AWS keeps schedules of ours: what should be then is theirs.
pub(super) fn turns<'s>(case: &Case<'_>, held: &[&Ruling<'s>]) -> Vec<OneShot<'s>> {
    if case.at_aws {
        return Vec::new();
    }
    let turned: Vec<(&ScheduledMember, PowerAction)> = select::hit(held)
        .into_iter()
        .filter_map(|it| {
            let (rule, verb, _) = last(case, it, held)?;
            let left_out = rule.is_some_and(|rule| held.iter().any(|ruling| rule.is(ruling)));
            Some((it, transition(case.leaves(it)?, verb).filter(|_| left_out)?))
        })
        .collect();
    let at = |it: &ScheduledMember, verb: PowerAction| {
        let same: Vec<&Member> = turned.iter().filter(|(_, other)| *other == verb).map(|(it, _)| &it.member).collect();
        case.end().saturating_add(restore_schedules::behind(&it.member, verb, &same)).unwrap_or_else(|_| case.end())
    };
    turned.iter().map(|(it, verb)| OneShot { it, verb: *verb, at: at(it, *verb) }).collect()
}

/// A rule by its name where it is: another region or account may have its like under the same name.
pub(super) struct RuleAt {
    scope: Scope,
    /// Its name.
    pub(super) name: String,
}

impl RuleAt {
    /// Whether it is that one.
    pub(super) fn is(&self, ruling: &Ruling<'_>) -> bool {
        (&self.scope, &self.name) == (&ruling.scope, &ruling.rule.name)
    }
}

/// What others do to `it` last by the end: the rule, if it is one, what, and when. A rule that is enabled
/// at the end may miss a firing that comes with it.
pub(super) fn last(
    case: &Case<'_>,
    it: &ScheduledMember,
    held: &[&Ruling<'_>],
) -> Option<(Option<RuleAt>, PowerAction, Timestamp)> {
    let rules: Vec<(&Scope, &str)> = held.iter().map(|ruling| (&ruling.scope, ruling.rule.name.as_str())).collect();
    let by = case.end().saturating_add(TOO_LATE).unwrap_or_else(|_| case.end());
    let (timer, verb, at) = last_on(case.context.environment, (it, &case.timers), &rules, by)?;
    let rule =
        (timer.source == crate::offhours::Source::Rule).then_some(RuleAt { scope: timer.scope, name: timer.name });
    Some((rule, verb, at))
}

/// Those to be written.
pub(super) fn of(case: &Case<'_>, held: &[&Ruling<'_>], turns: &[OneShot<'_>]) -> Vec<Planned> {
    let (zone, end) = (case.zone(), case.end());
    let turn = |turn: &OneShot<'_>| restore_schedules::turning(&turn.it.member, turn.verb, &turn.it.arn, zone, turn.at);
    let enable = |ruling: &&Ruling<'_>| restore_schedules::enabling(&ruling.rule.name, zone, end);
    turns.iter().map(turn).chain(held.iter().map(enable)).collect()
}

/// Those of an earlier override or hold that `planned` takes the place of, by name.
pub(super) fn replaced(case: &Case<'_>, held: &[&Ruling<'_>], planned: &[Planned]) -> Vec<String> {
    if case.at_aws {
        return Vec::new();
    }
    let world = case.context.cx.world;
    let ours = select::hit(held).into_iter().flat_map(|it| ours(&case.place, it, world));
    ours.map(|(held, _)| held.name.clone()).filter(|name| planned.iter().all(|one| one.name != *name)).collect()
}

/// Single stops and starts of ours for `it`: those that overrides and holds left in the group.
pub(super) fn ours<'w>(place: &SchedulePlace, it: &ScheduledMember, world: &'w World) -> Vec<(&'w Held, PowerAction)> {
    let group = world.all::<Group>(&place.scope).find(|known| known.name == place.group);
    let single = |held: &'w Held| {
        let verb = restore_schedules::turns(&it.member, &held.target, &held.input)?;
        held.expression.starts_with("at(").then_some((held, verb))
    };
    group.into_iter().flat_map(|group| &group.schedules).filter_map(single).collect()
}
