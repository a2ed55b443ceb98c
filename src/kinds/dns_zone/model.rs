//! A hosted zone. Our own types for it: what is kept of AWS's answers, in our words.
//! Plain data; no SDK type, no judgement, no drawing.

use std::hash::{DefaultHasher, Hash};

use serde::{Deserialize, Serialize};

use crate::world::{KindName, Resource};

/// A hosted zone.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub struct DnsZone {
    /// Its id.
    pub id: String,
    /// Its domain, without the dot at the end.
    pub name: String,
    /// Whether only VPCs ask it.
    pub private: bool,
    /// The records that point to a load balancer, a distribution or an API.
    pub records: Vec<Record>,
}

/// A record that points into AWS.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub struct Record {
    /// Its name.
    pub name: String,
    /// `A`, `AAAA`, `CNAME`.
    pub kind: String,
    /// The host it points to.
    pub to: String,
}

impl Resource for DnsZone {
    const KIND: KindName = KindName("dns-zone");

    fn key(&self) -> &str {
        &self.id
    }

    fn fingerprint(&self, into: &mut DefaultHasher) {
        self.records.len().hash(into);
    }
}
