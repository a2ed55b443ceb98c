//! The SDK clients of one source in one region, as `fetch.rs` and `change.rs` get them.
//! Holds clients only; making them (credentials, HTTP, retries) is `open.rs`'s work.

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
    /// Security Token Service.
    pub sts: aws_sdk_sts::Client,
}
