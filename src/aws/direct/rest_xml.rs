//! The REST protocol of CloudFront and Route 53: a method and a path, XML text out.
//! What an element means is the business of whoever asked.

use aws_config::SdkConfig;
use aws_smithy_runtime_api::client::orchestrator::HttpResponse;
use aws_smithy_runtime_api::client::result::SdkError;

use super::{Line, Refusal, Rest, Sent, Service, query};
use crate::aws::stats::Counting;

/// A service that speaks REST with XML, in one scope.
#[derive(Clone, Debug)]
pub struct RestXml {
    line: Line,
    /// The version of the API, as its paths begin.
    version: &'static str,
}

impl RestXml {
    /// CloudFront as `config` reaches it.
    pub(crate) fn cloudfront(config: &SdkConfig, counting: Counting) -> Self {
        Self { line: Line::new(Service::CLOUDFRONT, config, Some(counting)), version: "/2020-05-31" }
    }

    /// Route 53 as `config` reaches it.
    pub(crate) fn route53(config: &SdkConfig, counting: Counting) -> Self {
        Self { line: Line::new(Service::ROUTE53, config, Some(counting)), version: "/2013-04-01" }
    }

    /// Reads `rest` as `action` (`ListDistributions`) and gives the answer's XML.
    ///
    /// # Errors
    /// The SDK's error, for [`crate::aws::Clients::call`] to classify; AWS's code and message are in it.
    pub async fn call(&self, action: &str, rest: Rest<'_>) -> Result<String, SdkError<Refusal, HttpResponse>> {
        let sent = Sent { method: rest.method, uri: rest.uri(self.version), headers: Vec::new(), body: None };
        self.line.send(action, sent, query::answer).await
    }
}

#[cfg(test)]
impl RestXml {
    /// CloudFront answered by `script`.
    pub(crate) fn by(script: &crate::aws::Script) -> Self {
        Self { line: Line::scripted(Service::CLOUDFRONT, Some(script.client())), version: "/2020-05-31" }
    }

    /// A service that cannot be reached.
    pub(crate) fn silent() -> Self {
        Self { line: Line::scripted(Service::CLOUDFRONT, None), version: "/2020-05-31" }
    }
}

#[cfg(test)]
mod tests {
    use super::{Rest, RestXml};
    use crate::aws::{Script, fault};
    use crate::world::FaultKind;

    #[tokio::test]
    async fn a_list_is_read_at_the_global_host_and_a_cut_one_is_garbled() {
        let script = Script::new([(200, "<DistributionList><Quantity>0</Quantity></DistributionList>")]);
        let rest = || Rest::get(&["distribution"], &[("MaxItems", Some("100"))]);
        let got = RestXml::by(&script).call("ListDistributions", rest()).await.expect("an answer");
        assert!(got.starts_with("<DistributionList>"), "{got}");
        let [sent] = &script.sent()[..] else { panic!("one request") };
        assert_eq!(sent.uri, "https://cloudfront.amazonaws.com/2020-05-31/distribution?MaxItems=100");
        assert!(sent.authorization.contains("/us-east-1/cloudfront/aws4_request"), "{}", sent.authorization);
        for cut in ["<DistributionList><Quantity>0</Quan", "", "{}"] {
            let script = Script::new([(200, cut), (200, cut), (200, cut), (200, cut)]);
            let got = RestXml::by(&script).call("ListDistributions", rest()).await;
            let fault = got.map_err(fault("cloudfront:ListDistributions", None)).expect_err("half an answer");
            assert_eq!(fault.kind, FaultKind::Garbled, "{cut:?}");
        }
    }
}
