//! A deployment's record from the SDK's types to ours: what it targets, its traffic, hooks, alarms and settings.
//! Pure; no call.

use aws_sdk_ecs::types;

use crate::aws::{count, maybe, text, when};
use crate::kinds::service_deployment::{
    AlarmSetting, DeploymentProgress, DeploymentSettings, HookSetting, LifecycleHook, RevisionShare, RunningImage,
    ServiceDeployment, TrafficStep, WatchedAlarms,
};
use crate::world::Arn;

/// One deployment; `None` if it has no name.
pub(super) fn deployment(from: &types::ServiceDeployment, service: &str) -> Option<ServiceDeployment> {
    let breaker = from.deployment_circuit_breaker();
    Some(ServiceDeployment {
        arn: Arn::from(text(from.service_deployment_arn())?),
        service: Arn::from(from.service_arn().unwrap_or(service)),
        status: from.status().map_or("UNKNOWN", |status| status.as_str()).to_owned(),
        reason: text(from.status_reason()),
        stage: from.lifecycle_stage().map(|stage| stage.as_str().to_owned()),
        created_at: when(from.created_at()),
        finished_at: when(from.finished_at()),
        revision: from.target_service_revision().and_then(|revision| revision.arn()).map(Arn::from),
        task_definition: None,
        images: Vec::new(),
        rollback: from.rollback().and_then(|rollback| text(rollback.reason())),
        failures: breaker.map(|breaker| count(breaker.failure_count())),
        threshold: breaker.map(|breaker| count(breaker.threshold())),
        progress: DeploymentProgress {
            updated_at: when(from.updated_at()),
            sources: from.source_service_revisions().iter().map(share).collect(),
            target: from.target_service_revision().map(share),
            hooks: from.lifecycle_hook_details().iter().map(hook).collect(),
            alarms: from.alarms().map(alarms),
            breaker: breaker.and_then(|breaker| breaker.status()).map(|status| status.as_str().to_owned()),
            settings: from.deployment_configuration().map(settings).unwrap_or_default(),
            groups: Vec::new(),
        },
    })
}

/// An image of a revision.
pub(super) fn image(from: &types::ContainerImage) -> Option<RunningImage> {
    Some(RunningImage {
        container: text(from.container_name())?,
        image: text(from.image())?,
        digest: text(from.image_digest()),
    })
}

/// The target groups in which the tasks of a revision register. Where ECS chose between two, it says which.
pub(super) fn groups(from: &types::ServiceRevision) -> Vec<Arn> {
    let resolved = from.resolved_configuration().map(types::ResolvedConfiguration::load_balancers).unwrap_or_default();
    resolved.iter().filter_map(|one| one.target_group_arn()).map(Arn::from).collect()
}

fn share(from: &types::ServiceRevisionSummary) -> RevisionShare {
    RevisionShare {
        revision: from.arn().map(Arn::from),
        requested: count(from.requested_task_count()),
        running: count(from.running_task_count()),
        pending: count(from.pending_task_count()),
        production: from.requested_production_traffic_weight().filter(|weight| weight.is_finite()),
        test: from.requested_test_traffic_weight().filter(|weight| weight.is_finite()),
    }
}

fn hook(from: &types::DeploymentLifecycleHookDetail) -> LifecycleHook {
    LifecycleHook {
        id: text(from.hook_id()),
        kind: from.target_type().map(|kind| kind.as_str().to_owned()),
        target: from.target_arn().map(Arn::from),
        status: from.status().map(|status| status.as_str().to_owned()),
        expires_at: when(from.expires_at()),
        timeout_action: from.timeout_action().map(|action| action.as_str().to_owned()),
    }
}

fn alarms(from: &types::ServiceDeploymentAlarms) -> WatchedAlarms {
    WatchedAlarms {
        status: from.status().map(|status| status.as_str().to_owned()),
        names: from.alarm_names().to_vec(),
        triggered: from.triggered_alarm_names().to_vec(),
    }
}

/// How deployments are asked to go.
pub(in crate::kinds) fn settings(from: &types::DeploymentConfiguration) -> DeploymentSettings {
    let step = |percent: Option<f64>, bake: Option<i32>| {
        percent.filter(|percent| percent.is_finite()).map(|percent| TrafficStep { percent, bake_minutes: maybe(bake) })
    };
    let hook = |hook: &types::DeploymentLifecycleHook| HookSetting {
        kind: hook.target_type().map(|kind| kind.as_str().to_owned()),
        target: text(hook.hook_target_arn()),
        stages: hook.lifecycle_stages().iter().map(|stage| stage.as_str().to_owned()).collect(),
    };
    let early = from.early_success_criteria().filter(|early| early.enable());
    DeploymentSettings {
        strategy: from.strategy().map(|strategy| strategy.as_str().to_owned()),
        bake_minutes: maybe(from.bake_time_in_minutes()),
        canary: from
            .canary_configuration()
            .and_then(|canary| step(canary.canary_percent(), canary.canary_bake_time_in_minutes())),
        linear: from
            .linear_configuration()
            .and_then(|linear| step(linear.step_percent(), linear.step_bake_time_in_minutes())),
        hooks: from.lifecycle_hooks().iter().map(hook).collect(),
        alarms: from
            .alarms()
            .filter(|alarms| alarms.enable())
            .map(|alarms| AlarmSetting { names: alarms.alarm_names().to_vec(), rollback: alarms.rollback() }),
        early_success: early.and_then(|early| maybe(early.healthy_percent())),
    }
}
