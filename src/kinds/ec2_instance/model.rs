//! An EC2 instance. Our own type for it: what is kept of AWS's answer, in our words.
//! Plain data; no SDK type, no judgement, no drawing.

use std::collections::BTreeMap;
use std::hash::{DefaultHasher, Hash};

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use crate::world::{KindName, Resource};

/// An EC2 instance.
#[derive(Clone, PartialEq, Debug, Serialize, Deserialize)]
pub struct Instance {
    /// `i-…`.
    pub id: String,
    /// Its Name tag.
    pub name: Option<String>,
    /// `pending`, `running`, `stopping`, `stopped`, `shutting-down`, `terminated`.
    pub state: String,
    /// Why it is in that state.
    pub state_reason: Option<String>,
    /// `t2.micro`, …
    pub class: Option<String>,
    /// Availability zone.
    pub zone: Option<String>,
    /// Its VPC.
    pub vpc: Option<String>,
    /// Its subnet.
    pub subnet: Option<String>,
    /// Private address.
    pub private_ip: Option<String>,
    /// Public address.
    pub public_ip: Option<String>,
    /// When it was last started.
    pub launched_at: Option<Timestamp>,
    /// When it was last stopped, as far as the reason of its state tells; it stays known until it is started.
    pub stopped_at: Option<Timestamp>,
    /// AMI.
    pub image: Option<String>,
    /// Instance profile ARN.
    pub profile: Option<String>,
    /// Its security groups.
    pub security_groups: Vec<String>,
    /// `ebs` or `instance-store`.
    pub root_device: Option<String>,
    /// `spot`, …
    pub lifecycle: Option<String>,
    /// Its tags.
    pub tags: BTreeMap<String, String>,
}

impl Resource for Instance {
    const KIND: KindName = KindName("ec2-instance");

    fn key(&self) -> &str {
        &self.id
    }

    fn fingerprint(&self, into: &mut DefaultHasher) {
        self.state.hash(into);
    }
}
