//! Hosts of every partition, held against AWS's own endpoint rules: a table evaluated from the service models, and the
//! rules inside the SDK crates.

use aws_config::{Region, SdkConfig};

use super::{Variant, address, endpoint, home};
use crate::aws::direct::Service;
use crate::world::{Partition, regional_host};

/// A line a host: service, region, `fips`, `dual`, address, and the region it is signed for where that is another.
const HOSTS: &str = include_str!("hosts.txt");

/// Every service that is asked by a client of our own.
fn services() -> Vec<Service> {
    let first =
        [Service::EC2, Service::EVENTS, Service::IAM, Service::KMS, Service::LAMBDA, Service::SSM, Service::ACM];
    let second = [Service::APIS, Service::BATCH, Service::CLOUDFRONT, Service::CLOUDTRAIL, Service::COGNITO];
    let third = [Service::ROUTE53, Service::SNS, Service::STACKS, Service::STATES, Service::WAF];
    [&first[..], &second, &third].concat()
}

/// Those that the list above may leave out: the same service, asked at home.
#[test]
fn no_service_is_left_out() {
    let source = include_str!("../mod.rs");
    let made = |how: &str| source.matches(&format!("Self::{how}(\"")).count();
    assert_eq!(services().len(), made("regional") + made("global"));
}

#[test]
fn every_host_is_the_one_that_the_rules_name() {
    let (all, mut checked) = (services(), 0);
    for line in HOSTS.lines() {
        let words: Vec<&str> = line.split(' ').collect();
        let [name, region, fips, dual, url, signed] = words[..] else { panic!("{line}") };
        // Those that the SDK asks stand in the table for how hosts are taken apart.
        let Some(service) = all.iter().copied().find(|service| service.name == name) else { continue };
        let variant = Variant { fips: fips == "fips", dual_stack: dual == "dual" };
        assert_eq!(address(service, region, variant), url, "{line}");
        if signed != "-" {
            assert_eq!(home(service, region), signed, "{line}");
        }
        checked += 1;
    }
    assert_eq!(checked, 17 * 11 * 4, "every service, in every region, in every way");
}

/// There once a partition: their hosts have no region.
const ONCE: [&str; 3] = ["iam ", "cloudfront ", "route53 "];

#[test]
fn every_regional_host_of_the_rules_is_taken_apart() {
    for line in HOSTS.lines().filter(|line| !ONCE.iter().any(|once| line.starts_with(once))) {
        let words: Vec<&str> = line.split(' ').collect();
        let host = words[4].strip_prefix("https://").expect("an address");
        let (service, region) = regional_host(host).unwrap_or_else(|| panic!("{line}"));
        let service = service.trim_end_matches("-fips").trim_start_matches("fips.");
        assert_eq!((service, region), (words[0], words[1]), "{line}");
    }
}

/// The SDK's own rules, for a region of each partition.
#[tokio::test]
async fn the_rules_inside_the_sdk_say_the_same() {
    use aws_sdk_ssm::config::endpoint::{DefaultResolver, Params, ResolveEndpoint};
    let regions = ["eu-west-1", "cn-north-1", "us-gov-west-1", "us-iso-east-1", "us-isob-east-1", "eusc-de-east-1"];
    for region in regions.into_iter().chain(["eu-isoe-west-1", "us-isof-south-1"]) {
        for (fips, dual_stack) in [(false, false), (true, false), (false, true), (true, true)] {
            let asked = Params::builder().region(region).use_fips(fips).use_dual_stack(dual_stack).build();
            let told = DefaultResolver::new().resolve_endpoint(&asked.expect("complete")).await.expect("a rule");
            assert_eq!(address(Service::SSM, region, Variant { fips, dual_stack }), told.url());
        }
    }
    assert_eq!(Partition::all().len(), 8);
}

#[test]
fn fips_and_dual_stack_reach_our_own_clients_and_an_endpoint_counts_more() {
    let config = |fips, dual| SdkConfig::builder().region(Region::new("us-east-1")).use_fips(fips).use_dual_stack(dual);
    assert_eq!(endpoint(&config(true, false).build(), Service::EC2), "https://ec2-fips.us-east-1.amazonaws.com");
    assert_eq!(endpoint(&config(false, true).build(), Service::LAMBDA), "https://lambda.us-east-1.api.aws");
    assert_eq!(endpoint(&config(true, true).build(), Service::KMS), "https://kms-fips.us-east-1.api.aws");
    let local = config(true, false).endpoint_url("http://localhost:5000").build();
    assert_eq!(endpoint(&local, Service::EVENTS), "http://localhost:5000");
}
