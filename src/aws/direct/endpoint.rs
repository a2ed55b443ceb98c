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
        let region = if service.at_home { home(service, region) } else { region };
        address(service, region, variant(config))
    })
}

/// The region that a service which is there once a partition is signed for.
pub(crate) fn home(service: Service, region: &str) -> &'static str {
    match (Partition::of(region).id, service.name) {
        ("aws-cn", "iam") => "cn-north-1",
        // CloudFront and what goes with it: certificates, web ACLs, zones.
        ("aws-cn", _) => "cn-northwest-1",
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
    let (before, behind) = match (partition.id, service.name, variant) {
        // The one whose word for it stands before the name.
        ("aws", "batch", Variant { fips: true, dual_stack: false }) => ("fips.", ""),
        ("aws-us-gov", name, variant) => ("", if is_validated_in_gov(name, region, variant) { "-fips" } else { "" }),
        (_, _, Variant { fips, .. }) => ("", if fips { "-fips" } else { "" }),
    };
    let dual_stack = variant.dual_stack && !lacks_dual_stack(service.name, region, variant);
    let domain = if dual_stack { partition.dual_stack } else { partition.domain };
    let place = if service.global { once(service, region, variant) } else { Some(region) };
    let place = place.map(|place| format!(".{place}")).unwrap_or_default();
    format!("https://{before}{}{behind}{place}.{domain}", service.name)
}

/// Whether a service in GovCloud has a host of its own for validated cryptography that is wanted. Many answer with it under
/// their plain names; one has its hosts for IPv6 under no other.
fn is_validated_in_gov(name: &str, region: &str, Variant { fips, dual_stack }: Variant) -> bool {
    let plain = match name {
        "acm" | "batch" | "cloudformation" | "cloudtrail" | "ec2" | "sns" | "ssm" => !dual_stack,
        "events" | "iam" | "route53" => true,
        "states" => !dual_stack && region == "us-gov-west-1",
        _ => false,
    };
    (fips && !plain) || (name == "states" && dual_stack)
}

/// Whether a service has no host for IPv6 there, and is asked at the plain one.
fn lacks_dual_stack(name: &str, region: &str, Variant { fips, .. }: Variant) -> bool {
    let american = ["us-east-1", "us-east-2", "us-west-1", "us-west-2"].contains(&region);
    name == "cognito-idp" && Partition::of(region).id == "aws" && (!fips || american)
}

/// What stands between the name of a service that is there once a partition and the domain.
fn once(service: Service, region: &str, variant: Variant) -> Option<&'static str> {
    let Variant { fips, dual_stack } = variant;
    let home = home(service, region);
    match (Partition::of(region).id, service.name) {
        ("aws", _) => dual_stack.then_some("global"),
        ("aws-cn", "cloudfront") => (!dual_stack).then_some(home),
        (_, "cloudfront") => None,
        ("aws-us-gov", _) => Some("us-gov"),
        ("aws-cn" | "aws-eusc", _) if !fips && dual_stack => Some("global"),
        (_, "route53") => None,
        ("aws-iso" | "aws-iso-b", _) => (!dual_stack).then_some(home),
        _ => (!fips && !dual_stack).then_some(home),
    }
}

/// How `config` wants its hosts.
pub(crate) fn variant(config: &SdkConfig) -> Variant {
    let is = |flag: Option<bool>| flag.unwrap_or_default();
    Variant { fips: is(config.use_fips()), dual_stack: is(config.use_dual_stack()) }
}

#[cfg(test)]
mod tests;
