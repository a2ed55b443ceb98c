//! Changes to a service whose answer is lost: each is sent once, and found by what it made, or not known.

use aws_sdk_ecs::Client;
use aws_sdk_ecs::operation::describe_service_deployments::DescribeServiceDeploymentsOutput;
use aws_sdk_ecs::operation::describe_services::DescribeServicesOutput;
use aws_sdk_ecs::operation::describe_task_definition::DescribeTaskDefinitionOutput;
use aws_sdk_ecs::types::{
    ContainerDefinition, Deployment, DeploymentLifecycleHookDetail, ServiceDeployment, TaskDefinitionStatus,
};
use aws_smithy_mocks::{Rule, mock};
use aws_smithy_runtime_api::client::orchestrator::HttpResponse;
use aws_smithy_runtime_api::http::StatusCode;
use aws_smithy_types::body::SdkBody;
use rstest::rstest;

use super::*;
use crate::aws::mocked;
use crate::kinds::ecs_service::change::{Register, Subject};
use crate::world::{KindName, ResourceId, Scope};

const SEVEN: &str = "arn:aws:ecs:ap-northeast-1:1:task-definition/app:7";
const EIGHT: &str = "arn:aws:ecs:ap-northeast-1:1:task-definition/app:8";
const ROLLOUT: &str = "arn:aws:ecs:ap-northeast-1:1:service-deployment/c/web/x";

fn subject() -> Subject {
    let scope = Scope::new("p", "ap-northeast-1");
    let key = "arn:aws:ecs:ap-northeast-1:1:service/c/web".into();
    let id = ResourceId { kind: KindName("ecs-service"), scope, key };
    Subject { id, environment: "e".into(), cluster: Arn::from("c"), on: Arn::from(SEVEN) }
}

fn broken() -> HttpResponse {
    HttpResponse::new(StatusCode::try_from(500).expect("a status"), SdkBody::from("{\"__type\":\"ServerException\"}"))
}

/// The service at each look: the id of its deployment, its revision and how many tasks it wants.
fn looks(at: Vec<(&'static str, &'static str, i32)>) -> Rule {
    let looked = std::sync::atomic::AtomicUsize::new(0);
    mock!(Client::describe_services).then_compute_output(move |_| {
        let look = looked.fetch_add(1, std::sync::atomic::Ordering::Relaxed).min(at.len() - 1);
        let (id, revision, desired) = at[look];
        let first = Deployment::builder().id(id).status("PRIMARY").build();
        let service =
            Service::builder().status("ACTIVE").task_definition(revision).desired_count(desired).deployments(first);
        DescribeServicesOutput::builder().services(service.build()).build()
    })
}

fn revision(number: i32, image: &str) -> TaskDefinition {
    TaskDefinition::builder()
        .task_definition_arn(format!("arn:aws:ecs:ap-northeast-1:1:task-definition/app:{number}"))
        .family("app")
        .revision(number)
        .status(TaskDefinitionStatus::Active)
        .container_definitions(ContainerDefinition::builder().name("web").image(image).build())
        .build()
}

fn describe(name: &'static str, number: i32, image: &'static str) -> Rule {
    mock!(Client::describe_task_definition)
        .match_requests(move |input| input.task_definition() == Some(name))
        .then_output(move || DescribeTaskDefinitionOutput::builder().task_definition(revision(number, image)).build())
}

fn client(rules: &[&Rule]) -> Clients {
    Clients { ecs: mocked!(aws_sdk_ecs, rules.iter().copied()), ..Clients::silent() }
}

#[rstest]
#[case::forced(ServiceUpdate::Force, vec![("d-0", SEVEN, 1), ("d-0", SEVEN, 1), ("d-1", SEVEN, 1)], Some("d-1"))]
#[case::not_forced(ServiceUpdate::Force, vec![("d-0", SEVEN, 1)], None)]
#[case::somebody_else_deployed(ServiceUpdate::Force, vec![("d-0", SEVEN, 1), ("d-1", EIGHT, 1)], None)]
#[case::deployed(ServiceUpdate::Revision(Arn::from(EIGHT)), vec![("d-0", SEVEN, 1), ("d-1", EIGHT, 1)], Some("d-1"))]
#[case::not_deployed(ServiceUpdate::Revision(Arn::from(EIGHT)), vec![("d-0", SEVEN, 1)], None)]
#[case::scaled(ServiceUpdate::Scale(3), vec![("d-0", SEVEN, 1), ("d-0", SEVEN, 3)], Some("d-0"))]
#[case::without_an_id(ServiceUpdate::Force, vec![("d-0", SEVEN, 1), ("", SEVEN, 1)], None)]
#[case::not_scaled(ServiceUpdate::Scale(3), vec![("d-0", SEVEN, 1)], None)]
#[tokio::test(start_paused = true)]
async fn a_service_is_told_once_and_what_came_of_it_is_found(
    #[case] what: ServiceUpdate,
    #[case] seen: Vec<(&'static str, &'static str, i32)>,
    #[case] deployment: Option<&str>,
) {
    let (looks, eight) = (looks(seen), describe(EIGHT, 8, "web:v2"));
    let update = mock!(Client::update_service).then_http_response(broken);
    let got = Tell { subject: subject(), what }.update(&client(&[&looks, &update, &eight])).await;
    assert_eq!(update.num_calls(), 1);
    match (got, deployment) {
        (Ok(receipt), Some(id)) => {
            assert_eq!(receipt.fact("deployment"), Some(id));
            assert!(receipt.message.expect("a message").starts_with("the answer was lost; found: "));
        }
        (Err(fault), None) => assert!(fault.answer_lost && fault.message.contains("is not known"), "{fault}"),
        (got, wanted) => panic!("{got:?}, {wanted:?}"),
    }
}

#[rstest]
#[case::registered(8, "web:v2", Some(EIGHT))]
#[case::other_content(8, "web:v3", None)]
#[case::none_newer(7, "web:v1", None)]
#[tokio::test(start_paused = true)]
async fn a_revision_is_registered_once_and_found_by_its_content(
    #[case] newest: i32,
    #[case] image: &'static str,
    #[case] found: Option<&str>,
) {
    let (service, seven, newest) =
        (looks(vec![("d-0", SEVEN, 1)]), describe(SEVEN, 7, "web:v1"), describe("app", newest, image));
    let register = mock!(Client::register_task_definition).then_http_response(broken);
    let change = Register { subject: subject(), images: vec![("web".to_owned(), "web:v2".to_owned())] };
    let got = change.register(&client(&[&service, &seven, &newest, &register])).await;
    assert_eq!(register.num_calls(), 1);
    assert_eq!(got.as_ref().ok().and_then(|receipt| receipt.fact("revision")), found);
    assert!(got.err().is_none_or(|fault| fault.answer_lost));
}

#[rstest]
#[case::taken_back(ServiceDeploymentStatus::RollbackRequested, true)]
#[case::still_going(ServiceDeploymentStatus::InProgress, false)]
#[tokio::test(start_paused = true)]
async fn a_rollout_is_taken_back_once(#[case] status: ServiceDeploymentStatus, #[case] found: bool) {
    let service = looks(vec![("d-0", SEVEN, 1)]);
    let stop = mock!(Client::stop_service_deployment).then_http_response(broken);
    let seen = mock!(Client::describe_service_deployments).then_output(move || {
        let one = ServiceDeployment::builder().status(status.clone()).build();
        DescribeServiceDeploymentsOutput::builder().service_deployments(one).build()
    });
    let tell = Tell { subject: subject(), what: ServiceUpdate::TakeBack(Arn::from(ROLLOUT)) };
    let got = tell.update(&client(&[&service, &stop, &seen])).await;
    assert_eq!((stop.num_calls(), got.is_ok()), (1, found), "{got:?}");
}

/// The pause at each look at the record.
fn pauses(at: Vec<&'static str>) -> Rule {
    let looked = std::sync::atomic::AtomicUsize::new(0);
    mock!(Client::describe_service_deployments).then_compute_output(move |_| {
        let look = looked.fetch_add(1, std::sync::atomic::Ordering::Relaxed).min(at.len() - 1);
        let hook = DeploymentLifecycleHookDetail::builder().hook_id("hook-1").status(at[look].into()).build();
        let one = ServiceDeployment::builder().lifecycle_hook_details(hook).build();
        DescribeServiceDeploymentsOutput::builder().service_deployments(one).build()
    })
}

#[rstest]
#[case::heard(true, vec!["AWAITING_ACTION", "AWAITING_ACTION", "SUCCEEDED"], true)]
#[case::rejected(false, vec!["AWAITING_ACTION", "FAILED"], true)]
#[case::still_waits(true, vec!["AWAITING_ACTION"], false)]
#[case::ran_out(true, vec!["AWAITING_ACTION", "TIMED_OUT"], false)]
#[case::somebody_rejected(true, vec!["AWAITING_ACTION", "FAILED"], false)]
#[case::somebody_let_it_go_on(false, vec!["AWAITING_ACTION", "SUCCEEDED"], false)]
#[tokio::test(start_paused = true)]
async fn a_pause_is_answered_once_and_the_record_tells_whether_it_was_heard(
    #[case] go_on: bool,
    #[case] seen: Vec<&'static str>,
    #[case] found: bool,
) {
    let (service, seen) = (looks(vec![("d-0", SEVEN, 1)]), pauses(seen));
    let answer = mock!(Client::continue_service_deployment).then_http_response(broken);
    let given = Answer { deployment: Arn::from(ROLLOUT), hook: "hook-1".to_owned(), go_on };
    let tell = Tell { subject: subject(), what: ServiceUpdate::Answer(given) };
    let got = tell.update(&client(&[&service, &answer, &seen])).await;
    assert_eq!((answer.num_calls(), got.is_ok()), (1, found), "{got:?}");
    match got {
        Ok(receipt) => {
            assert_eq!((receipt.fact("record"), receipt.fact("hook")), (Some(ROLLOUT), Some("hook-1")));
            assert!(receipt.message.expect("a message").starts_with("the answer was lost; found: "));
        }
        Err(fault) => assert!(fault.answer_lost && fault.message.contains("is not known"), "{fault}"),
    }
}

#[tokio::test(start_paused = true)]
async fn exec_is_turned_on_once() {
    let service = looks(vec![("d-0", SEVEN, 1), ("d-1", SEVEN, 1)]);
    let update = mock!(Client::update_service).then_http_response(broken);
    let aws = client(&[&service, &update]);
    let before = described(&aws, "c", "web").await.expect("the service");
    let lost = aws.call("ecs:UpdateService", None, aws.ecs.update_service().send()).await.expect_err("it is lost");
    let receipt = forced(&aws, ("c", "web"), &before, lost).await.expect("it is found");
    assert_eq!((receipt.fact("deployment"), update.num_calls()), (Some("d-1"), 1));
}

/// What is there and cannot be named is neither found nor missing.
#[tokio::test(start_paused = true)]
async fn a_deployment_or_a_revision_without_a_name_is_told() {
    let (looks, update) =
        (looks(vec![("d-0", SEVEN, 1), ("", SEVEN, 1)]), mock!(Client::update_service).then_http_response(broken));
    let tell = Tell { subject: subject(), what: ServiceUpdate::Force };
    let fault = tell.update(&client(&[&looks, &update])).await.expect_err("it is not known");
    assert!(fault.message.contains("its newest deployment is there without an id"), "{fault}");
    let service = self::looks(vec![("d-0", SEVEN, 1)]);
    let nameless = mock!(Client::describe_task_definition)
        .match_requests(|input| input.task_definition() == Some("app"))
        .then_output(|| {
            let mut nameless = revision(8, "web:v2");
            nameless.task_definition_arn = None;
            DescribeTaskDefinitionOutput::builder().task_definition(nameless).build()
        });
    let (seven, register) =
        (describe(SEVEN, 7, "web:v1"), mock!(Client::register_task_definition).then_http_response(broken));
    let change = Register { subject: subject(), images: vec![("web".to_owned(), "web:v2".to_owned())] };
    let fault = change.register(&client(&[&service, &seven, &nameless, &register])).await.expect_err("it is not known");
    assert!(fault.message.contains("the revision is there without its ARN"), "{fault}");
    assert_eq!((register.num_calls(), update.num_calls()), (1, 1));
}

/// An answer that is whole and names nothing is one whose change was made: it is found, and not made again.
#[tokio::test(start_paused = true)]
async fn an_answer_that_names_nothing_is_lost_too() {
    use aws_sdk_ecs::operation::register_task_definition::RegisterTaskDefinitionOutput;
    use aws_sdk_ecs::operation::update_service::UpdateServiceOutput;
    let (looks, update) = (
        looks(vec![("d-0", SEVEN, 1), ("d-1", SEVEN, 1)]),
        mock!(Client::update_service).then_output(|| UpdateServiceOutput::builder().build()),
    );
    let tell = Tell { subject: subject(), what: ServiceUpdate::Force };
    let receipt = tell.update(&client(&[&looks, &update])).await.expect("it is found");
    assert_eq!((receipt.fact("deployment"), update.num_calls()), (Some("d-1"), 1));
    let (service, seven) = (self::looks(vec![("d-0", SEVEN, 1)]), describe(SEVEN, 7, "web:v1"));
    let newest = describe("app", 8, "web:v2");
    let register =
        mock!(Client::register_task_definition).then_output(|| RegisterTaskDefinitionOutput::builder().build());
    let change = Register { subject: subject(), images: vec![("web".to_owned(), "web:v2".to_owned())] };
    let receipt = change.register(&client(&[&service, &seven, &newest, &register])).await.expect("it is found");
    assert_eq!((receipt.fact("revision"), register.num_calls()), (Some(EIGHT), 1));
}
