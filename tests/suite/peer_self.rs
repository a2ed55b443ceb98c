//! The peer held against the real SDK crates: what it says must arrive, typed, through the wire format of each service.
//!
//! Tests the peer only. What toban makes of the answers is tested elsewhere.

use std::collections::BTreeSet;

use crate::support::peer::{ACCOUNT, PROD_ACCOUNT, PROD_ROLE, Peer, shared};
use aws_sdk_cloudwatch::types::{AlarmType, StateValue};
use aws_sdk_elasticloadbalancingv2::types::{TargetHealthReasonEnum, TargetHealthStateEnum};
use aws_smithy_types::error::metadata::ProvideErrorMetadata;
use serde_json::{Value, json};

#[tokio::test]
async fn alarms_arrive_over_cbor_page_by_page_with_the_time_their_state_began() {
    let cloudwatch = aws_sdk_cloudwatch::Client::new(&shared().sdk());
    let mut pages = cloudwatch
        .describe_alarms()
        .alarm_types(AlarmType::MetricAlarm)
        .alarm_types(AlarmType::CompositeAlarm)
        .max_records(10)
        .into_paginator()
        .send();
    let (mut metric, mut composite, mut count) = (Vec::new(), Vec::new(), 0);
    while let Some(page) = pages.next().await {
        let page = page.expect("a page of alarms");
        metric.extend(page.metric_alarms.unwrap_or_default());
        composite.extend(page.composite_alarms.unwrap_or_default());
        count += 1;
    }
    assert!(count > 3, "{count} pages");
    assert_eq!(composite.len(), 2);
    assert!(metric.iter().all(|alarm| alarm.state_transitioned_timestamp().is_some()));
    let in_state = |state: StateValue| metric.iter().filter(move |alarm| alarm.state_value() == Some(&state)).count();
    assert_eq!(in_state(StateValue::InsufficientData), 2, "the two alarms on a metric that does not exist");
    assert_eq!(in_state(StateValue::Alarm), 2, "the two AlarmLow of target tracking");
    let spoken: Vec<_> = metric.iter().filter_map(|alarm| alarm.alarm_description()).collect();
    assert!(spoken.iter().any(|text| text.contains("正常でないターゲット")), "{spoken:?}");
    let rate = metric.iter().find(|alarm| alarm.alarm_name().is_some_and(|name| name.contains("Alb5xxRate")));
    assert_eq!(rate.map(|alarm| alarm.metrics().len()), Some(3));
}

#[tokio::test]
async fn a_service_has_settled_and_its_tasks_are_the_registered_targets() {
    let sdk = shared().sdk();
    let ecs = aws_sdk_ecs::Client::new(&sdk);
    let cluster = "prooflink-prod-cluster";
    let answer =
        ecs.describe_services().cluster(cluster).services("prooflink-prod-service").send().await.expect("services");
    let service = answer.services().first().expect("the service");
    assert_eq!((service.running_count(), service.desired_count(), service.pending_count()), (2, 2, 0));
    let deployment = service.deployments().first().expect("a deployment");
    assert_eq!(deployment.rollout_state().map(aws_sdk_ecs::types::DeploymentRolloutState::as_str), Some("COMPLETED"));
    assert!(
        service
            .events()
            .first()
            .and_then(|event| event.message())
            .is_some_and(|text| text.ends_with("has reached a steady state."))
    );

    let arns = ecs.list_tasks().cluster(cluster).service_name("prooflink-prod-service").send().await.expect("tasks");
    let tasks = ecs.describe_tasks().cluster(cluster).set_tasks(arns.task_arns).send().await.expect("tasks");
    let addresses: BTreeSet<_> = tasks
        .tasks()
        .iter()
        .flat_map(|task| task.containers())
        .flat_map(|container| container.network_interfaces())
        .filter_map(|interface| interface.private_ipv4_address())
        .collect();
    assert_eq!(addresses, BTreeSet::from(["10.20.1.15", "10.20.2.27"]));
    let task = tasks.tasks().first().expect("a task");
    assert_eq!((task.started_by(), task.group()), (deployment.id(), Some("service:prooflink-prod-service")));
    assert!(
        task.started_at().is_some() && task.containers().iter().all(|container| container.image_digest().is_some())
    );
}

#[tokio::test]
async fn databases_nodes_tags_and_the_other_account_arrive() {
    let sdk = shared().sdk();
    let rds = aws_sdk_rds::Client::new(&sdk);
    let databases = rds.describe_db_instances().send().await.expect("instances");
    assert_eq!(databases.db_instances().len(), 9);
    let clusters = rds.describe_db_clusters().send().await.expect("clusters");
    assert!(clusters.db_clusters().iter().all(|cluster| cluster.db_cluster_members().len() == 2));
    assert!(rds.describe_pending_maintenance_actions().send().await.is_ok());
    assert!(rds.describe_events().send().await.is_ok());

    let nodes = aws_sdk_ssm::Client::new(&sdk).describe_instance_information().send().await.expect("nodes");
    assert_eq!(nodes.instance_information_list().len(), 2);

    let tags = aws_sdk_resourcegroupstagging::Client::new(&sdk).get_resources().into_paginator().items().send();
    let tagged: Vec<_> = tags.collect::<Result<_, _>>().await.expect("tags");
    assert!(tagged.iter().all(|one| !one.tags().is_empty()), "only what is tagged is listed");
    assert!(!tagged.iter().any(|one| one.resource_arn().is_some_and(|arn| arn.contains("prooflink-alb"))));

    let prod = shared().sdk_as(PROD_ROLE).await;
    let caller = aws_sdk_sts::Client::new(&prod).get_caller_identity().send().await.expect("identity");
    assert_eq!(caller.account(), Some(PROD_ACCOUNT));
    let there = aws_sdk_rds::Client::new(&prod).describe_db_instances().send().await.expect("instances");
    let names: Vec<_> = there.db_instances().iter().filter_map(|one| one.db_instance_identifier()).collect();
    assert_eq!(names, ["city-prod-db"]);
}

#[tokio::test]
async fn scripts_stand_in_front_as_answers_errors_patches_and_pages() {
    let peer = Peer::with(&["prooflink"]);
    let table = peer.table();
    let sdk = peer.sdk();
    let group = table["resources"]
        .as_array()
        .and_then(|rows| rows.iter().find(|row| row["name"] == "prooflink-tg"))
        .and_then(|row| row["arn"].as_str())
        .expect("the target group");

    peer.script(&json!({
        "service": "elasticloadbalancing", "operation": "DescribeTargetHealth", "match": {"TargetGroupArn": "prooflink-tg/"}, "times": 1,
        "patch": {"TargetHealthDescriptions": {"[*]": {"TargetHealth": {
            "State": "unhealthy", "Reason": "Target.ResponseCodeMismatch", "Description": "Health checks failed with these codes: [301]"}}}}
    }));
    let elb = aws_sdk_elasticloadbalancingv2::Client::new(&sdk);
    let ask = || elb.describe_target_health().target_group_arn(group).send();
    let health = ask().await.expect("health");
    let first = health.target_health_descriptions()[0].target_health().expect("a state");
    assert_eq!(first.state(), Some(&TargetHealthStateEnum::Unhealthy));
    assert_eq!(first.reason(), Some(&TargetHealthReasonEnum::ResponseCodeMismatch));
    let health = ask().await.expect("health");
    assert_eq!(
        health.target_health_descriptions()[0].target_health().and_then(|one| one.state()),
        Some(&TargetHealthStateEnum::Healthy)
    );

    peer.script(&json!([
        {"service": "ecs", "operation": "ListClusters", "match": {"nextToken": null}, "answer": {"clusterArns": ["one"], "nextToken": "p2"}},
        {"service": "ecs", "operation": "ListClusters", "match": {"nextToken": "p2"}, "answer": {"clusterArns": ["two"]}},
        {"service": "cloudwatch", "operation": "DescribeAlarms", "times": 1, "error": {"code": "AccessDenied", "status": 403, "message": "no: 権限がありません"}},
        {"service": "cloudwatch", "operation": "DescribeAlarms", "patch": {"MetricAlarms": {"[AlarmName=*-high]": {"StateValue": "ALARM", "StateTransitionedTimestamp": "-2h"}}}},
        {"service": "rds", "operation": "DescribeDBInstances", "error": {"code": "Throttling", "status": 400, "message": "Rate exceeded"}},
        {"service": "logs", "operation": "DescribeLogGroups", "cut": true}
    ]));
    let ecs = aws_sdk_ecs::Client::new(&sdk);
    let clusters: Vec<String> =
        ecs.list_clusters().into_paginator().items().send().collect::<Result<_, _>>().await.expect("pages");
    assert_eq!(clusters, ["one", "two"]);

    let cloudwatch = aws_sdk_cloudwatch::Client::new(&sdk);
    let denied = cloudwatch.describe_alarms().send().await.expect_err("denied");
    assert_eq!((denied.code(), denied.message()), (Some("AccessDenied"), Some("no: 権限がありません")));
    let alarms = cloudwatch.describe_alarms().send().await.expect("alarms");
    let states: Vec<_> = alarms
        .metric_alarms()
        .iter()
        .map(|alarm| (alarm.alarm_name().unwrap_or_default(), alarm.state_value()))
        .collect();
    assert!(states.contains(&("prooflink-ecs-cpu-high", Some(&StateValue::Alarm))), "{states:?}");
    assert!(states.contains(&("prooflink-ecs-cpu-high-2", Some(&StateValue::Ok))), "{states:?}");

    let throttled = aws_sdk_rds::Client::new(&sdk).describe_db_instances().send().await.expect_err("throttled");
    assert_eq!(throttled.code(), Some("Throttling"));
    assert!(
        aws_sdk_cloudwatchlogs::Client::new(&sdk).describe_log_groups().send().await.is_err(),
        "an answer cut in half"
    );

    let calls = peer.wait_for_calls("cloudwatch", "DescribeAlarms", 2);
    assert_eq!(calls.iter().map(|call| call["status"].clone()).collect::<Vec<_>>(), [json!(403), json!(200)]);
    peer.reset();
    assert_eq!(peer.calls(), Vec::<Value>::new());
    assert!(
        ecs.list_clusters()
            .send()
            .await
            .expect("clusters")
            .cluster_arns()
            .iter()
            .any(|arn| arn.ends_with("prooflink-dev-cluster"))
    );
}

#[tokio::test]
async fn a_held_call_waits_until_it_is_released_and_others_pass() {
    let peer = Peer::start();
    peer.script(&json!({"service": "ecs", "operation": "ListClusters", "hold": "clusters"}));
    let sdk = peer.sdk();
    let held = tokio::spawn(aws_sdk_ecs::Client::new(&sdk).list_clusters().send());
    let passed = aws_sdk_sts::Client::new(&sdk).get_caller_identity().send().await.expect("identity");
    assert_eq!(passed.account(), Some(ACCOUNT));
    assert!(!held.is_finished());
    peer.release("clusters");
    assert!(held.await.expect("joined").is_ok());
}

#[tokio::test]
async fn an_update_of_a_service_replaces_its_tasks_and_a_reset_empties_the_account() {
    let peer = Peer::start();
    let table = peer.build(&["prooflink"]);
    let built = Peer::with(&["prooflink"]);
    let names = |table: &Value| -> Vec<Value> {
        table["resources"].as_array().into_iter().flatten().map(|row| row["name"].clone()).collect()
    };
    assert_eq!(names(&table), names(built.table()), "before it began or since, it is the same that is built");
    let ecs = aws_sdk_ecs::Client::new(&peer.sdk());
    let (cluster, service) = ("prooflink-dev-cluster", "prooflink-dev-service");
    let tasks = || async {
        ecs.list_tasks()
            .cluster(cluster)
            .service_name(service)
            .send()
            .await
            .expect("tasks")
            .task_arns
            .unwrap_or_default()
    };
    let before = tasks().await;
    let answer = ecs
        .update_service()
        .cluster(cluster)
        .service(service)
        .force_new_deployment(true)
        .desired_count(2)
        .send()
        .await
        .expect("update");
    assert_eq!(answer.service().map(|service| service.running_count()), Some(2));
    let after = tasks().await;
    assert_eq!((before.len(), after.len()), (1, 2));
    assert!(!after.contains(&before[0]));
    ecs.stop_task().cluster(cluster).task(&after[0]).reason("a test").send().await.expect("stopped");
    let replaced = tasks().await;
    assert!(replaced.len() == 2 && !replaced.contains(&after[0]));
    let gone = ecs.describe_tasks().cluster(cluster).tasks(&after[0]).send().await.expect("tasks");
    assert_eq!(gone.tasks()[0].stopped_reason(), Some("a test"));
    peer.reset_all();
    assert_eq!(ecs.list_clusters().send().await.expect("clusters").cluster_arns().len(), 0);
}

#[test]
#[should_panic(expected = "has no member 'lifecycleMood'")]
fn a_patch_with_a_field_that_aws_does_not_have_is_refused() {
    let service = json!({ "[*]": { "lifecycleMood": "fine" } });
    Peer::start().script(&json!({ "service": "ecs", "operation": "DescribeServiceDeployments",
        "patch": { "serviceDeployments": service } }));
}

/// A record of a deployment in that status, with what is said of made-up values.
fn in_status(status: &str, strange: &Value) -> Value {
    json!({ "service": "ecs", "operation": "DescribeServiceDeployments", "strange": strange,
        "answer": { "serviceDeployments": [{ "status": status }] } })
}

#[test]
#[should_panic(expected = "which the model does not list")]
fn a_value_that_the_model_does_not_list_is_refused() {
    Peer::start().script(&in_status("MEDITATING", &json!([])));
}

#[test]
#[should_panic(expected = "which the model does not list")]
fn such_a_value_in_a_patch_is_refused_too() {
    Peer::start().script(&json!({ "service": "ecs", "operation": "DescribeServices",
        "patch": { "services": { "[*]": { "schedulingStrategy": "WHENEVER" } } } }));
}

#[test]
fn one_that_is_marked_as_made_up_goes_through() {
    assert_eq!(Peer::start().script(&in_status("MEDITATING", &json!(["MEDITATING"]))).len(), 1);
}

#[test]
#[should_panic(expected = "is not strange")]
fn a_mark_on_a_value_that_the_model_has_is_refused() {
    Peer::start().script(&in_status("SUCCESSFUL", &json!(["SUCCESSFUL"])));
}
