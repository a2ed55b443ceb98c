//! Services read from mocked answers: pages, batches, denial of one cluster, things that went.

use aws_sdk_ecs::Client;
use aws_sdk_ecs::operation::describe_services::{DescribeServicesInput, DescribeServicesOutput};
use aws_sdk_ecs::operation::list_services::{ListServicesError, ListServicesOutput};
use aws_sdk_ecs::types::error::ClusterNotFoundException;
use aws_sdk_ecs::types::{Deployment, DeploymentRolloutState, Failure, LaunchType, Service as SdkService};
use aws_smithy_mocks::{Rule, mock};
use aws_smithy_types::error::ErrorMetadata;

use super::read;
use crate::aws::{Clients, mocked};
use crate::kinds::ecs_service::Service;
use crate::kinds::testing::{ask, parts, scope};
use crate::world::{Arn, Coverage, Fault, FaultKind, Reading, World};

const A: &str = "arn:aws:ecs:ap-northeast-1:1:cluster/a";
const B: &str = "arn:aws:ecs:ap-northeast-1:1:cluster/b";

async fn services(rules: &[&Rule], coverage: &Coverage) -> Result<Reading<Service>, Fault> {
    let aws = Clients { ecs: mocked!(aws_sdk_ecs, rules.iter().copied()), ..Clients::silent() };
    let (scope, world) = (scope(), World::default());
    read(ask(&aws, &scope, &world, coverage)).await
}

fn arn(cluster: &str, number: usize) -> String {
    format!("{}/s{number}", cluster.replace(":cluster/", ":service/"))
}

/// Describes whatever is asked for, at most ten a call, as AWS does.
fn describe() -> Rule {
    mock!(Client::describe_services).then_compute_output(|input: &DescribeServicesInput| {
        assert!(input.services().len() <= 10, "AWS takes ten at most");
        let all = input.services().iter().map(|arn| SdkService::builder().service_arn(arn).desired_count(-1).build());
        DescribeServicesOutput::builder().set_services(Some(all.collect())).build()
    })
}

fn list(
    cluster: &'static str,
    from: usize,
    to: usize,
    token: Option<&'static str>,
    next: Option<&'static str>,
) -> Rule {
    mock!(Client::list_services)
        .match_requests(move |input| input.cluster() == Some(cluster) && input.next_token() == token)
        .then_output(move || {
            let arns = (from..to).map(|number| arn(cluster, number)).collect();
            ListServicesOutput::builder().set_service_arns(Some(arns)).set_next_token(next.map(str::to_owned)).build()
        })
}

#[tokio::test]
async fn all_pages_are_read_and_described_in_full_batches() {
    let (first, second, described) = (list(A, 0, 100, None, Some("2")), list(A, 100, 123, Some("2"), None), describe());
    let reading = services(&[&first, &second, &described], &parts(&[A])).await.expect("services");
    let [(part, Ok(items))] = &reading.parts[..] else { panic!("one part: {reading:?}") };
    assert_eq!((&**part, items.len(), described.num_calls()), (A, 123, 13));
    assert_eq!((items[122].name.as_str(), items[0].desired), ("s122", 0));
}

#[tokio::test]
async fn a_denied_cluster_stands_beside_the_other() {
    let denied = mock!(Client::list_services).match_requests(|input| input.cluster() == Some(A)).then_error(|| {
        let meta = ErrorMetadata::builder().code("AccessDeniedException").message("you may not").build();
        ListServicesError::generic(meta)
    });
    let (good, described) = (list(B, 0, 1, None, None), describe());
    let reading = services(&[&denied, &good, &described], &parts(&[A, B])).await.expect("a harvest");
    let [(_, Err(fault)), (_, Ok(items))] = &reading.parts[..] else { panic!("a fault and a list: {reading:?}") };
    assert_eq!((fault.kind, fault.on.as_deref(), items.len()), (FaultKind::Denied, Some(A), 1));
    assert_eq!(fault.operation, "ecs:ListServices");
}

#[tokio::test]
async fn what_went_meanwhile_is_just_not_there() {
    let gone = mock!(Client::list_services)
        .match_requests(|input| input.cluster() == Some(A))
        .then_error(|| ListServicesError::ClusterNotFoundException(cluster_not_found()));
    let listed = list(B, 0, 2, None, None);
    let missing = mock!(Client::describe_services).then_output(|| {
        let failure = Failure::builder().arn(arn(B, 1)).reason("MISSING").build();
        let there = SdkService::builder().service_arn(arn(B, 0)).build();
        DescribeServicesOutput::builder().services(there).failures(failure).build()
    });
    let reading = services(&[&gone, &listed, &missing], &parts(&[A, B])).await.expect("services");
    let lengths: Vec<_> = reading.parts.iter().map(|(_, got)| got.as_ref().map(Vec::len)).collect();
    assert_eq!(lengths, [Ok(0), Ok(1)]);
}

fn cluster_not_found() -> ClusterNotFoundException {
    let meta = ErrorMetadata::builder().code("ClusterNotFoundException").build();
    ClusterNotFoundException::builder().meta(meta).build()
}

#[tokio::test]
async fn a_page_that_repeats_ends_the_list_with_a_note() {
    let (first, again, described) = (list(A, 0, 1, None, Some("x")), list(A, 1, 2, Some("x"), Some("x")), describe());
    let reading = services(&[&first, &again, &described], &parts(&[A])).await.expect("services");
    assert_eq!(reading.parts[0].1.as_ref().map(Vec::len), Ok(2));
    assert!(reading.notes[0].message.contains("cut short") && reading.notes[0].on.as_deref() == Some(A));
}

#[tokio::test]
async fn odd_and_new_words_come_through_as_they_are() {
    let listed = list(A, 0, 1, None, None);
    let odd = mock!(Client::describe_services).then_output(|| {
        let deployment = |id: &str, status: &str| {
            Deployment::builder().id(id).status(status).rollout_state(DeploymentRolloutState::from("PAUSED")).build()
        };
        let service = SdkService::builder()
            .service_arn(arn(A, 0))
            .status("HIBERNATING")
            .launch_type(LaunchType::from("MOON"))
            .deployments(deployment("old", "ACTIVE"))
            .deployments(deployment("new", "PRIMARY"));
        DescribeServicesOutput::builder().services(service.build()).build()
    });
    let reading = services(&[&listed, &odd], &parts(&[A])).await.expect("services");
    let service = &reading.parts[0].1.as_ref().expect("a list")[0];
    assert_eq!((service.status.as_str(), service.launch.as_deref()), ("HIBERNATING", Some("MOON")));
    assert_eq!(
        (service.deployments[0].id.as_str(), service.deployments[0].rollout.as_deref()),
        ("new", Some("PAUSED"))
    );
}

#[tokio::test]
async fn without_clusters_the_missing_operation_is_named() {
    let denied = mock!(Client::list_clusters).then_error(|| {
        aws_sdk_ecs::operation::list_clusters::ListClustersError::generic(
            ErrorMetadata::builder().code("AccessDeniedException").build(),
        )
    });
    let fault = services(&[&denied], &Coverage::All).await.expect_err("nothing to begin with");
    assert_eq!((fault.kind, fault.operation.as_str()), (FaultKind::Denied, "ecs:ListClusters"));
}

mod deliveries {
    //! What is read beside the services: records of deployments on their way, and the weights of their rules.

    use aws_sdk_ecs::operation::describe_service_deployments::{
        DescribeServiceDeploymentsError, DescribeServiceDeploymentsOutput,
    };
    use aws_sdk_ecs::operation::describe_service_revisions::DescribeServiceRevisionsOutput;
    use aws_sdk_ecs::types::{
        AdvancedConfiguration, DeploymentConfiguration, DeploymentController, DeploymentControllerType,
        DeploymentLifecycleHookDetail, DeploymentLifecycleHookStatus, DeploymentLifecycleHookTargetType,
        DeploymentStrategy, LoadBalancer, ResolvedConfiguration, ServiceDeployment, ServiceDeploymentStatus,
        ServiceRevision, ServiceRevisionLoadBalancer, ServiceRevisionSummary, TaskSet,
    };
    use aws_sdk_elasticloadbalancingv2 as elb;

    use super::*;

    const RECORD: &str = "arn:aws:ecs:ap-northeast-1:1:service-deployment/a/s0/x";
    const REVISION: &str = "arn:aws:ecs:ap-northeast-1:1:service-revision/a/s0/7";
    const RULE: &str = "arn:aws:elasticloadbalancing:ap-northeast-1:1:listener-rule/app/l/1/2/3";

    /// A service in a blue/green deployment, as DescribeServices tells it.
    fn paired() -> Rule {
        mock!(Client::describe_services).then_output(|| {
            let pair = AdvancedConfiguration::builder()
                .alternate_target_group_arn("green")
                .production_listener_rule(RULE)
                .build();
            let balancer = LoadBalancer::builder().target_group_arn("blue").advanced_configuration(pair).build();
            let settings = DeploymentConfiguration::builder()
                .strategy(DeploymentStrategy::BlueGreen)
                .bake_time_in_minutes(10)
                .build();
            let service = SdkService::builder()
                .service_arn(arn(A, 0))
                .status("ACTIVE")
                .load_balancers(balancer)
                .deployment_configuration(settings)
                .current_service_deployment(RECORD);
            DescribeServicesOutput::builder().services(service.build()).build()
        })
    }

    fn records() -> Rule {
        mock!(Client::describe_service_deployments).then_output(|| {
            let target =
                ServiceRevisionSummary::builder().arn(REVISION).requested_production_traffic_weight(25.0).build();
            let hook = DeploymentLifecycleHookDetail::builder()
                .hook_id("h")
                .target_type(DeploymentLifecycleHookTargetType::Pause)
                .status(DeploymentLifecycleHookStatus::AwaitingAction)
                .build();
            let record = ServiceDeployment::builder()
                .service_deployment_arn(RECORD)
                .service_arn(arn(A, 0))
                .status(ServiceDeploymentStatus::InProgress)
                .target_service_revision(target)
                .lifecycle_hook_details(hook);
            DescribeServiceDeploymentsOutput::builder().service_deployments(record.build()).build()
        })
    }

    fn revisions() -> Rule {
        mock!(Client::describe_service_revisions).then_output(|| {
            let balancer = ServiceRevisionLoadBalancer::builder().target_group_arn("green").build();
            let resolved = ResolvedConfiguration::builder().load_balancers(balancer).build();
            let revision = ServiceRevision::builder().service_revision_arn(REVISION).resolved_configuration(resolved);
            DescribeServiceRevisionsOutput::builder().service_revisions(revision.build()).build()
        })
    }

    fn rules() -> Rule {
        mock!(elb::Client::describe_rules).match_requests(|input| input.rule_arns() == [RULE]).then_output(|| {
            let to = |group: &str, weight: i32| {
                elb::types::TargetGroupTuple::builder().target_group_arn(group).weight(weight).build()
            };
            let forward = elb::types::ForwardActionConfig::builder().target_groups(to("blue", 75));
            let forward = forward.target_groups(to("green", 25)).build();
            let action = elb::types::Action::builder().forward_config(forward).build();
            let rule = elb::types::Rule::builder().rule_arn(RULE).actions(action).build();
            elb::operation::describe_rules::DescribeRulesOutput::builder().rules(rule).build()
        })
    }

    async fn read_with(ecs: &[&Rule], balancers: &[&Rule]) -> Service {
        let aws = Clients {
            ecs: mocked!(aws_sdk_ecs, ecs.iter().copied()),
            elb: mocked!(aws_sdk_elasticloadbalancingv2, balancers.iter().copied()),
            ..Clients::silent()
        };
        let (scope, world, coverage) = (scope(), World::default(), parts(&[A]));
        let reading = read(ask(&aws, &scope, &world, &coverage)).await.expect("services");
        assert!(reading.notes.is_empty(), "what is beside the service is no fault of its reading: {:?}", reading.notes);
        reading.parts[0].1.as_ref().expect("a list")[0].clone()
    }

    #[tokio::test]
    async fn a_deployment_on_its_way_is_read_with_its_record_and_the_listeners_weights() {
        let listed = list(A, 0, 1, None, None);
        let service = read_with(&[&listed, &paired(), &records(), &revisions()], &[&rules()]).await;
        assert_eq!(service.target_groups(), [&Arn::from("blue"), &Arn::from("green")]);
        let record = service.delivery.record.expect("a record");
        assert_eq!(record.progress.groups, [Arn::from("green")]);
        assert_eq!(record.progress.target.and_then(|target| target.production), Some(25.0));
        assert_eq!(record.progress.hooks[0].status.as_deref(), Some("AWAITING_ACTION"));
        let weights: Vec<u32> = service.delivery.rules[0].groups.iter().map(|one| one.weight).collect();
        assert_eq!((weights, service.delivery.settings.bake_minutes), (vec![75, 25], Some(10)));
    }

    #[tokio::test]
    async fn a_record_that_may_not_be_read_costs_only_itself() {
        let listed = list(A, 0, 1, None, None);
        let denied = mock!(Client::describe_service_deployments).then_error(|| {
            DescribeServiceDeploymentsError::generic(ErrorMetadata::builder().code("AccessDeniedException").build())
        });
        let service = read_with(&[&listed, &paired(), &denied], &[&rules()]).await;
        assert!(service.delivery.record.is_none() && service.delivery.rules.len() == 1);
        assert!(service.delivery.unread[0].contains("ecs:DescribeServiceDeployments"), "{:?}", service.delivery.unread);
    }

    #[tokio::test]
    async fn task_sets_of_another_controller_are_deployments() {
        let listed = list(A, 0, 1, None, None);
        let described = mock!(Client::describe_services).then_output(|| {
            let set = |id: &str, status: &str, group: &str| {
                let balancer = LoadBalancer::builder().target_group_arn(group).build();
                TaskSet::builder().id(id).status(status).task_definition("app:7").load_balancers(balancer).build()
            };
            let controller = DeploymentController::builder().r#type(DeploymentControllerType::CodeDeploy).build();
            let service = SdkService::builder()
                .service_arn(arn(A, 0))
                .status("ACTIVE")
                .deployment_controller(controller.expect("whole"))
                .task_sets(set("ecs-svc/2", "ACTIVE", "green"))
                .task_sets(set("ecs-svc/1", "PRIMARY", "blue"));
            DescribeServicesOutput::builder().services(service.build()).build()
        });
        let service = read_with(&[&listed, &described], &[]).await;
        let told: Vec<&str> = service.deployments.iter().map(|one| one.id.as_str()).collect();
        assert_eq!((told, service.task_definition.as_str()), (vec!["ecs-svc/1", "ecs-svc/2"], "app:7"));
        assert_eq!(service.target_groups(), [&Arn::from("green"), &Arn::from("blue")]);
    }
}
