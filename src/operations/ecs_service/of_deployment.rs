//! What can be done with a deployment of a service: answering its pause, and stopping it, as long as it goes on. The plans are
//! the service's own. Pure; nothing is called here.

use super::actions::{actions, propose};
use crate::change::procedure::Proposal;
use crate::kinds::ecs_service::Service;
use crate::kinds::ecs_service::delivery::is_on_its_way;
use crate::kinds::service_deployment::{ServiceDeployment, ServiceDeployments};
use crate::operations::{Action, ActionContext, ResourceActions};

/// What of a service's actions is about the deployment on its way.
const ABOUT_IT: [&str; 4] = ["continue", "reject", "stop-rollout", "watch"];

/// The service, where the deployment is the one on its way.
fn service<'a>(item: &ServiceDeployment, context: &ActionContext<'a>) -> Option<&'a Service> {
    let service = context.cx.world.by_key::<Service>(context.cx.scope, item.service.as_str())?;
    let is_current = service.delivery.current.as_ref().is_none_or(|current| *current == item.arn);
    (is_current && is_on_its_way(item)).then_some(service)
}

impl ResourceActions for ServiceDeployments {
    fn actions(item: &ServiceDeployment, context: &ActionContext<'_>) -> Vec<Action> {
        let all = service(item, context).map(|service| actions(service, context)).unwrap_or_default();
        all.into_iter().filter(|action| ABOUT_IT.contains(&action.verb)).collect()
    }

    fn propose(
        item: &ServiceDeployment,
        verb: &str,
        value: Option<&str>,
        context: &ActionContext<'_>,
    ) -> Result<Proposal, String> {
        let service = service(item, context).ok_or("this deployment is over; nothing was changed")?;
        if !ABOUT_IT.contains(&verb) {
            return Err(format!("a deployment knows no {verb:?}"));
        }
        propose(service, verb, value, context)
    }
}
