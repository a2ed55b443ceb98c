//! How queues and their jobs are read, and why jobs wait.

use rstest::rstest;

use super::{BatchJob, BatchQueue, ComputeEnvironment, Queues};
use crate::aws::{Clients, RestJson, Script};
use crate::kinds::Kind;
use crate::kinds::testing::{ask, know, scope};
use crate::kinds::testing_samples::{Shelves, now};
use crate::world::{Arn, Coverage, FaultKind, Health, Resource, World};
use jiff::SignedDuration;

const QUEUES: &str = r#"{"jobQueues":[{"jobQueueName":"q","jobQueueArn":"arn:aws:batch:ap-northeast-1:1:job-queue/q","state":"ENABLED",
  "status":"VALID","priority":1,"computeEnvironmentOrder":[{"order":1,"computeEnvironment":"arn:aws:batch:ap-northeast-1:1:compute-environment/e"}]}]}"#;
const PLACES: &str = r#"{"computeEnvironments":[{"computeEnvironmentName":"e","computeEnvironmentArn":"arn:aws:batch:ap-northeast-1:1:compute-environment/e",
  "state":"ENABLED","status":"VALID","computeResources":{"type":"FARGATE","maxvCpus":4}}]}"#;
const JOBS: &str = r#"{"jobSummaryList":[{"jobId":"1","jobName":"a","createdAt":1795230000000,"status":"FAILED","startedAt":1795230010000,
  "stoppedAt":1795230100000,"container":{"exitCode":1},"jobDefinition":"arn:aws:batch:ap-northeast-1:1:job-definition/import:4"},
  {"jobId":"2","jobName":"b","createdAt":1795231000000,"status":"RUNNABLE"}]}"#;
const DENIED: &str =
    r#"{"message":"User is not authorized to perform: batch:ListJobs","code":"AccessDeniedException"}"#;

async fn read(script: &Script, known: &World) -> crate::world::Reading<BatchQueue> {
    let aws = Clients { batch: RestJson::by(script), ..Clients::silent() };
    let scope = scope();
    Queues::read(ask(&aws, &scope, known, &Coverage::All)).await.expect("queues")
}

#[tokio::test]
async fn a_queue_is_read_with_where_it_runs_and_its_jobs_newest_first() {
    let script = Script::new([(200, QUEUES), (200, PLACES), (200, JOBS)]);
    let reading = read(&script, &World::default()).await;
    assert!(reading.notes.is_empty(), "{:?}", reading.notes);
    let queue = reading.parts[0].1.as_ref().expect("queues").first().expect("one").clone();
    assert_eq!((queue.environments[0].most_vcpus, queue.environments[0].kind.as_deref()), (Some(4), Some("FARGATE")));
    assert_eq!(queue.jobs.iter().map(|job| job.id.as_str()).collect::<Vec<_>>(), ["2", "1"]);
    assert_eq!(queue.jobs[1].failure().as_deref(), Some("its container ended with exit code 1"));
    let sent = script.sent();
    assert!(sent[2].body.contains("AFTER_CREATED_AT"), "{}", sent[2].body);
    assert!(sent[0].uri.ends_with("/v1/describejobqueues"), "{}", sent[0].uri);
}

#[tokio::test]
async fn an_account_without_batch_costs_one_call_and_a_denial_keeps_what_was_known() {
    let script = Script::new([(200, r#"{"jobQueues":[]}"#)]);
    assert_eq!(read(&script, &World::default()).await.parts[0].1.as_ref().map(Vec::len), Ok(0));
    assert_eq!(script.sent().len(), 1);
    let mut known = World::default();
    know(&mut known, vec![queue(vec![job("SUCCEEDED", 60, None)])]);
    let script = Script::new([(200, QUEUES), (200, PLACES), (403, DENIED)]);
    let reading = read(&script, &known).await;
    assert_eq!(reading.notes.iter().map(|fault| fault.kind).collect::<Vec<_>>(), [FaultKind::Denied]);
    assert_eq!(reading.parts[0].1.as_ref().expect("queues")[0].jobs.len(), 1);
}

fn job(status: &str, minutes: i64, reason: Option<&str>) -> BatchJob {
    BatchJob {
        id: "1".to_owned(),
        name: "a".to_owned(),
        definition: Some("import:4".to_owned()),
        status: status.to_owned(),
        reason: reason.map(str::to_owned),
        created_at: Some(now() - SignedDuration::from_mins(minutes)),
        started_at: None,
        stopped_at: None,
        exit_code: None,
        container_reason: None,
    }
}

fn place(state: &str, status: &str) -> ComputeEnvironment {
    ComputeEnvironment {
        arn: Arn::from("arn:aws:batch:ap-northeast-1:1:compute-environment/e"),
        kind: Some("FARGATE".to_owned()),
        state: Some(state.to_owned()),
        status: Some(status.to_owned()),
        reason: None,
        most_vcpus: Some(4),
    }
}

fn queue(jobs: Vec<BatchJob>) -> BatchQueue {
    BatchQueue {
        arn: Arn::from("arn:aws:batch:ap-northeast-1:1:job-queue/q"),
        name: "q".to_owned(),
        state: Some("ENABLED".to_owned()),
        status: Some("VALID".to_owned()),
        reason: None,
        environments: vec![place("ENABLED", "VALID")],
        jobs,
        more: false,
        tags: std::collections::BTreeMap::new(),
    }
}

#[rstest]
#[case("ENABLED", "VALID", 5, None, Health::Well, None)]
#[case("ENABLED", "VALID", 40, None, Health::Worrying, Some("subnets' way to the registry"))]
#[case("DISABLED", "VALID", 40, None, Health::Worrying, Some("compute environment e is disabled"))]
#[case(
    "ENABLED",
    "VALID",
    40,
    Some("MISCONFIGURATION:COMPUTE_ENVIRONMENT_MAX_RESOURCE - x"),
    Health::Worrying,
    Some("maximum of vCPUs is smaller")
)]
#[case("ENABLED", "INVALID", 1, None, Health::Worrying, Some("nowhere to run jobs"))]
fn why_jobs_wait(
    #[case] state: &str,
    #[case] status: &str,
    #[case] minutes: i64,
    #[case] reason: Option<&str>,
    #[case] health: Health,
    #[case] why: Option<&str>,
) {
    let item = BatchQueue { environments: vec![place(state, status)], ..queue(vec![job("RUNNABLE", minutes, reason)]) };
    let told = Shelves::default().seen(true, |cx| Queues::assess(&item, cx)).expect("an assessment");
    assert_eq!(told.health, health, "{told:?}");
    assert_eq!(told.why.is_some(), why.is_some(), "{told:?}");
    assert!(why.is_none_or(|why| told.why.as_deref().is_some_and(|it| it.contains(why))), "{told:?}");
}

#[test]
fn its_line_object_and_page() {
    let item = queue(vec![job("RUNNABLE", 40, None), job("FAILED", 80, Some("Host EC2 (instance i-1) terminated."))]);
    Shelves::default().seen(true, |cx| {
        let object = Queues::to_json(&item, cx).expect("an object");
        assert_eq!((object["waiting"].as_u64(), object["failed"].as_u64()), (Some(1), Some(1)));
        assert_eq!(Queues::rows(&item, cx)[0].cells.len(), Queues::SHOWN.expect("shown").columns.len());
        assert_eq!(Queues::detail(&item, cx).len(), 3);
    });
    assert!(Queues::web(&item, &scope()).is_some_and(|page| page.contains("job-queue")));
    assert!(
        Queues::subject(&item, &scope()).is_some_and(|it| it.ties.iter().any(|tie| tie.to == "job-definition:import"))
    );
    assert_eq!(item.key(), "arn:aws:batch:ap-northeast-1:1:job-queue/q");
}
