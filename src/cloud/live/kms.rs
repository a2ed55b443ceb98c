//! The one call to KMS: a data key for an encrypted session.
//! The key in the clear is wiped and never printed.

use std::collections::BTreeMap;

use aws_config::SdkConfig;
use aws_smithy_runtime_api::client::orchestrator::{HttpResponse, OrchestratorError};
use aws_smithy_runtime_api::client::result::SdkError;
use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use serde::Deserialize;
use serde_json::json;
use zeroize::Zeroizing;

use crate::aws::direct::{Json, Refusal, refusal};
use crate::ssm::crypto::{DataKey, KEY_BYTES};

/// Asks for a data key under `key`, bound to `context`.
///
/// # Errors
/// The SDK's error; AWS's code and message are in it.
pub(crate) async fn data_key(
    config: &SdkConfig,
    key: &str,
    context: &BTreeMap<String, String>,
) -> Result<DataKey, SdkError<Refusal, HttpResponse>> {
    let body = json!({"KeyId": key, "NumberOfBytes": KEY_BYTES, "EncryptionContext": context});
    Json::kms(config).send("GenerateDataKey", body, answer).await
}

fn answer(response: &HttpResponse) -> Result<DataKey, OrchestratorError<Refusal>> {
    if response.status().is_success() {
        let body = response.body().bytes().unwrap_or_default();
        return read(body).ok_or_else(|| OrchestratorError::other("the answer holds no key"));
    }
    Err(OrchestratorError::operation(refusal(response)))
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
