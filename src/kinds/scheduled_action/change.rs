//! What may be done to scheduled actions of ours: write one, delete one. The calls need the gate's pass. Safe to run
//! twice: a write gives every field, and what is gone already is success.

use aws_sdk_applicationautoscaling::types::{ScalableDimension, ScalableTargetAction, ServiceNamespace};
use aws_types::request_id::RequestId;
use futures_util::future::BoxFuture;

use crate::aws::{Clients, at};
use crate::change::gate::{Change, Pass};
use crate::change::plan::{ChangeRequest, Plan};
use crate::change::receipt::Receipt;
use crate::kinds::scalable_target::ScalableTarget;
use crate::schedule::Bounds;
use crate::schedule::stored::planned_schedules::Planned;
use crate::schedule::stored::scheduled_actions;
use crate::world::{EnvironmentName, Fault, FaultKind, Resource, ResourceId, Scope};

const PUT: &str = "application-autoscaling:PutScheduledAction";
const DELETE: &str = "application-autoscaling:DeleteScheduledAction";

/// A service whose actions are changed, as Application Auto Scaling knows it.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Target {
    /// Its environment.
    pub environment: EnvironmentName,
    /// Where it is.
    pub scope: Scope,
    /// Its ResourceId: `service/CLUSTER/SERVICE`.
    pub resource: String,
}

impl Target {
    fn id(&self) -> ResourceId {
        ResourceId { kind: ScalableTarget::KIND, scope: self.scope.clone(), key: self.resource.as_str().into() }
    }

    fn plan(&self, message: String, call: String) -> Plan {
        Plan::new(message, self.environment.clone(), self.id(), vec![call])
    }
}

/// Writes one action as it was computed, whether it is there or not.
#[derive(Clone, Debug)]
pub struct PutAction {
    /// On what.
    pub target: Target,
    /// What.
    pub planned: Planned,
    /// Whether it is there.
    pub known: bool,
}

impl PutAction {
    fn bounds(&self) -> Bounds {
        self.planned.bounds.unwrap_or(Bounds::ZERO)
    }
}

impl Change for PutAction {
    fn plan(&self) -> Plan {
        let Planned { name, expression, timezone, start_date, .. } = &self.planned;
        let message = format!("{} the scheduled action {name}", if self.known { "change" } else { "create" });
        let held = start_date.map(|at| format!(", not before {at}")).unwrap_or_default();
        let bounds = scheduled_actions::words(self.bounds());
        let call = format!("{PUT} {} {name} {expression} {timezone}{held}: {bounds}", self.target.resource);
        self.target.plan(message, call)
    }

    fn change_request(&self) -> ChangeRequest {
        let Planned { name, expression, timezone, start_date, .. } = &self.planned;
        let Bounds { min, max } = self.bounds();
        let mut arguments = vec![
            ("name", name.clone()),
            ("expression", expression.clone()),
            ("timezone", timezone.clone()),
            ("min", min.to_string()),
            ("max", max.to_string()),
        ];
        arguments.extend(start_date.map(|at| ("start", at.to_string())));
        ChangeRequest { verb: "put-action", on: self.target.id(), arguments }
    }

    fn perform<'a>(&'a self, aws: &'a Clients, _pass: Pass) -> BoxFuture<'a, Result<Receipt, Fault>> {
        Box::pin(async move {
            let Planned { name, expression, timezone, start_date, .. } = &self.planned;
            let Bounds { min, max } = self.bounds();
            let number = |count: u32| i32::try_from(count).unwrap_or(i32::MAX);
            let sets = ScalableTargetAction::builder().min_capacity(number(min)).max_capacity(number(max)).build();
            let request = aws
                .scaling
                .put_scheduled_action()
                .service_namespace(ServiceNamespace::Ecs)
                .scalable_dimension(ScalableDimension::EcsServiceDesiredCount)
                .resource_id(&self.target.resource)
                .scheduled_action_name(name)
                .schedule(expression)
                .timezone(timezone)
                .set_start_time(start_date.map(at))
                .scalable_target_action(sets);
            let answer = aws.call(PUT, Some(name), request.send()).await?;
            let message = format!("{name} is {expression} {timezone}: {}", scheduled_actions::words(self.bounds()));
            let request_ids = answer.request_id().map(str::to_owned).into_iter().collect();
            Ok(Receipt { request_ids, message: Some(message), facts: Vec::new() })
        })
    }
}

/// Deletes one action of ours.
#[derive(Clone, Debug)]
pub struct DropAction {
    /// On what.
    pub target: Target,
    /// Its name.
    pub name: String,
}

impl Change for DropAction {
    fn plan(&self) -> Plan {
        let Self { target, name } = self;
        target.plan(format!("delete the scheduled action {name}"), format!("{DELETE} {} {name}", target.resource))
    }

    fn change_request(&self) -> ChangeRequest {
        ChangeRequest { verb: "drop-action", on: self.target.id(), arguments: vec![("name", self.name.clone())] }
    }

    fn perform<'a>(&'a self, aws: &'a Clients, _pass: Pass) -> BoxFuture<'a, Result<Receipt, Fault>> {
        Box::pin(async move {
            let name = &self.name;
            let request = aws
                .scaling
                .delete_scheduled_action()
                .service_namespace(ServiceNamespace::Ecs)
                .scalable_dimension(ScalableDimension::EcsServiceDesiredCount)
                .resource_id(&self.target.resource)
                .scheduled_action_name(name);
            let (message, request_ids) = match aws.call(DELETE, Some(name), request.send()).await {
                Ok(answer) => ("is deleted", answer.request_id().map(str::to_owned)),
                Err(fault) if is_gone(&fault) => ("is gone already", None),
                Err(fault) => return Err(fault),
            };
            let request_ids = request_ids.into_iter().collect();
            Ok(Receipt { request_ids, message: Some(format!("{name} {message}")), facts: Vec::new() })
        })
    }
}

fn is_gone(fault: &Fault) -> bool {
    fault.kind == FaultKind::Gone || fault.code.as_deref() == Some("ObjectNotFoundException")
}
