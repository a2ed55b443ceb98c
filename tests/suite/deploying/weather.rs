//! What goes wrong between a plan and its end, by command: rollouts that fail, are rolled back, superseded or whose
//! service goes, what AWS refuses, what runs out, and what is not there.

use std::process::Stdio;

use serde_json::{Value, json};

use super::{Said, at, context, sent};
use crate::support::peer::{ACCOUNT, Peer};
use crate::support::said::ended;

/// What is laid over the deployments of each service the peer describes.
fn over(deployments: &Value) -> Value {
    let patch = json!({ "services": { "[*]": { "deployments": deployments } } });
    json!({ "service": "ecs", "operation": "DescribeServices", "patch": patch })
}

/// The revision that `--tag v2` registers: what chooses its deployment and its tasks, whose ids the peer makes up.
const NEW: &str = "=*prooflink-dev-task:2]";

/// Deploys a tag that is under way for two looks, then finds what `later` says; the code must be `code`.
fn rolled_out(peer: &Peer, later: Option<&Value>, code: i32) -> Said {
    let moving =
        json!({ "rolloutState": "IN_PROGRESS", "rolloutStateReason": null, "runningCount": 0, "pendingCount": 1 });
    let under_way = peer.script(&over(&json!({ format!("[taskDefinition{NEW}"): moving })));
    let mut command = peer.toban();
    command.args(["deploy", "prooflink-dev/service", "--tag", "v2", "--yes"]);
    let running = command.stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().expect("toban runs");
    peer.wait_for_calls("ecs", "UpdateService", 1);
    peer.forget_calls();
    peer.wait_for_calls("ecs", "DescribeServices", 2);
    if let Some(later) = later {
        peer.script(later);
    }
    peer.unscript(&under_way);
    let said = ended(running);
    assert_eq!(said.code, Some(code), "{}{}", said.out, said.err);
    assert!(sent(peer, "UpdateService").is_empty(), "a rollout is watched, not changed");
    said
}

/// A deployment that the peer knows nothing of, in the first place.
fn another(id: &str, revision: u32, created: &str, reason: &str) -> Value {
    let arn = format!("arn:aws:ecs:ap-northeast-1:{ACCOUNT}:task-definition/prooflink-dev-task:{revision}");
    json!({ "id": id, "status": "PRIMARY", "taskDefinition": arn, "createdAt": created, "updatedAt": created,
        "desiredCount": 1, "runningCount": 1, "pendingCount": 0, "failedTasks": 0,
        "rolloutState": "COMPLETED", "rolloutStateReason": reason })
}

#[test]
fn a_rollout_is_watched_until_it_is_complete() {
    let peer = context(&["prooflink"]);
    let said = rolled_out(&peer, None, 0);
    assert!(said.out.contains("prooflink-dev-task:2, all its new tasks are there"), "{}", said.out);
}

#[test]
fn a_rollout_that_the_circuit_breaker_takes_back_ends_with_the_reason_of_its_tasks() {
    let peer = context(&["prooflink"]);
    let stopped = json!({ "lastStatus": "STOPPED", "desiredStatus": "STOPPED", "stopCode": "EssentialContainerExited",
        "stoppedReason": "Essential container in task exited", "stoppedAt": "now",
        "containers": { "[0]": { "lastStatus": "STOPPED", "exitCode": 3 } } });
    let patch = json!({ "tasks": { format!("[taskDefinitionArn{NEW}"): stopped } });
    peer.script(&json!({ "service": "ecs", "operation": "DescribeTasks", "patch": patch }));
    let failed = json!({ "status": "ACTIVE", "rolloutState": "FAILED", "failedTasks": 3, "runningCount": 0,
        "rolloutStateReason": "ECS deployment circuit breaker: tasks failed to start." });
    let back = "ECS deployment circuit breaker: rolling back to deploymentId ecs-svc/117.";
    let later = json!({ format!("[taskDefinition{NEW}"): failed, "[+]": another("ecs-svc/117", 1, "-3d", back) });
    let said = rolled_out(&peer, Some(&over(&later)), 6);
    assert!(said.err.contains("prooflink-dev-task:2 was rolled back"), "{}", said.err);
    assert!(said.err.contains("tasks failed to start"), "{}", said.err);
    assert!(said.err.contains("a task failed: prooflink-app exited with code 3"), "{}", said.err);
    assert!(said.err.contains("runs prooflink-dev-task:1 again"), "{}", said.err);
}

#[test]
fn a_rollout_that_another_deployment_supersedes_is_no_success() {
    let peer = context(&["prooflink"]);
    let ours = json!({ "status": "ACTIVE", "rolloutState": "IN_PROGRESS", "runningCount": 0 });
    let later = json!({ format!("[taskDefinition{NEW}"): ours, "[+]": another("ecs-svc/999", 9, "+1m", "") });
    let said = rolled_out(&peer, Some(&over(&later)), 6);
    let told = "another deployment replaced prooflink-dev-task:2: ecs-svc/999, to prooflink-dev-task:9";
    assert!(said.err.contains(told), "{}", said.err);
}

#[test]
fn a_rollout_that_fails_and_is_not_rolled_back_says_why() {
    let peer = context(&["prooflink"]);
    let failed = json!({ "rolloutState": "FAILED", "failedTasks": 3, "runningCount": 0,
        "rolloutStateReason": "ECS deployment circuit breaker: tasks failed to start." });
    let alone = json!({ "deploymentCircuitBreaker": { "enable": true, "rollback": false } });
    let service =
        json!({ "deployments": { format!("[taskDefinition{NEW}"): failed }, "deploymentConfiguration": alone });
    let later =
        json!({ "service": "ecs", "operation": "DescribeServices", "patch": { "services": { "[*]": service } } });
    let said = rolled_out(&peer, Some(&later), 6);
    let told = "the rollout of prooflink-dev-task:2 failed (ECS deployment circuit breaker: tasks failed to start)";
    assert!(said.err.contains(told), "{}", said.err);
    assert!(said.err.contains("what was running before may still serve"), "{}", said.err);
}

#[test]
fn a_service_that_is_deleted_meanwhile_is_said() {
    let peer = context(&["prooflink"]);
    let going =
        json!({ "services": { "[serviceName=prooflink-dev-service]": { "status": "DRAINING", "desiredCount": 0 } } });
    let later = json!({ "service": "ecs", "operation": "DescribeServices", "patch": going });
    let said = rolled_out(&peer, Some(&later), 6);
    assert!(said.err.contains("is no longer deployed: the service is being deleted (DRAINING)"), "{}", said.err);
}

#[test]
fn a_service_that_is_deleted_between_plan_and_change_is_not_touched() {
    let peer = context(&["prooflink"]);
    // The plan's own reading comes first.
    let gone = json!({ "services": { "[serviceName=prooflink-dev-service]": { "status": "INACTIVE" } } });
    peer.script(&json!({ "service": "ecs", "operation": "DescribeServices", "after": 1, "patch": gone,
        "match": { "cluster": "prooflink-dev" } }));
    let said = at(&peer, &["deploy", "prooflink-dev/service", "--tag", "v2", "--yes"], 1);
    assert!(said.err.contains("nothing was changed") && said.err.contains("deleted meanwhile"), "{}", said.err);
    assert!(sent(&peer, "RegisterTaskDefinition").is_empty() && sent(&peer, "UpdateService").is_empty());
}

#[test]
fn a_revision_that_ecs_does_not_deploy_is_named_left_and_deployed_later() {
    let peer = context(&["prooflink"]);
    let no = "Unable to assume the service linked role";
    let error = json!({ "code": "InvalidParameterException", "message": no, "status": 400 });
    let ids = peer.script(&json!({ "service": "ecs", "operation": "UpdateService", "error": error }));
    let said = at(&peer, &["deploy", "prooflink-dev/service", "--tag", "v2", "--yes"], 6);
    for part in ["prooflink-dev-task:2 was registered and is left as it is", no, "`--revision 2` deploys it"] {
        assert!(said.err.contains(part), "{part:?}: {}", said.err);
    }
    peer.unscript(&ids);
    let later = at(&peer, &["deploy", "prooflink-dev/service", "--revision", "2", "--yes"], 0);
    assert!(later.out.contains("runs prooflink-dev-task:2"), "{}", later.out);
}

#[test]
fn credentials_that_run_out_while_it_is_watched_do_not_end_it() {
    let peer = context(&["prooflink"]);
    let message = "The security token included in the request is expired";
    let error = json!({ "code": "ExpiredTokenException", "message": message, "status": 400 });
    let expired = json!({ "service": "ecs", "operation": "DescribeServices", "times": 1, "error": error });
    let said = rolled_out(&peer, Some(&expired), 0);
    assert!(said.out.contains("prooflink-dev-task:2, all its new tasks are there"), "{}", said.out);
}

#[test]
fn of_two_who_deploy_at_once_the_second_is_told_before_and_the_first_after() {
    let peer = context(&["prooflink"]);
    let moving =
        json!({ "rolloutState": "IN_PROGRESS", "rolloutStateReason": null, "runningCount": 0, "pendingCount": 1 });
    let ids = peer.script(&over(&json!({ format!("[taskDefinition{NEW}"): moving })));
    let mut first = peer.toban();
    first.args(["deploy", "prooflink-dev/service", "--tag", "v2", "--yes"]);
    let first = first.stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().expect("toban runs");
    peer.wait_for_calls("ecs", "UpdateService", 1);
    let plan = at(&peer, &["deploy", "prooflink-dev/service", "--tag", "latest", "--dry-run"], 0);
    let told = "! a rollout of revision 2 is on its way (0 of 1 task, started";
    assert!(plan.out.contains(told) && plan.out.contains("this one replaces it"), "{}", plan.out);
    at(&peer, &["deploy", "prooflink-dev/service", "--tag", "latest", "--yes", "--no-wait"], 0);
    peer.unscript(&ids);
    let first = ended(first);
    assert_eq!(first.code, Some(6), "{}{}", first.out, first.err);
}

#[test]
fn what_is_not_there_is_said_with_what_is() {
    let peer = context(&["prooflink"]);
    let unknown = at(&peer, &["deploy", "prooflink-dev/service", "--tag", "v99", "--yes"], 1);
    assert!(
        unknown.err.contains("there is no tag \"v99\" in the repository prooflink-dev-app; the newest are"),
        "{}",
        unknown.err
    );
    let inactive = json!({ "taskDefinition": { "status": "INACTIVE" } });
    at(&peer, &["deploy", "prooflink-dev/service", "--tag", "v2", "--yes"], 0);
    peer.script(&json!({ "service": "ecs", "operation": "DescribeTaskDefinition", "patch": inactive,
        "match": { "taskDefinition": "prooflink-dev-task:1" } }));
    let gone = at(&peer, &["deploy", "prooflink-dev/service", "--revision", "1", "--yes"], 1);
    assert!(
        gone.err.contains("prooflink-dev-task:1 is INACTIVE: only an ACTIVE revision can be deployed"),
        "{}",
        gone.err
    );
}

/// An index that lists these platforms for every image that is asked for.
fn built_for(architectures: &[&str]) -> Value {
    let one = |architecture: &&str| json!({ "digest": format!("sha256:{architecture}"), "platform": { "os": "linux", "architecture": architecture } });
    let index = json!({ "manifests": architectures.iter().map(one).collect::<Vec<_>>() });
    json!(index.to_string())
}

#[tokio::test]
async fn an_image_for_another_cpu_is_refused_before_anything_is_registered() {
    let peer = context(&["prooflink"]);
    let ecr = aws_sdk_ecr::Client::new(&peer.sdk());
    let id = aws_sdk_ecr::types::ImageIdentifier::builder().image_tag("v2").build();
    let told = ecr.describe_images().repository_name("prooflink-dev-app").image_ids(id).send().await.expect("told");
    let digest = told.image_details()[0].image_digest().expect("a digest");
    let media = "application/vnd.oci.image.index.v1+json";
    peer.script(&json!([
        { "service": "ecr", "operation": "DescribeImages",
          "patch": { "imageDetails": { "[*]": { "imageManifestMediaType": media } } } },
        { "service": "ecr", "operation": "BatchGetImage", "answer": { "images": [
            { "imageId": { "imageDigest": digest }, "imageManifest": built_for(&["arm64"]) } ] } },
    ]));
    let said = at(&peer, &["deploy", "prooflink-dev/service", "--tag", "v2", "--yes"], 1);
    assert!(said.err.contains("it is built for arm64 only, and the task definition requires amd64"), "{}", said.err);
    assert!(sent(&peer, "RegisterTaskDefinition").is_empty());
}

#[test]
fn a_rollout_ends_where_the_records_of_deployments_cannot_be_read() {
    for (code, status) in [("ServerException", 500), ("ThrottlingException", 400)] {
        let peer = context(&["prooflink"]);
        let error = json!({ "code": code, "status": status, "message": "no" });
        peer.script(&json!({ "service": "ecs", "operation": "ListServiceDeployments", "error": error }));
        let said = rolled_out(&peer, None, 0);
        assert!(said.out.contains("prooflink-dev-task:2, all its new tasks are there"), "{}", said.out);
    }
}
