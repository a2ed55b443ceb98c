//! A node managed by Systems Manager. Our own type for it: what is kept of AWS's answer, in our words.
//! Plain data; no SDK type, no judgement, no drawing.

use std::hash::{DefaultHasher, Hash};

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use crate::world::{KindName, Resource};

/// An instance or machine that Systems Manager knows.
#[derive(Clone, PartialEq, Debug, Serialize, Deserialize)]
pub struct Node {
    /// `i-…` or `mi-…`.
    pub id: String,
    /// Its name, for hybrid nodes.
    pub name: Option<String>,
    /// Its host name.
    pub computer: Option<String>,
    /// `Online`, `ConnectionLost`, `Inactive`.
    pub ping: String,
    /// When it last answered.
    pub pinged_at: Option<Timestamp>,
    /// Agent version.
    pub agent: Option<String>,
    /// `Amazon Linux 2023`.
    pub platform: Option<String>,
    /// Its address.
    pub ip: Option<String>,
}

impl Resource for Node {
    const KIND: KindName = KindName("managed-node");

    fn key(&self) -> &str {
        &self.id
    }

    fn fingerprint(&self, into: &mut DefaultHasher) {
        self.ping.hash(into);
    }
}
