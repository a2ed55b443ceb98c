//! A large account at an AWS without a network, in virtual time: every call takes 60 ms, and what the account's rates would
//! not have granted is counted. The SDK and the call budget are the program's own. Only tests use it.

mod documents;

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use aws_config::{BehaviorVersion, Region, SdkConfig};
use aws_credential_types::Credentials;
use aws_credential_types::provider::SharedCredentialsProvider;
use aws_smithy_async::rt::sleep::{SharedAsyncSleep, TokioSleep};
use aws_smithy_runtime::client::identity::IdentityCache;
use aws_smithy_runtime_api::client::http::{
    HttpConnector, HttpConnectorFuture, SharedHttpClient, SharedHttpConnector, http_client_fn,
};
use aws_smithy_runtime_api::client::orchestrator::{HttpRequest, HttpResponse};
use aws_smithy_runtime_api::http::StatusCode;
use aws_smithy_types::body::SdkBody;
use serde_json::Value;
use tokio::time::Instant;

use super::budget::{Budget, granted};
use super::call_log::CallLog;
use super::clients::Clients;
use super::stats::Counter;
pub(crate) use documents::ENVIRONMENTS;

/// How long a call takes.
const LATENCY: Duration = Duration::from_millis(60);

/// Which calls came, and when, seconds after the start.
#[derive(Clone, Debug)]
pub(crate) struct Server {
    began: Instant,
    calls: Arc<Mutex<Vec<(String, f64)>>>,
}

impl Server {
    pub(crate) fn new() -> Self {
        Self { began: Instant::now(), calls: Arc::default() }
    }

    /// The calls so far.
    pub(crate) fn calls(&self) -> Vec<(String, f64)> {
        self.calls.lock().expect("the calls").clone()
    }

    /// The seconds in which AWS's rates allow what was called: of the group of calls that takes longest, full buckets at
    /// the start.
    pub(crate) fn floor(&self) -> f64 {
        let mut groups: BTreeMap<String, (f64, (f64, f64))> = BTreeMap::new();
        for (operation, _) in self.calls() {
            let (group, grant) = granted(&operation);
            groups.entry(group).or_insert((0.0, grant)).0 += 1.0;
        }
        groups.values().map(|(calls, (burst, rate))| ((calls - burst) / rate).max(0.0)).fold(0.0, f64::max)
    }

    /// How many calls AWS's buckets would have thrown back.
    pub(crate) fn beyond(&self) -> usize {
        let mut buckets: BTreeMap<String, (f64, f64)> = BTreeMap::new();
        let mut beyond = 0;
        for (operation, at) in self.calls() {
            let (group, (burst, rate)) = granted(&operation);
            let (left, since) = buckets.entry(group).or_insert((burst, at));
            *left = (*left + (at - *since) * rate).min(burst) - 1.0;
            *since = at;
            // A call that waits for its turn may be sent a moment after it was counted.
            beyond += usize::from(*left < -1.5);
        }
        beyond
    }

    /// Seconds since it began.
    pub(crate) fn seconds(&self) -> f64 {
        self.began.elapsed().as_secs_f64()
    }

    /// Clients of it, with full buckets.
    pub(crate) fn clients(&self, counter: Arc<Counter>) -> Clients {
        let connector = SharedHttpConnector::new(self.clone());
        let config = SdkConfig::builder()
            .behavior_version(BehaviorVersion::latest())
            .region(Region::new("ap-northeast-1"))
            .credentials_provider(SharedCredentialsProvider::new(Credentials::new("AKID", "SECRET", None, None, "t")))
            .identity_cache(IdentityCache::lazy().build())
            .sleep_impl(SharedAsyncSleep::new(TokioSleep::new()))
            .http_client(SharedHttpClient::new(http_client_fn(move |_, _| connector.clone())))
            .build();
        Clients::over(config, counter, Arc::<Budget>::default(), CallLog::default())
    }

    fn answer(&self, request: &HttpRequest) -> HttpResponse {
        let bytes = request.body().bytes().unwrap_or_default();
        let body = String::from_utf8_lossy(bytes).into_owned();
        let uri = request.uri();
        let host = uri.split("://").nth(1).and_then(|rest| rest.split(['.', '/']).next()).unwrap_or_default();
        let pairs: BTreeMap<String, String> = body
            .split('&')
            .filter_map(|pair| pair.split_once('='))
            .map(|(key, value)| (key.into(), plain(value)))
            .collect();
        let target = request.headers().get("x-amz-target").and_then(|target| target.rsplit('.').next());
        let granite = uri.split("/operation/").nth(1);
        let (operation, answer) = if let Some(operation) = granite {
            let page = body.split("page-").nth(1).and_then(|rest| {
                let digits: String = rest.chars().take_while(char::is_ascii_digit).collect();
                digits.parse().ok()
            });
            let mut answer = Vec::new();
            documents::cbor(&documents::cloudwatch(operation, page.unwrap_or(0)), &mut answer);
            (operation.to_owned(), SdkBody::from(answer))
        } else if let Some(operation) = target {
            let asked: Value = serde_json::from_str(&body).unwrap_or_default();
            (operation.to_owned(), SdkBody::from(documents::json(operation, &asked).to_string()))
        } else if let Some(operation) = pairs.get("Action") {
            let answer = documents::xml(operation, &|name| pairs.get(name).cloned());
            (operation.clone(), SdkBody::from(answer))
        } else {
            match host {
                "route53" => {
                    ("ListHostedZones".to_owned(), SdkBody::from(documents::xml("ListHostedZones", &|_| None)))
                }
                "cloudfront" => {
                    ("ListDistributions".to_owned(), SdkBody::from(documents::xml("ListDistributions", &|_| None)))
                }
                other => (format!("{other}:{}", request.method()), SdkBody::from("{}")),
            }
        };
        let operation = if operation.contains(':') { operation } else { format!("{}:{operation}", service(host)) };
        let at = self.began.elapsed().as_secs_f64();
        self.calls.lock().expect("the calls").push((operation, at));
        let mut response = HttpResponse::new(StatusCode::try_from(200).expect("a status"), answer);
        if granite.is_some() {
            response.headers_mut().insert("smithy-protocol", "rpc-v2-cbor");
        }
        response
    }
}

/// The service behind a host, as IAM writes it.
fn service(host: &str) -> &str {
    match host {
        "monitoring" => "cloudwatch",
        "tagging" => "tag",
        other => other,
    }
}

/// A form's value as it was before it was escaped.
fn plain(value: &str) -> String {
    let mut bytes = Vec::new();
    let mut rest = value.bytes();
    while let Some(byte) = rest.next() {
        let digit = |byte: Option<u8>| byte.and_then(|byte| char::from(byte).to_digit(16));
        match byte {
            b'%' => {
                let code = digit(rest.next()).zip(digit(rest.next())).map(|(high, low)| high * 16 + low);
                bytes.extend(code.and_then(|code| u8::try_from(code).ok()));
            }
            b'+' => bytes.push(b' '),
            other => bytes.push(other),
        }
    }
    String::from_utf8_lossy(&bytes).into_owned()
}

impl HttpConnector for Server {
    fn call(&self, request: HttpRequest) -> HttpConnectorFuture {
        let response = self.answer(&request);
        HttpConnectorFuture::new(async move {
            tokio::time::sleep(LATENCY).await;
            Ok(response)
        })
    }
}
