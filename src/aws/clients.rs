//! The SDK clients of one source in one region, as `fetch.rs` and `change.rs` get them, and the
//! one way to call through them: within the budget, and with failures made faults.
//! Making them (credentials, HTTP, retries) is the work of `connect.rs`.

use std::error::Error;
use std::sync::Arc;

use aws_config::SdkConfig;
use aws_smithy_runtime_api::client::orchestrator::HttpResponse;
use aws_smithy_runtime_api::client::result::SdkError;
use aws_smithy_types::error::metadata::ProvideErrorMetadata;

use super::budget::{Budget, Priority};
use super::call_log::CallLog;
use super::call_record::Record;
use super::credentials::Supply;
use super::direct::{Json, Query, RestJson, RestXml};
use super::doubt;
use super::fault::fault;
use super::idempotency::{Idempotency, idempotency};
use super::pages::Paged;
use super::single_flight::SingleFlight;
use crate::world::Fault;

/// The clients of one scope.
#[derive(Clone, Debug)]
pub struct Clients {
    /// ECS.
    pub ecs: aws_sdk_ecs::Client,
    /// Elastic Load Balancing.
    pub elb: aws_sdk_elasticloadbalancingv2::Client,
    /// RDS.
    pub rds: aws_sdk_rds::Client,
    /// CloudWatch.
    pub cloudwatch: aws_sdk_cloudwatch::Client,
    /// CloudWatch Logs.
    pub logs: aws_sdk_cloudwatchlogs::Client,
    /// Systems Manager.
    pub ssm: aws_sdk_ssm::Client,
    /// The tagging API.
    pub tags: aws_sdk_resourcegroupstagging::Client,
    /// EventBridge Scheduler.
    pub scheduler: aws_sdk_scheduler::Client,
    /// Elastic Container Registry.
    pub ecr: aws_sdk_ecr::Client,
    /// Security Token Service.
    pub sts: aws_sdk_sts::Client,
    /// Application Auto Scaling.
    pub scaling: aws_sdk_applicationautoscaling::Client,
    /// EC2, through a small client of our own.
    pub ec2: Query,
    /// IAM, the same way.
    pub iam: Query,
    /// Lambda, the same way.
    pub lambda: RestJson,
    /// EventBridge's rules, the same way.
    pub events: Json,
    /// Batch, the same way.
    pub batch: RestJson,
    /// Step Functions, the same way.
    pub states: Json,
    /// Certificate Manager, the same way.
    pub acm: Json,
    /// Certificate Manager where CloudFront takes its certificates from.
    pub acm_at_home: Json,
    /// WAF, the same way.
    pub waf: Json,
    /// WAF where CloudFront takes its rules from.
    pub waf_at_home: Json,
    /// Cognito's user pools, the same way.
    pub cognito: Json,
    /// API Gateway, the same way.
    pub apis: RestJson,
    /// CloudFront, the same way.
    pub cloudfront: RestXml,
    /// Route 53, the same way.
    pub route53: RestXml,
    /// SNS, the same way.
    pub sns: Query,
    /// CloudFormation, the same way.
    pub stacks: Query,
    /// CloudTrail, the same way.
    pub trail: Json,
    /// The ECS clusters there are, by ARN: three kinds begin with them.
    pub clusters: SingleFlight<Paged<String>>,
    /// How all of them are set up, for what has no client of its own.
    pub(crate) config: SdkConfig,
    /// How fast they may be called.
    pub(crate) budget: Arc<Budget>,
    /// Whom their calls serve.
    pub(crate) priority: Priority,
    /// How calls are written into the log.
    pub(crate) log: CallLog,
    /// Where their credentials come from, for what is to be said when AWS calls them expired.
    pub(crate) supply: Option<Supply>,
    /// Where it is remembered how calls went, for `doctor`.
    pub(crate) record: Option<Arc<Record>>,
}

impl Clients {
    /// Whether AWS is played on this machine by a test that waits for nothing.
    pub(super) fn is_unpaced(&self) -> bool {
        self.budget.is_unpaced()
    }

    /// Makes the call `sent` when it is its turn: `clients.call("ecs:ListServices", Some(cluster), request.send())`.
    /// The operation is written as IAM names it.
    ///
    /// # Errors
    /// The classified fault, naming the operation and what it was tried on.
    pub async fn call<T, E>(
        &self,
        operation: &str,
        on: Option<&str>,
        sent: impl Future<Output = Result<T, SdkError<E, HttpResponse>>>,
    ) -> Result<T, Fault>
    where
        E: Error + ProvideErrorMetadata + 'static,
    {
        // Futures do nothing before they are awaited: the request is made when its turn has come.
        let _in_flight = self.budget.turn(operation, self.priority).await;
        let (got, doubted) = doubt::watched(sent).await;
        let got = got.map_err(fault(operation, on)).map_err(|fault| {
            // A refusal tells nothing of the attempt before it that got no answer.
            let answer_lost = fault.answer_lost || (doubted && idempotency(operation) != Idempotency::Reading);
            Fault { answer_lost, ..fault }
        });
        let got = got.map_err(|fault| self.supply.iter().fold(fault, |fault, supply| supply.advised(fault)));
        if let Err(fault) = &got {
            self.log.failed(fault);
        }
        if let Some(record) = &self.record {
            record.note(operation, got.as_ref().err());
        }
        got
    }
}

/// Makes one SDK client that answers by `aws-smithy-mocks` rules, with retries that do not sleep long.
#[cfg(test)]
macro_rules! mocked {
    ($sdk:ident, $rules:expr) => {{
        let mut answers =
            aws_smithy_mocks::MockResponseInterceptor::new().rule_mode(aws_smithy_mocks::RuleMode::MatchAny);
        for rule in $rules {
            answers = answers.with_rule(rule);
        }
        $sdk::Client::from_conf(
            $sdk::Config::builder()
                .behavior_version($sdk::config::BehaviorVersion::latest())
                .region($sdk::config::Region::new("ap-northeast-1"))
                .credentials_provider($sdk::config::Credentials::new("AKID", "SECRET", None, None, "test"))
                .retry_config(
                    aws_smithy_types::retry::RetryConfig::standard()
                        .with_max_attempts(4)
                        .with_initial_backoff(std::time::Duration::from_millis(1)),
                )
                .http_client(aws_smithy_mocks::create_mock_http_client())
                .interceptor(answers)
                .interceptor($crate::aws::SendOnce)
                .build(),
        )
    }};
}

#[cfg(test)]
pub(crate) use mocked;

#[cfg(test)]
impl Clients {
    /// Clients that answer nothing; a test replaces the one it needs.
    pub(crate) fn silent() -> Self {
        const NONE: [&aws_smithy_mocks::Rule; 0] = [];
        Self {
            ecs: mocked!(aws_sdk_ecs, NONE),
            elb: mocked!(aws_sdk_elasticloadbalancingv2, NONE),
            rds: mocked!(aws_sdk_rds, NONE),
            cloudwatch: mocked!(aws_sdk_cloudwatch, NONE),
            logs: mocked!(aws_sdk_cloudwatchlogs, NONE),
            ssm: mocked!(aws_sdk_ssm, NONE),
            tags: mocked!(aws_sdk_resourcegroupstagging, NONE),
            scheduler: mocked!(aws_sdk_scheduler, NONE),
            ecr: mocked!(aws_sdk_ecr, NONE),
            sts: mocked!(aws_sdk_sts, NONE),
            scaling: mocked!(aws_sdk_applicationautoscaling, NONE),
            ec2: Query::silent(),
            iam: Query::silent(),
            lambda: RestJson::silent(),
            events: Json::silent(),
            batch: RestJson::silent(),
            states: Json::silent(),
            acm: Json::silent(),
            acm_at_home: Json::silent(),
            waf: Json::silent(),
            waf_at_home: Json::silent(),
            cognito: Json::silent(),
            apis: RestJson::silent(),
            cloudfront: RestXml::silent(),
            route53: RestXml::silent(),
            sns: Query::silent(),
            stacks: Query::silent(),
            trail: Json::silent(),
            clusters: SingleFlight::default(),
            config: SdkConfig::builder().build(),
            budget: Arc::default(),
            priority: Priority::default(),
            log: CallLog::default(),
            supply: None,
            record: None,
        }
    }
}
