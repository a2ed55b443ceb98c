//! The REST protocol of Lambda, Batch and API Gateway: a method, a path and JSON in, JSON out.
//! What a field means is its kind's business.

use aws_config::SdkConfig;
use aws_smithy_runtime_api::client::orchestrator::HttpResponse;
use aws_smithy_runtime_api::client::result::SdkError;
use serde_json::Value;

use super::{Answer, Line, Refusal, Sent, Service, escape, json};
use crate::aws::stats::Counting;

/// A service that speaks REST with JSON, in one scope.
#[derive(Clone, Debug)]
pub struct RestJson {
    line: Line,
    /// The version of the API, as its paths begin.
    version: &'static str,
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

    /// A question that is sent as a document, as Batch wants even its readings.
    #[must_use]
    pub const fn post(path: &'a [&'a str], body: Value) -> Self {
        Self { method: "POST", path, query: &[], body: Some(body) }
    }

    pub(super) fn uri(&self, version: &str) -> String {
        let path: String = self.path.iter().map(|step| format!("/{}", escape(step))).collect();
        let given = self.query.iter().filter_map(|(name, value)| value.map(|value| (name, value)));
        let query: Vec<String> = given.map(|(name, value)| format!("{name}={}", escape(value))).collect();
        let mark = if query.is_empty() { "" } else { "?" };
        format!("{version}{path}{mark}{}", query.join("&"))
    }
}

impl RestJson {
    /// Lambda as `config` reaches it.
    pub(crate) fn lambda(config: &SdkConfig, counting: Counting) -> Self {
        Self { line: Line::new(Service::LAMBDA, config, Some(counting)), version: "/2015-03-31" }
    }

    /// Batch as `config` reaches it.
    pub(crate) fn batch(config: &SdkConfig, counting: Counting) -> Self {
        Self { line: Line::new(Service::BATCH, config, Some(counting)), version: "/v1" }
    }

    /// API Gateway as `config` reaches it: REST APIs, and HTTP APIs below `v2`.
    pub(crate) fn apis(config: &SdkConfig, counting: Counting) -> Self {
        Self { line: Line::new(Service::APIS, config, Some(counting)), version: "" }
    }

    /// Calls `action` (`ListFunctions`) and gives the answer's JSON; `null` for an empty one.
    ///
    /// # Errors
    /// The SDK's error, for [`crate::aws::Clients::call`] to classify; AWS's code and message are in it.
    pub async fn call(&self, action: &str, rest: Rest<'_>) -> Result<Answer<Value>, SdkError<Refusal, HttpResponse>> {
        self.send(action, rest, None).await
    }

    /// The same with one header more.
    pub(crate) async fn call_with(
        &self,
        action: &str,
        rest: Rest<'_>,
        (name, value): (&'static str, &str),
    ) -> Result<Answer<Value>, SdkError<Refusal, HttpResponse>> {
        self.send(action, rest, Some((name, value.to_owned()))).await
    }

    async fn send(
        &self,
        action: &str,
        rest: Rest<'_>,
        header: Option<(&'static str, String)>,
    ) -> Result<Answer<Value>, SdkError<Refusal, HttpResponse>> {
        let body = rest.body.as_ref().map(Value::to_string);
        let headers = body.iter().map(|_| ("content-type", "application/json".to_owned())).chain(header).collect();
        let sent = Sent { method: rest.method, uri: rest.uri(self.version), headers, body };
        self.line.send(action, sent, json::answer).await
    }
}

#[cfg(test)]
impl RestJson {
    /// Lambda answered by `script`.
    pub(crate) fn lambda_by(script: &crate::aws::Script) -> Self {
        Self { line: Line::scripted(Service::LAMBDA, Some(script.client())), version: "/2015-03-31" }
    }

    /// Batch or API Gateway answered by `script`.
    pub(crate) fn by(script: &crate::aws::Script) -> Self {
        Self { line: Line::scripted(Service::BATCH, Some(script.client())), version: "/v1" }
    }

    /// A service that cannot be reached.
    pub(crate) fn silent() -> Self {
        Self { line: Line::scripted(Service::LAMBDA, None), version: "/2015-03-31" }
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::{Rest, RestJson};
    use crate::aws::{Script, fault};
    use crate::world::FaultKind;

    #[tokio::test]
    async fn a_call_is_signed_and_its_answer_comes_back() {
        let script = Script::new([(200, r#"{"FunctionName":"a b"}"#)]);
        let rest = Rest::get(&["functions", "a b/c", "aliases"], &[("Marker", Some("x=&")), ("MaxItems", None)]);
        let got = RestJson::lambda_by(&script).call("ListAliases", rest).await.expect("an answer");
        assert_eq!(got.body["FunctionName"], "a b");
        let [sent] = &script.sent()[..] else { panic!("one request") };
        let uri = "https://lambda.ap-northeast-1.amazonaws.com/2015-03-31/functions/a%20b%2Fc/aliases?Marker=x%3D%26";
        assert_eq!(sent.uri, uri);
        assert!(sent.authorization.contains("/ap-northeast-1/lambda/aws4_request"), "{}", sent.authorization);
    }

    #[tokio::test]
    async fn a_throttle_is_tried_again_and_a_conflict_is_told_with_its_code() {
        let slow = r#"{"Type":"User","message":"Rate exceeded","code":"TooManyRequestsException"}"#;
        let busy = r#"{"__type":"ResourceConflictException","message":"an update is in progress for resource"}"#;
        let script = Script::new([(429, slow), (204, ""), (409, busy)]);
        let lambda = RestJson::lambda_by(&script);
        let put = || Rest {
            method: "PUT",
            path: &["functions", "f", "code"],
            query: &[],
            body: Some(json!({"DryRun": true})),
        };
        assert!(lambda.call("UpdateFunctionCode", put()).await.expect("an empty answer").body.is_null());
        let got = lambda.call("UpdateFunctionCode", put()).await.map_err(fault("lambda:UpdateFunctionCode", Some("f")));
        let fault = got.expect_err("a conflict");
        assert_eq!((fault.kind, fault.code.as_deref()), (FaultKind::Refused, Some("ResourceConflictException")));
        assert_eq!(script.sent()[0].body, r#"{"DryRun":true}"#);
    }
}
