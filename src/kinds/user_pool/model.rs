//! A Cognito user pool. Our own type for it: what is kept of AWS's answers, in our words. No user is ever read.
//! Plain data; no SDK type, no judgement, no drawing.

use std::hash::{DefaultHasher, Hash};

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use crate::world::{Arn, KindName, Resource};

/// A user pool.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub struct UserPool {
    /// Its id: `ap-northeast-1_AbCd1234`.
    pub id: String,
    /// Its name.
    pub name: String,
    /// About how many users it has.
    pub users: Option<u64>,
    /// `OFF`, `ON`, `OPTIONAL`.
    pub mfa: Option<String>,
    /// What calls which function: `PreSignUp`.
    pub triggers: Vec<(String, Arn)>,
    /// When it was last changed.
    pub changed_at: Option<Timestamp>,
}

impl Resource for UserPool {
    const KIND: KindName = KindName("user-pool");

    fn key(&self) -> &str {
        &self.id
    }

    fn fingerprint(&self, into: &mut DefaultHasher) {
        self.triggers.len().hash(into);
    }
}
