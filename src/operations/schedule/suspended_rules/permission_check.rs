//! What the role of our schedules has to be allowed before a rule is held back: a firing that is not allowed fails where
//! nobody looks. Pure.

use crate::kinds::schedule_group::change::SchedulePlace;
use crate::offhours::event_rules::{Ruling, arn_of};
use crate::offhours::role_check::Rights;
use crate::offhours::{OffHours, ScheduledMember};
use crate::operations::schedule::actions::role;
use crate::overview::EnvironmentStatus;
use crate::schedule::Backend;
use crate::schedule::binding::acts;
use crate::schedule::stored::restore_schedules;
use crate::world::Arn;

/// To enable the rules again, and to stop or start `turned`, unless schedules of ours do that anyway.
///
/// # Errors
/// A sentence, where the role cannot be named.
pub(super) fn rights(
    environment: &EnvironmentStatus,
    off: &OffHours,
    place: &SchedulePlace,
    (rulings, turned): (&[&Ruling<'_>], &[&ScheduledMember]),
) -> Result<Rights, String> {
    let by = role(environment, off)?;
    let role = Arn::from(by.as_str());
    let rule = |ruling: &&Ruling<'_>| {
        (format!("rule {}", ruling.rule.name), restore_schedules::ACTS, ruling.rule.arn.to_string())
    };
    let mut needs: Vec<_> = rulings.iter().map(rule).collect();
    if off.routine.backend != Backend::EventBridge {
        let turn = |it: &&ScheduledMember| (it.member.label(), acts(it.member.kind), arn_of(it, &role, &place.scope));
        needs.extend(turned.iter().map(turn));
    }
    Ok(Rights::of(&by, place, needs))
}
