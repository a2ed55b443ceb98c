//! The one call to KMS: a data key for an encrypted session. A crate for it would cost more than it gives; signing,
//! retries and timeouts are the SDK's own, as in `ec2`. The key in the clear is wiped and never printed.

use std::collections::BTreeMap;
use std::fmt;

use aws_config::SdkConfig;
use aws_runtime::retries::classifiers::AwsErrorCodeClassifier;
use aws_smithy_runtime::client::orchestrator::operation::Operation;
use aws_smithy_runtime::client::retries::classifiers::{HttpStatusCodeClassifier, TransientErrorClassifier};
use aws_smithy_runtime_api::box_error::BoxError;
use aws_smithy_runtime_api::client::orchestrator::{HttpRequest, HttpResponse, OrchestratorError};
use aws_smithy_runtime_api::client::result::SdkError;
use aws_smithy_types::body::SdkBody;
use aws_smithy_types::error::ErrorMetadata;
use aws_smithy_types::error::metadata::ProvideErrorMetadata;
use aws_smithy_types::retry::RetryConfig;
use aws_smithy_types::timeout::TimeoutConfig;
use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use serde::Deserialize;
use serde_json::json;
use zeroize::Zeroizing;

use super::ec2::{endpoint, signing};
use crate::session::crypto::{DataKey, KEY_BYTES};

/// Asks for a data key under `key`, bound to `context`.
///
/// # Errors
/// The SDK's error; AWS's code and message are in it.
pub(super) async fn data_key(
    config: &SdkConfig,
    key: &str,
    context: &BTreeMap<String, String>,
) -> Result<DataKey, SdkError<KmsError, HttpResponse>> {
    let Some(http) = config.http_client() else {
        return Err(SdkError::construction_failure("there is no HTTP client"));
    };
    let mut operation = Operation::builder()
        .service_name("KMS")
        .operation_name("GenerateDataKey")
        .http_client(http)
        .endpoint_url(&endpoint(config, "KMS"))
        .runtime_plugin(signing(config, "kms"))
        .standard_retry(config.retry_config().unwrap_or(&RetryConfig::standard()))
        .retry_classifier(AwsErrorCodeClassifier::<KmsError>::new())
        .retry_classifier(TransientErrorClassifier::<KmsError>::new())
        .retry_classifier(HttpStatusCodeClassifier::default())
        .timeout_config(config.timeout_config().cloned().unwrap_or_else(TimeoutConfig::disabled));
    if let Some(sleep) = config.sleep_impl() {
        operation = operation.sleep_impl(sleep);
    }
    if let Some(time) = config.time_source() {
        operation = operation.time_source(time);
    }
    let body = json!({"KeyId": key, "NumberOfBytes": KEY_BYTES, "EncryptionContext": context}).to_string();
    operation.serializer(request).deserializer(answer).build().invoke(body).await
}

fn request(body: String) -> Result<HttpRequest, BoxError> {
    let mut request = HttpRequest::new(SdkBody::from(body));
    request.set_method("POST")?;
    request.set_uri("/")?;
    request.headers_mut().insert("content-type", "application/x-amz-json-1.1");
    request.headers_mut().insert("x-amz-target", "TrentService.GenerateDataKey");
    request.headers_mut().insert("user-agent", concat!("toban/", env!("CARGO_PKG_VERSION")));
    Ok(request)
}

fn answer(response: &HttpResponse) -> Result<DataKey, OrchestratorError<KmsError>> {
    let body = response.body().bytes().unwrap_or_default();
    if response.status().is_success() {
        return read(body).ok_or_else(|| OrchestratorError::other("the answer holds no key"));
    }
    let mut meta = ErrorMetadata::builder();
    if let Ok(document) = serde_json::from_slice::<serde_json::Value>(body) {
        let text = |names: [&str; 2]| names.iter().find_map(|name| document.get(name)?.as_str());
        if let Some(code) = text(["__type", "code"]) {
            meta = meta.code(code.rsplit('#').next().unwrap_or(code));
        }
        if let Some(message) = text(["message", "Message"]) {
            meta = meta.message(message);
        }
    }
    Err(OrchestratorError::operation(KmsError { meta: meta.build() }))
}

fn read(body: &[u8]) -> Option<DataKey> {
    #[derive(Deserialize)]
    #[serde(rename_all = "PascalCase")]
    struct Answer {
        plaintext: String,
        ciphertext_blob: String,
    }
    let answer: Answer = serde_json::from_slice(body).ok()?;
    let plain = Zeroizing::new(answer.plaintext);
    Some(DataKey {
        plain: Zeroizing::new(STANDARD.decode(plain.as_bytes()).ok()?),
        sealed: STANDARD.decode(answer.ciphertext_blob).ok()?,
    })
}

/// An error KMS answered.
#[derive(Clone, PartialEq, Eq, Debug)]
pub(super) struct KmsError {
    meta: ErrorMetadata,
}

impl fmt::Display for KmsError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.meta.message().or_else(|| self.meta.code()).unwrap_or("an error that could not be read"))
    }
}

impl std::error::Error for KmsError {}

impl ProvideErrorMetadata for KmsError {
    fn meta(&self) -> &ErrorMetadata {
        &self.meta
    }
}
