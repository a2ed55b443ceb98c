//! Whether EventBridge Scheduler can act for the environments whose schedules it keeps: the role is there, and lets
//! itself be taken for their group. Reads roles, nothing else; what the role may do only a firing tells.

use super::{Check, Report};
use crate::app::headless::Outlook;
use crate::cli::look::Duty;
use crate::environment::kept_at_aws;
use crate::kinds::kind;
use crate::kinds::schedule_group::change::Place;
use crate::kinds::scheduler_role::SchedulerRole;
use crate::world::{Arn, Coverage, Fault, FaultKind, Resource, Scope, World};

/// Tells of every environment in `scopes` whose schedules are at AWS.
pub(super) async fn check(report: &mut Report, duty: &Duty, outlook: &Outlook, scopes: &[Scope]) {
    for environment in &outlook.picture.environments {
        match kept_at_aws(environment) {
            None => {}
            Some(Err(why)) => {
                let about = format!("schedules of {}", environment.name);
                report.add(Check::warn(about, why, "see docs/schedules.md"));
            }
            Some(Ok((place, role))) if scopes.contains(&place.scope) => {
                let read = read(duty, &place.scope, &role).await;
                report.add(told(&place, &Arn::from(role), read.as_ref()));
            }
            Some(Ok(_)) => {}
        }
    }
}

/// Reads one role.
async fn read(duty: &Duty, scope: &Scope, role: &str) -> Result<SchedulerRole, Fault> {
    let missing = || Fault::new(FaultKind::Garbled, "iam:GetRole", "nothing was answered").on(role);
    let roles = kind(SchedulerRole::KIND).ok_or_else(missing)?;
    let coverage = Coverage::Parts([role.into()].into_iter().collect());
    let mut world = World::default();
    let got = duty.cloud.read(roles, scope, &coverage, &world).await;
    world.put(scope, SchedulerRole::KIND, &coverage, got, duty.cloud.now());
    if let Some(found) = world.all::<SchedulerRole>(scope).next() {
        return Ok(found.clone());
    }
    let shelf = world.shelf(scope, SchedulerRole::KIND);
    Err(shelf.and_then(|shelf| shelf.faults().next()).cloned().unwrap_or_else(missing))
}

/// The line of one environment.
fn told(place: &Place, role: &Arn, read: Result<&SchedulerRole, &Fault>) -> Check {
    let about = format!("schedules of {}", place.environment);
    let account = role.account().unwrap_or_default();
    let policy = format!("`toban policy --scheduler --account {account}` prints the role, its trust and its policy");
    match read {
        Ok(found) => {
            let group = Arn::from(format!(
                "arn:{}:scheduler:{}:{account}:schedule-group/{}",
                role.partition().unwrap_or("aws"),
                place.scope.region,
                place.group
            ));
            match found.refuses(&group) {
                None => Check::well(about, format!("EventBridge Scheduler may act by {role}")),
                Some(why) => {
                    Check::warn(about, format!("EventBridge Scheduler may be unable to act by {role}: {why}"), policy)
                }
            }
        }
        Err(fault) if fault.kind == FaultKind::Gone => {
            let remedy = format!("make it, or name another as role_arn; {policy}");
            Check::fail(about, format!("the role {role} does not exist: no schedule can fire"), remedy)
        }
        Err(fault) => {
            let says = format!("whether Scheduler can act by {role} is not known: {}", fault.sentence());
            Check::warn(about, says, fault.remedy(&place.scope))
        }
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;
    use crate::cli::doctor::check::Level;
    use crate::cli::fixture::scope;

    const ROLE: &str = "arn:aws:iam::123456789012:role/toban-scheduler";

    fn told_of(trust: serde_json::Value) -> Check {
        let role = SchedulerRole { arn: Arn::from(ROLE), trust };
        told(&place(), &Arn::from(ROLE), Ok(&role))
    }

    fn place() -> Place {
        Place { environment: "prooflink-dev".into(), scope: scope(), group: "toban-prooflink-dev".to_owned() }
    }

    #[test]
    fn the_role_that_policy_prints_is_well() {
        let printed = crate::cli::policy::scheduler("123456789012");
        let check = told_of(printed["trust"].clone());
        assert_eq!((check.level, check.remedy.as_deref()), (Level::Well, None), "{}", check.says);
    }

    #[test]
    fn a_role_made_for_another_account_is_warned_about_with_what_prints_the_right_one() {
        let printed = crate::cli::policy::scheduler("210987654321");
        let check = told_of(printed["trust"].clone());
        assert_eq!(check.level, Level::Worrying);
        assert!(check.says.contains("210987654321"), "{}", check.says);
        assert!(check.remedy.is_some_and(|remedy| remedy.contains("--account 123456789012")));
        assert_eq!(told_of(json!({})).level, Level::Worrying);
    }

    #[test]
    fn a_missing_role_fails_and_an_unreadable_one_is_not_known() {
        let fault = |kind| Fault::new(kind, "iam:GetRole", "no").on("toban-scheduler");
        let gone = told(&place(), &Arn::from(ROLE), Err(&fault(FaultKind::Gone)));
        assert_eq!(gone.level, Level::Bad);
        assert!(gone.says.contains("does not exist"), "{}", gone.says);
        let denied = told(&place(), &Arn::from(ROLE), Err(&fault(FaultKind::Denied)));
        assert_eq!(denied.level, Level::Worrying);
        assert!(denied.says.contains("is not known"), "{}", denied.says);
    }
}
