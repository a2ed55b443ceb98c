//! Clients of our own for services of which we need a handful of operations: their crates would cost more build than
//! they give. Signing, retries, timeouts and counting are the SDK's own machinery, as for every other client; here is
//! the line to a service and its errors, `query`, `json` and `rest` are the protocols. No judgement.

pub(crate) mod endpoint;
pub mod fields;
mod json;
mod query;
mod rest;
mod rest_xml;

use std::fmt;

use aws_config::SdkConfig;
use aws_runtime::auth::sigv4::{SCHEME_ID, SigV4AuthScheme};
use aws_runtime::auth::{SigV4OperationSigningConfig, SigningOptions};
use aws_runtime::retries::classifiers::AwsErrorCodeClassifier;
use aws_smithy_runtime::client::orchestrator::operation::Operation;
use aws_smithy_runtime::client::retries::classifiers::{HttpStatusCodeClassifier, TransientErrorClassifier};
use aws_smithy_runtime_api::box_error::BoxError;
use aws_smithy_runtime_api::client::auth::static_resolver::StaticAuthSchemeOptionResolver;
use aws_smithy_runtime_api::client::auth::{AuthSchemeOptionResolverParams, SharedAuthSchemeOptionResolver};
use aws_smithy_runtime_api::client::http::SharedHttpClient;
use aws_smithy_runtime_api::client::orchestrator::{HttpRequest, HttpResponse, OrchestratorError};
use aws_smithy_runtime_api::client::result::SdkError;
use aws_smithy_runtime_api::client::runtime_components::RuntimeComponentsBuilder;
use aws_smithy_runtime_api::client::runtime_plugin::StaticRuntimePlugin;
use aws_smithy_types::body::SdkBody;
use aws_smithy_types::config_bag::Layer;
use aws_smithy_types::error::ErrorMetadata;
use aws_smithy_types::error::metadata::ProvideErrorMetadata;
use aws_smithy_types::retry::RetryConfig;
use aws_smithy_types::timeout::TimeoutConfig;
use aws_types::SigningName;
use aws_types::region::SigningRegion;

use super::idempotency::SendOnce;
use super::stats::Counting;

pub(super) use endpoint::endpoint;
pub use json::Json;
pub(crate) use json::refusal;
pub use query::Query;
pub use rest::{Rest, RestJson};
pub use rest_xml::RestXml;

/// What sets one service apart from another.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Service {
    /// As AWS writes it: names the variable of its endpoint (`AWS_ENDPOINT_URL_EVENTBRIDGE`).
    id: &'static str,
    /// As IAM, its host and its signature write it.
    name: &'static str,
    /// Whether there is one for all regions of a partition.
    global: bool,
    /// Whether it is asked in the region where the partition's global services live, as certificates of CloudFront are.
    at_home: bool,
}

impl Service {
    const fn regional(id: &'static str, name: &'static str) -> Self {
        Self { id, name, global: false, at_home: false }
    }

    const fn global(id: &'static str, name: &'static str) -> Self {
        Self { id, name, global: true, at_home: false }
    }

    pub(super) const CLOUDTRAIL: Self = Self::regional("CloudTrail", "cloudtrail");
    pub(super) const EC2: Self = Self::regional("EC2", "ec2");
    pub(super) const EVENTS: Self = Self::regional("EventBridge", "events");
    pub(super) const IAM: Self = Self::global("IAM", "iam");
    pub(super) const KMS: Self = Self::regional("KMS", "kms");
    pub(super) const LAMBDA: Self = Self::regional("Lambda", "lambda");
    pub(crate) const SSM: Self = Self::regional("SSM", "ssm");
    pub(super) const ACM: Self = Self::regional("ACM", "acm");
    pub(super) const ACM_AT_HOME: Self = Self { at_home: true, ..Self::ACM };
    pub(super) const APIS: Self = Self::regional("API Gateway", "apigateway");
    pub(super) const BATCH: Self = Self::regional("Batch", "batch");
    pub(super) const CLOUDFRONT: Self = Self::global("CloudFront", "cloudfront");
    pub(super) const COGNITO: Self = Self::regional("Cognito Identity Provider", "cognito-idp");
    pub(super) const ROUTE53: Self = Self::global("Route 53", "route53");
    pub(super) const SNS: Self = Self::regional("SNS", "sns");
    pub(super) const STACKS: Self = Self::regional("CloudFormation", "cloudformation");
    pub(super) const STATES: Self = Self::regional("SFN", "states");
    pub(super) const WAF: Self = Self::regional("WAFV2", "wafv2");
    pub(super) const WAF_AT_HOME: Self = Self { at_home: true, ..Self::WAF };
}

/// What a service answered.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Answer<T> {
    /// The body.
    pub body: T,
    /// AWS's name for the request.
    pub request_id: Option<String>,
}

/// The line to one service in one scope.
#[derive(Clone, Debug)]
pub(super) struct Line {
    service: Service,
    config: SdkConfig,
    http: Option<SharedHttpClient>,
    endpoint: String,
    counting: Option<Counting>,
}

impl Line {
    /// The service as `config` reaches it.
    pub(super) fn new(service: Service, config: &SdkConfig, counting: Option<Counting>) -> Self {
        Self {
            service,
            http: config.http_client(),
            endpoint: endpoint(config, service),
            config: config.clone(),
            counting,
        }
    }

    /// Sends `request` as `action` and gives what `read` makes of the answer.
    ///
    /// # Errors
    /// The SDK's error, for [`super::Clients::call`] to classify; AWS's code and message are in it.
    pub(super) async fn send<T>(
        &self,
        action: &str,
        request: Sent,
        read: fn(&HttpResponse) -> Result<T, OrchestratorError<Refusal>>,
    ) -> Result<T, SdkError<Refusal, HttpResponse>>
    where
        T: fmt::Debug + Send + Sync + 'static,
    {
        let Some(http) = self.http.clone() else {
            return Err(SdkError::construction_failure("there is no HTTP client"));
        };
        let mut operation = Operation::builder()
            .service_name(self.service.name)
            .operation_name(action.to_owned())
            .http_client(http)
            .endpoint_url(&self.endpoint)
            .runtime_plugin(signing(&self.config, self.service))
            .standard_retry(self.config.retry_config().unwrap_or(&RetryConfig::standard()))
            .retry_classifier(AwsErrorCodeClassifier::<Refusal>::new())
            .retry_classifier(TransientErrorClassifier::<Refusal>::new())
            .retry_classifier(HttpStatusCodeClassifier::default())
            .interceptor(SendOnce)
            .timeout_config(self.config.timeout_config().cloned().unwrap_or_else(TimeoutConfig::disabled));
        if let Some(sleep) = self.config.sleep_impl() {
            operation = operation.sleep_impl(sleep);
        }
        if let Some(time) = self.config.time_source() {
            operation = operation.time_source(time);
        }
        if let Some(counting) = &self.counting {
            operation = operation.interceptor(counting.clone()).interceptor(counting.log.clone());
        }
        operation.serializer(Sent::request).deserializer(read).build().invoke(request).await
    }
}

/// What is sent.
#[derive(Debug)]
pub(super) struct Sent {
    /// `GET`, `POST`, `PUT`, …
    pub(super) method: &'static str,
    /// Path and query.
    pub(super) uri: String,
    /// Headers beside those that all have.
    pub(super) headers: Vec<(&'static str, String)>,
    /// The body, if there is one.
    pub(super) body: Option<String>,
}

impl Sent {
    fn request(self) -> Result<HttpRequest, BoxError> {
        let length = self.body.as_ref().map(String::len);
        let mut request = HttpRequest::new(self.body.map_or_else(SdkBody::empty, SdkBody::from));
        request.set_method(self.method)?;
        request.set_uri(self.uri)?;
        for (name, value) in self.headers {
            request.headers_mut().insert(name, value);
        }
        if let Some(length) = length {
            request.headers_mut().insert("content-length", length.to_string());
        }
        request.headers_mut().insert("user-agent", concat!("toban/", env!("CARGO_PKG_VERSION")));
        Ok(request)
    }
}

/// Signature Version 4 with the scope's credentials and their cache.
fn signing(config: &SdkConfig, service: Service) -> StaticRuntimePlugin {
    let mut layer = Layer::new("our own signing");
    let region = config.region().map(|region| match service.global || service.at_home {
        true => SigningRegion::from_static(endpoint::home(service, region.as_ref())),
        false => SigningRegion::from(region.clone()),
    });
    let signing = SigV4OperationSigningConfig {
        region,
        name: Some(SigningName::from_static(service.name)),
        signing_options: SigningOptions::default(),
        ..Default::default()
    };
    layer.store_put(signing);
    layer.store_put(AuthSchemeOptionResolverParams::new(()));
    let mut components = RuntimeComponentsBuilder::new("our own signing")
        .with_auth_scheme(SigV4AuthScheme::new())
        .with_auth_scheme_option_resolver(Some(SharedAuthSchemeOptionResolver::new(
            StaticAuthSchemeOptionResolver::new(vec![SCHEME_ID]),
        )));
    components.set_identity_cache(config.identity_cache());
    if let Some(credentials) = config.credentials_provider() {
        components.set_identity_resolver(SCHEME_ID, credentials);
    }
    StaticRuntimePlugin::new().with_config(layer.freeze()).with_runtime_components(components)
}

/// `text` as it may stand in a query or a step of a path.
fn escape(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for byte in text.bytes() {
        if byte.is_ascii_alphanumeric() || b"-._~".contains(&byte) {
            out.push(char::from(byte));
        } else {
            out.push_str(&format!("%{byte:02X}"));
        }
    }
    out
}

/// An error that a service answered.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Refusal {
    meta: ErrorMetadata,
}

impl Refusal {
    /// With AWS's code, message and request id.
    fn new(code: Option<&str>, message: Option<&str>, request_id: Option<&str>) -> Self {
        let mut meta = ErrorMetadata::builder();
        if let Some(code) = code {
            meta = meta.code(code);
        }
        if let Some(message) = message {
            meta = meta.message(message);
        }
        if let Some(id) = request_id {
            meta = meta.custom("aws_request_id", id);
        }
        Self { meta: meta.build() }
    }
}

impl fmt::Display for Refusal {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.meta.message().or_else(|| self.meta.code()).unwrap_or("an error that could not be read"))
    }
}

impl std::error::Error for Refusal {}

impl ProvideErrorMetadata for Refusal {
    fn meta(&self) -> &ErrorMetadata {
        &self.meta
    }
}

#[cfg(test)]
impl Line {
    /// A line that is answered by `http`; by none it is dead.
    fn scripted(service: Service, http: Option<SharedHttpClient>) -> Self {
        let credentials = aws_credential_types::Credentials::new("AKID", "SECRET", None, None, "test");
        let sleep = aws_smithy_async::rt::sleep::TokioSleep::new();
        let retry = RetryConfig::standard().with_max_attempts(4);
        let config = SdkConfig::builder()
            .region(aws_config::Region::new("ap-northeast-1"))
            .credentials_provider(aws_credential_types::provider::SharedCredentialsProvider::new(credentials))
            .identity_cache(aws_smithy_runtime::client::identity::IdentityCache::lazy().build())
            .sleep_impl(aws_smithy_async::rt::sleep::SharedAsyncSleep::new(sleep))
            .retry_config(retry.with_initial_backoff(std::time::Duration::from_millis(1)))
            .build();
        Self { endpoint: endpoint(&config, service), service, http, config, counting: None }
    }
}
