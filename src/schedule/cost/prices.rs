//! On-demand list prices for a handful of things in Tokyo, with the date they were read, and prices of the reader's own.
//! Pure data: what is in neither has no price, and is never given one by likeness.

use std::collections::BTreeMap;

/// The region the table is for.
pub const REGION: &str = "ap-northeast-1";
/// When it was read.
pub const READ_ON: &str = "2026-10";

/// Something that is billed by the hour only while it is up.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum Item {
    /// A DB instance that is no member of a cluster.
    DbInstance {
        /// `db.t4g.micro`.
        class: String,
        /// Engine as RDS names it.
        engine: String,
        /// Whether it has a standby.
        multi_az: bool,
    },
    /// A member of an Aurora cluster.
    AuroraInstance {
        /// `db.t4g.medium`.
        class: String,
        /// Engine as RDS names it.
        engine: String,
        /// Aurora I/O-Optimized storage.
        io_optimized: bool,
    },
    /// An Aurora capacity unit of Serverless v2.
    AuroraCapacity {
        /// Aurora I/O-Optimized storage.
        io_optimized: bool,
    },
    /// A vCPU on Fargate.
    FargateCpu {
        /// On ARM.
        arm: bool,
    },
    /// A GB of memory on Fargate.
    FargateMemory {
        /// On ARM.
        arm: bool,
    },
    /// Something that is billed, but not known how much of it or by what price: Fargate Spot, a count nobody knows.
    Unpriced,
    /// A public IPv4 address that goes with its task.
    PublicIpv4,
    /// A NAT gateway.
    NatGateway,
    /// An application or network load balancer, without what passes through it.
    LoadBalancer,
    /// An interface endpoint of a VPC in one zone.
    VpcEndpoint,
    /// An EC2 instance.
    Ec2 {
        /// `t4g.small`.
        kind: String,
    },
}

/// Prices of the reader's own, by the name of what is billed. They stand before the table, in every region.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub struct Prices(BTreeMap<String, u64>);

/// Names that are no class and no type.
const FIXED: &[&str] = &[
    "aurora-capacity",
    "fargate-vcpu",
    "fargate-gb",
    "fargate-arm-vcpu",
    "fargate-arm-gb",
    "public-ipv4",
    "nat-gateway",
    "load-balancer",
    "vpc-endpoint",
];
/// US dollars are kept in millionths, so that two of the same price are equal.
const MILLION: f64 = 1_000_000.0;

impl Prices {
    /// None: the table alone.
    #[must_use]
    pub const fn new() -> Self {
        Self(BTreeMap::new())
    }

    /// Sets what `name` costs an hour, in US dollars.
    ///
    /// # Errors
    /// When nothing is billed under such a name, or the price is none: a sentence with what would do.
    pub fn set(&mut self, name: &str, usd: f64) -> Result<(), String> {
        if !is_name(name) {
            return Err(format!(
                "{name:?} is no name of a price; write a class with an engine and `multi-az` if need be (\"db.t3.medium\", \"db.t3.medium postgres multi-az\"), an instance type (\"t2.micro\"), or one of {}",
                FIXED.join(", ")
            ));
        }
        let millionths = (usd * MILLION).round();
        if !(0.0..=1e12).contains(&millionths) {
            return Err(format!("{usd} is no price; write US dollars an hour, such as 0.026"));
        }
        #[expect(
            clippy::cast_possible_truncation,
            clippy::cast_sign_loss,
            reason = "a whole number between 0 and 10^12"
        )]
        self.0.insert(name.to_owned(), millionths as u64);
        Ok(())
    }

    /// US dollars an hour for `item`, by the reader's own word; `None` if they say nothing of it.
    #[must_use]
    pub fn own(&self, item: &Item) -> Option<f64> {
        #[expect(clippy::cast_precision_loss, reason = "at most 10^12, which a double holds exactly")]
        let usd = |millionths: &u64| *millionths as f64 / MILLION;
        names(item).iter().find_map(|name| self.0.get(name)).map(usd)
    }
}

/// What an item may be called, the most exact first.
fn names(item: &Item) -> Vec<String> {
    let fixed = |name: &str| vec![name.to_owned()];
    match item {
        Item::DbInstance { class, engine, multi_az } => {
            let zones = if *multi_az { " multi-az" } else { "" };
            vec![format!("{class} {engine}{zones}"), format!("{class}{zones}")]
        }
        Item::AuroraInstance { class, engine, .. } => vec![format!("{class} {engine}"), class.clone()],
        Item::AuroraCapacity { .. } => fixed("aurora-capacity"),
        Item::FargateCpu { arm } => fixed(if *arm { "fargate-arm-vcpu" } else { "fargate-vcpu" }),
        Item::FargateMemory { arm } => fixed(if *arm { "fargate-arm-gb" } else { "fargate-gb" }),
        Item::PublicIpv4 => fixed("public-ipv4"),
        Item::NatGateway => fixed("nat-gateway"),
        Item::LoadBalancer => fixed("load-balancer"),
        Item::VpcEndpoint => fixed("vpc-endpoint"),
        Item::Unpriced => Vec::new(),
        Item::Ec2 { kind } => vec![kind.clone()],
    }
}

/// Whether something could be billed under that name.
fn is_name(name: &str) -> bool {
    let plain = |word: &str| {
        !word.is_empty() && word.bytes().all(|b| b.is_ascii_lowercase() || b.is_ascii_digit() || b"-.".contains(&b))
    };
    let words: Vec<&str> = name.split(' ').collect();
    match words.as_slice() {
        [one] => FIXED.contains(one) || (plain(one) && one.contains('.')),
        [class, engine] => class.starts_with("db.") && plain(class) && plain(engine),
        [class, engine, "multi-az"] => class.starts_with("db.") && plain(class) && plain(engine),
        _ => false,
    }
}

/// US dollars an hour for `item` in `region` on demand, without discounts and tax; `None` if not known.
#[must_use]
pub fn per_hour(item: &Item, region: &str) -> Option<f64> {
    if region != REGION {
        return None;
    }
    match item {
        Item::DbInstance { class, engine, multi_az } => match (class.as_str(), engine.as_str(), multi_az) {
            ("db.t4g.micro", "mysql" | "postgres", false) => Some(0.025),
            ("db.t4g.small", "mysql" | "postgres", false) => Some(0.050),
            ("db.t4g.small", "mysql" | "postgres", true) => Some(0.101),
            ("db.t4g.medium", "postgres", false) => Some(0.101),
            ("db.t4g.medium", "postgres", true) => Some(0.202),
            ("db.t3.micro", "mysql", false) => Some(0.026),
            _ => None,
        },
        Item::AuroraInstance { class, engine, io_optimized } => match (class.as_str(), engine.as_str(), io_optimized) {
            ("db.t4g.medium", "aurora-postgresql", false) => Some(0.113),
            ("db.t4g.medium", "aurora-postgresql", true) => Some(0.147),
            _ => None,
        },
        Item::AuroraCapacity { io_optimized } => Some(if *io_optimized { 0.20 } else { 0.15 }),
        Item::FargateCpu { arm } => Some(if *arm { 0.04045 } else { 0.05056 }),
        Item::FargateMemory { arm } => Some(if *arm { 0.00442 } else { 0.00553 }),
        Item::PublicIpv4 => Some(0.005),
        Item::NatGateway => Some(0.062),
        Item::LoadBalancer => Some(0.0243),
        Item::VpcEndpoint => Some(0.014),
        Item::Unpriced => None,
        Item::Ec2 { kind } => (kind == "t4g.small").then_some(0.0216),
    }
}
