//! Reads this kind from AWS: elasticloadbalancing:DescribeTargetHealth, which takes one target group a call.
//! The only file of the kind that may touch the network or an SDK type; reading operations only.

use aws_sdk_elasticloadbalancingv2::types;

use super::model::{Anomaly, Override, Target, TargetHealth};
use crate::aws::{concurrently, maybe, named, text};
use crate::kinds::FetchContext;
use crate::kinds::target_group::TargetGroup;
use crate::world::{Arn, Fault, FaultKind, Part, Reading};

const DESCRIBE: &str = "elasticloadbalancing:DescribeTargetHealth";

/// Reads what `ask` covers, target group by target group.
///
/// # Errors
/// The fault that kept everything from being read; a part's own fault stands in the reading.
pub(super) async fn read(ask: FetchContext<'_>) -> Result<Reading<TargetHealth>, Fault> {
    let groups: Vec<(Arn, bool)> = ask
        .needed::<TargetGroup>()?
        .into_iter()
        // Anomalies are detected by application load balancers alone.
        .map(|group| (group.arn.clone(), group.protocol.as_deref().is_some_and(|name| name.starts_with("HTTP"))))
        .filter(|(arn, _)| ask.coverage.wants(arn.as_str()))
        .collect();
    let read = concurrently(groups, |(group, by_requests)| async move {
        let got = of_group(ask, &group, by_requests).await;
        (Part::from(group.as_str()), got)
    });
    let mut reading = Reading::of(Vec::new());
    for (part, got) in read.await {
        let got = match got {
            // The group went after it was listed: nothing is wrong, there is nothing.
            Err(fault) if fault.kind == FaultKind::Gone => Ok(Vec::new()),
            got => got.map(|(health, nameless)| {
                reading.notes.extend(nameless);
                vec![health]
            }),
        };
        reading.parts.push((part, got));
    }
    Ok(reading)
}

async fn of_group(
    ask: FetchContext<'_>,
    group: &Arn,
    by_requests: bool,
) -> Result<(TargetHealth, Option<Fault>), Fault> {
    let request = ask.aws.elb.describe_target_health().target_group_arn(group.as_str());
    let anomalies = by_requests.then(|| vec![types::DescribeTargetHealthInputIncludeEnum::Anomaly]);
    let request = request.set_include(anomalies);
    let answer = ask.aws.call(DESCRIBE, Some(group.as_str()), request.send()).await?;
    let targets = answer.target_health_descriptions().iter().map(target);
    let (mut targets, nameless) = named(DESCRIBE, Some(group.as_str()), targets);
    targets.sort_by(|a, b| (&a.id, a.port).cmp(&(&b.id, b.port)));
    Ok((TargetHealth { group: group.clone(), targets }, nameless))
}

fn target(from: &types::TargetHealthDescription) -> Option<Target> {
    let target = from.target()?;
    let health = from.target_health();
    Some(Target {
        id: text(target.id())?,
        port: maybe(target.port()),
        zone: text(target.availability_zone()),
        state: health.and_then(|health| health.state()).map_or("unknown", |state| state.as_str()).to_owned(),
        reason: health.and_then(|health| health.reason()).map(|reason| reason.as_str().to_owned()),
        description: health.and_then(|health| text(health.description())),
        check_port: text(from.health_check_port()),
        overridden: from.administrative_override().and_then(overridden),
        anomaly: from.anomaly_detection().and_then(anomaly),
    })
}

fn overridden(from: &types::AdministrativeOverride) -> Option<Override> {
    let state = from.state()?.as_str();
    // `no_override` is how AWS says that there is none.
    (state != "no_override").then(|| Override {
        state: state.to_owned(),
        reason: from.reason().map(|reason| reason.as_str().to_owned()),
        description: text(from.description()),
    })
}

fn anomaly(from: &types::AnomalyDetection) -> Option<Anomaly> {
    let result = from.result()?.as_str().to_owned();
    Some(Anomaly { result, mitigated: from.mitigation_in_effect().is_some_and(|one| one.as_str() == "yes") })
}

#[cfg(test)]
mod tests;
