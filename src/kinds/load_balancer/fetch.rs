//! Reads this kind from AWS: elasticloadbalancing:DescribeLoadBalancers.
//! The only file of the kind that may touch the network or an SDK type; reading operations only.

use aws_sdk_elasticloadbalancingv2::types;

use super::model::LoadBalancer;
use crate::aws::{Paged, named_pages, text, texts, when};
use crate::kinds::FetchContext;
use crate::world::{Arn, Fault, Reading};

const DESCRIBE: &str = "elasticloadbalancing:DescribeLoadBalancers";

/// Reads what `ask` covers.
///
/// # Errors
/// The fault that kept everything from being read; a part's own fault stands in the reading.
pub(super) async fn read(ask: FetchContext<'_>) -> Result<Reading<LoadBalancer>, Fault> {
    let Paged { items, cut } = named_pages(DESCRIBE, None, |token| async move {
        let request = ask.aws.elb.describe_load_balancers().page_size(400).set_marker(token);
        let answer = ask.aws.call(DESCRIBE, None, request.send()).await?;
        Ok((answer.load_balancers().iter().map(balancer).collect(), text(answer.next_marker())))
    })
    .await?;
    let mut reading = Reading::whole(items);
    reading.notes.extend(cut);
    Ok(reading)
}

fn balancer(from: &types::LoadBalancer) -> Option<LoadBalancer> {
    let arn = Arn::from(text(from.load_balancer_arn())?);
    let state = from.state();
    Some(LoadBalancer {
        name: text(from.load_balancer_name()).unwrap_or_else(|| arn.last().to_owned()),
        arn,
        dns: text(from.dns_name()),
        scheme: from.scheme().map(|scheme| scheme.as_str().to_owned()),
        flavour: from.r#type().map(|kind| kind.as_str().to_owned()),
        state: state.and_then(|state| state.code()).map(|code| code.as_str().to_owned()),
        state_reason: state.and_then(|state| text(state.reason())),
        vpc: text(from.vpc_id()),
        zones: texts(from.availability_zones().iter().map(types::AvailabilityZone::zone_name)),
        security_groups: from.security_groups().to_vec(),
        created_at: when(from.created_time()),
    })
}
