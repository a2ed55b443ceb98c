//! Turning ECS Exec on for a service: offered where it is off, with the plan of what that does. Its tasks are replaced,
//! because a task keeps what it started with. Pure; the call is in `change`.

use crate::change::plan::Difference;
use crate::change::procedure::Proposal;
use crate::kinds::ecs_service::change::enable_exec::EnableExec;
use crate::kinds::ecs_service::model::Service;
use crate::operations::{Action, ActionContext};
use crate::world::Resource;

/// What it is called.
pub(crate) use crate::kinds::ecs_service::change::enable_exec::VERB;

/// The offer.
pub(crate) fn action(item: &Service) -> Action {
    Action::new(VERB, "turn ECS Exec on, so that its tasks can be entered; replaces them")
        .disabled_reason(disabled_reason(item))
}

fn disabled_reason(item: &Service) -> Option<String> {
    if item.exec_enabled {
        return Some("exec is on already".to_owned());
    }
    if item.status != "ACTIVE" {
        return Some(format!("the service is {}", item.status.to_lowercase()));
    }
    (item.controller != "ECS").then(|| format!("its deployments are made by {}, not by ECS", item.controller))
}

/// The plan.
///
/// # Errors
/// Why it cannot be done.
pub(crate) fn propose(item: &Service, context: &ActionContext<'_>) -> Result<Proposal, String> {
    if let Some(why) = disabled_reason(item) {
        return Err(format!("{VERB}: {why}"));
    }
    let call = format!("ecs:UpdateService {} enableExecuteCommand=true forceNewDeployment=true", item.name);
    let mut plan = context.plan(format!("turn ECS Exec on for {}", item.name), item.id(context.cx.scope), vec![call]);
    plan.differences.push(Difference {
        what: "ECS Exec".to_owned(),
        from: Some("off".to_owned()),
        to: Some("on".to_owned()),
    });
    if item.running > 0 {
        plan.notices.push(format!("its {} running tasks are replaced by a new deployment", item.running));
    }
    plan.notices.push("whoever may call ecs:ExecuteCommand can then run commands in its tasks".to_owned());
    plan.notices.push("the task role must allow ssmmessages (`s` on the service shows the whole checklist)".to_owned());
    Ok(Proposal::Change(Box::new(EnableExec {
        plan,
        cluster: item.cluster.to_string(),
        service: item.arn.to_string(),
    })))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::kinds::testing_samples;
    use crate::kinds::testing_samples::Shelves;
    use crate::operations::ActionContext;
    use crate::overview::EnvironmentStatus;

    fn plan(item: &Service) -> Result<crate::change::plan::Plan, String> {
        let environment: EnvironmentStatus =
            crate::console::screens::rig::environment("city-prod", crate::world::Health::Well, "");
        Shelves::default().seen(true, |cx| {
            propose(item, &ActionContext { cx: *cx, environment: &environment }).map(|proposal| proposal.plan())
        })
    }

    #[test]
    fn it_is_barred_where_it_is_on_and_planned_where_it_is_off() {
        assert_eq!(action(&testing_samples::service()).disabled_reason.as_deref(), Some("exec is on already"));
        assert!(plan(&testing_samples::service()).is_err());
        let off = Service { exec_enabled: false, ..testing_samples::service() };
        assert_eq!(action(&off).disabled_reason, None);
        let plan = plan(&off).expect("a plan");
        assert!(plan.calls[0].contains("enableExecuteCommand=true"), "{plan:?}");
        assert!(plan.notices.iter().any(|notice| notice.contains("2 running tasks are replaced")), "{plan:?}");
        let elsewhere = Service { controller: "CODE_DEPLOY".to_owned(), ..off };
        assert!(action(&elsewhere).disabled_reason.is_some_and(|why| why.contains("CODE_DEPLOY")));
    }
}
