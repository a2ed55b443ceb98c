//! A web ACL. Our own types for it: what is kept of AWS's answers, in our words.
//! Plain data; no SDK type, no judgement, no drawing.

use std::hash::{DefaultHasher, Hash};

use serde::{Deserialize, Serialize};

use crate::world::{Arn, KindName, Resource};

/// A web ACL.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub struct WebAcl {
    /// Its ARN.
    pub arn: Arn,
    /// Its name.
    pub name: String,
    /// Whether it stands in front of CloudFront.
    pub global: bool,
    /// What happens to a request that no rule decides: `allow` or `block`; `None` where it could not be read.
    pub default: Option<String>,
    /// Its rules, in their order.
    pub rules: Vec<WebRule>,
}

/// One of its rules.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub struct WebRule {
    /// Its name.
    pub name: String,
    /// `block`, `allow`, `count`, `captcha`, `challenge`; `group` for one that leaves it to its group.
    pub action: String,
    /// What it looks at: `rate 100 in 300 s`, `country`, `managed AWSManagedRulesSQLiRuleSet`.
    pub looks_at: String,
}

impl Resource for WebAcl {
    const KIND: KindName = KindName("web-acl");

    fn key(&self) -> &str {
        self.arn.as_str()
    }

    fn fingerprint(&self, into: &mut DefaultHasher) {
        self.default.hash(into);
    }
}
