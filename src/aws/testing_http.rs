//! A scripted HTTP client for tests: answers in order, and remembers what was sent. It replaces
//! the network, not the SDK: signing, retries and parsing all run.

use std::sync::{Arc, Mutex};

use aws_smithy_runtime_api::client::http::{
    HttpConnector, HttpConnectorFuture, SharedHttpClient, SharedHttpConnector, http_client_fn,
};
use aws_smithy_runtime_api::client::orchestrator::{HttpRequest, HttpResponse};
use aws_smithy_runtime_api::client::result::ConnectorError;
use aws_smithy_runtime_api::http::StatusCode;
use aws_smithy_types::body::SdkBody;

use super::answer_check::checked;

/// A request that was sent.
#[derive(Clone, Debug)]
pub(crate) struct Sent {
    /// Where to.
    pub(crate) uri: String,
    /// The `authorization` header.
    pub(crate) authorization: String,
    /// The body.
    pub(crate) body: String,
}

/// Answers with status and body, one a request, each with the id `sent-1`, `sent-2`, …; when they run out the line is
/// dead.
#[derive(Clone, Debug)]
pub(crate) struct Script {
    answers: Arc<Mutex<Vec<(u16, &'static str)>>>,
    sent: Arc<Mutex<Vec<Sent>>>,
}

impl Script {
    /// These answers, in this order.
    pub(crate) fn new(answers: impl IntoIterator<Item = (u16, &'static str)>) -> Self {
        let mut answers: Vec<_> = answers.into_iter().collect();
        answers.reverse();
        Self { answers: Arc::new(Mutex::new(answers)), sent: Arc::default() }
    }

    /// What was sent so far.
    pub(crate) fn sent(&self) -> Vec<Sent> {
        self.sent.lock().expect("the list").clone()
    }

    /// The client that follows it.
    pub(crate) fn client(&self) -> SharedHttpClient {
        let connector = SharedHttpConnector::new(self.clone());
        checked(SharedHttpClient::new(http_client_fn(move |_, _| connector.clone())))
    }
}

impl HttpConnector for Script {
    fn call(&self, request: HttpRequest) -> HttpConnectorFuture {
        let body = String::from_utf8_lossy(request.body().bytes().unwrap_or_default()).into_owned();
        let authorization = request.headers().get("authorization").unwrap_or_default().to_owned();
        let number = {
            let mut sent = self.sent.lock().expect("the list");
            sent.push(Sent { uri: request.uri().to_owned(), authorization, body });
            sent.len()
        };
        let answer = match self.answers.lock().expect("the script").pop() {
            Some((status, body)) => {
                let status = StatusCode::try_from(status).expect("a status");
                let mut response = HttpResponse::new(status, SdkBody::from(body));
                response.headers_mut().insert("x-amzn-requestid", format!("sent-{number}"));
                Ok(response)
            }
            None => Err(ConnectorError::io("connection refused: the script has ended".into())),
        };
        HttpConnectorFuture::ready(answer)
    }
}
