//! Deployments of services read from mocked answers: the newest page, revisions, what is denied, throttled or empty.

use aws_sdk_ecs::Client;
use aws_sdk_ecs::operation::describe_service_deployments::{
    DescribeServiceDeploymentsError, DescribeServiceDeploymentsOutput,
};
use aws_sdk_ecs::operation::describe_service_revisions::{
    DescribeServiceRevisionsError, DescribeServiceRevisionsOutput,
};
use aws_sdk_ecs::operation::list_service_deployments::{ListServiceDeploymentsError, ListServiceDeploymentsOutput};
use aws_sdk_ecs::types::{
    ContainerImage, Rollback, ServiceDeployment as SdkDeployment, ServiceDeploymentBrief,
    ServiceDeploymentCircuitBreaker, ServiceDeploymentStatus, ServiceRevision, ServiceRevisionSummary,
};
use aws_smithy_mocks::{Rule, mock};
use aws_smithy_types::DateTime;
use aws_smithy_types::error::ErrorMetadata;

use super::*;
use crate::aws::{Clients, mocked};
use crate::kinds::testing::{ask, parts, scope};
use crate::world::World;

const SERVICE: &str = "arn:aws:ecs:ap-northeast-1:1:service/main/app";
const OTHER: &str = "arn:aws:ecs:ap-northeast-1:1:service/other/app";

async fn deployments(rules: &[&Rule], coverage: &Coverage) -> Reading<ServiceDeployment> {
    let aws = Clients { ecs: mocked!(aws_sdk_ecs, rules.iter().copied()), ..Clients::silent() };
    let (scope, world) = (scope(), World::default());
    read(ask(&aws, &scope, &world, coverage)).await.expect("a harvest")
}

fn error(code: &'static str) -> ErrorMetadata {
    ErrorMetadata::builder().code(code).message("not this one").build()
}

fn arn(number: usize) -> String {
    format!("arn:aws:ecs:ap-northeast-1:1:service-deployment/main/app/{number}")
}

fn revision(number: usize) -> String {
    format!("arn:aws:ecs:ap-northeast-1:1:service-revision/main/app/{number}")
}

fn page(numbers: std::ops::Range<usize>, token: Option<&str>) -> ListServiceDeploymentsOutput {
    let briefs = numbers.map(|number| ServiceDeploymentBrief::builder().service_deployment_arn(arn(number)).build());
    let output = ListServiceDeploymentsOutput::builder().set_service_deployments(Some(briefs.collect()));
    output.set_next_token(token.map(str::to_owned)).build()
}

fn list(numbers: std::ops::Range<usize>, token: Option<&'static str>) -> Rule {
    mock!(Client::list_service_deployments)
        .match_requests(|input| {
            (input.service(), input.cluster(), input.max_results()) == (Some(SERVICE), Some("main"), Some(20))
                && input.next_token().is_none()
        })
        .then_output(move || page(numbers.clone(), token))
}

/// Describes what is asked for, oldest first; the second one was rolled back.
fn describe() -> Rule {
    mock!(Client::describe_service_deployments).then_compute_output(|input| {
        let asked = input.service_deployment_arns();
        assert!(asked.len() <= 20, "AWS takes twenty at most");
        let all = asked.iter().enumerate().map(|(number, arn)| {
            let target = ServiceRevisionSummary::builder().arn(revision(number % 2)).build();
            let known = SdkDeployment::builder()
                .service_deployment_arn(arn)
                .created_at(DateTime::from_secs(i64::try_from(number).unwrap_or_default()))
                .target_service_revision(target);
            if number != 1 {
                return known.status(ServiceDeploymentStatus::Successful).build();
            }
            let breaker = ServiceDeploymentCircuitBreaker::builder().failure_count(3).threshold(3).build();
            known
                .status(ServiceDeploymentStatus::RollbackSuccessful)
                .rollback(Rollback::builder().reason("the circuit breaker was triggered").build())
                .deployment_circuit_breaker(breaker)
                .build()
        });
        DescribeServiceDeploymentsOutput::builder().set_service_deployments(Some(all.collect())).build()
    })
}

fn revisions() -> Rule {
    mock!(Client::describe_service_revisions).then_compute_output(|input| {
        let all = input.service_revision_arns().iter().map(|arn| {
            let image =
                ContainerImage::builder().container_name("app").image("app:v2").image_digest("sha256:a").build();
            ServiceRevision::builder()
                .service_revision_arn(arn)
                .task_definition("arn:aws:ecs:ap-northeast-1:1:task-definition/app:7")
                .container_images(image)
                .container_images(ContainerImage::builder().image("nameless").build())
                .build()
        });
        DescribeServiceRevisionsOutput::builder().set_service_revisions(Some(all.collect())).build()
    })
}

fn only(reading: &Reading<ServiceDeployment>) -> &[ServiceDeployment] {
    let [(part, Ok(found))] = reading.parts.as_slice() else { panic!("{:?}", reading.parts) };
    assert_eq!(&**part, SERVICE);
    found
}

#[tokio::test]
async fn the_newest_page_is_read_and_no_other_newest_first_with_what_was_rolled_back() {
    let (listed, described, resolved) = (list(0..25, Some("older")), describe(), revisions());
    let reading = deployments(&[&listed, &described, &resolved], &parts(&[SERVICE])).await;
    let found = only(&reading);
    let calls = (listed.num_calls(), described.num_calls(), resolved.num_calls());
    assert_eq!((found.len(), calls), (20, (1, 1, 1)), "more than one call describes is not read");
    assert!(found.is_sorted_by_key(|one| std::cmp::Reverse(one.created_at)));
    let back = &found[18];
    assert_eq!((back.arn.as_str(), back.status.as_str()), (arn(1).as_str(), "ROLLBACK_SUCCESSFUL"));
    assert_eq!(back.rollback.as_deref(), Some("the circuit breaker was triggered"));
    assert_eq!((back.failures, back.threshold, found[0].failures), (Some(3), Some(3), None));
    for one in found {
        assert_eq!(one.task_definition.as_ref().map(Arn::last), Some("7"));
        assert_eq!(one.images.len(), 1, "an image of no container is none: {:?}", one.images);
        assert_eq!(one.images[0].digest.as_deref(), Some("sha256:a"));
    }
}

#[tokio::test]
async fn revisions_that_may_not_be_read_cost_no_deployment() {
    let denied = mock!(Client::describe_service_revisions)
        .then_error(|| DescribeServiceRevisionsError::generic(error("AccessDeniedException")));
    let reading = deployments(&[&list(0..2, None), &describe(), &denied], &parts(&[SERVICE])).await;
    let told: Vec<_> = only(&reading).iter().map(|one| (one.revision.is_some(), one.images.len())).collect();
    assert_eq!((told, denied.num_calls()), (vec![(true, 0), (true, 0)], 1));
}

#[tokio::test]
async fn a_denied_service_stands_beside_one_that_may_be_read() {
    let denied = mock!(Client::list_service_deployments)
        .match_requests(|input| input.service() == Some(OTHER))
        .then_error(|| ListServiceDeploymentsError::generic(error("AccessDeniedException")));
    let rules = [&list(0..1, None), &denied, &describe(), &revisions()];
    let reading = deployments(&rules, &parts(&[SERVICE, OTHER])).await;
    let of = |part: &str| &reading.parts.iter().find(|(name, _)| **name == *part).expect("the part").1;
    assert_eq!(of(SERVICE).as_ref().map(Vec::len), Ok(1));
    let fault = of(OTHER).as_ref().expect_err("a fault");
    assert_eq!((fault.kind, fault.operation.as_str()), (FaultKind::Denied, LIST));

    let closed = mock!(Client::describe_service_deployments)
        .then_error(|| DescribeServiceDeploymentsError::generic(error("AccessDeniedException")));
    let reading = deployments(&[&list(0..1, None), &closed], &parts(&[SERVICE])).await;
    let fault = reading.parts[0].1.as_ref().expect_err("a fault");
    assert_eq!((fault.kind, fault.operation.as_str()), (FaultKind::Denied, DESCRIBE));
}

#[tokio::test]
async fn a_service_without_deployments_or_that_is_gone_has_none_and_asks_no_further() {
    let (none, described) = (list(0..0, None), describe());
    assert!(only(&deployments(&[&none, &described], &parts(&[SERVICE])).await).is_empty());
    assert_eq!((none.num_calls(), described.num_calls()), (1, 0));
    let gone = mock!(Client::list_service_deployments)
        .then_error(|| ListServiceDeploymentsError::generic(error("ServiceNotFoundException")));
    assert!(only(&deployments(&[&gone], &parts(&[SERVICE])).await).is_empty());
    assert_eq!(gone.num_calls(), 1);
}

#[tokio::test]
async fn a_throttle_is_waited_out() {
    let body = r#"{"__type":"ThrottlingException","message":"Rate exceeded"}"#;
    let slow = mock!(Client::list_service_deployments)
        .sequence()
        .http_status(400, Some(body.to_owned()))
        .times(2)
        .output(|| page(0..1, None))
        .build();
    let reading = deployments(&[&slow, &describe(), &revisions()], &parts(&[SERVICE])).await;
    assert_eq!((only(&reading).len(), slow.num_calls()), (1, 3));
}
