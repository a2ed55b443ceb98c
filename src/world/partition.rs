//! AWS's partitions: sets of regions with host names of their own. The one place where AWS's domains are written; which
//! service stands at which host is its client's business. Pure; held against the SDK's own rules by a test in `aws`.

/// A set of regions that share domains, accounts and a web console.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Partition {
    /// As ARNs begin behind `arn:`.
    pub id: &'static str,
    /// How its regions begin.
    regions: &'static [&'static str],
    /// The domain of its hosts.
    pub domain: &'static str,
    /// The domain of its hosts that answer by IPv6 too.
    pub dual_stack: &'static str,
    /// The domain of ECR's registries that answer by IPv6 too.
    registries: &'static str,
    /// The domain of its web console, where it is known.
    console: Option<&'static str>,
}

const AWS: Partition = Partition {
    id: "aws",
    regions: &[],
    domain: "amazonaws.com",
    dual_stack: "api.aws",
    registries: "on.aws",
    console: Some("console.aws.amazon.com"),
};

/// Every partition, the common one last: it takes what no other does.
const ALL: &[Partition] = &[
    Partition {
        id: "aws-cn",
        regions: &["cn-"],
        domain: "amazonaws.com.cn",
        dual_stack: "api.amazonwebservices.com.cn",
        registries: "on.amazonwebservices.com.cn",
        console: Some("console.amazonaws.cn"),
    },
    Partition {
        id: "aws-us-gov",
        regions: &["us-gov-"],
        domain: "amazonaws.com",
        dual_stack: "api.aws",
        registries: "on.aws",
        console: Some("console.amazonaws-us-gov.com"),
    },
    Partition {
        id: "aws-eusc",
        regions: &["eusc-"],
        domain: "amazonaws.eu",
        dual_stack: "api.amazonwebservices.eu",
        registries: "on.amazonwebservices.eu",
        console: Some("console.amazonaws-eusc.eu"),
    },
    Partition {
        id: "aws-iso",
        regions: &["us-iso-"],
        domain: "c2s.ic.gov",
        dual_stack: "api.aws.ic.gov",
        registries: "on.aws.ic.gov",
        console: None,
    },
    Partition {
        id: "aws-iso-b",
        regions: &["us-isob-"],
        domain: "sc2s.sgov.gov",
        dual_stack: "api.aws.scloud",
        registries: "on.aws.scloud",
        console: None,
    },
    Partition {
        id: "aws-iso-e",
        regions: &["eu-isoe-"],
        domain: "cloud.adc-e.uk",
        dual_stack: "api.cloud-aws.adc-e.uk",
        registries: "on.cloud-aws.adc-e.uk",
        console: None,
    },
    Partition {
        id: "aws-iso-f",
        regions: &["us-isof-"],
        domain: "csp.hci.ic.gov",
        dual_stack: "api.aws.hci.ic.gov",
        registries: "on.aws.hci.ic.gov",
        console: None,
    },
    AWS,
];

impl Partition {
    /// The partition of a region; the common one where no other claims it.
    #[must_use]
    pub fn of(region: &str) -> &'static Self {
        ALL.iter().find(|one| one.regions.iter().any(|prefix| region.starts_with(prefix))).unwrap_or(&AWS)
    }

    /// Every partition.
    #[must_use]
    pub fn all() -> &'static [Self] {
        ALL
    }

    /// The host of the region's web console, where it is known.
    #[must_use]
    pub fn console_host(region: &str) -> Option<String> {
        let domain = Self::of(region).console.filter(|_| is_region(region))?;
        Some(format!("{region}.{domain}"))
    }
}

/// Whether `text` is written as a region is.
fn is_region(text: &str) -> bool {
    let plain = text.bytes().all(|b| b.is_ascii_lowercase() || b.is_ascii_digit() || b == b'-');
    plain && text.contains('-') && text.ends_with(|c: char| c.is_ascii_digit())
}

/// Takes a region's host apart: what stands before the region, and the region. `None` where the host is none of AWS's in
/// that region's own partition: a look-alike is refused, whatever it begins with.
#[must_use]
pub fn regional_host(host: &str) -> Option<(&str, &str)> {
    split(host, |partition| [partition.domain, partition.dual_stack])
}

/// The same of a private ECR registry, by any of its spellings: account and region.
#[must_use]
pub fn registry_host(host: &str) -> Option<(&str, &str)> {
    let (account, region) = match split(host, |partition| [partition.domain, ""]) {
        Some((before, region)) => {
            let account = before.strip_suffix(".dkr.ecr").or_else(|| before.strip_suffix(".dkr.ecr-fips"))?;
            (account, region)
        }
        None => {
            let (before, region) = split(host, |partition| [partition.registries, ""])?;
            let account = before.strip_suffix(".dkr-ecr").or_else(|| before.strip_suffix(".dkr-ecr-fips"))?;
            (account, region)
        }
    };
    (account.len() == 12 && account.bytes().all(|b| b.is_ascii_digit())).then_some((account, region))
}

fn split(host: &str, domains: impl Fn(&Partition) -> [&'static str; 2]) -> Option<(&str, &str)> {
    ALL.iter().find_map(|partition| {
        domains(partition).into_iter().filter(|domain| !domain.is_empty()).find_map(|domain| {
            let front = host.strip_suffix(domain)?.strip_suffix('.')?;
            let (before, region) = front.rsplit_once('.')?;
            (is_region(region) && Partition::of(region) == partition).then_some((before, region))
        })
    })
}

#[cfg(test)]
mod tests {
    use rstest::rstest;

    use super::{Partition, regional_host, registry_host};

    #[rstest]
    #[case("ap-northeast-1", "aws")]
    #[case("cn-north-1", "aws-cn")]
    #[case("us-gov-west-1", "aws-us-gov")]
    #[case("us-iso-east-1", "aws-iso")]
    #[case("us-isob-east-1", "aws-iso-b")]
    #[case("eu-isoe-west-1", "aws-iso-e")]
    #[case("us-isof-south-1", "aws-iso-f")]
    #[case("eusc-de-east-1", "aws-eusc")]
    #[case("xx-new-9", "aws")]
    fn a_region_has_its_partition(#[case] region: &str, #[case] id: &str) {
        assert_eq!(Partition::of(region).id, id);
    }

    #[rstest]
    #[case("ssm.eu-west-1.amazonaws.com", Some(("ssm", "eu-west-1")))]
    #[case("ssm.eu-west-1.api.aws", Some(("ssm", "eu-west-1")))]
    #[case("ssm-fips.us-gov-west-1.amazonaws.com", Some(("ssm-fips", "us-gov-west-1")))]
    #[case("ssm.cn-north-1.amazonaws.com.cn", Some(("ssm", "cn-north-1")))]
    #[case("ssm.cn-north-1.api.amazonwebservices.com.cn", Some(("ssm", "cn-north-1")))]
    #[case("a.b.eusc-de-east-1.amazonaws.eu", Some(("a.b", "eusc-de-east-1")))]
    #[case("ssm.eu-west-1.amazonaws.com.cn", None)]
    #[case("ssm.cn-north-1.amazonaws.com", None)]
    #[case("ssm.eu-west-1.amazonaws.com.evil.com", None)]
    #[case("ssm.eu-west-1.evilamazonaws.com", None)]
    #[case("amazonaws.com", None)]
    #[case("eu-west-1.amazonaws.com", None)]
    #[case("", None)]
    fn a_host_is_taken_apart_only_in_its_own_partition(#[case] host: &str, #[case] parts: Option<(&str, &str)>) {
        assert_eq!(regional_host(host), parts);
    }

    #[rstest]
    #[case("dkr.ecr.eu-west-1.amazonaws.com", Some("eu-west-1"))]
    #[case("dkr.ecr-fips.us-east-1.amazonaws.com", Some("us-east-1"))]
    #[case("dkr-ecr.eu-west-1.on.aws", Some("eu-west-1"))]
    #[case("dkr-ecr-fips.us-east-1.on.aws", Some("us-east-1"))]
    #[case("dkr.ecr.cn-north-1.amazonaws.com.cn", Some("cn-north-1"))]
    #[case("dkr-ecr.cn-north-1.on.amazonwebservices.com.cn", Some("cn-north-1"))]
    #[case("dkr.ecr.eusc-de-east-1.amazonaws.eu", Some("eusc-de-east-1"))]
    #[case("dkr.ecr.us-iso-east-1.c2s.ic.gov", Some("us-iso-east-1"))]
    #[case("dkr.ecr.eu-west-1.amazonaws.com.evil.com", None)]
    #[case("dkr.ecr.eu-west-1.on.aws", None)]
    #[case("ecr.eu-west-1.amazonaws.com", None)]
    fn a_registry_is_known_by_every_spelling(#[case] host: &str, #[case] region: Option<&str>) {
        let host = format!("123456789012.{host}");
        assert_eq!(registry_host(&host), region.map(|region| ("123456789012", region)));
        assert_eq!(registry_host(&host.replace("123456789012", "12345678901x")), None);
    }

    #[test]
    fn every_console_that_is_known_has_its_host() {
        let host = |region| Partition::console_host(region);
        assert_eq!(host("ap-northeast-1").as_deref(), Some("ap-northeast-1.console.aws.amazon.com"));
        assert_eq!(host("cn-north-1").as_deref(), Some("cn-north-1.console.amazonaws.cn"));
        assert_eq!(host("us-gov-west-1").as_deref(), Some("us-gov-west-1.console.amazonaws-us-gov.com"));
        assert_eq!(host("eusc-de-east-1").as_deref(), Some("eusc-de-east-1.console.amazonaws-eusc.eu"));
        for none in ["us-iso-east-1", "", "evil.example/", "eu west"] {
            assert_eq!(host(none), None, "{none}");
        }
    }

    proptest::proptest! {
        #[test]
        fn no_host_panics(host in "[a-z0-9.-]{0,60}") {
            let _ = (regional_host(&host), registry_host(&host));
        }
    }
}
