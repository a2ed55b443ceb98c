//! The list of all resource kinds: the one line that each kind adds outside its folder.
//! Nothing else may stand here.

use super::{
    alarm, automation_run, command_invocation, cpu_credits, db_cluster, db_event, db_instance, db_maintenance,
    deploy_lock, ec2_instance, ecr_repository, ecs_cluster, ecs_service, ecs_task, event_rule, external_schedule,
    iam_simulation, lambda_alias_metrics, lambda_function, lambda_version, listener, load_balancer, log_tail,
    managed_node, metric_filter, mute_rule, resource_tags, scalable_target, schedule_group, schedule_record,
    scheduled_action, scheduler_role, security_group, service_deployment, session_settings, target_group,
    target_health, task_definition,
};
use crate::kinds::any_kind::AnyKind;
use crate::kinds::any_kind::Of;
use crate::world::KindName;

/// Every kind there is. The order is the order of panels in the environment screen.
pub static KINDS: &[&dyn AnyKind] = &[
    &Of::<load_balancer::LoadBalancers>::new(),
    &Of::<listener::Listeners>::new(),
    &Of::<target_group::TargetGroups>::new(),
    &Of::<target_health::TargetHealths>::new(),
    &Of::<ecs_cluster::Clusters>::new(),
    &Of::<ecs_service::Services>::new(),
    &Of::<ecs_task::Tasks>::new(),
    &Of::<task_definition::TaskDefinitions>::new(),
    &Of::<ecr_repository::Repositories>::new(),
    &Of::<db_cluster::DbClusters>::new(),
    &Of::<db_instance::DbInstances>::new(),
    &Of::<db_event::DbEvents>::new(),
    &Of::<db_maintenance::Maintenance>::new(),
    &Of::<alarm::Alarms>::new(),
    &Of::<metric_filter::MetricFilters>::new(),
    &Of::<mute_rule::MuteRules>::new(),
    &Of::<ec2_instance::Instances>::new(),
    &Of::<managed_node::Nodes>::new(),
    &Of::<cpu_credits::Balances>::new(),
    &Of::<lambda_function::Functions>::new(),
    &Of::<lambda_version::Releases>::new(),
    &Of::<lambda_alias_metrics::Loads>::new(),
    &Of::<command_invocation::Invocations>::new(),
    &Of::<deploy_lock::DeployLocks>::new(),
    &Of::<security_group::SecurityGroups>::new(),
    &Of::<scalable_target::ScalableTargets>::new(),
    &Of::<resource_tags::Tags>::new(),
    &Of::<schedule_group::Groups>::new(),
    &Of::<schedule_record::Records>::new(),
    &Of::<scheduled_action::ScheduledActions>::new(),
    &Of::<event_rule::Rules>::new(),
    &Of::<external_schedule::ForeignSchedules>::new(),
    &Of::<automation_run::Runs>::new(),
    &Of::<scheduler_role::SchedulerRoles>::new(),
    &Of::<service_deployment::ServiceDeployments>::new(),
    &Of::<session_settings::AllSessionSettings>::new(),
    &Of::<iam_simulation::Simulations>::new(),
    &Of::<log_tail::LogTails>::new(),
];

/// The kind of that name.
#[must_use]
pub fn kind(name: KindName) -> Option<&'static dyn AnyKind> {
    KINDS.iter().copied().find(|kind| kind.name() == name)
}
