//! Tasks read from mocked answers: running and stopped ones once each, addresses from both places.

use aws_sdk_ecs::Client;
use aws_sdk_ecs::operation::describe_tasks::{DescribeTasksInput, DescribeTasksOutput};
use aws_sdk_ecs::operation::list_tasks::ListTasksOutput;
use aws_sdk_ecs::types::{
    Attachment, Container, DesiredStatus, KeyValuePair, ManagedAgent, ManagedAgentName, NetworkInterface,
    Task as SdkTask,
};
use aws_smithy_mocks::{Rule, mock};

use super::{ips, read, task};
use crate::aws::{Clients, mocked};
use crate::kinds::testing::{ask, parts, scope};
use crate::world::World;

const CLUSTER: &str = "arn:aws:ecs:ap-northeast-1:1:cluster/a";

fn list(status: DesiredStatus, arns: &'static [&'static str]) -> Rule {
    mock!(Client::list_tasks)
        .match_requests(move |input| input.desired_status() == Some(&status) && input.max_results() == Some(100))
        .then_output(move || {
            ListTasksOutput::builder().set_task_arns(Some(arns.iter().map(|arn| (*arn).into()).collect())).build()
        })
}

#[tokio::test]
async fn a_task_in_both_lists_is_described_once() {
    let described = mock!(Client::describe_tasks).then_compute_output(|input: &DescribeTasksInput| {
        let all = input.tasks().iter().map(|arn| SdkTask::builder().task_arn(arn).build());
        DescribeTasksOutput::builder().set_tasks(Some(all.collect())).build()
    });
    let rules = [list(DesiredStatus::Running, &["t1", "t2"]), list(DesiredStatus::Stopped, &["t2", "t3"]), described];
    let aws = Clients { ecs: mocked!(aws_sdk_ecs, &rules), ..Clients::silent() };
    let (scope, world, coverage) = (scope(), World::default(), parts(&[CLUSTER]));
    let reading = read(ask(&aws, &scope, &world, &coverage)).await.expect("tasks");
    let tasks = reading.parts[0].1.as_ref().expect("a list");
    assert_eq!(tasks.iter().map(|task| task.arn.as_str()).collect::<Vec<_>>(), ["t1", "t2", "t3"]);
    assert_eq!((tasks[0].cluster.as_str(), tasks[0].last_status.as_str()), (CLUSTER, "UNKNOWN"));
    assert_eq!(rules[2].num_calls(), 1);
}

#[tokio::test]
async fn an_empty_cluster_takes_no_describing() {
    let rules = [list(DesiredStatus::Running, &[]), list(DesiredStatus::Stopped, &[])];
    let aws = Clients { ecs: mocked!(aws_sdk_ecs, &rules), ..Clients::silent() };
    let (scope, world, coverage) = (scope(), World::default(), parts(&[CLUSTER]));
    let reading = read(ask(&aws, &scope, &world, &coverage)).await.expect("tasks");
    assert_eq!(reading.parts[0].1.as_ref().map(Vec::len), Ok(0));
}

#[test]
fn addresses_and_the_exec_agent_are_found() {
    let of_container = NetworkInterface::builder().private_ipv4_address("10.0.0.1").build();
    let agent = ManagedAgent::builder().name(ManagedAgentName::ExecuteCommandAgent).last_status("RUNNING").build();
    let detail = |value: &str| KeyValuePair::builder().name("privateIPv4Address").value(value).build();
    let from = SdkTask::builder()
        .task_arn("t")
        .containers(Container::builder().name("app").network_interfaces(of_container).managed_agents(agent).build())
        .attachments(Attachment::builder().details(detail("10.0.0.1")).details(detail("10.0.0.2")).build())
        .build();
    assert_eq!(ips(&from), ["10.0.0.1", "10.0.0.2"]);
    let task = task(&from, CLUSTER).expect("a task");
    assert_eq!(task.containers[0].exec_agent.as_deref(), Some("RUNNING"));
}
