//! On-demand list prices for a handful of things in Tokyo, with the date they were read.
//! Pure data: what is not in the table has no price, and is never given one by likeness.

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
    /// A public IPv4 address that goes with its task.
    PublicIpv4,
    /// An EC2 instance.
    Ec2 {
        /// `t4g.small`.
        kind: String,
    },
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
        Item::Ec2 { kind } => (kind == "t4g.small").then_some(0.0216),
    }
}
