//! A small client for EC2's Query API: parameters in, XML text out. The official crate would
//! more than double the build for a handful of operations. Signing, retries, timeouts and
//! counting are the SDK's own machinery, as for every other client.

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
use aws_types::service_config::ServiceConfigKey;

use super::stats::Counting;

/// The version of the API whose answers we read.
const VERSION: &str = "2016-11-15";

/// EC2 in one scope.
#[derive(Clone, Debug)]
pub struct Ec2 {
    config: SdkConfig,
    http: Option<SharedHttpClient>,
    endpoint: String,
    counting: Option<Counting>,
}

impl Ec2 {
    /// EC2 as `config` reaches it.
    pub(super) fn new(config: &SdkConfig, counting: Counting) -> Self {
        Self {
            http: config.http_client(),
            endpoint: endpoint(config, "EC2"),
            config: config.clone(),
            counting: Some(counting),
        }
    }

    /// Calls `action` (`DescribeInstances`) and gives the answer's XML.
    ///
    /// # Errors
    /// The SDK's error, for [`super::Clients::call`] to classify; AWS's code and message are in it.
    pub async fn call(
        &self,
        action: &str,
        parameters: Vec<(String, String)>,
    ) -> Result<String, SdkError<QueryError, HttpResponse>> {
        let Some(http) = self.http.clone() else {
            return Err(SdkError::construction_failure("there is no HTTP client"));
        };
        let mut operation = Operation::builder()
            .service_name("EC2")
            .operation_name(action.to_owned())
            .http_client(http)
            .endpoint_url(&self.endpoint)
            .runtime_plugin(signing(&self.config, "ec2"))
            .standard_retry(self.config.retry_config().unwrap_or(&RetryConfig::standard()))
            .retry_classifier(AwsErrorCodeClassifier::<QueryError>::new())
            .retry_classifier(TransientErrorClassifier::<QueryError>::new())
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
        let form = form(action, &parameters);
        operation.serializer(request).deserializer(answer).build().invoke(form).await
    }
}

/// Signature Version 4 with the scope's credentials and their cache.
pub(super) fn signing(config: &SdkConfig, service: &'static str) -> StaticRuntimePlugin {
    let mut layer = Layer::new("our own signing");
    let signing = SigV4OperationSigningConfig {
        region: config.region().cloned().map(SigningRegion::from),
        name: Some(SigningName::from_static(service)),
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

/// Where `service` (`EC2`) is: what the environment or the profile says, else the region's host in its partition.
pub(super) fn endpoint(config: &SdkConfig, service: &'static str) -> String {
    let key = ServiceConfigKey::builder().service_id(service).env("AWS_ENDPOINT_URL").profile("endpoint_url").build();
    let own = config.service_config().zip(key.ok()).and_then(|(all, key)| all.load_config(key));
    let given = match config.get_origin("endpoint_url").is_client_config() {
        true => config.endpoint_url().map(str::to_owned),
        false => own.or_else(|| config.endpoint_url().map(str::to_owned)),
    };
    given.unwrap_or_else(|| host(service, config.region().map_or("us-east-1", |region| region.as_ref())))
}

fn host(service: &str, region: &str) -> String {
    let domain = match region.split('-').next().unwrap_or(region) {
        "cn" => "amazonaws.com.cn",
        "eusc" => "amazonaws.eu",
        "us" if region.starts_with("us-iso-") => "c2s.ic.gov",
        "us" if region.starts_with("us-isob-") => "sc2s.sgov.gov",
        "us" if region.starts_with("us-isof-") => "csp.hci.ic.gov",
        "eu" if region.starts_with("eu-isoe-") => "cloud.adc-e.uk",
        _ => "amazonaws.com",
    };
    format!("https://{}.{region}.{domain}", service.to_lowercase())
}

/// The parameters as a form.
fn form(action: &str, parameters: &[(String, String)]) -> String {
    let fixed = [("Action", action), ("Version", VERSION)];
    let given = parameters.iter().map(|(name, value)| (name.as_str(), value.as_str()));
    let pairs = fixed.into_iter().chain(given).map(|(name, value)| format!("{}={}", escape(name), escape(value)));
    pairs.collect::<Vec<_>>().join("&")
}

/// `text` as it may stand in a query or a step of a path.
pub(super) fn escape(text: &str) -> String {
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

fn request(form: String) -> Result<HttpRequest, BoxError> {
    let mut request = HttpRequest::new(SdkBody::from(form));
    request.set_method("POST")?;
    request.set_uri("/")?;
    request.headers_mut().insert("content-type", "application/x-www-form-urlencoded");
    request.headers_mut().insert("user-agent", concat!("toban/", env!("CARGO_PKG_VERSION")));
    Ok(request)
}

fn answer(response: &HttpResponse) -> Result<String, OrchestratorError<QueryError>> {
    let body = String::from_utf8_lossy(response.body().bytes().unwrap_or_default()).into_owned();
    if response.status().is_success() {
        return Ok(body);
    }
    let mut meta = ErrorMetadata::builder();
    if let Ok(document) = roxmltree::Document::parse(&body) {
        let text =
            |name: &str| document.descendants().find(|node| node.has_tag_name(name)).and_then(|node| node.text());
        if let Some(code) = text("Code") {
            meta = meta.code(code);
        }
        if let Some(message) = text("Message") {
            meta = meta.message(message);
        }
        if let Some(id) = text("RequestID").or_else(|| text("RequestId")) {
            meta = meta.custom("aws_request_id", id);
        }
    }
    Err(OrchestratorError::operation(QueryError { meta: meta.build() }))
}

/// An error EC2 answered.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct QueryError {
    meta: ErrorMetadata,
}

impl fmt::Display for QueryError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.meta.message().or_else(|| self.meta.code()).unwrap_or("an error that could not be read"))
    }
}

impl std::error::Error for QueryError {}

impl ProvideErrorMetadata for QueryError {
    fn meta(&self) -> &ErrorMetadata {
        &self.meta
    }
}

/// What a scripted client is set up with.
#[cfg(test)]
pub(super) fn scripted() -> SdkConfig {
    let credentials = aws_credential_types::Credentials::new("AKID", "SECRET", None, None, "test");
    SdkConfig::builder()
        .region(aws_config::Region::new("ap-northeast-1"))
        .credentials_provider(aws_credential_types::provider::SharedCredentialsProvider::new(credentials))
        .identity_cache(aws_smithy_runtime::client::identity::IdentityCache::lazy().build())
        .sleep_impl(aws_smithy_async::rt::sleep::SharedAsyncSleep::new(aws_smithy_async::rt::sleep::TokioSleep::new()))
        .retry_config(
            RetryConfig::standard().with_max_attempts(4).with_initial_backoff(std::time::Duration::from_millis(1)),
        )
        .build()
}

#[cfg(test)]
impl Ec2 {
    /// EC2 answered by `http`.
    pub(crate) fn answered_by(http: SharedHttpClient) -> Self {
        let config = scripted();
        Self { endpoint: endpoint(&config, "EC2"), http: Some(http), config, counting: None }
    }

    /// EC2 that cannot be reached.
    pub(crate) fn silent() -> Self {
        Self { http: None, ..Self::answered_by(super::script::Script::new([]).client()) }
    }
}

#[cfg(test)]
mod tests {
    use super::{Ec2, form, host};
    use crate::aws::fault;
    use crate::aws::script::Script;
    use crate::world::{Fault, FaultKind};

    async fn call(script: &Script) -> Result<String, Fault> {
        let ec2 = Ec2::answered_by(script.client());
        let parameters = vec![("Filter.1.Value".to_owned(), "a b&c/é".to_owned())];
        ec2.call("DescribeInstances", parameters).await.map_err(fault("ec2:DescribeInstances", None))
    }

    #[test]
    fn parameters_are_escaped() {
        let pairs = [("A.1".to_owned(), "x y+&=é".to_owned())];
        assert_eq!(form("Do", &pairs), "Action=Do&Version=2016-11-15&A.1=x%20y%2B%26%3D%C3%A9");
    }

    #[test]
    fn a_region_has_the_host_of_its_partition() {
        assert_eq!(host("EC2", "ap-northeast-1"), "https://ec2.ap-northeast-1.amazonaws.com");
        assert_eq!(host("EC2", "cn-north-1"), "https://ec2.cn-north-1.amazonaws.com.cn");
        assert_eq!(host("EC2", "us-gov-west-1"), "https://ec2.us-gov-west-1.amazonaws.com");
        assert_eq!(host("EC2", "us-isob-east-1"), "https://ec2.us-isob-east-1.sc2s.sgov.gov");
    }

    #[tokio::test]
    async fn a_call_is_signed_and_its_answer_comes_back() {
        let script = Script::new([(200, "<DescribeInstancesResponse/>")]);
        assert_eq!(call(&script).await.as_deref(), Ok("<DescribeInstancesResponse/>"));
        let [sent] = &script.sent()[..] else { panic!("one request") };
        assert_eq!(sent.uri, "https://ec2.ap-northeast-1.amazonaws.com/");
        assert!(sent.authorization.contains("/ap-northeast-1/ec2/aws4_request"), "{}", sent.authorization);
        assert!(sent.body.starts_with("Action=DescribeInstances&Version="), "{}", sent.body);
    }

    #[tokio::test]
    async fn a_throttle_is_tried_again_and_a_denial_is_not() {
        let slow = "<Response><Errors><Error><Code>RequestLimitExceeded</Code></Error></Errors></Response>";
        let script = Script::new([(503, slow), (200, "<ok/>")]);
        assert_eq!(call(&script).await.as_deref(), Ok("<ok/>"));
        assert_eq!(script.sent().len(), 2);
        let no = "<Response><Errors><Error><Code>UnauthorizedOperation</Code><Message>You are not</Message></Error>\
                  </Errors><RequestID>r-1</RequestID></Response>";
        let script = Script::new([(403, no)]);
        let fault = call(&script).await.expect_err("a denial");
        assert_eq!((fault.kind, fault.request_id.as_deref()), (FaultKind::Denied, Some("r-1")));
        assert_eq!((fault.message.as_str(), script.sent().len()), ("You are not", 1));
    }

    #[tokio::test]
    async fn a_page_of_html_is_not_an_answer() {
        let script = Script::new([(403, "<html>blocked</html>")]);
        assert_eq!(call(&script).await.expect_err("html").kind, FaultKind::Garbled);
    }
}
