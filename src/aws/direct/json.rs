//! The awsJson protocol of EventBridge, CloudTrail, KMS, Step Functions and others: a target and JSON in, JSON out. How JSON services write an error
//! stands here too, for REST.

use aws_config::SdkConfig;
use aws_smithy_runtime_api::client::orchestrator::{HttpResponse, OrchestratorError};
use aws_smithy_runtime_api::client::result::SdkError;
use serde_json::Value;

use super::{Answer, Line, Refusal, Sent, Service};
use crate::aws::stats::Counting;

/// A service that speaks awsJson, in one scope.
#[derive(Clone, Debug)]
pub struct Json {
    line: Line,
    /// What stands before the action in `X-Amz-Target`.
    target: &'static str,
    /// The protocol's version, as the content type names it.
    version: &'static str,
}

const EVENTS: &str = "AWSEvents";
const V1_1: &str = "1.1";

impl Json {
    /// EventBridge (rules; schedules are another service) as `config` reaches it.
    pub(crate) fn events(config: &SdkConfig, counting: Counting) -> Self {
        Self { line: Line::new(Service::EVENTS, config, Some(counting)), target: EVENTS, version: V1_1 }
    }

    /// CloudTrail as `config` reaches it.
    pub(crate) fn trail(config: &SdkConfig, counting: Counting) -> Self {
        let target = "com.amazonaws.cloudtrail.v20131101.CloudTrail_20131101";
        Self { line: Line::new(Service::CLOUDTRAIL, config, Some(counting)), target, version: V1_1 }
    }

    /// KMS as `config` reaches it.
    pub(crate) fn kms(config: &SdkConfig) -> Self {
        Self { line: Line::new(Service::KMS, config, None), target: "TrentService", version: V1_1 }
    }

    /// Step Functions as `config` reaches it.
    pub(crate) fn states(config: &SdkConfig, counting: Counting) -> Self {
        Self { line: Line::new(Service::STATES, config, Some(counting)), target: "AWSStepFunctions", version: "1.0" }
    }

    /// Certificate Manager as `config` reaches it.
    pub(crate) fn acm(config: &SdkConfig, counting: Counting) -> Self {
        Self { line: Line::new(Service::ACM, config, Some(counting)), target: "CertificateManager", version: V1_1 }
    }

    /// Certificate Manager where CloudFront takes its certificates from.
    pub(crate) fn acm_at_home(config: &SdkConfig, counting: Counting) -> Self {
        let line = Line::new(Service::ACM_AT_HOME, config, Some(counting));
        Self { line, target: "CertificateManager", version: V1_1 }
    }

    /// WAF as `config` reaches it.
    pub(crate) fn waf(config: &SdkConfig, counting: Counting) -> Self {
        Self { line: Line::new(Service::WAF, config, Some(counting)), target: "AWSWAF_20190729", version: V1_1 }
    }

    /// WAF where CloudFront takes its rules from.
    pub(crate) fn waf_at_home(config: &SdkConfig, counting: Counting) -> Self {
        Self { line: Line::new(Service::WAF_AT_HOME, config, Some(counting)), target: "AWSWAF_20190729", version: V1_1 }
    }

    /// Cognito's user pools as `config` reaches them.
    pub(crate) fn cognito(config: &SdkConfig, counting: Counting) -> Self {
        let line = Line::new(Service::COGNITO, config, Some(counting));
        Self { line, target: "AWSCognitoIdentityProviderService", version: V1_1 }
    }

    /// Calls `action` (`ListRules`) and gives the answer's JSON; `null` for an empty one.
    ///
    /// # Errors
    /// The SDK's error, for [`crate::aws::Clients::call`] to classify; AWS's code and message are in it.
    pub async fn call(&self, action: &str, body: Value) -> Result<Answer<Value>, SdkError<Refusal, HttpResponse>> {
        self.send(action, body, answer).await
    }

    /// The same, with what `read` makes of the answer: for answers that hold a secret.
    pub(crate) async fn send<T>(
        &self,
        action: &str,
        body: Value,
        read: fn(&HttpResponse) -> Result<T, OrchestratorError<Refusal>>,
    ) -> Result<T, SdkError<Refusal, HttpResponse>>
    where
        T: std::fmt::Debug + Send + Sync + 'static,
    {
        let sent = Sent {
            method: "POST",
            uri: "/".to_owned(),
            headers: vec![
                ("content-type", format!("application/x-amz-json-{}", self.version)),
                ("x-amz-target", format!("{}.{action}", self.target)),
            ],
            body: Some(body.to_string()),
        };
        self.line.send(action, sent, read).await
    }
}

/// The answer's JSON, or its refusal.
pub(super) fn answer(response: &HttpResponse) -> Result<Answer<Value>, OrchestratorError<Refusal>> {
    if !response.status().is_success() {
        return Err(OrchestratorError::operation(refusal(response)));
    }
    let bytes = response.body().bytes().unwrap_or_default();
    let body = match bytes.is_empty() {
        true => Value::Null,
        false => serde_json::from_slice(bytes).map_err(OrchestratorError::other)?,
    };
    Ok(Answer { body, request_id: request_id(response).map(str::to_owned) })
}

/// What a JSON service says when it refuses.
pub(crate) fn refusal(response: &HttpResponse) -> Refusal {
    let document: Option<Value> = serde_json::from_slice(response.body().bytes().unwrap_or_default()).ok();
    let text = |names: [&str; 3]| names.iter().find_map(|name| document.as_ref()?.get(name)?.as_str());
    let code = response.headers().get("x-amzn-errortype").or_else(|| text(["__type", "code", "Code"]));
    // `com.amazonaws.events#ThrottlingException`, `ThrottlingException:http://…`.
    let code = code.map(|code| code.rsplit('#').next().unwrap_or(code));
    let code = code.map(|code| code.split(':').next().unwrap_or(code));
    Refusal::new(code, text(["message", "Message", "errorMessage"]), request_id(response))
}

fn request_id(response: &HttpResponse) -> Option<&str> {
    response.headers().get("x-amzn-requestid")
}

#[cfg(test)]
impl Json {
    /// EventBridge answered by `script`.
    pub(crate) fn events_by(script: &crate::aws::Script) -> Self {
        Self { line: Line::scripted(Service::EVENTS, Some(script.client())), target: EVENTS, version: V1_1 }
    }

    /// Some service answered by `script`: for kinds that care for bodies alone.
    pub(crate) fn by(script: &crate::aws::Script) -> Self {
        Self {
            line: Line::scripted(Service::STATES, Some(script.client())),
            target: "AWSStepFunctions",
            version: "1.0",
        }
    }

    /// A service that cannot be reached.
    pub(crate) fn silent() -> Self {
        Self { line: Line::scripted(Service::EVENTS, None), target: EVENTS, version: V1_1 }
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::Json;
    use crate::aws::{Script, fault};
    use crate::world::FaultKind;

    #[tokio::test]
    async fn a_call_is_signed_and_its_answer_comes_back() {
        let script = Script::new([(200, r#"{"Rules":[{"Name":"nightly"}]}"#)]);
        let got = Json::events_by(&script).call("ListRules", json!({"Limit": 100})).await.expect("an answer");
        assert_eq!(
            (got.body["Rules"][0]["Name"].as_str(), got.request_id.as_deref()),
            (Some("nightly"), Some("sent-1"))
        );
        let [sent] = &script.sent()[..] else { panic!("one request") };
        assert_eq!(sent.uri, "https://events.ap-northeast-1.amazonaws.com/");
        assert_eq!(sent.body, r#"{"Limit":100}"#);
        assert!(sent.authorization.contains("/ap-northeast-1/events/aws4_request"), "{}", sent.authorization);
    }

    #[tokio::test]
    async fn a_throttle_is_tried_again_and_a_denial_is_told() {
        let slow = r#"{"__type":"com.amazonaws.events#ThrottlingException","message":"Rate exceeded"}"#;
        let no = r#"{"__type":"AccessDeniedException","Message":"You are not"}"#;
        let script = Script::new([(400, slow), (400, no)]);
        let got = Json::events_by(&script).call("ListRules", json!({})).await.map_err(fault("events:ListRules", None));
        let fault = got.expect_err("a denial");
        assert_eq!((fault.kind, fault.message.as_str()), (FaultKind::Denied, "You are not"));
        assert_eq!(script.sent().len(), 2);
    }
}
