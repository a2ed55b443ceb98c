//! Answers by operation for tests: what AWS said at one look, until the next is set. It replaces the network, not the
//! SDK: the answers are AWS's own JSON and XML, and the SDK's parsers read them.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex};

use aws_smithy_runtime_api::client::http::{
    HttpConnector, HttpConnectorFuture, SharedHttpClient, SharedHttpConnector, http_client_fn,
};
use aws_smithy_runtime_api::client::orchestrator::{HttpRequest, HttpResponse};
use aws_smithy_runtime_api::http::StatusCode;
use aws_smithy_types::body::SdkBody;

use super::clients::Clients;

/// Answers with whatever is set for an operation, as often as it is asked. One that is set for `ListTasks STOPPED` is
/// given to requests of ListTasks that say STOPPED. A text that begins with `{"__type"` is an error.
#[derive(Clone, Debug, Default)]
pub(crate) struct Replay {
    answers: Arc<Mutex<BTreeMap<String, String>>>,
}

impl Replay {
    /// Sets the answer of an operation.
    pub(crate) fn set(&self, operation: &str, answer: &str) {
        self.answers.lock().expect("the answers").insert(operation.to_owned(), answer.to_owned());
    }

    /// Clients of ECS, load balancing and logs that are answered by it.
    pub(crate) fn clients(&self) -> Clients {
        let connector = SharedHttpConnector::new(self.clone());
        let http = SharedHttpClient::new(http_client_fn(move |_, _| connector.clone()));
        macro_rules! client {
            ($sdk:ident) => {
                $sdk::Client::from_conf(
                    $sdk::Config::builder()
                        .behavior_version($sdk::config::BehaviorVersion::latest())
                        .region($sdk::config::Region::new("ap-northeast-1"))
                        .credentials_provider($sdk::config::Credentials::new("AKID", "SECRET", None, None, "test"))
                        .retry_config(aws_smithy_types::retry::RetryConfig::disabled())
                        .http_client(http.clone())
                        .build(),
                )
            };
        }
        Clients {
            ecs: client!(aws_sdk_ecs),
            elb: client!(aws_sdk_elasticloadbalancingv2),
            logs: client!(aws_sdk_cloudwatchlogs),
            ..Clients::silent()
        }
    }

    fn answer(&self, operation: &str, body: &str) -> (u16, String) {
        let answers = self.answers.lock().expect("the answers");
        let told = answers.iter().find(|(key, _)| {
            let mut words = key.split(' ');
            words.next() == Some(operation) && words.all(|word| body.contains(word))
        });
        match told {
            Some((_, answer)) if answer.starts_with(r#"{"__type""#) => (400, answer.clone()),
            Some((_, answer)) => (200, answer.clone()),
            None => (400, format!(r#"{{"__type":"UnknownOperationException","message":"no answer to {operation}"}}"#)),
        }
    }
}

impl HttpConnector for Replay {
    fn call(&self, request: HttpRequest) -> HttpConnectorFuture {
        let body = String::from_utf8_lossy(request.body().bytes().unwrap_or_default()).into_owned();
        let target = request.headers().get("x-amz-target").and_then(|target| target.rsplit('.').next());
        let action = || body.split('&').find_map(|pair| pair.strip_prefix("Action=")).unwrap_or_default();
        let (status, answer) = self.answer(target.unwrap_or_else(action), &body);
        let status = StatusCode::try_from(status).expect("a status");
        HttpConnectorFuture::ready(Ok(HttpResponse::new(status, SdkBody::from(answer))))
    }
}
