//! A target group. Our own type for it: what is kept of AWS's answer, in our words.
//! Plain data; no SDK type, no judgement, no drawing.

use std::hash::DefaultHasher;

use serde::{Deserialize, Serialize};

use crate::world::{Arn, KindName, Resource};

/// A target group and how it checks health.
#[derive(Clone, PartialEq, Debug, Serialize, Deserialize)]
pub struct TargetGroup {
    /// Its ARN.
    pub arn: Arn,
    /// Its name.
    pub name: String,
    /// `HTTP`, …
    pub protocol: Option<String>,
    /// Default port of its targets.
    pub port: Option<u32>,
    /// Its VPC.
    pub vpc: Option<String>,
    /// `instance`, `ip`, `lambda`, `alb`.
    pub target_type: Option<String>,
    /// Who forwards to it.
    pub load_balancers: Vec<Arn>,
    /// Its health check.
    pub check: Check,
}

/// A target group's health check.
#[derive(Clone, PartialEq, Debug, Serialize, Deserialize)]
pub struct Check {
    /// Whether it checks at all.
    pub enabled: bool,
    /// `HTTP`, …
    pub protocol: Option<String>,
    /// `traffic-port` or a number.
    pub port: Option<String>,
    /// Where it asks.
    pub path: Option<String>,
    /// Seconds between checks.
    pub interval: Option<u32>,
    /// Seconds it waits.
    pub timeout: Option<u32>,
    /// Successes needed.
    pub healthy: Option<u32>,
    /// Failures needed.
    pub unhealthy: Option<u32>,
    /// HTTP codes taken for success.
    pub matcher: Option<String>,
}

impl Resource for TargetGroup {
    const KIND: KindName = KindName("target-group");

    fn key(&self) -> &str {
        self.arn.as_str()
    }

    fn fingerprint(&self, _into: &mut DefaultHasher) {}
}
