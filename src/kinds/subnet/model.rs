//! A subnet with its free addresses and its way out. Our own type for it: what is kept of AWS's answers, in our words.
//! Plain data; no SDK type, no judgement, no drawing.

use std::hash::{DefaultHasher, Hash};

use serde::{Deserialize, Serialize};

use crate::world::{KindName, Resource};

/// A subnet.
#[derive(Clone, PartialEq, Debug, Serialize, Deserialize)]
pub struct Subnet {
    /// `subnet-…`.
    pub id: String,
    /// Its VPC.
    pub vpc: Option<String>,
    /// Its zone.
    pub zone: Option<String>,
    /// AvailableIpAddressCount.
    pub free_addresses: Option<u32>,
    /// Where its default route (0.0.0.0/0) leads; `None` where the routes were not told.
    pub way_out: Option<WayOut>,
}

/// Where the default route of a subnet leads.
#[derive(Clone, PartialEq, Eq, Hash, Debug, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum WayOut {
    /// Nowhere: there is no default route.
    None,
    /// To an internet gateway: what has a public address gets out.
    Internet,
    /// To a NAT gateway or instance, a transit gateway, or something else that has an id.
    Through(String),
    /// To something that is not there any more (a blackhole).
    Blackhole(String),
}

impl Resource for Subnet {
    const KIND: KindName = KindName("subnet");

    fn key(&self) -> &str {
        &self.id
    }

    fn fingerprint(&self, into: &mut DefaultHasher) {
        self.way_out.hash(into);
    }
}
