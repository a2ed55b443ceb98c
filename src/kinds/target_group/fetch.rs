//! Reads this kind from AWS: elasticloadbalancing:DescribeTargetGroups.
//! The only file of the kind that may touch the network or an SDK type; reading operations only.

use aws_sdk_elasticloadbalancingv2::types;

use super::model::{Check, TargetGroup};
use crate::aws::{Paged, maybe, named_pages, text};
use crate::kinds::FetchContext;
use crate::world::{Arn, Fault, Reading};

const DESCRIBE: &str = "elasticloadbalancing:DescribeTargetGroups";

/// Reads what `ask` covers.
///
/// # Errors
/// The fault that kept everything from being read; a part's own fault stands in the reading.
pub(super) async fn read(ask: FetchContext<'_>) -> Result<Reading<TargetGroup>, Fault> {
    let Paged { items, cut } = named_pages(DESCRIBE, None, |token| async move {
        let request = ask.aws.elb.describe_target_groups().page_size(400).set_marker(token);
        let answer = ask.aws.call(DESCRIBE, None, request.send()).await?;
        Ok((answer.target_groups().iter().map(group).collect(), text(answer.next_marker())))
    })
    .await?;
    let mut reading = Reading::whole(items);
    reading.notes.extend(cut);
    Ok(reading)
}

fn group(from: &types::TargetGroup) -> Option<TargetGroup> {
    let arn = Arn::from(text(from.target_group_arn())?);
    let matcher = from.matcher();
    Some(TargetGroup {
        name: text(from.target_group_name()).unwrap_or_else(|| arn.last().to_owned()),
        arn,
        protocol: from.protocol().map(|protocol| protocol.as_str().to_owned()),
        port: maybe(from.port()),
        vpc: text(from.vpc_id()),
        target_type: from.target_type().map(|kind| kind.as_str().to_owned()),
        load_balancers: from.load_balancer_arns().iter().map(|arn| Arn::from(arn.as_str())).collect(),
        check: Check {
            enabled: from.health_check_enabled().unwrap_or(true),
            protocol: from.health_check_protocol().map(|protocol| protocol.as_str().to_owned()),
            port: text(from.health_check_port()),
            path: text(from.health_check_path()),
            interval: maybe(from.health_check_interval_seconds()),
            timeout: maybe(from.health_check_timeout_seconds()),
            healthy: maybe(from.healthy_threshold_count()),
            unhealthy: maybe(from.unhealthy_threshold_count()),
            matcher: matcher.and_then(|matcher| text(matcher.http_code()).or_else(|| text(matcher.grpc_code()))),
        },
    })
}
