//! Where a service of our own clients stands: what the environment or the profile says, else its host in the region's
//! partition, with FIPS and dual-stack as AWS's endpoint rules have them.

use aws_config::SdkConfig;
use aws_types::service_config::ServiceConfigKey;

use super::Service;
use crate::world::Partition;

/// Which of a service's hosts.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub(crate) struct Variant {
    /// One with validated cryptography.
    pub(crate) fips: bool,
    /// One that answers by IPv6 too.
    pub(crate) dual_stack: bool,
}

/// Where the service is.
pub(crate) fn endpoint(config: &SdkConfig, service: Service) -> String {
    let key = ServiceConfigKey::builder();
    let key = key.service_id(service.id).env("AWS_ENDPOINT_URL").profile("endpoint_url").build();
    let own = config.service_config().zip(key.ok()).and_then(|(all, key)| all.load_config(key));
    let given = match config.get_origin("endpoint_url").is_client_config() {
        true => config.endpoint_url().map(str::to_owned),
        false => own.or_else(|| config.endpoint_url().map(str::to_owned)),
    };
    given.unwrap_or_else(|| {
        let region = config.region().map_or("us-east-1", |region| region.as_ref());
        let region = if service.at_home { home(region, variant(config)) } else { region };
        address(service, region, variant(config))
    })
}

/// Where a service that is there once a partition is signed for.
pub(crate) fn home(region: &str, variant: Variant) -> &'static str {
    match (Partition::of(region).id, variant.fips) {
        ("aws-cn", false) => "cn-north-1",
        ("aws-cn", true) => "cn-northwest-1",
        ("aws-us-gov", _) => "us-gov-west-1",
        ("aws-eusc", _) => "eusc-de-east-1",
        ("aws-iso", _) => "us-iso-east-1",
        ("aws-iso-b", _) => "us-isob-east-1",
        ("aws-iso-e", _) => "eu-isoe-west-1",
        ("aws-iso-f", _) => "us-isof-south-1",
        _ => "us-east-1",
    }
}

/// A service's own address.
pub(crate) fn address(service: Service, region: &str, variant: Variant) -> String {
    let partition = Partition::of(region);
    // In GovCloud these answer with validated cryptography under their plain names.
    let plain = partition.id == "aws-us-gov"
        && match service.name {
            "ec2" | "ssm" => !variant.dual_stack,
            "events" | "iam" => true,
            _ => false,
        };
    let fips = if variant.fips && !plain { "-fips" } else { "" };
    let domain = if variant.dual_stack { partition.dual_stack } else { partition.domain };
    let place = if service.global { once(region, variant) } else { Some(region) };
    let place = place.map(|place| format!(".{place}")).unwrap_or_default();
    format!("https://{}{fips}{place}.{domain}", service.name)
}

/// What stands between the name of a service that is there once a partition and the domain.
fn once(region: &str, variant: Variant) -> Option<&'static str> {
    let Variant { fips, dual_stack } = variant;
    match (Partition::of(region).id, fips, dual_stack) {
        ("aws", _, dual_stack) => dual_stack.then_some("global"),
        ("aws-us-gov", ..) => Some("us-gov"),
        ("aws-cn", false, true) => Some("global"),
        ("aws-cn", false, false) | ("aws-iso" | "aws-iso-b", _, false) => Some(home(region, variant)),
        ("aws-eusc" | "aws-iso-e" | "aws-iso-f", false, false) => Some(home(region, variant)),
        _ => None,
    }
}

/// How `config` wants its hosts.
pub(crate) fn variant(config: &SdkConfig) -> Variant {
    let is = |flag: Option<bool>| flag.unwrap_or_default();
    Variant { fips: is(config.use_fips()), dual_stack: is(config.use_dual_stack()) }
}

#[cfg(test)]
mod tests;
