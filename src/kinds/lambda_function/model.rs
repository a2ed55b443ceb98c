//! A Lambda function. Our own type for it: what is kept of AWS's answer, in our words. Its environment variables are
//! never kept. Plain data; no SDK type, no judgement, no drawing.

use std::hash::{DefaultHasher, Hash};

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use crate::world::{Arn, KindName, Resource};

/// A Lambda function as its unpublished version ($LATEST) stands.
#[derive(Clone, PartialEq, Debug, Serialize, Deserialize)]
pub struct Function {
    /// Its ARN, without a qualifier.
    pub arn: Arn,
    /// Its name.
    pub name: String,
    /// What its makers wrote.
    pub about: Option<String>,
    /// `Zip` or `Image`.
    pub package: Option<String>,
    /// `python3.9`, …; images have none.
    pub runtime: Option<String>,
    /// MB.
    pub memory: Option<u32>,
    /// Seconds.
    pub timeout: Option<u32>,
    /// `x86_64`, `arm64`.
    pub architecture: Option<String>,
    /// Its VPC.
    pub vpc: Option<String>,
    /// Where it logs.
    pub log_group: String,
    /// When code or settings last changed.
    pub changed_at: Option<Timestamp>,
    /// The base64 of its code's SHA-256.
    pub code: Option<String>,
    /// Moves with every change; a change that names it is refused if somebody was faster.
    pub revision: Option<String>,
    /// `Pending`, `Active`, `Inactive`, `Failed`; the list does not tell it, so it may not be known.
    pub state: Option<String>,
    /// Code and sentence of it.
    pub state_reason: (Option<String>, Option<String>),
    /// `Successful`, `Failed`, `InProgress`.
    pub update: Option<String>,
    /// Code and sentence of it.
    pub update_reason: (Option<String>, Option<String>),
}

impl Function {
    /// Whether a part names a function: the doctor, which tries everything, names parts of every kind.
    #[must_use]
    pub fn is_arn(part: &str) -> bool {
        let arn = Arn::from(part);
        arn.service() == Some("lambda") && arn.resource().starts_with("function:")
    }

    /// Whether nothing is on its way with it: what is known of it holds until its revision moves.
    #[must_use]
    pub fn is_settled(&self) -> bool {
        let state = self.state.as_deref().is_some_and(|state| state != "Pending");
        state && self.update.as_deref().is_none_or(|update| update != "InProgress")
    }
}

impl Resource for Function {
    const KIND: KindName = KindName("lambda-function");

    fn key(&self) -> &str {
        self.arn.as_str()
    }

    fn fingerprint(&self, into: &mut DefaultHasher) {
        (&self.state, &self.update, &self.code).hash(into);
    }
}
