//! Target health read from mocked answers: one call a group, a group that went, one that is denied.

use aws_sdk_elasticloadbalancingv2::Client;
use aws_sdk_elasticloadbalancingv2::operation::describe_target_health::{
    DescribeTargetHealthError, DescribeTargetHealthOutput,
};
use aws_sdk_elasticloadbalancingv2::types::error::TargetGroupNotFoundException;
use aws_sdk_elasticloadbalancingv2::types::{
    TargetDescription, TargetHealth as SdkHealth, TargetHealthDescription, TargetHealthReasonEnum,
    TargetHealthStateEnum,
};
use aws_smithy_mocks::{Rule, mock};
use aws_smithy_types::error::ErrorMetadata;

use super::read;
use crate::aws::{Clients, mocked};
use crate::kinds::target_group::Check;
use crate::kinds::target_group::TargetGroup;
use crate::kinds::target_health::TargetHealth;
use crate::kinds::testing::{ask, know, parts, scope};
use crate::world::{Coverage, Fault, FaultKind, Reading, Resource, World};

fn group(arn: &str) -> TargetGroup {
    let check = Check {
        enabled: true,
        protocol: None,
        port: None,
        path: None,
        interval: None,
        timeout: None,
        healthy: None,
        unhealthy: None,
        matcher: None,
    };
    TargetGroup {
        arn: arn.into(),
        name: arn.into(),
        protocol: None,
        port: None,
        vpc: None,
        target_type: None,
        load_balancers: Vec::new(),
        check,
    }
}

async fn health(rules: &[Rule], coverage: &Coverage) -> Reading<TargetHealth> {
    let aws = Clients { elb: mocked!(aws_sdk_elasticloadbalancingv2, rules), ..Clients::silent() };
    let (scope, mut world) = (scope(), World::default());
    know(&mut world, vec![group("g1"), group("g2"), group("g3")]);
    read(ask(&aws, &scope, &world, coverage)).await.expect("a harvest")
}

fn of(
    group: &'static str,
) -> aws_smithy_mocks::RuleBuilder<
    aws_sdk_elasticloadbalancingv2::operation::describe_target_health::DescribeTargetHealthInput,
    DescribeTargetHealthOutput,
    DescribeTargetHealthError,
> {
    mock!(Client::describe_target_health).match_requests(move |input| input.target_group_arn() == Some(group))
}

fn two_targets() -> DescribeTargetHealthOutput {
    let target = |id: &str, state: TargetHealthStateEnum| {
        TargetHealthDescription::builder()
            .target(TargetDescription::builder().id(id).port(3000).build())
            .target_health(SdkHealth::builder().state(state).reason(TargetHealthReasonEnum::from("Target.New")).build())
            .build()
    };
    DescribeTargetHealthOutput::builder()
        .target_health_descriptions(target("10.0.0.9", TargetHealthStateEnum::Unhealthy))
        .target_health_descriptions(target("10.0.0.1", TargetHealthStateEnum::from("levitating")))
        .build()
}

#[tokio::test]
async fn each_group_is_its_own_part_and_one_failing_hides_none() {
    let rules = [
        of("g1").then_output(two_targets),
        of("g2").then_error(|| {
            let meta = ErrorMetadata::builder().code("TargetGroupNotFound").build();
            DescribeTargetHealthError::TargetGroupNotFoundException(
                TargetGroupNotFoundException::builder().meta(meta).build(),
            )
        }),
        of("g3")
            .then_error(|| DescribeTargetHealthError::generic(ErrorMetadata::builder().code("AccessDenied").build())),
    ];
    let reading = health(&rules, &Coverage::All).await;
    let [(_, Ok(first)), (_, Ok(gone)), (_, Err(denied))] = &reading.parts[..] else { panic!("{reading:?}") };
    let states: Vec<_> = first[0].targets.iter().map(|target| (target.id.as_str(), target.state.as_str())).collect();
    assert_eq!(states, [("10.0.0.1", "levitating"), ("10.0.0.9", "unhealthy")]);
    assert!(gone.is_empty());
    assert_eq!((denied.kind, denied.on.as_deref()), (FaultKind::Denied, Some("g3")));
}

#[tokio::test]
async fn only_the_groups_asked_for_are_asked_about() {
    let rules = [of("g2").then_output(two_targets)];
    let reading = health(&rules, &parts(&["g2"])).await;
    assert_eq!(reading.parts.iter().map(|(part, _)| &**part).collect::<Vec<_>>(), ["g2"]);
}

#[tokio::test]
async fn without_target_groups_their_own_fault_is_told() {
    let (aws, scope, mut world) = (Clients::silent(), scope(), World::default());
    let fault = Fault::new(FaultKind::Denied, "elasticloadbalancing:DescribeTargetGroups", "no");
    world.put(&scope, TargetGroup::KIND, &Coverage::All, Err(fault.clone()), jiff::Timestamp::UNIX_EPOCH);
    assert_eq!(read(ask(&aws, &scope, &world, &Coverage::All)).await, Err(fault));
}
