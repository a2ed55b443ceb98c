//! Takes a service to sleep and back, step by step: ecs:TagResource and UntagResource for its memory,
//! application-autoscaling:RegisterScalableTarget for its bounds, ecs:UpdateService for its count. Needs the gate's
//! pass; each call sets a value outright, so that repeating one changes nothing.

use aws_sdk_applicationautoscaling::types::{ScalableDimension, ServiceNamespace};
use aws_sdk_ecs::types::Tag;
use aws_types::request_id::RequestId;
use futures_util::future::BoxFuture;

use super::super::model::Service;
use crate::aws::Clients;
use crate::change::gate::{Change, Pass};
use crate::change::plan::{ChangeRequest, Plan};
use crate::change::receipt::Receipt;
use crate::schedule::stored::tags::REMEMBERED;
use crate::schedule::transition::sleep_wake_order::StageAction;
use crate::text::counted;
use crate::world::{EnvironmentName, Fault, Resource, ResourceId, Scope};

const TAG: &str = "ecs:TagResource";
const UNTAG: &str = "ecs:UntagResource";
const UPDATE: &str = "ecs:UpdateService";
const REGISTER: &str = "application-autoscaling:RegisterScalableTarget";

/// One step of one service.
struct SetDesiredCount {
    act: StageAction,
    name: String,
    cluster: String,
    scaled_as: String,
    /// How many tasks are wanted before.
    desired: u32,
    on: ResourceId,
    environment: EnvironmentName,
}

/// The change that does `act` to `item`, if it is one of a service.
pub(crate) fn of(
    item: &Service,
    act: StageAction,
    environment: &EnvironmentName,
    scope: &Scope,
) -> Option<Box<dyn Change>> {
    if matches!(act, StageAction::Start | StageAction::Stop) {
        return None;
    }
    Some(Box::new(SetDesiredCount {
        act,
        name: item.name.clone(),
        cluster: item.cluster.to_string(),
        scaled_as: super::scaled_as(item),
        desired: item.desired,
        on: item.id(scope),
        environment: environment.clone(),
    }))
}

impl SetDesiredCount {
    fn sentence(&self) -> (String, String) {
        let name = &self.name;
        match self.act {
            StageAction::Remember(memory) => {
                (format!("remember what service {name} has: {memory}"), format!("{TAG} {name}: {REMEMBERED}={memory}"))
            }
            StageAction::Forget => {
                (format!("forget what service {name} had before it slept"), format!("{UNTAG} {name}: {REMEMBERED}"))
            }
            StageAction::Bounds(bounds) => (
                format!("scale service {name} between {} and {} tasks", bounds.min, bounds.max),
                format!("{REGISTER} {}: min {}, max {}", self.scaled_as, bounds.min, bounds.max),
            ),
            StageAction::Count(count) => (
                format!("set service {name} to {}", counted(count as usize, "task")),
                format!("{UPDATE} {name}: desired count {count}"),
            ),
            StageAction::Start | StageAction::Stop => (String::new(), String::new()),
        }
    }

    /// AWS's request id.
    async fn call(&self, aws: &Clients) -> Result<Option<String>, Fault> {
        let (on, arn) = (Some(self.name.as_str()), &*self.on.key);
        let number = |count: u32| i32::try_from(count).unwrap_or(i32::MAX);
        match self.act {
            StageAction::Remember(memory) => {
                let tag = Tag::builder().key(REMEMBERED).value(memory.to_string()).build();
                let request = aws.ecs.tag_resource().resource_arn(arn).tags(tag);
                aws.call(TAG, on, request.send()).await.map(|answer| answer.request_id().map(str::to_owned))
            }
            StageAction::Forget => {
                let request = aws.ecs.untag_resource().resource_arn(arn).tag_keys(REMEMBERED);
                aws.call(UNTAG, on, request.send()).await.map(|answer| answer.request_id().map(str::to_owned))
            }
            StageAction::Bounds(bounds) => {
                let request = aws
                    .scaling
                    .register_scalable_target()
                    .service_namespace(ServiceNamespace::Ecs)
                    .scalable_dimension(ScalableDimension::EcsServiceDesiredCount)
                    .resource_id(&self.scaled_as)
                    .min_capacity(number(bounds.min))
                    .max_capacity(number(bounds.max));
                aws.call(REGISTER, on, request.send()).await.map(|answer| answer.request_id().map(str::to_owned))
            }
            StageAction::Count(count) => {
                let request = aws.ecs.update_service().cluster(&self.cluster).service(arn);
                let request = request.desired_count(number(count));
                aws.call(UPDATE, on, request.send()).await.map(|answer| answer.request_id().map(str::to_owned))
            }
            StageAction::Start | StageAction::Stop => Ok(None),
        }
    }
}

impl Change for SetDesiredCount {
    fn plan(&self) -> Plan {
        let (message, call) = self.sentence();
        Plan::new(message, self.environment.clone(), self.on.clone(), vec![call])
    }

    fn change_request(&self) -> ChangeRequest {
        let (verb, arguments) = match self.act {
            StageAction::Remember(memory) => ("remember", vec![("memory", memory.to_string())]),
            StageAction::Forget => ("forget", Vec::new()),
            StageAction::Bounds(bounds) => {
                ("bounds", vec![("min", bounds.min.to_string()), ("max", bounds.max.to_string())])
            }
            StageAction::Count(count) => {
                ("scale", vec![("from", self.desired.to_string()), ("desired", count.to_string())])
            }
            StageAction::Start => ("start", Vec::new()),
            StageAction::Stop => ("stop", Vec::new()),
        };
        ChangeRequest { verb, on: self.on.clone(), arguments }
    }

    fn perform<'a>(&'a self, aws: &'a Clients, _pass: Pass) -> BoxFuture<'a, Result<Receipt, Fault>> {
        Box::pin(async move {
            let id = self.call(aws).await?;
            Ok(Receipt { request_ids: id.into_iter().collect(), message: Some(self.sentence().0), facts: Vec::new() })
        })
    }
}

#[cfg(test)]
mod tests;
