//! Reads from AWS what Application Auto Scaling does with a service: application-autoscaling:DescribeScalableTargets,
//! DescribeScalingPolicies, DescribeScalingActivities. For an open page only; reading operations only.

use aws_sdk_applicationautoscaling::types::{self, ServiceNamespace};

use super::super::model::Service;
use crate::aws::Clients;
use crate::aws::{text, when};
use crate::display::{Cell, Fact, Moment, Tone};
use crate::text::first_line;
use crate::world::{Fault, Health};

const TARGETS: &str = "application-autoscaling:DescribeScalableTargets";
const POLICIES: &str = "application-autoscaling:DescribeScalingPolicies";
const ACTIVITIES: &str = "application-autoscaling:DescribeScalingActivities";

/// So many of the last activities are told.
const LAST: i32 = 10;

/// What scales a service, and what it did last.
#[derive(Debug, Default)]
pub(super) struct Scaling {
    pub(super) facts: Vec<Fact>,
    pub(super) moments: Vec<Moment>,
}

/// Reads it. What may not be read is said in a line, and costs nothing else of the page.
pub(super) async fn scaling(aws: &Clients, service: &Service) -> Scaling {
    let id = format!("service/{}/{}", service.cluster.last(), service.name);
    let missing = |fault: &Fault| Fact::new("not shown", Cell::dim(fault.sentence()));
    let target = match target(aws, &id).await {
        Ok(Some(target)) => target,
        Ok(None) => {
            return Scaling {
                facts: vec![Fact::new("tasks", Cell::dim("none: it keeps its count"))],
                moments: Vec::new(),
            };
        }
        Err(fault) => return Scaling { facts: vec![missing(&fault)], moments: Vec::new() },
    };
    let mut facts = vec![bounds(&target)];
    let (policies, activities) = tokio::join!(policies(aws, &id), activities(aws, &id));
    match policies {
        Ok(policies) => facts.extend(policies),
        Err(fault) => facts.push(missing(&fault)),
    }
    let moments = match activities {
        Ok(moments) => moments,
        Err(fault) => {
            facts.push(missing(&fault));
            Vec::new()
        }
    };
    Scaling { facts, moments }
}

async fn target(aws: &Clients, id: &str) -> Result<Option<types::ScalableTarget>, Fault> {
    let request = aws.scaling.describe_scalable_targets().service_namespace(ServiceNamespace::Ecs).resource_ids(id);
    let answer = aws.call(TARGETS, Some(id), request.send()).await?;
    Ok(answer.scalable_targets().first().cloned())
}

fn bounds(target: &types::ScalableTarget) -> Fact {
    let suspended = target.suspended_state();
    let off = |of: fn(&types::SuspendedState) -> Option<bool>| suspended.and_then(of).unwrap_or(false);
    let mut held: Vec<&str> = Vec::new();
    held.extend(off(types::SuspendedState::dynamic_scaling_out_suspended).then_some("scaling out"));
    held.extend(off(types::SuspendedState::dynamic_scaling_in_suspended).then_some("scaling in"));
    held.extend(off(types::SuspendedState::scheduled_scaling_suspended).then_some("scheduled actions"));
    let range = format!("{} to {}", target.min_capacity(), target.max_capacity());
    if held.is_empty() {
        return Fact::new("tasks", Cell::plain(range));
    }
    Fact::new("tasks", Cell::of(Health::Worrying, format!("{range}; suspended: {}", held.join(", "))))
}

async fn policies(aws: &Clients, id: &str) -> Result<Vec<Fact>, Fault> {
    let request = aws.scaling.describe_scaling_policies().service_namespace(ServiceNamespace::Ecs).resource_id(id);
    let answer = aws.call(POLICIES, Some(id), request.send()).await?;
    Ok(answer.scaling_policies().iter().map(|policy| Fact::new("policy", Cell::plain(rule(policy)))).collect())
}

/// A policy in words: its name, and what it keeps or does.
fn rule(policy: &types::ScalingPolicy) -> String {
    let name = first_line(policy.policy_name(), 80);
    if let Some(tracking) = policy.target_tracking_scaling_policy_configuration() {
        let metric = tracking
            .predefined_metric_specification()
            .map(|metric| metric.predefined_metric_type().as_str().to_owned());
        let own = tracking.customized_metric_specification().and_then(|metric| text(metric.metric_name()));
        let metric = metric.or(own).unwrap_or_else(|| "a metric".to_owned());
        let only_out = if tracking.disable_scale_in().unwrap_or(false) { ", never scales in" } else { "" };
        return format!("{name}: keeps {metric} at {}{only_out}", tracking.target_value());
    }
    let alarms: Vec<&str> = policy.alarms().iter().map(types::Alarm::alarm_name).collect();
    format!(
        "{name}: {} by {}",
        policy.policy_type().as_str(),
        if alarms.is_empty() { "no alarm".to_owned() } else { alarms.join(", ") }
    )
}

async fn activities(aws: &Clients, id: &str) -> Result<Vec<Moment>, Fault> {
    let request = aws.scaling.describe_scaling_activities().service_namespace(ServiceNamespace::Ecs).resource_id(id);
    let answer = aws.call(ACTIVITIES, Some(id), request.max_results(LAST).send()).await?;
    let moment = |activity: &types::ScalingActivity| {
        let failed = matches!(activity.status_code().as_str(), "Failed" | "Unfulfilled" | "Overridden");
        let why = activity.status_message().filter(|_| failed).unwrap_or(activity.cause());
        let message = format!("{}: {}", activity.description().trim_end_matches('.'), first_line(why, 300));
        let tone = if failed { Tone::Of(Health::Worrying) } else { Tone::Plain };
        Some(Moment { at: when(Some(activity.start_time()))?, message, tone })
    };
    Ok(answer.scaling_activities().iter().filter_map(moment).collect())
}

#[cfg(test)]
mod tests {
    use aws_sdk_applicationautoscaling::Client;
    use aws_sdk_applicationautoscaling::operation::describe_scalable_targets::DescribeScalableTargetsOutput;
    use aws_sdk_applicationautoscaling::operation::describe_scaling_activities::DescribeScalingActivitiesOutput;
    use aws_sdk_applicationautoscaling::operation::describe_scaling_policies::DescribeScalingPoliciesOutput;
    use aws_smithy_mocks::mock;
    use aws_smithy_types::DateTime;

    use super::*;
    use crate::aws::mocked;
    use crate::kinds::testing_samples::service;

    fn target() -> types::ScalableTarget {
        types::ScalableTarget::builder()
            .service_namespace(ServiceNamespace::Ecs)
            .resource_id("service/c/s")
            .scalable_dimension(types::ScalableDimension::EcsServiceDesiredCount)
            .min_capacity(2)
            .max_capacity(10)
            .role_arn("arn:aws:iam::1:role/r")
            .creation_time(DateTime::from_secs(0))
            .build()
            .expect("a target")
    }

    fn activity() -> types::ScalingActivity {
        types::ScalingActivity::builder()
            .activity_id("a")
            .service_namespace(ServiceNamespace::Ecs)
            .resource_id("service/c/s")
            .scalable_dimension(types::ScalableDimension::EcsServiceDesiredCount)
            .description("Setting desired count to 10.")
            .cause("monitor alarm cpu-high in state ALARM triggered policy cpu")
            .start_time(DateTime::from_secs(1_795_237_331))
            .status_code(types::ScalingActivityStatusCode::Successful)
            .build()
            .expect("an activity")
    }

    #[tokio::test]
    async fn bounds_policies_and_the_last_activities_are_told() {
        let targets = mock!(Client::describe_scalable_targets)
            .match_requests(|input| input.resource_ids().len() == 1)
            .then_output(|| DescribeScalableTargetsOutput::builder().scalable_targets(target()).build());
        let policies =
            mock!(Client::describe_scaling_policies).then_output(|| DescribeScalingPoliciesOutput::builder().build());
        let activities = mock!(Client::describe_scaling_activities)
            .then_output(|| DescribeScalingActivitiesOutput::builder().scaling_activities(activity()).build());
        let aws = Clients {
            scaling: mocked!(aws_sdk_applicationautoscaling, [&targets, &policies, &activities]),
            ..Clients::silent()
        };
        let read = scaling(&aws, &service()).await;
        assert_eq!(read.facts[0].value.text, "2 to 10");
        assert_eq!(
            read.moments[0].message,
            "Setting desired count to 10: monitor alarm cpu-high in state ALARM triggered policy cpu"
        );
    }

    #[tokio::test]
    async fn what_does_not_scale_is_one_call_and_a_denial_one_line() {
        let targets =
            mock!(Client::describe_scalable_targets).then_output(|| DescribeScalableTargetsOutput::builder().build());
        let aws = Clients { scaling: mocked!(aws_sdk_applicationautoscaling, [&targets]), ..Clients::silent() };
        let read = scaling(&aws, &service()).await;
        assert_eq!((read.facts.len(), read.moments.len(), targets.num_calls()), (1, 0, 1));
        let denied = mock!(Client::describe_scalable_targets)
            .sequence()
            .http_status(400, Some(r#"{"__type":"AccessDeniedException","message":"no"}"#.to_owned()))
            .build();
        let aws = Clients { scaling: mocked!(aws_sdk_applicationautoscaling, [&denied]), ..Clients::silent() };
        let read = scaling(&aws, &service()).await;
        assert!(read.facts[0].value.text.contains("is not allowed"), "{:?}", read.facts);
    }
}
