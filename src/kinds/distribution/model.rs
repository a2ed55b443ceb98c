//! A CloudFront distribution. Our own type for it: what is kept of AWS's answer, in our words.
//! Plain data; no SDK type, no judgement, no drawing.

use std::hash::{DefaultHasher, Hash};

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use crate::world::{Arn, KindName, Resource};

/// A distribution.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub struct Distribution {
    /// Its ARN.
    pub arn: Arn,
    /// Its id.
    pub id: String,
    /// Its first alias, else its own host.
    pub name: String,
    /// `d1234.cloudfront.net`.
    pub host: String,
    /// Its aliases.
    pub aliases: Vec<String>,
    /// `Deployed` or `InProgress`.
    pub status: Option<String>,
    /// Whether it serves.
    pub enabled: bool,
    /// Hosts it takes its content from.
    pub origins: Vec<String>,
    /// Its certificate, if not CloudFront's own.
    pub certificate: Option<Arn>,
    /// The web ACL in front of it.
    pub web_acl: Option<String>,
    /// What its makers wrote.
    pub about: Option<String>,
    /// When it was last changed.
    pub changed_at: Option<Timestamp>,
}

impl Resource for Distribution {
    const KIND: KindName = KindName("distribution");

    fn key(&self) -> &str {
        self.arn.as_str()
    }

    fn fingerprint(&self, into: &mut DefaultHasher) {
        (&self.status, self.enabled).hash(into);
    }
}
