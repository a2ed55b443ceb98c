//! What the role of our schedules has to be allowed before a rule is held back: a firing that is not allowed fails where
//! nobody looks. Pure.

use super::super::keeping::role;
use super::super::rights::Rights;
use super::super::rules::{Ruling, arn_of};
use super::super::{Environment, OffHours, Sleeper};
use crate::kinds::schedule_group::change::Place;
use crate::schedule::routine::acts;
use crate::schedule::{Backend, returning};
use crate::world::Arn;

/// To enable the rules again, and to stop or start `turned`, unless schedules of ours do that anyway.
///
/// # Errors
/// A sentence, where the role cannot be named.
pub(super) fn rights(
    environment: &Environment,
    off: &OffHours,
    place: &Place,
    (rulings, turned): (&[&Ruling<'_>], &[&Sleeper]),
) -> Result<Rights, String> {
    let by = role(environment, off)?;
    let role = Arn::from(by.as_str());
    let rule =
        |ruling: &&Ruling<'_>| (format!("rule {}", ruling.rule.name), returning::ACTS, ruling.rule.arn.to_string());
    let mut needs: Vec<_> = rulings.iter().map(rule).collect();
    if off.routine.backend != Backend::EventBridge {
        let turn = |it: &&Sleeper| (it.member.label(), acts(it.member.kind), arn_of(it, &role, &place.scope));
        needs.extend(turned.iter().map(turn));
    }
    Ok(Rights::of(&by, place, needs))
}
