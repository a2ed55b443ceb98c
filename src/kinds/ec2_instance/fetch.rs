//! Reads this kind from AWS: ec2:DescribeInstances, an XML answer read here.
//! The only file of the kind that may touch the network or an SDK type; reading operations only.

use jiff::Timestamp;
use roxmltree::{Document, Node};

use super::model::Instance;
use crate::aws::{Find, Paged, named_pages};
use crate::kinds::FetchContext;
use crate::world::{Fault, FaultKind, Reading};

const DESCRIBE: &str = "ec2:DescribeInstances";

/// Reads what `ask` covers.
///
/// # Errors
/// The fault that kept everything from being read; a part's own fault stands in the reading.
pub(super) async fn read(ask: FetchContext<'_>) -> Result<Reading<Instance>, Fault> {
    let Paged { items, cut } = named_pages(DESCRIBE, None, |token| async move {
        let mut parameters = vec![("MaxResults".to_owned(), "1000".to_owned())];
        parameters.extend(token.map(|token| ("NextToken".to_owned(), token)));
        let xml = ask.aws.call(DESCRIBE, None, ask.aws.ec2.call("DescribeInstances", parameters)).await?;
        parse(&xml)
    })
    .await?;
    let mut reading = Reading::whole(items);
    reading.notes.extend(cut);
    Ok(reading)
}

/// The instances of one page, and the token of the next.
fn parse(xml: &str) -> Result<(Vec<Option<Instance>>, Option<String>), Fault> {
    let document = Document::parse(xml).map_err(|error| Fault::new(FaultKind::Garbled, DESCRIBE, error.to_string()))?;
    let root = document.root_element();
    if !root.is_called("DescribeInstancesResponse") {
        let message = format!("the answer is a {}, not a DescribeInstancesResponse", root.tag_name().name());
        return Err(Fault::new(FaultKind::Garbled, DESCRIBE, message));
    }
    let reservations = root.items("reservationSet");
    let instances = reservations.into_iter().flat_map(|reservation| reservation.items("instancesSet"));
    Ok((instances.map(instance).collect(), root.text_of("nextToken")))
}

fn instance(from: Node<'_, '_>) -> Option<Instance> {
    let tags: std::collections::BTreeMap<String, String> = from
        .items("tagSet")
        .into_iter()
        .filter_map(|tag| Some((tag.text_of("key")?, tag.text_of("value").unwrap_or_default())))
        .collect();
    Some(Instance {
        id: from.text_of("instanceId")?,
        name: tags.get("Name").filter(|name| !name.is_empty()).cloned(),
        state: from.child("instanceState").and_then(|state| state.text_of("name")).unwrap_or_else(|| "unknown".into()),
        state_reason: from
            .child("stateReason")
            .and_then(|reason| reason.text_of("message"))
            .or_else(|| from.text_of("reason")),
        class: from.text_of("instanceType"),
        zone: from.child("placement").and_then(|placement| placement.text_of("availabilityZone")),
        vpc: from.text_of("vpcId"),
        subnet: from.text_of("subnetId"),
        private_ip: from.text_of("privateIpAddress"),
        public_ip: from.text_of("ipAddress"),
        launched_at: from.text_of("launchTime").and_then(|time| time.parse().ok()),
        stopped_at: from.text_of("reason").and_then(|reason| told_at(&reason)),
        image: from.text_of("imageId"),
        profile: from.child("iamInstanceProfile").and_then(|profile| profile.text_of("arn")),
        security_groups: from.items("groupSet").into_iter().filter_map(|group| group.text_of("groupId")).collect(),
        root_device: from.text_of("rootDeviceType"),
        lifecycle: from.text_of("instanceLifecycle"),
        tags,
    })
}

/// The time in a reason like `User initiated (2026-11-20 13:00:05 GMT)`. EC2 gives when an instance stopped nowhere else
/// (User Guide, "Find running and stopped instances": the transition reason).
fn told_at(reason: &str) -> Option<Timestamp> {
    let (_, rest) = reason.rsplit_once('(')?;
    let (time, _) = rest.split_once(')')?;
    let civil = time.trim().trim_end_matches("GMT").trim_end_matches("UTC").trim();
    let civil = jiff::civil::DateTime::strptime("%Y-%m-%d %H:%M:%S", civil).ok()?;
    civil.to_zoned(jiff::tz::TimeZone::UTC).ok().map(|at| at.timestamp())
}

#[cfg(test)]
mod tests;
