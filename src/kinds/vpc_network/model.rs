//! What is inside a VPC. Our own types for it: what is kept of AWS's answers, in our words.
//! Plain data; no SDK type, no judgement, no drawing.

use std::hash::{DefaultHasher, Hash};

use serde::{Deserialize, Serialize};

use crate::world::{KindName, Resource};

/// A VPC's network.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub struct VpcNetwork {
    /// `vpc-…`.
    pub name: String,
    /// Its subnets.
    pub subnets: Vec<Subnet>,
    /// Its NAT gateways that are not deleted.
    pub gateways: Vec<NatGateway>,
    /// Its endpoints.
    pub endpoints: Vec<Endpoint>,
}

/// A subnet with where its traffic to the internet goes.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub struct Subnet {
    /// `subnet-…`.
    pub id: String,
    /// Its name.
    pub name: Option<String>,
    /// Its zone.
    pub zone: Option<String>,
    /// `10.0.1.0/24`.
    pub block: Option<String>,
    /// Addresses that are left.
    pub free: Option<u32>,
    /// What its default route leads to: `igw-…`, `nat-…`, `tgw-…`; `None` where there is no such route.
    pub way_out: Option<String>,
    /// Whether that route leads nowhere any more.
    pub blackhole: bool,
    /// Its route table.
    pub table: Option<String>,
}

/// A NAT gateway.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub struct NatGateway {
    /// `nat-…`.
    pub id: String,
    /// `available`, `pending`, `failed`, `deleting`.
    pub state: String,
    /// AWS's sentence for a failure.
    pub why: Option<String>,
    /// The subnet it is in.
    pub subnet: Option<String>,
}

/// A VPC endpoint.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub struct Endpoint {
    /// `vpce-…`.
    pub id: String,
    /// `com.amazonaws.ap-northeast-1.ecr.dkr`.
    pub service: String,
    /// `Interface`, `Gateway`, …
    pub kind: Option<String>,
    /// `available`, `pendingAcceptance`, `rejected`, `failed`, …
    pub state: Option<String>,
    /// Subnets of an interface.
    pub subnets: Vec<String>,
    /// Route tables of a gateway.
    pub tables: Vec<String>,
}

impl Endpoint {
    /// What it leads to: `ecr.dkr`, `s3`.
    #[must_use]
    pub fn to(&self) -> &str {
        let mut steps = self.service.splitn(4, '.');
        steps.nth(3).unwrap_or(&self.service)
    }
}

impl Subnet {
    /// Whether what has a public address in it reaches the internet and is reached from there.
    #[must_use]
    pub fn is_public(&self) -> bool {
        self.way_out.as_deref().is_some_and(|way| way.starts_with("igw-"))
    }

    /// What people call it.
    #[must_use]
    pub fn called(&self) -> &str {
        self.name.as_deref().unwrap_or(&self.id)
    }

    /// How many addresses it has for use: AWS keeps five.
    #[must_use]
    pub fn size(&self) -> Option<u32> {
        let bits: u32 = self.block.as_deref()?.split_once('/')?.1.parse().ok()?;
        let all = 2_u32.checked_pow(32_u32.checked_sub(bits)?)?;
        all.checked_sub(5)
    }
}

impl Resource for VpcNetwork {
    const KIND: KindName = KindName("vpc-network");

    fn key(&self) -> &str {
        &self.name
    }

    fn fingerprint(&self, into: &mut DefaultHasher) {
        for gateway in &self.gateways {
            (&gateway.id, &gateway.state).hash(into);
        }
    }
}
