//! Every reading operation that any kind declares, answered with a body that does not end as its protocol ends: never
//! a short list, always a fault. The list of operations is the kinds' own, so a new kind is in it by itself.

mod good;

use std::collections::BTreeSet;
use std::sync::{Arc, Mutex};

use aws_config::{BehaviorVersion, Region, SdkConfig};
use aws_credential_types::Credentials;
use aws_credential_types::provider::SharedCredentialsProvider;
use aws_smithy_runtime_api::client::http::http_client_fn;
use aws_smithy_runtime_api::client::orchestrator::HttpResponse;
use aws_smithy_runtime_api::http::StatusCode;
use aws_smithy_types::retry::RetryConfig;
use jiff::Timestamp;

use self::good::{Good, cbor, good};
use super::*;
use crate::aws::Clients;
use crate::aws::call_log::CallLog;
use crate::aws::call_record::Record;
use crate::cloud::live::probe::{operations, read_a_little};
use crate::kinds::catalog::KINDS;
use crate::kinds::iam_simulation::Question;
use crate::kinds::log_page::{EventsRequest, FileRequest, LogRequest, Streams};
use crate::kinds::metric_series::Metric;
use crate::kinds::{AnyKind, FetchContext};
use crate::world::access_check::Outcome;
use crate::world::{
    AccountId, AnyReading, Arn, Coverage, FaultKind, Identity, Part, Reading, ResourceId, Scope, World,
};

/// What is wrong with the answers to one action.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
enum Wrong {
    Empty,
    Half,
    Html,
    /// Whole, with records that carry no name, id or ARN.
    Nameless,
}

/// `answer` without whatever names its records.
fn nameless(answer: Good) -> Good {
    fn strip(value: &mut serde_json::Value, within: bool) {
        match value {
            serde_json::Value::Object(fields) => {
                let names = |key: &str| {
                    let key = key.to_lowercase();
                    ["arn", "id", "name", "digest"].iter().any(|end| key.ends_with(end))
                };
                fields.retain(|key, value| !(within && value.is_string() && names(key)));
                fields.values_mut().for_each(|value| strip(value, true));
            }
            serde_json::Value::Array(items) => items.iter_mut().for_each(|value| strip(value, true)),
            _ => {}
        }
    }
    match answer {
        Good::Json(mut value) => {
            strip(&mut value, false);
            Good::Json(value)
        }
        Good::Xml(xml) => {
            let names = regex_lite::Regex::new(r"<(\w*(?:Arn|Id|Name|Identifier))>[^<]*</\w+>").expect("a pattern");
            Good::Xml(names.replace_all(&xml, "").into_owned())
        }
    }
}

/// AWS, as far as `good` knows it, with the answers to one action made wrong.
#[derive(Clone, Debug, Default)]
struct Account {
    wrong: Option<(String, Wrong)>,
    asked: Arc<Mutex<BTreeSet<String>>>,
}

/// The action a request asks for; for REST by its path.
fn action(request: &HttpRequest) -> String {
    let asked = Request::of(request).action;
    let path = request.uri().split('?').next().unwrap_or_default();
    // Batch is asked by documents that are sent to a path.
    let sent = [
        ("/describejobqueues", "DescribeJobQueues"),
        ("/describecomputeenvironments", "DescribeComputeEnvironments"),
        ("/describejobdefinitions", "DescribeJobDefinitions"),
        ("/listjobs", "ListJobs"),
    ];
    if let Some((_, name)) = sent.iter().find(|(end, _)| path.ends_with(end)) {
        return (*name).to_owned();
    }
    if asked != "GET" {
        return asked;
    }
    // To IAM every reading of API Gateway is a GET.
    if path.contains("/restapis") || path.contains("/v2/apis") {
        return asked;
    }
    let ends = [
        ("/configuration", "GetFunctionConfiguration"),
        ("/distribution", "ListDistributions"),
        ("/hostedzone", "ListHostedZones"),
        ("/rrset", "ListResourceRecordSets"),
        ("/policy", "GetPolicy"),
        ("/aliases", "ListAliases"),
        ("/versions", "ListVersionsByFunction"),
        ("/functions", "ListFunctions"),
        ("/schedule-groups", "ListScheduleGroups"),
        ("/schedules", "ListSchedules"),
    ];
    let named = ends.iter().find(|(end, _)| path.ends_with(end)).map(|(_, name)| *name);
    let within = if path.contains("/tags/") { "ListTagsForResource" } else { "GetSchedule" };
    named.unwrap_or(within).to_owned()
}

impl HttpConnector for Account {
    fn call(&self, request: HttpRequest) -> HttpConnectorFuture {
        let action = action(&request);
        self.asked.lock().expect("the list").insert(action.clone());
        let is_cbor = request.headers().get("smithy-protocol").is_some();
        let whole = good(&action).unwrap_or_else(|| panic!("`good` has no answer to {action}"));
        let is_nameless =
            self.wrong.as_ref().is_some_and(|(which, wrong)| *which == action && *wrong == Wrong::Nameless);
        let body = match if is_nameless { nameless(whole) } else { whole } {
            Good::Xml(xml) => xml.into_bytes(),
            Good::Json(value) if is_cbor => cbor(&value),
            Good::Json(value) => value.to_string().into_bytes(),
        };
        let body = match &self.wrong {
            Some((which, Wrong::Empty)) if *which == action => Vec::new(),
            Some((which, Wrong::Half)) if *which == action => body[..body.len() / 2].to_vec(),
            Some((which, Wrong::Html)) if *which == action => b"<html>log in to the hotel's network</html>".to_vec(),
            _ => body,
        };
        let mut response = HttpResponse::new(StatusCode::try_from(200).expect("a status"), SdkBody::from(body));
        if is_cbor {
            response.headers_mut().insert("smithy-protocol", "rpc-v2-cbor");
        }
        HttpConnectorFuture::ready(Ok(response))
    }
}

impl Account {
    fn clients(&self, record: &Arc<Record>) -> Clients {
        let connector = SharedHttpConnector::new(self.clone());
        let http = checked(SharedHttpClient::new(http_client_fn(move |_, _| connector.clone())));
        let config = SdkConfig::builder()
            .behavior_version(BehaviorVersion::latest())
            .region(Region::new("ap-northeast-1"))
            .credentials_provider(SharedCredentialsProvider::new(Credentials::new("AKID", "SECRET", None, None, "t")))
            .identity_cache(aws_smithy_runtime::client::identity::IdentityCache::lazy().build())
            .sleep_impl(aws_smithy_async::rt::sleep::SharedAsyncSleep::new(
                aws_smithy_async::rt::sleep::TokioSleep::new(),
            ))
            .retry_config(RetryConfig::disabled())
            .http_client(http)
            .build();
        let clients = Clients::over(config, Arc::default(), Arc::default(), CallLog::default());
        Clients { record: Some(Arc::clone(record)), ..clients }
    }
}

fn scope() -> Scope {
    Scope::new("p", "ap-northeast-1")
}

/// What only a page or a change asks for: parts that no kind's keys are.
fn more_parts() -> Vec<Part> {
    let role = Arn::from("arn:aws:sts::123456789012:assumed-role/r/s");
    let (group, streams) = ("/app".to_owned(), Streams::All);
    let events = EventsRequest { group, streams, from: 0, to: None, pattern: None, token: None };
    let (instance, file) = ("main".to_owned(), "error/x".to_owned());
    let files = LogRequest::Files { instance: instance.clone(), since: 0 };
    let file = LogRequest::File(FileRequest { instance, file, marker: None, at: 0 });
    vec![
        LogRequest::Events(events).part(),
        files.part(),
        file.part(),
        Metric::average("CPU", "%", ("AWS/RDS", "CPUUtilization"), &[]).over_span((3_600, 60)).part(),
        "c-1/i-1".into(),
        "[toban 1]/i-1".into(),
        "/app:stream".into(),
        "f/live/1/0".into(),
        "session-preferences".into(),
        "session-log-group:/app".into(),
        "arn:aws:iam::123456789012:role/r".into(),
        "123456789012.dkr.ecr.ap-northeast-1.amazonaws.com/web".into(),
        "toban-x".into(),
        "web".into(),
        Question::new(&role, &["ecs:ListTasks"], &["*".to_owned()]).part(),
    ]
}

fn keys(world: &World) -> Coverage {
    let shelves = KINDS.iter().filter_map(|kind| world.store(&scope(), kind.name()));
    let keys = shelves.flat_map(|store| store.keys().map(Part::from).collect::<Vec<_>>());
    Coverage::Parts(keys.chain([Part::from("")]).chain(more_parts()).collect())
}

/// What `kind` says when its reading and the look at the first of it meet `account`.
struct Met {
    found: Vec<Result<AnyReading, crate::world::Fault>>,
    record: Arc<Record>,
}

async fn meet(kind: &'static dyn AnyKind, account: &Account, world: &World) -> Met {
    let (scope, record) = (scope(), Arc::new(Record::default()));
    let aws = account.clients(&record);
    // What is known of the kind itself would spare it the reading.
    let mut known = world.clone();
    known.put(
        &scope,
        kind.name(),
        &Coverage::All,
        Ok(AnyReading::from(Reading::<crate::kinds::alarm::Alarm>::of(Vec::new()))),
        now(),
    );
    let mut found = Vec::new();
    for coverage in [Coverage::All, keys(world)] {
        let aws = Clients { clusters: crate::aws::SingleFlight::default(), ..aws.clone() };
        found.push(kind.read(FetchContext { aws: &aws, scope: &scope, known: &known, coverage: &coverage }).await);
    }
    if let Some(key) = world.store(&scope, kind.name()).and_then(|store| store.keys().next()) {
        let id = ResourceId { kind: kind.name(), scope: scope.clone(), key: Arc::from(key) };
        let _ = kind
            .look(FetchContext { aws: &aws, scope: &scope, known: world, coverage: &Coverage::All }, &id, now())
            .await;
    }
    Met { found, record }
}

fn now() -> Timestamp {
    "2026-11-21T05:02:11Z".parse().expect("a moment")
}

/// The account as it is read when every answer is whole.
async fn whole_world() -> World {
    let record = Arc::new(Record::default());
    let aws = Account::default().clients(&record);
    let mut world = World::default();
    let arn = Arn::from("arn:aws:sts::123456789012:assumed-role/r/s");
    world.identify(&scope(), Ok(Identity { account: AccountId::from("123456789012"), arn, login: None }));
    read_a_little(&aws, &scope(), now(), &mut world).await;
    // Kinds that need what others tell of parts that nobody knew in the first round.
    for kind in KINDS {
        let coverage = keys(&world);
        let ask_world = world.clone();
        let ask = FetchContext { aws: &aws, scope: &scope(), known: &ask_world, coverage: &Coverage::All };
        let got = kind.read(ask).await;
        if got.as_ref().is_ok_and(|found| !found.is_empty()) {
            world.put(&scope(), kind.name(), &Coverage::All, got, now());
            continue;
        }
        let got = kind.read(FetchContext { aws: &aws, scope: &scope(), known: &ask_world, coverage: &coverage }).await;
        world.put(&scope(), kind.name(), &coverage, got, now());
    }
    world
}

#[tokio::test(start_paused = true)]
async fn no_reading_takes_an_answer_that_does_not_end_for_a_short_one() {
    let world = whole_world().await;
    let mut reached = BTreeSet::new();
    for &kind in KINDS {
        let whole = meet(kind, &Account::default(), &world).await;
        for &operation in kind.permissions() {
            let name = operation.rsplit(':').next().expect("an action");
            if whole.record.outcome(operation) == Outcome::Untried {
                continue;
            }
            assert_eq!(whole.record.outcome(operation), Outcome::Fine(None), "{} {operation}", kind.name());
            reached.insert(operation);
            for wrong in [Wrong::Empty, Wrong::Half, Wrong::Html] {
                let account = Account { wrong: Some((name.to_owned(), wrong)), ..Account::default() };
                let met = meet(kind, &account, &world).await;
                let Outcome::Failed(fault) = met.record.outcome(operation) else {
                    panic!("{} took {wrong:?} for an answer to {operation}", kind.name());
                };
                assert_eq!(fault.kind, FaultKind::Garbled, "{wrong:?}: {fault}");
                for (at, (before, after)) in whole.found.iter().zip(&met.found).enumerate() {
                    let (Ok(before), Ok(after)) = (before, after) else { continue };
                    let told = after.faults().any(|fault| fault.operation == operation);
                    assert!(
                        told || after.len() >= before.len(),
                        "{} lost some without a word ({at}): {wrong:?} {operation}",
                        kind.name()
                    );
                }
            }
        }
    }
    let missed: Vec<_> = operations().into_iter().filter(|operation| !reached.contains(operation)).collect();
    assert_eq!(missed, Vec::<&str>::new(), "nothing here calls them: `good` or `more_parts` lacks what leads there");
}

#[tokio::test(start_paused = true)]
async fn records_without_a_name_are_told_by_every_kind_that_leaves_them_out() {
    let world = whole_world().await;
    let mut told = 0;
    for &kind in KINDS {
        let whole = meet(kind, &Account::default(), &world).await;
        for &operation in kind.permissions() {
            let name = operation.rsplit(':').next().expect("an action");
            let account = Account { wrong: Some((name.to_owned(), Wrong::Nameless)), ..Account::default() };
            let met = meet(kind, &account, &world).await;
            for (before, after) in whole.found.iter().zip(&met.found) {
                let (Ok(before), Ok(after)) = (before, after) else { continue };
                let message = after.faults().next().is_some();
                told += usize::from(message);
                assert!(
                    message || after.len() >= before.len(),
                    "{} drops nameless records of {operation}",
                    kind.name()
                );
            }
        }
    }
    assert!(told > 20, "{told}");
}

async fn ended(body: SdkBody, action: &str) -> Result<usize, String> {
    let mut request = HttpRequest::new(SdkBody::empty());
    request.headers_mut().insert("x-amz-target", format!("X.{action}"));
    let body = CheckedBody {
        inner: body,
        asked: Request::of(&request),
        status: 200,
        chunks: Vec::new(),
        size: 0,
        over: false,
    };
    let read = aws_smithy_types::byte_stream::ByteStream::new(SdkBody::from_body_1_x(body)).collect().await;
    read.map(|all| all.into_bytes().len()).map_err(|why| {
        let why: &dyn Error = &why;
        why.source().map(ToString::to_string).unwrap_or_default()
    })
}

/// Blanks without end, as a broken proxy or a hostile host sends them.
struct Endless;

impl Body for Endless {
    type Data = Bytes;
    type Error = std::convert::Infallible;

    fn poll_frame(
        self: Pin<&mut Self>,
        _cx: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, std::convert::Infallible>>> {
        static BLANKS: [u8; 1 << 20] = [b' '; 1 << 20];
        Poll::Ready(Some(Ok(Frame::data(Bytes::from_static(&BLANKS)))))
    }
}

#[tokio::test]
async fn an_answer_without_end_is_left() {
    let why = ended(SdkBody::from_body_1_x(Endless), "ListTasks").await.expect_err("it never ends");
    assert!(why.contains("larger than 64 MiB"), "{why}");
    assert_eq!(ended(SdkBody::from("{}"), "ListTasks").await, Ok(2));
}

#[tokio::test(start_paused = true)]
async fn a_reading_is_repeated_over_a_bad_answer_and_a_change_is_not() {
    use crate::aws::{Json, Script, fault};
    let whole = r#"{"Rules":[]}"#;
    let script = Script::new([(200, &whole[..5]), (200, ""), (200, whole)]);
    let got = Json::events_by(&script).call("ListRules", serde_json::json!({})).await;
    assert!(got.is_ok(), "{got:?}");
    assert_eq!(script.sent().len(), 3);
    let script = Script::new([(200, "{"), (200, "{}")]);
    let got = Json::events_by(&script).call("PutRule", serde_json::json!({})).await;
    let fault = got.map_err(fault("events:PutRule", None)).expect_err("half an answer");
    assert_eq!((fault.kind, script.sent().len()), (FaultKind::Garbled, 1));
    assert_eq!(fault.request_id.as_deref(), Some("sent-1"));
}
