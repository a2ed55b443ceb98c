//! How often a write arrives when its answer is lost in each of the ways an answer is lost in.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use aws_config::{BehaviorVersion, Region, SdkConfig};
use aws_credential_types::Credentials;
use aws_credential_types::provider::SharedCredentialsProvider;
use aws_smithy_async::rt::sleep::{SharedAsyncSleep, TokioSleep};
use aws_smithy_runtime_api::client::http::{
    HttpConnector, HttpConnectorFuture, SharedHttpClient, SharedHttpConnector, http_client_fn,
};
use aws_smithy_runtime_api::client::orchestrator::HttpRequest;
use aws_smithy_types::timeout::TimeoutConfig;
use rstest::rstest;

use super::*;
use crate::aws::{Clients, Json, Script, fault};
use crate::kinds::catalog::KINDS;
use crate::world::Fault;

const THROTTLED: &str = r#"{"__type":"ThrottlingException","message":"Rate exceeded"}"#;

/// How often `action` of EventBridge arrives, and what becomes of it.
async fn arrivals(action: &str, answers: &[(u16, &'static str)]) -> (usize, Option<Fault>) {
    let script = Script::new(answers.iter().copied());
    let got = Json::events_by(&script).call(action, serde_json::json!({})).await;
    (script.sent().len(), got.map_err(fault(&format!("events:{action}"), None)).err())
}

#[rstest]
#[case::closed(&[])]
#[case::garbled(&[(200, "{"), (200, "{}")])]
#[case::a_page(&[(200, "<html>hello</html>"), (200, "{}")])]
#[case::broken_down(&[(500, r#"{"__type":"InternalException"}"#), (200, "{}")])]
#[case::a_gateway_gave_up(&[(504, "<html>gateway timeout</html>"), (200, "{}")])]
#[tokio::test(start_paused = true)]
async fn a_write_that_is_not_known_to_be_harmless_arrives_once(#[case] answers: &[(u16, &'static str)]) {
    let (sent, fault) = arrivals("PutRule", answers).await;
    assert_eq!((sent, fault.map(|fault| fault.answer_lost)), (1, Some(true)));
}

#[rstest]
#[case::closed(&[], 4)]
#[case::garbled(&[(200, "{"), (200, "{}")], 2)]
#[case::broken_down(&[(500, r#"{"__type":"InternalException"}"#), (200, "{}")], 2)]
#[tokio::test(start_paused = true)]
async fn others_are_repeated(#[case] answers: &[(u16, &'static str)], #[case] times: usize) {
    let (sent, fault) = arrivals("EnableRule", answers).await;
    assert_eq!(sent, times);
    assert_eq!(fault.map(|fault| fault.answer_lost), (times == 4).then_some(true));
    let (sent, fault) = arrivals("ListRules", answers).await;
    assert_eq!((sent, fault.is_some_and(|fault| fault.answer_lost)), (times, false), "a reading loses nothing");
}

#[tokio::test(start_paused = true)]
async fn a_throttled_write_was_not_done_and_a_refused_one_neither() {
    for status in [400, 429, 503] {
        let (sent, fault) = arrivals("PutRule", &[(status, THROTTLED), (status, THROTTLED), (200, "{}")]).await;
        assert_eq!((sent, fault), (3, None), "{status}");
    }
    // Each attempt is judged by itself.
    let (sent, fault) = arrivals("PutRule", &[(400, THROTTLED), (500, "{}"), (200, "{}")]).await;
    assert_eq!((sent, fault.map(|fault| fault.answer_lost)), (2, Some(true)));
    let (sent, fault) = arrivals("PutRule", &[(400, r#"{"__type":"ValidationException"}"#)]).await;
    assert_eq!((sent, fault.map(|fault| fault.answer_lost)), (1, Some(false)));
}

fn over(http: SharedHttpClient, endpoint: Option<&str>) -> Clients {
    let timeouts = TimeoutConfig::builder().operation_attempt_timeout(Duration::from_secs(20)).build();
    let mut config = SdkConfig::builder()
        .behavior_version(BehaviorVersion::latest())
        .region(Region::new("ap-northeast-1"))
        .credentials_provider(SharedCredentialsProvider::new(Credentials::new("AKID", "SECRET", None, None, "t")))
        .sleep_impl(SharedAsyncSleep::new(TokioSleep::new()))
        .retry_config(RetryConfig::standard().with_max_attempts(3).with_initial_backoff(Duration::from_millis(1)))
        .timeout_config(timeouts)
        .http_client(http);
    config.set_endpoint_url(endpoint.map(str::to_owned));
    Clients::over(config.build(), Arc::default(), Arc::default(), crate::aws::call_log::CallLog::default())
}

/// Takes every request and never answers.
#[derive(Clone, Debug, Default)]
struct Silent(Arc<AtomicUsize>);

impl HttpConnector for Silent {
    fn call(&self, _request: HttpRequest) -> HttpConnectorFuture {
        self.0.fetch_add(1, Ordering::Relaxed);
        HttpConnectorFuture::new(std::future::pending())
    }
}

#[tokio::test(start_paused = true)]
async fn a_write_that_is_not_answered_in_time_arrives_once() {
    let silent = Silent::default();
    let connector = SharedHttpConnector::new(silent.clone());
    let aws = over(SharedHttpClient::new(http_client_fn(move |_, _| connector.clone())), None);
    let sent = aws.ssm.send_command().document_name("AWS-RunShellScript").send();
    let lost = aws.call("ssm:SendCommand", None, sent).await.expect_err("no answer");
    assert_eq!((silent.0.load(Ordering::Relaxed), lost.answer_lost), (1, true));
    let sent = aws.ssm.terminate_session().session_id("s").send();
    assert!(aws.call("ssm:TerminateSession", None, sent).await.is_err());
    assert_eq!(silent.0.load(Ordering::Relaxed), 1 + 3);
}

#[tokio::test]
async fn a_write_that_never_reached_aws_is_repeated_and_nothing_is_lost() {
    let closed = std::net::TcpListener::bind("127.0.0.1:0").expect("a port").local_addr().expect("an address");
    let aws = over(crate::aws::connect::http().expect("a client"), Some(&format!("http://{closed}")));
    let counter = Arc::new(crate::aws::stats::Counter::default());
    let aws = Clients::over(aws.config.clone(), Arc::clone(&counter), Arc::default(), Default::default());
    let sent = aws.ssm.send_command().document_name("AWS-RunShellScript").send();
    let fault = aws.call("ssm:SendCommand", None, sent).await.expect_err("nobody listens");
    assert!(!fault.answer_lost, "{fault}");
    assert_eq!(counter.read()["ssm:SendCommand"].retries, 2);
}

#[test]
fn every_write_that_a_kind_declares_has_its_decision() {
    const ONCE: [&str; 15] = [
        "batch:SubmitJob",
        "ec2:RebootInstances",
        "ecs:ContinueServiceDeployment",
        "ecs:ExecuteCommand",
        "ecs:RegisterTaskDefinition",
        "ecs:StopServiceDeployment",
        "ecs:UpdateService",
        "lambda:InvokeFunction",
        "lambda:UpdateAlias",
        "lambda:UpdateFunctionCode",
        "rds:FailoverDBCluster",
        "rds:RebootDBInstance",
        "ssm:SendCommand",
        "ssm:StartSession",
        // The name makes it one of a standard state machine, and of an express one it does not.
        "states:StartExecution",
    ];
    // What AWS itself calls with the caller's permissions, and what is only signed here.
    const NO_CALLS: [&str; 3] = ["iam:PassRole", "rds-db:connect", "ssmmessages:OpenDataChannel"];
    let writes: std::collections::BTreeSet<&str> = KINDS.iter().flat_map(|kind| kind.changes()).copied().collect();
    let calls = writes.iter().filter(|write| !NO_CALLS.contains(write) && !write.starts_with("s3:"));
    let once: Vec<&str> = calls.filter(|write| idempotency(write) == Idempotency::Once).copied().collect();
    assert_eq!(once, ONCE, "decide on each: what becomes of it when AWS gets it twice?");
    let all: Vec<&str> = BY_NATURE.iter().chain(BY_TOKEN).copied().collect();
    assert!(all.iter().all(|name| idempotency(name) != Idempotency::Reading));
}

#[rstest]
#[case::refused_at_once(&[(400, r#"{"__type":"ValidationException"}"#)], false)]
#[case::refused_after_a_throttle(&[(400, THROTTLED), (400, r#"{"__type":"ValidationException"}"#)], false)]
#[case::refused_after_a_breakdown(&[(500, r#"{"__type":"InternalException"}"#), (400, r#"{"__type":"ConflictException"}"#)], true)]
#[case::refused_after_half_an_answer(&[(200, "{"), (400, r#"{"__type":"ConflictException"}"#)], true)]
#[tokio::test(start_paused = true)]
async fn a_refusal_tells_nothing_of_an_attempt_before_it(#[case] answers: &[(u16, &'static str)], #[case] lost: bool) {
    for (operation, action, lost) in
        [("events:EnableRule", "EnableRule", lost), ("events:ListRules", "ListRules", false)]
    {
        let script = Script::new(answers.iter().copied());
        let aws = Clients { events: Json::events_by(&script), ..Clients::silent() };
        let got = aws.call(operation, None, aws.events.call(action, serde_json::json!({}))).await;
        assert_eq!(got.map_err(|fault| fault.answer_lost).err(), Some(lost), "{operation}");
    }
}
