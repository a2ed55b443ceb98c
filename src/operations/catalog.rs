//! The list of kinds with actions: the one line that each adds outside its folder of operations.
//! Nothing else may stand here.

use super::resource_actions::{ActionsOf, AnyResourceActions};
use crate::kinds::{
    alarm, batch_definition, db_backup, db_cluster, db_instance, ec2_instance, ecs_service, ecs_task, event_rule,
    external_schedule, lambda_function, service_deployment, state_machine, target_group,
};
use crate::world::KindName;

/// Every kind that something can be done with.
static ACTIONS: &[&dyn AnyResourceActions] = &[
    &ActionsOf::<target_group::TargetGroups>::new(),
    &ActionsOf::<ecs_service::Services>::new(),
    &ActionsOf::<service_deployment::ServiceDeployments>::new(),
    &ActionsOf::<ecs_task::Tasks>::new(),
    &ActionsOf::<db_cluster::DbClusters>::new(),
    &ActionsOf::<db_instance::DbInstances>::new(),
    &ActionsOf::<ec2_instance::Instances>::new(),
    &ActionsOf::<lambda_function::Functions>::new(),
    &ActionsOf::<event_rule::Rules>::new(),
    &ActionsOf::<external_schedule::ForeignSchedules>::new(),
    &ActionsOf::<batch_definition::Definitions>::new(),
    &ActionsOf::<state_machine::Machines>::new(),
    &ActionsOf::<db_backup::Backups>::new(),
    &ActionsOf::<alarm::Alarms>::new(),
];

/// The actions of a kind; `None` where nothing can be done with it.
#[must_use]
pub fn actions_of(kind: KindName) -> Option<&'static dyn AnyResourceActions> {
    ACTIONS.iter().copied().find(|actions| actions.kind() == kind)
}
