//! The single schedules around a rule that is held back: what enables it again, and what stops whom it would have
//! stopped, where no schedule of ours does. Pure.

use jiff::Timestamp;

use super::super::rules::Ruling;
use super::super::{AtAws, Sleeper};
use super::{Case, which};
use crate::kinds::schedule_group::Held;
use crate::kinds::schedule_group::change::Place;
use crate::schedule::materialise::{Planned, addresses};
use crate::schedule::{Member, returning};
use crate::world::World;

/// Those to be written.
pub(super) fn of(case: &Case<'_>, held: &[&Ruling<'_>]) -> Vec<Planned> {
    let (zone, until) = (case.zone(), case.over.until);
    let hit = if case.at_aws { Vec::new() } else { which::hit(held) };
    let stop = |it: &&Sleeper| returning::stopping(&it.member, &it.arn, zone, stopped_at(case, it, &hit));
    let enable = |ruling: &&Ruling<'_>| returning::enabling(&ruling.rule.name, zone, until);
    hit.iter().map(stop).chain(held.iter().map(enable)).collect()
}

/// When a single schedule stops `it`, one of `hit`: what needs others goes before them.
pub(super) fn stopped_at(case: &Case<'_>, it: &Sleeper, hit: &[&Sleeper]) -> Timestamp {
    let members: Vec<&Member> = hit.iter().map(|it| &it.member).collect();
    let until = case.over.until;
    until.saturating_add(returning::behind(&it.member, &members)).unwrap_or(until)
}

/// Those of an earlier override that `planned` takes the place of, by name.
pub(super) fn replaced(case: &Case<'_>, held: &[&Ruling<'_>], planned: &[Planned]) -> Vec<String> {
    if case.at_aws {
        return Vec::new();
    }
    let stale = |name: &String| planned.iter().all(|one| one.name != *name);
    ours(&case.place, &which::hit(held), case.site.cx.world).into_iter().filter(stale).collect()
}

/// Single stops of ours for these, by name: those that overrides left in the group.
pub(super) fn ours(place: &Place, hit: &[&Sleeper], world: &World) -> Vec<String> {
    let of = |held: &&Held| {
        held.expression.starts_with("at(") && hit.iter().any(|it| addresses(&it.member, &held.target, &held.input))
    };
    AtAws::of(world, &place.scope, &place.group).schedules().filter(of).map(|held| held.name.clone()).collect()
}
