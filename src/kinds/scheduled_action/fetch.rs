//! Reads this kind from AWS: application-autoscaling:DescribeScheduledActions, of ECS services alone.
//! The only file of the kind that reads from the network; reading operations only.

use aws_sdk_applicationautoscaling::types::{self, ServiceNamespace};

use super::model::ScheduledAction;
use crate::aws::{Paged, maybe, pages, text, when};
use crate::kinds::FetchContext;
use crate::world::{Fault, Reading};

const DESCRIBE: &str = "application-autoscaling:DescribeScheduledActions";

/// Reads what `ask` covers.
///
/// # Errors
/// The fault that kept everything from being read.
pub(super) async fn read(ask: FetchContext<'_>) -> Result<Reading<ScheduledAction>, Fault> {
    // Without a ResourceId no dimension may be given; services have but one.
    let Paged { items, cut } = pages(DESCRIBE, None, |token| async move {
        let request = ask.aws.scaling.describe_scheduled_actions().service_namespace(ServiceNamespace::Ecs);
        let answer = ask.aws.call(DESCRIBE, None, request.set_next_token(token).send()).await?;
        Ok((answer.scheduled_actions().iter().map(action).collect(), text(answer.next_token())))
    })
    .await?;
    let mut reading = Reading::whole(items);
    reading.notes.extend(cut);
    Ok(reading)
}

fn action(from: &types::ScheduledAction) -> ScheduledAction {
    let sets = from.scalable_target_action();
    ScheduledAction {
        arn: from.scheduled_action_arn().to_owned(),
        name: from.scheduled_action_name().to_owned(),
        resource: from.resource_id().to_owned(),
        expression: from.schedule().to_owned(),
        timezone: text(from.timezone()),
        start: when(from.start_time()),
        end: when(from.end_time()),
        min: maybe(sets.and_then(types::ScalableTargetAction::min_capacity)),
        max: maybe(sets.and_then(types::ScalableTargetAction::max_capacity)),
    }
}
