//! The list of all resource kinds: the one line that each kind adds outside its folder.
//! Nothing else may stand here.

use super::{
    alarm, alarm_history, automation_run, batch_definition, batch_queue, certificate, command_invocation, cpu_credits,
    db_backup, db_blue_green, db_cluster, db_event, db_instance, db_maintenance, db_subnet_group, deploy_lock,
    distribution, dns_zone, ec2_instance, ecr_repository, ecs_cluster, ecs_service, ecs_task, event_rule,
    external_schedule, iam_simulation, job_activity, lambda_alias_metrics, lambda_function, lambda_version, listener,
    load_balancer, log_group, log_page, log_tail, managed_node, metric_filter, metric_series, mute_rule, resource_tags,
    rest_api, scalable_target, scaling_activity, schedule_group, schedule_record, scheduled_action, scheduler_role,
    security_group, service_deployment, session_settings, stack, state_machine, subnet, target_group, target_health,
    task_definition, topic, trail_event, user_pool, vpc_network, web_acl,
};
use crate::kinds::any_kind::AnyKind;
use crate::kinds::any_kind::Erased;
use crate::world::KindName;

/// Every kind there is. The order is the order of panels in the environment screen.
pub static KINDS: &[&dyn AnyKind] = &[
    &Erased::<load_balancer::LoadBalancers>::new(),
    &Erased::<listener::Listeners>::new(),
    &Erased::<target_group::TargetGroups>::new(),
    &Erased::<target_health::TargetHealths>::new(),
    &Erased::<ecs_cluster::Clusters>::new(),
    &Erased::<ecs_service::Services>::new(),
    &Erased::<ecs_task::Tasks>::new(),
    &Erased::<task_definition::TaskDefinitions>::new(),
    &Erased::<ecr_repository::Repositories>::new(),
    &Erased::<db_cluster::DbClusters>::new(),
    &Erased::<db_instance::DbInstances>::new(),
    &Erased::<db_event::DbEvents>::new(),
    &Erased::<db_maintenance::Maintenance>::new(),
    &Erased::<alarm::Alarms>::new(),
    &Erased::<metric_filter::MetricFilters>::new(),
    &Erased::<mute_rule::MuteRules>::new(),
    &Erased::<ec2_instance::Instances>::new(),
    &Erased::<managed_node::Nodes>::new(),
    &Erased::<cpu_credits::Balances>::new(),
    &Erased::<lambda_function::Functions>::new(),
    &Erased::<lambda_version::Releases>::new(),
    &Erased::<lambda_alias_metrics::Loads>::new(),
    &Erased::<command_invocation::Invocations>::new(),
    &Erased::<deploy_lock::DeployLocks>::new(),
    &Erased::<security_group::SecurityGroups>::new(),
    &Erased::<subnet::Subnets>::new(),
    &Erased::<scalable_target::ScalableTargets>::new(),
    &Erased::<resource_tags::Tags>::new(),
    &Erased::<schedule_group::Groups>::new(),
    &Erased::<schedule_record::Records>::new(),
    &Erased::<scheduled_action::ScheduledActions>::new(),
    &Erased::<event_rule::Rules>::new(),
    &Erased::<external_schedule::ForeignSchedules>::new(),
    &Erased::<batch_definition::Definitions>::new(),
    &Erased::<state_machine::Machines>::new(),
    &Erased::<batch_queue::Queues>::new(),
    &Erased::<distribution::Distributions>::new(),
    &Erased::<certificate::Certificates>::new(),
    &Erased::<rest_api::RestApis>::new(),
    &Erased::<user_pool::UserPools>::new(),
    &Erased::<web_acl::WebAcls>::new(),
    &Erased::<dns_zone::DnsZones>::new(),
    &Erased::<stack::Stacks>::new(),
    &Erased::<db_backup::Backups>::new(),
    &Erased::<db_subnet_group::SubnetGroups>::new(),
    &Erased::<db_blue_green::BlueGreens>::new(),
    &Erased::<topic::Topics>::new(),
    &Erased::<log_group::LogGroups>::new(),
    &Erased::<vpc_network::Networks>::new(),
    &Erased::<job_activity::Activities>::new(),
    &Erased::<automation_run::Runs>::new(),
    &Erased::<scheduler_role::SchedulerRoles>::new(),
    &Erased::<service_deployment::ServiceDeployments>::new(),
    &Erased::<session_settings::AllSessionSettings>::new(),
    &Erased::<iam_simulation::Simulations>::new(),
    &Erased::<log_tail::LogTails>::new(),
    &Erased::<alarm_history::AlarmHistory>::new(),
    &Erased::<scaling_activity::ScalingActivities>::new(),
    &Erased::<trail_event::TrailEvents>::new(),
    &Erased::<log_page::LogPages>::new(),
    &Erased::<metric_series::AllMetricSeries>::new(),
];

/// The kind of that name.
#[must_use]
pub fn kind(name: KindName) -> Option<&'static dyn AnyKind> {
    KINDS.iter().copied().find(|kind| kind.name() == name)
}
