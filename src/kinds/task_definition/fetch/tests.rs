//! Revisions read from mocked answers: values of environment variables never get through.

use std::collections::HashMap;

use aws_sdk_ecs::operation::describe_task_definition::DescribeTaskDefinitionOutput;
use aws_sdk_ecs::types::{
    ContainerDefinition, KeyValuePair, LogConfiguration, LogDriver, Secret, TaskDefinition as SdkDefinition,
};

use super::definition;

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
