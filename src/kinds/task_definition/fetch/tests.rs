//! Revisions read from mocked answers: values of environment variables never get through.

use std::collections::HashMap;

use aws_sdk_ecs::operation::describe_task_definition::DescribeTaskDefinitionOutput;
use aws_sdk_ecs::types::{
    ContainerDefinition, KeyValuePair, LogConfiguration, LogDriver, Secret, TaskDefinition as SdkDefinition,
};

use rstest::rstest;

use super::{definition, names_one};

#[test]
fn names_of_variables_stay_and_their_values_go() {
    let variable = KeyValuePair::builder().name("DATABASE_URL").value("postgres://u:hunter2@h/db").build();
    let secret = Secret::builder().name("TOKEN").value_from("arn:aws:secretsmanager:r:1:secret:t").build();
    let options = HashMap::from([("awslogs-group".to_owned(), "/app".to_owned())]);
    let log = LogConfiguration::builder().log_driver(LogDriver::Awslogs).set_options(Some(options)).build();
    let container = ContainerDefinition::builder()
        .name("app")
        .environment(variable)
        .secrets(secret.expect("a secret"))
        .log_configuration(log.expect("a log configuration"))
        .build();
    let from = SdkDefinition::builder()
        .task_definition_arn("arn:aws:ecs:r:1:task-definition/app:7")
        .revision(7)
        .container_definitions(container)
        .build();
    let found = definition(&DescribeTaskDefinitionOutput::builder().task_definition(from).build()).expect("a revision");
    let container = &found.containers[0];
    assert_eq!(
        (&container.environment[..], &container.secrets[..]),
        (&["DATABASE_URL".to_owned()][..], &["TOKEN".to_owned()][..])
    );
    assert_eq!((container.log_group.as_deref(), container.essential), (Some("/app"), true));
    assert!(!serde_json::to_string(&found).expect("JSON").contains("hunter2"));
}

/// Whoever tries every kind names parts of all of them: only families and revisions are asked for.
#[rstest]
#[case::family("city-prod_backend", true)]
#[case::revision("city-prod_backend:118", true)]
#[case::arn("arn:aws:ecs:ap-northeast-1:1:task-definition/city:118", true)]
#[case::a_topic("arn:aws:sns:ap-northeast-1:1:alerts", false)]
#[case::a_change("cpu-high@2026-11-30T22:30:59.391Z", false)]
#[case::a_service("arn:aws:ecs:ap-northeast-1:1:service/city-prod/web", false)]
#[case::no_number("city:latest", false)]
#[case::nothing("", false)]
fn a_part_is_a_family_or_a_revision(#[case] part: &str, #[case] is: bool) {
    assert_eq!(names_one(part), is);
}
