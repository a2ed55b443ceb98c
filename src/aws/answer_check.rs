//! The one place where every answer of AWS is checked before a parser sees it: an HTTP client around the real one. A
//! body that does not end as its protocol ends, or never ends, becomes an error of the body, which the SDK treats like
//! a connection that broke in the middle. What "ends" means is `protocol`'s knowledge.

use std::error::Error;
use std::fmt;
use std::pin::Pin;
use std::task::{Context, Poll};

use aws_smithy_runtime_api::box_error::BoxError;
use aws_smithy_runtime_api::client::connector_metadata::ConnectorMetadata;
use aws_smithy_runtime_api::client::http::{
    HttpClient, HttpConnector, HttpConnectorFuture, HttpConnectorSettings, SharedHttpClient, SharedHttpConnector,
};
use aws_smithy_runtime_api::client::orchestrator::HttpRequest;
use aws_smithy_runtime_api::client::runtime_components::{RuntimeComponents, RuntimeComponentsBuilder};
use aws_smithy_types::body::SdkBody;
use aws_smithy_types::config_bag::ConfigBag;
use bytes::Bytes;
use http_body::{Body, Frame, SizeHint};

use super::protocol::Request;

/// The largest answer that is read. AWS's own are a few MiB at most: a page of log events, of metric data.
const LARGEST: usize = 64 * 1024 * 1024;

/// Why an answer was not taken.
#[derive(Debug)]
pub(super) struct BadAnswer {
    why: String,
}

impl fmt::Display for BadAnswer {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.why)
    }
}

impl Error for BadAnswer {}

/// `http` with every answer checked.
pub(super) fn checked(http: SharedHttpClient) -> SharedHttpClient {
    SharedHttpClient::new(Checked(http))
}

#[derive(Debug)]
struct Checked<T>(T);

impl HttpClient for Checked<SharedHttpClient> {
    fn http_connector(&self, settings: &HttpConnectorSettings, components: &RuntimeComponents) -> SharedHttpConnector {
        SharedHttpConnector::new(Checked(self.0.http_connector(settings, components)))
    }

    fn validate_base_client_config(
        &self,
        components: &RuntimeComponentsBuilder,
        config: &ConfigBag,
    ) -> Result<(), BoxError> {
        self.0.validate_base_client_config(components, config)
    }

    fn validate_final_config(&self, components: &RuntimeComponents, config: &ConfigBag) -> Result<(), BoxError> {
        self.0.validate_final_config(components, config)
    }

    fn connector_metadata(&self) -> Option<ConnectorMetadata> {
        self.0.connector_metadata()
    }
}

impl HttpConnector for Checked<SharedHttpConnector> {
    fn call(&self, request: HttpRequest) -> HttpConnectorFuture {
        let asked = Request::of(&request);
        let address = request.uri().split("://").last().unwrap_or_default();
        let host = address.split(['/', '?']).next().unwrap_or_default().to_owned();
        let sent = self.0.call(request);
        HttpConnectorFuture::new(async move {
            let mut response = sent.await?;
            let status = response.status().as_u16();
            // Credentials are asked for by calls that no scope's log sees.
            tracing::trace!(host, action = asked.action, status, "answer");
            let inner = std::mem::replace(response.body_mut(), SdkBody::taken());
            let body = CheckedBody { inner, asked, status, chunks: Vec::new(), size: 0, over: false };
            *response.body_mut() = SdkBody::from_body_1_x(body);
            Ok(response)
        })
    }
}

/// A body that is looked at when it ends.
struct CheckedBody {
    inner: SdkBody,
    asked: Request,
    status: u16,
    /// What came so far; shared with whoever reads it.
    chunks: Vec<Bytes>,
    size: usize,
    over: bool,
}

impl CheckedBody {
    fn bad(&mut self, why: String) -> BoxError {
        self.over = true;
        self.chunks.clear();
        Box::new(BadAnswer { why })
    }

    /// The end has come. Errors have a body of their own, which is read as far as it can be.
    fn at_end(&mut self) -> Option<BoxError> {
        if self.over || !(200..300).contains(&self.status) {
            return None;
        }
        self.over = true;
        let joined;
        let body: &[u8] = match self.chunks.as_slice() {
            [one] => one,
            many => {
                joined = many.concat();
                &joined
            }
        };
        let why = self.asked.fault_in(self.status, body)?;
        Some(self.bad(why))
    }
}

impl Body for CheckedBody {
    type Data = Bytes;
    type Error = BoxError;

    fn poll_frame(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Option<Result<Frame<Bytes>, BoxError>>> {
        let polled = Pin::new(&mut self.inner).poll_frame(cx);
        let frame = match std::task::ready!(polled) {
            None => return Poll::Ready(self.at_end().map(Err)),
            Some(Err(broken)) => {
                self.over = true;
                return Poll::Ready(Some(Err(broken)));
            }
            Some(Ok(frame)) => frame,
        };
        if let Some(data) = frame.data_ref() {
            self.size += data.len();
            let data = data.clone();
            self.chunks.push(data);
        }
        if self.size > LARGEST {
            let why = format!("the answer is larger than {} MiB, which none of AWS's is", LARGEST >> 20);
            let why = self.bad(why);
            // What is left of it is not read: the connection goes with the body.
            self.inner = SdkBody::taken();
            return Poll::Ready(Some(Err(why)));
        }
        Poll::Ready(Some(Ok(frame)))
    }

    fn size_hint(&self) -> SizeHint {
        Body::size_hint(&self.inner)
    }
}

#[cfg(test)]
mod tests;
