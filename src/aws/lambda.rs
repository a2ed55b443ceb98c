//! A small client for Lambda's REST API: a method, a path and JSON in, JSON out. The official crate would cost more
//! build than a dozen operations are worth. Signing, retries, timeouts and counting are the SDK's own machinery, as
//! for every other client; errors become what `fault` classifies.

use std::fmt;

use aws_config::SdkConfig;
use aws_runtime::retries::classifiers::AwsErrorCodeClassifier;
use aws_smithy_runtime::client::orchestrator::operation::Operation;
use aws_smithy_runtime::client::retries::classifiers::{HttpStatusCodeClassifier, TransientErrorClassifier};
use aws_smithy_runtime_api::box_error::BoxError;
use aws_smithy_runtime_api::client::http::SharedHttpClient;
use aws_smithy_runtime_api::client::orchestrator::{HttpRequest, HttpResponse, OrchestratorError};
use aws_smithy_runtime_api::client::result::SdkError;
use aws_smithy_types::body::SdkBody;
use aws_smithy_types::error::ErrorMetadata;
use aws_smithy_types::error::metadata::ProvideErrorMetadata;
use aws_smithy_types::retry::RetryConfig;
use aws_smithy_types::timeout::TimeoutConfig;
use serde_json::Value;

use super::ec2::{endpoint, escape, signing};
use super::stats::Counting;

/// The version of the API, as its paths begin.
const VERSION: &str = "/2015-03-31";

/// Lambda in one scope.
#[derive(Clone, Debug)]
pub struct Lambda {
    config: SdkConfig,
    http: Option<SharedHttpClient>,
    endpoint: String,
    counting: Option<Counting>,
}

/// One request: the method, the steps of its path behind the version, its query and its body.
#[derive(Clone, Debug)]
pub struct Rest<'a> {
    /// `GET`, `POST`, `PUT`, …
    pub method: &'static str,
    /// `["functions", name, "aliases"]`; escaped on the way.
    pub path: &'a [&'a str],
    /// Parameters; `None` is left out.
    pub query: &'a [(&'static str, Option<&'a str>)],
    /// What is sent.
    pub body: Option<Value>,
}

impl<'a> Rest<'a> {
    /// A reading of `path`.
    #[must_use]
    pub fn get(path: &'a [&'a str], query: &'a [(&'static str, Option<&'a str>)]) -> Self {
        Self { method: "GET", path, query, body: None }
    }

    fn uri(&self) -> String {
        let path: String = self.path.iter().map(|step| format!("/{}", escape(step))).collect();
        let given = self.query.iter().filter_map(|(name, value)| value.map(|value| (name, value)));
        let query: Vec<String> = given.map(|(name, value)| format!("{name}={}", escape(value))).collect();
        let mark = if query.is_empty() { "" } else { "?" };
        format!("{VERSION}{path}{mark}{}", query.join("&"))
    }
}

impl Lambda {
    /// Lambda as `config` reaches it.
    pub(super) fn new(config: &SdkConfig, counting: Counting) -> Self {
        Self {
            http: config.http_client(),
            endpoint: endpoint(config, "Lambda"),
            config: config.clone(),
            counting: Some(counting),
        }
    }

    /// Calls `action` (`ListFunctions`) and gives the answer's JSON; `null` for an empty one.
    ///
    /// # Errors
    /// The SDK's error, for [`super::Clients::call`] to classify; AWS's code and message are in it.
    pub async fn call(&self, action: &str, rest: Rest<'_>) -> Result<Value, SdkError<RestError, HttpResponse>> {
        let Some(http) = self.http.clone() else {
            return Err(SdkError::construction_failure("there is no HTTP client"));
        };
        let mut operation = Operation::builder()
            .service_name("Lambda")
            .operation_name(action.to_owned())
            .http_client(http)
            .endpoint_url(&self.endpoint)
            .runtime_plugin(signing(&self.config, "lambda"))
            .standard_retry(self.config.retry_config().unwrap_or(&RetryConfig::standard()))
            .retry_classifier(AwsErrorCodeClassifier::<RestError>::new())
            .retry_classifier(TransientErrorClassifier::<RestError>::new())
            .retry_classifier(HttpStatusCodeClassifier::default())
            .timeout_config(self.config.timeout_config().cloned().unwrap_or_else(TimeoutConfig::disabled));
        if let Some(sleep) = self.config.sleep_impl() {
            operation = operation.sleep_impl(sleep);
        }
        if let Some(time) = self.config.time_source() {
            operation = operation.time_source(time);
        }
        if let Some(counting) = &self.counting {
            operation = operation.interceptor(counting.clone());
        }
        let sent = (rest.method, rest.uri(), rest.body.map(|body| body.to_string()));
        operation.serializer(request).deserializer(answer).build().invoke(sent).await
    }
}

fn request((method, uri, body): (&'static str, String, Option<String>)) -> Result<HttpRequest, BoxError> {
    let mut request = HttpRequest::new(body.as_deref().map_or_else(SdkBody::empty, SdkBody::from));
    request.set_method(method)?;
    request.set_uri(uri)?;
    if let Some(body) = body {
        request.headers_mut().insert("content-type", "application/json");
        request.headers_mut().insert("content-length", body.len().to_string());
    }
    request.headers_mut().insert("user-agent", concat!("toban/", env!("CARGO_PKG_VERSION")));
    Ok(request)
}

fn answer(response: &HttpResponse) -> Result<Value, OrchestratorError<RestError>> {
    let body = response.body().bytes().unwrap_or_default();
    if response.status().is_success() {
        if body.is_empty() {
            return Ok(Value::Null);
        }
        return serde_json::from_slice(body).map_err(OrchestratorError::other);
    }
    let mut meta = ErrorMetadata::builder();
    let document: Option<Value> = serde_json::from_slice(body).ok();
    let text = |names: [&str; 3]| names.iter().find_map(|name| document.as_ref()?.get(name)?.as_str());
    let header = response.headers().get("x-amzn-errortype");
    if let Some(code) = header.or_else(|| text(["__type", "code", "Code"])) {
        let code = code.rsplit('#').next().unwrap_or(code);
        meta = meta.code(code.split(':').next().unwrap_or(code));
    }
    if let Some(message) = text(["message", "Message", "errorMessage"]) {
        meta = meta.message(message);
    }
    if let Some(id) = response.headers().get("x-amzn-requestid") {
        meta = meta.custom("aws_request_id", id);
    }
    Err(OrchestratorError::operation(RestError { meta: meta.build() }))
}

/// An error Lambda answered.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct RestError {
    meta: ErrorMetadata,
}

impl fmt::Display for RestError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.meta.message().or_else(|| self.meta.code()).unwrap_or("an error that could not be read"))
    }
}

impl std::error::Error for RestError {}

impl ProvideErrorMetadata for RestError {
    fn meta(&self) -> &ErrorMetadata {
        &self.meta
    }
}

#[cfg(test)]
impl Lambda {
    /// Lambda answered by `http`.
    pub(crate) fn answered_by(http: SharedHttpClient) -> Self {
        let config = super::ec2::scripted();
        Self { endpoint: endpoint(&config, "Lambda"), http: Some(http), config, counting: None }
    }

    /// Lambda that cannot be reached.
    pub(crate) fn silent() -> Self {
        Self { http: None, ..Self::answered_by(super::script::Script::new([]).client()) }
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::{Lambda, Rest};
    use crate::aws::fault;
    use crate::aws::script::Script;
    use crate::world::FaultKind;

    #[tokio::test]
    async fn a_call_is_signed_and_its_answer_comes_back() {
        let script = Script::new([(200, r#"{"FunctionName":"a b"}"#)]);
        let rest = Rest::get(&["functions", "a b/c", "aliases"], &[("Marker", Some("x=&")), ("MaxItems", None)]);
        let got = Lambda::answered_by(script.client()).call("ListAliases", rest).await.expect("an answer");
        assert_eq!(got["FunctionName"], "a b");
        let [sent] = &script.sent()[..] else { panic!("one request") };
        let uri = "https://lambda.ap-northeast-1.amazonaws.com/2015-03-31/functions/a%20b%2Fc/aliases?Marker=x%3D%26";
        assert_eq!(sent.uri, uri);
        assert!(sent.authorization.contains("/ap-northeast-1/lambda/aws4_request"), "{}", sent.authorization);
    }

    #[tokio::test]
    async fn a_throttle_is_tried_again_and_a_conflict_is_told_with_its_code() {
        let slow = r#"{"Type":"User","message":"Rate exceeded","code":"TooManyRequestsException"}"#;
        let busy = r#"{"__type":"ResourceConflictException","message":"an update is in progress for resource"}"#;
        let script = Script::new([(429, slow), (200, ""), (409, busy)]);
        let lambda = Lambda::answered_by(script.client());
        let put = || Rest {
            method: "PUT",
            path: &["functions", "f", "code"],
            query: &[],
            body: Some(json!({"DryRun": true})),
        };
        assert!(lambda.call("UpdateFunctionCode", put()).await.expect("an empty answer").is_null());
        let got = lambda.call("UpdateFunctionCode", put()).await.map_err(fault("lambda:UpdateFunctionCode", Some("f")));
        let fault = got.expect_err("a conflict");
        assert_eq!((fault.kind, fault.code.as_deref()), (FaultKind::Refused, Some("ResourceConflictException")));
        assert_eq!(script.sent()[0].body, r#"{"DryRun":true}"#);
    }
}
