//! The health of a target group's targets. Our own type for it: what is kept of AWS's answer, in our words.
//! Plain data; no SDK type, no judgement, no drawing.

use std::hash::{DefaultHasher, Hash};

use serde::{Deserialize, Serialize};

use crate::world::{Arn, KindName, Resource};

/// The targets of one target group with their health.
#[derive(Clone, PartialEq, Debug, Serialize, Deserialize)]
pub struct TargetHealth {
    /// Whose.
    pub group: Arn,
    /// They, by id and port.
    pub targets: Vec<Target>,
}

/// One target.
#[derive(Clone, PartialEq, Debug, Serialize, Deserialize, Hash)]
pub struct Target {
    /// An instance id, an address, a function's or load balancer's ARN.
    pub id: String,
    /// Its port.
    pub port: Option<u32>,
    /// Availability zone.
    pub zone: Option<String>,
    /// `initial`, `healthy`, `unhealthy`, `unused`, `draining`, `unavailable`, `unhealthy.draining`: an open string.
    pub state: String,
    /// `Target.Timeout`, … only when not healthy.
    pub reason: Option<String>,
    /// AWS's sentence.
    pub description: Option<String>,
    /// Port of the health check.
    pub check_port: Option<String>,
    /// administrativeOverride, where one is engaged.
    pub overridden: Option<Override>,
    /// anomalyDetection, where it was told.
    pub anomaly: Option<Anomaly>,
}

/// An administrative override of a target: a zonal shift sends its requests elsewhere, however healthy it is.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize, Hash)]
pub struct Override {
    /// `zonal_shift_active`, `zonal_shift_delegated_to_dns`: an open string.
    pub state: String,
    /// `AdministrativeOverride.ZonalShiftActive`, …
    pub reason: Option<String>,
    /// AWS's sentence.
    pub description: Option<String>,
}

/// What the load balancer's anomaly detection says of a target.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize, Hash)]
pub struct Anomaly {
    /// `normal`, `anomalous`: an open string.
    pub result: String,
    /// Whether it gets less traffic therefore.
    pub mitigated: bool,
}

impl Target {
    /// Whether a zonal shift keeps requests away from it.
    #[must_use]
    pub fn is_shifted_away(&self) -> bool {
        self.overridden.as_ref().is_some_and(|one| one.state.starts_with("zonal_shift"))
    }

    /// Whether it is healthy by its checks, and answers worse than the others.
    #[must_use]
    pub fn is_anomalous(&self) -> bool {
        self.anomaly.as_ref().is_some_and(|one| one.result == "anomalous")
    }

    /// Whether it is an address outside its group's VPC: what has that address here is something else.
    #[must_use]
    pub fn is_abroad(&self) -> bool {
        let is_address = self.id.parse::<core::net::IpAddr>().is_ok();
        is_address && self.zone.as_deref() == Some("all")
    }
}

impl Resource for TargetHealth {
    const KIND: KindName = KindName("target-health");

    fn key(&self) -> &str {
        self.group.as_str()
    }

    fn fingerprint(&self, into: &mut DefaultHasher) {
        self.targets.hash(into);
    }
}
