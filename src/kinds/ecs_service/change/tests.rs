//! Changes over mocked answers: what is asked before anything is changed, what is sent, and what stands when a later
//! call is refused.

use aws_sdk_ecs::Client;
use aws_sdk_ecs::operation::describe_services::DescribeServicesOutput;
use aws_sdk_ecs::operation::describe_task_definition::DescribeTaskDefinitionOutput;
use aws_sdk_ecs::operation::register_task_definition::RegisterTaskDefinitionOutput;
use aws_sdk_ecs::operation::update_service::{UpdateServiceError, UpdateServiceOutput};
use aws_sdk_ecs::types::error::ServiceNotActiveException;
use aws_sdk_ecs::types::{
    ContainerDefinition, Deployment, KeyValuePair, Service, TaskDefinition, TaskDefinitionStatus,
};
use aws_smithy_mocks::{Rule, mock};
use aws_smithy_runtime_api::client::orchestrator::HttpResponse;
use aws_smithy_runtime_api::http::StatusCode;
use aws_smithy_types::body::SdkBody;

use super::*;
use crate::aws::mocked;
use crate::change::procedure::{Observation, Procedure, Step};
use crate::change::{Ending, How};
use crate::kinds::testing_samples::service as a_service;
use crate::operations::ecs_service::Rollout;
use crate::world::{KindName, Scope, World};

const SEVEN: &str = "arn:aws:ecs:ap-northeast-1:1:task-definition/app:7";
const EIGHT: &str = "arn:aws:ecs:ap-northeast-1:1:task-definition/app:8";

fn subject() -> Subject {
    let scope = Scope::new("p", "ap-northeast-1");
    let key = "arn:aws:ecs:ap-northeast-1:1:service/c/web".into();
    let id = ResourceId { kind: KindName("ecs-service"), scope, key };
    Subject { id, environment: "e".into(), cluster: Arn::from("c"), on: Arn::from(SEVEN) }
}

fn on(revision: &'static str, status: &'static str) -> Rule {
    mock!(Client::describe_services).then_output(move || {
        let service = Service::builder().status(status).task_definition(revision).build();
        DescribeServicesOutput::builder().services(service).build()
    })
}

fn definition(arn: &str, image: &str) -> TaskDefinition {
    let pair = KeyValuePair::builder().name("DATABASE_URL").value("postgresql://u:hunter2@h/d").build();
    let container = ContainerDefinition::builder().name("web").image(image).environment(pair).build();
    TaskDefinition::builder()
        .task_definition_arn(arn)
        .status(TaskDefinitionStatus::Active)
        .container_definitions(container)
        .build()
}

fn describe(arn: &'static str, image: &'static str) -> Rule {
    mock!(Client::describe_task_definition)
        .match_requests(move |input| input.task_definition() == Some(arn))
        .then_output(move || DescribeTaskDefinitionOutput::builder().task_definition(definition(arn, image)).build())
}

fn register() -> Rule {
    mock!(Client::register_task_definition)
        .match_requests(|input| input.container_definitions()[0].image() == Some("web:v2"))
        .then_output(|| RegisterTaskDefinitionOutput::builder().task_definition(definition(EIGHT, "web:v2")).build())
}

fn client(rules: &[&Rule]) -> Clients {
    Clients { ecs: mocked!(aws_sdk_ecs, rules.iter().copied()), ..Clients::silent() }
}

fn to_v2() -> Register {
    Register { subject: subject(), images: vec![("web".to_owned(), "web:v2".to_owned())] }
}

#[tokio::test]
async fn the_revision_of_the_service_is_registered_anew_and_read_back() {
    let rules = (on(SEVEN, "ACTIVE"), describe(SEVEN, "web:v1"), register(), describe(EIGHT, "web:v2"));
    let aws = client(&[&rules.0, &rules.1, &rules.2, &rules.3]);
    let receipt = to_v2().register(&aws).await.expect("a revision");
    assert_eq!((receipt.fact("revision"), receipt.fact("differs")), (Some(EIGHT), None));
    assert_eq!(rules.3.num_calls(), 1);
}

#[tokio::test]
async fn a_copy_that_differs_is_told_without_its_values() {
    let rules = (on(SEVEN, "ACTIVE"), describe(SEVEN, "web:v1"), register());
    let other = mock!(Client::describe_task_definition)
        .match_requests(|input| input.task_definition() == Some(EIGHT))
        .then_output(|| {
            let mut copy = definition(EIGHT, "web:v2");
            copy.memory = Some("64".to_owned());
            if let Some(containers) = &mut copy.container_definitions {
                containers[0].environment = None;
            }
            DescribeTaskDefinitionOutput::builder().task_definition(copy).build()
        });
    let aws = client(&[&rules.0, &rules.1, &rules.2, &other]);
    let receipt = to_v2().register(&aws).await.expect("a revision");
    assert_eq!(receipt.fact("differs"), Some("memory, environment of web"));
    assert!(!format!("{receipt:?}").contains("hunter2"), "{receipt:?}");
}

#[tokio::test]
async fn a_service_that_moved_on_or_went_is_not_touched() {
    let moved = on(EIGHT, "ACTIVE");
    let fault = to_v2().register(&client(&[&moved])).await.expect_err("it moved");
    assert!(fault.message.contains("went to app:8 meanwhile"), "{fault}");
    let gone = on(SEVEN, "INACTIVE");
    let tell = Tell { subject: subject(), what: ServiceUpdate::Scale(2) };
    let fault = tell.update(&client(&[&gone])).await.expect_err("it went");
    assert_eq!(fault.kind, FaultKind::Gone);
}

#[tokio::test]
async fn an_inactive_revision_is_refused_clearly() {
    let service = on(SEVEN, "ACTIVE");
    let inactive = mock!(Client::describe_task_definition).then_output(|| {
        let mut definition = definition(EIGHT, "web:v0");
        definition.status = Some(TaskDefinitionStatus::Inactive);
        DescribeTaskDefinitionOutput::builder().task_definition(definition).build()
    });
    let tell = Tell { subject: subject(), what: ServiceUpdate::Revision(Arn::from(EIGHT)) };
    let fault = tell.update(&client(&[&service, &inactive])).await.expect_err("it is refused");
    assert_eq!(fault.message, "app:8 is INACTIVE: only an ACTIVE revision can be deployed");
}

#[tokio::test]
async fn updating_names_the_deployment() {
    let service = on(SEVEN, "ACTIVE");
    let update = mock!(Client::update_service)
        .match_requests(|input| input.force_new_deployment() == Some(true))
        .then_output(|| {
            let first = Deployment::builder().id("ecs-svc/1").status("PRIMARY").build();
            let old = Deployment::builder().id("ecs-svc/0").status("ACTIVE").build();
            let service = Service::builder().deployments(old).deployments(first).build();
            UpdateServiceOutput::builder().service(service).build()
        });
    let tell = Tell { subject: subject(), what: ServiceUpdate::Force };
    let receipt = tell.update(&client(&[&service, &update])).await.expect("it is taken");
    assert_eq!(receipt.fact("deployment"), Some("ecs-svc/1"));
}

/// Performs what a procedure asks for until it waits or ends.
async fn carry(mut procedure: Rollout, aws: &Clients) -> Ending {
    let world = World::default();
    for _ in 0..5 {
        let now = jiff::Timestamp::UNIX_EPOCH;
        match procedure.step(&Observation { world: &world, faults: &[], now }) {
            Step::End(ending) => return ending,
            Step::Wait(_) => panic!("it waits"),
            Step::Act(changes) => {
                for change in changes {
                    let got = match change.change_request().verb {
                        "register-revision" => to_v2().register(aws).await,
                        _ => {
                            Tell { subject: subject(), what: ServiceUpdate::Revision(Arn::from(EIGHT)) }
                                .update(aws)
                                .await
                        }
                    };
                    procedure.told(&change.change_request(), &got, now);
                }
            }
        }
    }
    panic!("it never ends")
}

fn rollout() -> Rollout {
    let plan = to_v2().plan();
    let hands = Changes { subject: subject(), images: to_v2().images, what: ServiceUpdate::Force };
    Rollout::new(plan, &a_service(), Arn::from(SEVEN), Box::new(hands))
}

#[tokio::test]
async fn a_revision_that_could_not_be_deployed_is_named_and_left() {
    let rules = (on(SEVEN, "ACTIVE"), describe(SEVEN, "web:v1"), register(), describe(EIGHT, "web:v2"));
    let refused = mock!(Client::update_service).then_error(|| {
        UpdateServiceError::ServiceNotActiveException(
            ServiceNotActiveException::builder().message("not active").build(),
        )
    });
    let aws = client(&[&rules.0, &rules.1, &rules.2, &rules.3, &refused]);
    let ending = carry(rollout(), &aws).await;
    assert_eq!(ending.how, How::Incomplete);
    assert!(ending.message.starts_with("app:8 was registered and is left as it is"), "{}", ending.message);
}

#[tokio::test]
async fn nothing_registered_means_nothing_changed() {
    let moved = on(EIGHT, "ACTIVE");
    let ending = carry(rollout(), &client(&[&moved])).await;
    assert_eq!(ending.how, How::Failed);
    assert!(ending.message.starts_with("nothing was changed: "), "{}", ending.message);
}

/// What AWS answers of revision 7, with `more` in place of the container's last field.
fn raw(more: &'static str) -> Rule {
    mock!(Client::describe_task_definition)
        .match_requests(|input| input.task_definition() == Some(SEVEN))
        .then_http_response(move || {
            let container = format!(
                r#"{{"name":"web","image":"web:v1","cpu":0,"essential":true,"environment":[],"mountPoints":[],{more}}}"#
            );
            let definition = format!(
                r#"{{"taskDefinitionArn":"{SEVEN}","family":"app","revision":7,"status":"ACTIVE","volumes":[],
                    "registeredAt":1.5,"requiresAttributes":[{{"name":"x"}}],"compatibilities":["EC2"],
                    "containerDefinitions":[{container}]}}"#
            );
            let body = format!(r#"{{"taskDefinition":{definition},"tags":[]}}"#);
            HttpResponse::new(StatusCode::try_from(200).expect("a status"), SdkBody::from(body))
        })
}

#[tokio::test]
async fn a_revision_with_what_aws_has_added_since_is_not_registered_without_it() {
    let unknown = [
        (r#""newThing":{"on":false}"#, "containerDefinitions[web].newThing"),
        (r#""healthCheck":{"command":["x"],"newKind":0}"#, "containerDefinitions[web].healthCheck.newKind"),
        (r#""portMappings":[{"containerPort":80,"newPort":"a"}]"#, "containerDefinitions[web].portMappings[0].newPort"),
    ];
    for (more, path) in unknown {
        let rules = (on(SEVEN, "ACTIVE"), raw(more), register());
        // The mock counts what is about to be sent; that nothing is, the refusal itself says.
        let fault = to_v2().register(&client(&[&rules.0, &rules.1, &rules.2])).await.expect_err("it would be lost");
        assert_eq!((fault.kind, fault.answer_lost), (FaultKind::Refused, false), "{fault}");
        assert!(fault.message.contains(&format!("would lose: {path}; nothing was sent")), "{fault}");
    }
    // What the SDK knows is written back, and what is empty need not be.
    let known = r#""healthCheck":{"command":["x"],"retries":3},"portMappings":[{"containerPort":80}],"links":[]"#;
    let rules = (on(SEVEN, "ACTIVE"), raw(known), register(), describe(EIGHT, "web:v2"));
    let receipt = to_v2().register(&client(&[&rules.0, &rules.1, &rules.2, &rules.3])).await.expect("a revision");
    assert_eq!((receipt.fact("revision"), rules.2.num_calls()), (Some(EIGHT), 1));
}
