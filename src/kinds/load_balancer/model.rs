//! A load balancer. Our own type for it: what is kept of AWS's answer, in our words.
//! Plain data; no SDK type, no judgement, no drawing.

use std::hash::{DefaultHasher, Hash};

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use crate::world::{Arn, KindName, Resource};

/// An application or network load balancer.
#[derive(Clone, PartialEq, Debug, Serialize, Deserialize)]
pub struct LoadBalancer {
    /// Its ARN.
    pub arn: Arn,
    /// Its name.
    pub name: String,
    /// Its DNS name.
    pub dns: Option<String>,
    /// `internet-facing` or `internal`.
    pub scheme: Option<String>,
    /// `application`, `network`, `gateway`.
    pub flavour: Option<String>,
    /// `active`, `provisioning`, `active_impaired`, `failed`.
    pub state: Option<String>,
    /// AWS's words for the state.
    pub state_reason: Option<String>,
    /// Its VPC.
    pub vpc: Option<String>,
    /// Enabled availability zones.
    pub zones: Vec<String>,
    /// Its security groups.
    pub security_groups: Vec<String>,
    /// When.
    pub created_at: Option<Timestamp>,
}

impl Resource for LoadBalancer {
    const KIND: KindName = KindName("load-balancer");

    fn key(&self) -> &str {
        self.arn.as_str()
    }

    fn fingerprint(&self, into: &mut DefaultHasher) {
        self.state.hash(into);
    }
}
