//! A certificate. Our own type for it: what is kept of AWS's answer, in our words.
//! Plain data; no SDK type, no judgement, no drawing.

use std::hash::{DefaultHasher, Hash};

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use crate::world::{Arn, KindName, Resource};

/// A certificate that something uses.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub struct Certificate {
    /// Its ARN.
    pub arn: Arn,
    /// The domain it is for.
    pub name: String,
    /// Further domains.
    pub names: Vec<String>,
    /// `ISSUED`, `PENDING_VALIDATION`, `EXPIRED`, `FAILED`, `REVOKED`, `VALIDATION_TIMED_OUT`, `INACTIVE`.
    pub status: String,
    /// `AMAZON_ISSUED`, `IMPORTED`, `PRIVATE`.
    pub kind: Option<String>,
    /// When it ends.
    pub until: Option<Timestamp>,
    /// How its renewal stands: `PENDING_AUTO_RENEWAL`, `PENDING_VALIDATION`, `SUCCESS`, `FAILED`.
    pub renewal: Option<String>,
    /// AWS's code for why that failed, or why it was not issued.
    pub reason: Option<String>,
    /// Domains that wait for their validation.
    pub waiting: Vec<String>,
    /// Who uses it, by ARN.
    pub used_by: Vec<String>,
}

impl Resource for Certificate {
    const KIND: KindName = KindName("certificate");

    fn key(&self) -> &str {
        self.arn.as_str()
    }

    fn fingerprint(&self, into: &mut DefaultHasher) {
        (&self.status, &self.renewal).hash(into);
    }
}
