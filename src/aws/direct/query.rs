//! The Query protocol of EC2, IAM, SNS and CloudFormation: parameters in, XML text out.
//! What an element means is the business of whoever asked.

use aws_config::SdkConfig;
use aws_smithy_runtime_api::client::orchestrator::{HttpResponse, OrchestratorError};
use aws_smithy_runtime_api::client::result::SdkError;

use super::{Line, Refusal, Sent, Service, escape};
use crate::aws::stats::Counting;

/// A service that speaks Query, in one scope.
#[derive(Clone, Debug)]
pub struct Query {
    line: Line,
    /// The version of the API whose answers we read.
    version: &'static str,
}

impl Query {
    /// EC2 as `config` reaches it.
    pub(crate) fn ec2(config: &SdkConfig, counting: Counting) -> Self {
        Self { line: Line::new(Service::EC2, config, Some(counting)), version: "2016-11-15" }
    }

    /// IAM as `config` reaches it.
    pub(crate) fn iam(config: &SdkConfig, counting: Counting) -> Self {
        Self { line: Line::new(Service::IAM, config, Some(counting)), version: "2010-05-08" }
    }

    /// SNS as `config` reaches it.
    pub(crate) fn sns(config: &SdkConfig, counting: Counting) -> Self {
        Self { line: Line::new(Service::SNS, config, Some(counting)), version: "2010-03-31" }
    }

    /// CloudFormation as `config` reaches it.
    pub(crate) fn stacks(config: &SdkConfig, counting: Counting) -> Self {
        Self { line: Line::new(Service::STACKS, config, Some(counting)), version: "2010-05-15" }
    }

    /// Calls `action` (`DescribeInstances`) and gives the answer's XML; the request's id stands in it.
    ///
    /// # Errors
    /// The SDK's error, for [`crate::aws::Clients::call`] to classify; AWS's code and message are in it.
    pub async fn call(
        &self,
        action: &str,
        parameters: Vec<(String, String)>,
    ) -> Result<String, SdkError<Refusal, HttpResponse>> {
        let sent = Sent {
            method: "POST",
            uri: "/".to_owned(),
            headers: vec![("content-type", "application/x-www-form-urlencoded".to_owned())],
            body: Some(form(action, self.version, &parameters)),
        };
        self.line.send(action, sent, answer).await
    }
}

/// The parameters as a form.
fn form(action: &str, version: &str, parameters: &[(String, String)]) -> String {
    let fixed = [("Action", action), ("Version", version)];
    let given = parameters.iter().map(|(name, value)| (name.as_str(), value.as_str()));
    let pairs = fixed.into_iter().chain(given).map(|(name, value)| format!("{}={}", escape(name), escape(value)));
    pairs.collect::<Vec<_>>().join("&")
}

pub(super) fn answer(response: &HttpResponse) -> Result<String, OrchestratorError<Refusal>> {
    let body = String::from_utf8_lossy(response.body().bytes().unwrap_or_default()).into_owned();
    if response.status().is_success() {
        return Ok(body);
    }
    let document = roxmltree::Document::parse(&body).ok();
    // By name alone: IAM's errors have a namespace, EC2's have none.
    let text = |name: &str| {
        let mut nodes = document.as_ref()?.descendants();
        nodes.find(|node| node.tag_name().name() == name)?.text()
    };
    let id = text("RequestID").or_else(|| text("RequestId"));
    Err(OrchestratorError::operation(Refusal::new(text("Code"), text("Message"), id)))
}

#[cfg(test)]
impl Query {
    /// EC2 answered by `script`.
    pub(crate) fn ec2_by(script: &crate::aws::Script) -> Self {
        Self { line: Line::scripted(Service::EC2, Some(script.client())), version: "2016-11-15" }
    }

    /// IAM answered by `script`.
    pub(crate) fn iam_by(script: &crate::aws::Script) -> Self {
        Self { line: Line::scripted(Service::IAM, Some(script.client())), version: "2010-05-08" }
    }

    /// Some service answered by `script`: for kinds that care for bodies alone.
    pub(crate) fn by(script: &crate::aws::Script) -> Self {
        Self { line: Line::scripted(Service::SNS, Some(script.client())), version: "2010-03-31" }
    }

    /// A service that cannot be reached.
    pub(crate) fn silent() -> Self {
        Self { line: Line::scripted(Service::EC2, None), version: "2016-11-15" }
    }
}

#[cfg(test)]
mod tests {
    use super::{Query, form};
    use crate::aws::{Script, fault};
    use crate::world::{Fault, FaultKind};

    async fn call(script: &Script) -> Result<String, Fault> {
        let parameters = vec![("Filter.1.Value".to_owned(), "a b&c/é".to_owned())];
        let sent = Query::ec2_by(script).call("DescribeInstances", parameters).await;
        sent.map_err(fault("ec2:DescribeInstances", None))
    }

    #[test]
    fn parameters_are_escaped() {
        let pairs = [("A.1".to_owned(), "x y+&=é".to_owned())];
        assert_eq!(form("Do", "2016-11-15", &pairs), "Action=Do&Version=2016-11-15&A.1=x%20y%2B%26%3D%C3%A9");
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
        let script = Script::new([(503, slow), (200, "<DescribeInstancesResponse/>")]);
        assert_eq!(call(&script).await.as_deref(), Ok("<DescribeInstancesResponse/>"));
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

    #[tokio::test]
    async fn iam_is_signed_for_its_partitions_home_and_its_errors_have_a_namespace() {
        let no = r#"<ErrorResponse xmlns="https://iam.amazonaws.com/doc/2010-05-08/"><Error><Code>NoSuchEntity</Code>
                    <Message>no role</Message></Error><RequestId>r-2</RequestId></ErrorResponse>"#;
        let script = Script::new([(404, no)]);
        let role = vec![("RoleName".to_owned(), "toban-scheduler".to_owned())];
        let got = Query::iam_by(&script).call("GetRole", role).await.map_err(fault("iam:GetRole", None));
        let fault = got.expect_err("no such role");
        assert_eq!((fault.code.as_deref(), fault.request_id.as_deref()), (Some("NoSuchEntity"), Some("r-2")));
        assert_eq!(fault.kind, FaultKind::Gone);
        let [sent] = &script.sent()[..] else { panic!("one request") };
        assert_eq!(sent.uri, "https://iam.amazonaws.com/");
        assert!(sent.authorization.contains("/us-east-1/iam/aws4_request"), "{}", sent.authorization);
    }
}
